"""What firms say of the land or building that they look for, and how lists of plots are written: from data/plots.yaml.

Nothing is guessed: a figure without a unit is taken only where just that figure was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from knowledge.files import yaml_text
from knowledge.language.text import fold
from knowledge.relevance.tariff import NUMBER, value_of
from knowledge.relevance.units import MEASURES

LAND, BUILDING = "land", "building"
MEASURED = ("area", "power", "water", "wastewater")
"""The fields that are figures; their units are ㎡, kW, CMD and CMD."""

_DIGITS = "一二三四五六七八九"
_EITHER = re.compile(rf"([{_DIGITS}两])([{_DIGITS}])([十百千]万?|万)")
_SHORT = re.compile(r"\d")
_DIGIT = re.compile(r"\d")
_LARGER = {"百": 100, "千": 1000}
_TO = r"(?:-|~|到|至|to|から|—|–)"
_NEAR = 6
"""Characters beside a figure in which 至少 or 以內 stands."""
_OF_OTHER = re.compile(
    r"\s*(?:[a-z%℃°]|[年月日号號樓楼階階层層期季周週天人名个個台臺部間间条條件甲畝亩頃公英匹马馬萬元円])"
)
"""What follows a figure that is of something else."""
_LONGEST_WORDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotWords:
    """Everything of data/plots.yaml."""

    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    dated: tuple[str, ...]
    units: Mapping[str, str]
    forms: Mapping[str, tuple[str, ...]]
    taken: tuple[str, ...]
    blank: frozenset[str]
    industries: Mapping[str, tuple[str, ...]]
    features: Mapping[str, tuple[str, ...]]
    seeks: re.Pattern[str]
    other: re.Pattern[str]
    skip: frozenset[str]
    stop: frozenset[str]
    anywhere: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]
    tolerance: Fraction
    least: re.Pattern[str]
    most: re.Pattern[str]
    waste: re.Pattern[str]
    watery: re.Pattern[str]
    when: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Range:
    """From so much to so much, in the first unit of its measure; None: no bound."""

    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What words say of a need; what they do not say is None or empty."""

    form: str | None = None
    measures: Mapping[str, Range]
    industry: str | None = None
    when: str | None = None
    features: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether the words said anything of it."""
        return bool(self.form or self.measures or self.industry or self.when or self.features)


@cache
def load_plots() -> PlotWords:
    """Read the file. Raises KeyError where a part of it is missing."""
    raw = yaml_text.read((resources.files("knowledge") / "data" / "plots.yaml").read_text(encoding="utf-8"))
    patterns: dict[str, Any] = {
        name: _any(raw[name]) for name in ("seeks", "other", "least", "most", "waste", "watery", "when")
    }
    return PlotWords(
        columns=_lists(raw["columns"]), required=tuple(raw["required"]), dated=tuple(raw["dated"]),
        units=MappingProxyType(dict(raw["units"])),
        forms=MappingProxyType({form: tuple(fold(word) for word in raw[form]) for form in (BUILDING, LAND)}),
        taken=tuple(raw["taken"]), blank=frozenset(fold(str(word)) for word in raw["blank"]) | {""},
        industries=_lists(raw["industries"]), features=_lists(raw["features"]),
        skip=frozenset(fold(str(word)) for word in raw["skip"]),
        stop=frozenset(fold(str(word)) for word in raw["stop"]),
        anywhere=tuple(fold(str(word)) for word in raw["anywhere"]),
        labels=MappingProxyType({str(name): MappingProxyType(dict(said)) for name, said in raw["labels"].items()}),
        tolerance=Fraction(raw["tolerance"], 100), **patterns,
    )  # fmt: skip


def _lists(raw: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(str(word) for word in words) for name, words in raw.items()})


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold(str(pattern))})" for pattern in patterns))


def seeks_land(text: str) -> bool:
    """Whether a text looks for land or a building, and speaks of no contract that there is."""
    words, known = fold(text), load_plots()
    return bool(known.seeks.search(words)) and not known.other.search(words)


def skips(text: str) -> bool:
    """Whether words only say that somebody has no answer."""
    return fold(text).strip(" 。.!！~") in load_plots().skip


def stops(text: str) -> bool:
    """Whether words only say that enough was told."""
    return fold(text).strip(" 。.!！~") in load_plots().stop


def goes_anywhere(text: str) -> bool:
    """Whether somebody who was asked where says that any place will do."""
    return skips(text) or fold(text).strip().startswith(load_plots().anywhere)


def label(name: str, language: str) -> str:
    """A kind of business or a feature as firms read it; words of their own as they are."""
    return load_plots().labels.get(name, {}).get(language, name)


def form_of(text: str) -> str | None:
    """``land`` or ``building``; None where the words name neither, or both."""
    words = fold(text)
    forms = load_plots().forms
    building = any(_holds(words, word) for word in forms[BUILDING])
    rest = words
    for word in sorted(forms[BUILDING], key=len, reverse=True):
        rest = rest.replace(f"{word}用地", " ").replace(word, " ")
    land = any(_holds(rest, word) for word in forms[LAND])
    if building == land:
        return None
    return BUILDING if building else LAND


def _holds(words: str, word: str) -> bool:
    """A word of letters stands alone: IC is not in price."""
    if word.isascii():
        return bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", words))
    return word in words


def industry_group(text: str | None) -> str | None:
    """The kind of business that words name, as supervisors see it; None where they name none that is known."""
    words = fold(text or "")
    for group, names in load_plots().industries.items():
        if any(_holds(words, fold(name)) for name in (group, *names)):
            return group
    return None


def features_in(text: str) -> tuple[str, ...]:
    """What a building or site has or has to have, in the words that officers read."""
    words = fold(text)
    return tuple(
        name for name, said in load_plots().features.items() if any(_holds(words, fold(word)) for word in said)
    )


def heard(text: str, *, asked: str | None = None) -> Heard:
    """What a text says of a need.

    Args:
        text: as it was typed.
        asked: the field that was just asked for: a bare figure, a business or a time then stands for it.
    """
    folded = fold(text)
    known = load_plots()
    when = known.when.search(folded)
    return Heard(
        form=form_of(text), measures=dict(_measures(folded, asked)),
        industry=_industry(text, asked), when=_when(text, when, asked), features=features_in(text),
    )  # fmt: skip


def _industry(text: str, asked: str | None) -> str | None:
    words = " ".join(text.split())[:_LONGEST_WORDS]
    return words if asked == "industry" and words and not skips(words) else industry_group(text)


def _when(text: str, found: re.Match[str] | None, asked: str | None) -> str | None:
    if asked == "when" and text.strip() and not skips(text):
        return " ".join(text.split())[:_LONGEST_WORDS]
    if found is None:
        return None
    # Folding leaves every character in its place, but for those whose width it changes the length of.
    same = len(fold(text)) == len(text)
    return text[found.start() : found.end()] if same else found.group()


def _measures(folded: str, asked: str | None) -> Iterator[tuple[str, Range]]:
    done: set[str] = set()
    for match, measure, factor in _figures(folded):
        field = _field(folded, match, measure, asked)
        if field is None or field in done:
            continue
        spread = _range(folded, match, factor, slack=_slack(field))
        if spread is not None:
            done.add(field)
            yield field, spread
    if asked in MEASURED and not done and (bare := _bare(folded)):
        factor = _factor_of(load_plots().units[str(asked)])
        spread = _range(folded, bare, factor, slack=_slack(str(asked)))
        if spread is not None:
            yield str(asked), spread


def _bare(folded: str) -> re.Match[str] | None:
    """The one figure of words that name no unit: of 来年4月, 一甲 and 12 hectares none stands for CMD."""
    if next(_figures(folded), None) is not None or load_plots().when.search(folded):
        return None
    found = list(re.finditer(_ranged(""), folded))
    return found[0] if len(found) == 1 and not _OF_OTHER.match(folded[found[0].end() :]) else None


def _figures(folded: str) -> Iterator[tuple[re.Match[str], str, Fraction]]:
    """Figures with a unit, in their order; of units that begin alike the longer one."""
    found: dict[int, tuple[re.Match[str], str, Fraction]] = {}
    for measure, pattern, factor in _patterns():
        for match in pattern.finditer(folded):
            held = found.get(match.start())
            if held is None or match.end() > held[0].end():
                found[match.start()] = match, measure, factor
    end = -1
    for start in sorted(found):
        if start >= end:
            end = found[start][0].end()
            yield found[start]


def _ranged(unit: str) -> str:
    said = rf"(?:{unit})?" if unit else ""
    return rf"(?<![第\d.a-z-])({NUMBER})\s*(?:{said}\s*{_TO}\s*({NUMBER})\s*)?(?:多|几|余|左右|上下)?\s*" + (
        f"(?:{unit})" if unit else ""
    )


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], Fraction], ...]:
    return tuple((measure, re.compile(_ranged(fold(unit))), factor) for measure, _name, factor, unit in MEASURES)


def _factor_of(name: str) -> Fraction:
    return next(factor for _measure, unit, factor, _pattern in MEASURES if unit == name)


def unit_factor(text: str, field: str) -> Fraction | None:
    """How much of a field's first unit the unit is that a text names; None where it names none of its measure."""
    measure = "water" if field == "wastewater" else field
    words = fold(text)
    for of, _name, factor, pattern in MEASURES:
        if of == measure and re.search(fold(pattern), words):
            return factor
    return None


