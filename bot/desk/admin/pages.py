"""Pages of administrators: accounts, absences with deputies (代理人), closures, limits, retention.

Absences are for supervisors too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.admin.tokens import page_values
from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.health import MAX_LAG
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading, writing
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.calendar.official_days import COUNTIES
from knowledge.inventory import load_inventory
from routing.domain.errors import Invalid, NotFound, OnestopError, StepNotAllowed
from routing.domain.notices import When
from routing.domain.pagination import Page
from routing.domain.permissions import Actor, Permission, roles_with
from routing.service.accounts import commands as account_commands
from routing.service.accounts import (
    leaving,
    lockout,
    passkeys,
    passwords,
    second_factor,
    sessions,
    single_sign_on,
    tokens,
)
from routing.service.accounts import queries as account_queries
from routing.service.accounts.passwords import Hashed
from routing.service.assist import switch as assist_switch
from routing.service.cases import sealed_messages
from routing.service.cases.assignment import BY_RULE
from routing.service.feeds import proposals
from routing.service.feeds import queries as feed_queries
from routing.service.maintenance import certificates, file_copies, health, keeping, retention
from routing.service.messaging import policies
from routing.service.office_calendar import commands as office_calendar_commands
from routing.service.office_calendar import due_date_refresh, limits

router = APIRouter(prefix="/desk/admin")

_PAGE = 50


def _staff(work: UnitOfWork) -> dict[str, Any]:
    return {
        "staff": account_queries.staff(work.session, now=work.now), "units": work.office.offices.units,
        "agencies": work.office.offices.agencies, "colleagues": account_queries.colleagues(work.session),
        "away": account_queries.on_leave(work.session, now=work.now), "by_rule": BY_RULE,
        "linked": single_sign_on.linked(work.session), "keyed": passkeys.owners(work.session),
        "usual_role": roles_with(Permission.UNIT_WORK)[0].value,
    }  # fmt: skip


def _absences(work: UnitOfWork) -> dict[str, Any]:
    return {
        "absences": account_queries.absences(work.session, work.actor, now=work.now),
        "people": account_queries.may_be_away(work.session, work.actor),
        "deputies": account_queries.colleagues(work.session),
        "away": account_queries.on_leave(work.session, now=work.now),
    }


def _calendar(work: UnitOfWork) -> dict[str, Any]:
    return {
        "years": office_calendar_commands.imported_years(work.session),
        "calendar": work.office.calendar,
        "proposed": proposals.waits(work.session, now=work.now),
        "counties": COUNTIES, "preview": None, "checks": (),
    }  # fmt: skip


def _keeping(work: UnitOfWork) -> dict[str, Any]:
    return {
        "kinds": keeping.listing(work.session, work.actor, work.runtime.settings.periods), "told": keeping.TOLD,
        "last": retention.last_run(work.session), "least": retention.LOG_DAYS, "preview": None,
    }  # fmt: skip


def _inventory(work: UnitOfWork) -> dict[str, Any]:
    held = keeping.in_force(work.session, work.runtime.settings.periods)
    return {"files": load_inventory().files, "days": held.plain()}


def _notices(work: UnitOfWork) -> dict[str, Any]:
    return {"policies": policies.listing(work.session, work.actor), "whens": [when.value for when in When]}


def _limits(work: UnitOfWork) -> dict[str, Any]:
    return {
        "kinds": limits.listing(work.session, work.office, work.actor, now=work.now),
        "today": local(work.now).date(), "preview": None,
    }  # fmt: skip


def _withdrawn(_work: UnitOfWork) -> dict[str, Any]:
    return {"opened": None}


def _feeds(work: UnitOfWork) -> dict[str, Any]:
    session, feeds = work.session, work.runtime.feeds
    return {
        "feeds": feed_queries.states(session, feeds), "runs": feed_queries.runs(session, feeds),
        "notices": feed_queries.notices(session, feeds, now=work.now), "parks": work.office.offices.park,
        "proposals": proposals.waiting(session, work.office, now=work.now), "decided": proposals.decided(session),
    }  # fmt: skip


def _assist(work: UnitOfWork) -> dict[str, Any]:
    endpoint = work.runtime.settings.llm_endpoint
    return {
        "register": assist_switch.register(work.session, work.actor, endpoint),
        "kept": keeping.in_force(work.session, work.runtime.settings.periods).assist,
    }


def _running(work: UnitOfWork) -> dict[str, Any]:
    session, runtime = work.session, work.runtime
    return {
        "state": health.look(session), "found": health.details(session, runtime.channels, now=work.now),
        "certificate": certificates.said(session, runtime.settings.certificate_at, now=work.now),
        "copied": file_copies.last(session, now=work.now),
        "asides": health.set_aside(session), "feeds": feed_queries.states(session, runtime.feeds),
        "database": "SQLite" if runtime.database.is_sqlite else "PostgreSQL", "late": MAX_LAG,
    }  # fmt: skip


_PAGES: dict[str, tuple[str, Callable[[UnitOfWork], dict[str, Any]]]] = {
    "staff": ("admin_staff.html", _staff),
    "access": ("admin_access.html", page_values),
    "absences": ("admin_absences.html", _absences),
    "calendar": ("admin_calendar.html", _calendar),
    "limits": ("admin_limits.html", _limits),
    "notices": ("admin_notices.html", _notices),
    "feeds": ("admin_feeds.html", _feeds),
    "assist": ("admin_assist.html", _assist),
    "keeping": ("admin_keeping.html", _keeping),
    "inventory": ("admin_inventory.html", _inventory),
    "withdrawn": ("admin_withdrawn.html", _withdrawn),
    "running": ("admin_running.html", _running),
}


def require_page(actor: Actor, name: str) -> None:
    """The pages are for administrators; leave is entered by supervisors too. Raises Forbidden."""
    if name == "absences":
        account_queries.require_leave(actor)
    else:
        account_queries.require_admin(actor)


_LISTED: dict[str, Callable[[UnitOfWork, str | None], Page[Any]]] = {
    "calendar": lambda work, cursor: office_calendar_commands.closures(work.session, limit=_PAGE, cursor=cursor),
    "limits": lambda work, cursor: limits.history(work.session, work.actor, limit=_PAGE, cursor=cursor),
    "withdrawn": lambda work, cursor: sealed_messages.listing(work.session, work.actor, limit=_PAGE, cursor=cursor),
}
"""Pages with a list that grows for ever: a part of it each, the latest first."""


def page_values_of(work: UnitOfWork, name: str, *, cursor: str | None = None) -> dict[str, Any]:
    """What the template of a page shows; ``cursor``: where a list that has pages goes on."""
    values = {"actor": work.actor, "tab": name, "typed": {}, "error": None, "done": None, **_PAGES[name][1](work)}
    if name in _LISTED:
        found = _LISTED[name](work, cursor)
        values |= {"rows": found.items, "next": found.next_cursor, "cursor": cursor}
    return values


@router.get("")
def home() -> Response:
    """The first of the pages."""
    return RedirectResponse("/desk/admin/staff", status_code=303)


@router.get("/{name}")
def admin_page(
    request: Request, work: Reading, name: str, done: str | None = None, cursor: str | None = None
) -> Response:
    """Accounts, absences or closures."""
    require_page(work.actor, name)
    if name not in _PAGES:
        raise NotFound("找不到這個頁面。")
    return show(
        request,
        _PAGES[name][0],
        {**page_values_of(work, name, cursor=cursor or None), "done": WORDS["done"].get(done or "")},
    )


def _day(form: Form, name: str) -> date:
    day = form.day(name)
    if day is None:
        raise Invalid("請填寫日期。", field=name)
    return day


def categories_of(form: Form) -> tuple[str, ...]:
    """The categories and topics that are ticked."""
    every = (*WORDS["category"], *WORDS["topic"])
    return tuple(code for code in every if form.text(f"category-{code}") == "1")


def _add_staff(work: UnitOfWork, form: Form, password: Hashed | None) -> None:
    if password is None:
        raise Invalid("請填寫密碼。", field="password")
    account_commands.add_staff(
        work.session, work.office, work.actor, email=form.text("email"), name=form.text("name"), role=form.text("role"),
        unit=form.optional("unit"), agency=form.optional("agency"), categories=categories_of(form),
        password=password, now=work.now,
    )  # fmt: skip


def _disable(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    leaving.disable_staff(
        work.session, work.office, work.actor, form.text("email"), to=form.optional("to"), now=work.now
    )


def _enable(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    leaving.enable_staff(work.session, work.actor, form.text("email"), now=work.now)


def _revoke(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    tokens.revoke(work.session, form.text("token"), now=work.now, by=work.actor.email or work.actor.name)


def _reset_second_factor(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    second_factor.reset(work.session, work.actor, form.text("email"), now=work.now)


def _remove_passkeys(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    passkeys.remove_all_of(work.session, work.actor, form.text("email"), now=work.now)


def _unlink_identity(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    single_sign_on.unlink(work.session, work.actor, form.text("email"), now=work.now)


def _end_session(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    sessions.end_for(work.session, work.actor, form.text("id"), now=work.now)


def _unlock(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    lockout.unlock(
        work.session, email=form.optional("email"), address=form.optional("address"), now=work.now,
        by=work.actor.email or work.actor.name,
    )  # fmt: skip


def _add_absence(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    account_commands.add_absence(
        work.session, work.actor, email=form.text("email"), first=_day(form, "first"), last=_day(form, "last"),
        deputy=form.optional("deputy"), now=work.now,
    )  # fmt: skip


def _remove_absence(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    account_commands.remove_absence(work.session, work.actor, form.number("id"), now=work.now)


def closure_form(form: Form) -> dict[str, Any]:
    """The closure that is typed into the form. Raises Invalid without a day, or hours without begin and end."""
    part = form.text("part")
    if part == "hours":
        if not form.text("from") or not form.text("to"):
            raise Invalid("指定時段請填開始與結束時間。", field="from" if not form.text("from") else "to")
        part = f"{form.text('from')}-{form.text('to')}"
    return {
        "day": _day(form, "day"), "county": form.text("county"), "district": form.optional("district"), "part": part,
        "source": form.optional("source"),
    }  # fmt: skip


def _close_office(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    office_calendar_commands.close_office(work.session, work.office, work.actor, now=work.now, **closure_form(form))


def _withdraw(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    office_calendar_commands.withdraw_closure(work.session, work.office, work.actor, form.number("id"), now=work.now)


def limit_form(form: Form) -> dict[str, Any]:
    """The limit that is typed into the form. Raises Invalid without a day or a number."""
    return {"kind": form.text("kind"), "since": _day(form, "since"), "days": form.number("days")}


def _set_limit(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    limits.set_limit(work.session, work.office, work.actor, why=form.text("why"), now=work.now, **limit_form(form))


def _withdraw_limit(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    limits.withdraw(work.session, work.office, work.actor, form.number("id"), now=work.now)


def _set_period(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    keeping.set_period(
        work.session, work.actor, work.runtime.settings.periods, form.text("kept"),
        days=form.optional_number("days"),
        seen=form.optional_number("seen"), why=form.text("why"), now=work.now,
    )  # fmt: skip


def _set_policy(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    policies.change(
        work.session, work.actor, form.text("notice"), when=form.text("when"),
        hours=form.optional_number("hours"), holds=form.text("holds") == "1",
        why=form.text("why"), now=work.now,
    )  # fmt: skip


def _apply(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    proposals.apply(work.session, work.office, work.actor, form.number("id"), now=work.now)


def _dismiss(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    proposals.dismiss(work.session, work.actor, form.number("id"), now=work.now)


def _decide_assist(work: UnitOfWork, form: Form, *, on: bool) -> None:
    endpoint = work.runtime.settings.llm_endpoint
    assist_switch.decide(work.session, work.actor, endpoint, on=on, reason=form.text("reason"), now=work.now)


def _assist_on(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    _decide_assist(work, form, on=True)


def _assist_off(work: UnitOfWork, form: Form, _password: Hashed | None) -> None:
    _decide_assist(work, form, on=False)


_DEEDS: dict[tuple[str, str], tuple[str, Callable[[UnitOfWork, Form, Hashed | None], None]]] = {
    ("staff", "add"): ("staff", _add_staff),
    ("staff", "disable"): ("staff", _disable),
    ("staff", "enable"): ("staff", _enable),
    ("access", "revoke"): ("token", _revoke),
    ("access", "unlock"): ("unlock", _unlock),
    ("access", "session"): ("session", _end_session),
    ("staff", "second-factor"): ("second_factor", _reset_second_factor),
    ("staff", "passkeys"): ("passkeys_removed", _remove_passkeys),
    ("staff", "identity"): ("identity", _unlink_identity),
    ("absences", "add"): ("absence", _add_absence),
    ("absences", "remove"): ("absence", _remove_absence),
    ("limits", "set"): ("limit_set", _set_limit),
    ("limits", "withdraw"): ("limit_withdrawn", _withdraw_limit),
    ("keeping", "set"): ("period", _set_period),
    ("notices", "set"): ("notice_policy", _set_policy),
    ("calendar", "close"): ("closure", _close_office),
    ("calendar", "withdraw"): ("closure", _withdraw),
    ("feeds", "apply"): ("closure_applied", _apply),
    ("feeds", "dismiss"): ("closure_dismissed", _dismiss),
    ("assist", "on"): ("assist_on", _assist_on),
    ("assist", "off"): ("assist_off", _assist_off),
}


@router.post("/{name}/{deed}")
def do(request: Request, name: str, deed: str, form: Filled) -> Response:
    """Add to or take from one of the lists; a refused form comes back as it was typed, its password aside."""
    found = _DEEDS.get((name, deed))
    if found is None:
        raise NotFound("找不到這個操作。")
    done, act = found
    try:
        with reading(request) as work:
            # Before the form is read: a slip in it shows the page again, which is not for everybody.
            require_page(work.actor, name)
        password = first_password(form) if act is _add_staff else None
        with writing(request) as work:
            require_page(work.actor, name)
            act(work, form, password)
        if name in {"calendar", "feeds"}:
            due_date_refresh.refresh_remaining(work.runtime, now=work.now)
    except (Invalid, StepNotAllowed) as error:
        return page_again(request, name, form, error)
    return RedirectResponse(f"/desk/admin/{name}?done={done}", status_code=303)


def first_password(form: Form) -> Hashed:
    """The first password of an account, worked out before the transaction that it is written in."""
    with passwords.turn():
        about = (form.text("email"), form.text("name"))
        return passwords.hash_password(form.fields.get("password", ""), about=about)


def page_again(request: Request, name: str, form: Form, error: OnestopError) -> Response:
    """The page once more, with what was typed and why it was refused."""
    with reading(request) as work:
        typed = {field: value for field, value in form.fields.items() if field != "password"}
        values = {**page_values_of(work, name), "typed": typed, "error": error}
        return show(request, _PAGES[name][0], values, status=status_of(error))
