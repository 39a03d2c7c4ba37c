"""Who handles what: handling offices, the branch's units, parks with their aliases, agencies, and routing by topic.

All of it is data in ``data/offices`` that the branch edits; a slip there is named by file, entry and field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from knowledge.calendar.official_days import Office
from knowledge.files import yaml_text
from knowledge.language.text import normalise
from knowledge.offices.records import Agency, AgencyOffice, OfficeCard, Park, TopicRule, Unit
from knowledge.vocabulary import CASE_CATEGORIES, PARK_KINDS, READING_LANGUAGES, Category

__all__ = [
    "SHIPPED",
    "Agency",
    "AgencyOffice",
    "OfficeCard",
    "OfficeDataError",
    "Offices",
    "Park",
    "TopicRule",
    "Unit",
    "build_offices",
    "load_offices",
]

SHIPPED = Path(__file__).parent.parent / "data" / "offices"
"""The files that ship with the product."""

_T = TypeVar("_T")


class OfficeDataError(ValueError):
    """The office data cannot be used; the message names file, entry and field."""

    code = "office_data_invalid"


@dataclass(frozen=True)
class Offices:
    """Everything about who is responsible, as one value."""

    cards: tuple[OfficeCard, ...]
    units: tuple[Unit, ...]
    parks: tuple[Park, ...]
    agencies: tuple[Agency, ...]
    topics: tuple[TopicRule, ...]

    @cached_property
    def own_parks(self) -> tuple[Park, ...]:
        """The branch's parks, in the order of the file."""
        return tuple(park for park in self.parks if park.own)

    @cached_property
    def _units(self) -> Mapping[str, Unit]:
        return MappingProxyType({unit.name: unit for unit in reversed(self.units)})

    @cached_property
    def _exact(self) -> Mapping[str, Park]:
        return MappingProxyType({_squeeze(name): park for park in self.parks for name in park.names})

    @cached_property
    def _within(self) -> Mapping[str, Park]:
        found = {}
        for park in self.parks:
            for name in (park.name, park.full_name, park.en, *park.aliases):
                if name not in park.alone:
                    found[_squeeze(name)] = park
            for name in park.alone:
                if not name.isascii():
                    found[_squeeze(f"{name}園區")] = park
        return MappingProxyType(found)

    @cached_property
    def _by_start(self) -> Mapping[str, tuple[tuple[str, Park], ...]]:
        """The names by their first two characters: every message is looked through for all of them."""
        found: dict[str, tuple[tuple[str, Park], ...]] = {}
        for name, park in self._within.items():
            found[name[:2]] = (*found.get(name[:2], ()), (name, park))
        return MappingProxyType(found)

    def park(self, name_or_id: str) -> Park | None:
        """The park with this id, name or alias, in any spelling (臺/台, full width, simplified)."""
        return self._exact.get(_squeeze(name_or_id))

    def find_park(self, text: str) -> Park | None:
        """The park a text speaks of; None if it names none, or several that are equally meant.

        A name inside a longer one does not count (楠梓 in 楠梓第二園區).
        """
        return self.find_named(normalise(text))

    def named(self, normalised: str) -> Park | None:
        """As ``park``, for a name that is normalised already."""
        return self._exact.get(normalised.replace(" ", ""))

    def find_named(self, text: str) -> Park | None:
        """As ``find_park``, for a text that is normalised already."""
        alone = self.named(text)
        if alone is not None:
            return alone
        squeezed = text.replace(" ", "")
        edges = _word_edges(text)
        hits: list[tuple[int, int, Park]] = []
        for start in range(len(squeezed) - 1):
            for name, park in self._by_start.get(squeezed[start : start + 2], ()):
                if squeezed.startswith(name, start) and _whole(squeezed, start, start + len(name), edges):
                    hits.append((start, start + len(name), park))
        outer = [hit for hit in hits if not any(_inside(hit, other) for other in hits)]
        parks = {hit[2].id: hit[2] for hit in outer}
        return next(iter(parks.values())) if len(parks) == 1 else None

    def with_phones(self, phones: Mapping[str, str]) -> Offices:
        """The same with these units' telephone numbers; of a unit that there is no more nothing is kept."""
        units = tuple(replace(unit, phone=phones.get(unit.name, unit.phone)) for unit in self.units)
        return replace(self, units=units)

    def find_unit(self, name: str) -> Unit | None:
        """The unit of this name, or None."""
        return self._units.get(name)

    def office_of(self, unit: str) -> Office:
        """The office whose closures a unit's cases feel; the branch itself for a unit of former days."""
        found = self.find_unit(unit)
        return found.office if found is not None else self.own_office

    def unit(self, name: str) -> Unit:
        """The unit of this name.

        Raises:
            KeyError: there is none; ``find_unit`` answers None instead.
        """
        found = self.find_unit(name)
        if found is None:
            raise KeyError(name)
        return found

    def unit_for(self, category: str, topic: str | None = None, park: Park | None = None) -> Unit:
        """Where a matter goes: by its topic if that has a rule in the category, else by its category and kind of park.

        A park of another office changes nothing: the firm is shown that office's card (``park.office``) and, if it
        still wants a case, this unit refers it.
        """
        for rule in self.topics:
            if rule.topic == topic and (not rule.categories or category in rule.categories):
                return self.unit(rule.unit)
        kind = park.kind if park else None
        handling = [unit for unit in self.units if category in unit.categories]
        special = [unit for unit in handling if kind in unit.park_kinds]
        general = [unit for unit in handling if not unit.park_kinds]
        rest = [unit for unit in self.units if Category.OTHER in unit.categories]
        return (special or general or rest)[0]

    def agency(self, code: str) -> Agency | None:
        """The agency with this code, or None."""
        return next((agency for agency in self.agencies if agency.code == code), None)

    def office(self, office_id: str) -> OfficeCard | None:
        """The office with this id, or None."""
        return next((card for card in self.cards if card.office.id == office_id), None)

    @property
    def own_office(self) -> Office:
        """The branch itself."""
        return next(card.office for card in self.cards if card.own)


