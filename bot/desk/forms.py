"""What a person typed into a form, as text, and read as days, instants and numbers where a step needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from bot.web import pending_form
from bot.web.bodies import read_form
from bot.web.sent_files import chosen, too_much
from bot.web.unit_of_work import known_caller
from knowledge.calendar.office_calendar import TAIPEI
from knowledge.calendar.republic import western_year
from routing.domain.errors import Invalid, Unauthenticated, Unfinished
from routing.domain.files import MOST_BYTES, Sent
from routing.service.files.commands import Batch

_MOST_BYTES = 128 * 1024
_MOST_FILES = 50
"""That are read out of a form; more than are taken, so that what was typed beside them comes back."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one form, by name. Reading a wrong one raises Invalid with its name."""

    fields: dict[str, str]
    sent: tuple[Sent, ...] = ()
    """The files that came with it."""
    refused: Invalid | None = None
    """Why they are not taken; what was typed beside them is not lost."""
    batch: Batch = field(default_factory=lambda: Batch([], ""))
    """The same, looked into and kept, while a step is taken."""

    def text(self, name: str) -> str:
        """A field without blanks around it; empty if it is missing."""
        return self.fields.get(name, "").strip()

    def optional(self, name: str) -> str | None:
        """A field, None if it is empty."""
        return self.text(name) or None

    def number(self, name: str) -> int:
        """A whole number."""
        value = self.text(name)
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise Invalid("請輸入整數。", field=name)
        return int(value)

    def optional_number(self, name: str) -> int | None:
        """A whole number, None if the field is empty."""
        return self.number(name) if self.text(name) else None

    def chosen(self, name: str) -> list[int]:
        """The numbers of the boxes that were ticked: ``plot.12`` for ``plot``; what is no number is left out."""
        found = [field.removeprefix(f"{name}.") for field in self.fields if field.startswith(f"{name}.")]
        return [int(one) for one in found if one.isascii() and one.isdigit() and len(one) < 19]

    def day(self, name: str) -> date | None:
        """A day as browsers send it (2026-11-22), or as agencies write it (115.11.22); None if empty."""
        return read_day(self.text(name), name)

    def instant(self, name: str) -> datetime | None:
        """A local time in Taipei (2026-11-22T10:30); None if empty."""
        value = self.text(name)
        if not value:
            return None
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            raise Invalid("請輸入日期與時間，例如 2026-11-22T10:30。", field=name) from None
        return read if read.tzinfo is not None else read.replace(tzinfo=TAIPEI)


def read_day(value: str, field: str) -> date | None:
    """A day written with the Western year or that of the Republic; None if empty. Raises Invalid otherwise."""
    if not value.strip():
        return None
    parts = value.strip().replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(western_year(year), month, day)
    except ValueError:
        raise Invalid("日期無法判讀，請輸入如 115.11.22 或 2026-11-22。", field=field) from None


async def _read(request: Request) -> Form:
    if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
        raise Invalid("送出的內容過長。", code="too_long")
    sent = await read_form(request, files=0, fields=60, most_bytes=_MOST_BYTES)
    form = Form({name: value.replace("\x00", "") for name, value in sent.items() if isinstance(value, str)})
    pending_form.remember(request, form.fields)
    return form


Filled = Annotated[Form, Depends(_read)]


def _refused(request: Request) -> Unauthenticated | Unfinished | None:
    """Why this request is nobody's, or of somebody with something else to do first; before any file is read."""
    try:
        known_caller(request)
    except (Unauthenticated, Unfinished) as error:
        return error
    return None


async def _read_with_files(
    request: Request, refused: Annotated[Unauthenticated | Unfinished | None, Depends(_refused)]
) -> Form:
    if refused is not None and int(request.headers.get("content-length") or MOST_BYTES) > _MOST_BYTES:
        raise refused
    sent = await read_form(request, files=_MOST_FILES, fields=60, most_bytes=_MOST_BYTES)
    try:
        fields = {name: value.replace("\x00", "") for name, value in sent.items() if isinstance(value, str)}
        pending_form.remember(request, fields)
        if refused is not None:
            raise refused
        files = chosen(sent)
        problem = too_much(files)
        read = () if problem else tuple([Sent(await one.read(), one.filename) for one in files])
        return Form(fields, read, problem)
    finally:
        await sent.close()


FilledWithFiles = Annotated[Form, Depends(_read_with_files)]
