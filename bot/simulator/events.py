"""What users do, turned into bubbles and webhook events. Shapes: reference, Webhook event objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.simulator.dispatch import Dispatcher, Shipment
from bot.simulator.state import Bubble, Chat, Content, Group, Json, Platform, ReplyToken, User

# Events LINE sends without a reply token (table of webhook events).
_NO_REPLY_TOKEN = {"unsend", "unfollow", "leave", "memberLeft"}
_QUOTABLE = {"text", "sticker", "image", "video"}
_CONTENT_SECONDS_PER_DAY = 86_400.0


class NotPossible(Exception):
    """What a real phone would not let the user do; says why."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that was emitted, the message it is about and its way to the webhook."""

    event: Json
    message_id: str | None
    shipment: Shipment | None

    def as_json(self) -> Json:
        """What the control interface answers about it."""
        return {
            "webhookEventId": self.event["webhookEventId"],
            "replyToken": self.event.get("replyToken"),
            "messageId": self.message_id,
            "timestamp": self.event["timestamp"],
            "deliveries": self.shipment.results if self.shipment else [],
        }


class Phone:
    """Acts for users: every method puts what they did into the chat and emits its event."""

    def __init__(self, platform: Platform, dispatcher: Dispatcher) -> None:
        self.platform = platform
        self.dispatcher = dispatcher

    def complete(self, event: Json, chat_id: str | None) -> Json:
        """Fill in what every event has and the caller left out, a reply token included."""
        platform = self.platform
        at_ms = event.setdefault("timestamp", platform.clock.now_ms())
        event.setdefault("mode", "active")
        event.setdefault("webhookEventId", platform.ids.ulid(int(at_ms)))
        event.setdefault("deliveryContext", {"isRedelivery": False})
        wants_token = event.get("type") not in _NO_REPLY_TOKEN and event["mode"] == "active"
        if chat_id and wants_token:
            event.setdefault("replyToken", platform.ids.token())
        token = event.get("replyToken")
        if isinstance(token, str) and chat_id and token not in platform.reply_tokens:
            platform.reply_tokens[token] = ReplyToken(
                token, chat_id, event_at=int(at_ms) / 1000, delivered_at=platform.clock.now()
            )
        return event

    def _emit(self, event: Json, chat_id: str, message_id: str | None = None) -> Happening:
        event = self.complete(event, chat_id)
        return Happening(event, message_id, self.dispatcher.emit(event))

    def say(
        self,
        user: User,
        message: Json,
        *,
        group: Group | None = None,
        extra: Json | None = None,
        shown: Json | None = None,
    ) -> Happening:
        """Send a message as the user, 1:1 or in a group; `shown` is how the bubble looks."""
        platform = self.platform
        with platform.lock:
            if user.blocked and group is None:
                raise NotPossible("The user has blocked the account; unblock it first.")
            message_id = message.setdefault("id", platform.ids.message())
            quote = platform.ids.token() if message["type"] in _QUOTABLE else None
            mark = platform.ids.token()
            if quote:
                message["quoteToken"] = quote
            message["markAsReadToken"] = mark
            event: Json = {"type": "message", "source": _source(user, group), "message": message}
            event.update(extra or {})
            event.setdefault("timestamp", platform.clock.now_ms())
            chat = group.chat if group else user.chat
            chat.add(
                Bubble(
                    message_id,
                    "user",
                    int(event["timestamp"]),
                    {**message, **(shown or {})},
                    author=user.user_id,
                    quote_token=quote,
                    mark_as_read_token=mark,
                )
            )
            user.last_message_at = platform.clock.now()
            return self._emit(event, group.group_id if group else user.user_id, message_id)

    def send_content(
        self,
        user: User,
        message: Json,
        data: bytes,
        media_type: str,
        *,
        ready_seconds: float = 0.0,
        extra: Json | None = None,
    ) -> Happening:
        """Send a photo, video, sound or file, to be fetched through Get content."""
        platform = self.platform
        with platform.lock:
            message_id = message.setdefault("id", platform.ids.message())
            if message["type"] == "file":
                message["fileSize"] = len(data)
            else:
                message["contentProvider"] = {"type": "line"}
            now = platform.clock.now()
            platform.contents[message_id] = Content(
                message["type"],
                data,
                media_type,
                ready_at=now + ready_seconds,
                expires_at=now + platform.config.content_days * _CONTENT_SECONDS_PER_DAY,
            )
            return self.say(user, message, extra=extra, shown={"mediaUrl": f"/chat/media/message/{message_id}"})

    def postback(
        self,
        user: User,
        data: str,
        *,
        display: str | None = None,
        params: Json | None = None,
        extra: Json | None = None,
    ) -> Happening:
        """Tap a postback button; `displayText` shows as the user's bubble and sends no message."""
        platform = self.platform
        with platform.lock:
            if user.blocked:
                raise NotPossible("The user has blocked the account; unblock it first.")
            if display:
                user.chat.add(
                    Bubble(
                        platform.ids.message(),
                        "user",
                        platform.clock.now_ms(),
                        {"type": "text", "text": display},
                        author=user.user_id,
                        read=True,
                        via="postback",
                    )
                )
            body: Json = {"data": data}
            if params:
                body["params"] = params
            event: Json = {"type": "postback", "source": _source(user, None), "postback": body}
            return self._emit({**event, **(extra or {})}, user.user_id)

    def follow(self, user: User) -> Happening:
        """Add the account, or unblock it: LINE sends the same event for both."""
        with self.platform.lock:
            unblocked = user.blocked
            user.friend, user.blocked = True, False
            user.chat.version += 1
            event: Json = {"type": "follow", "source": _source(user, None), "follow": {"isUnblocked": unblocked}}
            return self._emit(event, user.user_id)

    def block(self, user: User) -> Happening:
        """Block the account: LINE sends unfollow, and nothing reaches the phone any more."""
        with self.platform.lock:
            user.blocked = True
            user.chat.version += 1
            return self._emit({"type": "unfollow", "source": _source(user, None)}, user.user_id)

    def unsend(self, chat: Chat, user: User, message_id: str, group: Group | None = None) -> Happening:
        """Take a message back: gone from the chat, and its content answers 410 from now on."""
        with self.platform.lock:
            bubble = chat.find(message_id)
            if bubble is None or bubble.sender != "user" or bubble.via == "postback" or bubble.unsent:
                raise NotPossible("Only a message that the user has sent can be unsent, once.")
            bubble.unsent = True
            chat.version += 1
            content = self.platform.contents.get(message_id)
            if content:
                content.gone, content.data = True, b""
            event: Json = {"type": "unsend", "source": _source(user, group), "unsend": {"messageId": message_id}}
            return self._emit(event, group.group_id if group else user.user_id, message_id)

    def group_event(self, group: Group, kind: str, details: Json | None = None) -> Happening:
        """An event of a group itself: join, leave, memberJoined, memberLeft."""
        with self.platform.lock:
            return self._emit({"type": kind, "source": _source(None, group), **(details or {})}, group.group_id)


def _source(user: User | None, group: Group | None) -> Json:
    source: dict[str, Any] = {"type": "user"}
    if group:
        source = {"type": group.kind, f"{group.kind}Id": group.group_id}
    if user:
        source["userId"] = user.user_id
    return source
