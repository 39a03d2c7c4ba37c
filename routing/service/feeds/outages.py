"""What is announced for a park, for the dialogue and for cases: in force or coming, while its source is being read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_instant
from knowledge.feeds import load_feeds
from knowledge.language.text import normalise
from knowledge.offices.records import Park
from routing.domain.case import EventKind
from routing.domain.dialogue.outages import AHEAD, told_when
from routing.domain.dialogue.turn import Say
from routing.domain.feeds.outages import Announced, Kind
from routing.domain.permissions import SYSTEM
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.conversation.schema import Message
from routing.store.feeds import queries as store
from routing.store.feeds.schema import OutageNotice
from routing.store.incidents import queries as incident_store
from routing.store.incidents.schema import Incident

STALE = timedelta(hours=24)
"""A source that was not read well for longer is not answered from: what it said may have been called off."""
_OPEN_END = timedelta(days=7)
"""After which a stop whose end is not announced is taken to be over."""
_SOON = timedelta(hours=24)
_MOST_NOTES = 3
_MOST_GOING_ON = 200
"""Incidents that go on, among which that of a notice is looked for."""
_LONGEST_TITLE, _LONGEST_TEXT = 120, 2000

_OF_ALERT = {"outage_power": "power", "outage_water": "water"}
_KINDS = {"power": (Kind.POWER,), "water": (Kind.WATER, Kind.PRESSURE)}


def for_park(
    session: Session, park: Park, of: Collection[str], *, now: datetime, ahead: timedelta = AHEAD
) -> tuple[Announced, ...]:
    """What is in force or coming for a park; ``of``: ``power``, ``water`` or both. The earliest first."""
    return tuple(announced(row) for row in _rows(session, park, of, now=now, ahead=ahead))


def _rows(
    session: Session, park: Park, of: Collection[str], *, now: datetime, ahead: timedelta
) -> list[OutageNotice]:  # fmt: skip
    kinds = {kind.value for name in of for kind in _KINDS[name]}
    rows = store.announced(session, now=now, fetched_after=now - STALE, until=now + ahead)
    return [
        row
        for row in rows
        if row.kind in kinds and park.id in row.parks and (row.ends_at or row.starts_at + _OPEN_END) > now
    ]


def announced(row: OutageNotice) -> Announced:
    """A stop as it is told."""
    return Announced(
        source=row.feed, kind=Kind(row.kind), number=row.number, starts=row.starts_at, ends=row.ends_at,
        areas=tuple(row.areas), what=row.what, planned=row.planned, fetched_at=row.fetched_at,
    )  # fmt: skip


def attach(locked: LockedCase, text: str) -> None:
    """Give a new case that reports a stop of power or water what is announced for its park, as an internal note.

    What is in force, or begins within a day; a place that is not surely the park's is never attached.
    """
    row, office = locked.row, locked.office
    park = office.offices.park(row.park) if row.park else None
    if park is None or not park.own:
        return
    alert = _OF_ALERT.get(row.alert or "")
    of = {alert} if alert else _spoken_of(text) if row.category == "utilities" else set()
    found = _rows(locked.session, park, of, now=locked.now, ahead=_SOON) if of else []
    for notice in found[:_MOST_NOTES]:
        if store.put_to_case(locked.session, case_id=row.id, notice_id=notice.id, now=locked.now):
            _note(locked, _words(locked, announced(notice)))
    in_force = next((notice for notice in found if notice.starts_at <= locked.now), None)
    if in_force is not None and alert is not None and not locked.case.confidential:
        _gather(locked, park, in_force)


def _spoken_of(text: str) -> set[str]:
    known, words = load_feeds(), normalise(text)
    if known.other.search(words):
        return set()
    return {name for name, pattern in (("power", known.power), ("water", known.water)) if pattern.search(words)}


def saying(office: OfficeContext, language: str | None) -> Say:
    """The sentences of stops in a language; None: as staff read them."""

    def say(key: str, **values: object) -> str:
        return office.sentences.say(key, language, **values)

    return say


def _words(locked: LockedCase, one: Announced) -> str:
    say = saying(locked.office, None)
    at = local(one.fetched_at)
    return say(
        "outage.note", kind=say(f"outage.kind.{one.kind.value}"), when=told_when(say, one), number=one.number,
        area="；".join(one.areas), what=one.what or say("outage.not_said"), source=say(f"outage.source.{one.source}"),
        at=roc_instant(at),
    )  # fmt: skip


def _gather(locked: LockedCase, park: Park, notice: OutageNotice) -> None:
    """Reports of a stop that is announced and in force are one incident: the first opens it, the notice is its text."""
    session, now, alert = locked.session, locked.now, locked.row.alert
    one = announced(notice)
    say = saying(locked.office, None)
    kind = say(f"outage.kind.{one.kind.value}")
    title = say("outage.incident", kind=kind, park=park.name, number=one.number)[:_LONGEST_TITLE]
    row = next(
        (each for each in incident_store.going_on(session, limit=_MOST_GOING_ON)
         if (each.title, each.alert) == (title, alert)), None
    )  # fmt: skip
    if row is None:
        row = Incident(
            title=title, alert=alert, parks=[park.name], text=_words(locked, one)[:_LONGEST_TEXT], opened_at=now,
            opened_by=SYSTEM.name, version=1,
        )  # fmt: skip
        session.add(row)
        session.flush()
        _audit(locked, row, "incident.open", parks=row.parks)
    locked.record(EventKind.GATHERED, automatic=True, incident=row.id, title=row.title)
    locked_case.audit(locked, "case.gathered", incident=row.id)
    row.version += 1
    _audit(locked, row, "incident.cases", done=1, failed=0)


def _audit(locked: LockedCase, row: Incident, action: str, **detail: object) -> None:
    account_store.audit(
        locked.session, at=locked.now, actor=SYSTEM.name, action=action, subject=f"incident {row.id}", detail=detail
    )  # fmt: skip


def _note(locked: LockedCase, text: str) -> None:
    """An internal note that nobody wrote."""
    message = Message(
        case_id=locked.row.id, contact_id=locked.row.contact_id, direction="note", kind="text", text=text[:4000],
        at=locked.now, by=None, via=locked.row.channel,
    )  # fmt: skip
    locked.session.add(message)
    locked.session.flush()
    locked.record(EventKind.NOTE, automatic=True, message_id=message.id)
