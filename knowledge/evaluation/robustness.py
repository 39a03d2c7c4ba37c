"""Spoils questions the way hurried people do: dropped, doubled and swapped characters, full width, simplified, 臺."""

import random
from collections.abc import Callable, Sequence

from knowledge.language.spelling import alike_to
from knowledge.language.text import fold


def _drop(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place + 1 :]


def _swap(text: str, chance: random.Random) -> str:
    if len(text) < 2:
        return text
    place = chance.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _double(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place] + text[place:]


def _wide(text: str, _: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text).replace("台", "臺")


def _simplified(text: str, _: random.Random) -> str:
    return fold(text)


def _homophone(text: str, chance: random.Random, times: int = 1) -> str:
    """As it is typed in a hurry: a character of another that sounds or looks like it."""
    places = [place for place, character in enumerate(text) if alike_to(character)]
    for place in chance.sample(places, min(times, len(places))):
        text = text[:place] + chance.choice(alike_to(text[place])) + text[place + 1 :]
    return text


def _two_homophones(text: str, chance: random.Random) -> str:
    return _homophone(text, chance, 2)


SPOILERS: dict[str, Callable[[str, random.Random], str]] = {
    "one character dropped": _drop,
    "two characters swapped": _swap,
    "one character doubled": _double,
    "full width and 臺": _wide,
    "simplified": _simplified,
    "one homophone": _homophone,
    "two homophones": _two_homophones,
}


def spoil(texts: Sequence[str], name: str, seed: int = 11) -> list[str]:
    """Every text spoilt in one way; the same every time."""
    chance = random.Random(seed)
    return [SPOILERS[name](t, chance) if t else t for t in texts]
