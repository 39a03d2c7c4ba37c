"""What a firm looks for: asked one thing at a time, said freely, skipped or changed; kept as a small value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from knowledge.calendar.official_days import formal
from knowledge.land import BUILDING, LAND, MEASURED, Heard, Range, goes_anywhere, heard, industry_group, skips
from knowledge.language.text import fold
from knowledge.offices.records import Park
from routing.domain.land.plots import figure_shown

QUESTIONS = ("where", "form", "area", "industry", "power", "water", "wastewater", "when", "features")
"""What is asked, in this order."""
_LONGEST, _SHORTEST = 120, 2
_UNITS = {"area": "平方公尺", "power": "kW"}
FORMS = (LAND, BUILDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """``parks``: short names, any of them; ``districts``: of our parks, or their counties. ``skipped``: unanswered.

    ``measures``: area in ㎡, power in kW, water and wastewater in CMD. ``note``: other conditions in the firm's words.
    """

    parks: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    form: str | None = None
    measures: Mapping[str, Range] = field(default_factory=lambda: MappingProxyType({}))
    industry: str | None = None
    when: str | None = None
    features: tuple[str, ...] = ()
    note: str = ""
    skipped: tuple[str, ...] = ()

    def has(self, question: str) -> bool:
        """Whether a question has an answer."""
        if question == "where":
            return bool(self.parks or self.districts)
        if question in MEASURED:
            return question in self.measures
        if question == "features":
            return bool(self.features or self.note)
        return getattr(self, question) is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still to be asked."""
        return tuple(one for one in QUESTIONS if not self.has(one) and one not in self.skipped)

    @property
    def empty(self) -> bool:
        """Whether nothing is known of it."""
        return not any(self.has(one) for one in QUESTIONS)

    @property
    def industry_group(self) -> str:
        """The kind of business for figures."""
        return industry_group(self.industry) or "其他"

    def skip(self, question: str) -> Need:
        """Without an answer to a question, and none is asked for."""
        return replace(self.without(question), skipped=(*(one for one in self.skipped if one != question), question))

    def without(self, question: str) -> Need:
        """As if a question had not been asked."""
        left = tuple(one for one in self.skipped if one != question)
        if question == "where":
            return replace(self, parks=(), districts=(), skipped=left)
        if question in MEASURED:
            kept = {name: value for name, value in self.measures.items() if name != question}
            return replace(self, measures=kept, skipped=left)
        if question == "features":
            return replace(self, features=(), note="", skipped=left)
        return replace(self, skipped=left, **{question: None})  # type: ignore[arg-type]

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "parks": list(self.parks), "districts": list(self.districts), "form": self.form,
            "measures": {name: [one.least, one.most] for name, one in self.measures.items()},
            "industry": self.industry, "when": self.when, "features": list(self.features), "note": self.note,
            "skipped": list(self.skipped),
        }  # fmt: skip


def need_from(plain: Mapping[str, Any]) -> Need:
    """The need from what ``plain`` wrote; what a newer program added is left out."""
    known = {one.name for one in fields(Need)}
    values = {name: value for name, value in plain.items() if name in known}
    for name in ("parks", "districts", "features", "skipped"):
        values[name] = tuple(values.get(name) or ())
    values["measures"] = {name: Range(*bounds) for name, bounds in (values.get("measures") or {}).items()}
    return Need(**values)


def told(
    need: Need, text: str, parks: Iterable[Park], find_park: Callable[[str], Park | None], *, asked: str | None = None
) -> Need | None:
    """The need with what a text adds; None if it says nothing of it, so that it may be meant otherwise.

    ``asked``: the question that stands: then a bare figure, a business or a time answers it, and 沒有 skips it.
    """
    if asked is not None and skips(text):
        return need.skip(asked)
    found = heard(text, asked=asked)
    where = _where(text, tuple(parks), find_park)
    if asked == "where" and not (where[0] or where[1]) and goes_anywhere(text):
        return _with(need, found, where, note="").skip("where")
    # What is changed instead (改成 500 坪) is no other condition.
    other = asked == "features" and bool(text.strip()) and not (found.measures or found.form or where[0] or where[1])
    anywhere = asked == "where" and not (where[0] or where[1])
    if not (found.anything or where[0] or where[1] or other) or (anywhere and not found.anything):
        return None
    return _with(need, found, where, note=" ".join(text.split())[:_LONGEST] if other else "")


