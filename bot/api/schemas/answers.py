"""What the API answers beside cases: people, knowledge, deliveries, the report. Instants carry Taipei's offset."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.web.fields import WrittenInstant
from knowledge.entries import FaqEntry
from routing.domain.case import Kind
from routing.domain.permissions import Actor, Role
from routing.service.accounts.queries import Colleague
from routing.service.messaging.deliveries import Delivery as Sent


class Representation(BaseModel):
    """Something as it is answered."""

    model_config = ConfigDict(frozen=True)


Number = int | float
"""Of days and minutes, whole ones without a decimal."""


class Delivery(Representation):
    """A message on its way out, without its words. ``presumed``: accepted, as a later try of the reply showed."""

    id: int
    case: str | None
    kind: str
    reason: str
    state: str
    attempts: int
    error: str | None
    presumed: bool
    created_at: WrittenInstant
    due_at: WrittenInstant
    accepted_at: WrittenInstant | None

    @classmethod
    def of(cls, sent: Sent) -> Delivery:
        """One message."""
        row = sent.row
        return cls(
            id=row.id, case=sent.number, kind=row.kind, reason=row.reason, state=row.state, attempts=row.attempts,
            error=None if sent.presumed else row.error, presumed=sent.presumed, created_at=row.created_at,
            due_at=row.due_at, accepted_at=row.accepted_at,
        )  # fmt: skip


class DeliveryPage(Representation):
    """Some deliveries."""

    items: list[Delivery]
    next_cursor: str | None


class Me(Representation):
    """Whose token or session this is."""

    email: str | None
    name: str
    role: Role | None
    unit: str | None
    agency: str | None

    @classmethod
    def of(cls, actor: Actor) -> Me:
        """The person."""
        return cls(email=actor.email, name=actor.name, role=actor.role, unit=actor.unit, agency=actor.agency)


class Person(Representation):
    """Somebody with an account in use; ``absent``: today, ``absent_until`` that day, ``deputy`` standing in by name."""

    email: str
    name: str
    role: Role
    unit: str | None
    categories: list[str]
    agency: str | None
    absent: bool
    absent_until: date | None
    deputy: str | None

    @classmethod
    def of(cls, one: Colleague) -> Person:
        """The person."""
        row = one.row
        return cls(email=row.email, name=row.name, role=Role(row.role), unit=row.unit, categories=row.categories,
                   agency=row.agency, absent=one.leave is not None, absent_until=one.leave.until if one.leave else None,
                   deputy=one.leave.deputy if one.leave else None)  # fmt: skip


class Staff(Representation):
    """Everybody with an account in use."""

    items: list[Person]
    next_cursor: None = None


class Reading(Representation):
    """Question and answer in another language."""

    question: str
    answer: str


class Entry(Representation):
    """An entry as it is answered, with its sources and dates."""

    id: str
    category: str
    topic: str | None
    kind: str
    unit: str
    question: str
    answer: str
    details: str
    en: Reading
    ja: Reading
    basis: list[str]
    facts: list[str]
    verified: date
    review: date
    expired: bool

    @classmethod
    def of(cls, entry: FaqEntry, today: date) -> Entry:
        """One entry."""
        return cls(
            id=entry.id, category=entry.category, topic=entry.topic, kind=entry.kind, unit=entry.unit,
            question=entry.question, answer=entry.answer, details=entry.details,
            en=Reading(question=entry.en.question, answer=entry.en.answer),
            ja=Reading(question=entry.ja.question, answer=entry.ja.answer),
            basis=[basis.label for basis in entry.basis], facts=list(entry.facts), verified=entry.verified,
            review=entry.review, expired=entry.expired(today),
        )  # fmt: skip


class EntryPage(Representation):
    """Some entries."""

    items: list[Entry]
    next_cursor: str | None


class Distribution(Representation):
    """What a sample looks like in full precision; all but ``n`` are null where there is no value."""

    n: int
    mean: Number | None
    median: Number | None
    p90: Number | None
    min: Number | None
    max: Number | None


class DaysWaited(Representation):
    """Working days that the closed cases waited, summed; null without cases."""

    firm: int | None
    agency: int | None


class Reclassified(Representation):
    """Cases that were open at the start of the period and changed their kind in it: into this one, and out of it."""

    into: int = Field(alias="in")
    out: int


Band = Literal["0", "1-3", "4-6", "7-29", "30+"]


class Bands(Representation):
    """Cases by days: working days used of those closed; calendar days since receipt of those open at the end."""

    days_used: dict[Band, int]
    open_age: dict[Band, int]


class Figures(Representation):
    """The figures of a set of cases. Of ``kind=all`` the counts alone are there: nothing is averaged across kinds."""

    open_at_start: int
    received: int
    reopened: int
    closed: int
    open_at_end: int
    closed_cases: int
    on_time: int
    extended: int
    late: int
    set_aside: int
    open_late: int
    reclassified: Reclassified
    on_time_rate: float | None = None
    days_used: Distribution | None = None
    gross_days: Distribution | None = None
    first_reply_minutes: Distribution | None = None
    waiting_days: DaysWaited | None = None
    bands: Bands | None = None


class Group(Figures):
    """The figures of one group; ``key`` null gathers the cases that have no such thing."""

    key: str | None


class KindReport(Figures):
    """The report on one kind."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    kind: str
    rules: str
    calendar: str
    groups: list[Group]


