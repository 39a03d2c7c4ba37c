"""Files at the desk: looked at, put into a case, sent to the firm by a link, and the link taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.cases.presenter import RecordedNotice
from bot.desk.cases.steps import again, made_ready
from bot.desk.forms import Filled, FilledWithFiles
from bot.runtime import runtime_of
from bot.web.downloads import download
from bot.web.unit_of_work import Reading, RowId, writing
from routing.domain.errors import Invalid, StaleVersion, StepNotAllowed, Unavailable
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.files import commands as file_commands
from routing.service.files import queries as file_queries

router = APIRouter()


@router.get("/desk/files/{media_id}")
def file(work: Reading, media_id: RowId, save: bool = False, small: bool = False) -> Response:
    """A file of a case: pictures to look at, everything to keep; nothing in it can run in our name."""
    found = file_queries.file_of(work.session, work.runtime.files, work.actor, media_id, small=small)
    return download(found, shown=not save)


@router.post("/desk/cases/{number}/files")
def add_files(request: Request, number: str, form: FilledWithFiles) -> Response:
    """Put files into a case, and send them to the firm if that is asked for."""
    notice, to_firm = RecordedNotice(), form.text("to_firm") == "yes"
    try:
        with made_ready(request, form) as ready, writing(request) as work:
            version = form.number("version")
            locked = locked_case.change(
                work.session, work.office, number, work.actor, now=work.now, version=version, adding=not to_firm
            )
            file_commands.add(locked, ready.batch, to_firm=to_firm, notify=notice)
            told = notice.outcome(locked)
    except (Invalid, StepNotAllowed, StaleVersion, Unavailable) as error:
        return again(request, number, "files", form, error)
    return _back(number, "file_sent" if to_firm else "file", told)


@router.post("/desk/files/{media_id}/link")
def send_link(request: Request, media_id: RowId, form: Filled) -> Response:
    """Send the firm a new link; earlier ones end."""
    secret = runtime_of(request).settings.secret_key

    def send(locked: LockedCase, notice: RecordedNotice) -> Any:
        return file_commands.send_again(locked, media_id, secret=secret, notify=notice)

    return _linked(request, media_id, form.number("version"), send, "file_sent")


@router.post("/desk/files/{media_id}/unlink")
def take_link_back(request: Request, media_id: RowId, form: Filled) -> Response:
    """End every link that the firm has to a file."""

    def end(locked: LockedCase, _notice: RecordedNotice) -> Any:
        return file_commands.take_link_back(locked, media_id)

    return _linked(request, media_id, form.number("version"), end, "file_link_back")


def _linked(
    request: Request, media_id: int, version: int, do: Callable[[LockedCase, RecordedNotice], Any], done: str
) -> Response:
    notice = RecordedNotice()
    with writing(request) as work:
        number = file_queries.number_of(work.session, work.actor, media_id)
        locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now, version=version)
        do(locked, notice)
        told = notice.outcome(locked)
    return _back(number, done, told)


def _back(number: str, done: str, told: str) -> Response:
    return RedirectResponse(f"/desk/cases/{number}?done={done}&notice={told}", status_code=303)
