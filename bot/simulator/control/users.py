"""Users and what they do: write, tap, send pictures, block, unsend. Paths in `bot.simulator.app`."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import APIRouter, Request

from bot.simulator.api.calls import Services
from bot.simulator.control.requests import BadControl, Unknown, need, overrides, read_json, read_upload, told
from bot.simulator.control.view import chat_view, user_summary
from bot.simulator.state import Json, User

# A grey square of one pixel, for actions that name no picture of their own.
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgaGgAAAGEAQFWjyAjAAAAAElFTkSuQmCC"
)


class Users:
    """The routes below `/sim/users`."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.platform = services.platform
        self.phone = services.phone

    def user(self, user_id: str) -> User:
        """The user of this ID, or `Unknown`."""
        user = self.platform.users.get(user_id)
        if user is None:
            raise Unknown("There is no such user.")
        return user

    async def create(self, request: Request) -> Json:
        """Somebody with a phone; with `follow`, a friend who has just added the account."""
        body = await read_json(request)
        with self.platform.lock:
            user_id = str(body.get("userId") or self.platform.ids.user())
            if user_id in self.platform.users:
                raise BadControl("A user with this ID exists.")
            user = User(user_id, need(body, "displayName"), body.get("language"), body.get("pictureUrl"))
            self.platform.users[user_id] = user
            user.friend = bool(body.get("friend"))
        if body.get("follow"):
            await told(self.phone.follow(user), body)
        return user_summary(self.platform, user)

    async def every(self) -> Json:
        """All users."""
        with self.platform.lock:
            return {"users": [user_summary(self.platform, one) for one in self.platform.users.values()]}

    async def one(self, user_id: str) -> Json:
        """One user."""
        return user_summary(self.platform, self.user(user_id))

    async def change(self, user_id: str, request: Request) -> Json:
        """Set `displayName`, `language`, `deleted` or `friend` without telling the webhook."""
        body, user = await read_json(request), self.user(user_id)
        with self.platform.lock:
            user.display_name = str(body.get("displayName", user.display_name))
            user.language = body.get("language", user.language)
            user.deleted = bool(body.get("deleted", user.deleted))
            user.friend = bool(body.get("friend", user.friend))
        return user_summary(self.platform, user)

    async def follow(self, user_id: str, request: Request) -> Json:
        """Add the account, or unblock it."""
        return await told(self.phone.follow(self.user(user_id)), await read_json(request))

    async def block(self, user_id: str, request: Request) -> Json:
        """Block the account."""
        return await told(self.phone.block(self.user(user_id)), await read_json(request))

    async def text(self, user_id: str, request: Request) -> Json:
        """Write a text."""
        body = await read_json(request)
        message: Json = {"type": "text", "text": need(body, "text")}
        for name in ("quotedMessageId", "emojis", "mention"):
            if body.get(name) is not None:
                message[name] = body[name]
        return await told(self.phone.say(self.user(user_id), message, extra=overrides(body)), body)

    async def postback(self, user_id: str, request: Request) -> Json:
        """Tap a postback button."""
        body = await read_json(request)
        happening = self.phone.postback(
            self.user(user_id), need(body, "data"), display=body.get("displayText"),
            params=body.get("params"), extra=overrides(body),
        )  # fmt: skip
        return await told(happening, body)

    async def image(self, user_id: str, request: Request) -> Json:
        """Send a photo; a grey pixel unless one is given."""
        sent = await read_upload(request, _PIXEL, "image/png", "photo.png")
        message: Json = {"type": "image"}
        if sent.options.get("imageSet"):
            message["imageSet"] = sent.options["imageSet"]
        return await self._content(user_id, message, sent.data, sent.media_type, sent.options)

    async def file(self, user_id: str, request: Request) -> Json:
        """Send a file."""
        sent = await read_upload(request, b"demo", "application/octet-stream", "file.bin")
        message: Json = {"type": "file", "fileName": sent.file_name}
        return await self._content(user_id, message, sent.data, sent.media_type, sent.options)

    async def video(self, user_id: str, request: Request) -> Json:
        """Send a video."""
        sent = await read_upload(request, b"video", "video/mp4", "video.mp4")
        message: Json = {"type": "video", "duration": int(sent.options.get("duration", 5000))}
        return await self._content(user_id, message, sent.data, sent.media_type, sent.options)

    async def audio(self, user_id: str, request: Request) -> Json:
        """Send a voice message."""
        sent = await read_upload(request, b"audio", "audio/m4a", "audio.m4a")
        message: Json = {"type": "audio", "duration": int(sent.options.get("duration", 3000))}
        return await self._content(user_id, message, sent.data, sent.media_type, sent.options)

    async def _content(self, user_id: str, message: Json, data: bytes, media_type: str, options: Json) -> Json:
        happening = self.phone.send_content(
            self.user(user_id), message, data, media_type,
            ready_seconds=float(options.get("readySeconds", 0)), extra=overrides(options),
        )  # fmt: skip
        return await told(happening, options)

    async def sticker(self, user_id: str, request: Request) -> Json:
        """Send a sticker."""
        body = await read_json(request)
        message: Json = {
            "type": "sticker",
            "packageId": str(body.get("packageId", "446")),
            "stickerId": str(body.get("stickerId", "1988")),
            "stickerResourceType": str(body.get("stickerResourceType", "STATIC")),
        }
        for name in ("keywords", "text", "quotedMessageId"):
            if body.get(name):
                message[name] = body[name]
        shown = {"symbol": str(body.get("symbol", "👍"))}
        happening = self.phone.say(self.user(user_id), message, extra=overrides(body), shown=shown)
        return await told(happening, body)

    async def location(self, user_id: str, request: Request) -> Json:
        """Send a place."""
        body = await read_json(request)
        message: Json = {
            "type": "location",
            "latitude": float(body.get("latitude", 22.7245)),
            "longitude": float(body.get("longitude", 120.3010)),
        }
        message.update({name: body[name] for name in ("title", "address") if body.get(name)})
        return await told(self.phone.say(self.user(user_id), message, extra=overrides(body)), body)

    async def unsend(self, user_id: str, request: Request) -> Json:
        """Take a message back."""
        body, user = await read_json(request), self.user(user_id)
        return await told(self.phone.unsend(user.chat, user, need(body, "messageId")), body)

    async def switch_menu(self, user_id: str, request: Request) -> Json:
        """Tap a rich menu tab: the menu changes and a postback says how it went."""
        body, user, platform = await read_json(request), self.user(user_id), self.platform
        alias = need(body, "richMenuAliasId")
        with platform.lock:
            menu_id = platform.richmenu_aliases.get(alias)
            status = "SUCCESS" if menu_id in platform.richmenus else "RICHMENU_NOTFOUND"
            if menu_id is None:
                status = "RICHMENU_ALIAS_ID_NOTFOUND"
            if status == "SUCCESS":
                user.richmenu_id = menu_id
                user.chat.version += 1
        params = {"newRichMenuAliasId": alias, "status": status}
        happening = self.phone.postback(user, need(body, "data"), params=params, extra=overrides(body))
        return await told(happening, body)

    async def transcript(self, user_id: str) -> Json:
        """Every bubble of the chat, in order."""
        user = self.user(user_id)
        with self.platform.lock:
            return {"userId": user_id, "bubbles": [one.as_json() for one in user.chat.bubbles]}

    async def view(self, user_id: str, version: int = 0) -> Json:
        """What the phone shows now."""
        with self.platform.lock:
            return chat_view(self.platform, self.user(user_id), version)


def users_router(services: Services) -> APIRouter:
    """The routes of `Users`."""
    users, router = Users(services), APIRouter(prefix="/sim/users", include_in_schema=False)
    router.add_api_route("", users.create, methods=["POST"], status_code=201)
    router.add_api_route("", users.every, methods=["GET"])
    router.add_api_route("/{user_id}", users.one, methods=["GET"])
    router.add_api_route("/{user_id}", users.change, methods=["PATCH"])
    router.add_api_route("/{user_id}/transcript", users.transcript, methods=["GET"])
    router.add_api_route("/{user_id}/view", users.view, methods=["GET"])
    actions: dict[str, Any] = {
        "follow": users.follow, "unblock": users.follow, "unfollow": users.block, "block": users.block,
        "text": users.text, "postback": users.postback, "image": users.image, "file": users.file,
        "video": users.video, "audio": users.audio, "sticker": users.sticker, "location": users.location,
        "unsend": users.unsend, "richmenu-switch": users.switch_menu,
    }  # fmt: skip
    for name, action in actions.items():
        router.add_api_route(f"/{{user_id}}/{name}", action, methods=["POST"])
    return router
