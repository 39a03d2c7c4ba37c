"""Pages for everybody: the privacy notice (個人資料保護法 §8), the own data by a signed link, the way to the desk."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.runtime import runtime_of
from bot.web.downloads import download
from bot.web.errors import status_of
from bot.web.templating import page, show
from knowledge.inventory import load_inventory
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.errors import Gone, NotFound
from routing.service.files import queries as file_queries
from routing.service.privacy import personal_data

router = APIRouter(include_in_schema=False)


@router.get("/")
def root() -> RedirectResponse:
    """Staff begin at the desk."""
    return RedirectResponse("/desk", status_code=303)


_NAMES = {
    "channel_id": "LINE 識別碼", "display_name": "顯示名稱", "name": "聯絡人", "phone": "電話", "firm": "公司",
    "ubn": "統一編號", "park": "園區", "language": "語言", "since": "首次聯繫", "privacy_notice": "告知版本",
    "privacy_notice_at": "告知時間",
}  # fmt: skip


@router.get("/my-data/{token}")
def my_data(request: Request, token: str, format: Literal["html", "json"] = "html") -> Response:  # noqa: A002
    """All that is kept of whom this link was given to in the chat, as a page or as JSON; for half an hour."""
    runtime = runtime_of(request)
    with runtime.reading() as (session, office):
        data = personal_data.opened(session, office, token, now=runtime.now())
    if format == "json":
        headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}
        return JSONResponse(data, headers=headers)
    answer = show(request, "my_data.html", {"data": data, "names": _NAMES})
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@router.get("/privacy")
def privacy(request: Request) -> HTMLResponse:
    """What is collected, why, for how long, for whom, and a person's rights; in three languages."""
    return page(request, "privacy.html", {"notice": runtime_of(request).office_provider.base.notice})


@router.get("/privacy/files")
def data_files(request: Request) -> HTMLResponse:
    """The files of personal data, as 個人資料保護法 §17 wants them published: out of the inventory."""
    runtime = runtime_of(request)
    with runtime.reading() as (_session, office):
        units = office.offices.units
    return page(request, "privacy_files.html", {"files": load_inventory().files, "units": units})


@router.get("/files/{token}")
def file_for_firm(request: Request, token: str, small: bool = False) -> Response:
    """A file of a case, by the link that its firm was sent: no sign-in, for a week, for this file alone."""
    runtime = runtime_of(request)
    secret, now = runtime.settings.secret_key, runtime.now()
    try:
        with runtime.database.reading() as session:
            found = file_queries.by_link(session, runtime.files, token, secret=secret, now=now, small=small)
    except (NotFound, Gone) as error:
        sentences = runtime.office_provider.base.sentences
        said = [(language.value, sentences.say("files.link_over", language)) for language in READING_LANGUAGES]
        return page(request, "file_gone.html", {"said": said, "code": error.code}, status=status_of(error))
    return download(found, shown=True, anywhere=True)
