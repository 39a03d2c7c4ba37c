"""Limits of kinds of cases that the office has set itself, each with the day from which it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class SetLimit:
    """Cases of a kind that are received on a day or after it have so many working days, until another is set."""

    kind: str
    since: date
    days: int

    def __str__(self) -> str:
        return f"{self.kind} {self.since} {self.days}"


def in_force(limits: Iterable[SetLimit], kind: str, day: date) -> SetLimit | None:
    """The limit that holds for cases received on the day; None where nothing was set by then."""
    return max((one for one in limits if one.kind == kind and one.since <= day), default=None)
