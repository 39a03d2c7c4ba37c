"""Signing in by the agency's identity provider: to it, back from it, out of it, and its word that somebody is out.

The first three are links and no forms: a form may lead to our own pages only (``form-action``). The provider is asked
between transactions, never inside one. Errors are told on the sign-in page, by their code.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.desk.accounts import sign_in
from bot.desk.forms import Filled
from bot.runtime import Runtime, runtime_of
from bot.web import pending_form
from bot.web.limits.origin import address_of
from bot.web.oidc_trips import to_provider
from bot.web.templating import show
from bot.web.unit_of_work import cookie_name
from routing.domain.errors import Busy, SignInError
from routing.ports import Identity
from routing.service.accounts import authentication, single_sign_on
from routing.service.accounts.round_trips import Admitted, Trip

router = APIRouter()

BACK = "/desk/sign-in/oidc/back"
_LONGEST_TOKEN = 16 * 1024
log = structlog.get_logger("oidc")


def _cookie(runtime: Runtime) -> str:
    return "__Host-oidc" if runtime.settings.https else "oidc"


def _told(runtime: Runtime, error: SignInError, target: str = sign_in.HOME) -> Response:
    """Back to the sign-in page, which says what was wrong."""
    log.info("oidc_refused", code=error.code, reason=error.reason)
    address = f"/desk/sign-in?next={quote(target, safe='/')}&problem={error.code}"
    answer = RedirectResponse(address, status_code=303)
    answer.delete_cookie(_cookie(runtime), path="/", httponly=True, samesite="lax", secure=runtime.settings.https)
    return answer


@router.get("/desk/sign-in/oidc")
def leave(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the query's name
    """To the provider. What the way back will be checked by stays in the browser; nothing is written."""
    runtime, target = runtime_of(request), sign_in.local_path(next)
    provider = runtime.identity_provider
    if provider is None:
        return RedirectResponse("/desk/sign-in", status_code=303)
    try:
        return to_provider(runtime, provider, target=target, back=BACK, cookie=_cookie(runtime))
    except SignInError as error:
        return _told(runtime, error, target)


@router.get(BACK)
def come_back(
    request: Request, state: str = "", code: str = "", error: str | None = None, iss: str | None = None
) -> Response:
    """From the provider, with a code for once. It is exchanged and checked here; the browser keeps none of it."""
    runtime = runtime_of(request)
    if runtime.identity_provider is None:
        return RedirectResponse("/desk/sign-in", status_code=303)
    now, target = runtime.now(), sign_in.HOME
    try:
        trip = single_sign_on.come_back(request.cookies.get(_cookie(runtime), ""), state, now=now)
        target = sign_in.local_path(trip.target)
        if error is not None or not code:
            raise SignInError("oidc_denied")  # noqa: TRY301 - told as every other
        with single_sign_on.turn():
            return _entered(request, trip, code, iss, target)
    except SignInError as problem:
        return _told(runtime, problem, target)


def _entered(request: Request, trip: Trip, code: str, sender: str | None, target: str) -> Response:
    """Signed in, or half-way where a code of the second factor is missing. Raises SignInError."""
    runtime = runtime_of(request)
    now, address = runtime.now(), address_of(request, runtime.settings.proxies)
    with runtime.database.writing() as session:
        admitted = single_sign_on.admit(session, trip, address=address, now=now)
    if isinstance(admitted, SignInError):
        raise admitted
    identity = _asked(runtime, admitted, trip, code, sender)
    with runtime.database.writing() as session:
        settled = single_sign_on.settle(session, admitted, identity, now=now)
        if not isinstance(settled, SignInError):
            where = sign_in.where_of(request, settled.how)
            token = authentication.begin_session(session, settled.staff, now=now, where=where, stage=settled.stage)
            old = request.cookies.get(cookie_name(runtime))
            if old:
                authentication.end_session(session, old, now=now)
    if isinstance(settled, SignInError):
        raise settled
    half = f"/desk/sign-in/code?next={quote(target, safe='/')}"
    answer = RedirectResponse(half if settled.stage else target, status_code=303)
    sign_in.set_cookie(answer, runtime, token)
    answer.delete_cookie(_cookie(runtime), path="/", httponly=True, samesite="lax", secure=runtime.settings.https)
    return answer


def _asked(runtime: Runtime, admitted: Admitted, trip: Trip, code: str, sender: str | None) -> Identity:
    """Whose the code is; no transaction is open meanwhile. Raises SignInError, written down."""
    provider, now = runtime.identity_provider, runtime.now()
    assert provider is not None  # noqa: S101 - looked at before
    back = runtime.settings.base_url + BACK
    try:
        return provider.identity(code, single_sign_on.proofs_of(trip), back=back, sender=sender, now=now)
    except SignInError as error:
        with runtime.database.writing() as session:
            single_sign_on.unanswered(session, admitted, error, now=now)
        raise


@router.post("/desk/sign-in/resume")
def resume(request: Request, form: Filled) -> Response:
    """What was typed before the session ended, for whoever has signed in meanwhile in another tab."""
    target = sign_in.local_path(form.optional("next"))
    if sign_in.signed_in(request):
        return sign_in.onward(request, form, target, None)
    values = {
        "next": target, "email": "", "unsent": form.optional(pending_form.FIELD), "refused": "尚未登入；請先登入。",
    }  # fmt: skip
    return show(request, "sign_in.html", values, status=401)


@router.post("/desk/sign-in/oidc/ended")
def ended(request: Request, form: Filled) -> Response:
    """The provider says, itself, that somebody has signed out there (Back-Channel Logout 1.0, 2.5 to 2.8).

    Whoever it is, is not told; what is refused is logged and written nowhere, for anybody may send it.
    """
    runtime, token = runtime_of(request), form.fields.get("logout_token", "")
    provider = runtime.identity_provider
    if provider is None or not token or len(token) > _LONGEST_TOKEN:
        return _not_ended("no_token")
    try:
        with single_sign_on.turn():
            ending = provider.ending(token, now=runtime.now())
    except Busy:
        return _not_ended("busy", HTTPStatus.SERVICE_UNAVAILABLE)
    except SignInError as error:
        silent = error.code == "oidc_unreachable"
        return _not_ended(error.reason, HTTPStatus.SERVICE_UNAVAILABLE if silent else HTTPStatus.BAD_REQUEST)
    with runtime.database.writing() as session:
        count = single_sign_on.ended_there(session, ending, now=runtime.now())
    log.info("oidc_ended", sessions=count)
    return Response(status_code=HTTPStatus.OK)


def _not_ended(why: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Response:
    log.info("oidc_ending_refused", reason=why)
    return JSONResponse({"error": "invalid_request"}, status_code=status)


@router.get("/desk/sign-in/oidc/out")
def leave_provider(request: Request) -> Response:
    """Out of the provider, too, for whoever shares a computer: our own session is over already."""
    runtime = runtime_of(request)
    home = RedirectResponse("/desk/sign-in", status_code=303)
    if runtime.identity_provider is None:
        return home
    try:
        with single_sign_on.turn():
            back = f"{runtime.settings.base_url}/desk/sign-in"
            address = runtime.identity_provider.leaving(back, now=runtime.now())
    except SignInError as error:
        return _told(runtime, error)
    return RedirectResponse(address, status_code=303) if address else home
