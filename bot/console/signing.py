"""Signing in and out. A failure is kept even though the page says no, or nobody would ever be locked out."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.console.forms import Filled
from bot.web.pages import show
from bot.web.runtime import Runtime, runtime_of
from bot.web.work import cookie_name
from routing.domain.errors import Unauthenticated
from routing.service import signing_in

router = APIRouter()

HOME = "/desk"
REFUSED = "帳號或密碼不正確，或帳號因連續失敗 5 次而暫停登入 15 分鐘。"
_LOCAL = re.compile(r"/desk(?:[/?][\w/\-.?=&%,:+]*)?", re.ASCII)


def local_path(value: str | None) -> str:
    """Where to go after signing in: a path of the desk, else the desk itself; never another site."""
    return value if value is not None and _LOCAL.fullmatch(value) and "//" not in value else HOME


@router.get("/desk/sign-in")
def sign_in_page(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the query's name
    """The form; whoever is signed in already goes on."""
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        # A part of a page asked and found its session over: the whole page must go, not the part.
        return Response(status_code=204, headers={"HX-Redirect": f"/desk/sign-in?next={local_path(next)}"})
    if _signed_in(request):
        return RedirectResponse(local_path(next), status_code=303)
    return show(request, "sign_in.html", {"next": local_path(next), "email": "", "refused": None})


def _signed_in(request: Request) -> bool:
    runtime = runtime_of(request)
    token = request.cookies.get(cookie_name(runtime))
    if not token:
        return False
    with runtime.reading() as (session, _desk):
        try:
            signing_in.who_by_session(session, token, now=runtime.now())
        except Unauthenticated:
            return False
    return True


@router.post("/desk/sign-in")
def sign_in(request: Request, form: Filled) -> Response:
    """Check the password; a new token in any case, so that none from before can be used on."""
    runtime = runtime_of(request)
    now = runtime.now()
    email, target = form.text("email"), local_path(form.optional("next"))
    with runtime.writing() as (session, _desk):
        staff = signing_in.check_password(session, email, form.fields.get("password", ""), now=now)
        token = signing_in.begin_session(session, staff, now=now) if staff is not None else None
        old = request.cookies.get(cookie_name(runtime))
        if token is not None and old:
            signing_in.end_session(session, old)
    if token is None:
        return show(request, "sign_in.html", {"next": target, "email": email, "refused": REFUSED}, status=401)
    answer = RedirectResponse(target, status_code=303)
    _set_cookie(answer, runtime, token)
    return answer


def _set_cookie(answer: Response, runtime: Runtime, token: str) -> None:
    answer.set_cookie(
        cookie_name(runtime), token, max_age=int(signing_in.LIFE.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=runtime.settings.https,
    )  # fmt: skip


@router.post("/desk/sign-out")
def sign_out(request: Request) -> Response:
    """End the session on the server, and the cookie with it."""
    runtime = runtime_of(request)
    token = request.cookies.get(cookie_name(runtime))
    if token:
        with runtime.writing() as (session, _desk):
            signing_in.end_session(session, token)
    answer = RedirectResponse("/desk/sign-in", status_code=303)
    answer.delete_cookie(cookie_name(runtime), path="/", httponly=True, samesite="lax", secure=runtime.settings.https)
    return answer
