"""A plot: land or a building that a list of the branch offers, as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from knowledge.relevance.units import MEASURES

FRESH_DAYS = 30
"""Nothing whose list is older is sent to a firm."""
MOST_SENT = 10
"""Plots in one message: cards beside each other."""
_PING = float(next(factor for _measure, name, factor, _words in MEASURES if name == "ping"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One line of a list. ``area`` in ㎡, ``power`` in kW, ``water`` and ``wastewater`` in CMD; None: not said.

    ``park``: the short name. ``form``: ``land`` or ``building``. ``rent``: in the list's own words, '' without any.
    """

    code: str
    park: str
    form: str | None
    area: float
    industry: str = ""
    power: float | None = None
    water: float | None = None
    wastewater: float | None = None
    available_on: date | None = None
    rent: str = ""
    features: str = ""
    state: str = ""
    offered: bool = True
    as_of: date

    @property
    def ping(self) -> float:
        """The area in 坪."""
        return self.area / _PING


def fresh(as_of: date, today: date) -> bool:
    """Whether what a list said on a day may still be told to a firm."""
    return 0 <= (today - as_of).days <= FRESH_DAYS


def area_shown(square_metres: float) -> str:
    """As it is written: 826.4 ㎡（250 坪）."""
    return f"{_number(square_metres)} ㎡（{_number(square_metres / _PING)} 坪）"


def _number(value: float) -> str:
    rounded = round(value, 1)
    return f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,}"


def figure_shown(value: float, field: str) -> str:
    """A figure of a field with its unit."""
    if field == "area":
        return area_shown(value)
    return f"{_number(value)} {'kW' if field == 'power' else 'CMD'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotFilter:
    """What of the lists is wanted; ``least`` and ``most`` in ㎡."""

    park: str | None = None
    form: str | None = None
    least: float | None = None
    most: float | None = None
    word: str | None = None
    as_of_from: date | None = None
    offered: bool | None = None
