"""Limits of kinds at the desk: what another limit would come to, before it is set."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.admin.pages import limit_form, page_again, page_values_of, require_page
from bot.desk.forms import Filled
from bot.web.templating import show
from bot.web.unit_of_work import reading
from routing.domain.errors import Invalid
from routing.service.office_calendar import limits

router = APIRouter(prefix="/desk/admin/limits")

_NAME = "limits"


@router.post("/preview")
def preview(request: Request, form: Filled) -> Response:
    """What the limit in the form would come to; nothing is written."""
    try:
        with reading(request) as work:
            require_page(work.actor, _NAME)
            found = limits.preview(work.session, work.office, work.actor, now=work.now, **limit_form(form))
            values = {**page_values_of(work, _NAME), "typed": form.fields, "preview": found}
            return show(request, "admin_limits.html", values)
    except Invalid as error:
        return page_again(request, _NAME, form, error)
