"""Files of cases: put there, listed, read; sent to the firm by a link that ends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from bot.api.problems import FILE, FILE_FORM, FILE_MADE, PROBLEMS, WITH_VERSION, Number
from bot.api.request_handling import Call, Calling, etag, json_answer
from bot.api.schemas.cases import File, FilePage
from bot.api.schemas.requests import FilesQuery
from bot.runtime import runtime_of
from bot.web.bodies import StrictRoute, read_form
from bot.web.downloads import download
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, known_caller
from routing.domain.errors import Invalid
from routing.domain.files import MOST_BYTES, FileTooLarge, Sent
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifying import push
from routing.service.files import commands as file_commands
from routing.service.files import queries as file_queries
from routing.service.files.commands import prepared
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, tags=["files"], responses=PROBLEMS)

_YES, _NO = frozenset({"true", "1", "on", "yes"}), frozenset({"false", "0", "off", "no", ""})
_FIELD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class _Upload:
    """One file as it was sent, and whether the firm is to have it."""

    call: Call
    sent: Sent
    to_firm: bool


async def _read(
    request: Request,
    _known: Annotated[None, Depends(known_caller)],
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
    if_match: Annotated[str | None, Header(alias="If-Match")] = None,
) -> _Upload:
    form = await read_form(request, files=1, fields=2, most_bytes=_FIELD_BYTES)
    try:
        sent, to_firm = await _fields(form)
    finally:
        await form.close()
    told = {"file": hashlib.sha256(sent.body).hexdigest(), "name": sent.name, "to_firm": to_firm}
    return _Upload(Call(request, json.dumps(told).encode(), key, if_match), sent, to_firm)


async def _fields(form: FormData) -> tuple[Sent, bool]:
    unknown = sorted(set(form) - {"file", "to_firm"})
    if unknown:
        raise Invalid(f"沒有 {unknown[0][:80]} 這個欄位。", field=unknown[0])
    file, asked = form.get("file"), str(form.get("to_firm") or "").strip().casefold()
    if not isinstance(file, UploadFile):
        raise Invalid("請以 multipart/form-data 的 file 欄位附上檔案。", field="file")
    if asked not in _YES | _NO:
        raise Invalid("to_firm 必須是 true 或 false。", field="to_firm")
    if (file.size or 0) > MOST_BYTES:
        raise FileTooLarge
    return Sent(await file.read(), file.filename), asked in _YES


@router.post(
    "/cases/{number}/files", status_code=201, response_model=File, responses=FILE_MADE, openapi_extra=FILE_FORM
)
def add_file(number: Number, upload: Annotated[_Upload, Depends(_read)]) -> Response:
    """Put a file into the case; with ``to_firm`` the firm is sent a link to it that is good for a week.

    What it is is read off its content. Over 20 MiB: 413. Bad or dangerous: 422 ``file_refused``.
    """
    runtime = runtime_of(upload.call.request)
    secret = runtime.settings.secret_key
    with prepared([upload.sent], runtime.files, runtime.scanner, secret=secret) as batch:

        def do(locked: LockedCase) -> dict[str, Any]:
            return file_commands.add(locked, batch, to_firm=upload.to_firm, notify=push)[0]

        adding = not upload.to_firm
        return upload.call.once(lambda work: _changed(work, upload.call, number, do, status=201, adding=adding))


def _changed(
    work: UnitOfWork, call: Call, number: str, do: Callable[[LockedCase], dict[str, Any]], *, status: int = 200,
    adding: bool = False,
) -> Answer:  # fmt: skip
    locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now, adding=adding)
    call.check_version(locked)
    made = do(locked)
    headers = {"ETag": etag(locked.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/files/{made['id']}"
    return json_answer(File(**made), status=status, headers=headers)


@router.get("/cases/{number}/files")
def list_files(work: Reading, number: Number, query: Annotated[FilesQuery, Query()]) -> FilePage:
    """The files of a case, newest first, those that are being fetched or checked or were refused among them."""
    found = file_queries.page(work.session, work.actor, number, limit=query.limit, cursor=query.cursor)
    return FilePage(items=[File(**one) for one in found.items], next_cursor=found.next_cursor)


@router.get("/cases/{number}/files/{media_id}", response_class=Response, responses=FILE)
def one_file_of_case(work: Reading, number: Number, media_id: RowId) -> Response:
    """A file of this case, to be saved and never shown by the browser itself."""
    found = file_queries.file_of(work.session, work.runtime.files, work.actor, media_id, number=number)
    return download(found)


@router.get("/files/{media_id}", response_class=Response, responses=FILE)
def one_file(work: Reading, media_id: RowId) -> Response:
    """A file, to be saved and never shown by the browser itself."""
    return download(file_queries.file_of(work.session, work.runtime.files, work.actor, media_id))


@router.get("/files/{media_id}/thumbnail", response_class=Response, responses=FILE)
def thumbnail(work: Reading, media_id: RowId) -> Response:
    """A small picture of a picture."""
    found = file_queries.file_of(work.session, work.runtime.files, work.actor, media_id, small=True)
    return download(found, shown=True)


@router.post("/files/{media_id}/link", response_model=File, responses=FILE_MADE, status_code=201)
def send_link(call: Calling, media_id: RowId) -> Response:
    """Send the firm a new link to a file of its case; earlier ones end."""
    secret = runtime_of(call.request).settings.secret_key

    def step(work: UnitOfWork) -> Answer:
        number = file_queries.number_of(work.session, work.actor, media_id)

        def do(locked: LockedCase) -> dict[str, Any]:
            return file_commands.send_again(locked, media_id, secret=secret, notify=push)

        return _changed(work, call, number, do, status=201)

    return call.once(step)


@router.delete("/files/{media_id}/link", response_model=File, responses=WITH_VERSION)
def take_link_back(call: Calling, media_id: RowId) -> Response:
    """End every link that the firm has to a file; the file stays in the case."""

    def step(work: UnitOfWork) -> Answer:
        number = file_queries.number_of(work.session, work.actor, media_id)
        return _changed(work, call, number, lambda locked: file_commands.take_link_back(locked, media_id))

    return call.once(step)
