"""Whole cases in bulk, in a fixed number of statements: numbers compared, firms found, rows written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, select, text
from sqlalchemy.orm import Session

from routing.domain.reporting.spells import COLUMNS
from routing.domain.tax_number import same_firm
from routing.store import bulk
from routing.store.bulk import Row
from routing.store.cases import attached, queries
from routing.store.cases.schema import Case, CaseEvent, Firm, Serial
from routing.store.conversation.schema import Message
from routing.store.reporting import spells as spell_store
from routing.store.reporting.schema import CaseSpell
from routing.store.session import dialect_of, insert_by_dialect

FirmKey = tuple[str | None, str | None]
"""A firm as it was written: name and 統一編號."""
_ASKED = 500
MESSAGE = ("direction", "kind", "text", "at", "by", "via", "doc_no")
"""What a new message says, in the order of its row."""
EVENT = ("seq", "at", "recorded_at", "event", "by", "data")
"""What a new event says. ``data`` may hold ``MESSAGE_ID`` where the row of one of the case's messages is named."""
MESSAGE_ID = '"message_id": -'
"""Followed by the place of the message in the case, from 1."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as rows of plain values (``routing.store.bulk``), but for the ids, which are not known yet.

    ``case`` by the names given to ``enter``; ``messages`` and ``events`` by ``MESSAGE`` and ``EVENT``; ``spells`` by
    ``COLUMNS``; ``beside`` as ``routing.store.cases.attached.rows_of`` makes them.
    """

    number: str
    firm: FirmKey
    asked: bool
    """Somebody was asked in it; whoever enters it keeps its consultations."""
    case: Row
    messages: Sequence[Row]
    events: Sequence[Row]
    spells: Sequence[Row]
    beside: attached.Rows = ()

    def as_plain(self) -> list[Any]:
        """The same as lists, for JSON."""
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def of_plain(cls, plain: Sequence[Any]) -> NewCase:
        """What ``as_plain`` gave."""
        number, firm, asked, *rows = plain
        return cls(number, (firm[0], firm[1]), asked, *rows)


class Firms:
    """The firms that cases of a file name, each looked for once."""

    def __init__(self) -> None:
        self._known: dict[FirmKey, int | None] = {(None, None): None}

    def of(self, session: Session, keys: Iterable[FirmKey], *, now: datetime) -> Mapping[FirmKey, int | None]:
        """The row of each of these firms, made where there is none."""
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        if new and not self._at_once(session, new, now):
            for name, ubn in new:
                firm = queries.firm_for(session, name=name[:120] if name else None, ubn=ubn, now=now)
                self._known[name, ubn] = firm.id if firm is not None else None
            session.flush()
        return self._known

    def _at_once(self, session: Session, keys: Sequence[FirmKey], now: datetime) -> bool:
        """As ``queries.firm_for`` one after the other, in few statements; False where names and numbers contradict."""
        numbers = [ubn for _, ubn in keys if ubn]
        holders = firms_by_ubn(session, sorted(set(numbers)))
        if len(set(numbers)) < len(numbers) or any(
            ubn in holders and name and name != ubn and not same_firm(name[:120], holders[ubn].name)
            for name, ubn in keys
        ):  # fmt: skip
            return False
        named = _firms_by_name(session, sorted({name[:120] for name, ubn in keys if name and not ubn}))
        made: list[tuple[str, str | None]] = []
        places: dict[FirmKey, int] = {}
        first: dict[str, int] = {}
        for name, ubn in keys:
            title = (name or ubn or "")[:120]
            if ubn and ubn in holders:
                self._known[name, ubn] = holders[ubn].id
            elif not title or (not ubn and title in named):
                self._known[name, ubn] = named.get(title)
            elif not ubn and title in first:
                places[name, ubn] = first[title]
            else:
                places[name, ubn] = len(made)
                first.setdefault(title, len(made))
                made.append((title, ubn))
        ids = bulk.claim(session, Firm, len(made))
        at = bulk.instant_text(now)
        rows = [(key, title, ubn, at) for key, (title, ubn) in zip(ids, made, strict=True)]
        bulk.write(session, Firm, ("id", "name", "ubn", "created_at"), rows)
        self._known |= {key: ids[place] for key, place in places.items()}
        return True

    def forget(self) -> None:
        """What was found in a transaction that is given up."""
        self._known = {(None, None): None}


def firms_by_ubn(session: Session, numbers: Sequence[str]) -> dict[str, Firm]:
    """The firms with these 統一編號, held until the transaction ends."""
    found: dict[str, Firm] = {}
    for begin in range(0, len(numbers), _ASKED):
        query = select(Firm).where(Firm.ubn.in_(numbers[begin : begin + _ASKED])).with_for_update(key_share=True)
        found.update((firm.ubn, firm) for firm in session.scalars(query) if firm.ubn is not None)
    return found


