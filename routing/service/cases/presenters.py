"""What programs read: filtered lists, one case with everything this person may see, deliveries, colleagues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.entries import FaqEntry
from knowledge.language.text import normalise
from routing.domain import clock
from routing.domain.case import Case, Status
from routing.domain.errors import Invalid
from routing.domain.pagination import before_of, page_of
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.cases import histories, partner_view
from routing.service.cases import queries as case_queries
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.partner_view import Question
from routing.service.cases.queries import _firm_json, format_instant
from routing.service.messaging import deliveries as message_deliveries
from routing.service.messaging.outbox import PRESUMED
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Media, Message
from routing.store.messaging.schema import Outbox
from routing.store.reporting import queries as report_store


def case_page(
    session: Session, office: OfficeContext, actor: Actor, wanted: Mapping[str, Any], *, limit: int, cursor: str | None,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """A page of cases as the API gives it. ``wanted``: fields of the store's filter.

    Raises:
        Invalid: a value is none of ours.
    """
    unit = wanted.get("unit")
    if unit is not None and office.offices.find_unit(unit) is None:
        raise Invalid(f"查無單位「{unit}」。", field="unit")
    chosen = store.CaseFilter(today=local(now).date(), **wanted)
    if actor.may(Permission.ANSWER_QUESTIONS):
        questions = partner_view.page(session, actor, chosen, limit=limit, cursor=cursor)
        return {"items": [question_json(one) for one in questions.items], "next_cursor": questions.next_cursor}
    page = case_queries.list_cases(session, office, actor, chosen, limit=limit, cursor=cursor, now=now)
    states = report_store.states(session, [line.row for line in page.items])
    items = []
    for line in page.items:
        case = states[line.row.id]
        items.append(case_json(line.row, case, line.firm, _reading(office, case, now)))
    return {"items": items, "next_cursor": page.next_cursor}


def _reading(office: OfficeContext, case: Case, now: datetime) -> clock.Reading:
    return clock.read(case, office.calendar, office.office_of(case.unit), now)


def locked_case_json(locked: LockedCase) -> dict[str, Any]:
    """A case just written to, as the API answers."""
    if locked.actor.may(Permission.ANSWER_QUESTIONS):
        state = {"number": locked.row.number, "status": locked.case.status.value, "version": locked.version}
        return {**_UNSEEN, **state}
    firm = store.firm_of(locked.session, locked.row)
    return case_json(locked.row, locked.case, firm, _reading(locked.office, locked.case, locked.now))


def case_whole(session: Session, office: OfficeContext, actor: Actor, number: str, *, now: datetime) -> dict[str, Any]:
    """One case: its fields, messages, events, clock and deliveries. Raises NotFound if missing or hidden.

    For a partner it is the question to its agency in the same shape, with everything else empty.
    """
    if actor.may(Permission.ANSWER_QUESTIONS):
        return question_whole(partner_view.one(session, actor, number))
    whole = case_queries.whole(session, office, actor, number, now=now)
    words = {message.id: (message.text, message.via, message.doc_no) for message in whole.messages}
    fields = case_json(whole.row, whole.case, whole.firm, whole.reading)
    return {
        **fields,
        "case": fields,
        "messages": [message_json(message, whole.media.get(message.id), number) for message in whole.messages],
        "events": [histories.event_json(report_store.with_words(event, words)) for event in whole.events],
        "clock": clock_json(whole.case, whole.reading),
        "deliveries": [delivery_json(row, number) for row in whole.deliveries],
    }


_UNSEEN: dict[str, Any] = {
    **dict.fromkeys((
        "number", "kind", "status", "category", "topic", "subject", "channel", "language", "park", "firm", "unit",
        "assignee", "first_contact_at", "received_at", "first_reply_at", "due_on", "promised_on", "closed_at",
        "outcome", "days_used", "gross_days", "business_minutes", "overdue", "waiting_on", "pending_extension",
        "reopened", "confidential", "firm_answered",
    )), "refs": [], "version": 0,
}  # fmt: skip
"""The fields of a case, empty: a partner's answer has the same shape and only the question's own values."""


def question_json(one: Question) -> dict[str, Any]:
    """A case as a partner reads it: number, state, park and the unit that asks."""
    status, waiting = Status.WAITING_AGENCY.value, "agency"
    seen = {"number": one.number, "status": status, "park": one.park, "unit": one.unit, "waiting_on": waiting}
    return {**_UNSEEN, **seen, "version": one.version}


def question_whole(one: Question) -> dict[str, Any]:
    """The same with the question: as the only message, the only event and the only wait."""
    fields, at = question_json(one), format_instant(one.asked_at)
    message = {
        "id": one.version, "direction": "note", "kind": "text", "text": one.text, "at": at, "by": None, "via": None,
        "doc_no": None, "placed_by": None, "file": None,
    }  # fmt: skip
    wait = {"on": "agency", "agency": one.agency, "until": one.until}
    return {
        **fields,
        "case": fields,
        "messages": [message],
        "events": [{"at": at, "event": "waiting", **wait, "message": one.text}],
        "clock": {"waits": [{**wait, "start": at, "end": None}]},
        "deliveries": [],
    }


def message_json(message: Message, media: Media | None, number: str) -> dict[str, Any]:
    """A message of a case; ``file`` where it is one."""
    file = None
    if media is not None:
        url = f"/api/v1/cases/{number}/files/{media.id}"
        file = {"name": media.file_name, "type": media.content_type, "size": media.size, "url": url}
    return {
        "id": message.id,
        "direction": message.direction,
        "kind": message.kind,
        "text": message.text,
        "at": format_instant(message.at),
        "by": message.by,
        "via": None if message.direction == "note" else message.via,
        "doc_no": message.doc_no,
        "placed_by": message.placed_by,
        "file": file,
    }


def clock_json(case: Case, reading: clock.Reading) -> dict[str, Any]:
    """What the clocks show: dates by Taipei, waits and extensions, working days waited."""
    return {
        "limit": str(reading.limit),
        "counts_from": format_instant(case.receipt),
        "due_on": reading.due_on.isoformat(),
        "promised_on": reading.promised_on.isoformat(),
        "working_days_left": reading.working_days_left,
        "overdue": reading.overdue,
        "provisional": reading.provisional,
        "days_used": reading.days_used,
        "gross_days": reading.gross_days,
        "business_minutes": reading.business_minutes,
        "first_reply_minutes": reading.first_reply_minutes,
        "waits": [
            {"on": wait.on, "agency": wait.agency, "start": format_instant(wait.start), "end": format_instant(wait.end),
             "until": wait.until}
            for wait in case.waits
        ],
        "extensions": [
            {"at": format_instant(extension.at), "days": extension.days, "reason": extension.reason,
             "approved_by": extension.approved_by}
            for extension in case.extensions
        ],
        "waiting_days": {"firm": reading.waiting_days_firm, "agency": reading.waiting_days_agency},
    }  # fmt: skip


def delivery_json(row: Outbox, number: str | None) -> dict[str, Any]:
    """A message on its way out, without its words. ``presumed``: accepted, as a later try of the reply showed."""
    presumed = row.error == PRESUMED
    return {
        "id": row.id,
        "case": number,
        "kind": row.kind,
        "reason": row.reason,
        "state": row.state,
        "attempts": row.attempts,
        "error": None if presumed else row.error,
        "presumed": presumed,
        "created_at": format_instant(row.created_at),
        "due_at": format_instant(row.due_at),
        "accepted_at": format_instant(row.accepted_at),
    }


def deliveries(
    session: Session, actor: Actor, *, states: Iterable[str], number: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """A page of deliveries, newest first, but those of cases that are hidden from this person."""
    before = before_of(limit, cursor)
    found = message_deliveries.deliveries(
        session, actor, states=states, number=number, before_id=before, limit=limit + 1
    )
    page = page_of(found, limit, lambda one: one.row.id)
    return {"items": [delivery_json(one.row, one.number) for one in page.items], "next_cursor": page.next_cursor}


def staff(session: Session, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Everybody with an account in use, and who is away today."""
    require_team(actor)
    absent = account_store.absences_on(session, local(now).date())
    items = [
        {"email": person.email, "name": person.name, "role": person.role, "unit": person.unit,
         "categories": list(person.categories), "agency": person.agency, "absent": person.id in absent}
        for person in account_store.all_staff(session, active=True)
    ]  # fmt: skip
    return {"items": items, "next_cursor": None}


