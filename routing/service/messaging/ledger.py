"""The push ledger: every message to firms with its case, its reason, what it cost and what came of it (contract §9).

A reply costs nothing. A push is counted by the channel once a call, whatever the call holds: what went with another
push is not counted again, nor is what was not sent (LINE Developers, "Messaging API pricing").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Literal

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI, local
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, Permission, confidential_scope, may, require_team
from routing.ports import Limits
from routing.service.messaging import policies, quota
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.messaging import ledger as store
from routing.store.messaging.outbox import ACCEPTED, CANCELLED, DEAD, PARKED, UNKNOWN
from routing.store.messaging.schema import Outbox

Cost = Literal["reply", "push", "free"]
COSTS: tuple[Cost, ...] = ("reply", "push", "free")
_MONTH = re.compile(r"(20[2-9]\d)-(0[1-9]|1[0-2])")
_BASIS = timedelta(days=28)
"""Over how long the pushes of a working day are averaged for the forecast."""
_LEAST_DAYS = 5
"""Working days below which nothing is foretold."""


def cost_of(kind: str, state: str, limits: Limits | None, *, carried: bool) -> Cost:
    """What a message costs: ``reply`` free by reply token, ``push`` counted, ``free`` not counted."""
    if state in {CANCELLED, DEAD, PARKED} or limits is None or not limits.free_replies:
        return "free"
    if kind == "reply":
        return "reply"
    return "free" if carried else "push"


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, the number of its case, and what it costs."""

    row: Outbox
    number: str | None
    cost: Cost

    @property
    def at(self) -> datetime:
        """When the channel took it; when it was made, if it has not."""
        return self.row.accepted_at or self.row.created_at


@dataclass(frozen=True, slots=True)
class Month:
    """A month of Taipei, as an agency and a program write it: ``2026-11``; the instants it begins and ends at."""

    name: str
    start: datetime
    end: datetime


