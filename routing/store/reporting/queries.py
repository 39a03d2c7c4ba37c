"""Cases in bulk: histories for reports and exports, and lists across cases, in a fixed number of queries a chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session, load_only

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.vocabulary import LANGUAGES, Language
from routing.domain.case import Case, Event, EventKind, Opening, fold
from routing.domain.reporting.attached import NOTHING
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.moved import effective
from routing.store.cases import attached
from routing.store.cases.queries import opening_of
from routing.store.cases.queries import seen_by as cases_seen_by
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseEvent, Firm
from routing.store.conversation.schema import Message
from routing.store.messaging.schema import Outbox
from routing.store.reporting.schema import IssuedReport
from routing.store.session import changed, insert_ignoring

CHUNK = 500

WITH_WORDS = frozenset({
    EventKind.MESSAGE, EventKind.REPLIED, EventKind.NOTE, EventKind.WAITING, EventKind.CONSULTED, EventKind.CLOSED,
})  # fmt: skip
"""Events whose words stand in a message of their own."""
_FIELDS = {EventKind.WAITING: "message", EventKind.CONSULTED: "message", EventKind.CLOSED: "summary"}
_BEGINNINGS = load_only(
    CaseRow.number, CaseRow.opened, CaseRow.channel, CaseRow.language, CaseRow.park, CaseRow.subject, CaseRow.alert,
    CaseRow.first_contact_at, CaseRow.received_at, CaseRow.firm_id, raiseload=True,
)  # fmt: skip
"""What a history says of a case beside its events."""
_KINDS = {kind.value: kind for kind in EventKind}
_Words = Mapping[int, tuple[str, str, str | None]]


def words_field(kind: EventKind) -> str:
    """Under which name an event's words stand in a history."""
    return _FIELDS.get(kind, "text")


def histories(
    session: Session, *, received_before: datetime | None = None, open_after: datetime | None = None,
    numbers: Sequence[str] | None = None, texts: bool = False,
) -> Iterator[CaseHistory]:  # fmt: skip
    """Histories in the order in which their cases were entered, a chunk at a time.

    Args:
        session: reads only.
        received_before: leave out cases received at or after this instant.
        open_after: leave out cases that were closed for good before this instant.
        numbers: these cases only, a chunk of numbers at a time.
        texts: with the words of each event, which stand in the messages, and with what stands beside the events.
    """
    query = select(CaseRow).options(_BEGINNINGS).order_by(CaseRow.id)
    if received_before is not None:
        query = query.where(CaseRow.received_at < received_before)
    if open_after is not None:
        query = query.where(or_(CaseRow.closed_at.is_(None), CaseRow.closed_at >= open_after))
    for rows in _row_chunks(session, query, numbers):
        found = firms(session, rows)
        events = events_of(session, [row.id for row in rows], texts=texts)
        beside = attached.of_cases(session, [row.id for row in rows]) if texts else {}
        for row in rows:
            kept = beside.get(row.id, NOTHING)
            yield CaseHistory(opening=opening(row, found), events=tuple(events[row.id]), attached=kept)


def _row_chunks(session: Session, query: Select[CaseRow], numbers: Sequence[str] | None) -> Iterator[list[CaseRow]]:
    """Cases of a query in order of entry, a chunk at a time.

    Those of some numbers are asked for by these alone: going on from the last one has PostgreSQL look at every case.
    """
    if numbers is not None:
        for begin in range(0, len(numbers), CHUNK):
            if rows := list(session.scalars(query.where(CaseRow.number.in_(numbers[begin : begin + CHUNK])))):
                yield rows
        return
    last = 0
    while rows := list(session.scalars(query.where(CaseRow.id > last).limit(CHUNK))):
        last = rows[-1].id
        yield rows


def opening(row: CaseRow, found: Mapping[int, Firm] = MappingProxyType({})) -> Opening:
    """How a case began; what was imported as it was written, in words that histories know."""
    began = opening_of(row, found.get(row.firm_id) if row.firm_id is not None else None)
    written = row.opened.get("firm")
    if written is not None:
        began = replace(began, firm_name=written["name"], firm_ubn=written["ubn"], subject=row.opened["subject"])
    return began if began.language in LANGUAGES else replace(began, language=Language.ZH_TW.value)


def firms(session: Session, rows: Iterable[CaseRow]) -> dict[int, Firm]:
    """The firms of some cases, by id."""
    ids = {row.firm_id for row in rows if row.firm_id is not None}
    return {firm.id: firm for firm in session.scalars(select(Firm).where(Firm.id.in_(ids)))} if ids else {}


