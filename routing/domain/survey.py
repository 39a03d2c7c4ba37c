"""How a firm found it after closing: when it is asked, until when it may answer, and what the answers add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from knowledge.vocabulary import UNNAMED_CHANNEL
from routing.domain.case import COUNTED_OUTCOMES, Case, EventKind, Outcome

LAPSES = timedelta(days=7)
"""How long after the close a firm may answer in the chat."""
QUIET = timedelta(days=30)
"""How long a firm is left alone after it was asked."""
REASON_TIME = timedelta(hours=2)
"""How long after the tap words are still its reason; later ones are a matter of their own."""
SCORES = (5, 4, 3, 2, 1)
"""Five is best."""
LEAST_TOLD = 5
"""Answers under which only their number is told, at every door: fewer say who gave which."""
LISTED = ("surveyed", "rated", *(f"score{score}" for score in SCORES), "reason")
"""What is counted of the closes of a period: asked about, rated, rated so, and rated with a reason."""
VIA = "via."
"""Before the channel by which answers came, where those are counted."""

Standing = Literal["open", "given", "lapsed", "none"]
"""``open``: an answer is taken. ``given``: it was given, and counts once. ``lapsed``: it comes too late.

``none``: this close is not asked about.
"""


def asks(outcome: Outcome, last_asked: datetime | None, now: datetime) -> bool:
    """Whether a close is asked about: not after withdrawn, declined or duplicate, and each firm once in thirty days."""
    return outcome in COUNTED_OUTCOMES and (last_asked is None or now - last_asked >= QUIET)


def standing(outcome: str | None, closed_at: datetime | None, now: datetime, *, rated: datetime | None) -> Standing:
    """Whether the close that stands can be rated in the chat now. ``rated``: when the case was rated last."""
    if closed_at is None or outcome not in COUNTED_OUTCOMES:
        return "none"
    if rated is not None and rated >= closed_at:
        return "given"
    return "open" if now - closed_at <= LAPSES else "lapsed"


def rated_since_close(case: Case) -> bool:
    """Whether the close that stands has been rated."""
    closed = case.closed
    return closed is not None and case.rated_at is not None and case.rated_at >= closed.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Answers of a period: of ``asked`` closes ``n`` were rated.

    What they say (mean, scores, ways, how many gave a reason) is None under ``LEAST_TOLD`` answers.
    """

    asked: int = 0
    n: int = 0
    mean: float | None = None
    scores: Mapping[int, int] | None = None
    channels: Mapping[str, int] | None = None
    with_reason: int | None = None
    cases: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The cases by what is counted of them (``LISTED``, ``via.phone``); under ``LEAST_TOLD`` answers the first two."""

    def score(self, score: int) -> int | None:
        """How many gave this score; None where that is not told."""
        return None if self.scores is None else self.scores.get(score, 0)

    def by_score(self) -> dict[str, int] | None:
        """How many gave each score, best first, as JSON values; None where that is not told."""
        return None if self.scores is None else {str(score): self.scores.get(score, 0) for score in SCORES}

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "asked": self.asked, "n": self.n, "mean": self.mean, "scores": self.by_score(),
            "channels": None if self.channels is None else dict(sorted(self.channels.items())),
            "with_reason": self.with_reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """An event that counts: of which case, when, what, and what it carries."""

    case_id: int
    at: datetime
    kind: EventKind
    data: Mapping[str, Any]


def tally(facts: Iterable[Fact], start: datetime, end: datetime) -> Answered:
    """What was asked and answered from ``start`` up to before ``end``; of each close the last answer counts.

    ``facts`` come in the order of each case's events and hold its closes too, which tell one answer from the next.
    """
    closes: Counter[int] = Counter()
    asked, given = list[int](), dict[tuple[int, int], Mapping[str, Any]]()
    for fact in facts:
        if fact.kind is EventKind.CLOSED:
            closes[fact.case_id] += 1
        if not start <= fact.at < end:
            continue
        if fact.kind is EventKind.SURVEYED:
            asked.append(fact.case_id)
        elif fact.kind is EventKind.RATED:
            given[fact.case_id, closes[fact.case_id]] = fact.data
    cases: dict[str, list[int]] = {"surveyed": asked, "rated": [case_id for case_id, _ in given]}
    if len(given) < LEAST_TOLD:
        return Answered(asked=len(asked), n=len(given), cases=cases)
    channels = Counter(_via(data) for data in given.values())
    scores = Counter(int(data["score"]) for data in given.values())
    for (case_id, _), data in given.items():
        for name in _counted_in(data):
            cases.setdefault(name, []).append(case_id)
    return Answered(
        asked=len(asked), n=len(given), cases=cases,
        mean=sum(score * number for score, number in scores.items()) / len(given),
        scores=dict(scores), channels=dict(channels),
        with_reason=len(cases.get("reason", ())),
    )  # fmt: skip


def _via(data: Mapping[str, Any]) -> str:
    return str(data.get("via") or UNNAMED_CHANNEL.value)


def _counted_in(data: Mapping[str, Any]) -> Iterator[str]:
    """What an answer is counted in beside all of them."""
    yield f"score{int(data['score'])}"
    yield f"{VIA}{_via(data)}"
    if data.get("message_id") is not None:
        yield "reason"