def _field(folded: str, match: re.Match[str], measure: str, asked: str | None) -> str | None:
    """The field of a figure; of water, whether it comes or goes is said just before it, or was asked."""
    if measure != "water":
        return measure
    known = load_plots()
    before = re.split(r"[,，、;；。\n]", folded[: match.start()])[-1]
    # 用水100CMD 廢水80CMD: what a figure is of stands between it and the one before; else behind it, up to the next.
    earlier = list(_DIGIT.finditer(before))
    near = before[earlier[-1].end() :] if earlier else before
    after = re.split(r"[,，、;；。\n\d]", folded[match.end() :])[0]
    for words in (near, after):
        if known.waste.search(words):
            return "wastewater"
        if known.watery.search(words):
            return "water"
    if match.group().rstrip().endswith("cmd"):
        return "wastewater" if asked == "wastewater" else "water"
    return asked if asked in {"water", "wastewater"} else None


def _range(folded: str, match: re.Match[str], factor: Fraction, *, slack: Fraction) -> Range | None:
    either = _EITHER.fullmatch(match[1])
    if either is not None:
        first, second = value_of(either[1] + either[3]), value_of(either[2] + either[3])
    else:
        first, second = value_of(match[1]), value_of(match[2]) if match[2] else None
        if first is not None and second is not None and _SHORT.fullmatch(match[1]) and match[2][-1] in _LARGER:
            # 5 到 6 百坪
            first *= _LARGER[match[2][-1]]
    if first is None or first <= 0:
        return None
    if second is not None and second > first:
        return Range(_plain(first * factor), _plain(second * factor))
    known = load_plots()
    before = re.split(r"[,，、;；。\n]", folded[: match.start()])[-1][-_NEAR * 2 :]
    after = re.split(r"[,，、;；。\n]", folded[match.end() :])[0][:_NEAR]
    if known.least.search(before) or known.least.match(after.lstrip()):
        return Range(_plain(first * factor), None)
    if known.most.search(before) or known.most.match(after.lstrip()):
        return Range(None, _plain(first * factor))
    return Range(_plain(first * factor * (1 - slack)), _plain(first * factor * (1 + slack)))


def _slack(field: str) -> Fraction:
    return load_plots().tolerance if field == "area" else Fraction(0)


def _plain(value: Fraction) -> float:
    return round(float(value), 1)
