"""AI 輔助草擬 on the page of a case: asked by a press, read, taken into the reply or discarded. Nothing here sends."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.case_page import values_of
from bot.desk.cases.steps import again
from bot.desk.forms import Filled, FilledWithFiles, Form
from bot.runtime import runtime_of
from bot.web import assisting
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, reading, writing
from routing.domain.assist.outputs import Use
from routing.domain.errors import Busy, Invalid, StepNotAllowed, Unavailable
from routing.service.assist import using
from routing.service.assist.asking import Wanted

router = APIRouter(prefix="/desk/cases/{number}/assist")


@router.post("")
def ask(request: Request, number: str, form: FilledWithFiles) -> Response:
    """Ask the model; the page of the case shows what it drafted, or why there is nothing."""
    replying = form.text("use") == Use.TRANSLATION and not form.optional("message")
    step = "reply" if replying else "assist"
    try:
        wanted = _wanted(request, number, form)
        output_id = assisting.ask(request, number, wanted)
    except (Invalid, StepNotAllowed, Unavailable, Busy) as error:
        return again(request, number, step, form, error)
    if replying:
        return _translated(request, number, form, output_id)
    return RedirectResponse(f"/desk/cases/{number}?done=assist_{wanted.use.value}#assist", status_code=303)


def _wanted(request: Request, number: str, form: Form) -> Wanted:
    try:
        use = Use(form.text("use"))
    except ValueError:
        raise Invalid("請選擇要 AI 協助的項目。", field="use") from None
    if use is not Use.TRANSLATION:
        return Wanted(use=use, points=form.text("points"))
    if form.optional("message"):
        return Wanted(use=use, message_id=form.number("message"))
    with reading(request) as work:
        language = values_of(work, number)["whole"].language
    return Wanted(use=use, text=form.text("text"), language=language)


def _translated(request: Request, number: str, form: Form, output_id: int) -> Response:
    """The reply as it was typed, with the translation beside it; none of it is sent."""
    with reading(request) as work:
        endpoint = work.runtime.settings.llm_endpoint
        output = using.one_of(work.session, work.actor, number, output_id, endpoint=endpoint)
        began = [one for one in form.text("assist").split(",") if one]
        typed = {**form.fields, "translation": output.text, "assist": ",".join([*began, str(output_id)][-4:])}
        values = values_of(work, number, step="reply", form=Form(typed))
        return show(request, "case.html", {**values, "translated_output": output})


@router.get("")
def record(request: Request, work: Reading, number: str) -> Response:
    """All that was asked in this case: the words that went out and came back, and what became of them."""
    endpoint = work.runtime.settings.llm_endpoint
    found = using.of_case(work.session, work.actor, number, endpoint=endpoint)
    return show(request, "assist_record.html", {"actor": work.actor, "number": number, "outputs": found})


@router.get("/{output_id}/reply")
def to_reply(request: Request, work: Reading, number: str, output_id: RowId) -> Response:
    """The case with a draft in the reply, or in the form for approval where that comes first; the officer goes on."""
    endpoint = work.runtime.settings.llm_endpoint
    output = using.to_reply(work.session, work.actor, number, output_id, endpoint=endpoint)
    form = Form({"text": output.text, "assist": str(output_id)})
    values = values_of(work, number)
    step = "reply" if "reply" in values["allowed"] else "draft"
    return show(request, "case.html", {**values_of(work, number, step=step, form=form), "typed": _typed(values, form)})


def _typed(values: dict[str, object], form: Form) -> dict[str, str]:
    whole = values["whole"]
    address = getattr(whole, "address", None)
    return {**form.fields, "via": address.channel if address is not None and address.reachable else "phone"}


@router.post("/{output_id}/discard")
def discard(request: Request, number: str, output_id: RowId, form: Filled) -> Response:
    """Put a draft aside."""
    try:
        with writing(request) as work:
            endpoint = runtime_of(request).settings.llm_endpoint
            using.discard(work.session, work.actor, number, output_id, endpoint=endpoint, now=work.now)
    except StepNotAllowed as error:
        return again(request, number, "assist", form, error)
    return RedirectResponse(f"/desk/cases/{number}?done=assist_discarded", status_code=303)
