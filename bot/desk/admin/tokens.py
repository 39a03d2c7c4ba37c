"""A new API token at the desk: the answer to the form shows it, once; no page can show it again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Filled
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import UnitOfWork, reading, writing
from routing.domain.errors import Invalid
from routing.domain.permissions import TokenScope
from routing.service.accounts import lockout, sessions, tokens
from routing.service.accounts import queries as account_queries

router = APIRouter(prefix="/desk/admin/access")


def page_values(work: UnitOfWork) -> dict[str, Any]:
    """What the page of tokens, locks and sessions shows."""
    return {
        "tokens": tokens.listing(work.session, now=work.now), "locks": lockout.locks(work.session, now=work.now),
        "people": account_queries.active(work.session), "usual_scope": TokenScope.READ.value,
        "usual_days": work.runtime.settings.token_days, "most_days": tokens.MOST_DAYS, "made": None,
        "soon_days": 14,
        "sessions": sessions.everybody(work.session, work.actor, now=work.now),
    }  # fmt: skip


@router.post("/token")
def create(request: Request, form: Filled) -> Response:
    """Make a token, or show the form again with what is wrong in it."""
    made, error = None, None
    try:
        with reading(request) as work:
            account_queries.require_admin(work.actor)
        with writing(request) as work:
            made = tokens.create_at_desk(
                work.session, work.actor, email=form.text("email"), scope=form.text("scope"), days=form.number("days"),
                purpose=form.text("purpose"), now=work.now,
            )  # fmt: skip
    except Invalid as refused:
        error = refused
    with reading(request) as work:
        values = {
            **page_values(work), "actor": work.actor, "tab": "access", "done": None, "error": error, "made": made,
            "typed": form.fields if error else {},
        }  # fmt: skip
        return show(request, "admin_access.html", values, status=status_of(error) if error else 201)
