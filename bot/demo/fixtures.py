"""What the demo's invented cases are made of, read from the data files beside this module."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from knowledge.vocabulary import CASE_CATEGORIES, FOREIGN_LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something firms ask. Texts hold slots such as ``{b}``; ``lacks`` is what firms tend to forget."""

    category: str
    topic: str
    subject: str
    text: str
    reply: str
    language: str = "zh-TW"
    lacks: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of the demo team, or of an agency that is asked."""

    email: str
    name: str
    role: str
    unit: str | None = None
    categories: tuple[str, ...] = ()
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Who is away from today on, for how many days, and who stands in."""

    person: str
    deputy: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixtures:
    """Everything the demo invents."""

    matters: Mapping[str, tuple[Matter, ...]]
    """By category: what firms ask in Chinese as a plain enquiry."""
    petitions: tuple[Matter, ...]
    applications: tuple[Matter, ...]
    foreign: tuple[Matter, ...]
    slots: Mapping[str, tuple[str, ...]]
    firms: tuple[str, ...]
    officers: tuple[Person, ...]
    others: tuple[Person, ...]
    absence: Absence

    def filled(self, matter: Matter, random: Random) -> Matter:
        """The matter with words in its slots, the same word wherever a slot comes again."""
        texts = (matter.subject, matter.text, matter.reply, matter.lacks or "")
        names = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
        words = {name: random.choice(self.slots[name]) for name in sorted(names)}
        if matter.language != "zh-TW":
            words = {name: _plain(word) for name, word in words.items()}
        subject, text, reply, lacks = (one.format(**words) for one in texts)
        return Matter(
            category=matter.category, topic=matter.topic, subject=subject, text=text, reply=reply,
            language=matter.language, lacks=lacks or None, agency=matter.agency,
        )  # fmt: skip

    def officer_for(self, unit: str, matter: Matter, random: Random) -> Person:
        """An officer of the unit who handles the matter's topic, else its category, else anybody there."""
        there = [person for person in self.officers if person.unit == unit]
        for wanted in (matter.topic, matter.category):
            named = [person for person in there if wanted in person.categories]
            if named:
                return random.choice(named)
        return random.choice(there)


def _plain(word: str) -> str:
    """A building as a firm writes it that has no Chinese."""
    return f"Building {word[0]}" if word[0].isascii() and word[0].isalpha() else (word if word.isdigit() else "Plant 2")


@cache
def load_fixtures() -> Fixtures:
    """The fixtures that ship with the demo."""
    people = _read("people.yaml")
    special = _read("matters/special.yaml")
    return Fixtures(
        matters={
            category: tuple(Matter(category=category, **row) for row in _read(f"matters/{category}.yaml"))
            for category in CASE_CATEGORIES
        },
        petitions=tuple(Matter(**row) for row in special["petitions"]),
        applications=tuple(Matter(**row) for row in special["applications"]),
        foreign=tuple(Matter(language=language, **row) for language in FOREIGN_LANGUAGES for row in special[language]),
        slots={name: tuple(words) for name, words in people["slots"].items()},
        firms=tuple(f"{root}{kind}" for kind in people["firm_kinds"] for root in people["firm_roots"]),
        officers=tuple(_person({"role": "officer", **row}) for row in people["officers"]),
        others=(
            *(_person(row) for row in people["leaders"]),
            *(_person({"role": "partner", **row}) for row in people["partners"]),
        ),
        absence=Absence(**people["absence"]),
    )


def _person(row: Mapping[str, Any]) -> Person:
    return Person(**{**row, "categories": tuple(row.get("categories", ()))})


def _read(name: str) -> Any:
    return yaml.safe_load((files("bot.demo") / "data" / name).read_text(encoding="utf-8"))
