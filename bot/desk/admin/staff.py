"""Changing an account: name, role, unit, agency and categories; and another first password for it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.admin.pages import categories_of, first_password, page_values_of, require_page
from bot.desk.forms import Filled, Form
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading, writing
from routing.domain.errors import Invalid, NotFound
from routing.service.accounts import commands, leaving

router = APIRouter(prefix="/desk/admin/staff")

_NAME = "staff"


def _values(work: UnitOfWork, email: str) -> dict[str, Any]:
    values = page_values_of(work, _NAME)
    person = next((one for one in values["staff"] if one.row.email == email.strip().lower()), None)
    if person is None:
        raise NotFound("查無這個帳號。")
    return {**values, "person": person.row, "load": person.load, "deed": None}


@router.get("/edit")
def edit_page(request: Request, work: Reading, email: str = "") -> Response:
    """One account as a form."""
    require_page(work.actor, _NAME)
    return show(request, "admin_staff_edit.html", _values(work, email))


def _again(request: Request, form: Form, error: Invalid, deed: str) -> Response:
    with reading(request) as work:
        typed = {name: value for name, value in form.fields.items() if name != "password"}
        values = {**_values(work, form.text("email")), "typed": typed, "error": error, "deed": deed}
        return show(request, "admin_staff_edit.html", values, status=status_of(error))


@router.post("/edit")
def edit(request: Request, form: Filled) -> Response:
    """Change it; what was typed comes back when it is refused."""
    try:
        with writing(request) as work:
            require_page(work.actor, _NAME)
            leaving.change_staff(
                work.session, work.office, work.actor, form.text("email"), name=form.text("name"),
                role=form.text("role"), unit=form.optional("unit"), agency=form.optional("agency"),
                categories=categories_of(form), to=form.optional("to"), now=work.now,
                capacity=form.optional_number("capacity"),
            )  # fmt: skip
    except Invalid as error:
        return _again(request, form, error, "edit")
    return RedirectResponse("/desk/admin/staff?done=staff_changed", status_code=303)


@router.post("/password")
def reset_password(request: Request, form: Filled) -> Response:
    """Another first password."""
    with reading(request) as work:
        require_page(work.actor, _NAME)
    try:
        hashed = first_password(form)
        with writing(request) as work:
            commands.reset_password(work.session, work.actor, form.text("email"), hashed, now=work.now)
    except Invalid as error:
        return _again(request, form, error, "password")
    return RedirectResponse("/desk/admin/staff?done=password_reset", status_code=303)
