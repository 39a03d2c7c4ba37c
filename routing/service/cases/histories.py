"""Case histories in and out (contract §6). What comes in enters as it happened and sends nothing to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.case import Event, EventKind
from routing.domain.errors import Invalid
from routing.domain.reporting import history
from routing.domain.reporting.history import CaseHistory, KnownWords, Refusal, Repeat
from routing.domain.reporting.spells import Spell
from routing.service.cases import locked_case
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.service.reporting import measuring
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Message
from routing.store.reporting import queries as report_store

CHUNK = 500
PART = 100
"""Cases of one transaction beside a running service: some tenths of a second on SQLite."""
_Firms = dict[tuple[str | None, str | None], int | None]
"""Firms met so far, by name and number as written."""
_DIRECTIONS = {
    EventKind.MESSAGE: "in",
    EventKind.REPLIED: "out",
    EventKind.NOTE: "note",
    EventKind.CLOSED: "out",
}
"""Which way an event's words went; those of a wait go to the firm or stay among staff."""
_LONGEST = {"to": 200, "agency": 20}
_LONGEST_REFERRED = 80
"""Of the agency to which a case was referred, which may be any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What became of a file: cases entered, lines skipped as known, and the lines refused."""

    imported: int
    repeated: int
    refusals: tuple[Refusal, ...]


class _Counted:
    """Lines, with the number of the one given last."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            yield line


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file read to its end: the histories that are new, how many are known, and the lines refused."""

    accepted: list[CaseHistory]
    repeated: int
    refusals: tuple[Refusal, ...]

    def result(self, imported: int) -> ImportResult:
        return ImportResult(imported=imported, repeated=self.repeated, refusals=self.refusals)


def import_histories(
    session: Session, office: OfficeContext, lines: Iterable[str], *, skip_bad: bool, now: datetime
) -> ImportResult:
    """Read a file of histories into the database, in the caller's transaction.

    All lines are read and compared before anything is written, so that without ``skip_bad`` one refused line leaves
    the database as it was. The same history again is skipped, a known number with another history refused.
    """
    checked = _check(session, office, lines, now=now)
    if checked.refusals and not skip_bad:
        return checked.result(0)
    enter(session, office, checked.accepted, now=now)
    if checked.accepted:
        _audit(session, len(checked.accepted), now=now)
    return checked.result(len(checked.accepted))


def import_beside_service(
    units_of_work: UnitOfWorkFactory, lines: Iterable[str], *, skip_bad: bool, now: datetime
) -> ImportResult:
    """As ``import_histories``, in many short transactions, so that what is served meanwhile goes on.

    Everything is read and compared first, by reading alone. Whoever is stopped while it is written gives the same file
    again: what is in already is skipped.

    Raises:
        Invalid: a number was given to another case since it was compared; says how many cases are in by then.
    """
    with units_of_work.reading() as (session, office):
        checked, how = _check(session, office, lines, now=now), measuring.measuring(office)
    if checked.refusals and not skip_bad:
        return checked.result(0)
    entered, firms = 0, _Firms()
    if checked.accepted:
        with units_of_work.writing() as (session, _office):
            # First, so that no case opened meanwhile gets one of the numbers to come.
            _reserve(session, checked.accepted)
    for start in range(0, len(checked.accepted), PART):
        part = checked.accepted[start : start + PART]
        # Before the transaction, since others wait for it to end.
        spells = {one.number: how.spells(one.opening, one.events) for one in part}
        with units_of_work.writing() as (session, office):
            known = report_store.known(session, [one.number for one in part])
            for one in part:
                if (reason := _reason_against(one, known.get(one.number))) is not None:
                    raise Invalid(
                        f"{reason}已匯入 {entered} 件；修正後以同一檔案再匯一次，已有的會略過。", code="import_stopped"
                    )
            new = [one for one in part if one.number not in known]
            same = office.calendar.version == how.calendar.version
            _enter(session, office, new, firms, spells if same else {}, now=now)
            if new:
                _audit(session, len(new), now=now)
        entered += len(new)
        units_of_work.database.give_way()
    return checked.result(entered)


def _audit(session: Session, cases: int, *, now: datetime) -> None:
    detail: dict[str, object] = {"cases": cases}
    account_store.audit(session, at=now, actor="cli", action="cases.import", subject="database", detail=detail)


def _check(session: Session, office: OfficeContext, lines: Iterable[str], *, now: datetime) -> _Checked:
    """Read every line and compare it with what is there; writes nothing."""
    accepted: list[CaseHistory] = []
    refusals: list[Refusal] = []
    repeated = 0
    counted = _Counted(lines)
    results = ((counted.number, result) for result in history.read(counted, KnownWords.of(office.offices), now))
    while chunk := list(islice(results, CHUNK)):
        known = report_store.known(session, [one.number for _, one in chunk if isinstance(one, CaseHistory)])
        for line, result in chunk:
            if isinstance(result, Repeat):
                repeated += 1
            elif isinstance(result, Refusal):
                refusals.append(result)
            elif (reason := _reason_against(result, known.get(result.number))) is not None:
                refusals.append(Refusal(line=line, reason=reason, number=result.number))
            elif result.number in known:
                repeated += 1
            else:
                accepted.append(result)
    return _Checked(accepted, repeated, tuple(refusals))


