"""The understander of the active knowledge: built once, rebuilt in the background when knowledge changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock

from knowledge.offices.directory import Offices
from knowledge.relevance.match import Match
from knowledge.services import OnlineService, load_services
from knowledge.understand import Previous, Understander, Understanding
from knowledge.vocabulary import ParkKind
from routing.domain.decision import Action, Decision, Thresholds, decide

Likeness = Callable[[str, Sequence[str]], Sequence[float] | None]
"""How alike a text is to each of some questions; None where the service has no answer in time."""


class Reader:
    """Reads enquiries. The understander is made at first use, since fitting takes a moment, and can be replaced."""

    def __init__(
        self, build: Callable[[], Understander], thresholds: Thresholds, *, likeness: Likeness | None = None
    ) -> None:
        """``likeness``: an outside service that may put the choices a firm is offered in another order."""
        self._build = build
        self._likeness = likeness
        self.shipped = thresholds
        self.thresholds = thresholds
        """The active ones: the shipped ones, or what verdicts made of them; replaced as a whole."""
        self._lock = Lock()
        self._understander: Understander | None = None
        self._offices: Offices | None = None
        self.services: tuple[OnlineService, ...] = load_services()
        """The active online services; replaced as a whole."""

    def understander(self) -> Understander:
        """The active understander."""
        with self._lock:
            if self._understander is None:
                self._understander = self._with_offices(self._build())
            return self._understander

    def know(self, offices: Offices) -> None:
        """Read places by these offices: the branch has changed its parks or their aliases."""
        with self._lock:
            if offices is self._offices:
                return
            self._offices = offices
            if self._understander is not None:
                self._understander.know(offices)

    def _with_offices(self, understander: Understander) -> Understander:
        if self._offices is not None:
            understander.know(self._offices)
        return understander

    def warm(self) -> None:
        """Fit everything now, so that no transaction has to wait for it later."""
        self.understander().warm()

    def replace(self, understander: Understander) -> None:
        """Activate a newly fitted one, between two enquiries."""
        with self._lock:
            self._understander = self._with_offices(understander)

    def read(
        self, text: str, previous: Previous | None, *, today: date, known: ParkKind | None = None
    ) -> tuple[Understanding, Decision]:
        """What a text means and what to do about it.

        ``today`` (Taipei) decides which answers are past review; ``known`` is the kind of park the firm is in.
        """
        understanding = self.understander().understand(text, previous)
        decision = decide(understanding, self.thresholds, today, known)
        if self._likeness is not None and decision.action is Action.CHOOSE and len(decision.choices) > 1:
            decision = replace(decision, choices=_reordered(text, decision.choices, understanding, self._likeness))
        return understanding, decision


def _reordered(
    text: str, choices: tuple[Match, ...], understanding: Understanding, likeness: Likeness
) -> tuple[Match, ...]:
    """The same choices, the likest first; as they were where the service says nothing. Opposites stay behind."""
    group = understanding.language.group
    likes = likeness(text, [match.entry.wording(group).question for match in choices])
    if likes is None or len(likes) != len(choices):
        return choices
    order = sorted(range(len(choices)), key=lambda number: (choices[number].opposite, -likes[number]))
    return tuple(choices[number] for number in order)
