"""Incidents as the API reads and answers them (contract §9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.api.schemas.answers import Representation
from bot.api.schemas.requests import Limit, Query, Word
from bot.web.fields import Body, Long, Text, Translation, WrittenInstant
from routing.service.incidents.commands import CaseResult as Done
from routing.service.incidents.queries import IncidentLine, IncidentWhole

Numbers = list[Annotated[Text, Field(min_length=1, max_length=24)]]


class IncidentBody(Body):
    """``text`` is what is known of it, for staff; firms read what is answered to all (``messages``)."""

    title: Annotated[Text, Field(min_length=1, max_length=120)]
    parks: Annotated[list[Annotated[Text, Field(max_length=40)]], Field(max_length=30)]
    alert: Annotated[Text, Field(max_length=20)] | None = None
    text: Annotated[Text, Field(max_length=2000)] | None = None


class IncidentCasesBody(Body):
    """Numbers of cases to put into it."""

    numbers: Annotated[Numbers, Field(min_length=1, max_length=200)]


class Translations(Body):
    """The officer's own, for firms that read English or Japanese."""

    en: Translation | None = None
    ja: Translation | None = None


class IncidentMessageBody(Body):
    """One answer to every open case, or to those named in ``numbers``."""

    text: Long
    numbers: Annotated[Numbers, Field(max_length=200)] | None = None
    translations: Translations | None = None


class IncidentCloseBody(Body):
    """How all of its open cases end, in words that their firms read."""

    outcome: Literal["answered", "referred", "withdrawn", "duplicate", "declined"]
    summary: Annotated[Text, Field(min_length=1, max_length=2000)]
    translations: Translations | None = None


class IncidentsQuery(Query):
    """``open``: only those that go on, or only the closed ones."""

    open: bool | None = None
    limit: Limit = 50
    cursor: Word | None = None


class CaseResult(Representation):
    """What came of one case: ``done``, or why not. ``told``: a channel of ours carries a message to its firm."""

    number: str
    done: bool
    told: bool
    code: str | None
    detail: str | None


class Incident(Representation):
    """An incident; ``cases`` and ``open_cases`` count all that are in it. ``version`` is its ETag."""

    id: int
    title: str
    alert: str | None
    parks: list[str]
    text: str
    opened_at: WrittenInstant
    opened_by: str
    closed_at: WrittenInstant | None
    outcome: str | None
    cases: int
    open_cases: int
    version: int

    @classmethod
    def of(cls, line: IncidentLine) -> Incident:
        """An incident as its team reads it."""
        return cls(**_fields(line))


def _fields(line: IncidentLine) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.id, "title": row.title, "alert": row.alert, "parks": row.parks, "text": row.text,
        "opened_at": row.opened_at, "opened_by": row.opened_by, "closed_at": row.closed_at, "outcome": row.outcome,
        "cases": line.cases, "open_cases": line.open_cases, "version": row.version,
    }  # fmt: skip


class IncidentPage(Representation):
    """Some incidents, and the cursor of the next page; null on the last."""

    items: list[Incident]
    next_cursor: str | None


class IncidentAnswer(Representation):
    """What was answered to all at once, in how many cases, and in how many it could not be."""

    kind: str
    text: str
    at: WrittenInstant
    by: str
    told: int
    failed: int


class WholeIncident(Incident):
    """An incident with its cases that the caller may see, the answers given, and whom an answer now would reach.

    ``reach``: firms by channel, and those it would not reach: ``blocked``, ``no_address``, ``not_ours`` (the case is
    another unit's). ``hidden``: cases in it that the caller may not see. ``results``: after a call, what came of each.
    """

    numbers: list[str]
    hidden: int
    answers: list[IncidentAnswer]
    reach: dict[str, int]
    results: list[CaseResult]

    @classmethod
    def whole(cls, one: IncidentWhole, results: Sequence[Done] = ()) -> WholeIncident:
        """An incident as its team reads it."""
        return cls(
            **_fields(one.line), numbers=[each.line.row.number for each in one.cases], hidden=one.hidden,
            answers=[IncidentAnswer(kind=each.kind, text=each.text, at=each.at, by=each.by, told=each.told,
                                    failed=each.failed) for each in one.answers],
            reach=one.reach,
            results=[CaseResult(number=each.number, done=each.done, told=each.told, code=each.code,
                                detail=each.detail) for each in results],
        )  # fmt: skip
