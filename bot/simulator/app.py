"""The LINE simulator as one web application: platform API, control interface and chat page.

The platform API answers below `/v2/bot/…`, both of LINE's hosts on this one origin. The rest is
for tests and the demo. All bodies are JSON; every action answers
`{webhookEventId, replyToken, messageId, timestamp, deliveries}` and takes `wait: true` (answer
after the first delivery attempt), `timestamp`, `mode`, `webhookEventId`, `replyToken`,
`deliveryContext` and `extra` (merged into the event).

Users
    POST  /sim/users {displayName, language?, pictureUrl?, userId?, friend?, follow?} -> 201 {userId, …}
    GET   /sim/users · GET, PATCH /sim/users/{id} {displayName?, language?, deleted?, friend?}
    POST  /sim/users/{id}/follow, /unblock, /unfollow, /block
    POST  …/text {text, quotedMessageId?, emojis?, mention?}
    POST  …/postback {data, displayText?, params?}
    POST  …/image, /file, /video, /audio: multipart `file`, raw bytes (other content types than
          JSON; `?fileName=`), or {base64 | text, fileName?, mediaType?}; also {readySeconds} for the
          202 window, {duration}, {imageSet}
    POST  …/sticker {packageId?, stickerId?, stickerResourceType?, keywords?, text?, symbol?}
    POST  …/location {latitude, longitude, title?, address?} · …/unsend {messageId}
    POST  …/richmenu-switch {richMenuAliasId, data}
    GET   …/transcript -> {bubbles: [{id, from: user|bot, at, message, read, unsent, via, requestId}]}
    GET   …/view?version=N: what the chat page shows, `{unchanged}` if N is current
Groups
    POST  /sim/groups {name?, kind: group|room, members} · POST /sim/groups/{id}/text {userId, text}
    GET   /sim/groups/{id}/transcript
Webhook
    POST  /sim/webhook/raw {events, fill = true, batch = true, duplicate = 0, shuffle, redeliver = true,
          signature: valid|wrong|missing, destination?, escape?, body? (sent as it is), wait?}
    POST  /sim/webhook/settings {url?, active?, suspended?, redelivery?, redeliveryDelays?, duplicate?, hold?}
    POST  /sim/webhook/release {batch?, shuffle?, duplicate?, wait?}: sends what `hold` kept back
    POST  /sim/webhook/verify (empty events) · POST /sim/webhook/idle?seconds=10 (wait for the answers)
Platform
    POST  /sim/faults {endpoint = "*", kind, count?, probability = 1, seconds = 30}; endpoint is a name
          as in `/sim/calls` (`push`, `reply`, `richmenu/*`) or a path, kinds: `bot.simulator.api.faults`
    GET, DELETE /sim/faults · POST /sim/rate-limits {enabled, limits?: [{endpoint, calls, seconds}]}
    POST  /sim/clock {offset | advance} · POST /sim/quota {limit: n|null, used?}
    POST  /sim/channel {accessToken?, channelSecret?, verifiedAccount?}
Records
    GET   /sim/calls?endpoint=push -> {calls: [{at, method, path, endpoint, headers, body, status,
          response, requestId, fault, accepted}]}; status null: no response was given; DELETE clears
    GET   /sim/deliveries -> {deliveries: [{sentAt, attempt, redelivery, eventIds, status, reason,
          elapsedMs}]}; reasons: could_not_connect, request_timeout, error_status_code, unclassified
    GET   /sim/ledger -> {retryKeys: [{key, accepted, conflicts, changedBody}], replyTokens: [{token,
          accepted, refused}]}
Pages
    /chat (people) and /chat/{userId} (a phone)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from bot.simulator.api import content, people, richmenus, sending, webhook_settings
from bot.simulator.api.calls import Services
from bot.simulator.api.faults import FaultPlan
from bot.simulator.api.gateway import Gateway
from bot.simulator.api.rate import RateLimits
from bot.simulator.chat import HERE, chat_router
from bot.simulator.config import SimulatorConfig
from bot.simulator.control.console import console_router
from bot.simulator.control.requests import BadControl, Unknown
from bot.simulator.control.users import users_router
from bot.simulator.dispatch import Dispatcher
from bot.simulator.events import NotPossible, Phone
from bot.simulator.state import Platform

_ENDPOINTS = (
    *sending.ENDPOINTS,
    *people.ENDPOINTS,
    *content.ENDPOINTS,
    *richmenus.ENDPOINTS,
    *webhook_settings.ENDPOINTS,
)
_STATUS: dict[type[Exception], int] = {BadControl: 422, Unknown: 404, NotPossible: 409}


class _PlatformMount:
    """Hands `/v2/…` to the gateway with the path as the client wrote it."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._gateway(scope, receive, send)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status_code=_STATUS[type(error)])


async def _home() -> RedirectResponse:
    return RedirectResponse("/chat")


async def _health() -> dict[str, str]:
    return {"status": "ok"}


def create_simulator(config: SimulatorConfig) -> FastAPI:
    """Build a simulated channel; `app.state.platform` and `app.state.dispatcher` are its parts."""
    platform = Platform(config)
    dispatcher = Dispatcher(platform)
    services = Services(platform, dispatcher, Phone(platform, dispatcher))
    faults, limits = FaultPlan(platform), RateLimits(platform)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        dispatcher.close()

    app = FastAPI(title="LINE simulator", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.platform, app.state.dispatcher = platform, dispatcher
    for kind in _STATUS:
        app.add_exception_handler(kind, _refused)
    app.add_api_route("/", _home, methods=["GET"], include_in_schema=False)
    app.add_api_route("/healthz", _health, methods=["GET"], include_in_schema=False)
    app.include_router(users_router(services))
    app.include_router(console_router(services, faults, limits))
    app.include_router(chat_router(platform))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.router.routes.append(Mount("/v2", app=_PlatformMount(Gateway(services, _ENDPOINTS, faults, limits))))
    return app