def _squeeze(text: str) -> str:
    return normalise(text).replace(" ", "")


def _word_edges(text: str) -> frozenset[int]:
    """Where words of a normalised text begin or end once its spaces are gone."""
    at, edges = 0, {0}
    for word in text.split():
        at += len(word)
        edges.add(at)
    return frozenset(edges)


def _whole(squeezed: str, start: int, end: int, edges: frozenset[int]) -> bool:
    """True unless a Latin name begins or ends inside a Latin word (Hefa in "the factory")."""
    if not squeezed[start].isascii():
        return True
    begins = start in edges or not squeezed[start - 1].isascii()
    ends = end in edges or end >= len(squeezed) or not squeezed[end].isascii()
    return begins and ends


def _inside(hit: tuple[int, int, Park], other: tuple[int, int, Park]) -> bool:
    return other[0] <= hit[0] and hit[1] <= other[1] and other[1] - other[0] > hit[1] - hit[0]


@cache
def load_offices(folder: Path = SHIPPED) -> Offices:
    """The offices of a folder's five files, by default those that ship with the product.

    Raises:
        OfficeDataError: a file cannot be used; names file, entry and field.
    """
    return build_offices(raw_rows(folder))


_FILES = ("offices", "units", "parks", "agencies", "topics")
KEYS: Mapping[str, str] = {"units": "name", "parks": "id", "agencies": "code"}
"""What the branch may change without a new release, and the field by which a row of it is known."""


@cache
def raw_rows(folder: Path = SHIPPED) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """The rows of the five files as they are written. Raises OfficeDataError: one cannot be read."""
    return {name: tuple(_read(folder / f"{name}.yaml")) for name in _FILES}


