"""What a case asks of others (會辦): agencies outside, units inside, several at once.

A consultation is opened by the event with which a wait on an agency begins, or by one more during it; it ends by its
answer, by being withdrawn, or with the wait. The wait is one stretch from the first question to the last answer; the
clock runs through it (contract §7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Result(StrEnum):
    """What came of a consultation, in the words of contract §9."""

    FOUND = "found"
    """It was looked into; the answer says what was found."""
    SITE_VISIT = "site_visit"
    """Somebody goes there."""
    CONTACT_DIRECTLY = "contact_directly"
    """The firm is to turn to them."""
    UNABLE = "unable"
    """They cannot help."""


class End(StrEnum):
    """How a consultation ended."""

    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    """With the wait: somebody went on working, or the case was closed."""


CONSENTS = ("given", "no_data")
"""Of a question that goes out of the house: the firm agrees that its data goes along, or none of its data does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """One question: ``no`` counts them within their case from 1. An ``agency`` or a ``unit`` is asked.

    ``office``: that of the agency for the place. ``until``: the day by which an answer is expected, as written.
    ``message_id`` and ``answer_id``: where the words stand; ``lead``: how many characters of the former are the
    question, where details follow it. ``answered_by``: who gave the answer, in words, if somebody else entered it.
    """

    no: int
    start: datetime
    agency: str | None = None
    unit: str | None = None
    office: str | None = None
    until: str | None = None
    asked_by: str | None = None
    message_id: int | None = None
    lead: int | None = None
    consent: str | None = None
    """One of ``CONSENTS``, where it was asked for."""
    joint: int | None = None
    """The question that was put once about many cases, of which this is one; one answer reaches them all."""
    end: datetime | None = None
    how: End | None = None
    result: Result | None = None
    answer_id: int | None = None
    answered_by: str | None = None
    phone: str | None = None
    entered_by: str | None = None

    @property
    def of(self) -> str:
        """Who is asked: the unit by name, the agency by code; empty where a history does not say."""
        return self.unit or self.agency or ""

    @property
    def expected_on(self) -> date | None:
        """The day by which an answer is expected."""
        try:
            return date.fromisoformat(self.until[:10]) if self.until else None
        except ValueError:
            return None


Asked = tuple[Consultation, ...]
"""The consultations of a case in the order in which they were asked."""

BREAK = "\n\n"
"""Between a question and its details."""


def standing(asked: Asked) -> Asked:
    """Those that wait for an answer."""
    return tuple(one for one in asked if one.end is None)


def opened(asked: Asked, at: datetime, by: str | None, data: Mapping[str, Any]) -> Asked:
    """One more was asked."""
    kept = {
        name: data.get(name) for name in ("agency", "unit", "office", "until", "message_id", "lead", "consent", "joint")
    }
    return (*asked, Consultation(no=len(asked) + 1, start=at, asked_by=by, **kept))


def answered(asked: Asked, at: datetime, by: str | None, data: Mapping[str, Any]) -> Asked:
    """One was answered: the one that the event names, else the newest open one of whoever answers."""
    no = data.get("consultation")
    mine = [one for one in standing(asked) if (one.no == no if no else one.of == data["answers"])]
    if not mine:
        return asked
    result = Result(data["result"]) if data.get("result") else None
    return _with(asked, replace(
        mine[-1], end=at, how=End.ANSWERED, result=result, answer_id=data.get("message_id"),
        answered_by=data.get("answered_by"), phone=data.get("phone"), entered_by=by,
    ))  # fmt: skip


def withdrawn(asked: Asked, no: int, at: datetime) -> Asked:
    """One is needed no more."""
    return tuple(replace(one, end=at, how=End.WITHDRAWN) if one.no == no and one.end is None else one for one in asked)


def ended(asked: Asked, at: datetime, how: str | None = None) -> Asked:
    """All that still waited end together, with the wait."""
    if not asked:
        return asked
    known = End(how) if how else End.ENDED
    return tuple(replace(one, end=at, how=known) if one.end is None else one for one in asked)


def _with(asked: Asked, changed: Consultation) -> Asked:
    return tuple(changed if one.no == changed.no else one for one in asked)


def party_said(of: str, word: Callable[[str, str], str]) -> str:
    """Whom a question was put to, by name: an agency or a unit. Some histories do not say it."""
    return word(of, "agency") if of else "（未載明）"