def _reason_against(one: CaseHistory, known: CaseHistory | None) -> str | None:
    if known is not None:
        same = history.digest(known) == history.digest(one)
        return None if same else f"案號 {one.number} 已存在，且歷程不同。"
    if len(one.opening.topic or "") > 40 or len(one.opening.alert or "") > 20:
        return "欄位 topic 最多 40 字，alert 最多 20 字。"
    for position, event in enumerate(one.events, start=1):
        most_of = {**_LONGEST, "agency": _LONGEST_REFERRED} if event.kind is EventKind.CLOSED else _LONGEST
        long = [name for name, most in most_of.items() if len(event.data.get(name) or "") > most]
        if long or len(event.by or "") > 200:
            return f"第 {position} 個事件的欄位 {long[0] if long else 'by'} 過長。"
    return None


def enter(session: Session, office: OfficeContext, accepted: Sequence[CaseHistory], *, now: datetime) -> None:
    """Write histories whose numbers are new: cases, firms, messages, events; serials of their days are reserved."""
    _enter(session, office, accepted, {}, {}, now=now)
    _reserve(session, accepted)


def _enter(
    session: Session, office: OfficeContext, accepted: Sequence[CaseHistory], firms: _Firms,
    spells: Mapping[str, tuple[Spell, ...]], *, now: datetime,
) -> None:  # fmt: skip
    """Write them; ``firms`` met before and ``spells`` measured before are not looked for again."""
    how = measuring.measuring(office)
    for start in range(0, len(accepted), CHUNK):
        pairs = [(one, _row(session, one, firms, now)) for one in accepted[start : start + CHUNK]]
        session.add_all(row for _, row in pairs)
        session.flush()
        told = [_messages(one, row) for one, row in pairs]
        session.add_all(message for messages in told for message in messages.values())
        session.flush()
        events: list[tuple[CaseRow, list[Event]]] = []
        for (one, row), messages in zip(pairs, told, strict=True):
            events.append((row, [_stored(event, messages.get(place)) for place, event in enumerate(one.events)]))
            locked_case.project(office, row, one.case(), now)
        report_store.enter_events(session, events, recorded_at=now)
        measuring.keep_all(
            session, {row.id: spells.get(one.number) or how.spells(one.opening, one.events) for one, row in pairs}
        )
        session.flush()


def _row(session: Session, one: CaseHistory, firms: _Firms, now: datetime) -> CaseRow:
    opening = one.opening
    name, ubn = opening.firm_name, opening.firm_ubn
    if (name, ubn) not in firms:
        firm = case_store.firm_for(session, name=name[:120] if name else None, ubn=ubn, now=now)
        firms[name, ubn] = firm.id if firm is not None else None
    return CaseRow(
        number=opening.number,
        opened={
            "kind": opening.kind.value, "category": opening.category, "topic": opening.topic, "unit": opening.unit,
            "subject": opening.subject, "firm": {"name": name, "ubn": ubn},
        },
        channel=opening.channel, language=opening.language, park=opening.park, subject=opening.subject[:200],
        alert=opening.alert, first_contact_at=opening.first_contact_at, received_at=opening.received_at,
        firm_id=firms[name, ubn], refs=_refs(one), imported=True, kind=opening.kind.value, status="received",
        category=opening.category, topic=opening.topic, unit=opening.unit, version=0,
    )  # fmt: skip


def _refs(one: CaseHistory) -> list[str]:
    return list(dict.fromkeys(event.data["doc_no"] for event in one.events if event.data.get("doc_no")))


def _messages(one: CaseHistory, row: CaseRow) -> dict[int, Message]:
    """A message for each event that has words, by the event's place."""
    found = {}
    for place, event in enumerate(one.events):
        text = event.data.get(report_store.words_field(event.kind))
        if text and event.kind in report_store.WITH_WORDS:
            direction = _DIRECTIONS.get(event.kind) or ("out" if event.data["on"] == "firm" else "note")
            found[place] = Message(
                case_id=row.id, direction=direction, kind="text", text=text, at=event.at, by=event.by,
                via=(event.data.get("via") or one.opening.channel)[:12],
                doc_no=(event.data.get("doc_no") or "")[:60] or None,
            )  # fmt: skip
    return found


def _stored(event: Event, message: Message | None) -> Event:
    """The event as it is kept: its words stand in the message alone, so that erasing them there erases them."""
    if message is None:
        return event
    field = report_store.words_field(event.kind)
    data = {name: value for name, value in event.data.items() if name != field}
    return replace(event, data={**data, "message_id": message.id})


def _reserve(session: Session, accepted: Sequence[CaseHistory]) -> None:
    last: dict[tuple[str, date], int] = {}
    for one in accepted:
        agency, _, serial = one.number.split("-")
        key = agency, local(one.opening.received_at).date()
        last[key] = max(last.get(key, 0), int(serial))
    for (agency, day), highest in last.items():
        store.reserve_serial(session, agency, day, highest)


def export(session: Session) -> Iterator[str]:
    """Every case as a line without its break, in the order in which the cases were entered."""
    for one in report_store.histories(session, texts=True):
        park = one.case().park
        corrected = one if park == one.opening.park else replace(one, opening=replace(one.opening, park=park))
        yield history.dump(corrected)


def event_json(event: Event) -> dict[str, Any]:
    """An event as a history has it; those that histories have no word for, in the same manner."""
    if event.kind in history.WORDS:
        return history.write(event)
    by = {} if event.by is None else {"by": event.by}
    return {"at": local(event.at).isoformat(), "event": event.kind.value, **by, **event.data}
