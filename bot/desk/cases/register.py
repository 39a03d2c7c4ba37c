"""Asking the commercial register about the firm of a case, from its page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.runtime import runtime_of
from bot.web.unit_of_work import reading
from routing.domain.errors import Invalid
from routing.service.cases import locked_case
from routing.service.feeds import registry_feed

router = APIRouter()


@router.post("/desk/cases/{number}/registry")
def ask(request: Request, number: str) -> Response:
    """Ask now, whatever is known; outside of any transaction, since the register may be slow."""
    runtime = runtime_of(request)
    with reading(request) as work:
        firm = locked_case.firm_to_change(work.session, number, work.actor)
        ubn = (firm.ubn or firm.claimed_ubn) if firm is not None else None
        feed, now = runtime.feeds.get("registry"), work.now
    if feed is None:
        raise Invalid("商工登記尚未啟用。", code="feed_off")
    if not ubn:
        raise Invalid("本案廠商沒有統一編號。", code="firm_without_ubn")
    found = registry_feed.ensure(runtime, feed, runtime.feed_client, ubn, now=now, anew=True)
    done = "registry" if found is not None else "registry_failed"
    return RedirectResponse(f"/desk/cases/{number}?done={done}", status_code=303)