class Moved(Representation):
    """A figure of two periods; ``part`` of a distribution. ``change`` is null where either rests on under 30 cases."""

    figure: str
    part: Literal["median", "mean", "p90"] | None
    now: Number | None
    before: Number | None
    change: Number | None


class BaseReport(KindReport):
    """The report on the same days of the base year, and what moved since, in the order of the page."""

    by_kind: dict[Kind, KindReport] = {}
    groups_left_out: int = 0
    moved: list[Moved]


class Turnaround(KindReport):
    """The report of contract §8. It is written out as it was counted; a test holds this model against it.

    ``groups_left_out``: groups not shown to this person, since they would tell of a confidential case.
    """

    by_kind: dict[Kind, KindReport] = {}
    revision: int
    revised: bool
    groups_left_out: int = 0
    base: BaseReport | None = None


class BotCounts(Representation):
    """Enquiries of a language, null: of all; ``settled_rate`` of ``answered``, null without a direct answer."""

    language: str | None
    asked: int
    answered: int
    offered: int
    handed_over: int
    helpful: int
    not_helpful: int
    came_back: int
    wrong: int
    settled: int
    settled_rate: float | None


class SentMonth(Representation):
    """Messages of a month within the period by cost; ``used`` and ``limit`` as channels said of the present month."""

    month: str
    reply: int
    push: int
    free: int
    used: int | None
    limit: int | None


class Bot(BotCounts):
    """What the bot was asked in a period; no case is among these numbers."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    languages: list[BotCounts]
    sent: list[SentMonth]


class HeldGroup(Representation):
    """One unit or person: closed cases held and their working days, and cases that became late while they held them."""

    key: str | None
    cases: int
    days: float
    late: int
    open_late: int


class Held(Representation):
    """Days used by who held the case; sums over all groups are ``days``, ``late`` and ``open_late``.

    ``groups_left_out``: groups not shown to this person, since they would tell of a confidential case.
    """

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    kind: Kind
    by: str
    rules: str
    calendar: str
    closed_cases: int
    days: float
    late: int
    open_late: int
    groups: list[HeldGroup]
    groups_left_out: int = 0


class Satisfaction(Representation):
    """How firms found it: of ``asked`` closes ``n`` were rated. What they say is null under five answers."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    asked: int
    n: int
    mean: float | None
    scores: dict[str, int] | None
    channels: dict[str, int] | None
    with_reason: int | None
