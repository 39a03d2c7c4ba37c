"""Whether an entry meets what a question asks: its aspects, its step, its side of an opposite. Read once an entry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from knowledge.entries import Aspect, FaqEntry
from knowledge.language.opposites import Said, Stance
from knowledge.language.text import fold, normalise
from knowledge.relevance.aspects import STEPS, Ask, Stated, asked, missing, stated, untold_abroad
from knowledge.relevance.cues import compiled, read_cues
from knowledge.relevance.yes_no import Sides, YesNo, only_yes_no
from knowledge.vocabulary import PHRASING_GROUPS, EntryKind

_SOME = 2
"""Phrasings that speak of a step before an entry counts as being about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """How an entry meets a question."""

    opposite: bool
    lacks: tuple[Aspect, ...]
    off: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an entry states, which steps it is about, and which side of each opposite it takes."""

    stated: Mapping[str, Stated]
    """By language: details are told in Chinese alone."""
    says: tuple[Aspect, ...]
    """What its question asks, sharp aspects only: what can be told of it in a word."""
    steps: frozenset[Aspect]
    stance: Stance
    acts: frozenset[int]
    """The acts (knowledge/data/relevance.yaml) that its texts speak of."""
    sides: Mapping[str, Sides]
    """By language: what its own questions ask to be allowed or needed."""
    hands_over: bool
    """It says who will answer, whatever is asked of its matter, and states nothing else."""

    @classmethod
    def of(cls, entry: FaqEntry) -> "Profile":
        """Read an entry's texts."""
        phrasings = [t for group in entry.phrasings.values() for t in group]
        every = stated(entry)
        return cls(
            stated={
                group: replace(every, aspects=every.aspects - untold_abroad(entry, group)) for group in PHRASING_GROUPS
            },
            says=_sharp(entry),
            steps=_steps(entry),
            stance=Stance.of([*phrasings, entry.question, entry.en.question, entry.ja.question]),
            acts=acts_in(fold("\n".join([*phrasings, *_told(entry)]))),
            sides={group: _sides(entry, group) for group in PHRASING_GROUPS},
            hands_over=entry.kind is EntryKind.HAND_OVER,
        )

    def meets(
        self,
        asks: tuple[Ask, ...],
        said: Said,
        acts: frozenset[int] = frozenset(),
        yes_no: YesNo | None = None,
        group: str = "zh",
    ) -> Meeting:
        """Hold a question, as it was read, against this entry; `yes_no` is what it asks to be affirmed, in `group`."""
        said_here = self.stated[group]
        lacking = () if self.hands_over else missing(asks, said_here)
        strict = [ask for ask in asks if not ask.weak and ask.aspect not in STEPS]
        wanted = {ask.aspect for ask in asks if ask.aspect in STEPS}
        off = ""
        if strict and len(lacking) == len(strict):
            off = "aspect"
        elif (wanted and not wanted & self.steps) or acts - self.acts:
            off = "step"
        lacks = tuple(ask.aspect for ask in lacking)
        if not off and not self.hands_over and yes_no is not None and only_yes_no(asks):
            states = bool(said_here.aspects & {Aspect.ALLOWED, Aspect.EXCEPTION})
            if not self.sides[group].meets(yes_no, states=states):
                off, lacks = "aspect", (Aspect.ALLOWED,)
        return Meeting(opposite=self.stance.contradicts(said), lacks=lacks, off=off)


def acts_in(folded: str) -> frozenset[int]:
    """The acts that a folded or normalised text speaks of, by number."""
    if not _any_act().search(folded):
        return frozenset()
    return frozenset(number for number, act in enumerate(_acts()) if act.search(folded))


@cache
def _acts() -> tuple[re.Pattern[str], ...]:
    return tuple(compiled(pattern) for pattern in read_cues("relevance.yaml")["acts"])


@cache
def _any_act() -> re.Pattern[str]:
    """All of them at once: most questions speak of none."""
    return re.compile("|".join(act.pattern for act in _acts()))


def _told(entry: FaqEntry) -> tuple[str, ...]:
    wordings = [entry.wording(group) for group in PHRASING_GROUPS]
    return (
        *(text for w in wordings for text in (w.question, w.answer)),
        entry.details,
        *entry.prepare,
        entry.where,
        *_priced(entry),
    )


def _sides(entry: FaqEntry, group: str) -> Sides:
    wording = entry.wording(group)
    told = [wording.answer, *((entry.details, *entry.prepare, entry.where) if group == "zh" else ())]
    return Sides.of([*entry.phrasings.get(group, ()), wording.question], [*told, *_priced(entry)], group)


def _priced(entry: FaqEntry) -> list[str]:
    """What its tariff has a price for."""
    return [text for row in entry.tariff for text in (row.item, row.item_en, row.item_ja)]


def _sharp(entry: FaqEntry) -> tuple[Aspect, ...]:
    return tuple(ask.aspect for ask in asked(normalise(entry.question)) if not ask.weak and ask.aspect not in STEPS)


def _steps(entry: FaqEntry) -> frozenset[Aspect]:
    """The steps an entry is about: those its question or answer names, or several of its phrasings."""
    found = set(entry.aspects) & STEPS
    for group in PHRASING_GROUPS:
        wording = entry.wording(group)
        found |= _named(f"{wording.question} {wording.answer}", group)
        counted = [_named(text, group) for text in entry.phrasings.get(group, ())]
        found |= {step for step in STEPS if sum(step in named for named in counted) >= _SOME}
    found |= _named(entry.details, "zh")
    return frozenset(found)


def _named(text: str, group: str) -> frozenset[Aspect]:
    return frozenset(ask.aspect for ask in asked(normalise(text), group)) & STEPS
