"""A firm in a browser: the cases that its people share, each with its conversation, and words and files added to one.

Off unless ``ONESTOP_FIRM_PAGES`` is on. Nothing of the desk is reached from here: another cookie, another table of
sessions, and no person of staff behind it. Everything is told in the language that the browser has chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.runtime import Runtime, runtime_of
from bot.web.bodies import read_form
from bot.web.limits.origin import address_of
from bot.web.sent_files import chosen, too_much
from bot.web.templating import page
from knowledge.language.sensitive import hidden
from knowledge.vocabulary import READING_LANGUAGES
from knowledge.wording import reading_language
from routing.domain.errors import Invalid, NotFound, OnestopError, StepNotAllowed, Unauthenticated, Unavailable
from routing.domain.files import FileRefused, FileTooLarge, Sent
from routing.service.files.commands import prepared
from routing.service.firm_pages import sign_in
from routing.service.firm_pages.cases import Looking
from routing.service.firm_pages.sign_in import Visitor

router = APIRouter(include_in_schema=False)
log = structlog.get_logger("firm_pages")

_TOLD = {
    "firm_case_closed": "closed", "firm_words_empty": "nothing", "too_long": "too_long", "firm_words_often": "often",
}  # fmt: skip
_MOST_FORM = 64 * 1024


def on(request: Request) -> Runtime:
    """The runtime, where there are such pages. Raises NotFound: they are off."""
    runtime = runtime_of(request)
    if not runtime.settings.firm_pages:
        raise NotFound("查無此頁。")
    return runtime


def cookie_name(runtime: Runtime) -> str:
    """The cookie of a signed-in browser."""
    return "__Host-firm" if runtime.settings.https else "firm"


def language_of(request: Request) -> str:
    """What is read: as just chosen, as chosen before, as the browser prefers."""
    asked = request.query_params.get("lang") or request.cookies.get("firm-language")
    if asked in set(READING_LANGUAGES):
        return str(asked)
    return reading_language(request.headers.get("accept-language", "").partition(",")[0].partition(";")[0] or None)


def shown(request: Request, template: str, values: dict[str, Any], *, status: int = 200) -> Response:
    """A page in the language that is read, which the browser keeps."""
    runtime, language = runtime_of(request), language_of(request)
    say = partial(_say, runtime, language)
    shared = {"say": say, "language": language, "visitor": None, "here": request.url.path.removesuffix("/words")}
    answer = page(request, template, {**shared, **values}, status=status)
    answer.set_cookie(
        "firm-language", language, max_age=365 * 86400, path="/firm", httponly=True, samesite="lax",
        secure=runtime.settings.https,
    )  # fmt: skip
    return answer


def _say(runtime: Runtime, language: str, key: str, **values: object) -> str:
    return runtime.office_provider.base.sentences.say(key, language, **values)


def signed_in(answer: Response, runtime: Runtime, token: str) -> Response:
    """With the cookie of a browser that has just signed in."""
    answer.set_cookie(
        cookie_name(runtime), token, max_age=int(sign_in.LIFE.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=runtime.settings.https,
    )  # fmt: skip
    return answer


def to_sign_in(problem: str | None = None) -> Response:
    """Where firms sign in."""
    return RedirectResponse(f"/firm/sign-in{f'?problem={problem}' if problem else ''}", status_code=303)


def _looking(request: Request, runtime: Runtime, session: Any, office: Any) -> Looking:
    now = runtime.now()
    visitor = sign_in.who(session, request.cookies.get(cookie_name(runtime)), now=now)
    return Looking(session, office, runtime.reader, visitor, language_of(request), now)


def _used(runtime: Runtime, visitor: Visitor) -> None:
    if visitor.stale:
        with runtime.database.writing() as session:
            sign_in.keep(session, visitor, now=runtime.now())


@router.get("/firm/sign-in")
def sign_in_page(request: Request, problem: str | None = None, mailed: bool = False) -> Response:
    """The form."""
    runtime = on(request)
    values = {
        "refused": {"oidc": "oidc_failed", "unknown": "unknown"}.get(problem or ""), "mailed": mailed, "ubn": "",
        "mail": runtime.mailer is not None, "provider": runtime.firm_provider is not None,
    }  # fmt: skip
    return shown(request, "firm_sign_in.html", values)


@dataclass(slots=True)
class Typed:
    """What came with a form; ``refused``: why its files are not taken."""

    fields: dict[str, str]
    sent: tuple[Sent, ...] = ()
    refused: OnestopError | None = None
    visitor: bool = field(default=True)

    def text(self, name: str) -> str:
        """A field without blanks around it."""
        return self.fields.get(name, "").strip()


async def _typed(request: Request) -> Typed:
    sent = await read_form(request, files=0, fields=10, most_bytes=_MOST_FORM)
    return Typed({name: value.replace("\x00", "") for name, value in sent.items() if isinstance(value, str)})


def _is_signed_in(request: Request) -> bool:
    """Whether a browser may bring files at all; looked at before any is read."""
    runtime = on(request)
    with runtime.reading() as (session, _office):
        try:
            sign_in.who(session, request.cookies.get(cookie_name(runtime)), now=runtime.now())
        except Unauthenticated:
            return False
    return True


async def _typed_with_files(request: Request, known: Annotated[bool, Depends(_is_signed_in)]) -> Typed:
    if not known:
        return Typed({}, visitor=False)
    sent = await read_form(request, files=50, fields=10, most_bytes=_MOST_FORM)
    try:
        fields = {name: value.replace("\x00", "") for name, value in sent.items() if isinstance(value, str)}
        files = chosen(sent)
        problem = too_much(files)
        read = () if problem else tuple([Sent(await one.read(), hidden(one.filename or "")[0]) for one in files])
        return Typed(fields, read, problem)
    finally:
        await sent.close()


@router.post("/firm/sign-in")
def enter(request: Request, typed: Annotated[Typed, Depends(_typed)]) -> Response:
    """Number and code; what does not fit is told without a reason."""
    runtime = on(request)
    now, address = runtime.now(), address_of(request, runtime.settings.proxies)
    ubn = typed.text("ubn")[:20]
    code = "".join(sign for sign in typed.text("code").upper()[:40] if sign.isalnum())
    with runtime.database.reading() as session:
        # Those who are stopped write nothing.
        token = None
        stopped = sign_in.shut(session, ubn, address, now=now)
    if not stopped:
        with runtime.database.writing() as session:
            token = sign_in.by_code(session, ubn, code, address=address, now=now)
    if token is None:
        values = {
            "refused": "refused", "mailed": False, "ubn": ubn, "mail": runtime.mailer is not None,
            "provider": runtime.firm_provider is not None,
        }  # fmt: skip
        return shown(request, "firm_sign_in.html", values, status=401)
    return signed_in(RedirectResponse("/firm", status_code=303), runtime, token)


@router.post("/firm/code")
def mail_code(request: Request, typed: Annotated[Typed, Depends(_typed)]) -> Response:
    """Have a code mailed to the address of the firm's record; whether one goes is told to nobody."""
    runtime = on(request)
    address, ubn = address_of(request, runtime.settings.proxies), typed.text("ubn")[:20]
    with runtime.database.reading() as session:
        stopped = sign_in.shut(session, ubn, address, now=runtime.now())
    if not stopped and runtime.mailer is not None:
        with runtime.writing() as (session, office):
            sign_in.mail_code(session, office, ubn, language_of(request), now=runtime.now())
    return RedirectResponse("/firm/sign-in?mailed=true", status_code=303)


