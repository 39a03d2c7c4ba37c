"""The bell: what a person was reminded of, read and unread; and the page where they say what is sent beside it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading, writing
from bot.web.words import WORDS
from routing.service.reminders import bell, chat_accounts

router = APIRouter(prefix="/desk/reminders")

_PAGE = 50


@router.get("")
def page(
    request: Request, work: Reading, unread: bool = False, cursor: str | None = None, done: str | None = None
) -> Response:
    """The newest first, a page at a time."""
    found = bell.page(work.session, work.actor, unread=unread, limit=_PAGE, cursor=cursor or None)
    values = {
        "actor": work.actor, "rows": found.items, "next": found.next_cursor, "unread": unread, "first": not cursor,
        "count": bell.unread(work.session, work.actor), "done": WORDS["done"].get(done or ""),
    }  # fmt: skip
    return show(request, "reminders.html", values)


@router.post("/read")
def read(request: Request, form: Filled) -> Response:
    """One is read, or all are."""
    one = form.optional_number("id")
    with writing(request) as work:
        bell.read(work.session, work.actor, now=work.now, reminder_id=one)
    return RedirectResponse("/desk/reminders?done=reminders_read", status_code=303)


def _settings(request: Request, work: UnitOfWork, **more: Any) -> Response:
    values = {
        "actor": work.actor, "settings": bell.settings(work.session, work.actor), "mail": work.office.mail,
        "minutes": int(chat_accounts.LIFE.total_seconds() // 60), "code": None, "done": None, **more,
    }  # fmt: skip
    return show(request, "reminder_settings.html", values)


@router.get("/settings")
def settings(request: Request, work: Reading, done: str | None = None) -> Response:
    """What is sent to the person beside the bell, and to which LINE account."""
    return _settings(request, work, done=WORDS["done"].get(done or ""))


@router.post("/settings")
def save(request: Request, form: Filled) -> Response:
    """Switch on and off."""
    with writing(request) as work:
        wanted = {name: form.text(name) == "1" for name in bell.WISHES}
        bell.wish(work.session, work.actor, wanted, now=work.now)
    return RedirectResponse("/desk/reminders/settings?done=reminder_settings", status_code=303)


@router.post("/chat-code")
def chat_code(request: Request) -> Response:
    """A code for once, shown this once."""
    with writing(request) as work:
        code = chat_accounts.new_code(work.session, work.actor, now=work.now)
    with reading(request) as work:
        return _settings(request, work, code=code)


@router.post("/chat-end")
def chat_end(request: Request) -> Response:
    """Nothing goes to that account any more."""
    with writing(request) as work:
        chat_accounts.end(work.session, work.actor, now=work.now)
    return RedirectResponse("/desk/reminders/settings?done=reminder_settings", status_code=303)
