"""What passwords are made of that is tried first: common words, those of the offices, and passwords of breaches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from knowledge.files import yaml_text
from knowledge.offices.directory import Offices, load_offices

BREACHED = ("data", "breached", "passwords.txt")
"""Made by ``knowledge.build.breached``; sources and licences stand beside it."""
WHOLE = 12
"""Signs from which an entry of it is a password as it could be chosen, and not the stem of one."""
_SHORTEST = 3
"""Letters of a Latin word; two Chinese ones are a word."""
_KEYS = dict(
    zip(
        "ㄅㄉˇˋㄓˊ˙ㄚㄞㄢㄦㄆㄊㄍㄐㄔㄗㄧㄛㄟㄣㄇㄋㄎㄑㄕㄘㄨㄜㄠㄤㄈㄌㄏㄒㄖㄙㄩㄝㄡㄥ",
        "1234567890-qwertyuiopasdfghjkl;zxcvbnm,./", strict=True,
    )
)  # fmt: skip
"""Which key of an English keyboard a sign of 注音 is (大千式); the first tone is a blank, which people leave out."""


@dataclass(frozen=True, slots=True)
class Tried:
    """``nothing``: words that add nothing to a password; ``little``: words that add a little.

    ``breached``: passwords that are known from breaches; those that are too short to be chosen here are stems.
    """

    nothing: frozenset[str]
    little: frozenset[str]
    breached: frozenset[str]


@cache
def load_tried() -> Tried:
    """The words that ship with the product."""
    path = resources.files("knowledge") / "data" / "passwords.yaml"
    raw = yaml_text.read(path.read_text(encoding="utf-8"))
    typed = {"".join(_KEYS[sign] for sign in sound) for _phrase, sound in raw["typed"]}
    nothing = _long_enough(raw["nothing"].casefold().split()) | _of_offices(load_offices()) | typed
    breached = resources.files("knowledge").joinpath(*BREACHED).read_text(encoding="utf-8").split()
    return Tried(nothing, _long_enough(raw["little"].casefold().split()) - nothing, frozenset(breached))


def _long_enough(words: list[str]) -> frozenset[str]:
    return frozenset(word for word in words if len(word) >= (_SHORTEST if word.isascii() else 2))


def _of_offices(offices: Offices) -> frozenset[str]:
    """Names of parks, districts, units and agencies; of English ones the words."""
    parks = [name for park in offices.parks for name in (*park.names, park.district, park.county)]
    places = [*parks, *(name for unit in offices.units for name in unit.names.values())]
    names = [*places, *(name for agency in offices.agencies for name in (agency.code, *agency.names.values()))]
    return _long_enough(
        [part for name in names for part in (name.casefold(), *re.findall(r"[a-z]{4,}", name.casefold()))]
    )
