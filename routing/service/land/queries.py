"""Plots as they are shown: the list, what fits a case, and needs that nothing meets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.land import Range
from routing.domain.errors import Invalid, NotFound
from routing.domain.land.fitting import Fit, Verdict, fits
from routing.domain.land.needs import Need, need_from
from routing.domain.land.plots import FRESH_DAYS, Plot, PlotFilter, fresh
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, Permission, confidential_scope, require_team
from routing.service.cases.locked_case import find
from routing.service.office_context import OfficeContext
from routing.store.land import queries as store
from routing.store.land.schema import PlotRow, PlotSent

_SIZES = (500.0, 1_000.0, 3_000.0, 10_000.0)
"""㎡: where the sizes of supervisors' figures begin anew."""
_FIGURE_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A plot of a list. ``fresh``: it may be sent to a firm today."""

    id: int
    plot: Plot
    fresh: bool
    imported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAge:
    """The list of a park: how many plots, of which day, when it was taken in."""

    park: str
    plots: int
    oldest: date
    newest: date
    imported_at: datetime
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLand:
    """What a case looks for, what is offered, and what was sent. ``by``: who entered it last; None: the firm."""

    need: Need
    known: bool
    updated_at: datetime | None
    by: str | None
    fits: tuple[Fit, ...]
    old: frozenset[int]
    """Plots whose list is too old to be sent."""
    sent: tuple[tuple[PlotSent, PlotRow], ...]

    @property
    def fitting(self) -> tuple[Fit, ...]:
        """Those with nothing against them, in the order of the lists."""
        return tuple(one for one in self.fits if one.verdict is Verdict.YES)

    @property
    def others(self) -> tuple[Fit, ...]:
        """Those with something against them."""
        return tuple(one for one in self.fits if one.verdict is Verdict.NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetNeed:
    """Needs that no plot meets, of cases open or received in the last year: by park, size and kind of business."""

    needs: int
    unmet: int
    by_park: tuple[tuple[str, int], ...]
    by_size: tuple[tuple[str, int], ...]
    by_industry: tuple[tuple[str, int], ...]
    since: date


def plot_of(row: PlotRow) -> Plot:
    """A row as a plot."""
    return Plot(
        code=row.code, park=row.park, form=row.form, area=row.area, industry=row.industry, power=row.power,
        water=row.water, wastewater=row.wastewater, available_on=row.available_on, rent=row.rent,
        features=row.features, state=row.state, offered=row.offered, as_of=row.as_of,
    )  # fmt: skip


def shown(row: PlotRow, today: date) -> Shown:
    """A row as a list shows it."""
    return Shown(id=row.id, plot=plot_of(row), fresh=fresh(row.as_of, today), imported_at=row.imported_at)


def page(
    session: Session, office: OfficeContext, actor: Actor, wanted: PlotFilter, *, limit: int, cursor: str | None,
    now: datetime, only_fresh: bool = False,
) -> Page[Shown]:  # fmt: skip
    """Plots of the newest lists, in the order of the lists.

    Raises:
        Forbidden: the person is a partner. Invalid: a park that is none, or a cursor that no page gave.
    """
    require_team(actor)
    today = local(now).date()
    if wanted.park is not None and office.offices.park(wanted.park) is None:
        raise Invalid(f"查無園區「{wanted.park}」。", field="park")
    if only_fresh:
        wanted = _since(wanted, today - timedelta(days=FRESH_DAYS))
    found = store.listed(session, wanted, after_id=before_of(limit, cursor), limit=limit + 1)
    return page_of(found, limit, lambda row: row.id).of([shown(row, today) for row in found[:limit]])


def _since(wanted: PlotFilter, day: date) -> PlotFilter:
    return PlotFilter(
        park=wanted.park, form=wanted.form, least=wanted.least, most=wanted.most, word=wanted.word,
        offered=wanted.offered, as_of_from=day,
    )  # fmt: skip


def ages(session: Session, actor: Actor, *, now: datetime) -> list[ListAge]:
    """The list of each park. Raises Forbidden: the person is a partner."""
    require_team(actor)
    today = local(now).date()
    return [
        ListAge(park=park, plots=plots, oldest=oldest, newest=newest, imported_at=at, fresh=fresh(oldest, today))
        for park, plots, oldest, newest, at in store.ages(session)
    ]


def of_case(session: Session, office: OfficeContext, actor: Actor, number: str, *, now: datetime) -> CaseLand:
    """What the firm of a case looks for, and every plot held against it.

    Raises:
        NotFound: there is no such case, it is hidden from this person, or the person is a partner.
    """
    if not actor.may(Permission.DESK):
        raise NotFound(f"查無案件 {number}。")
    row, _case = find(session, number, actor)
    held = store.need(session, row.id)
    need = need_from(held.need) if held is not None else Need()
    today = local(now).date()
    rows = [one for one in store.listed(session) if one.offered]
    return CaseLand(
        need=need, known=held is not None, updated_at=held.updated_at if held else None, by=held.by if held else None,
        fits=tuple(fits(need, [(one.id, plot_of(one)) for one in rows], places(office))),
        old=frozenset(one.id for one in rows if not fresh(one.as_of, today)),
        sent=tuple(store.sent(session, row.id)),
    )  # fmt: skip


def places(office: OfficeContext) -> dict[str, tuple[str, str]]:
    """District and county of each park of the branch, by its short name."""
    return {park.name: (park.district, park.county) for park in office.offices.own_parks}


def unmet(session: Session, office: OfficeContext, actor: Actor, *, now: datetime) -> UnmetNeed:
    """Needs that no plot meets that is offered now. Raises Forbidden: the person is a partner."""
    require_team(actor)
    since = now - timedelta(days=_FIGURE_DAYS)
    plots = [(row.id, plot_of(row)) for row in store.listed(session) if row.offered]
    needs = [need_from(held.need) for _row, held in store.open_needs(session, confidential_scope(actor), since=since)]
    needs = [need for need in needs if not need.empty]
    where = places(office)
    without = [need for need in needs if all(fit.verdict is Verdict.NO for fit in fits(need, plots, where))]
    return UnmetNeed(
        needs=len(needs), unmet=len(without), since=local(since).date(),
        by_park=_counted([name for need in without for name in (*need.parks, *need.districts) or ("未指定",)]),
        by_size=_counted_sizes([need.measures.get("area") for need in without]),
        by_industry=_counted([need.industry_group if need.industry else "未說明" for need in without]),
    )  # fmt: skip


def _counted(names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common())


def _counted_sizes(ranges: Sequence[Range | None]) -> tuple[tuple[str, int], ...]:
    counts = Counter(_size(one) for one in ranges)
    order = [_band(at) for at in range(len(_SIZES) + 1)] + ["未說明"]
    return tuple((name, counts[name]) for name in order if counts[name])


def _size(area: Range | None) -> str:
    bound = None if area is None else area.least if area.least is not None else area.most
    if bound is None:
        return "未說明"
    return _band(sum(bound >= size for size in _SIZES))


def _band(at: int) -> str:
    if at == 0:
        return f"未滿 {_SIZES[0]:,.0f} ㎡"
    if at == len(_SIZES):
        return f"{_SIZES[-1]:,.0f} ㎡ 以上"
    return f"{_SIZES[at - 1]:,.0f} – 未滿 {_SIZES[at]:,.0f} ㎡"
