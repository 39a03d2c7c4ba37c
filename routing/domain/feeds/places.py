"""Which parks an announced place touches: by the park's name, its roads, or its whole district or county.

A place that does not surely touch a park does not touch it: a district of which a part is meant, a road of the same
name elsewhere, a name beside which something lies. An answer from the wrong place would be worse than none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.calendar.official_days import COUNTIES, districts, find_county, formal, same_place
from knowledge.feeds import load_feeds
from knowledge.offices.records import Park

_SENTENCE = re.compile(r"[。;\n!]")
_PIECE = re.compile(r"[、,，\s及與暨:()【】\[\]]+")
_PARK = re.compile(r"(園區|工業區|加工區|加工出口區)$")
_HAN = r"[\u3400-\u9fff]"
_COUNTIES = frozenset(COUNTIES)


@dataclass(frozen=True, slots=True)
class _Where:
    """The place that the words are about so far; either may be empty."""

    county: str = ""
    district: str = ""


def parks_in(
    text: str, parks: Sequence[Park], *, county: str = "", district: str = "", others: Iterable[Park] = ()
) -> tuple[Park, ...]:
    """The parks that a place touches, in the order of ``parks``.

    ``county``, ``district``: where the words begin, as far as the source says so apart from them. ``others``: parks
    of other offices, whose longer names hide a shorter one.
    """
    begin = _Where(find_county(county) or "", _even(district))
    found: set[str] = set()
    names = _names((*parks, *others))
    for sentence in _SENTENCE.split(_even(text)):
        found |= _in_sentence(sentence, begin, parks, names)
    own = {park.id: park for park in parks}
    return tuple(park for park in own.values() if park.id in found and not _elsewhere(park, begin.county))


def _elsewhere(park: Park, county: str) -> bool:
    return bool(county) and not same_place(county, park.county)


def _in_sentence(sentence: str, where: _Where, parks: Sequence[Park], names: dict[str, str]) -> set[str]:
    known = load_feeds()
    cut = any(word in sentence for word in known.partial)
    found: set[str] = set()
    for piece in _PIECE.split(sentence):
        where, rest = _moved(where, piece)
        if not cut:
            found |= {park_id for park_id in _named(piece, names) if park_id}
        whole = not cut and (rest in known.whole if where.district else _whole_county(rest, where.county))
        for park in parks:
            if not _reaches(where, park):
                continue
            in_district = bool(where.district and park.district and where.district == _even(park.district))
            all_of_it = whole and (in_district or not where.district)
            if all_of_it or (in_district and _on_road(rest, park.roads)):
                found.add(park.id)
    return found


def _whole_county(rest: str, county: str) -> bool:
    """Whether the words mean all of the county: 全縣 of a county, 全市 of a city; 屏東縣's 全市 is a town of it."""
    return rest in load_feeds().whole_county and rest[-1] in {"境", county[-1:]}


def _reaches(where: _Where, park: Park) -> bool:
    """Whether the place so far may hold the park: its county is meant, by name or by a district there is but once."""
    return bool(where.county) and same_place(where.county, park.county)


def _moved(where: _Where, piece: str) -> tuple[_Where, str]:
    """The place after this piece, and what the piece says after naming it."""
    rest, here = piece, ""
    for match in _places().finditer(piece):
        name = match.group()
        if name in _COUNTIES:
            here = name
            where = _Where(name)
        else:
            where = _in_county(name, here or where.county, sure=bool(here))
        rest = piece[match.end() :]
    return where, rest


def _in_county(name: str, county: str, *, sure: bool) -> _Where:
    """A district where it is meant; nowhere, if it could be several or is none of the county it is said to be in."""
    homes = _homes()[name]
    if county in homes:
        return _Where(county, name)
    return _Where(homes[0], name) if len(homes) == 1 and not sure else _Where()


@cache
def _homes() -> dict[str, tuple[str, ...]]:
    """The counties that have a district of this name."""
    homes: dict[str, tuple[str, ...]] = {}
    for county, names in districts().items():
        for name in names:
            homes[_even(name)] = (*homes.get(_even(name), ()), county)
    return homes


@cache
def _places() -> re.Pattern[str]:
    names = sorted({*COUNTIES, *_homes()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def _on_road(rest: str, roads: Sequence[str]) -> bool:
    """Whether what follows the district begins with one of the roads, or with a village and then one."""
    before = rf"(?:{_HAN}{{1,4}}[里村])?(?:\d+鄰)?"
    return any(re.match(before + re.escape(_even(road)) + r"(?!\S*[旁外])", rest) for road in roads)


def _names(parks: Iterable[Park]) -> dict[str, str]:
    """The formal names of parks, each with its park; not those that are places as well (楠梓, 屏東)."""
    return {
        _even(name): park.id
        for park in parks
        for name in (park.full_name, *park.aliases)
        if name not in park.alone and _PARK.search(name)
    }


def _named(piece: str, names: dict[str, str]) -> Iterator[str]:
    """The parks whose names stand in a piece: not inside a longer park's name, and not as that beside which it lies."""
    known = load_feeds()
    hits = [
        (match.start(), match.end(), park_id)
        for name, park_id in names.items()
        for match in re.finditer(re.escape(name), piece)
    ]
    for start, end, park_id in hits:
        inside = any(a <= start and end <= b and b - a > end - start for a, b, _ in hits)
        beside = any(word in piece[end:] or piece[:start].endswith(word) for word in known.beside)
        if not inside and not beside:
            yield park_id


def _even(text: str) -> str:
    return formal(unicodedata.normalize("NFKC", text))
