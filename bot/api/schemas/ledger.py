"""What the API answers of the push ledger and of the policies by which notices are pushed."""

from __future__ import annotations

from typing import Literal

from bot.api.schemas.answers import Representation
from bot.web.fields import WrittenInstant
from routing.service.messaging.ledger import Cost
from routing.service.messaging.ledger import Entry as Counted
from routing.service.messaging.ledger import Forecast as Foretold
from routing.service.messaging.ledger import Ledger as Summed
from routing.service.messaging.policies import Standing


class LedgerEntry(Representation):
    """A message, without its words. ``cost``: free by reply, a counted push, or not counted."""

    id: int
    at: WrittenInstant
    number: str | None
    channel: str
    reason: str
    cost: Cost
    state: str
    carried: bool
    error: str | None

    @classmethod
    def of(cls, one: Counted) -> LedgerEntry:
        """One message."""
        row = one.row
        return cls(id=row.id, at=one.at, number=one.number, channel=row.channel, reason=row.reason, cost=one.cost,
                   state=row.state, carried=row.carrier_id is not None, error=row.error)  # fmt: skip


class Totals(Representation):
    """Messages that were sent, by what they cost."""

    reply: int
    push: int
    free: int


class ReasonTotals(Totals):
    """The same of one reason."""

    reason: str


class Forecast(Representation):
    """``pushes``: counted pushes at the end of the month; null with too little to go by. ``limit``: null if unknown."""

    channel: str
    limit: int | None
    used: int
    pushes: int | None
    working_days: int

    @classmethod
    def of(cls, one: Foretold) -> Forecast:
        """A channel's month."""
        return cls(channel=one.channel, limit=one.limit, used=one.used, pushes=one.pushes, working_days=one.days)


class Waiting(Representation):
    """Notices that wait: ``parked`` in all, ``quota_low`` of them and ``quota`` besides for want of messages."""

    parked: int
    quota_low: int
    quota: int


class LedgerPage(Representation):
    """A month: its sums over all messages, its forecast while it lasts, and some of its messages."""

    month: str
    totals: Totals
    by_reason: list[ReasonTotals]
    not_sent: int
    free_share: float | None
    pushes_per_case: float | None
    forecast: list[Forecast]
    low: list[str]
    held_back: list[str]
    waiting: Waiting
    told: list[str]
    items: list[LedgerEntry]
    next_cursor: str | None

    @classmethod
    def of(cls, one: Summed, items: list[LedgerEntry], next_cursor: str | None) -> LedgerPage:
        """The page."""
        return cls(
            month=one.month.name, totals=Totals(**one.totals), not_sent=one.not_sent, free_share=one.share,
            by_reason=[ReasonTotals(reason=reason, **costs) for reason, costs in sorted(one.sums.items())],
            pushes_per_case=one.pushes_a_case, forecast=[Forecast.of(each) for each in one.forecasts],
            low=list(one.low), held_back=list(one.held_back), told=list(one.told),
            waiting=Waiting(parked=one.parked, quota_low=one.held_low, quota=one.held_spent), items=items,
            next_cursor=next_cursor,
        )  # fmt: skip


class NoticePolicy(Representation):
    """When a kind of notice is pushed. ``fixed``: always at once; ``shipped``: nobody has set another."""

    notice: str
    when: Literal["at_once", "hours", "day_end", "never"]
    hours: int | None
    holds: bool
    fixed: bool
    shipped: bool
    reason: str | None
    set_by: str | None
    set_at: WrittenInstant | None

    @classmethod
    def of(cls, one: Standing) -> NoticePolicy:
        """The policy that stands."""
        return cls(
            notice=one.reason, when=one.policy.when.value, hours=one.policy.hours, holds=one.policy.holds,
            fixed=one.kind.fixed, shipped=one.shipped, reason=one.why or None, set_by=one.by, set_at=one.at,
        )  # fmt: skip


class NoticePolicies(Representation):
    """Every kind of notice."""

    items: list[NoticePolicy]
