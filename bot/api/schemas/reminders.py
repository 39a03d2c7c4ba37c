"""What a person was reminded of, as the API answers it."""

from __future__ import annotations

from datetime import date

from bot.api.schemas.answers import Representation
from bot.api.schemas.requests import Limit, Query, Word
from bot.web.fields import WrittenInstant
from routing.service.reminders.bell import Rung


class RemindersQuery(Query):
    """``unread``: only those that were not read."""

    unread: bool = False
    limit: Limit = 50
    cursor: Word | None = None


class Reminder(Representation):
    """One row of the bell. ``text`` is ready to read; ``day``: what it is about; ``stands_for``: a deputy was told."""

    id: int
    cause: str
    text: str
    case: str | None
    day: date
    stands_for: str | None
    at: WrittenInstant
    read_at: WrittenInstant | None

    @classmethod
    def of(cls, one: Rung) -> Reminder:
        """One row."""
        row = one.row
        return cls(
            id=row.id, cause=row.cause, text=one.figures or one.said, case=one.number, day=row.day,
            stands_for=one.stands_for, at=row.at, read_at=row.read_at,
        )  # fmt: skip


class ReminderPage(Representation):
    """Some of them, and how many are unread in all."""

    items: list[Reminder]
    unread: int
    next_cursor: str | None


class RemindersRead(Representation):
    """How many were unread and are read now."""

    read: int