def _with(need: Need, found: Heard, where: tuple[tuple[str, ...], tuple[str, ...]], *, note: str) -> Need:
    answered = {name for name in QUESTIONS if _says(found, where, name)} | ({"features"} if note else set())
    return replace(
        need, parks=where[0] or (() if where[1] else need.parks),
        districts=where[1] or (() if where[0] else need.districts),
        form=found.form or need.form, measures={**need.measures, **found.measures},
        industry=found.industry or need.industry, when=found.when or need.when,
        features=tuple(dict.fromkeys((*need.features, *found.features))), note=note or need.note,
        skipped=tuple(one for one in need.skipped if one not in answered),
    )  # fmt: skip


def _says(found: Heard, where: tuple[tuple[str, ...], tuple[str, ...]], name: str) -> bool:
    if name == "where":
        return bool(where[0] or where[1])
    return name in found.measures if name in MEASURED else bool(getattr(found, name))


def _where(
    text: str, parks: tuple[Park, ...], find_park: Callable[[str], Park | None]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parks that a text names, and districts of ours; a district that is part of a park's name is none."""
    words, text = fold(text), formal(text)
    districts = {park.district for park in parks if park.district and fold(park.district) in fold(text)}
    counties = {park.county for park in parks if fold(park.county) in fold(text)}
    for district in districts | counties:
        text, words = text.replace(district, " "), words.replace(fold(district), " ")
    # 大寮或林園: a district is named without 區 as well, unless a park is called so.
    called = {fold(name) for park in parks for name in park.names}
    districts |= {
        park.district for park in parks
        if park.district and len(park.district) > _SHORTEST and (said := fold(park.district[:-1])) in words
        and said not in called
    }  # fmt: skip
    named = [park for park in parks if any(fold(name) in words for name in park.names if name not in park.alone)]
    longest = [
        park for park in named if not any(other is not park and _longer(other, park, words) for other in named)
    ]  # fmt: skip
    one = find_park(text)
    if one is not None and one.own and all(park.id != one.id for park in longest):
        longest = [one]
    return tuple(park.name for park in longest), tuple(sorted(districts or counties))


def _longer(other: Park, park: Park, words: str) -> bool:
    """Whether a park is only named inside another's longer name: 楠梓 in 楠梓第二園區."""
    rest = words
    for name in sorted(map(fold, other.names - set(other.alone)), key=len, reverse=True):
        rest = rest.replace(name, " ")
    return any(fold(name) in words for name in other.names) and not any(fold(name) in rest for name in park.names)


def range_shown(spread: Range, name: str) -> str:
    """A figure of a need with its unit: from, up to, or both."""
    if spread.least is not None and spread.most is not None:
        if spread.least == spread.most:
            return figure_shown(spread.most, name)
        return f"{figure_shown(spread.least, name)} – {figure_shown(spread.most, name)}"
    if spread.least is not None:
        return f"≥ {figure_shown(spread.least, name)}"
    return f"≤ {figure_shown(spread.most or 0, name)}"


def range_typed(spread: Range, name: str) -> str:
    """The same as it can be typed again: 200-300 ㎡, 500 kW 以上."""
    unit = _UNITS.get(name, "CMD")
    if spread.least is not None and spread.most is not None:
        same = spread.least == spread.most
        return f"{spread.most:.10g} {unit}" if same else f"{spread.least:.10g}-{spread.most:.10g} {unit}"
    return f"{spread.least:.10g} {unit} 以上" if spread.least is not None else f"{spread.most:.10g} {unit} 以下"
