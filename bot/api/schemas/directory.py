"""Canned replies and the directory of parks, units and agencies, as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt

from bot.api.schemas.answers import Representation
from bot.api.schemas.requests import Limit, Query, Word
from bot.web.fields import Body, ReadingLanguage, Text, WrittenInstant
from routing.domain.canned import TEXT, TITLE, Words
from routing.service.canned.commands import Kept
from routing.service.directory.commands import Entry

Version = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class CannedQuery(Query):
    """``unit``: those of one unit."""

    unit: Word | None = None
    limit: Limit = 50
    cursor: Word | None = None


class CannedBody(Body):
    """``unit`` null: of all units, which leaders keep. ``texts`` by language, Chinese always."""

    title: Annotated[Text, Field(min_length=1, max_length=TITLE)]
    unit: Annotated[Text, Field(max_length=40)] | None = None
    texts: dict[ReadingLanguage, Annotated[Text, Field(max_length=TEXT)]]

    def words(self) -> Words:
        """As the use case takes it."""
        return Words(title=self.title, unit=self.unit, texts=dict(self.texts))


class CannedChange(CannedBody):
    """``version``: the one that was read."""

    version: Version


class CannedReply(Representation):
    """One that stands; places in braces become a case's facts."""

    id: int
    unit: str | None
    title: str
    texts: dict[str, str]
    version: int
    changed_by: str
    changed_at: WrittenInstant

    @classmethod
    def of(cls, row: Kept) -> CannedReply:
        """One row."""
        same = {name: getattr(row, name) for name in cls.model_fields}
        return cls(**same)


class CannedPage(Representation):
    """Some of them, the newest first."""

    items: list[CannedReply]
    next_cursor: str | None


class CannedWithdrawn(Representation):
    """Which is offered no more."""

    withdrawn: int


class DirectoryQuery(Query):
    """A page of a kind."""

    limit: Limit = 50
    cursor: Word | None = None


Kind = Literal["parks", "units", "agencies"]
_Name = Annotated[Text, Field(max_length=80)]
_List = Annotated[list[_Name], Field(max_length=40)]


class LocalOffice(Body):
    """An agency's office for some districts."""

    name: _Name
    county: _Name
    districts: _List
    phone: Annotated[Text, Field(max_length=40)] = ""


class DirectoryBody(Body):
    """What is changed of a row; what is not given stays. ``version``: the one that was read, 0 where it is as shipped.

    Of parks ``full_name``, ``en``, ``kind``, ``county``, ``district``, ``office``, ``note``, ``aliases``, ``alone``,
    ``roads``; of units ``en``, ``ja``, ``office``, ``categories``, ``park_kinds``; of agencies ``offices``.
    """

    version: Version
    full_name: _Name | None = None
    en: _Name | None = None
    ja: _Name | None = None
    kind: _Name | None = None
    county: _Name | None = None
    district: _Name | None = None
    office: _Name | None = None
    note: Annotated[Text, Field(max_length=300)] | None = None
    aliases: _List | None = None
    alone: _List | None = None
    roads: _List | None = None
    categories: _List | None = None
    park_kinds: _List | None = None
    offices: Annotated[list[LocalOffice], Field(max_length=10)] | None = None


EDITABLE: Mapping[str, tuple[str, ...]] = {
    "parks": ("full_name", "en", "kind", "county", "district", "office", "note", "aliases", "alone", "roads"),
    "units": ("en", "ja", "office", "categories", "park_kinds"),
    "agencies": ("offices",),
}
"""The fields of each kind that the branch changes."""


class DirectoryEntry(Representation):
    """A row as it stands. ``own``: the branch's own; ``shipped``: there is one to go back to."""

    code: str
    row: dict[str, Any]
    own: bool
    shipped: bool
    version: int

    @classmethod
    def of(cls, one: Entry) -> DirectoryEntry:
        """One row."""
        row = {name: str(value) if name == "checked_on" else value for name, value in one.row.items()}
        return cls(code=one.code, row=row, own=one.own, shipped=one.shipped, version=one.version)


class DirectoryPage(Representation):
    """Some rows of a kind."""

    items: list[DirectoryEntry]
    next_cursor: str | None
