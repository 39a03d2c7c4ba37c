"""The chat page: a phone in the browser, its media and its security headers."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse, Response

from bot.simulator.control.requests import Unknown
from bot.simulator.state import Platform

HERE = Path(__file__).parent
# Framed by the demo's overview on the same machine; nothing inline, nothing from elsewhere.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob: https: http://127.0.0.1:* http://localhost:*; media-src 'self' https:; "
    "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'"
)
_HEADERS = {"Content-Security-Policy": _CSP, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
# Only these are shown inline; anything else a user sent is downloaded.
_INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "audio/m4a", "audio/mp4"}


class ChatPages:
    """The routes below `/chat`."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(default=True)
        )

    def _page(self, template: str, **values: object) -> HTMLResponse:
        html = self._templates.get_template(template).render(
            watermark=self._platform.config.watermark,
            offset=self._platform.clock.offset,
            bot_name=self._platform.config.bot_name,
            **values,
        )
        return HTMLResponse(html, headers=_HEADERS)

    async def people(self) -> HTMLResponse:
        """The list of chats."""
        return self._page("people.html")

    async def chat(self, user_id: str) -> HTMLResponse:
        """One user's phone."""
        if user_id not in self._platform.users:
            return HTMLResponse(self._page("missing.html").body, status_code=404, headers=_HEADERS)
        return self._page("chat.html", user=self._platform.users[user_id])

    async def message_media(self, message_id: str) -> Response:
        """What a user sent, for showing it in the chat; never anything a browser would run."""
        with self._platform.lock:
            content = self._platform.contents.get(message_id)
            if content is None or content.gone:
                raise Unknown("There is no such content.")
            data, media_type = content.data, content.media_type
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if media_type not in _INLINE:
            headers["Content-Disposition"] = "attachment"
            media_type = "application/octet-stream"
        return Response(data, media_type=media_type, headers=headers)

    async def richmenu_media(self, menu_id: str) -> Response:
        """The image of a rich menu."""
        with self._platform.lock:
            menu = self._platform.richmenus.get(menu_id)
            if menu is None or menu.image is None:
                raise Unknown("There is no such rich menu.")
            return Response(menu.image, media_type=menu.image_type, headers={"X-Content-Type-Options": "nosniff"})


def chat_router(platform: Platform) -> APIRouter:
    """The routes of `ChatPages`."""
    pages, router = ChatPages(platform), APIRouter(include_in_schema=False)
    router.add_api_route("/chat", pages.people, methods=["GET"])
    router.add_api_route("/chat/media/message/{message_id}", pages.message_media, methods=["GET"])
    router.add_api_route("/chat/media/richmenu/{menu_id}", pages.richmenu_media, methods=["GET"])
    router.add_api_route("/chat/{user_id}", pages.chat, methods=["GET"], response_class=HTMLResponse)
    return router
