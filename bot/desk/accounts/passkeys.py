"""Passkeys: the page where a person adds and removes them, and signing in with one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.accounts import sign_in
from bot.desk.forms import Filled
from bot.runtime import Runtime, runtime_of
from bot.web import pending_form
from bot.web.errors import status_of
from bot.web.limits.origin import address_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, cookie_name, reading, writing
from routing.domain.errors import Invalid, NotFound, OnestopError, SignInError
from routing.service.accounts import authentication, passkeys, round_trips
from routing.service.accounts.passkeys import Site
from routing.service.accounts.round_trips import Trip

router = APIRouter()

PAGE = "/desk/passkeys"
SIGN_IN = "/desk/sign-in/passkey"


def _site(runtime: Runtime) -> Site:
    """For whom passkeys are made here. Raises NotFound: browsers make none for this address."""
    domain = runtime.settings.passkey_domain
    if domain is None:
        raise NotFound("這個網址不能使用通行金鑰。")
    return Site(domain, runtime.settings.base_url)


def _cookie(runtime: Runtime) -> str:
    return "__Host-passkey" if runtime.settings.https else "passkey"


def _keep(answer: Response, runtime: Runtime, trip: Trip) -> Response:
    """Leave the secret of what was begun in the browser."""
    answer.set_cookie(
        _cookie(runtime), trip.cookie(), max_age=int(round_trips.LIFE.total_seconds()), path="/", httponly=True,
        samesite="strict", secure=runtime.settings.https,
    )  # fmt: skip
    return answer


def _trip(request: Request, runtime: Runtime) -> Trip | None:
    return round_trips.read(request.cookies.get(_cookie(runtime), ""), now=runtime.now())


def _page(
    request: Request, work: UnitOfWork, *, error: OnestopError | None = None, offer: str | None = None,
    done: str | None = None,
) -> Response:  # fmt: skip
    found, fresh = passkeys.own(work.session, _token(request, work.runtime), now=work.now)
    values: dict[str, Any] = {
        "actor": work.actor, "error": error, "offer": offer, "done": done, "found": found, "fresh": fresh,
        "longest": passkeys.LONGEST_NAME,
    }  # fmt: skip
    return show(request, "passkeys.html", values, status=status_of(error) if error else 200)


def _token(request: Request, runtime: Runtime) -> str:
    return request.cookies.get(cookie_name(runtime), "")


@router.get(PAGE)
def page(request: Request, work: Reading) -> Response:
    """The own passkeys."""
    _site(work.runtime)
    return _page(request, work)


@router.post(f"{PAGE}/begin")
def begin(request: Request) -> Response:
    """Offer to make one: the page by which the browser asks the device."""
    runtime = runtime_of(request)
    with reading(request) as work:
        trip = round_trips.begin("", now=work.now)
        try:
            offer = passkeys.offer(work.session, _token(request, runtime), trip, _site(runtime), now=work.now)
        except Invalid as error:
            return _page(request, work, error=error)
        return _keep(_page(request, work, offer=offer), runtime, trip)


@router.post(f"{PAGE}/add")
def add(request: Request, form: Filled) -> Response:
    """Keep what the device made."""
    runtime = runtime_of(request)
    trip = _trip(request, runtime)
    if trip is None:
        with reading(request) as work:
            state = "passkey_state"
            return _page(request, work, error=Invalid(SignInError.SENTENCES[state], code=state))
    try:
        with writing(request) as work:
            passkeys.add(
                work.session, _token(request, runtime), trip, form.fields.get("credential", ""), _site(runtime),
                name=form.text("name"), now=work.now,
            )  # fmt: skip
    except Invalid as error:
        with reading(request) as work:
            return _page(request, work, error=error)
    with reading(request) as work:
        return _page(request, work, done="已新增通行金鑰，下次可用它登入。")


@router.post(f"{PAGE}/remove")
def remove(request: Request, form: Filled) -> Response:
    """Take one away."""
    with writing(request) as work:
        passkeys.remove(work.session, _token(request, work.runtime), form.number("id"), now=work.now)
    with reading(request) as work:
        return _page(request, work, done="已刪除通行金鑰；裝置上的也請自行刪除。")


@router.post(SIGN_IN)
def ask(request: Request, form: Filled) -> Response:
    """The page by which the browser asks the device. Nothing is written; words typed before are carried along."""
    runtime = runtime_of(request)
    trip = round_trips.begin("", now=runtime.now())
    values = {
        "next": sign_in.local_path(form.optional("next")), "unsent": form.optional(pending_form.FIELD),
        "options": passkeys.asking(trip, _site(runtime)),
    }  # fmt: skip
    return _keep(show(request, "sign_in_passkey.html", values), runtime, trip)


@router.post(f"{SIGN_IN}/check")
def check(request: Request, form: Filled) -> Response:
    """What the device answered: a new token in any case, as by password."""
    runtime = runtime_of(request)
    site, target, now = _site(runtime), sign_in.local_path(form.optional("next")), runtime.now()
    trip, address = _trip(request, runtime), address_of(request, runtime.settings.proxies)
    if trip is None:
        return sign_in.refused(request, "", target, form.optional(pending_form.FIELD), SignInError("passkey_state"))
    sent, rules, token = form.fields.get("credential", ""), runtime.settings.sign_in_rules, ""
    with runtime.database.writing() as session:
        settled: Any = passkeys.admit(session, trip, address=address, now=now)
        if not isinstance(settled, SignInError):
            settled = passkeys.settle(session, settled, trip, sent, site, rules=rules, now=now)
        if not isinstance(settled, SignInError):
            where = sign_in.where_of(request, "passkey")
            token = authentication.begin_session(session, settled, now=now, where=where)
            authentication.end_session(session, _token(request, runtime), now=now)
            first = authentication.first_step(settled, "passkey", rules)
    if isinstance(settled, SignInError):
        return sign_in.refused(request, "", target, form.optional(pending_form.FIELD), settled)
    answer = sign_in.onward(request, form, target, first)
    sign_in.set_cookie(answer, runtime, token)
    answer.delete_cookie(_cookie(runtime), path="/", httponly=True, samesite="strict", secure=runtime.settings.https)
    return answer


@router.get(SIGN_IN)
def lost() -> Response:
    """The page came as the answer to a form; loaded again it begins anew."""
    return RedirectResponse("/desk/sign-in", status_code=303)