def offices_with(changed: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Offices:
    """The shipped offices with rows of the branch in place of theirs, or beside them.

    Args:
        changed: of a file (``KEYS``), by key, whole rows as the file has them.

    Raises:
        OfficeDataError: together they cannot be used; names file, entry and field.
    """
    rows: dict[str, Sequence[Mapping[str, Any]]] = dict(raw_rows())
    for name, own in changed.items():
        key = KEYS[name]
        kept = [own.get(row[key], row) for row in rows[name]]
        shipped = {row[key] for row in kept}
        rows[name] = [*kept, *(row for code, row in own.items() if code not in shipped)]
    return build_offices(rows)


def _read(path: Path) -> Any:
    try:
        return yaml_text.read(path.read_text("utf-8"))
    except yaml_text.YamlRefusedError as error:
        slip = error.slips[0]
        raise OfficeDataError(f"{path.name}：{slip.entry}：{slip.field}：{slip.message}。") from error


def build_offices(raw: Mapping[str, Sequence[Mapping[str, Any]]]) -> Offices:
    """The offices from the rows of the five files; see ``load_offices``."""
    cards = _each("offices", raw, _card)
    by_id = {card.office.id: card for card in cards}
    rules = _each("topics", raw, _rule)
    offices = Offices(
        cards=cards,
        units=_each("units", raw, lambda row: _unit(row, by_id, rules)),
        parks=_each("parks", raw, lambda row: _park(row, by_id)),
        agencies=_each("agencies", raw, _agency),
        topics=rules,
    )
    _check(offices)
    return offices


def _each(
    name: str, raw: Mapping[str, Sequence[Mapping[str, Any]]], build: Callable[[Mapping[str, Any]], _T]
) -> tuple[_T, ...]:
    built = []
    for number, row in enumerate(raw[name], start=1):
        try:
            built.append(build(row))
        except KeyError as error:
            raise OfficeDataError(f"{name}.yaml：第 {number} 筆：{error.args[0]}：缺少這個欄位。") from error
    return tuple(built)


def _rule(row: Mapping[str, Any]) -> TopicRule:
    return TopicRule(topic=row["topic"], unit=row["unit"], categories=tuple(row.get("categories") or ()))


def _names(row: Mapping[str, Any]) -> Mapping[str, str]:
    names = row["name"]
    return MappingProxyType({language.value: names[language.group] for language in READING_LANGUAGES})


def _card(row: Mapping[str, Any]) -> OfficeCard:
    names = _names(row)
    return OfficeCard(
        office=Office(row["id"], row["county"], row["district"] or None, names["zh-TW"]),
        own=bool(row.get("own")),
        names=names,
        phone=row["phone"],
        address=row["address"],
        source=row["source"],
        note=row["note"],
    )


def _unit(row: Mapping[str, Any], cards: Mapping[str, OfficeCard], rules: Iterable[TopicRule]) -> Unit:
    if row["office"] not in cards:
        raise OfficeDataError(f"units.yaml：{row['name']}：office：沒有「{row['office']}」這個機關。")
    _words(f"units.yaml：{row['name']}：categories", row["categories"], CASE_CATEGORIES)
    _words(f"units.yaml：{row['name']}：park_kinds", row.get("park_kinds") or (), PARK_KINDS)
    return Unit(
        name=row["name"],
        names=MappingProxyType({"zh-TW": row["name"], "en": row["en"], "ja": row["ja"]}),
        phone=row.get("phone") or "",
        categories=tuple(row["categories"]),
        topics=tuple(rule.topic for rule in rules if rule.unit == row["name"]),
        park_kinds=tuple(row.get("park_kinds") or ()),
        office=cards[row["office"]].office,
        source=row["source"],
    )


def _park(row: Mapping[str, Any], cards: Mapping[str, OfficeCard]) -> Park:
    if row["office"] not in cards:
        raise OfficeDataError(f"parks.yaml：{row['id']}：office：沒有「{row['office']}」這個機關。")
    _words(f"parks.yaml：{row['id']}：kind", [row["kind"]], PARK_KINDS)
    texts = {key: row[key] for key in ("id", "name", "full_name", "en", "kind", "county", "district", "source", "note")}
    return Park(
        **texts, office=cards[row["office"]], aliases=tuple(row["aliases"] or ()), alone=tuple(row["alone"] or ()),
        roads=tuple(row.get("roads") or ()),
    )  # fmt: skip


def _words(where: str, given: Iterable[str], known: tuple[str, ...]) -> None:
    if not set(given) <= set(known):
        raise OfficeDataError(f"{where}：應為 {'、'.join(known)} 之一。")


def _agency(row: Mapping[str, Any]) -> Agency:
    offices = tuple(
        AgencyOffice(
            name=office["name"],
            county=office["county"],
            districts=tuple(office["districts"]),
            phone=office.get("phone") or "",
        )
        for office in row["offices"]
    )
    return Agency(
        code=row["code"],
        names=_names(row),
        short=row["short"],
        offices=offices,
        source=row["source"],
        note=row["note"],
    )


def _check(offices: Offices) -> None:
    if sum(card.own for card in offices.cards) != 1:
        raise OfficeDataError("offices.yaml：own：應有且僅有一個本分局。")
    for category in CASE_CATEGORIES:
        if not any(category in unit.categories for unit in offices.units):
            raise OfficeDataError(f"units.yaml：categories：沒有單位承辦「{category}」。")
    for rule in offices.topics:
        if offices.find_unit(rule.unit) is None:
            raise OfficeDataError(f"topics.yaml：{rule.topic}：unit：沒有「{rule.unit}」這個單位。")
    owners: dict[str, str] = {}
    for park in offices.parks:
        for name in park.names:
            owner = owners.setdefault(_squeeze(name), park.id)
            if owner != park.id:
                raise OfficeDataError(f"parks.yaml：{park.id}：aliases：「{name}」已屬於 {owner}。")