def events_of(session: Session, case_ids: Sequence[int], *, texts: bool = False) -> dict[int, list[Event]]:
    """The events of some cases by case, each case's in the order they happened."""
    query = (
        select(CaseEvent.case_id, CaseEvent.at, CaseEvent.event, CaseEvent.by, CaseEvent.data)
        .where(CaseEvent.case_id.in_(case_ids))
        .order_by(CaseEvent.case_id, CaseEvent.at, CaseEvent.seq)
    )
    found: defaultdict[int, list[Event]] = defaultdict(list)
    for case_id, at, event, by, data in session.execute(query):
        found[case_id].append(Event(at=at, kind=_KINDS[event], by=by, data=MappingProxyType(data)))
    if texts:
        words = message_texts(session, case_ids)
        for events in found.values():
            events[:] = [with_words(event, words) for event in effective(events)]
    return found


def message_texts(session: Session, case_ids: Sequence[int]) -> dict[int, tuple[str, str, str | None]]:
    """Text, channel and document number of every message of some cases, by message."""
    query = select(Message.id, Message.text, Message.via, Message.doc_no).where(Message.case_id.in_(case_ids))
    return {key: (text, via, doc_no) for key, text, via, doc_no in session.execute(query)}


def with_words(event: Event, words: _Words) -> Event:
    """The event with the words of its message, as a history has them."""
    data = {name: value for name, value in event.data.items() if name != "message_id"}
    if event.data.get("message_id") is not None:
        text, via, doc_no = words.get(event.data["message_id"], ("", "", None))
        if text:
            data[words_field(event.kind)] = text
        if event.kind is EventKind.MESSAGE:
            data = {**{name: value for name, value in (("via", via), ("doc_no", doc_no)) if value}, **data}
    if data.get("filed_at"):
        data["filed_at"] = datetime.fromisoformat(data["filed_at"]).astimezone(TAIPEI).isoformat()
    return Event(at=event.at, kind=event.kind, by=event.by, data=MappingProxyType(data))


def states(session: Session, rows: Sequence[CaseRow]) -> dict[int, Case]:
    """The state of some cases, by id, in two queries."""
    ids = [row.id for row in rows]
    found, events = firms(session, rows), events_of(session, ids)
    return {row.id: fold(opening(row, found), events[row.id]) for row in rows}


def known(session: Session, numbers: Sequence[str]) -> dict[str, CaseHistory]:
    """The histories of those of these numbers (a chunk of them) that exist, with their words."""
    if not numbers:
        return {}
    return {history.number: history for history in histories(session, numbers=numbers, texts=True)}


def enter_events(
    session: Session, entered: Iterable[tuple[CaseRow, Sequence[Event]]], *, recorded_at: datetime
) -> None:
    """Write all events of new cases in one go, and count them in the cases' versions."""
    rows = []
    for row, events in entered:
        row.version = len(events)
        rows += [
            {"case_id": row.id, "seq": seq, "at": event.at, "recorded_at": recorded_at, "event": event.kind.value,
             "by": event.by, "data": dict(event.data)}
            for seq, event in enumerate(events, start=1)
        ]  # fmt: skip
    if rows:
        session.execute(insert(CaseEvent), rows)


def delivery_counts(session: Session, *, seen_by: tuple[str, tuple[str, ...]] | None) -> dict[str, int]:
    """How many messages on their way out stand in each state; ``seen_by`` as for ``deliveries``."""
    query = select(Outbox.state, func.count()).outerjoin(CaseRow, CaseRow.id == Outbox.case_id)
    if seen_by is not None:
        query = query.where(or_(CaseRow.id.is_(None), cases_seen_by(*seen_by)))
    return {str(state): number for state, number in session.execute(query.group_by(Outbox.state))}


def hidden_cases(session: Session, *, seen_by: tuple[str, tuple[str, ...]] | None) -> dict[int, str]:
    """The numbers, by row, of all confidential cases that this unit and these people may not see; none for None."""
    if seen_by is None:
        return {}
    query = select(CaseRow.id, CaseRow.number).where(hidden_from(*seen_by))
    return {row.id: row.number for row in session.execute(query)}


def hidden_from(unit: str, emails: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a case is confidential and neither this unit's nor given to these people."""
    # Not the negation of what is seen: with nobody assigned that would be neither true nor false.
    others = or_(CaseRow.assignee.is_(None), CaseRow.assignee.not_in(emails))
    return and_(CaseRow.confidential.is_(True), CaseRow.unit != unit, others)


def issued(session: Session, key: str) -> IssuedReport | None:
    """What a report was when it was given out last."""
    return session.get(IssuedReport, key)


def issue(session: Session, key: str, fingerprint: str, *, now: datetime) -> None:
    """Keep a report as given out; other figures than last time make a revision."""
    row = {"key": key, "fingerprint": fingerprint, "revision": 0, "issued_at": now}
    if insert_ignoring(session, IssuedReport, row, key=("key",)):
        return
    again = update(IssuedReport).where(IssuedReport.key == key, IssuedReport.fingerprint != fingerprint)
    changed(session, again.values(fingerprint=fingerprint, revision=IssuedReport.revision + 1, issued_at=now))
