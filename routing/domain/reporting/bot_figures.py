"""What the bot made of what it was asked, by language: answered, offered, handed over, and what came of it.

Counted from enquiries, which are no cases: the two are never added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from knowledge.calendar.office_calendar import local
from knowledge.vocabulary import LANGUAGES
from routing.domain.decision import Action

COUNTS = (
    "asked", "answered", "offered", "handed_over", "helpful", "not_helpful", "came_back", "wrong", "settled",
)  # fmt: skip
"""Figures, each a count of enquiries, in their order.

``came_back``: direct answers after which the same person asked about the same entry within ``BACK_WITHIN`` working
days. ``wrong``: direct answers that an officer corrected. ``settled``: direct answers of which neither is so, which
were not called unhelpful, and whose words went into no case.
"""
BACK_WITHIN = 5
"""Working days."""
DECIDED = {Action.ANSWER.value: "answered", Action.CHOOSE.value: "offered", Action.HAND_OVER.value: "handed_over"}
"""What the bot did, as it is kept, by the figure that counts it."""
SAID = {"helpful": "helpful", "not_helpful": "not_helpful"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An enquiry as far as it counts. ``person``: who asked, where known; ``faq``: the entry it was answered with."""

    id: int
    message_id: int | None
    at: datetime
    person: int | None
    language: str
    decision: str
    faq: str | None
    offered: tuple[str, ...]
    verdict: str | None
    in_case: bool


@dataclass(frozen=True, slots=True)
class BotFigures:
    """Figures of one language, or of all (None)."""

    language: str | None
    counts: Mapping[str, int]

    @property
    def settled_rate(self) -> float | None:
        """Direct answers that settled the matter, of all direct answers; None without."""
        answered = self.counts["answered"]
        return self.counts["settled"] / answered if answered else None

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return {"language": self.language, **self.counts, "settled_rate": self.settled_rate}


def count(
    asked: Iterable[Asked], later: Iterable[Asked], wrong: Collection[int], *, days_between: Callable[[date, date], int]
) -> tuple[BotFigures, tuple[BotFigures, ...]]:
    """The figures of all languages, and of each that was asked in, by its code.

    Args:
        asked: the enquiries of the period; small talk is none.
        later: those after it, for who came back.
        wrong: direct answers that an officer corrected, by id.
        days_between: working days after the first day up to and including the second.
    """
    found: defaultdict[str | None, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    found[None] = dict.fromkeys(COUNTS, 0)
    for one, names in figures_of(asked, later, wrong, days_between=days_between):
        for name in names:
            found[None][name] += 1
            found[one.language][name] += 1
    languages = tuple(BotFigures(one, found[one]) for one in LANGUAGES if one in found)
    return BotFigures(None, found[None]), languages


def figures_of(
    asked: Iterable[Asked], later: Iterable[Asked], wrong: Collection[int], *, days_between: Callable[[date, date], int]
) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    """Each enquiry that counts, oldest first, with the figures that count it; arguments as for ``count``."""
    counted = sorted((one for one in asked if one.decision in DECIDED), key=lambda one: (one.at, one.id))
    back = _came_back([*counted, *(one for one in later if one.decision in DECIDED)], days_between)
    for one in counted:
        yield one, tuple(_counts_in(one, back, wrong))


def _counts_in(one: Asked, back: Collection[int], wrong: Collection[int]) -> Iterable[str]:
    yield "asked"
    yield DECIDED[one.decision]
    if one.verdict in SAID:
        yield SAID[one.verdict]
    if one.decision != Action.ANSWER.value:
        return
    if one.id in back:
        yield "came_back"
    if one.id in wrong:
        yield "wrong"
    if not (one.id in back or one.id in wrong or one.in_case or one.verdict == "not_helpful"):
        yield "settled"


def _came_back(asked: Sequence[Asked], days_between: Callable[[date, date], int]) -> set[int]:
    """Direct answers after which the same person asked about the same entry, by id."""
    last: dict[tuple[int, str | None], Asked] = {}
    found = set()
    for one in sorted(asked, key=lambda one: (one.at, one.id)):
        if one.person is None:
            continue
        for entry in {one.faq, *one.offered} - {None}:
            before = last.pop((one.person, entry), None)
            if before is not None and days_between(local(before.at).date(), local(one.at).date()) <= BACK_WITHIN:
                found.add(before.id)
        if one.decision == Action.ANSWER.value and one.faq is not None:
            last[one.person, one.faq] = one
    return found
