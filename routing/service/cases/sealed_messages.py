"""Messages of cases that their firm took back: off every page, kept sealed, opened by an administrator with a reason.

A case is an archive (檔案法 §12), so its parts may not simply go; whoever looks at one of these again says why, and the
audit trail keeps who, when and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid, NotFound
from routing.domain.files import FileState
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor
from routing.service.accounts.queries import require_admin
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.conversation import queries as conversation_store
from routing.store.files import queries as file_store
from routing.store.files.storage import FileStorage

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """That a message was taken back: of which case, sent and taken back when. Nothing of what it said."""

    message_id: int
    number: str
    kind: str
    sent_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was taken back. ``subject``: what the case was called before."""

    message_id: int
    number: str
    text: str
    subject: str
    file: bytes | None
    file_name: str | None
    content_type: str | None


def listing(session: Session, actor: Actor, *, limit: int, cursor: str | None) -> Page[Withdrawal]:
    """What was taken back, the latest message first.

    Raises:
        Forbidden: the person is no administrator. Invalid: the cursor is none of ours.
    """
    require_admin(actor)
    rows = conversation_store.withdrawn(session, before_id=before_of(limit, cursor), limit=limit + 1)
    found = [
        Withdrawal(message_id=row.message_id, number=number, kind=message.kind, sent_at=message.at, at=row.at)
        for row, message, number in rows
    ]
    return page_of(found, limit, lambda one: one.message_id)


def read(
    session: Session, storage: FileStorage, actor: Actor, message_id: int, *, reason: str, now: datetime
) -> Opened:
    """Open one, for a reason that the audit trail keeps.

    Raises:
        Forbidden: the person is no administrator. Invalid: no reason. NotFound: there is none.
    """
    require_admin(actor)
    reason = reason.strip()
    if not 0 < len(reason) <= _LONGEST_REASON:
        raise Invalid(f"請填寫調閱事由，{_LONGEST_REASON} 字以內。", field="reason")
    held = conversation_store.sealed(session, message_id)
    message = conversation_store.message(session, message_id)
    row = case_store.by_id(session, message.case_id) if message is not None and message.case_id is not None else None
    if held is None or row is None:
        raise NotFound("查無這則收回之訊息。")
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="message.withdrawn_read", subject=row.number,
        detail={"message": message_id, "reason": reason},
    )  # fmt: skip
    return Opened(
        message_id=message_id, number=row.number, text=held["text"], subject=held["subject"],
        file=held.get("file") or _bytes(session, storage, message_id),
        file_name=held.get("file_name"), content_type=held.get("content_type"),
    )  # fmt: skip


def _bytes(session: Session, storage: FileStorage, message_id: int) -> bytes | None:
    for media in file_store.of_messages(session, [message_id]).get(message_id, []):
        if media.state == FileState.SEALED and media.key is not None:
            return storage.get(media.key)
    return None
