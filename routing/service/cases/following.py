"""Keeping an eye on a case (列管), and putting one off until a day (暫緩)."""

from __future__ import annotations

from datetime import date

from knowledge.calendar.office_calendar import local
from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase


def watch(locked: LockedCase, *, watched: bool, reason: str | None = None) -> None:
    """Keep the case under watch, or no more, for everybody who reads it; the same again changes nothing.

    ``reason``: why, where it was asked for.
    """
    locked.require("watch")
    if locked.case.watched == watched:
        return
    locked.record(EventKind.WATCHED, watched=watched, reason=reason)
    locked_case.audit(locked, "case.watch", watched=watched)


def snooze(locked: LockedCase, until: str | None) -> None:
    """Leave the case out of the queue until a day, written 2026-01-05; None or an empty word: show it again.

    It comes back on that day, when it is due, and when firm or partner speak (``case.apply``). Moves no date.

    Raises:
        Invalid: no day, or none that is still to come.
    """
    locked.require("snooze")
    day = _day(until, local(locked.now).date()) if until else None
    if day == locked.case.snoozed_until:
        return
    locked.record(EventKind.SNOOZED, until=day.isoformat() if day else None)
    locked_case.audit(locked, "case.snooze", until=day.isoformat() if day else None)


def _day(written: str, today: date) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise Invalid("until 必須是日期，例如 2026-01-05。", field="until") from None
    if day <= today:
        raise Invalid("暫緩須至明日以後的日期。", field="until")
    return day