def knowledge(
    entries: Iterable[FaqEntry], *, q: str | None, category: str | None, limit: int, cursor: str | None, now: datetime
) -> dict[str, Any]:
    """A page of the active entries, by id; ``q`` is found in any spelling."""
    today = local(now).date()
    wanted = normalise(q) if q else ""
    found = [
        entry
        for entry in sorted(entries, key=lambda entry: entry.id)
        if (category is None or entry.category == category) and (cursor is None or entry.id > cursor)
        if not wanted or any(wanted in normalise(text) for text in (entry.id, entry.question, entry.answer))
    ]
    page = page_of(found, limit, lambda entry: entry.id)
    items = [entry_json(entry, expired=entry.expired(today)) for entry in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


def entry_json(entry: FaqEntry, *, expired: bool) -> dict[str, Any]:
    """An entry as it is answered, with its sources and dates."""
    return {
        "id": entry.id,
        "category": entry.category.value,
        "topic": entry.topic,
        "kind": entry.kind.value,
        "unit": entry.unit,
        "question": entry.question,
        "answer": entry.answer,
        "details": entry.details,
        "en": {"question": entry.en.question, "answer": entry.en.answer},
        "ja": {"question": entry.ja.question, "answer": entry.ja.answer},
        "basis": [basis.label for basis in entry.basis],
        "facts": list(entry.facts),
        "verified": entry.verified.isoformat(),
        "review": entry.review.isoformat(),
        "expired": expired,
    }


def case_json(row: CaseRow, case: Case, firm: Firm | None, reading: clock.Reading) -> dict[str, Any]:
    """A case exactly as the contract's section 5 has it."""
    pending = case.pending_extension
    return {
        "number": row.number,
        "kind": case.kind.value,
        "status": case.status.value,
        "category": case.category,
        "topic": case.topic,
        "subject": row.subject,
        "channel": row.channel,
        "language": row.language,
        "park": row.park,
        "firm": _firm_json(firm) if firm else None,
        "unit": case.unit,
        "assignee": case.assignee,
        "first_contact_at": format_instant(row.first_contact_at),
        "received_at": format_instant(row.received_at),
        "first_reply_at": format_instant(case.first_reply_at),
        "due_on": reading.due_on.isoformat() if reading.due_on else None,
        "promised_on": reading.promised_on.isoformat() if reading.promised_on else None,
        "closed_at": format_instant(case.closed.start) if case.closed else None,
        "outcome": case.closed.outcome.value if case.closed else None,
        "days_used": reading.days_used,
        "gross_days": reading.gross_days,
        "business_minutes": reading.business_minutes,
        "overdue": reading.overdue,
        "waiting_on": case.waiting.on if case.waiting else None,
        "firm_answered": case.firm_answered,
        "pending_extension": {"days": pending.days, "reason": pending.reason, "asked_by": pending.asked_by}
        if pending
        else None,
        "reopened": case.reopened,
        "confidential": case.confidential,
        "refs": list(row.refs),
        "version": row.version,
    }
