"""The firm's links to files: signed, good for a week, for one file and nothing else, taken back by one row.

A link names the file, when it ends and what was drawn for it by lot; the signature covers all three and what the link
is for, so that no link is good for anything that signs with the same key. Where no ``ONESTOP_SECRET_KEY`` is set, the
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.domain.files import LINK_LENGTH
from routing.service import signed_links
from routing.store.conversation.schema import Media

PURPOSE = "file"
_SIGNATURE_BYTES = 16
_SHAPE = re.compile(r"([1-9]\d{0,18})-(\d{9,11})-([\w-]{22})")


def grant(media: Media, *, now: datetime) -> datetime:
    """Give the firm a link to a file, and say until when; one that it has stays good until its own end."""
    media.link = media.link or token_urlsafe(12)
    media.link_until = until = (now + LINK_LENGTH).replace(microsecond=0)
    return until


def take_back(media: Media) -> None:
    """No link to the file is good any more."""
    media.link = media.link_until = None


def key_of(session: Session, secret: str, *, make: bool = False) -> bytes:
    """The key that links to files are signed with. ``make``: in a writing transaction, made if there is none yet."""
    return signed_links.key(session, secret, PURPOSE, make=make)


def token(media: Media, key: bytes) -> str:
    """The part of the address that stands for a file."""
    if media.link is None or media.link_until is None:
        raise ValueError("no link was granted")
    until = int(media.link_until.timestamp())
    signature = _signature(key, media.id, until, media.link)
    return f"{media.id}-{until}-{signature}"


def read(text: str) -> tuple[int, datetime, str]:
    """What a link claims: file, end, signature. Raises NotFound for what is none."""
    found = _SHAPE.fullmatch(text) if text.isascii() else None
    if found is None or int(found[1]) >= 2**63:
        raise NotFound("連結不正確；請從聊天室重新開啟。")
    return int(found[1]), datetime.fromtimestamp(int(found[2]), UTC), found[3]


def fits(media: Media, until: datetime, signature: str, key: bytes) -> bool:
    """Whether a link was signed by us for this file, and was not taken back since."""
    expected = _signature(key, media.id, int(until.timestamp()), media.link or "")
    return media.link is not None and hmac.compare_digest(expected.encode(), signature.encode())


def _signature(key: bytes, media_id: int, until: int, drawn: str) -> str:
    whole = hmac.digest(key, f"{media_id}.{until}.{drawn}".encode(), sha256)
    return urlsafe_b64encode(whole[:_SIGNATURE_BYTES]).rstrip(b"=").decode()
