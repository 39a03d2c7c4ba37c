"""Who gets a case: the unit's person who handles its category, is here today, and has the least open work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An officer of the case's unit. ``load``: open cases now. ``deputy``: who stands in while absent."""

    email: str
    categories: tuple[str, ...]
    load: int
    last_assigned_at: datetime | None
    absent: bool = False
    deputy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who was chosen, and why in one sentence for the audit trail."""

    email: str
    why: str


def choose(candidates: Sequence[Candidate], *, category: str, topic: str | None) -> Choice | None:
    """The person to give a case to, or None if everybody is away (the case then waits in the queue, trap A4).

    Officers whose list names the topic come before those whose list names the category; an empty list means all.
    Among equals: least open work, then the longest without a new case, then the e-mail, so that the choice is the
    same whoever computes it.
    """
    present = [candidate for candidate in candidates if not candidate.absent]
    for wanted, why in ((topic, "專責此主題"), (category, "承辦此類別")):
        named = [c for c in present if wanted and wanted in c.categories]
        if named:
            return _least(named, why)
    general = [c for c in present if not c.categories] or present
    if general:
        return _least(general, "本科同仁")
    deputies = [c.deputy for c in candidates if c.deputy]
    return Choice(email=min(deputies), why="承辦人均請假，由代理人承接") if deputies else None


def _least(candidates: Sequence[Candidate], why: str) -> Choice:
    def rank(candidate: Candidate) -> tuple[int, bool, float, str]:
        last = candidate.last_assigned_at
        return candidate.load, last is not None, last.timestamp() if last else 0.0, candidate.email

    best = min(candidates, key=rank)
    return Choice(email=best.email, why=f"{why}，在辦 {best.load} 件為最少")
