"""Who gets a case: the unit's person who handles its category, is here today, and has the least open work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An officer of the case's unit. ``deputy``: who stands in while absent.

    ``load``: open cases now, those that wait on somebody else counted half. ``capacity``: so much, and no new case is
    given out to them; None: no bound. A person may still give them one.
    """

    email: str
    categories: tuple[str, ...]
    load: float
    last_assigned_at: datetime | None
    absent: bool = False
    deputy: str | None = None
    capacity: int | None = None

    @property
    def room(self) -> bool:
        """Whether one more fits."""
        return self.capacity is None or self.load < self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who was chosen, and why in one sentence for the audit trail."""

    email: str
    why: str


def choose(candidates: Sequence[Candidate], *, category: str, topic: str | None) -> Choice | None:
    """The person to give a case to, or None if everybody is away or full (the case waits in the queue, trap A4).

    Officers whose list names the topic come before those whose list names the category; an empty list means all.
    Where everybody named is away, the deputy (代理人) of one of them takes the case. Among equals: least open work,
    then the longest without a new case, then the e-mail, so that the choice is the same whoever computes it.
    """
    rules = (
        ([c for c in candidates if topic and topic in c.categories], "專責此主題"),
        ([c for c in candidates if category in c.categories], "承辦此類別"),
        ([c for c in candidates if not c.categories], "本科同仁"),
        (candidates, "本科同仁"),
    )
    for group, why in rules:
        present = [candidate for candidate in group if not candidate.absent and candidate.room]
        if present:
            return _least(present, why)
        deputies = [candidate.deputy for candidate in group if candidate.deputy]
        if deputies:
            return Choice(email=min(deputies), why="承辦人請假，由代理人承接")
    return None


def _least(candidates: Sequence[Candidate], why: str) -> Choice:
    def rank(candidate: Candidate) -> tuple[float, bool, float, str]:
        last = candidate.last_assigned_at
        return candidate.load, last is not None, last.timestamp() if last else 0.0, candidate.email

    best = min(candidates, key=rank)
    return Choice(email=best.email, why=f"{why}，在辦 {best.load:g} 件（等候中折半計）為最少")
