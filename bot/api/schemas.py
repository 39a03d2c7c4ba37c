"""Bodies and queries of the API. An unknown field is refused, not ignored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from knowledge import vocabulary
from knowledge.calendar.office_calendar import local
from routing.domain.case import Kind, Status
from routing.domain.pagination import MOST
from routing.domain.reporting.statistics import ALL, GroupBy


def _among(words: Iterable[str]) -> AfterValidator:
    """Takes one of these words and no other; what is wrong names them."""
    known = tuple(str(word) for word in words)

    def check(value: str) -> str:
        if value not in known:
            raise PydanticCustomError("enum", "one of {expected}", {"expected": ", ".join(known)})
        return value

    return AfterValidator(check)


def _listed(words: Iterable[str]) -> Any:
    return Field(json_schema_extra={"enum": [str(word) for word in words]})


Category = Annotated[StrictStr, _among(vocabulary.CASE_CATEGORIES), _listed(vocabulary.CASE_CATEGORIES)]
EntryCategory = Annotated[StrictStr, _among(vocabulary.CATEGORIES), _listed(vocabulary.CATEGORIES)]
Channel = Annotated[StrictStr, _among(vocabulary.Channel), _listed(vocabulary.Channel)]
CaseKind = Annotated[StrictStr, _among(Kind), _listed(Kind)]
ReportKind = Annotated[StrictStr, _among((*Kind, ALL)), _listed((*Kind, ALL))]
Split = Annotated[StrictStr, _among(GroupBy), _listed(GroupBy)]
ReadingLanguage = Annotated[StrictStr, _among(vocabulary.READING_LANGUAGES), _listed(vocabulary.READING_LANGUAGES)]


def _storable(value: str) -> str:
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("含有無法儲存的字元")
    return value


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("必須是文字，例如 2026-01-05T09:00:00+08:00")  # noqa: TRY004 - pydantic reports ValueError
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("時間格式不符，例如 2026-01-05T09:00:00+08:00") from None
    if instant.utcoffset() is None:
        raise ValueError("時間必須帶時差，例如 2026-01-05T09:00:00+08:00")
    if not 2000 <= instant.year < 2200:
        raise ValueError("年份超出可計算的範圍")
    return local(instant)


def _day(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return _instant(value).date().isoformat()


Text = Annotated[StrictStr, AfterValidator(_storable)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Day = Annotated[str, BeforeValidator(_day)]
Long = Annotated[Text, Field(min_length=1, max_length=4000)]
Reason = Annotated[Text, Field(min_length=1, max_length=300)]
Translation = Annotated[Text, Field(min_length=1, max_length=2000)]
"""The officer's own, for a firm that reads English or Japanese."""
Topic = Annotated[Text, Field(min_length=1, max_length=40)]


class Body(BaseModel):
    """A request body: its own fields, with their own types, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FirmBody(Body):
    """A firm by name, 統一編號 or both."""

    name: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    ubn: Annotated[Text, Field(max_length=20, json_schema_extra={"pattern": "^[0-9]{8}$"})] | None = None


class NewCaseBody(Body):
    """A case that came another way than by a chat. ``firm``: a name, or name and 統一編號."""

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


class MessageBody(Body):
    """An answer to the firm, by a channel or recorded as given another way; or, ``internal``, a note among staff.

    ``via``: as the firm is reached, unless said.
    """

    text: Long
    internal: StrictBool = False
    via: Channel | None = None
    at: Instant | None = None
    doc_no: Annotated[Text, Field(min_length=1, max_length=60)] | None = None
    translation: Translation | None = None


class AssignmentBody(Body):
    """To whom; null puts it back into the queue."""

    assignee: Annotated[Text, Field(max_length=200)] | None


class CategoryBody(Body):
    """The right category."""

    category: Category
    topic: Topic | None = None
    reason: Reason


class KindBody(Body):
    """What the case is in law. ``filed_at``: when the application was filed, if that was not at receipt."""

    kind: CaseKind
    filed_at: Instant | None = None
    reason: Reason


class WaitBody(Body):
    """On whom, and what is asked of them. ``until``: a day to show, which moves no date."""

    on: Literal["firm", "agency"]
    agency: Annotated[Text, Field(max_length=20)] | None = None
    message: Long
    until: Day | None = None
    translation: Translation | None = None


class ResumeBody(Body):
    """No fields."""


class ExtensionBody(Body):
    """How many days more (working days; calendar days for a legal limit), and why."""

    days: Annotated[StrictInt, Field(ge=1, le=365)]
    reason: Reason
    translation: Translation | None = None


class ApprovalBody(Body):
    """A supervisor's decision."""

    approve: StrictBool
    note: Annotated[Text, Field(max_length=300)] = ""


class CloseBody(Body):
    """How the case ended, in words that the firm reads."""

    outcome: Literal["answered", "referred", "withdrawn", "duplicate", "declined"]
    summary: Annotated[Text, Field(min_length=1, max_length=2000)]
    translation: Translation | None = None


class ReopenBody(Body):
    """Why."""

    reason: Reason


class RatingBody(Body):
    """How the firm found it, 1 to 5 with 5 best, as it said by telephone, on paper or otherwise than in its chat."""

    score: Annotated[StrictInt, Field(ge=1, le=5)]
    via: Channel
    text: Annotated[Text, Field(max_length=1000)] = ""


class ConfidentialBody(Body):
    """Whether other units may know of the case."""

    confidential: StrictBool


def _statuses(value: object) -> object:
    return [part for one in value for part in str(one).split(",")] if isinstance(value, list) else value


class Query(BaseModel):
    """A query: its own names, and no others, so that a slip does not silently widen a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Limit = Annotated[int, Field(ge=1, le=MOST)]
Word = Annotated[Text, Field(min_length=1, max_length=200)]


class CasesQuery(Query):
    """``status`` may be given several times or with commas; ``assignee`` is an e-mail, ``me`` or ``none``."""

    status: Annotated[list[Status], BeforeValidator(_statuses)] = []
    kind: CaseKind | None = None
    category: Category | None = None
    unit: Word | None = None
    assignee: Word | None = None
    overdue: bool | None = None
    waiting_on: Literal["firm", "agency"] | None = None
    q: Word | None = None
    limit: Limit = 50
    cursor: Word | None = None


class DeliveriesQuery(Query):
    """``case`` is a number."""

    state: Literal["pending", "leased", "accepted", "unknown", "dead", "cancelled"] | None = None
    case: Word | None = None
    limit: Limit = 50
    cursor: Word | None = None


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
    """The days from ``from`` to ``to``, both included."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    kind: ReportKind = Kind.ENQ.value
    by: Split | None = None
    format: Literal["json", "csv", "xlsx", "ods"] = "json"