@router.post("/firm/sign-out")
def leave(request: Request) -> Response:
    """The session is over, here and on the server."""
    runtime = on(request)
    token = request.cookies.get(cookie_name(runtime))
    if token:
        with runtime.database.writing() as session:
            sign_in.leave(session, token, now=runtime.now())
    answer = to_sign_in()
    answer.delete_cookie(cookie_name(runtime), path="/", httponly=True, samesite="lax", secure=runtime.settings.https)
    return answer


@router.get("/firm")
def listing(request: Request, page: int = 1) -> Response:
    """The cases that colleagues share, open ones first."""
    runtime = on(request)
    number = min(max(page, 1), 10_000)
    try:
        with runtime.reading() as (session, office):
            looking = _looking(request, runtime, session, office)
            cards, more = looking.page(number)
    except Unauthenticated:
        return to_sign_in()
    _used(runtime, looking.visitor)
    values = {"visitor": looking.visitor, "cards": cards, "more": more, "page": number}
    return shown(request, "firm_cases.html", values)


@router.get("/firm/cases/{number}")
def case(request: Request, number: str, sent: str | None = None) -> Response:
    """One case: where it stands, what was said, and a form to add to it."""
    return _case(request, number, done="masked" if sent == "masked" else "sent" if sent else None)


def _case(
    request: Request, number: str, *, done: str | None = None, problem: str | None = None, text: str = ""
) -> Response:
    runtime = on(request)
    try:
        with runtime.reading() as (session, office):
            looking = _looking(request, runtime, session, office)
            found = looking.case(number, secret=runtime.settings.secret_key)
    except Unauthenticated:
        return to_sign_in()
    except NotFound:
        return shown(request, "firm_gone.html", {"key": "not_found"}, status=404)
    _used(runtime, looking.visitor)
    values = {"visitor": looking.visitor, "found": found, "done": done, "problem": problem, "text": text}
    return shown(request, "firm_case.html", values, status=422 if problem else 200)


@router.post("/firm/cases/{number}/words")
def add(request: Request, number: str, typed: Annotated[Typed, Depends(_typed_with_files)]) -> Response:
    """Add words and files to a case."""
    on(request)
    if not typed.visitor:
        return to_sign_in()
    try:
        masked = _added(request, number, typed)
    except Unauthenticated:
        return to_sign_in()
    except NotFound:
        return shown(request, "firm_gone.html", {"key": "not_found"}, status=404)
    except (Invalid, StepNotAllowed, Unavailable) as error:
        return _case(request, number, problem=_why(error), text=typed.text("text"))
    return RedirectResponse(f"/firm/cases/{number}?sent={'masked' if masked else 'yes'}", status_code=303)


def _added(request: Request, number: str, typed: Typed) -> bool:
    """Whether something of what was added was made unreadable. Raises as ``Looking.add`` and ``prepared``."""
    runtime = on(request)
    if typed.refused is not None:
        raise typed.refused
    with (
        prepared(typed.sent, runtime.files, runtime.scanner, secret=runtime.settings.secret_key) as batch,
        runtime.writing() as (session, office),
    ):
        return _looking(request, runtime, session, office).add(number, typed.text("text"), batch)


def _why(error: OnestopError) -> str:
    """What is told of a refusal, by the key of its sentence."""
    files = isinstance(error, FileRefused | FileTooLarge) or getattr(error, "field", None) == "file"
    return _TOLD.get(error.code, "file_refused" if files else "unavailable")