def _firms_by_name(session: Session, names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for begin in range(0, len(names), _ASKED):
        query = select(Firm.name, Firm.id).where(Firm.name.in_(names[begin : begin + _ASKED]))
        # The last of a name counts: verified ones, and of these the oldest.
        found.update((row.name, row.id) for row in session.execute(query.order_by(Firm.verified, Firm.id.desc())))
    return found


def any_case(session: Session) -> bool:
    """Whether there is any case at all."""
    return session.scalar(select(Case.id).limit(1)) is not None


def taken(session: Session, numbers: Sequence[str]) -> set[str]:
    """Those of these numbers that a case has."""
    found: set[str] = set()
    for begin in range(0, len(numbers), _ASKED):
        found.update(session.scalars(select(Case.number).where(Case.number.in_(numbers[begin : begin + _ASKED]))))
    return found


def enter(
    session: Session, names: Sequence[str], cases: Sequence[NewCase], firms: Mapping[FirmKey, int | None]
) -> dict[int, NewCase]:
    """Write new cases with their messages, events and spells; gives them by their rows.

    ``names`` are those of the columns of ``case``.
    """
    ids = bulk.claim(session, Case, len(cases))
    message_ids = iter(bulk.claim(session, Message, sum(len(one.messages) for one in cases)))
    written: list[Row] = []
    messages: list[Row] = []
    events: list[Row] = []
    spells: list[Row] = []
    for key, one in zip(ids, cases, strict=True):
        written.append((key, firms[one.firm], *one.case))
        mine = [next(message_ids) for _ in one.messages]
        messages += [(message, key, *row) for message, row in zip(mine, one.messages, strict=True)]
        events += [(key, *row[:-1], _named(row[-1], mine)) for row in one.events]
        spells += [(key, *row) for row in one.spells]
    bulk.write(session, Case, ("id", "firm_id", *names), written)
    bulk.write(session, Message, ("id", "case_id", *MESSAGE), messages)
    bulk.write(session, CaseEvent, ("case_id", *EVENT), events)
    bulk.write(session, CaseSpell, ("case_id", *COLUMNS), spells)
    attached.enter(session, ((key, one.beside) for key, one in zip(ids, cases, strict=True)))
    spell_store.joined(session, {row[1] for row in spells})
    return dict(zip(ids, cases, strict=True))


def rows(session: Session, ids: Sequence[int]) -> list[Case]:
    """Some cases by their rows."""
    return list(session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id))) if ids else []


def _named(data: str, messages: Sequence[int]) -> str:
    if not data.startswith(MESSAGE_ID, 1):
        return data
    place, sign, rest = data[1 + len(MESSAGE_ID) :].partition(",")
    if not sign:
        place, sign, rest = place.removesuffix("}"), "}", ""
    return f'{{"message_id": {messages[int(place) - 1]}{sign}{rest}'


def reserve_serials(session: Session, highest: Mapping[tuple[str, date], int]) -> None:
    """Keep the counters of days ahead of numbers that came from outside."""
    rows = [{"agency": agency, "day": day, "last": last} for (agency, day), last in sorted(highest.items())]
    if not rows:
        return
    statement = insert_by_dialect(dialect_of(session), Serial)
    new = statement.excluded.last
    ahead = case((Serial.last < new, new), else_=Serial.last)
    session.execute(statement.on_conflict_do_update(index_elements=["agency", "day"], set_={"last": ahead}), rows)


class Marks:
    """Marks by number, kept outside of memory, so that a file of any size can be compared with itself."""

    def __init__(self) -> None:
        # An empty name: a database of this process alone, in memory while it is small and in a temporary file then.
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA journal_mode=OFF")
        self._file.execute("CREATE TABLE mark (number TEXT PRIMARY KEY, mark BLOB) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def earlier(self, number: str, mark: bytes) -> bytes | None:
        """The mark that a number has already; None if it had none and has this one from now on."""
        if self._file.execute("INSERT OR IGNORE INTO mark VALUES (?, ?)", (number, mark)).rowcount:
            return None
        found: bytes = self._file.execute("SELECT mark FROM mark WHERE number = ?", (number,)).fetchone()[0]
        return found

    def close(self) -> None:
        """Give the room back."""
        self._file.close()


def refresh_statistics(session: Session) -> None:
    """Have PostgreSQL count its tables anew after very many rows, as its own worker would some time."""
    if dialect_of(session) != "sqlite":
        session.execute(text("ANALYZE service_case, firm, case_event, message, case_spell"))
