"""Steps of a case: one call for each path of ``bot.web.case_steps``, answered with the case as it is afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from bot.api.problems import CHANGED, CREATED, PROBLEMS, Number
from bot.api.request_handling import Call, Calling
from bot.api.schemas.cases import Case
from bot.web.bodies import StrictRoute
from bot.web.case_steps import TABLE, of_body, of_path
from bot.web.fields import Body
from routing.domain.steps import ADDING
from routing.service.cases.notifying import push

router = APIRouter(route_class=StrictRoute, prefix="/cases/{number}", tags=["steps"], responses=PROBLEMS)


def _endpoint(path: str, model: Any, status: int) -> Callable[..., Response]:
    needed = any(field.is_required() for field in model.model_fields.values())

    def take(call: Call, number: str, body: Body | None) -> Response:
        given: Body = model() if body is None else body
        step = of_body(path, given)
        adding = step.name in ADDING
        return call.change(number, lambda locked: step.do(locked, given, push), status=status, adding=adding)

    if not needed:
        take.__defaults__ = (None,)
    # FastAPI reads the signature: the body's model differs from path to path.
    take.__annotations__ = {
        "call": Calling, "number": Number, "body": model if needed else model | None, "return": Response
    }  # fmt: skip
    return take


for _path in dict.fromkeys(step.path for step in TABLE if not step.own_call):
    _steps = of_path(_path)
    _status = 201 if _steps[0].creates else 200
    router.add_api_route(
        f"/{_path}", _endpoint(_path, _steps[0].body, _status), methods=["POST"], status_code=_status,
        response_model=Case, responses=CREATED if _status == 201 else CHANGED,
        name=_path.rpartition("/")[2], description="\n\n".join(step.do.__doc__ or "" for step in _steps),
    )  # fmt: skip
