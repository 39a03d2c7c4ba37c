"""The page of one case, with a form for each step that its state allows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.cases import presenter
from bot.desk.forms import Form
from bot.runtime import runtime_of
from bot.web.letter_form import form_in_use
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, keep
from bot.web.words import WORDS, reply_ways
from knowledge.calendar.office_calendar import local
from routing.domain import drafts, extending
from routing.domain.case import Kind
from routing.domain.errors import Invalid, OnestopError
from routing.domain.files import PICTURES
from routing.domain.limits import limit_of
from routing.domain.mentions import parts as in_parts
from routing.domain.pagination import MOST
from routing.domain.permissions import Permission, may_write
from routing.service.accounts import queries as account_queries
from routing.service.assist import using
from routing.service.bindings import commands as bindings
from routing.service.bindings import mailing
from routing.service.canned import commands as canned
from routing.service.cases import (
    extensions,
    joining,
    kept_replies,
    looks,
    mentions,
    partner_view,
    presence,
    surroundings,
    taking_back,
)
from routing.service.cases import queries as case_queries
from routing.service.cases.queries import CaseWhole
from routing.service.documents import commands as letters
from routing.service.feeds import registry_feed
from routing.service.files import queries as file_queries
from routing.service.incidents import queries as incidents
from routing.service.land import queries as land_queries
from routing.service.land.queries import CaseLand
from routing.service.question_sets import asking
from routing.service.reminders import bell

router = APIRouter()

_ADVISED = frozenset({Kind.PET})
"""Kinds of cases whose answers the desk advises to have approved (陳核), whatever the branch has set."""


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
    row, seen_at = values["row"], work.now
    if looks.behind(work.session, work.actor, row):
        keep(runtime_of(request), lambda session: looks.looked(session, work.actor, row.id, row.version, now=seen_at))
    if bell.unread_in(work.session, work.actor, number):
        keep(runtime_of(request), lambda session: bell.opened(session, work.actor, number, now=work.now))
    said = [WORDS[family].get(code or "", "") for family, code in (("done", done), ("outcome_of_notice", notice))]
    return show(request, "case.html", {**values, "flash": [sentence for sentence in said if sentence and done]})


def question_of(
    work: UnitOfWork, number: str, *, form: Form | None = None, error: OnestopError | None = None
) -> dict[str, Any]:
    """What a partner's page shows; after a refused answer also what was typed, and why it was refused."""
    return {
        "actor": work.actor, "now": work.now, "asked": partner_view.one(work.session, work.actor, number),
        "fields": form.fields if form is not None else {},
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
    merged = case_queries.merged(work.session, office, work.actor, number)
    since = case_queries.changes_since(work.session, whole, int(seen)) if seen.isdigit() and len(seen) < 10 else ()
    conversation = presenter.conversation(whole, merged)
    told = surroundings.told_by_system(work.session, whole, but=presenter.NOT_OF_TALK)
    others, more_others = surroundings.of_firm(work.session, work.actor, whole, today=local(work.now).date())
    return {
        "actor": work.actor, "now": work.now, "today": local(work.now).date(), "flash": [],
        "told_after": presenter.with_system(conversation, told), "others": others, "more_others": more_others,
        "was_unseen": whole.row.unseen and case.assignee in work.actor.hands,
        "given": presenter.given(whole, office), "unread": looks.unread_messages(work.session, work.actor, whole.row),
        "whole": whole, "case": case, "row": whole.row, "reading": whole.reading,
        "allowed": whole.offered if may_write(work.actor, case) else {}, "adding": whole.offered,
        "conversation": conversation, "mentioning": in_parts,
        "history": presenter.history(whole.events, whole.names, office),
        "since": presenter.history(since, whole.names, office) if error is not None else [],
        "kind_confirmed": case.kind_confirmed,
        "limits": {kind.value: limit_of(kind, local(case.receipt).date(), office.calendar) for kind in Kind},
        "parks": office.offices.own_parks,
        "consulting": presenter.consulting(case.consulting, office), "consultations": whole.consultations,
        "units": office.offices.units, "incident": incidents.of_case(work.session, case.incident),
        "agencies": office.offices.agencies, "park": office.offices.park(whole.row.park) if whole.row.park else None,
        "siblings": case_queries.siblings(work.session, work.actor, whole.row),
        "teams": _teams(work), "away": account_queries.on_leave(work.session, now=work.now),
        "pictures": PICTURES, "canned": _canned(work, whole),
        "carried": tuple(office.channels),
        "reply_ways": reply_ways(office.channels),
        "until": presenter.day_written(case.waiting.until) if case.waiting else "",
        "undelivered": mailing.undelivered(work.session, whole.row.firm_id) if whole.row.firm_id is not None else None,
        "bound": bindings.colleagues(work.session, whole.row.firm_id) if whole.row.firm_id is not None else [],
        "preview": _preview(work, whole, form if step == "extension" else None),
        "pending_preview": _of_days(work, whole, pending.days) if pending else None,
        "most_days": extending.most_days(case), "extends_alone": extending.alone(case, work.actor),
        "merged": merged, "linked": joining.linked(work.session, work.actor, case.links),
        "referred_to": presenter.agency_name(case.closed.agency if case.closed else None, office),
        "registry": _registry(work, whole), "registry_on": "registry" in work.runtime.feeds,
        "taken_back": presenter.taken_back(whole.events),
        "colleagues": mentions.names(work.session) if work.actor.may(Permission.DESK) else [],
        "near": presence.others(
            presence.here(work.session, [number], now=work.now).get(number, ()), work.actor
        ),
        "kept_reply": kept_replies.of(work.session, work.actor, whole.row.id),
        "sending": taking_back.waiting(work.session, work.actor, whole.row.id, case),
        "undo_send": taking_back.prefers(work.session, work.actor),
        "land": _land(work, whole), "asked": _asked(work, whole), "translated_output": None,
        "documents": _documents(work, whole),
        "assist": using.on_page(work.session, work.actor, whole.row, endpoint=work.runtime.settings.llm_endpoint),
        "waiting": next((one for one in whole.drafts if one.row.state == "asked"), None),
        "may_approve": drafts.may_approve(work.actor), "advised": case.kind in _ADVISED,
        "as_replied": office.sentences.say("notice.closed.as_replied", None),
        "step": step, "typed": form.fields if form is not None else {}, "error": error,
    }  # fmt: skip


def _canned(work: UnitOfWork, whole: CaseWhole) -> list[canned.Offered]:
    """What may be put into a reply, with the facts of this case in."""
    if not work.actor.may(Permission.DESK) or whole.case.closed is not None:
        return []
    row, firm = whole.row, whole.firm
    facts = canned.Facts(
        number=row.number, unit=row.unit, subject=row.subject, language=row.language,
        firm=firm.name if firm is not None else None, contact=row.contact_name,
        officer=whole.names.get(row.assignee or ""), promised_on=row.promised_on,
    )  # fmt: skip
    return canned.offered(work.session, work.office, work.actor, facts)


def _registry(work: UnitOfWork, whole: CaseWhole) -> registry_feed.Shown | None:
    """What the register says of the firm's number; None if it was not asked, or there is no number."""
    firm = whole.firm
    if firm is None:
        return None
    return registry_feed.shown(work.session, firm.ubn or firm.claimed_ubn, firm.name, now=work.now)


def _land(work: UnitOfWork, whole: CaseWhole) -> CaseLand | None:
    """What a case of land looks for and what there is; None for other cases of which nothing was said."""
    if not work.actor.may(Permission.DESK):
        return None
    found = land_queries.of_case(work.session, work.office, work.actor, whole.row.number, now=work.now)
    return found if found.known or whole.case.category == "land" else None


def _asked(work: UnitOfWork, whole: CaseWhole) -> asking.CaseAsked | None:
    """What a case was asked by a question set, or the set that can be filled in for it."""
    if not work.actor.may(Permission.DESK):
        return None
    return asking.of_case(work.session, work.office, work.actor, whole.row.number)


def _documents(work: UnitOfWork, whole: CaseWhole) -> dict[str, Any] | None:
    """The letters of a case, one to begin with, and the speeds and secrecies that the DTD knows."""
    if not work.actor.may(Permission.DESK):
        return None
    made = letters.page(work.session, work.actor, whole.row.number, limit=MOST, cursor=None).items
    try:
        form = form_in_use(work.runtime.settings.data_dir)
    except Invalid as error:
        return {"made": made, "problem": error.message, "fresh": None, "speeds": (), "secrecies": ()}
    fresh = letters.suggested(whole, form.agency)
    choices = {"speeds": form.choices("速別"), "secrecies": form.choices("密等")}
    return {"made": made, "problem": None, "fresh": fresh, **choices}


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
