"""Whom to call in an emergency, and what the law has the firm report: from data/emergency.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.wording import reading_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What the firm itself must report: when, to whom and within what time, and where the law says so."""

    text: str
    source: str
    """Law and article."""
    url: str


def calls_for(
    kind: str, *, emergency: Mapping[str, Any], language: str
) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The words for a kind of alert and its (label, number) pairs, the one to dial first in front; None if unknown."""
    found = _alert(kind, emergency)
    if found is None:
        return None
    short = reading_language(language).group
    numbers = [emergency["numbers"][key] for key in found["numbers"]]
    calls = tuple((f"{number['number']} {number[short]}", dialled(number["number"])) for number in numbers)
    return found["wording"][short], calls


def duties_for(kind: str, *, emergency: Mapping[str, Any], language: str) -> tuple[Duty, ...]:
    """What the law has a firm report after such an event, the shortest time first."""
    found = _alert(kind, emergency)
    duties = [emergency["duties"][key] for key in (found["duties"] if found else ())]
    short = reading_language(language).group
    named = f"law_{short}"
    return tuple(
        Duty(text=one[short], source=f"{one.get(named, one['law'])} {one['article']}", url=one["url"]) for one in duties
    )


def topic_for(kind: str, *, emergency: Mapping[str, Any]) -> str | None:
    """The topic that says which unit a case of such an event goes to; None where its category does."""
    found = _alert(kind, emergency)
    return found.get("topic") if found else None


def _alert(kind: str, emergency: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((alert for alert in emergency.get("alerts", ()) if alert["kind"] == kind), None)


def dialled(number: str) -> str:
    """A printed number as a telephone dials it: (07)361-2054 is 07-361-2054."""
    return re.sub(r"[^0-9-]", "", number.replace(")", "-"))
