"""Firms by an identity provider that tells their 統一編號: to it, and back from it, as staff are at the desk."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.firm.pages import on, signed_in, to_sign_in
from bot.runtime import Runtime
from bot.web.limits.origin import address_of
from bot.web.oidc_trips import to_provider
from routing.domain.errors import Busy, SignInError
from routing.service.accounts import single_sign_on
from routing.service.accounts.round_trips import Trip
from routing.service.firm_pages import sign_in

router = APIRouter(include_in_schema=False)
BACK = "/firm/oidc/back"
log = structlog.get_logger("firm_pages")


def _cookie(runtime: Runtime) -> str:
    return "__Host-firm-oidc" if runtime.settings.https else "firm-oidc"


def _told(runtime: Runtime, error: SignInError) -> Response:
    log.info("firm_oidc_refused", code=error.code, reason=error.reason)
    answer = to_sign_in("unknown" if error.code == "firm_unknown" else "oidc")
    answer.delete_cookie(_cookie(runtime), path="/", httponly=True, samesite="lax", secure=runtime.settings.https)
    return answer


@router.get("/firm/oidc")
def leave(request: Request) -> Response:
    """To the provider; nothing is written."""
    runtime = on(request)
    provider = runtime.firm_provider
    if provider is None:
        return to_sign_in()
    try:
        return to_provider(runtime, provider, target="/firm", back=BACK, cookie=_cookie(runtime))
    except SignInError as error:
        return _told(runtime, error)
    except Busy:
        return to_sign_in("oidc")


@router.get(BACK)
def come_back(
    request: Request, state: str = "", code: str = "", error: str | None = None, iss: str | None = None
) -> Response:
    """From the provider, with a code for once."""
    runtime = on(request)
    if runtime.firm_provider is None:
        return to_sign_in()
    try:
        trip = single_sign_on.come_back(request.cookies.get(_cookie(runtime), ""), state, now=runtime.now())
        if error is not None or not code:
            raise SignInError("oidc_denied")  # noqa: TRY301 - told as every other
        with single_sign_on.turn():
            token = _token(request, runtime, trip, code, iss)
    except SignInError as problem:
        return _told(runtime, problem)
    except Busy:
        return to_sign_in("oidc")
    answer = signed_in(RedirectResponse("/firm", status_code=303), runtime, token)
    answer.delete_cookie(_cookie(runtime), path="/", httponly=True, samesite="lax", secure=runtime.settings.https)
    return answer


def _token(request: Request, runtime: Runtime, trip: Trip, code: str, sender: str | None) -> str:
    """A browser's token. Raises SignInError, written down; no transaction is open while the provider is asked."""
    provider, now = runtime.firm_provider, runtime.now()
    assert provider is not None  # noqa: S101 - looked at before
    address = address_of(request, runtime.settings.proxies)
    with runtime.database.writing() as session:
        admitted = single_sign_on.admit(session, trip, address=address, now=now)
    if isinstance(admitted, SignInError):
        raise admitted
    try:
        member = provider.member(
            code, single_sign_on.proofs_of(trip), back=runtime.settings.base_url + BACK, sender=sender,
            claim=runtime.settings.firm_oidc_claim, now=now,
        )  # fmt: skip
    except SignInError as error:
        with runtime.database.writing() as session:
            single_sign_on.unanswered(session, admitted, error, now=now)
        raise
    with runtime.database.writing() as session:
        token = sign_in.by_member(session, admitted, member, now=now)
    if isinstance(token, SignInError):
        raise token
    return token
