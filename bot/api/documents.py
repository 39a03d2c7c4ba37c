"""公文: letters drafted from a case in the structure of agencies' exchange, their files and their numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from bot.api.problems import CHANGED, CREATED, FILE, PROBLEMS, Number
from bot.api.request_handling import Call, Calling, etag, json_answer
from bot.api.schemas.documents import Document, DocumentBody, DocumentNumberBody, DocumentPage
from bot.api.schemas.requests import FilesQuery
from bot.web import letters as letter_files
from bot.web.bodies import StrictRoute, read_form
from bot.web.letter_form import form_in_use
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, known_caller
from routing.domain.errors import Invalid
from routing.domain.letters import letter_from
from routing.service.cases import locked_case
from routing.service.documents import commands
from routing.service.idempotency import Answer

router = APIRouter(route_class=StrictRoute, tags=["documents"], responses=PROBLEMS)

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object", "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}  # fmt: skip


@router.get("/cases/{number}/documents")
def documents(work: Reading, number: Number, query: Annotated[FilesQuery, Query()]) -> DocumentPage:
    """The letters of a case, the newest first."""
    return DocumentPage.of(commands.page(work.session, work.actor, number, limit=query.limit, cursor=query.cursor))


@router.post("/cases/{number}/documents", status_code=201, response_model=Document, responses=CREATED)
def make(call: Calling, number: Number, body: DocumentBody) -> Response:
    """Draft a letter; refused with all that it lacks (``document_incomplete``) or what the DTD says against it."""

    def do(work: UnitOfWork) -> Answer:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        call.check_version(locked)
        form = form_in_use(work.runtime.settings.data_dir)
        letter = letter_from(body.plain(form.agency))
        letter_files.checked(letter, form)
        made = commands.make(locked, letter)
        headers = {"ETag": etag(locked.version), "Location": f"/api/v1/cases/{number}/documents"}
        return json_answer(Document.of(made), status=201, headers=headers)

    return call.once(do)


@router.get("/cases/{number}/documents/{document_id}/file.{ending}", response_class=Response, responses=FILE)
def file(work: Reading, number: Number, document_id: RowId, ending: str) -> Response:
    """A letter as ``xml`` for the exchange or as ``odt``."""
    found = commands.opened(work.session, work.actor, number, document_id)
    data_dir = work.runtime.settings.data_dir
    return letter_files.as_response(found.letter, number, found.id, ending, data_dir=data_dir, now=work.now)


@router.post("/cases/{number}/documents/{document_id}/number", response_model=Document, responses=CHANGED)
def enter_number(call: Calling, number: Number, document_id: RowId, body: DocumentNumberBody) -> Response:
    """The number under which a letter went out; it stands on the case."""

    def do(work: UnitOfWork) -> Answer:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        call.check_version(locked)
        made = commands.number(locked, document_id, body.doc_no, sent_on=body.sent_on, how="hand")
        return json_answer(Document.of(made), headers={"ETag": etag(locked.version)})

    return call.once(do)


@dataclass(frozen=True, slots=True)
class _Sent:
    call: Call
    body: bytes


async def _read(
    request: Request,
    _known: Annotated[None, Depends(known_caller)],
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
    if_match: Annotated[str | None, Header(alias="If-Match")] = None,
) -> _Sent:
    if int(request.headers.get("content-length") or 0) > 2 * letter_files.MOST_BYTES:
        raise Invalid("檔案過大。", field="file", code="document_unreadable")
    form = await read_form(request, files=1, fields=1, most_bytes=1024)
    try:
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or set(form) != {"file"}:
            raise Invalid("請以 multipart/form-data 的 file 欄位附上檔案。", field="file")
        body = await sent.read()
    finally:
        await form.close()
    return _Sent(Call(request, hashlib.sha256(body).hexdigest().encode(), key, if_match), body)


@router.post(
    "/cases/{number}/documents/{document_id}/returned", response_model=Document, responses=CHANGED, openapi_extra=_FORM
)
def take_returned(number: Number, document_id: RowId, sent: Annotated[_Sent, Depends(_read)]) -> Response:
    """The same out of the XML that the document system gave back; its subject must be the letter's."""

    def do(work: UnitOfWork) -> Answer:
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
        sent.call.check_version(locked)
        stands = commands.standing(locked, document_id)
        found = letter_files.number_in(sent.body, stands.letter)
        made = commands.number(locked, document_id, found.doc_no, sent_on=found.sent_on, how="file")
        return json_answer(Document.of(made), headers={"ETag": etag(locked.version)})

    return sent.call.once(do)
