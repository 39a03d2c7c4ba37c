"""What is known of external sources: names of their fields and the words that decide, from data/feeds.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from knowledge.files import yaml_text
from knowledge.language.text import fold, normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The names under which a source has each of its fields, the newest first, and which it must have."""

    names: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWords:
    """Everything of data/feeds.yaml."""

    fields: Mapping[str, Fields]
    geocode: str
    counties: Mapping[str, str]
    works: tuple[str, ...]
    closed: tuple[str, ...]
    around: tuple[str, ...]
    unsure: tuple[str, ...]
    ended: tuple[str, ...]
    whole: tuple[str, ...]
    whole_county: tuple[str, ...]
    called_off: tuple[str, ...]
    open_end: tuple[str, ...]
    partial: tuple[str, ...]
    beside: tuple[str, ...]
    power: re.Pattern[str]
    water: re.Pattern[str]
    asks: re.Pattern[str]
    other: re.Pattern[str]


@cache
def load_feeds() -> FeedWords:
    """Read the file. Raises KeyError where a part of it is missing."""
    raw = yaml_text.read((resources.files("knowledge") / "data" / "feeds.yaml").read_text(encoding="utf-8"))
    closures = raw["closures"]
    return FeedWords(
        fields=MappingProxyType({name: _fields(raw[name]) for name in ("taipower", "water", "registry")}),
        geocode=closures["geocode"], counties=MappingProxyType(dict(closures["counties"])),
        works=tuple(closures["works"]), closed=tuple(closures["closed"]),
        around=tuple(closures["around"]), unsure=tuple(closures["unsure"]),
        ended=tuple(raw["ended"]), whole=tuple(raw["whole"]), whole_county=tuple(raw["whole_county"]),
        called_off=tuple(raw["called_off"]), open_end=tuple(raw["open_end"]), partial=tuple(raw["partial"]),
        beside=tuple(raw["beside"]), power=_any(raw["of_power"]), water=_any(raw["of_water"]), asks=_any(raw["asks"]),
        other=_any(raw["other"]),
    )  # fmt: skip


def _fields(raw: Mapping[str, Any]) -> Fields:
    names = {field: tuple(names) for field, names in raw["fields"].items()}
    return Fields(names=MappingProxyType(names), required=tuple(raw["required"]))


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold(pattern)})" for pattern in patterns))


def asks_of_outage(text: str) -> frozenset[str]:
    """Of what a text asks whether, why or how long it is off: ``power``, ``water``, both or nothing."""
    words, known = normalise(text), load_feeds()
    if known.other.search(words) or not (known.asks.search(words) or "?" in text or "？" in text):
        return frozenset()
    found = {"power": known.power, "water": known.water}
    return frozenset(name for name, pattern in found.items() if pattern.search(words))
