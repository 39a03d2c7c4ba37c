"""Assigning, watching and closing many cases from the list; the page then names what could not be done, and why."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.cases import case_list
from bot.desk.cases.presenter import RecordedNotice
from bot.desk.forms import Filled, Form
from bot.web.templating import show
from bot.web.unit_of_work import reading, writing
from bot.web.words import WORDS
from routing.domain.case import Outcome
from routing.domain.errors import Invalid
from routing.domain.permissions import require_team
from routing.service.accounts import queries as account_queries
from routing.service.cases import bulk
from routing.service.cases.bulk import Do

router = APIRouter()
_PICK = "pick."


@router.post("/desk/bulk")
def take(request: Request, form: Filled) -> Response:
    """One step in every case that was ticked."""
    deed, picked = form.text("deed"), picked_of(form)
    back, cursor = form.text("back"), form.optional("cursor")
    try:
        with writing(request) as work:
            require_team(work.actor)
            came = bulk.each(work.session, work.office, work.actor, picked, _do(form, deed), action=deed, now=work.now)
    except Invalid as refused:
        with reading(request) as work:
            asked = case_list.read_filters(parse_qsl(back))
            kept = case_list.Bulk(error=refused, picked=picked, typed=form.fields)
            return case_list.page(request, work, asked, cursor=cursor, bulk=kept)
    with reading(request) as work:
        values = {
            "actor": work.actor, "came": came, "deed": deed, "back": back, "cursor": cursor, "typed": form.fields,
            "done": sum(one.done for one in came), "again": any(one.version is not None for one in came),
            "people": account_queries.colleagues(work.session),
            "away": account_queries.on_leave(work.session, now=work.now),
        }  # fmt: skip
        return show(request, "bulk.html", values)


def picked_of(form: Form) -> dict[str, int]:
    """The cases that were ticked, each with the version that stood in the list."""
    ticked = {name.removeprefix(_PICK): value for name, value in form.fields.items() if name.startswith(_PICK)}
    return {number: int(value) for number, value in ticked.items() if value.isascii() and value.isdigit()}


def _do(form: Form, deed: str) -> Do:
    if deed not in WORDS["bulk"] or deed == "consult":
        raise Invalid("請選擇要辦理的事項。", field="deed")
    reason = form.text("reason")
    if deed == "assign":
        email = form.optional("assignee")
        if email is None:
            raise Invalid("請選擇承辦人。", field="assignee")
        return bulk.assigning(email, reason, RecordedNotice())
    if deed == "close":
        outcome = next((one for one in Outcome if one.value == form.text("outcome")), None)
        if outcome is None:
            raise Invalid("請選擇辦理結果。", field="outcome")
        return bulk.closing(outcome, reason, RecordedNotice())
    return bulk.watching(reason, watched=deed == "watch")
