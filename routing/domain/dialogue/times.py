"""When a call suits a firm, as it types it: 下午三點以後, any time tomorrow, 午前中."""

from __future__ import annotations

from knowledge.language.said import ways
from knowledge.language.text import fold

MORNING, AFTERNOON, ANY = "morning", "afternoon", "any"
CALL_TIMES = (MORNING, AFTERNOON, ANY)
"""When a firm may wish to be called."""

_SUITS, _BEGINS = ways("times", "suits"), ways("times", "begins")
_MORNING, _AFTERNOON = ways("times", "morning"), ways("times", "afternoon")
_LONGEST = 40
"""Characters, beyond which more is said than a time."""


def suits(text: str) -> str | None:
    """The half of the day in which a call suits; ``any`` where both or none is named; None if it is no time."""
    folded = fold(text.strip())
    if len(folded) > _LONGEST or not _SUITS.search(folded):
        return None
    morning, afternoon = bool(_MORNING.search(folded)), bool(_AFTERNOON.search(folded))
    if morning == afternoon:
        return ANY
    return MORNING if morning else AFTERNOON


def names_a_time(text: str) -> bool:
    """Whether words are of a time, and so name neither a firm nor a person."""
    return suits(text) is not None or bool(_BEGINS.search(fold(text.strip())))
