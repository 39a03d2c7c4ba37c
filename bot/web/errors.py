"""Errors to answers, in one place: problem+json for the API (RFC 9457), a page for people. Unknown ones are 500."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import pending_form
from bot.web.access_refusals import because
from bot.web.bodies import sentence, shown
from bot.web.templating import page
from routing.domain import errors as domain
from routing.domain.files import FileTooLarge
from routing.service.maintenance import databases

STATUS: dict[type[domain.OnestopError], int] = {
    domain.Invalid: 422,
    FileTooLarge: 413,
    domain.NotFound: 404,
    domain.Gone: 410,
    domain.Forbidden: 403,
    domain.Unauthenticated: 401,
    domain.StepNotAllowed: 409,
    domain.StaleVersion: 412,
    domain.Busy: 503,
    domain.Unavailable: 503,
    domain.DeliveryError: 502,
}
"""Which status each error has; a subclass has its parent's."""

log = structlog.get_logger("web")


def status_of(error: domain.OnestopError) -> int:
    """The status of an error: its own class's, or the nearest parent's."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def wants_json(request: Request) -> bool:
    """Whether a program is asking."""
    return request.url.path.startswith(("/api/", "/line/", "/healthz", "/readyz", "/metrics"))


class Problem(BaseModel):
    """An error as programs read it (RFC 9457); ``code`` is stable and stands in docs/errors.md."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    field: str | None = Field(None, exclude_if=lambda value: value is None)


def problem(status: int, code: str, detail: str, *, field: str | None = None) -> Response:
    """An RFC 9457 problem with a stable ``code``."""
    body = Problem(
        title=HTTPStatus(status).phrase, status=status, code=code, detail=detail, field=shown(field) if field else None
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return Response(body.model_dump_json(), status_code=status, media_type="application/problem+json", headers=headers)


def answer(request: Request, status: int, code: str, detail: str, *, field: str | None = None) -> Response:
    """Problem+json for programs, a page for people; without a session pages redirect to sign-in."""
    detail = detail.encode("utf-8", "replace").decode()
    if wants_json(request):
        return problem(status, code, detail, field=field)
    if status == 401:
        return _to_sign_in(request)
    return page(request, "error.html", {"status": status, "code": code, "detail": detail}, status=status)


def _to_sign_in(request: Request) -> Response:
    """Where to sign in, and from there back; what was typed into a form stays."""
    if request.method in {"GET", "HEAD"}:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/desk/sign-in?next={quote(asked, safe='/')}", status_code=303)
    back, kept = pending_form.page_of(request.url.path), pending_form.of(request)
    if kept is None:
        return RedirectResponse(f"/desk/sign-in?next={quote(back, safe='/')}", status_code=303)
    values = {"next": back, "email": "", "refused": None, "unsent": kept.packed()}
    return page(request, "sign_in.html", values, status=401)


PAGES_OF_STEPS = {"password": "/desk/password", "second_factor": "/desk/second-factor"}
"""Where a person does what has to be done before anything else."""


def _to_step(request: Request, error: Exception) -> Response:
    """To the page where it is done; words that were typed meanwhile are shown, so that they are not lost."""
    if not isinstance(error, domain.Unfinished):
        raise error
    where = PAGES_OF_STEPS[error.step]
    if wants_json(request):
        return problem(403, error.code, error.message)
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return Response(status_code=204, headers={"HX-Redirect": where})
    kept = pending_form.of(request)
    if kept is None or not kept.words():
        return RedirectResponse(where, status_code=303)
    return page(request, "unfinished.html", {"detail": error.message, "where": where, "unsent": kept}, status=403)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(domain.Unfinished, _to_step)

    @app.exception_handler(domain.OnestopError)
    def _known(request: Request, error: domain.OnestopError) -> Response:
        because(request, error.code)
        return answer(request, status_of(error), error.code, error.message, field=error.field)

    @app.exception_handler(RequestValidationError)
    def _malformed(request: Request, error: RequestValidationError) -> Response:
        field, detail = sentence(error.errors()[0])
        return answer(request, 422, "invalid", detail, field=field)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400 and wants_json(request):
            return answer(request, 422, "invalid", "請求的內容不是有效的 JSON。", field="body")
        if error.status_code == 405 and request.method == "GET" and request.url.path.startswith("/desk/"):
            # A page that came as the answer to a form was loaded again: its address takes forms only.
            return RedirectResponse(pending_form.page_of(request.url.path), status_code=303)
        details = {
            404: ("not_found", "找不到這個頁面。"), 405: ("method_not_allowed", "不支援這個操作。"),
            408: ("body_too_slow", "送出的內容未在時限內傳完；請檢查網路後再試。"),
            413: ("body_too_large", "送出的內容過大。"), 400: ("http_error", "送出的內容無法判讀。"),
        }  # fmt: skip
        code, detail = details.get(error.status_code, ("http_error", str(error.detail)))
        found = answer(request, error.status_code, code, detail)
        if error.status_code == 408:
            found.headers["Connection"] = "close"
        return found

    @app.exception_handler(DataError)
    def _unstorable(request: Request, error: Exception) -> Response:
        # Fields are checked before; this is for what one of the databases takes and the other does not.
        log.error("value_refused_by_database", path=request.url.path, error=type(error).__name__)
        return answer(request, 422, "invalid", "內容含有資料庫無法儲存的值。")

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(OSError)
    def _database(request: Request, error: Exception) -> Response:
        found = databases.explained(error)
        if found is None:
            raise error
        log.error(found.code, path=request.url.path, error=type(error).__name__)
        return answer(request, 503, found.code, found.message)


class LastResort:
    """Answers what nothing else caught, inside the security headers, and raises it on for the server to know."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if scope["type"] == "http" and not begun:
                log.exception("unexpected", path=scope["path"], error=type(error).__name__)
                words = "系統發生未預期的錯誤，已留下紀錄；請稍後再試。"
                await answer(Request(scope, receive), 500, "internal_error", words)(scope, receive, send)
            raise
