"""What a step writes into the conversation of its case: a message, and the files that go with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Attached
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Message


def add_message(
    session: Session, row: CaseRow, *, direction: str, text: str, at: datetime, by: str | None, via: str,
    doc_no: str | None = None,
) -> Message:  # fmt: skip
    """Write one message: from the firm (``in``), to it (``out``) or among staff (``note``)."""
    message = Message(
        case_id=row.id, contact_id=row.contact_id, direction=direction, kind="text", text=text, at=at, by=by, via=via,
        doc_no=doc_no,
    )  # fmt: skip
    session.add(message)
    session.flush()
    return message


def attach(locked: LockedCase, message: Message, *, to_firm: bool) -> list[Attached]:
    """Put the files of the step to its message; gives what the firm may open."""
    if locked.files is None:
        return []
    return locked.files.with_links(locked, message) if to_firm else locked.files.for_staff(locked, message)
