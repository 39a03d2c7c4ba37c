"""The limits of kinds of cases: those that ship, what the office has set instead and from when, and setting it.

A limit holds for cases received from a day on that has not begun yet, so that no date of a case and no printed figure
ever moves by it: what holds can only be followed by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.limits import SetLimit
from knowledge.calendar.office_calendar import TAIPEI, OfficeCalendar, local
from routing.domain import clock
from routing.domain.case import Kind
from routing.domain.errors import Invalid, NotFound, StepNotAllowed
from routing.domain.limits import LIMITS, MOST_DAYS, PROMISES, Limit, limit_of
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, require_team
from routing.service.accounts.commands import record_audit
from routing.service.accounts.queries import require_admin
from routing.service.office_context import OfficeContext
from routing.service.reporting import measuring
from routing.store.maintenance import meta as meta_store
from routing.store.office_calendar import queries as store
from routing.store.office_calendar.schema import KindLimit
from routing.store.reporting import spells as spell_store

_WHY = 300
_FARTHEST = timedelta(days=731)
_LOOKED_BACK = timedelta(days=365)
_KEY = "kind_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """A kind with what holds for cases received today, since when if the office set it, and what is to come.

    ``most``: the working days that the office may set, None where the law sets the limit.
    """

    kind: Kind
    limit: Limit
    ships: Limit
    promise: Limit | None
    since: date | None
    coming: tuple[Kept, ...]
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a limit would come to.

    ``received``: the first working day on which cases have it; ``before`` and ``after``: when a case of that day would
    be due. ``closed``: answered cases of the kind that were closed in the year before now; ``over_before`` and
    ``over_after`` of them took more working days than the limit that would be replaced, and than the new one.
    """

    kind: Kind
    since: date
    replaced: Limit
    limit: Limit
    received: date
    before: date
    after: date
    closed: int
    over_before: int
    over_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A limit that was set, or withdrawn before it held."""

    id: int
    kind: Kind
    since: date
    days: int
    withdrawn: bool

    @classmethod
    def of(cls, row: KindLimit) -> Kept:
        """One row."""
        return cls(
            id=row.id, kind=Kind(row.kind), since=row.since, days=row.days, withdrawn=row.withdrawn_at is not None
        )


def listing(session: Session, office: OfficeContext, actor: Actor, *, now: datetime) -> list[KindOf]:
    """Every kind as it stands.

    Raises:
        Forbidden: the person is a partner.
    """
    require_team(actor)
    today, calendar = local(now).date(), office.calendar
    coming = [Kept.of(row) for row in store.coming_limits(session, today)]
    return [_standing(kind, calendar, today, [one for one in coming if one.kind is kind]) for kind in LIMITS]


def _standing(kind: Kind, calendar: OfficeCalendar, today: date, coming: Sequence[Kept]) -> KindOf:
    found = calendar.set_limit(kind.value, today)
    return KindOf(
        kind=kind, limit=limit_of(kind, today, calendar), ships=LIMITS[kind], promise=PROMISES.get(kind),
        since=found.since if found else None, coming=tuple(coming), most=MOST_DAYS.get(kind),
    )  # fmt: skip


def history(session: Session, actor: Actor, *, limit: int, cursor: str | None) -> Page[KindLimit]:
    """What was set, also what was withdrawn, the latest day first.

    Raises:
        Forbidden: the person is no administrator. Invalid: the cursor is none of ours.
    """
    require_admin(actor)
    rows = store.kind_limits(session, limit=limit + 1, before_id=before_of(limit, cursor))
    return page_of(rows, limit, lambda row: row.id)


def preview(
    session: Session, office: OfficeContext, actor: Actor, kind: str, *, since: date, days: int, now: datetime
) -> Preview:
    """What that limit would come to; nothing is written. Raises as ``set_limit``."""
    new = _checked(office, actor, kind, since=since, days=days, now=now)
    calendar, code = office.calendar, Kind(kind)
    replaced, limit = limit_of(code, since, calendar), Limit(days, LIMITS[code].measure)
    where = office.offices.own_office
    received = calendar.roll(since, where)
    course = clock.Course(receipt=datetime.combine(received, time.min, TAIPEI))
    before, after = (clock.due_on(course, one, calendar, where) for one in (replaced, limit))
    first = (local(now).date() - _LOOKED_BACK).toordinal()
    closed, over_before, over_after = spell_store.took_longer(
        session, kind, closed_from=first, than=(replaced.amount, new.days)
    )
    return Preview(
        kind=code, since=since, replaced=replaced, limit=limit, received=received, before=before, after=after,
        closed=closed, over_before=over_before, over_after=over_after,
    )  # fmt: skip


def set_limit(
    session: Session, office: OfficeContext, actor: Actor, kind: str, *, since: date, days: int, why: str,
    now: datetime,
) -> Kept:  # fmt: skip
    """Set the limit of a kind for cases received on a day to come or after it.

    Raises:
        Invalid: a kind whose limit is the law's, days out of bounds, a day that has begun or lies too far, one for
            which a limit was set already, or no reason. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    office = _held(session, office)
    replaced = limit_of(Kind(kind), since, office.calendar) if kind in set(Kind) else None
    new = _checked(office, actor, kind, since=since, days=days, now=now)
    why = why.strip()
    if not why:
        raise Invalid("請填寫訂定理由。", field="why")
    if len(why) > _WHY:
        raise Invalid(f"訂定理由請在 {_WHY} 字以內。", field="why", code="too_long")
    row = KindLimit(kind=kind, since=since, days=days, why=why, set_by=actor.email or actor.name, set_at=now)
    store.put_limit(session, row)
    record_audit(
        session, actor, "limit.set", kind, now, since=since.isoformat(), before=str(replaced), after=f"{new.days}d"
    )
    _measured_by(session, office)
    return Kept.of(row)


