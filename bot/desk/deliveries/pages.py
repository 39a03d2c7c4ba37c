"""Messages that have not certainly reached LINE, to be sent again by a person, and events that could not be handled."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.accounts.sign_in import local_path
from bot.desk.forms import Filled
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, writing
from bot.web.words import WORDS
from routing.domain.pagination import page_of
from routing.service.messaging import deliveries as message_deliveries
from routing.service.messaging import quota

router = APIRouter()

_TROUBLED = ("dead", "unknown", "pending", "leased")
_PAGE = 50


@router.get("/desk/deliveries")
def deliveries_page(
    request: Request, work: Reading, state: str | None = None, before: RowId | None = None, done: str | None = None
) -> Response:
    """Messages by state; those that want a person first."""
    states = (state,) if state in WORDS["delivery"] else _TROUBLED
    rows = message_deliveries.deliveries(work.session, work.actor, states=states, before_id=before, limit=_PAGE + 1)
    page = page_of(rows, _PAGE, lambda one: one.row.id)
    values = {
        "actor": work.actor,
        "rows": page.items,
        "next": page.next_cursor,
        "counts": message_deliveries.counts(work.session, work.actor),
        "state": state if state in WORDS["delivery"] else "",
        "quotas": quota.running_out(
            work.session, work.office.channels, warn_at=work.runtime.settings.quota_warning, now=work.now
        ),
        "events": message_deliveries.set_aside_events(work.session, work.actor),
        "done": WORDS["done"].get(done or ""),
    }
    return show(request, "deliveries.html", values)


@router.post("/desk/deliveries/{outbox_id}/resend")
def resend(request: Request, outbox_id: RowId, form: Filled) -> Response:
    """Send a message once more, because a person decided so."""
    with writing(request) as work:
        message_deliveries.resend(work.session, work.office, work.actor, outbox_id, now=work.now)
    back = local_path(form.optional("back") or "/desk/deliveries")
    return RedirectResponse(f"{back}?done=resend", status_code=303)
