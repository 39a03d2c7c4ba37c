"""The turnaround report over the stored histories, and whether a report of a finished period was revised.

A report of a period that is over must not change. If an event is entered afterwards with an earlier time (or the
calendar is corrected), what is given out then is a revision and says so (contract §8). What was given out last is
kept as a fingerprint of the figures.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from routing.domain.case import Kind
from routing.domain.reporting import statistics
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import GroupBy, Report
from routing.service.context import Desk
from routing.store import reports as store

RULES_VERSION = "2026-11"
"""Goes up when the way of counting changes; printed with every report."""
_NOT_FIGURES = ("rules", "calendar")


@dataclass(frozen=True, slots=True)
class Issued:
    """A report as it is given out: how often it was revised before, and whether that is yet to be written down."""

    report: Report
    revision: int
    key: str
    fingerprint: str | None
    """None: the period is not over, so the report may still change and nothing is kept of it."""
    recorded: bool

    def as_json(self) -> dict[str, Any]:
        """The report of contract §8 with its revision."""
        return {**self.report.as_json(), "revision": self.revision, "revised": self.revision > 0}


def make(
    session: Session, desk: Desk, *, start: date, end: date, kind: str = Kind.ENQ, by: str | None = None, now: datetime
) -> Issued:
    """Count and measure; only reads. Whoever can write calls ``record`` with the result.

    Raises:
        Invalid: an impossible period. OnestopError: the events do not add up (``report_unbalanced``).
    """
    period = Period(start, end)
    made = statistics.report(
        store.histories(session, received_before=period.ends_at, open_after=period.begins_at),
        start=start, end=end, kind=kind, by=GroupBy(by) if by is not None else None, calendar=desk.calendar,
        offices=desk.offices, rules_version=RULES_VERSION,
    )  # fmt: skip
    key = f"{start}|{end}|{kind}|{by or ''}"
    if now < period.ends_at:
        return Issued(made, 0, key, None, recorded=True)
    fingerprint = _fingerprint(made)
    last = store.issued(session, key)
    if last is None:
        return Issued(made, 0, key, fingerprint, recorded=False)
    same = last.fingerprint == fingerprint
    return Issued(made, last.revision if same else last.revision + 1, key, fingerprint, recorded=same)


def report(
    session: Session, desk: Desk, *, start: date, end: date, kind: str = Kind.ENQ, by: str | None = None, now: datetime
) -> dict[str, Any]:
    """The report as JSON; only reads."""
    return make(session, desk, start=start, end=end, kind=kind, by=by, now=now).as_json()


def record(session: Session, issued: Issued, *, now: datetime) -> None:
    """Keep what was given out; the same figures again change nothing."""
    if issued.fingerprint is not None and not issued.recorded:
        store.issue(session, issued.key, issued.fingerprint, now=now)


def cases_behind(issued: Issued, figure: str, *, group: str | None = None, grouped: bool = False) -> tuple[str, ...]:
    """The numbers of the cases behind a figure, of the whole report or (``grouped``) of one of its groups."""
    figures = issued.report.figures_of(group) if grouped else issued.report.figures
    return figures.cases_behind(figure) if figures is not None else ()


def _fingerprint(made: Report) -> str:
    return hashlib.sha256(json.dumps(_figures(made.as_json()), sort_keys=True).encode()).hexdigest()


def _figures(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _figures(child) for name, child in value.items() if name not in _NOT_FIGURES}
    return [_figures(child) for child in value] if isinstance(value, list) else value
