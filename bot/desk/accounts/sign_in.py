"""Signing in and out, and another password. An attempt is counted before its password is looked at."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import Filled, Form
from bot.runtime import Runtime, runtime_of
from bot.web import pending_form
from bot.web.errors import status_of
from bot.web.limits.origin import address_of
from bot.web.templating import show
from bot.web.unit_of_work import (
    UnfinishedReading,
    UnitOfWork,
    cookie_name,
    unfinished_reading,
    unfinished_writing,
    who_by_cookie,
)
from routing.domain.errors import Invalid, OnestopError, SignInError, Unauthenticated
from routing.domain.permissions import ANY_SIGN_IN, SignInRules
from routing.service.accounts import authentication, passwords, sessions

router = APIRouter()

HOME, PASSWORD = "/desk", "/desk/password"
REFUSED = "帳號或密碼不正確，或因連續失敗而暫停登入 15 分鐘；急需登入請洽系統管理人員解除。"
WRONG = "目前的密碼不正確，或因連續失敗而暫停 15 分鐘；急需變更請洽系統管理人員解除。"
_LOCAL = re.compile(r"/desk(?:[/?][\w/\-.?=&%,:+]*)?", re.ASCII)


def local_path(value: str | None) -> str:
    """Where to go after signing in: a path of the desk, else `/desk`. Another site is never followed."""
    return value if value is not None and _LOCAL.fullmatch(value) and "//" not in value else HOME


@router.get("/desk/sign-in")
def sign_in_page(
    request: Request,
    next: str | None = None,  # noqa: A002 - the query's name
    problem: str | None = None,
    out: str | None = None,
) -> Response:
    """The form; a person who is signed in already is redirected.

    ``problem``: the code of what went wrong at single sign-on. ``out``: somebody who came that way has just left.
    """
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        # A part of a page asked and found its session over: the whole page must go, not the part.
        whole = urlsplit(request.headers.get("HX-Current-URL", next or HOME))
        target = quote(local_path(f"{whole.path}?{whole.query}" if whole.query else whole.path), safe="/")
        return Response(status_code=204, headers={"HX-Redirect": f"/desk/sign-in?next={target}"})
    if signed_in(request):
        return RedirectResponse(local_path(next), status_code=303)
    values = {
        "next": local_path(next), "email": "", "unsent": None, "out": out == "oidc",
        "refused": SignInError.SENTENCES.get(problem or ""),
    }  # fmt: skip
    return show(request, "sign_in.html", values)


def signed_in(request: Request) -> bool:
    """Whether a browser is signed in; what is to be done first may be missing yet."""
    runtime = runtime_of(request)
    token = request.cookies.get(cookie_name(runtime))
    if not token:
        return False
    with runtime.reading() as (session, _office):
        try:
            who_by_cookie(runtime, session, token, runtime.now(), unfinished=True)
        except Unauthenticated:
            return False
    return True


@router.post("/desk/sign-in")
def sign_in(request: Request, form: Filled) -> Response:
    """Check the password; a new token in any case, so that none from before can be used on.

    Of whoever has a second factor it is good for nothing but giving the code.
    """
    runtime = runtime_of(request)
    email, target = form.text("email"), local_path(form.optional("next"))
    staff = _person(request, email, form.fields.get("password", ""), rules=runtime.settings.sign_in_rules)
    if staff is None or isinstance(staff, SignInError):
        return refused(request, email, target, form.optional(pending_form.FIELD), staff)
    stage = "code" if staff.totp_secret is not None else None
    with runtime.writing() as (session, _office):
        token = authentication.begin_session(session, staff, now=runtime.now(), where=where_of(request), stage=stage)
        old = request.cookies.get(cookie_name(runtime))
        if old:
            authentication.end_session(session, old, now=runtime.now())
    if stage is not None:
        answer = _to_code(request, form, target)
    else:
        first = authentication.first_step(staff, "password", runtime.settings.sign_in_rules)
        answer = onward(request, form, target, first)
    set_cookie(answer, runtime, token)
    return answer


def where_of(request: Request, how: str = "password") -> authentication.Where:
    """What is known of the browser that signs in."""
    address = address_of(request, runtime_of(request).settings.proxies)
    return authentication.Where(how, address, sessions.browser_of(request.headers.get("user-agent", "")))


def _to_code(request: Request, form: Form, target: str) -> Response:
    """To the page that asks for the code, with words that were typed before the session ended."""
    kept = form.optional(pending_form.FIELD)
    if kept is None:
        return RedirectResponse(f"/desk/sign-in/code?next={quote(target, safe='/')}", status_code=303)
    return show(request, "sign_in_code.html", {"next": target, "unsent": kept, "refused": None})


def onward(request: Request, form: Form, target: str, first: str | None) -> Response:
    """Where a person wanted to go, by way of what has to be done before; words typed before are shown first."""
    if first == "password":
        return _to_first_password(request, form, target)
    kept = pending_form.unpacked(form.text(pending_form.FIELD))
    if kept is not None:
        return show(request, "pending_form.html", {"unsent": kept, "back": target})
    return RedirectResponse(target, status_code=303)


def _to_first_password(request: Request, form: Form, target: str) -> Response:
    """To the page for another password, which leads on to where the person wanted to go."""
    kept = form.optional(pending_form.FIELD)
    if kept is None:
        return RedirectResponse(f"{PASSWORD}?next={quote(target, safe='/')}", status_code=303)
    values = {
        "actor": None, "error": None, "least": passwords.LEAST, "unfinished": True, "next": target, "unsent": kept,
    }  # fmt: skip
    return show(request, "password.html", values)


def _person(request: Request, email: str, password: str, *, rules: SignInRules = ANY_SIGN_IN) -> Any:
    """Whose account and password these are, or None, or the error for whom the password is not enough.

    No transaction is open while the password is looked at.
    """
    runtime = runtime_of(request)
    now, address = runtime.now(), address_of(request, runtime.settings.proxies)
    with runtime.database.reading() as session:
        if authentication.barred(session, email, address=address, now=now):
            return None
    with passwords.turn():
        with runtime.database.writing() as session:
            attempt = authentication.admit(session, email, address=address, now=now)
        if attempt is None:
            return None
        fits = attempt.fits(password)
        with runtime.database.writing() as session:
            return authentication.settle(session, attempt, email, fits=fits, rules=rules, now=now)


def refused(request: Request, email: str, target: str, kept: str | None, error: SignInError | None) -> Response:
    """The form once more. Only who knew the password is told that it is not enough."""
    values = {"next": target, "email": email, "refused": error.message if error else REFUSED, "unsent": kept}
    return show(request, "sign_in.html", values, status=403 if error and error.code == "oidc_required" else 401)


@router.get(PASSWORD)
def password_page(request: Request, work: UnfinishedReading, next: str | None = None) -> Response:  # noqa: A002 - the query's name
    """The form for another password; for whoever has to choose one the only page."""
    return _password_page(request, work, target=local_path(next))


def _password_page(
    request: Request, work: UnitOfWork, error: OnestopError | None = None, *, target: str, unsent: str | None = None
) -> Response:
    staff = authentication.active(work.session, work.actor.email or "")
    values = {
        "actor": work.actor, "error": error, "least": passwords.LEAST, "unfinished": staff.first_password,
        "next": target, "unsent": unsent,
    }  # fmt: skip
    return show(request, "password.html", values, status=status_of(error) if error else 200)


@router.post(PASSWORD)
def change_password(request: Request, form: Filled) -> Response:
    """Another password for whoever knows the one before; ends every session of the account but begins this one anew.

    A wrong password counts as at the sign-in page: a session left open is no way to guess it.
    """
    try:
        token = _change(request, form)
    except Invalid as error:
        with unfinished_reading(request) as work:
            unsent = form.optional(pending_form.FIELD)
            return _password_page(request, work, error, target=local_path(form.optional("next")), unsent=unsent)
    target = local_path(form.optional("next"))
    answer = onward(request, form, "/desk?done=password" if target == HOME else target, None)
    set_cookie(answer, runtime_of(request), token)
    return answer


def _change(request: Request, form: Form) -> str:
    with unfinished_reading(request) as work:
        email = work.actor.email or ""
    known = _person(request, email, form.fields.get("current", ""))
    if known is None:
        raise Invalid(WRONG, field="current", code="password_wrong")
    password = form.fields.get("password", "")
    if password != form.fields.get("again"):
        raise Invalid("兩次輸入的新密碼不同。", field="again", code="password_differs")
    with passwords.turn():
        hashed = authentication.another_password(known, password)
    with unfinished_writing(request) as work:
        staff = authentication.set_password(work.session, email, hashed, now=work.now, by=email)
        return authentication.begin_session(work.session, staff, now=work.now, where=where_of(request))


def set_cookie(answer: Response, runtime: Runtime, token: str) -> None:
    """Give the browser a session's token."""
    answer.set_cookie(
        cookie_name(runtime), token, max_age=int(authentication.LIFE.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=runtime.settings.https,
    )  # fmt: skip


@router.post("/desk/sign-out")
def sign_out(request: Request) -> Response:
    """End the session on the server, and the cookie with it."""
    runtime = runtime_of(request)
    token = request.cookies.get(cookie_name(runtime))
    how = None
    if token and signed_in(request):
        with runtime.writing() as (session, _office):
            how = authentication.end_session(session, token, now=runtime.now())
    single = how in authentication.SINGLE_SIGN_ON and runtime.identity_provider is not None
    answer = RedirectResponse("/desk/sign-in?out=oidc" if single else "/desk/sign-in", status_code=303)
    answer.delete_cookie(cookie_name(runtime), path="/", httponly=True, samesite="lax", secure=runtime.settings.https)
    return answer
