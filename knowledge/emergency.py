"""Whom to call in an emergency, from data/emergency.yaml: the words shown first, and the numbers to dial."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from knowledge.wording import reading_language


def calls_for(
    kind: str, *, emergency: Mapping[str, Any], language: str
) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The words for a kind of alert and its (label, number) pairs, the one to dial first in front; None if unknown."""
    found = next((alert for alert in emergency.get("alerts", ()) if alert["kind"] == kind), None)
    if found is None:
        return None
    short = reading_language(language).group
    numbers = [emergency["numbers"][key] for key in found["numbers"]]
    calls = tuple((f"{number['number']} {number[short]}", dialled(number["number"])) for number in numbers)
    return found["wording"][short], calls


def dialled(number: str) -> str:
    """A printed number as a telephone dials it: (07)361-2054 is 07-361-2054."""
    return re.sub(r"[^0-9-]", "", number.replace(")", "-"))
