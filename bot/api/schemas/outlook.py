"""The week ahead as programs read it."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from bot.api.schemas.answers import Representation


class WeekDue(Representation):
    """A case that was promised for this week and is open."""

    number: str
    promised_on: date
    category: str
    unit: str
    assignee: str | None


class WeekLoad(Representation):
    """Somebody who has as much as fits: open work, cases that wait counted half; ``capacity`` null without a bound."""

    email: str
    unit: str
    load: float
    capacity: int | None


class WeekAway(Representation):
    """Somebody who is away, with their open cases; ``deputy`` is null where nobody stands in."""

    email: str
    begin: date = Field(alias="from")
    end: date = Field(alias="to")
    cases: int
    deputy: str | None


class WeekRisen(Representation):
    """A topic that is asked about more: in seven days, and in a mean week of the four before; enquiries are masked."""

    category: str
    topic: str | None
    asked: int
    before: float
    examples: list[str]


class WeekAnswer(Representation):
    """A topic, and the cases of four weeks for which there was no answer ready."""

    category: str
    topic: str | None
    cases: int


class WeekGap(Representation):
    """A question of this week that got no answer, masked."""

    example: str
    asked: int
    firms: int


class WeekHeld(Representation):
    """An agency or unit with open questions: their working days so far in all, and the longest."""

    of: str
    questions: int
    days: int
    longest: int


class WeekOutlook(Representation):
    """What is left of a week, of one unit or (``unit`` null) of all; ``due`` names the earliest of ``due_count``."""

    begin: date = Field(alias="from")
    end: date = Field(alias="to")
    week: str
    unit: str | None
    due_count: int
    due: list[WeekDue]
    overloaded: list[WeekLoad]
    away: list[WeekAway]
    rising: list[WeekRisen]
    answers: list[WeekAnswer]
    gaps: list[WeekGap]
    holding: list[WeekHeld]
