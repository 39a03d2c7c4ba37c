"""The second factor: its code while signing in, and the page where a person sets it up, renews or stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import segno
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from bot.desk.accounts import sign_in
from bot.desk.forms import Filled, Form
from bot.runtime import runtime_of
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
)
from routing.domain.errors import Invalid, OnestopError
from routing.service.accounts import authentication, second_factor
from routing.service.accounts.second_factor import Offer

router = APIRouter()

PAGE = "/desk/second-factor"
T = TypeVar("T")


@router.get("/desk/sign-in/code")
def code_page(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the query's name
    """Asks for the code of whoever has given the right password a moment ago."""
    if not _half(request):
        return RedirectResponse("/desk/sign-in", status_code=303)
    values = {"next": sign_in.local_path(next), "unsent": None, "refused": None}
    return show(request, "sign_in_code.html", values)


def _half(request: Request) -> bool:
    runtime = runtime_of(request)
    token = request.cookies.get(cookie_name(runtime), "")
    with runtime.database.reading() as session:
        return second_factor.half_signed_in(session, token, now=runtime.now()) is not None


@router.post("/desk/sign-in/code")
def give_code(request: Request, form: Filled) -> Response:
    """Check the code; a new token in its place, so that the one from before it is worth nothing."""
    runtime = runtime_of(request)
    old, now = request.cookies.get(cookie_name(runtime), ""), runtime.now()
    target = sign_in.local_path(form.optional("next"))
    address = address_of(request, runtime.settings.proxies)
    if not _half(request):
        return RedirectResponse("/desk/sign-in", status_code=303)
    with runtime.database.writing() as session:
        found = second_factor.half_signed_in(session, old, now=now)
        token = None
        if found is not None and second_factor.check(session, found[1], form.text("code"), address=address, now=now):
            row, staff = found
            authentication.succeeded(session, staff, address, now=now, how=row.how)
            where = authentication.Where(row.how, address, row.browser)
            session.delete(row)
            token = authentication.begin_session(session, staff, now=now, where=where)
            first = authentication.first_step(staff, row.how, runtime.settings.sign_in_rules)
    if token is None:
        values = {"next": target, "unsent": form.optional(pending_form.FIELD), "refused": second_factor.WRONG}
        return show(request, "sign_in_code.html", values, status=401)
    answer = sign_in.onward(request, form, target, first)
    sign_in.set_cookie(answer, runtime, token)
    return answer


def _token(request: Request) -> str:
    return request.cookies.get(cookie_name(runtime_of(request)), "")


def _page(
    request: Request, work: UnitOfWork, *, error: OnestopError | None = None, offer: Offer | None = None,
    codes: list[str] | None = None, done: str | None = None,
) -> Response:  # fmt: skip
    required = work.runtime.settings.sign_in_rules.ask_second_factor(work.actor.role)
    state = second_factor.state(work.session, _token(request), required=required, now=work.now)
    values: dict[str, Any] = {
        "actor": work.actor, "error": error, "state": state, "offer": offer, "codes": codes, "done": done,
        "picture": _picture(offer.address) if offer else None, "unfinished": required and not state.on,
    }  # fmt: skip
    return show(request, "second_factor.html", values, status=status_of(error) if error else 200)


def _picture(address: str) -> Markup:
    """The address as a QR code: an image without scripts and without styles of its own."""
    drawn = segno.make(address, error="m").svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff", title="QR code"
    )
    return Markup(drawn)  # noqa: S704 - drawn by the library from its own shapes


@router.get(PAGE)
def page(request: Request, work: UnfinishedReading) -> Response:
    """How it stands; for whoever has to have a second factor and has none, the only page."""
    return _page(request, work)


@router.post(f"{PAGE}/begin")
def begin(request: Request) -> Response:
    """Offer a secret, as a picture and as text."""
    try:
        with unfinished_writing(request) as work:
            offer = second_factor.offer(work.session, _token(request), now=work.now)
    except Invalid as error:
        return _again(request, error)
    with unfinished_reading(request) as work:
        return _page(request, work, offer=offer)


@router.post(f"{PAGE}/confirm")
def confirm(request: Request, form: Filled) -> Response:
    """Take what was offered, if the code proves that it was taken over; shows the codes for once, this once."""
    try:
        with unfinished_writing(request) as work:
            codes = second_factor.confirm(work.session, _token(request), form.text("code"), now=work.now)
            offer = None if codes else second_factor.offered(work.session, _token(request))
    except Invalid as error:
        return _again(request, error)
    wrong = Invalid("驗證碼不正確；請確認手機時間正確，輸入目前顯示的 6 位數字。", field="code", code="code_wrong")
    with unfinished_reading(request) as work:
        return _page(request, work, offer=offer, codes=codes, error=None if codes else wrong)


def _with_code(request: Request, form: Form, deed: Callable[[UnitOfWork, str, str | None], T]) -> T:
    """Do what a code is asked for; what a wrong one left behind is kept. Raises Invalid: it is wrong."""
    with unfinished_writing(request) as work:
        done = deed(work, form.text("code"), address_of(request, work.runtime.settings.proxies))
    if not done:
        raise Invalid(second_factor.WRONG, field="code", code="code_wrong")
    return done


@router.post(f"{PAGE}/codes")
def renew(request: Request, form: Filled) -> Response:
    """Other codes for once, against a code."""

    def renewed(work: UnitOfWork, code: str, address: str | None) -> list[str] | None:
        return second_factor.renew_codes(work.session, _token(request), code, address=address, now=work.now)

    try:
        codes = _with_code(request, form, renewed)
    except Invalid as error:
        return _again(request, error)
    with unfinished_reading(request) as work:
        return _page(request, work, codes=codes)


@router.post(f"{PAGE}/remove")
def remove(request: Request, form: Filled) -> Response:
    """Do without, against a code."""

    def removed(work: UnitOfWork, code: str, address: str | None) -> bool:
        required = work.runtime.settings.sign_in_rules.ask_second_factor(work.actor.role)
        return second_factor.remove(
            work.session, _token(request), code, required=required, address=address, now=work.now
        )

    try:
        _with_code(request, form, removed)
    except Invalid as error:
        return _again(request, error)
    with unfinished_reading(request) as work:
        return _page(request, work, done="已停用驗證碼。")


def _again(request: Request, error: OnestopError) -> Response:
    with unfinished_reading(request) as work:
        return _page(request, work, error=error)