def month_of(name: str | None, now: datetime) -> Month:
    """A month by its name, the present one without. Raises Invalid for what is none or lies ahead."""
    name = name or f"{local(now):%Y-%m}"
    found = _MONTH.fullmatch(name)
    if found is None or name > f"{local(now):%Y-%m}":
        raise Invalid("月份請寫成 2026-11 的格式，且不晚於本月。", field="month", code="bad_month")
    year, month = int(found[1]), int(found[2])
    start = datetime(year, month, 1, tzinfo=TAIPEI)
    return Month(name, start, start.replace(year=year + month // 12, month=month % 12 + 1))


def within(month: Month, start: date | None, end: date | None) -> Month:
    """The days of a month from one up to another, both included; all of them without."""
    first, last = month.start, month.end
    if start is not None:
        first = max(first, datetime.combine(start, time.min, TAIPEI))
    if end is not None and end < local(last).date():
        last = datetime.combine(end + timedelta(days=1), time.min, TAIPEI)
    return Month(month.name, first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a channel's month will come to, if it goes on like the last ``days`` working days.

    ``pushes``: in all at the end of the month; None while there is too little to go by. ``limit``: what may be sent;
    None: no limit, or the channel has not said. ``used``: what the channel or we counted, whichever is more.
    """

    channel: str
    limit: int | None
    used: int
    pushes: int | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A month. Sums count what was sent; by reason and cost. ``share``: of what firms received, what was free."""

    month: Month
    sums: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    not_sent: int = 0
    cases: int = 0
    parked: int = 0
    held_low: int = 0
    held_spent: int = 0
    forecasts: tuple[Forecast, ...] = ()
    low: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """Messages by cost."""
        return {cost: sum(costs[cost] for costs in self.sums.values()) for cost in COSTS}

    @property
    def share(self) -> float | None:
        """Of what firms received, the part that cost nothing; None if they received nothing."""
        totals = self.totals
        received = sum(totals.values())
        return (received - totals["push"]) / received if received else None

    @property
    def pushes_a_case(self) -> float | None:
        """Counted pushes for each case of which something was said; None without cases."""
        return self.totals["push"] / self.cases if self.cases else None


def entries(
    session: Session, office: OfficeContext, actor: Actor, month: Month, *, before_id: int | None = None,
    limit: int | None = 50, cost: Cost | None = None,
) -> list[Entry]:  # fmt: skip
    """The messages of a month, newest first, but those of cases hidden from this person.

    ``cost``: those alone that a channel took at this cost, which the sums count.

    Raises:
        Forbidden: the person is a partner.
    """
    require_team(actor)
    counting = [name for name, limits in office.channels.items() if limits.free_replies]
    which = store.that_cost(cost, counted_by=counting) if cost is not None else ()
    found = store.entries(
        session, month.start, month.end, before_id=before_id, limit=limit, seen_by=confidential_scope(actor),
        which=which,
    )  # fmt: skip
    return [
        Entry(row, number, cost_of(row.kind, row.state, office.channels.get(row.channel),
                                   carried=row.carrier_id is not None))
        for row, number in found
    ]  # fmt: skip


def ledger(session: Session, office: OfficeContext, actor: Actor, month: Month, *, now: datetime) -> Ledger:
    """The sums of a month over all messages, with what the present one will come to.

    Raises:
        Forbidden: the person is a partner.
    """
    require_team(actor)
    sums, not_sent = costs(session, office, month.start, month.end)
    present = month.end > now
    waiting = store.waiting(session)
    low = quota.running_out(session, office.channels, warn_at=office.quota_warning, now=now) if present else []
    return Ledger(
        month=month, sums=sums, not_sent=not_sent, cases=store.cases_told(session, month.start, month.end),
        parked=waiting["parked"], held_low=waiting["quota_low"], held_spent=waiting["quota"],
        forecasts=_forecasts(session, office, month, now) if present else (), low=tuple(one.channel for one in low),
        held_back=tuple(one.reason for one in policies.listing(session, actor) if one.policy.holds),
        told=told(session),
    )  # fmt: skip


def costs(
    session: Session, office: OfficeContext, start: datetime, end: datetime
) -> tuple[dict[str, dict[str, int]], int]:
    """What channels took from ``start`` up to before ``end``, by reason and cost; and how many were not sent."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COSTS, 0))
    not_sent = 0
    for one in store.tallies(session, start, end):
        if one.state in {ACCEPTED, UNKNOWN}:
            cost = cost_of(one.kind, one.state, office.channels.get(one.channel), carried=one.carried)
            sums[one.reason][cost] += one.number
        else:
            not_sent += one.number
    return dict(sums), not_sent


def quotas(session: Session, office: OfficeContext, *, now: datetime) -> list[quota.Quota]:
    """What each channel with a limit said last of the present month."""
    found = (quota.said(session, channel, now) for channel in office.channels)
    return [one for one in found if one is not None]


def told(session: Session) -> tuple[str, ...]:
    """Who sees on every page of messages and on their own list that the month's messages run low: those who lead."""
    people = account_store.all_staff(session, active=True)
    return tuple(person.name for person in people if may(person.role, Permission.ALL_CASES))


def warned_of(session: Session, office: OfficeContext, actor: Actor, *, now: datetime) -> list[quota.Quota]:
    """The channels whose month's messages run low, for a person who is told so on the own list."""
    if not actor.may(Permission.ALL_CASES):
        return []
    return quota.running_out(session, office.channels, warn_at=office.quota_warning, now=now)


def _forecasts(session: Session, office: OfficeContext, month: Month, now: datetime) -> tuple[Forecast, ...]:
    return tuple(
        _forecast(session, office, channel, month, now)
        for channel, limits in office.channels.items() if limits.free_replies
    )  # fmt: skip


def _forecast(session: Session, office: OfficeContext, channel: str, month: Month, now: datetime) -> Forecast:
    """Used so far, and for each working day that is left as many as on an average one of the last weeks."""
    said = quota.said(session, channel, now)
    used = max(said.used if said else 0, store.counted_pushes(session, channel, month.start, now))
    since = max(now - _BASIS, store.first_at(session) or now)
    calendar, own = office.calendar, office.offices.own_office
    today, last = local(now).date(), (month.end - timedelta(days=1)).date()
    worked = calendar.working_days_between(local(since).date(), today, own)
    pushes = None
    if worked >= _LEAST_DAYS:
        left = calendar.working_days_between(today, last, own)
        pushes = used + ceil(store.counted_pushes(session, channel, since, now) / worked * left)
    return Forecast(channel=channel, limit=said.limit if said else None, used=used, pushes=pushes, days=worked)
