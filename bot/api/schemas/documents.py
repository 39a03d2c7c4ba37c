"""Official letters, as the API takes and answers them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from bot.api.schemas.answers import Representation
from bot.web.fields import Body, Text, WrittenInstant
from routing.domain.letters import USUAL_SECRECY, USUAL_SPEED, Agency
from routing.domain.pagination import Page
from routing.service.documents import commands

_Line = Annotated[Text, Field(max_length=500)]
_Lines = Annotated[list[Annotated[Text, Field(max_length=2000)]], Field(max_length=40)]


class DocumentBody(Body):
    """A letter. What the branch says of itself (``agency``, ``agency_code``, ``address``, ``signature``) is filled in.

    ``points``: those of 說明, without their numbers; ``to`` and ``copies``: 正本 and 副本 by full name.
    """

    agency: _Line | None = None
    agency_code: _Line | None = None
    address: _Line | None = None
    contacts: _Lines = Field(default_factory=list)
    recipient: _Line = ""
    speed: _Line = USUAL_SPEED
    secrecy: _Line = USUAL_SECRECY
    until: _Line = ""
    attachment: _Line = ""
    subject: _Line = ""
    points: _Lines = Field(default_factory=list)
    to: _Lines = Field(default_factory=list)
    copies: _Lines = Field(default_factory=list)
    signature: _Line | None = None

    def plain(self, agency: Agency) -> dict[str, Any]:
        """The parts of the letter."""
        own = {
            "agency": agency.name, "agency_code": agency.code, "address": agency.address,
            "signature": agency.signature,
        }  # fmt: skip
        return self.model_dump() | {name: value for name, value in own.items() if getattr(self, name) is None}


class DocumentNumberBody(Body):
    """``doc_no``: 發文字號 as it is written, 經園高字第1150001234號; ``sent_on``: 發文日期."""

    doc_no: Annotated[Text, Field(min_length=1, max_length=60)]
    sent_on: date | None = None


class Document(Representation):
    """A letter of a case. ``how`` its number came back: ``hand`` or ``file``."""

    id: int
    agency: str
    agency_code: str
    recipient: str
    speed: str
    secrecy: str
    subject: str
    points: list[str]
    to: list[str]
    copies: list[str]
    made_by: str
    made_at: WrittenInstant
    doc_no: str | None
    sent_on: date | None
    numbered_by: str | None
    numbered_at: WrittenInstant | None
    how: str | None

    @classmethod
    def of(cls, one: commands.Document) -> Document:
        """One of them."""
        letter = one.letter
        return cls(
            id=one.id, agency=letter.agency, agency_code=letter.agency_code, recipient=letter.recipient,
            speed=letter.speed, secrecy=letter.secrecy, subject=letter.subject, points=list(letter.points),
            to=list(letter.to), copies=list(letter.copies), made_by=one.made_by, made_at=one.made_at,
            doc_no=one.doc_no, sent_on=one.sent_on, numbered_by=one.numbered_by, numbered_at=one.numbered_at,
            how=one.how,
        )  # fmt: skip


class DocumentPage(Representation):
    """Some letters."""

    items: list[Document]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[commands.Document]) -> DocumentPage:
        """A page of them."""
        return cls(items=[Document.of(one) for one in page.items], next_cursor=page.next_cursor)
