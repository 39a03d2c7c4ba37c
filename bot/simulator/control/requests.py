"""Reading control requests: JSON, uploaded bytes, and the options every action takes."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from bot.simulator.events import Happening
from bot.simulator.state import Json

# Parts of the event that a test may set itself.
_OVERRIDES = ("timestamp", "mode", "webhookEventId", "replyToken", "deliveryContext")
_WAIT_SECONDS = 10.0


class BadControl(Exception):
    """A control request that makes no sense; becomes 422 with the reason."""


class Unknown(Exception):
    """A user, group or message that does not exist; becomes 404."""


async def read_json(request: Request) -> Json:
    """The JSON object in the body; an empty body is an empty object."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise BadControl("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise BadControl("The body must be a JSON object.")
    return value


def need(body: Json, name: str) -> str:
    """A text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadControl(f"'{name}' must be a text that is not empty.")
    return value


def overrides(body: Json) -> Json:
    """The parts of the event that the caller fixes, plus whatever stands in `extra`."""
    extra: Any = body.get("extra") or {}
    return {**{name: body[name] for name in _OVERRIDES if name in body}, **extra}


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes sent to the simulator, with the options that came along."""

    data: bytes
    media_type: str
    file_name: str
    options: Json


async def read_upload(request: Request, fallback: bytes, media_type: str, file_name: str) -> Upload:
    """Bytes from a multipart field `file`, a raw body, or JSON `{base64 | text, fileName, mediaType}`."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    options: Json = dict(request.query_params)
    if kind == "multipart/form-data":
        async with request.form() as form:
            sent = form.get("file")
            if not isinstance(sent, UploadFile):
                raise BadControl("The form needs a field 'file'.")
            return Upload(await sent.read(), sent.content_type or media_type, sent.filename or file_name, options)
    if kind not in {"", "application/json"} or options.get("raw"):
        data = await request.body()
        return Upload(data, kind or media_type, options.get("fileName", file_name), options)
    options.update(await read_json(request))
    data = fallback
    if "base64" in options:
        try:
            data = base64.b64decode(options["base64"], validate=True)
        except ValueError as error:
            raise BadControl("'base64' is not base64.") from error
    elif "text" in options:
        data = str(options["text"]).encode()
    return Upload(data, options.get("mediaType", media_type), options.get("fileName", file_name), options)


async def told(happening: Happening, options: Json) -> Json:
    """The outcome of an action; with `wait`, after the first delivery attempt."""
    if options.get("wait") and happening.shipment:
        await run_in_threadpool(happening.shipment.first_result.wait, _WAIT_SECONDS)
    return happening.as_json()
