"""Several matters in one message: each is answered, offered or handed over by itself, in the order they were asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from routing.domain.decision import Decision, Part
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import Effect, NoteEnquiry, Result, Say, Turn
from routing.domain.messages import Card, Outgoing

_QUOTED = 24
"""Characters of a matter that its card repeats."""

_NUMBERED = re.compile(r"^\D{0,14}(?<![\d.])[（(]?[1-9][.、)）．]\s*(?!\d)")
"""A hello and the number of a list before the matter itself."""

ByItself = Callable[[Turn, State], Result]


def answered(turn: Turn, state: State, parts: tuple[Part, ...], by_itself: ByItself) -> Result:
    """One card a matter, each headed by the firm's own words; the words as a whole stay the beginning of a case.

    ``by_itself`` answers one matter, as if it had been asked alone. A case that is opened is of the first matter's
    category; what follows without naming its matter belongs to the last.
    """
    told = labels(turn.say, [part.understanding.text for part in parts])
    messages: list[Outgoing] = []
    effects: list[Effect] = []
    kept = state
    for number, part in enumerate(parts):
        result = by_itself(_alone(turn, part), _about(state, part))
        messages += _headed(result.messages, told[number])
        effects += [_of_part(effect, number) for effect in result.effects]
        kept = replace(kept, last_entry=result.state.last_entry, kind_for=result.state.kind_for or kept.kind_for)
    first = parts[0].understanding
    kept = replace(kept, category=category_of_case(first.category.value), topic=first.topic)
    return Result(state=kept, messages=tuple(messages), effects=tuple(effects))


def _alone(turn: Turn, part: Part) -> Turn:
    decision: Decision = part.decision
    return replace(turn, understanding=part.understanding, decision=decision)


def _about(state: State, part: Part) -> State:
    read = part.understanding
    return replace(state, category=category_of_case(read.category.value), topic=read.topic, last_entry=None)


def category_of_case(name: str) -> str:
    """The category of a case about words of this one: no case is of small talk."""
    return "other" if name == "smalltalk" else name


def labels(say: Say, texts: Sequence[str]) -> list[str]:
    """What is said above each matter: which it is, and its words unless two of them would read the same."""
    quoted = [_quoted(text) for text in texts]
    of = len(quoted)
    if len(set(quoted)) < of:
        return [say("matters.place", number=number, of=of) for number in range(1, of + 1)]
    return [say("matters.label", number=number, of=of, words=words) for number, words in enumerate(quoted, start=1)]


def _quoted(text: str) -> str:
    words = _NUMBERED.sub("", " ".join(text.split()))
    return words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1]}…"


def _headed(messages: tuple[Outgoing, ...], told: str) -> list[Outgoing]:
    """The messages of one matter, the first card saying which of them it is."""
    first, *rest = messages
    if isinstance(first, Card):
        first = replace(first, label="\n".join(part for part in (told, first.label) if part))
    return [first, *rest]


def _of_part(effect: Effect, number: int) -> Effect:
    return replace(effect, part=number) if isinstance(effect, NoteEnquiry) else effect
