"""Which aspects of a matter a question asks for, and which an entry states.

The cues are data: knowledge/data/aspects.yaml, in order, from the sharp ones to those that any question may hold.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from knowledge.entries import Aspect, FaqEntry
from knowledge.language.text import fold, normalise
from knowledge.relevance.cues import compiled, read_cues
from knowledge.vocabulary import PHRASING_GROUPS, EntryKind

STEPS = frozenset({Aspect.CHANGE, Aspect.RENEW, Aspect.CANCEL, Aspect.REPLACE, Aspect.TRANSFER})
"""Steps after having a thing: what an entry is about, not what it says about it."""
_TIMES = frozenset({Aspect.DEADLINE, Aspect.HOW_LONG})
_MONEY = "money"
_TAKEN = " ¦ "
"""Stands where a cue was taken, so that no later cue reads across it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing asked: its aspect, those that answer it as well, and the sign an answer must show ('' for none).

    `weak`: a way of putting the question (may we …, is it …) that any answer about the matter may meet.
    """

    aspect: Aspect
    also: tuple[Aspect, ...] = ()
    sign: str = ""
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cue:
    ask: Ask
    alone: bool
    """A noun that asks only where no other strict cue does."""
    patterns: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """The cues as they are read from the data file."""

    masks: Mapping[str, re.Pattern[str]]
    asked: tuple[_Cue, ...]
    stated: Mapping[Aspect, re.Pattern[str]]
    abroad: Mapping[Aspect, re.Pattern[str]]
    """What answers in English and Japanese state, of the aspects that details in Chinese state most."""
    signs: Mapping[str, re.Pattern[str]]
    fines: re.Pattern[str]
    """Amounts of fines: money that is no fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What an entry states, with the signs its text shows; `confirmed` where a person said so."""

    aspects: frozenset[Aspect]
    signs: frozenset[str]
    confirmed: bool


def _by_language(raw: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    return {language: compiled(str(raw[language])) for language in PHRASING_GROUPS if raw.get(language)}


@cache
def shipped_cues() -> Cues:
    """The cues that ship with the product."""
    raw = read_cues("aspects.yaml")
    return Cues(
        masks=_by_language(raw["masks"]),
        asked=tuple(
            _Cue(
                ask=Ask(
                    aspect=Aspect(row["aspect"]),
                    also=tuple(Aspect(name) for name in row.get("or", ())),
                    sign=str(row.get("sign", "")),
                    weak=bool(row.get("weak", False)),
                ),
                alone=bool(row.get("alone", False)),
                patterns=_by_language(row),
            )
            for row in raw["asked"]
        ),
        stated={Aspect(name): compiled(pattern) for name, pattern in raw["stated"].items()},
        abroad={Aspect(name): compiled(pattern) for name, pattern in raw["abroad"].items()},
        signs={str(name): compiled(pattern) for name, pattern in raw["signs"].items()},
        fines=compiled(raw["fines"]),
    )


def asked(text: str, group: str = "zh", cues: Cues | None = None) -> tuple[Ask, ...]:
    """What a normalised text asks, in the order of the cues; `group` is its language (zh, en, ja)."""
    cues = cues or shipped_cues()
    mask = cues.masks.get(group)
    rest = mask.sub(_TAKEN, text) if mask else text
    found: dict[Aspect, Ask] = {}
    for cue in cues.asked:
        pattern = cue.patterns.get(group)
        if pattern is None:
            continue
        if cue.alone and any(not ask.weak or ask.aspect is Aspect.DEFINITION for ask in found.values()):
            continue
        rest, times = pattern.subn(_TAKEN, rest)
        if times and cue.ask.aspect not in found:
            found[cue.ask.aspect] = cue.ask
    return tuple(_apart(ask, found.values()) for ask in found.values())


_TO_DO_IT = Ask(aspect=Aspect.HOW, also=(Aspect.PAPERS, Aspect.WHERE))


def sought(text: str, asks: tuple[Ask, ...], group: str) -> tuple[Ask, ...]:
    """What an answer must say: what is asked, or how it is done where somebody only says what they mean to do.

    我們想裝太陽能 asks nothing in so many words; whether a new factory must have panels is no answer to it.
    """
    wish = _wish().get(group)
    return (_TO_DO_IT,) if not asks and wish is not None and wish.search(text) else asks


def means_to(text: str) -> bool:
    """Whether a text says what somebody means to do (想申請用電, we want to add a line); in any language."""
    normal = normalise(text)
    return any(pattern.search(normal) for pattern in _wish().values())


@cache
def _wish() -> Mapping[str, re.Pattern[str]]:
    return _by_language(read_cues("relevance.yaml")["wish"])


def _apart(ask: Ask, every: Iterable[Ask]) -> Ask:
    """What is asked, without the aspects that answer it as well where they are asked by themselves.

    欠多久會終止，滯納金怎麼算 asks for a time and for an amount: that the time is stated does not answer the amount.
    By when and how long are one question as often as two.
    """
    if ask.aspect in _TIMES:
        return ask
    others = {other.aspect for other in every if other.aspect is not ask.aspect and not other.weak}
    if ask.aspect is Aspect.HOW_MUCH and ask.sign == _MONEY and Aspect.PENALTY in others:
        return replace(ask, also=(*ask.also, Aspect.PENALTY), sign="")
    others |= _TIMES if others & _TIMES else set()
    return replace(ask, also=tuple(one for one in ask.also if one not in others)) if others & set(ask.also) else ask


def stated(entry: FaqEntry, cues: Cues | None = None) -> Stated:
    """What an entry states: as confirmed, or read from its question, answer, details and the fields beside them."""
    cues = cues or shipped_cues()
    told = fold("\n".join((entry.answer, entry.details, *entry.prepare, entry.where, entry.duration)))
    unfined = cues.fines.sub(_TAKEN, told)
    signs = frozenset(
        name for name, pattern in cues.signs.items() if pattern.search(told if name != _MONEY else unfined)
    )
    if entry.aspects:
        return Stated(aspects=frozenset(entry.aspects), signs=signs, confirmed=True)
    found = {aspect for aspect, pattern in cues.stated.items() if pattern.search(told)}
    title = {ask.aspect for ask in asked(normalise(entry.question), "zh", cues)}
    found |= title & (STEPS | {Aspect.DEFINITION, Aspect.ALLOWED, Aspect.EXCEPTION})
    if entry.kind is EntryKind.ANSWER:
        found |= title - {Aspect.COMPLAINT, Aspect.JUDGEMENT}
    found |= {a for a, held in ((Aspect.PAPERS, entry.prepare), (Aspect.WHERE, entry.where)) if held}
    if entry.duration:
        found.add(Aspect.HOW_LONG)
    return Stated(aspects=frozenset(found), signs=signs, confirmed=False)


def untold_abroad(entry: FaqEntry, group: str, cues: Cues | None = None) -> frozenset[Aspect]:
    """The aspects that only the details state, which readers of English and Japanese are not shown."""
    if group == "zh" or not entry.details:
        return frozenset()
    cues = cues or shipped_cues()
    details = fold(entry.details)
    shown = fold("\n".join((entry.answer, *entry.prepare, entry.where, entry.duration)))
    here = fold(entry.wording(group).answer)
    return frozenset(
        aspect
        for aspect, pattern in cues.stated.items()
        if pattern.search(details)
        and not pattern.search(shown)
        and not (aspect in cues.abroad and cues.abroad[aspect].search(here))
    )


def missing(asks: Sequence[Ask], said: Stated) -> tuple[Ask, ...]:
    """Those of `asks` that an entry does not state; ways of putting a question never count, nor do steps."""
    return tuple(ask for ask in asks if not ask.weak and ask.aspect not in STEPS and not meets(ask, said))


def meets(ask: Ask, said: Stated) -> bool:
    """True where an entry states what is asked and shows the sign that an answer to it must show."""
    if not said.aspects.intersection((ask.aspect, *ask.also)):
        return False
    return not ask.sign or ask.sign in said.signs
