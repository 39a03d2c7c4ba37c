"""A table that comes with a form: looked at first, and carried along to the press that takes it in."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from bot.web import sheets
from bot.web.bodies import chosen_file, read_form
from bot.web.unit_of_work import known_caller
from routing.domain.errors import Invalid

_HELD = 1024 * 1024
"""Bytes of a file that a preview carries along to the press that takes it in; a larger one is chosen again."""


@dataclass(frozen=True, slots=True)
class SentTable:
    """The bytes of a table, and the fields beside it.

    ``held``: the same as the next form carries it, empty where it is too large. ``as_of``: of when a list of plots is.
    ``mapping``: what the columns of a table of cases mean. ``take``: it is to be taken in, not only looked at.
    """

    body: bytes
    held: str
    as_of: str
    mapping: str
    take: bool


async def _sent(request: Request, _known: Annotated[None, Depends(known_caller)]) -> SentTable:
    if int(request.headers.get("content-length") or 0) > sheets.MOST_BYTES + 2 * _HELD:
        raise Invalid("檔案超過 20 MB，請分批匯入。", field="file", code="table_unreadable")
    form = await read_form(request, files=1, fields=5, most_bytes=2 * _HELD)
    try:
        held = str(form.get("held") or "")
        _, body = await chosen_file(form) or ("", b"")
        if not body and held:
            body = base64.b64decode(held, validate=True)
    except binascii.Error:
        raise Invalid("預覽的內容已損壞，請重新選擇檔案。", field="file", code="table_unreadable") from None
    finally:
        await form.close()
    return SentTable(
        body=body, held=base64.b64encode(body).decode() if len(body) <= _HELD else "",
        as_of=str(form.get("as_of") or ""), mapping=str(form.get("mapping") or "").replace("\r\n", "\n"),
        take=form.get("take") == "yes",
    )  # fmt: skip


Sent = Annotated[SentTable, Depends(_sent)]
