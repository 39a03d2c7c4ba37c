"""Turns a raw LINE event into an `Inbound`. Never raises, whatever fields LINE adds or leaves out.

The raw JSON is read, not the SDK's models: those turn a whole event into "unknown" (without message or reply token)
when a single field is new, and raise when one is missing (docs/decisions/0012).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from knowledge.vocabulary import Channel
from routing.domain.inbound import Inbound, InboundKind

_MEDIA = {"image", "video", "audio", "file"}
_LARGEST = 2**31 - 1
"""Bytes; more is no file that LINE takes, and no number that every database takes."""
_MOST_IN_ALBUM = 100
_PLAIN = {"follow": InboundKind.FOLLOW, "unfollow": InboundKind.UNFOLLOW, "join": InboundKind.JOIN}


def _text(value: Any, limit: int = 5000) -> str:
    """A string that every database can hold, or an empty one."""
    if not isinstance(value, str):
        return ""
    return value[:limit].encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    """A name such as an event's type; an empty one if it is of another shape, which no set could even be asked for."""
    return value if isinstance(value, str) else ""


def _at(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def read_event(raw: str, *, event_at: int) -> Inbound:
    """What a stored event says; ``event_at`` is its timestamp in milliseconds."""
    event = _dict(json.loads(raw))
    source = _dict(event.get("source"))
    context = _dict(event.get("deliveryContext"))
    place = _word(source.get("type"))
    masked = event.get("masked")
    in_chat = place == "user" or (place not in {"group", "room"} and "userId" in source)
    shared: dict[str, Any] = {
        "channel": Channel.LINE.value,
        "at": _at(event_at),
        "user_id": _text(source.get("userId"), 64) or None,
        "reply_token": _text(event.get("replyToken"), 80) or None,
        "redelivered": context.get("isRedelivery") is True,
        "silent": event.get("mode") == "standby",
        "shared": not in_chat,
        "place": None if in_chat else _text(source.get("groupId") or source.get("roomId"), 64) or None,
        "masked": tuple(kind for kind in masked if isinstance(kind, str)) if isinstance(masked, list) else (),
    }
    kind = _word(event.get("type"))
    if kind == "message":
        return _message(_dict(event.get("message")), shared)
    if kind == "postback":
        data = _text(_dict(event.get("postback")).get("data"), 300)
        return Inbound(kind=InboundKind.POSTBACK, data=dict(parse_qsl(data)), **shared)
    if kind == "unsend":
        message_id = _text(_dict(event.get("unsend")).get("messageId"), 64)
        return Inbound(kind=InboundKind.UNSEND, message_id=message_id or None, **shared)
    return Inbound(kind=_PLAIN.get(kind, InboundKind.IGNORED), **shared)


def _message(message: dict[str, Any], shared: dict[str, Any]) -> Inbound:
    kind = _word(message.get("type"))
    quoted = _text(message.get("quotedMessageId"), 64) or None
    shared = {**shared, "message_id": _text(message.get("id"), 64) or None, "quoted_id": quoted}
    if kind == "text" and isinstance(message.get("text"), str):
        return Inbound(kind=InboundKind.TEXT, text=_text(message["text"]), **shared)
    if kind in _MEDIA:
        size, album = message.get("fileSize"), _dict(message.get("imageSet"))
        total = album.get("total")
        return Inbound(
            kind=InboundKind.MEDIA,
            media=kind,
            file_name=_text(message.get("fileName"), 200) or None,
            size=size if isinstance(size, int) and 0 <= size <= _LARGEST else None,
            album=_text(album.get("id"), 64) or None,
            album_size=total if isinstance(total, int) and 0 < total <= _MOST_IN_ALBUM else None,
            elsewhere=_word(_dict(message.get("contentProvider")).get("type")) == "external",
            **shared,
        )
    if kind == "location":
        words = [_text(message.get(name), 200) for name in ("title", "address")] + [_spot(message)]
        return Inbound(kind=InboundKind.LOCATION, text=" ".join(word for word in words if word), **shared)
    if kind == "sticker":
        return Inbound(kind=InboundKind.STICKER, **shared)
    return Inbound(kind=InboundKind.UNSUPPORTED, **shared)


def _spot(message: dict[str, Any]) -> str:
    """Where a location lies, as maps take it; empty if it does not say."""
    latitude, longitude = _number(message.get("latitude")), _number(message.get("longitude"))
    return "" if latitude is None or longitude is None else f"({latitude:.6f}, {longitude:.6f})"


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and -180 <= value <= 180
    return float(value) if fits else None
