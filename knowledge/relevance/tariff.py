"""What a quantity comes to by a tariff that the law states: computed from an entry's table, or not at all.

A table is data of the entry (`tariff`, docs/knowledge.md): unit price, unit, first unit, minimum, the article. What is
not a whole dollar, what names several quantities and what has no unit of the table is left to a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from knowledge.entries import FaqEntry, Tariff
from knowledge.language.text import fold
from knowledge.relevance.cues import compiled

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8, "million": 10**6, "thousand": 10**3, "billion": 10**9}
_X = r"(?:\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)(?:[百千](?!瓦))?"
_L = "万|亿|million|thousand|billion"
NUMBER = rf"(?:{_X}\s*(?:{_L})\s*)+(?:{_X}(?!\s*(?:{_L})))?|{_X}"
_TERM = re.compile(rf"({_X})\s*({_L})?")
_AMOUNT = re.compile(rf"(?<![第\d.])({NUMBER})\s*([^\d\s,.，。?？]*)")
_MONEY = re.compile(rf"(?:nt\$?|ntd|twd|新台币|\$)\s*({NUMBER})")
_DOLLARS = compiled("(?:元|塊|圓|nt\\$|ntd|twd|dollars?)")
MONEY = "元"
"""The unit of sums of money."""
_TEN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """So much of something, as a text names it; `unit` begins with the unit's word, folded."""

    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a quantity comes to: `amount` in NT$, by the row of the table. `shown`: how it was reckoned."""

    row: Tariff
    quantity: Fraction
    unit: str
    amount: int
    shown: str


def reckon(entry: FaqEntry, text: str) -> tuple[Sum, ...]:
    """The sums for the one quantity that a text names, by the rows it speaks of; () where there is nothing to say."""
    if not entry.tariff:
        return ()
    folded = fold(text)
    sums = [found for row in _meant(entry.tariff, folded) if (found := _by(row, folded)) is not None]
    return tuple({(one.row.item, one.amount): one for one in sums}.values())


def _meant(rows: tuple[Tariff, ...], folded: str) -> list[Tariff]:
    """The rows that the text names by a word of theirs; else those that need no naming."""
    named = [row for row in rows if any(fold(word) in folded for word in row.words)]
    return named or [row for row in rows if not row.named_only]


def _by(row: Tariff, folded: str) -> Sum | None:
    found = {
        (quantity.value, unit) for quantity in quantities(folded) if (unit := _unit_of(row, quantity.unit)) is not None
    }
    if len(found) != 1:
        return None
    ((value, unit),) = found
    first, price = Fraction(row.first if row.first is not None else row.price * row.included), Fraction(row.price)
    if row.first is None and value < row.included:
        first = price * value
    amount = first + price * max(Fraction(0), value - row.included)
    shown = _working(row, value, first)
    if amount < Fraction(row.minimum):
        amount, shown = Fraction(row.minimum), ""
    if amount.denominator != 1 or value <= 0 or (value == 1 and amount == 0):
        # 一度多少錢 asks for the rate: that the first degree costs nothing is no answer to it.
        return None
    return Sum(row=row, quantity=value, unit=unit, amount=int(amount), shown=shown)


def _working(row: Tariff, value: Fraction, first: Fraction) -> str:
    """How it was reckoned: 300+100×2, 80×5; '' where there is nothing to it."""
    if row.first is None:
        part = 1 / Fraction(row.price) if 0 < row.price < 1 else Fraction(1, 2)
        if part.denominator == 1:
            return f"{number(value)}÷{number(part)}"
        return f"{row.price:,}×{number(value)}" if value != 1 else ""
    more = value - row.included
    return f"{number(first)}+{row.price:,}×{number(more)}" if more > 0 else ""


def number(value: Fraction) -> str:
    """A quantity as it is written: whole with commas, else with its decimals."""
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,}"


def _unit_of(row: Tariff, said: str) -> str | None:
    """The unit of the row with which the words after a number begin; the longest."""
    fitting = [unit for unit in row.units if said.startswith(fold(unit))]
    return max(fitting, key=len, default=None)


def quantities(folded: str) -> Iterator[Quantity]:
    """The numbers of a folded text with what they count; sums of money have the unit 元."""
    for match in _MONEY.finditer(folded):
        value = value_of(match[1])
        if value is not None:
            yield Quantity(value=value, unit=MONEY)
    rest = _MONEY.sub(" ", folded)
    for match in _AMOUNT.finditer(rest):
        value = value_of(match[1])
        if value is None:
            continue
        said = match[2] or rest[match.end() :].lstrip()[:12]
        large = match[1].rstrip().endswith(("万", "亿")) and not _counts(said)
        yield Quantity(value=value, unit=MONEY if large or _DOLLARS.match(said) else said)


_COUNTED = compiled("[份張件坪度噸輛台支人名個條次家間處戶平立公枚部通]|小時")


def _counts(said: str) -> bool:
    """True where a large number counts things: 三千張 is no money, 兩千萬的資本額 is."""
    return bool(_COUNTED.match(said))


def value_of(written: str) -> Fraction | None:
    """The value of a folded number: 12,500, 三百五十, 1亿2000万, 12.5 million, 两万五 (25,000); None if it is none."""
    total, scale = Fraction(0), Fraction(0)
    for match in _TERM.finditer(written):
        value, large = _term(match[1]), match[2]
        if value is None:
            return None
        if large is None and scale and value < _TEN and len(match[1]) == 1:
            value *= scale / _TEN
        scale = Fraction(_LARGE[large]) if large else Fraction(1)
        total += value * (scale if large else 1)
    return total


def _term(written: str) -> Fraction | None:
    """A number below ten thousand, or one in digits with 百 or 千 behind it."""
    if not written[0].isdigit():
        small = _small(written)
        return None if small is None else Fraction(small)
    by = _TENS.get(written[-1], 1)
    try:
        return Fraction(Decimal(written.rstrip("百千").replace(",", ""))) * by
    except InvalidOperation:
        return None


def _small(written: str) -> int | None:
    """Chinese numerals below ten thousand: 三百五十, 两千, 十二, 二〇, and as they are spoken, 一百五 (150)."""
    if all(c in _DIGITS for c in written):
        return int("".join(str(_DIGITS[c]) for c in written))
    total, digit, scale = 0, 1, _TEN
    for place, character in enumerate(written):
        last = place == len(written) - 1
        if character in _DIGITS:
            digit = _DIGITS[character]
            spoken = scale > _TEN and written[place - 1] in _TENS
            total += digit * (scale // _TEN if spoken else 1) if last else 0
        elif digit or (place and written[place - 1] not in _TENS):
            scale = _TENS[character]
            total += digit * scale
            digit = 0
        else:
            return None
    return total
