"""Links that open one thing for a while: what they name and when they end stands in them, under our signature.

Each purpose signs with a key of its own, so that no link is good for anything else. Where no ``ONESTOP_SECRET_KEY`` is
set, the database keeps a secret, which all its processes share.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.store.maintenance import meta as meta_store

_KEPT = "signed_links.key"
_SHAPE = re.compile(r"([1-9]\d{0,17})-(\d{9,11})-([\w-]{22})", re.ASCII)


def key(session: Session, secret: str, purpose: str, *, make: bool = False) -> bytes:
    """The key of a purpose. ``make``: draw a secret if there is none, in a writing transaction."""
    drawn = secret or meta_store.read(session, _KEPT)
    if not drawn and make:
        drawn = meta_store.hold(session, _KEPT) or token_hex(32)
        meta_store.put(session, _KEPT, drawn)
    return hmac.digest((drawn or token_hex(32)).encode(), f"onestop {purpose} v1".encode(), sha256)


def sign(key: bytes, row_id: int, until: datetime) -> str:
    """The part of an address that stands for a row until an instant."""
    ends = int(until.timestamp())
    return f"{row_id}-{ends}-{_signature(key, row_id, ends)}"


def read(key: bytes, token: str, *, now: datetime) -> int:
    """The row that a link opens. Raises NotFound for what we did not sign, and for what has ended (``link_over``)."""
    found = _SHAPE.fullmatch(token)
    if found is None or not hmac.compare_digest(_signature(key, int(found[1]), int(found[2])), found[3]):
        raise NotFound("連結不正確；請從聊天室重新索取。")
    if now > datetime.fromtimestamp(int(found[2]), UTC):
        raise NotFound("連結已過期；請從聊天室重新索取。", code="link_over")
    return int(found[1])


def _signature(key: bytes, row_id: int, ends: int) -> str:
    whole = hmac.digest(key, f"{row_id}.{ends}".encode(), sha256)
    return urlsafe_b64encode(whole[:16]).rstrip(b"=").decode()
