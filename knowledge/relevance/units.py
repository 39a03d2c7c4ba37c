"""Units of one measure: what a firm's quantity is in the unit in which an answer speaks (45 坪 against 150 平方公尺).

1 坪 is 400/121 m² (36 square 尺 of 10/33 m), 1 馬力 of a motor plate 0.746 kW, 1 噸 of water 1 m³. Nothing is judged by
it: the answer stands as it is, beside it stands the same quantity in its unit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from knowledge.language.text import fold
from knowledge.relevance.cues import compiled
from knowledge.relevance.tariff import quantities

MEASURES = (
    ("area", "ping", Fraction(400, 121), "坪|pings?\\b"),
    ("area", "hectare", Fraction(10_000), "公頃|hectares?\\b|ha\\b|ヘクタール"),
    ("area", "sqm", Fraction(1), "平方公尺|平方米|平米|㎡|m2\\b|m²|sqm\\b|square met|平方メートル"),
    ("power", "hp", Fraction(746, 1000), "馬力|匹(?!配)|hp\\b|horse ?power"),
    ("power", "mw", Fraction(1000), "mw\\b|百萬瓦|メガワット"),
    ("power", "kw", Fraction(1), "瓩(?!時)|千瓦(?!時)|kw\\b|kilowatts?\\b|キロワット(?!時)"),
    ("water", "ton", Fraction(1), "噸|公噸|トン|tons?\\b|tonnes?\\b"),
    ("water", "cmd", Fraction(1), "cmd\\b"),
    ("water", "cubic", Fraction(1), "立方公尺|立方米|m3\\b|m³|㎥|cubic met|立方メートル"),
)
"""Measure, name of the unit, how much of the first one of a measure it is, and how it is written."""
_CENTS = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    measure: str
    name: str
    factor: Fraction
    pattern: re.Pattern[str]


_UNITS = tuple(_Unit(measure=m, name=n, factor=f, pattern=compiled(p)) for m, n, f, p in MEASURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A quantity of a text in another unit; the names are those of `unit.…` in the wording."""

    value: Fraction
    unit: str
    result: Decimal
    into: str
    one: Decimal
    """How much of the other unit one is, rounded: shown as the working."""


def converted(text: str, told: str) -> tuple[Converted, ...]:
    """The quantities of `text` in the unit of the same measure that `told` uses with figures; () where units agree."""
    spoken = {unit.name for _, unit in _measured(told)}
    found = []
    for value, unit in _measured(text):
        if unit.name in spoken or value <= 0:
            continue
        into = next((u for u in reversed(_UNITS) if u.measure == unit.measure and u.name in spoken), None)
        if into is not None:
            factor = unit.factor / into.factor
            found.append(Converted(
                value=value, unit=unit.name, result=_rounded(value * factor), into=into.name,
                one=_rounded(factor, Decimal("0.0001")),
            ))  # fmt: skip
    return tuple(dict.fromkeys(found))


def _measured(text: str) -> Iterator[tuple[Fraction, _Unit]]:
    for quantity in quantities(fold(text)):
        unit = next((u for u in _UNITS if u.pattern.match(quantity.unit)), None)
        if unit is not None:
            yield quantity.value, unit


def _rounded(value: Fraction, to: Decimal = _CENTS) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(to, rounding=ROUND_HALF_UP).normalize()
