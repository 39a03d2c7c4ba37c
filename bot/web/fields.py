"""Kinds of fields that bodies, queries and answers are made of: words of our lists, texts, instants, days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictInt,
    StrictStr,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from knowledge import vocabulary
from knowledge.calendar.office_calendar import local
from routing.domain.case import Kind
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
Assistance = Annotated[list[Annotated[StrictInt, Field(ge=1)]], Field(max_length=4)]
"""Ids of drafts by a language model that a text began with."""
Topic = Annotated[Text, Field(min_length=1, max_length=40)]


def written(instant: datetime) -> str:
    """An instant as programs read it: Taipei time with its offset, to the second."""
    return local(instant).isoformat(timespec="seconds")


WrittenInstant = Annotated[
    datetime,
    PlainSerializer(written, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""An instant in an answer."""


class Body(BaseModel):
    """A request body: its own fields, with their own types, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FirmBody(Body):
    """A firm by name, 統一編號 or both."""

    name: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    ubn: Annotated[Text, Field(max_length=20, json_schema_extra={"pattern": "^[0-9]{8}$"})] | None = None
