"""A span for each page and call, where traces are collected (bot.tracing)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import tracing


def route_of(scope: Scope) -> str | None:
    """The route that answers, as in the API's description: what stands in an address may name a case.

    FastAPI tells a route without what the routers around it add, so it is read from the address, its parameters named
    instead of given. None: no route, or one whose parameters are not each a part of the address.
    """
    if "route" not in scope:
        return None
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    parts = [names.pop(part, part) for part in scope["path"].split("/")]
    return None if names else "/".join(parts)


class RequestSpans:
    """Tells what was asked by its route, never by its address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in tracing.METHODS else "_OTHER"
        with tracing.span(method, "server", http__request__method=method) as span:

            async def send_and_tell(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = route_of(scope)
                    if route is not None:
                        span.update_name(f"{method} {route}")
                        span.set_attribute("http.route", route)
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(scope, receive, send_and_tell)
