"""Plots, needs, and what fits, as the API answers them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bot.api.schemas.answers import Representation
from bot.api.schemas.requests import Limit, Query, Word
from bot.web.fields import Body, Text, WrittenInstant
from routing.domain.land.fitting import Fit, Verdict
from routing.domain.land.needs import Need
from routing.domain.pagination import Page
from routing.service.land.queries import CaseLand, Shown, UnmetNeed


class PlotsQuery(Query):
    """Plots of the newest lists. ``min_area`` and ``max_area`` in ㎡; ``fresh``: only what may be sent today."""

    park: Word | None = None
    form: Literal["land", "building"] | None = None
    min_area: Annotated[float, Field(ge=0)] | None = None
    max_area: Annotated[float, Field(ge=0)] | None = None
    q: Word | None = None
    offered: bool | None = None
    fresh: bool = False
    limit: Limit = 50
    cursor: str | None = None


class NeedBody(Body):
    """What the firm looks for, in words: parks and districts, figures with their unit (兩三百坪); empty: not known."""

    where: Annotated[Text, Field(max_length=120)] = ""
    form: Literal["land", "building"] | None = None
    area: Annotated[Text, Field(max_length=120)] = ""
    industry: Annotated[Text, Field(max_length=120)] = ""
    power: Annotated[Text, Field(max_length=120)] = ""
    water: Annotated[Text, Field(max_length=120)] = ""
    wastewater: Annotated[Text, Field(max_length=120)] = ""
    when: Annotated[Text, Field(max_length=120)] = ""
    features: Annotated[Text, Field(max_length=120)] = ""


class Plot(Representation):
    """A plot as its list says it. ``area`` in ㎡ and ``area_ping`` in 坪, ``power`` in kW, water in CMD.

    ``fresh``: its list is not older than thirty days. ``rent``: the list's own words; empty where it has none.
    """

    id: int
    park: str
    code: str
    form: str | None
    area: float
    area_ping: float
    industry: str
    power: float | None
    water: float | None
    wastewater: float | None
    available_on: date | None
    rent: str
    features: str
    state: str
    offered: bool
    as_of: date
    fresh: bool

    @classmethod
    def of(cls, one: Shown) -> Plot:
        """One plot."""
        plot = one.plot
        return cls(
            id=one.id, park=plot.park, code=plot.code, form=plot.form, area=plot.area, area_ping=round(plot.ping, 1),
            industry=plot.industry, power=plot.power, water=plot.water, wastewater=plot.wastewater,
            available_on=plot.available_on, rent=plot.rent, features=plot.features, state=plot.state,
            offered=plot.offered, as_of=plot.as_of, fresh=one.fresh,
        )  # fmt: skip


class PlotPage(Representation):
    """Some plots, in the order of the lists, which is no ranking."""

    items: list[Plot]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Shown]) -> PlotPage:
        """A page."""
        return cls(items=[Plot.of(one) for one in page.items], next_cursor=page.next_cursor)


class Spread(Representation):
    """From, to; null: no bound."""

    least: float | None
    most: float | None


class LandNeed(Representation):
    """What the firm of a case looks for."""

    parks: list[str]
    districts: list[str]
    form: str | None
    area: Spread | None
    power: Spread | None
    water: Spread | None
    wastewater: Spread | None
    industry: str | None
    when: str | None
    features: list[str]
    note: str
    skipped: list[str]

    @classmethod
    def of(cls, need: Need) -> LandNeed:
        """A need."""
        spreads = {
            name: Spread(least=need.measures[name].least, most=need.measures[name].most)
            if name in need.measures
            else None
            for name in ("area", "power", "water", "wastewater")
        }
        return cls(
            parks=list(need.parks), districts=list(need.districts), form=need.form, industry=need.industry,
            when=need.when, features=list(need.features), note=need.note, skipped=list(need.skipped), **spreads,
        )  # fmt: skip


class FitPoint(Representation):
    """One point: what is wanted and what the list has; ``open``: the list does not say."""

    question: str
    verdict: Verdict
    wanted: str
    has: str


class PlotFit(Representation):
    """A plot held against the need of a case; ``no`` if a single point is against it."""

    id: int
    park: str
    code: str
    verdict: Verdict
    points: list[FitPoint]
    sendable: bool

    @classmethod
    def of(cls, fit: Fit, *, sendable: bool) -> PlotFit:
        """One plot."""
        points = [
            FitPoint(question=one.question, verdict=one.verdict, wanted=one.wanted, has=one.has) for one in fit.points
        ]
        return cls(
            id=fit.id, park=fit.plot.park, code=fit.plot.code, verdict=fit.verdict, points=points, sendable=sendable
        )


class SentPlot(Representation):
    """A plot that was sent to the firm, as its list said it on ``as_of``."""

    id: int
    park: str
    code: str
    as_of: date
    at: WrittenInstant
    by: str | None


class CasePlots(Representation):
    """The need of a case, every plot that is offered held against it, and what was sent. No order is a ranking."""

    need: LandNeed | None
    items: list[PlotFit]
    sent: list[SentPlot]

    @classmethod
    def of(cls, land: CaseLand) -> CasePlots:
        """Of a case."""
        return cls(
            need=LandNeed.of(land.need) if land.known else None,
            items=[PlotFit.of(fit, sendable=fit.id not in land.old) for fit in land.fits],
            sent=[
                SentPlot(id=row.id, park=row.park, code=row.code, as_of=one.as_of, at=one.at, by=one.by)
                for one, row in land.sent
            ],
        )


class Count(Representation):
    """So many."""

    name: str
    needs: int


class Unmet(Representation):
    """Needs of the last year that no plot meets that is offered now; a need of two parks counts in both."""

    since: date
    needs: int
    unmet: int
    by_park: list[Count]
    by_size: list[Count]
    by_industry: list[Count]

    @classmethod
    def of(cls, found: UnmetNeed) -> Unmet:
        """The figures."""
        parts = {
            part: [Count(name=name, needs=count) for name, count in getattr(found, part)]
            for part in ("by_park", "by_size", "by_industry")
        }
        return cls(since=found.since, needs=found.needs, unmet=found.unmet, **parts)
