"""What programs read: filtered lists, one case with everything this person may see, deliveries, colleagues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar import local
from knowledge.entries import FaqEntry
from knowledge.language.text import normalise
from routing.domain import clock
from routing.domain.case import Case, Status
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, Role, require_team
from routing.service import asked, histories, views
from routing.service.asked import Question
from routing.service.channel import leaving
from routing.service.channel.delivery import PRESUMED
from routing.service.context import Desk
from routing.service.journal import Open
from routing.service.views import show
from routing.store import cases as store
from routing.store import people, reports
from routing.store.schema import Media, Message, Outbox

_LARGEST_ID = 2**63 - 1


def case_page(
    session: Session, desk: Desk, actor: Actor, wanted: Mapping[str, Any], *, limit: int, cursor: str | None,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """A page of cases as the API gives it. ``wanted``: fields of the store's filter.

    Raises:
        Invalid: a value is none of ours.
    """
    unit = wanted.get("unit")
    if unit is not None and desk.offices.find_unit(unit) is None:
        raise Invalid(f"查無單位「{unit}」。", field="unit")
    if cursor is not None:
        cursor_id(cursor)
    chosen = store.CaseFilter(today=local(now).date(), **wanted)
    if actor.role is Role.PARTNER:
        questions = asked.page(session, actor, chosen, limit=limit, cursor=cursor)
        return {"items": [question_json(one) for one in questions.items], "next_cursor": questions.next_cursor}
    page = views.list_cases(session, desk, actor, chosen, limit=limit, cursor=cursor, now=now)
    states = reports.states(session, [line.row for line in page.items])
    items = []
    for line in page.items:
        case = states[line.row.id]
        items.append(views.case_json(line.row, case, line.firm, _reading(desk, case, now)))
    return {"items": items, "next_cursor": page.next_cursor}


def cursor_id(cursor: str) -> int:
    """The row a cursor stands for. Raises Invalid for what no page ever gave."""
    if not (cursor.isascii() and cursor.isdigit() and 0 < int(cursor[:20]) <= _LARGEST_ID and len(cursor) <= 19):
        raise Invalid("cursor 不正確；請使用上一頁的 next_cursor。", field="cursor")
    return int(cursor)


def _reading(desk: Desk, case: Case, now: datetime) -> clock.Reading:
    return clock.read(case, desk.calendar, desk.office_of(case.unit), now)


def opened_json(opened: Open) -> dict[str, Any]:
    """A case just written to, as the API answers."""
    if opened.actor.role is Role.PARTNER:
        state = {"number": opened.row.number, "status": opened.case.status.value, "version": opened.version}
        return {**_UNSEEN, **state}
    firm = store.firm_of(opened.session, opened.row)
    return views.case_json(opened.row, opened.case, firm, _reading(opened.desk, opened.case, opened.now))


def case_whole(session: Session, desk: Desk, actor: Actor, number: str, *, now: datetime) -> dict[str, Any]:
    """One case: its fields, messages, events, clock and deliveries. Raises NotFound if missing or hidden.

    For a partner it is the question to its agency in the same shape, with everything else empty.
    """
    if actor.role is Role.PARTNER:
        return question_whole(asked.one(session, actor, number))
    whole = views.whole(session, desk, actor, number, now=now)
    words = {message.id: (message.text, message.via, message.doc_no) for message in whole.messages}
    fields = views.case_json(whole.row, whole.case, whole.firm, whole.reading)
    return {
        **fields,
        "case": fields,
        "messages": [message_json(message, whole.media.get(message.id), number) for message in whole.messages],
        "events": [histories.event_json(reports.with_words(event, words)) for event in whole.events],
        "clock": clock_json(whole.case, whole.reading),
        "deliveries": [delivery_json(row, number) for row in whole.deliveries],
    }


_UNSEEN: dict[str, Any] = {
    **dict.fromkeys((
        "number", "kind", "status", "category", "topic", "subject", "channel", "language", "park", "firm", "unit",
        "assignee", "first_contact_at", "received_at", "first_reply_at", "due_on", "promised_on", "closed_at",
        "outcome", "days_used", "gross_days", "business_minutes", "overdue", "waiting_on", "pending_extension",
        "reopened", "confidential",
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
    fields, at = question_json(one), show(one.asked_at)
    message = {
        "id": one.version, "direction": "note", "kind": "text", "text": one.text, "at": at, "by": None, "via": None,
        "doc_no": None, "file": None,
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
        "at": show(message.at),
        "by": message.by,
        "via": None if message.direction == "note" else message.via,
        "doc_no": message.doc_no,
        "file": file,
    }


def clock_json(case: Case, reading: clock.Reading) -> dict[str, Any]:
    """What the clocks show: dates by Taipei, waits and extensions, working days waited."""
    return {
        "limit": str(reading.limit),
        "counts_from": show(case.receipt),
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
            {"on": wait.on, "agency": wait.agency, "start": show(wait.start), "end": show(wait.end),
             "until": wait.until}
            for wait in case.waits
        ],
        "extensions": [
            {"at": show(extension.at), "days": extension.days, "reason": extension.reason,
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
        "created_at": show(row.created_at),
        "due_at": show(row.due_at),
        "accepted_at": show(row.accepted_at),
    }


def deliveries(
    session: Session, actor: Actor, *, states: Iterable[str], number: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """A page of deliveries, newest first, but those of cases that are hidden from this person."""
    before = cursor_id(cursor) if cursor else None
    found = leaving.deliveries(session, actor, states=states, number=number, before_id=before, limit=limit + 1)
    items = found[:limit]
    return {
        "items": [delivery_json(one.row, one.number) for one in items],
        "next_cursor": str(items[-1].row.id) if len(found) > limit else None,
    }


def staff(session: Session, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Everybody with an account in use, and who is away today."""
    require_team(actor)
    absent = people.absences_on(session, local(now).date())
    items = [
        {"email": person.email, "name": person.name, "role": person.role, "unit": person.unit,
         "categories": list(person.categories), "agency": person.agency, "absent": person.id in absent}
        for person in people.all_staff(session, active=True)
    ]  # fmt: skip
    return {"items": items, "next_cursor": None}


def knowledge(
    entries: Iterable[FaqEntry], *, q: str | None, category: str | None, limit: int, cursor: str | None, now: datetime
) -> dict[str, Any]:
    """A page of the entries in force, by id; ``q`` is found in any spelling."""
    today = local(now).date()
    wanted = normalise(q) if q else ""
    found = [
        entry
        for entry in sorted(entries, key=lambda entry: entry.id)
        if (category is None or entry.category == category) and (cursor is None or entry.id > cursor)
        if not wanted or any(wanted in normalise(text) for text in (entry.id, entry.question, entry.answer))
    ]
    items = [entry_json(entry, expired=entry.expired(today)) for entry in found[:limit]]
    return {"items": items, "next_cursor": items[-1]["id"] if len(found) > limit else None}


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
