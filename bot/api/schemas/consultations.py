"""Consultations as the API reads and answers them (contract §9)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal, cast

from pydantic import Field

from bot.api.schemas.answers import Representation
from bot.api.schemas.requests import Limit, Query, Word
from bot.web.case_steps import ConsultBody
from bot.web.fields import Body, Long, Text, WrittenInstant
from routing.domain.consultations import Result
from routing.service.cases.consulted import Consulted
from routing.service.cases.joint_questions import MOST, Asked

Standing = Literal["open", "answered", "withdrawn", "ended"]


class AnswerBody(Body):
    """What came of it, in words for the unit that asked. ``answered_by``, ``phone``: who said so, reached where."""

    result: Literal["found", "site_visit", "contact_directly", "unable"]
    text: Long
    answered_by: Annotated[Text, Field(max_length=80)] | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None


class WithdrawalBody(Body):
    """Why; kept in the history."""

    reason: Annotated[Text, Field(max_length=300)] | None = None


class ConsultationsQuery(Query):
    """``view``: ``ours`` (asked by the caller or in the caller's cases), ``asked`` (of the caller's unit) or ``all``.

    ``open``: only those that wait for an answer, or only the others. ``overdue``: expected before today, and open.
    """

    view: Literal["ours", "asked", "all"] = "all"
    open: bool | None = None
    agency: Word | None = None
    unit: Word | None = None
    number: Word | None = None
    overdue: bool = False
    limit: Limit = 50
    cursor: Word | None = None


class Consultation(Representation):
    """A question of a case to an agency or a unit. Partners read the question, and nothing of the case behind it.

    ``status``: ``open``, ``answered``, ``withdrawn``, or ``ended`` with the wait. ``waited_days`` are working days.
    ``version`` is the ETag: of the question to a partner, else of the case. ``together``: of a question put once about
    many cases how many, in ``parks``; lists show one for all, and one answer reaches them all. 0: about this case.
    """

    id: int
    number: str
    subject: str | None
    park: str | None
    from_unit: str
    agency: str | None
    unit: str | None
    office: str | None
    question: str
    details: str | None
    consent: Literal["given", "no_data"] | None
    asked_at: WrittenInstant
    asked_by: str | None
    expected_on: date | None
    status: Standing
    waited_days: int
    overdue: bool
    ended_at: WrittenInstant | None
    result: Result | None
    text: str | None
    answered_by: str | None
    phone: str | None
    entered_by: str | None
    together: int
    parks: list[str]
    version: int

    @classmethod
    def of(cls, one: Consulted) -> Consultation:
        """A consultation as one person reads it."""
        same = {name: value for name, value in asdict(one).items() if name in cls.model_fields}
        standing: Standing = cast("Standing", one.how or "open")
        return cls(**same, status=standing, waited_days=one.waited, overdue=one.late, text=one.answer)


class JointBody(ConsultBody):
    """One question about many cases. ``consent`` ``given``: each firm that the words name agrees."""

    numbers: Annotated[list[Annotated[Text, Field(max_length=24)]], Field(min_length=1, max_length=MOST)]


class JointResult(Representation):
    """What came of one case: asked, or why not."""

    number: str
    done: bool
    code: str | None
    detail: str | None


class JointAsked(Representation):
    """``consultation``: the one by which all are answered; null where nothing was asked."""

    consultation: int | None
    results: list[JointResult]

    @classmethod
    def of(cls, asked: Asked) -> JointAsked:
        """What came of it."""
        results = [
            JointResult(number=one.number, done=one.done, code=one.code or None, detail=one.why or None)
            for one in asked.results
        ]
        return cls(consultation=asked.consultation, results=results)


class ConsultationPage(Representation):
    """Some consultations, and the cursor of the next page; null on the last."""

    items: list[Consultation]
    next_cursor: str | None
