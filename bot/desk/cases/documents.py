"""公文: a letter drafted from a case, its files, and its number when it comes back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.steps import again
from bot.desk.forms import Filled, FilledWithFiles, Form
from bot.web import letters as letter_files
from bot.web.letter_form import form_in_use
from bot.web.letters import as_response
from bot.web.unit_of_work import Reading, RowId, writing
from routing.domain.errors import Invalid, StaleVersion, StepNotAllowed, Unavailable
from routing.domain.letters import Letter, letter_from
from routing.service.cases import locked_case
from routing.service.documents import commands

router = APIRouter()
_LISTS = ("contacts", "points", "to", "copies")


@router.post("/desk/cases/{number}/documents")
def make(request: Request, number: str, form: Filled) -> Response:
    """Draft a letter; one that lacks something, or that the DTD refuses, is not offered."""
    try:
        with writing(request) as work:
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=form.number("version")
            )
            letter = letter_from(_plain(form))
            letter_files.checked(letter, form_in_use(work.runtime.settings.data_dir))
            commands.make(locked, letter)
    except (Invalid, StepNotAllowed, StaleVersion, Unavailable) as error:
        return again(request, number, "documents", form, error)
    return RedirectResponse(f"/desk/cases/{number}?done=document#documents", status_code=303)


def _plain(form: Form) -> dict[str, Any]:
    """The letter's parts from the form; one line a point, an agency or a contact."""
    found: dict[str, Any] = {name: form.text(name) for name in Letter.__dataclass_fields__ if name not in _LISTS}
    return found | {name: form.text(name).splitlines() for name in _LISTS}


@router.get("/desk/cases/{number}/documents/{document_id}/file.{ending}")
def file(work: Reading, number: str, document_id: RowId, ending: str) -> Response:
    """A letter as XML for the exchange, or as ODT."""
    found = commands.opened(work.session, work.actor, number, document_id)
    return as_response(found.letter, number, found.id, ending, data_dir=work.runtime.settings.data_dir, now=work.now)


@router.post("/desk/cases/{number}/documents/{document_id}/number")
def enter_number(request: Request, number: str, document_id: RowId, form: FilledWithFiles) -> Response:
    """The number of a letter, typed or out of the XML that came back."""
    try:
        if form.refused is not None:
            raise form.refused
        with writing(request) as work:
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=form.number("version")
            )
            if form.sent:
                stands = commands.standing(locked, document_id)
                found = letter_files.number_in(form.sent[0].body, stands.letter)
                commands.number(locked, document_id, found.doc_no, sent_on=found.sent_on, how="file")
            else:
                commands.number(
                    locked, document_id, form.text("doc_no"), sent_on=form.day("sent_on"), how="hand"
                )  # fmt: skip
    except (Invalid, StepNotAllowed, StaleVersion, Unavailable) as error:
        return again(request, number, f"document-{document_id}", form, error)
    return RedirectResponse(f"/desk/cases/{number}?done=document_number#documents", status_code=303)
