"""What a question is answered with directly, by the shipped thresholds."""

from __future__ import annotations

from datetime import date

from knowledge.understand import Understander
from routing.domain.decision import Action, Thresholds, decide

LIMITS, TODAY = Thresholds.shipped(), date(2026, 11, 29)


def answered(understander: Understander, text: str) -> str | None:
    """The entry that a firm of which nothing is known is given; None where it is given none."""
    decision = decide(understander.understand(text), LIMITS, TODAY)
    return decision.match.entry_id if decision.action is Action.ANSWER and decision.match else None
