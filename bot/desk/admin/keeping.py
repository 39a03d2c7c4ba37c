"""Periods of keeping at the desk: what another period would erase, before it is set."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.admin.pages import page_again, page_values_of, require_page
from bot.desk.forms import Filled
from bot.web.templating import show
from bot.web.unit_of_work import reading
from routing.domain.errors import Invalid
from routing.service.maintenance import keeping

router = APIRouter(prefix="/desk/admin/keeping")

_NAME = "keeping"


@router.post("/preview")
def preview(request: Request, form: Filled) -> Response:
    """How much the period in the form would erase; nothing is written."""
    try:
        with reading(request) as work:
            require_page(work.actor, _NAME)
            days = form.optional_number("days")
            settings = work.runtime.settings.periods
            found = keeping.preview(work.session, work.actor, settings, form.text("kept"), days=days, now=work.now)
            values = {**page_values_of(work, _NAME), "typed": form.fields, "preview": found}
            return show(request, "admin_keeping.html", values)
    except Invalid as error:
        return page_again(request, _NAME, form, error)
