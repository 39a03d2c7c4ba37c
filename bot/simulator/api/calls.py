"""One call of the platform API: what came in, what goes out, and how LINE refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.simulator.dispatch import Dispatcher
from bot.simulator.events import Phone
from bot.simulator.state import Json, Platform
from bot.simulator.validation.report import Report


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: JSON, or bytes with their own media type."""

    status: int = 200
    body: Json | bytes = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def payload(self) -> bytes:
        """The body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False).encode()


class Refusal(Exception):
    """An error response in LINE's shape: a message and, for invalid bodies, details."""

    def __init__(
        self,
        status: int,
        message: str,
        details: list[Json] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Json | None = None,
    ) -> None:
        super().__init__(message)
        body: Json = {"message": message}
        if details:
            body["details"] = details
        self.answer = Answer(status, {**body, **(extra or {})}, headers or {})


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the gateway: `params` from the path, header names in lower case."""

    endpoint: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    request_id: str

    def json(self) -> Json:
        """The body as a JSON object; refuses another content type and broken JSON as LINE does."""
        content_type = self.headers.get("content-type", "")
        if content_type.split(";")[0].strip().lower() != "application/json":
            raise Refusal(415, f"The content type, {content_type}, is not supported")
        try:
            value = json.loads(self.body)
        except json.JSONDecodeError as error:
            place = f"(line: {error.lineno}, column: {error.colno})"
            raise Refusal(400, f"The request body could not be parsed as JSON {place}") from error
        except UnicodeDecodeError as error:
            raise Refusal(400, "The request body could not be parsed as JSON (line: 1, column: 1)") from error
        if not isinstance(value, dict):
            raise Refusal(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
        return value


@dataclass(frozen=True, slots=True)
class Services:
    """What the handlers of the API work with."""

    platform: Platform
    dispatcher: Dispatcher
    phone: Phone


Handler = Callable[[Services, Call], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route. `unlocked` handlers wait for others and must not hold the platform's lock."""

    method: str
    path: str
    name: str
    handler: Handler
    unlocked: bool = False
    retry_key: bool = False


def invalid_property(name: str) -> Refusal:
    """LINE's refusal of a property of the wrong type or form."""
    return Refusal(400, f"The property, {name}, in the request body is invalid (line: -, column: -)")


def refuse_if_invalid(report: Report) -> None:
    """Turn a report with errors into LINE's 400."""
    if not report.details:
        return
    message = report.flex_message or f"The request body has {len(report.details)} error(s)"
    raise Refusal(400, message, report.details)
