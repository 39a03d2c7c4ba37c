"""Which calendar and which directory a transaction finds: one query that every transaction begins with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, String, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from routing.store.base import table_of
from routing.store.directory.schema import OfficeEntry
from routing.store.knowledge_admin.schema import UnitPhone
from routing.store.office_calendar.schema import CalendarYear, ClosureRow, KindLimit

_YEAR, _CLOSURE, _LIMIT, _ENTRY, PHONE = "year", "closure", "limit", "entry", "phone"
Rows = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class OfficeMarks:
    """``calendar``: imported years with their hashes, closures and limits that stand, by their rows.

    ``directory``: kind, code and version of what the branch changed, and units with their telephones.
    """

    calendar: Rows
    directory: Rows


@cache
def _query() -> CompoundSelect[Any]:
    year, closure, limit, entry, phone = (
        table_of(one).c for one in (CalendarYear, ClosureRow, KindLimit, OfficeEntry, UnitPhone)
    )
    where = closure.county + "/" + func.coalesce(closure.district, "") + "/" + closure.part
    where = where + "/" + func.coalesce(closure.source, "")
    return union_all(
        select(literal(_YEAR), literal(""), cast(year.year, String), year.sha256),
        select(literal(_CLOSURE), cast(closure.day, String), cast(closure.id, String), where).where(
            closure.withdrawn_at.is_(None)
        ),
        select(literal(_LIMIT), limit.kind, cast(limit.since, String), cast(limit.days, String)).where(
            limit.withdrawn_at.is_(None)
        ),
        select(literal(_ENTRY), entry.kind, entry.code, cast(entry.version, String)),
        select(literal(PHONE), literal(PHONE), phone.unit, phone.phone),
    )


def office_marks(session: Session) -> OfficeMarks:
    """The marks of the office as this transaction sees it."""
    calendar, directory = list[tuple[str, str, str]](), list[tuple[str, str, str]]()
    for source, kind, code, mark in session.execute(_query()):
        if source in {_ENTRY, PHONE}:
            directory.append((kind, code, mark))
        else:
            calendar.append((f"{source} {kind}", code, mark))
    return OfficeMarks(tuple(sorted(calendar)), tuple(sorted(directory)))
