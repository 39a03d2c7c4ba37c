"""That a page of a case is open, said by the page itself; it keeps no session alive that its person has left."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from bot.desk.forms import Filled
from bot.runtime import runtime_of
from bot.web.live import people_json
from bot.web.unit_of_work import who_watches
from routing.service.cases import presence

router = APIRouter()


@router.post("/desk/cases/{number}/presence")
def say(request: Request, number: str, form: Filled) -> JSONResponse:
    """The page is open, typed in or closed; answered with who else has the case open."""
    runtime, actor = runtime_of(request), who_watches(request)
    typing, leaving, now = form.text("typing") == "yes", form.text("leaving") == "yes", runtime.now()
    with runtime.database.writing() as session:
        presence.say(session, actor, number, typing=typing, leaving=leaving, now=now)
        here = presence.here(session, [number], now=now).get(number, ())
        people = people_json(presence.others(here, actor))
    return JSONResponse({"people": people}, headers={"Cache-Control": "no-store"})
