"""Days that a step names: written as a date, and not over already."""

from __future__ import annotations

from datetime import date

from knowledge.calendar.office_calendar import local
from routing.domain.errors import Invalid
from routing.service.cases.locked_case import LockedCase


def check_ahead(locked: LockedCase, day: str | None, over: str, *, field: str) -> None:
    """Let a day pass that is today or later, or none. Raises Invalid: ``over`` says that it is past."""
    if day is None:
        return
    if not _is_day(day):
        raise Invalid(f"{field} 必須是日期，例如 2026-01-05。", field=field)
    if day < local(locked.now).date().isoformat():
        raise Invalid(over, field=field)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
