"""What is kept of one person: shown in masked form, given as a file, erased as far as the law lets it.

Case files are archives (檔案法 §12): they stay, and access to them is narrowed when the request is decided.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain import data_rights
from routing.domain.data_rights import Right
from routing.domain.errors import NotFound
from routing.service import signed_links
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.assist import queries as assist_store
from routing.store.cases.schema import Firm
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Contact
from routing.store.privacy import queries as store
from routing.store.privacy.schema import DataRequest

PURPOSE = "my data"
LINK_LIFE = timedelta(minutes=30)


def summary(session: Session, contact: Contact) -> dict[str, Any]:
    """What is kept, for a card in the chat: names and numbers masked, the rest counted."""
    cases = store.cases_of(session, contact.id)
    return {
        "name": data_rights.masked(contact.name or contact.display_name),
        "firm": data_rights.masked(contact.firm_said, ends=2),
        "phone": data_rights.masked(contact.phone, ends=3),
        "park": contact.park,
        "messages": store.number_of_messages(session, contact.id),
        "cases": len(cases),
        "notice": contact.notice_version,
        "notice_at": contact.notice_at,
    }


def link(session: Session, office: OfficeContext, contact: Contact, *, now: datetime) -> str:
    """An address at which a person finds all that is kept of it, for half an hour; audited without content."""
    key = signed_links.key(session, office.secret, PURPOSE, make=True)
    account_store.audit(
        session, at=now, actor="廠商", action="privacy.export_link", subject=f"contact {contact.id}", detail={}
    )
    return f"{office.base_url}/my-data/{signed_links.sign(key, contact.id, now + LINK_LIFE)}"


def opened(session: Session, office: OfficeContext, token: str, *, now: datetime) -> dict[str, Any]:
    """All that is kept of whom a link was given to. Raises NotFound: no link of ours, or over, or nothing is left."""
    contact_id = signed_links.read(signed_links.key(session, office.secret, PURPOSE), token, now=now)
    contact = session.get(Contact, contact_id)
    addresses = conversation_store.addresses(session, [contact_id])
    if contact is None or not addresses:
        raise NotFound("這裡沒有您的資料。")
    return _everything(session, contact, "、".join(one.address for one in addresses))


def _everything(session: Session, contact: Contact, addresses: str) -> dict[str, Any]:
    cases = store.cases_of(session, contact.id)
    numbers = {case.id: case.number for case in cases}
    messages = store.messages_of(session, contact.id)
    files = store.files_of(session, [message.id for message in messages])
    firm = session.get(Firm, contact.firm_id) if contact.firm_id is not None else None
    return {
        "person": {
            "channel_id": addresses, "display_name": contact.display_name, "name": contact.name,
            "phone": contact.phone, "firm": contact.firm_said, "ubn": firm.ubn or firm.claimed_ubn if firm else None,
            "park": contact.park, "language": contact.language, "since": _at(contact.created_at),
            "privacy_notice": contact.notice_version, "privacy_notice_at": _at(contact.notice_at),
        },
        "cases": [
            {"number": case.number, "subject": case.subject, "status": case.status, "category": case.category,
             "received_at": _at(case.received_at), "closed_at": _at(case.closed_at),
             "contact_name": case.contact_name, "contact_phone": case.contact_phone}
            for case in cases
        ],
        "messages": [
            {"at": _at(message.at), "direction": message.direction, "kind": message.kind, "text": message.text,
             "case": numbers.get(message.case_id or 0),
             "file": files[message.id].file_name if message.id in files else None}
            for message in messages
        ],
        "enquiries": [
            {"at": _at(row.at), "category": row.category, "decision": row.decision, "answer": row.faq}
            for row in store.enquiries_of(session, contact.id)
        ],
        "ai_drafts": [
            {"at": _at(row.at), "case": case.number, "use": row.use, "model": row.model, "host": row.host}
            for case in cases
            for row in assist_store.of_case(session, case.id)
        ],
    }  # fmt: skip


def _at(instant: datetime | None) -> str | None:
    return instant.astimezone(TAIPEI).isoformat(timespec="seconds") if instant else None


def ask_erasure(
    session: Session, office: OfficeContext, contact: Contact, *, channel: str, now: datetime
) -> tuple[DataRequest, int]:
    """A person wants its data gone: what belongs to no case goes at once, the rest waits for a decision.

    Gives the request, and how many cases stay for it. Without cases nothing stays and the request is done.
    """
    cases = store.cases_of(session, contact.id)
    gone = store.erase_loose(session, contact, now=now)
    # No part of a case file: working papers of staff, which need not wait for the decision on it.
    drafted = assist_store.forget_of_contact(session, contact.id, now=now)
    gone |= {"ai_drafts": drafted} if drafted else {}
    contact.display_name, contact.park_kind, contact.dialogue = "", None, {}
    row = store.open_request(session, contact.id, Right.ERASURE)
    if row is None:
        row = DataRequest(
            right=Right.ERASURE.value, contact_id=contact.id, channel=channel, asked_at=now, state=store.OPEN,
            due_on=data_rights.due_on(Right.ERASURE, now, office.calendar, office.offices.own_office, extended=False),
            gone=gone,
        )  # fmt: skip
        session.add(row)
    else:
        row.gone = {kind: number + int(row.gone.get(kind, 0)) for kind, number in gone.items()}
    if not cases:
        row.state, row.decided_at, row.decided_by = store.DONE, now, "系統"
        forget(session, contact)
    session.flush()
    account_store.audit(
        session, at=now, actor="廠商", action="privacy.erasure_asked", subject=f"data_request {row.id}",
        detail={**gone, "cases": len(cases)},
    )  # fmt: skip
    return row, len(cases)


def forget(session: Session, contact: Contact) -> None:
    """Nothing that names a person stays with its row, nor the way to it; case files keep what they hold."""
    for name, value in store.NOBODY.items():
        setattr(contact, name, value)
    store.forget_addresses(session, contact.id)
