"""When the calendar changes, or a day passes, open cases are given the dates that it makes now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar import local
from routing.service.context import Desk
from routing.service.journal import project
from routing.store import cases, reports

_ALL = 1_000_000


def follow(session: Session, desk: Desk, *, now: datetime) -> int:
    """Give every open case the dates that the desk's calendar makes; says how many moved."""
    rows = cases.queue(session, cases.CaseFilter(today=local(now).date()), limit=_ALL)
    moved = 0
    for start in range(0, len(rows), reports.CHUNK):
        part = rows[start : start + reports.CHUNK]
        states = reports.states(session, part)
        for row in part:
            before = row.due_on
            project(desk, row, states[row.id], now)
            moved += row.due_on != before
    return moved