def withdraw(session: Session, office: OfficeContext, actor: Actor, limit_id: int, *, now: datetime) -> Kept:
    """Withdraw a limit that has not begun to hold.

    Raises:
        NotFound: none stands. StepNotAllowed: it holds already. Forbidden: the person is no administrator.
    """
    require_admin(actor)
    office = _held(session, office)
    row = store.kind_limit(session, limit_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFound("查無這筆期限。")
    if row.since <= local(now).date():
        raise StepNotAllowed("這個期限已生效，已受理的案件依此計算；請另訂新期限。", code="limit_in_force")
    store.withdraw_limit(session, row, by=actor.email or actor.name, now=now)
    record_audit(session, actor, "limit.withdrawn", row.kind, now, since=row.since.isoformat(), days=row.days)
    _measured_by(session, office)
    return Kept.of(row)


def _held(session: Session, office: OfficeContext) -> OfficeContext:
    """The office with the limits that stand now, which nobody else sets or withdraws until the transaction ends.

    Another administrator may have done so since its calendar was read.
    """
    meta_store.hold(session, _KEY)
    return replace(office, calendar=office.calendar.with_limits(store.set_limits(session)))


def _measured_by(session: Session, office: OfficeContext) -> None:
    """Measures rest on limits too. Nothing received so far moves, so that only the note of what they rest on does."""
    measuring.rest_on(session, office, office.calendar.with_limits(store.set_limits(session)))


def _checked(
    office: OfficeContext, actor: Actor, kind: str, *, since: date, days: int, now: datetime
) -> SetLimit:  # fmt: skip
    require_admin(actor)
    most = MOST_DAYS.get(Kind(kind)) if kind in set(Kind) else None
    if most is None:
        raise Invalid("這種性質的處理期限由法律規定，不能變更。", field="kind", code="limit_fixed")
    if not 1 <= days <= most:
        raise Invalid(f"請填寫 1 到 {most} 個工作天。", field="days")
    today = local(now).date()
    if since <= today:
        raise Invalid("生效日最早為明日；已受理的案件維持原期限。", field="since", code="limit_backdated")
    if since > today + _FARTHEST:
        raise Invalid("生效日請在兩年以內。", field="since")
    if any(one.kind == kind and one.since == since for one in office.calendar.limits):
        raise Invalid("這一天已訂有期限；請先撤回再訂定。", field="since", code="limit_exists")
    return SetLimit(kind, since, days)
