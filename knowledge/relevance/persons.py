"""Which questions only a person may answer: a judgement of one case, a legal remedy, health, another firm's affairs."""

import re
from collections.abc import Mapping
from functools import cache
from re import Pattern

from knowledge.entries import Aspect
from knowledge.language.text import fold
from knowledge.relevance.aspects import Ask
from knowledge.relevance.cues import compiled, read_cues


@cache
def _patterns() -> Mapping[str, Pattern[str]]:
    return {str(name): compiled(pattern) for name, pattern in read_cues("relevance.yaml")["persons"].items()}


def person_needed(text: str) -> str | None:
    """Why a text goes to a person (`judgement`, `remedy`, `medical`, `others`), or None."""
    folded = fold(text)
    if not _any_person().search(folded):
        return None
    return next((name for name, pattern in _patterns().items() if pattern.search(folded)), None)


@cache
def _telling() -> Pattern[str]:
    return compiled(read_cues("relevance.yaml")["telling"])


@cache
def _any_person() -> Pattern[str]:
    return re.compile("|".join(f"(?:{pattern.pattern})" for pattern in _patterns().values()))


@cache
def _own_case() -> Pattern[str]:
    return compiled(read_cues("relevance.yaml")["own_case"])


def of_own_case(text: str) -> bool:
    """True where a text speaks of the writer's own case: 我不服這張罰單, not 不服罰單怎麼辦."""
    return bool(_own_case().search(fold(text)))


@cache
def _reckoning() -> tuple[Pattern[str], Pattern[str]]:
    raw = read_cues("relevance.yaml")
    return compiled(raw["quantity"]), compiled(raw["reckoning"])


def to_reckon(text: str, asks: tuple[Ask, ...]) -> bool:
    """True where a normalised text asks what a quantity of the firm's own comes to (三份多少, 三百坪要繳多少)."""
    if not any(ask.aspect is Aspect.HOW_MUCH and not ask.weak for ask in asks):
        return False
    quantity, reckoning = _reckoning()
    return bool(quantity.search(text)) and bool(reckoning.search(text))


_LEAST_TOLD = 12
"""Characters from which a message tells something; shorter ones name a matter (資料送了 is left to the matcher)."""


def only_tells(text: str, asks: tuple[Ask, ...]) -> bool:
    """True where a normalised text tells what happened and asks nothing: somebody's case, whatever it resembles."""
    return not asks and len(text) >= _LEAST_TOLD and bool(_telling().search(text))
