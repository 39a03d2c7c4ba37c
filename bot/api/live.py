"""What changes while one looks on, as server-sent events (contract §9)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from bot.api.problems import PROBLEMS
from bot.api.schemas.requests import Word
from bot.web.bodies import StrictRoute
from bot.web.live import Live
from bot.web.unit_of_work import who_watches

router = APIRouter(route_class=StrictRoute, tags=["cases"], responses=PROBLEMS)

_STREAM = {
    200: {
        "description": "事件串流：case（案號與版本）、bell（未讀 unread，即待處理件數 cases 加未讀提醒 reminders）；"
        "presence=true 時另有 presence（誰正在看或填寫 case 所列案件）",
        "content": {"text/event-stream": {}},
    }
}


@router.get("/live", response_class=StreamingResponse, responses=_STREAM)  # type: ignore[arg-type]
async def live(
    request: Request,
    case: Annotated[list[Word], Query(max_length=50)] = [],  # noqa: B006
    presence: bool = False,
) -> StreamingResponse:
    """Server-sent events: ``case`` with number and version, of every change in a case that the caller may see.

    ``bell`` says how many cases want the caller. ``case`` in the query names cases that are told of at the beginning.
    The stream ends with the session or token, and after a quarter of an hour; a browser begins anew by itself.
    """
    streams: Live = request.app.state.live
    words = await streams.follow(partial(who_watches, request), case, presence=presence)
    return StreamingResponse(words, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
