"""The page of one case, with a form for each step that its state allows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.cases import presenter
from bot.desk.forms import Form
from bot.runtime import runtime_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, keep
from bot.web.words import WORDS, reply_ways
from knowledge.calendar.office_calendar import local
from routing.domain import extending
from routing.domain.errors import Invalid, OnestopError
from routing.domain.files import PICTURES
from routing.domain.pagination import MOST
from routing.domain.permissions import Permission, may_write
from routing.service.accounts import queries as account_queries
from routing.service.bindings import commands as bindings
from routing.service.bindings import mailing
from routing.service.cases import extensions, partner_view
from routing.service.cases import queries as case_queries
from routing.service.cases.queries import CaseWhole
from routing.service.files import queries as file_queries

router = APIRouter()


@router.get("/desk/cases/{number}")
def case_page(
    request: Request, work: Reading, number: str, done: str | None = None, notice: str | None = None
) -> Response:
    """One case; to a partner, the question to its agency in it."""
    if work.actor.may(Permission.ANSWER_QUESTIONS):
        return show(request, "asked_case.html", question_of(work, number))
    values = values_of(work, number)
    if values["was_unseen"]:
        keep(runtime_of(request), lambda session: case_queries.opened(session, work.actor, number))
    said = [WORDS[family].get(code or "", "") for family, code in (("done", done), ("outcome_of_notice", notice))]
    return show(request, "case.html", {**values, "flash": [sentence for sentence in said if sentence and done]})


def question_of(
    work: UnitOfWork, number: str, *, form: Form | None = None, error: OnestopError | None = None
) -> dict[str, Any]:
    """What a partner's page shows; after a refused answer also what was typed, and why it was refused."""
    return {
        "actor": work.actor, "now": work.now, "asked": partner_view.one(work.session, work.actor, number),
        "files": file_queries.listing(work.session, work.actor, number, limit=MOST, cursor=None).items,
        "typed": form.fields.get("text", "") if form is not None else "", "error": error,
    }  # fmt: skip


def values_of(
    work: UnitOfWork,
    number: str,
    *,
    step: str | None = None,
    form: Form | None = None,
    error: OnestopError | None = None,
) -> dict[str, Any]:
    """What the template shows; after a refused step also what was typed, and why it was refused."""
    whole = case_queries.whole(work.session, work.office, work.actor, number, now=work.now)
    office, case = work.office, whole.case
    seen = form.fields.get("version", "") if form is not None else ""
    pending = case.pending_extension
    since = case_queries.changes_since(work.session, whole, int(seen)) if seen.isdigit() and len(seen) < 10 else ()
    return {
        "actor": work.actor, "now": work.now, "today": local(work.now).date(), "flash": [],
        "was_unseen": whole.row.unseen and case.assignee in work.actor.hands,
        "given": presenter.given(whole, office),
        "whole": whole, "case": case, "row": whole.row, "reading": whole.reading,
        "allowed": whole.offered if may_write(work.actor, case) else {}, "adding": whole.offered,
        "conversation": presenter.conversation(whole),
        "history": presenter.history(whole.events, whole.names, office),
        "since": presenter.history(since, whole.names, office) if error is not None else [],
        "kind_confirmed": case.kind_confirmed, "parks": office.offices.own_parks,
        "agency": presenter.agency_name(case.waiting.agency if case.waiting else None, office),
        "agencies": office.offices.agencies, "park": office.offices.park(whole.row.park) if whole.row.park else None,
        "siblings": case_queries.siblings(work.session, work.actor, whole.row),
        "teams": _teams(work), "away": account_queries.on_leave(work.session, now=work.now),
        "pictures": PICTURES,
        "carried": tuple(office.channels),
        "reply_ways": reply_ways(office.channels),
        "until": presenter.day_written(case.waiting.until) if case.waiting else "",
        "undelivered": mailing.undelivered(work.session, whole.row.firm_id) if whole.row.firm_id is not None else None,
        "bound": bindings.colleagues(work.session, whole.row.firm_id) if whole.row.firm_id is not None else [],
        "preview": _preview(work, whole, form if step == "extension" else None),
        "pending_preview": _of_days(work, whole, pending.days) if pending else None,
        "most_days": extending.most_days(case), "extends_alone": extending.alone(case, work.actor),
        "merged": case_queries.merged(work.session, work.actor, whole.row.number),
        "referred_to": presenter.agency_name(case.closed.agency if case.closed else None, office),
        "step": step, "typed": form.fields if form is not None else {}, "error": error,
    }  # fmt: skip


def _preview(work: UnitOfWork, whole: CaseWhole, form: Form | None) -> extensions.Preview | None:
    """The date that the days in the form would bring; None while there are none that can be counted."""
    try:
        return _of_days(work, whole, form.number("days")) if form is not None else None
    except Invalid:
        return None


def _of_days(work: UnitOfWork, whole: CaseWhole, days: int) -> extensions.Preview | None:
    if whole.case.closed is not None:
        return None
    try:
        return extensions.preview(work.office, whole.case, work.actor, days, now=work.now)
    except Invalid:
        return None


def _teams(work: UnitOfWork) -> list[tuple[str, list[Any]]]:
    """Everybody to whom a case can be given, by unit."""
    teams: dict[str, list[Any]] = {}
    for person in account_queries.colleagues(work.session):
        teams.setdefault(person.unit or "未屬單位", []).append(person)
    return sorted(teams.items())
