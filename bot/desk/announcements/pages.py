"""公告通知: written, approved by another person, sent to firms of parks and topics, and what came of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading, writing
from bot.web.words import WORDS
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.announcements import BODY, TITLE, TOPICS, URGENT, Draft
from routing.domain.errors import Forbidden, Invalid, NotFound, OnestopError, StepNotAllowed
from routing.domain.permissions import require_team
from routing.service.announcements import commands, queries

router = APIRouter()
_PAGE = 50


@router.get("/desk/notices")
def notices_page(request: Request, work: Reading, cursor: str | None = None) -> Response:
    """Announcements, the newest first, and writing one."""
    return _list(request, work, cursor=cursor)


def _list(
    request: Request, work: UnitOfWork, *, cursor: str | None = None, form: Form | None = None,
    error: OnestopError | None = None,
) -> Response:  # fmt: skip
    page = queries.page(work.session, work.actor, limit=_PAGE, cursor=cursor)
    values: dict[str, Any] = {
        "actor": work.actor, "rows": page.items, "next": page.next_cursor, "topics": TOPICS, "urgent": URGENT,
        "parks": work.office.offices.own_parks, "languages": READING_LANGUAGES, "title_most": TITLE, "body_most": BODY,
        "budget": commands.budget(work.session, work.office, now=work.now),
        "typed": form.fields if form is not None else {}, "error": error,
    }  # fmt: skip
    return show(request, "notices.html", values, status=status_of(error) if error is not None else 200)


@router.post("/desk/notices")
def write(request: Request, form: Filled) -> Response:
    """Write one, for another person to decide on."""
    try:
        with writing(request) as work:
            require_team(work.actor)
            parks = tuple(park.name for park in work.office.offices.own_parks if form.text(f"park.{park.id}"))
            draft = Draft(
                topic=form.text("topic"), parks=parks, until=form.instant("until"),
                title={one.value: form.text(f"title.{one.value}") for one in READING_LANGUAGES},
                body={one.value: form.text(f"body.{one.value}") for one in READING_LANGUAGES},
            )  # fmt: skip
            made = commands.write(work.session, work.office, work.actor, draft, now=work.now).id
    except Invalid as error:
        with reading(request) as work:
            return _list(request, work, form=form, error=error)
    return RedirectResponse(f"/desk/notices/{made}?done=notice_written", status_code=303)


@router.get("/desk/notices/{notice_id}")
def notice_page(request: Request, work: Reading, notice_id: RowId, done: str | None = None) -> Response:
    """One announcement: as firms read it, what it reaches and costs, the decision, what came of it."""
    return _one(request, work, notice_id, done=WORDS["done"].get(done or ""))


def _one(
    request: Request, work: UnitOfWork, notice_id: int, *, done: str | None = None, error: OnestopError | None = None,
    form: Form | None = None,
) -> Response:  # fmt: skip
    whole = queries.whole(work.session, work.office, work.actor, notice_id, now=work.now)
    values = {
        "actor": work.actor, "whole": whole, "row": whole.row, "urgent": URGENT, "languages": READING_LANGUAGES,
        "done": done, "error": error, "typed": form.fields if form is not None else {},
        "own": whole.row.written_by == (work.actor.email or work.actor.name),
    }  # fmt: skip
    return show(request, "notice.html", values, status=status_of(error) if error is not None else 200)


@router.post("/desk/notices/{notice_id}/{deed}")
def decide(request: Request, notice_id: RowId, deed: str, form: Filled) -> Response:
    """Approve, refuse or stop."""
    try:
        with writing(request) as work:
            require_team(work.actor)
            if deed not in {"approve", "refuse", "stop"}:
                raise NotFound("找不到這個操作。")
            if deed == "stop":
                commands.stop(work.session, work.actor, notice_id, reason=form.text("reason"), now=work.now)
            else:
                commands.decide(
                    work.session, work.office, work.actor, notice_id, approve=deed == "approve",
                    note=form.text("note"), now=work.now,
                )  # fmt: skip
    except (Invalid, StepNotAllowed) as error:
        with reading(request) as work:
            return _one(request, work, notice_id, error=error, form=form)
    except Forbidden as error:
        if error.code != "second_person_needed":
            raise
        with reading(request) as work:
            return _one(request, work, notice_id, error=error, form=form)
    return RedirectResponse(f"/desk/notices/{notice_id}?done=notice_{deed}", status_code=303)
