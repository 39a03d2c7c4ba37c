"""Bodies and queries of the API; bodies of a case's steps: ``bot.web.case_steps``. An unknown field is refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.web.fields import (
    Body,
    CaseKind,
    Category,
    Channel,
    EntryCategory,
    FirmBody,
    Instant,
    Long,
    ReadingLanguage,
    ReportKind,
    Split,
    Text,
    Topic,
)
from knowledge import vocabulary
from routing.domain.case import Kind, Status
from routing.domain.notices import MOST_HOURS
from routing.domain.pagination import MOST
from routing.domain.reporting.annual import Section


class NewCaseBody(Body):
    """A case that came another way than by a chat. ``firm``: a name, or name and 統一編號.

    ``doc_no``: 來文文號, of a letter. A ``kind`` that is given is a kind confirmed.
    """

    channel: Channel
    category: Category
    text: Long
    firm: FirmBody | Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    contact: Annotated[Text, Field(max_length=80)] | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None
    park: Annotated[Text, Field(max_length=40)] | None = None
    kind: CaseKind = Kind.ENQ.value
    topic: Topic | None = None
    subject: Annotated[Text, Field(max_length=200)] | None = None
    language: ReadingLanguage = vocabulary.Language.ZH_TW.value
    received_at: Instant | None = None
    doc_no: Annotated[Text, Field(min_length=1, max_length=60)] | None = None


def _statuses(value: object) -> object:
    return [part for one in value for part in str(one).split(",")] if isinstance(value, list) else value


class Query(BaseModel):
    """A query: its own names, and no others, so that a slip does not silently widen a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Limit = Annotated[int, Field(ge=1, le=MOST)]
Word = Annotated[Text, Field(min_length=1, max_length=200)]


class CasesQuery(Query):
    """``status`` may be given several times or with commas; ``assignee`` is an e-mail, ``me``, ``none`` or ``deputy``.

    ``deputy``: cases of those whom the caller stands in for today. ``mark``: what is said of a case beside its dates,
    as ``marks`` of a case has it, or ``unread``.
    """

    status: Annotated[list[Status], BeforeValidator(_statuses)] = []
    kind: CaseKind | None = None
    category: Category | None = None
    unit: Word | None = None
    assignee: Word | None = None
    overdue: bool | None = None
    waiting_on: Literal["firm", "agency"] | None = None
    mark: (
        Literal[
            "call",
            "undelivered",
            "firm_spoke",
            "partner_spoke",
            "new",
            "unread",
            "draft",
            "draft_returned",
            "watched",
            "snoozed",
        ]
        | None
    ) = None
    q: Word | None = None
    limit: Limit = 50
    cursor: Word | None = None


class FilesQuery(Query):
    """Pages of a case's files."""

    limit: Limit = 50
    cursor: Word | None = None


class DeliveriesQuery(Query):
    """``case`` is a number."""

    state: Literal["pending", "leased", "accepted", "unknown", "dead", "cancelled", "parked", "carried"] | None = None
    case: Word | None = None
    limit: Limit = 50
    cursor: Word | None = None


class LedgerQuery(Query):
    """``month`` is written 2026-11; the present one, if it is not given."""

    month: Word | None = None
    limit: Limit = 50
    cursor: Word | None = None


class NoticePolicyBody(Body):
    """When a kind of notice is pushed. ``hours`` with ``hours`` alone; ``holds``: kept back when messages run low."""

    when: Literal["at_once", "hours", "day_end", "never"]
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] | None = None
    holds: bool = False
    reason: Annotated[Text, Field(min_length=1, max_length=300)]


class KnowledgeQuery(Query):
    """``q`` is looked for in question, answer and id."""

    q: Word | None = None
    category: EntryCategory | None = None
    limit: Limit = 50
    cursor: Word | None = None


class SatisfactionQuery(Query):
    """The days from ``from`` to ``to``, both included."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]


class TurnaroundQuery(Query):
    """The days from ``from`` to ``to``, both included. ``base``: an earlier year (114 or 2025) to compare with."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    kind: ReportKind = Kind.ENQ.value
    by: Split | None = None
    base: Annotated[int, Field(ge=1, le=2199)] | None = None
    format: Literal["json", "csv", "xlsx", "ods"] = "json"


class HeldQuery(Query):
    """The days from ``from`` to ``to``, both included, of one kind."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    kind: Kind = Kind.ENQ
    by: Literal["unit", "officer"] = "unit"
    format: Literal["json", "csv", "xlsx", "ods"] = "json"


class BotQuery(Query):
    """The days from ``from`` to ``to``, both included."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    format: Literal["json", "csv", "xlsx", "ods"] = "json"


class ServiceQuery(Query):
    """The days from ``from`` to ``to``, both included. ``table``: one table alone as a file; CSV needs one."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    format: Literal["json", "csv", "xlsx", "ods"] = "json"
    table: Annotated[str, Field(max_length=40)] | None = None


class WeekQuery(Query):
    """``table``: one table alone as a file, by its key; CSV needs one."""

    format: Literal["json", "csv", "xlsx", "ods"] = "json"
    table: Annotated[str, Field(max_length=40)] | None = None


class AnnualQuery(Query):
    """``live``: as it is counted now, although it is sealed; ``revision``: as it was sealed then.

    ``table``: one table alone as a file, by its ``key``; CSV needs one, PDF takes none.
    """

    format: Literal["json", "ods", "xlsx", "csv", "pdf"] = "json"
    table: Annotated[str, Field(max_length=40)] | None = None
    live: bool = False
    revision: Annotated[int, Field(ge=0, le=10_000)] | None = None


class AnnualSealBody(Body):
    """A later seal is a revision, and says why."""

    reason: Annotated[Text, Field(max_length=300)] | None = None


class AnnualEntryBody(Body):
    """A figure that no system measures. ``dimension`` of ``strategy`` alone; ``base_year`` has the year (114)."""

    section: Section
    label: Annotated[Text, Field(min_length=1, max_length=120)]
    figure: Annotated[Text, Field(min_length=1, max_length=500)]
    evidence: Annotated[Text, Field(min_length=1, max_length=500)]
    owner: Annotated[Text, Field(min_length=1, max_length=80)]
    dimension: Literal["創新性", "效益及影響", "可持續性", "擴散應用"] | None = None
