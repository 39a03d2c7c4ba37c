"""What comes in from a channel, already stripped of the channel's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


def storable(text: str) -> str:
    """The text without what no database can hold: halves of surrogate pairs, and NUL."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")


class InboundKind(StrEnum):
    """Kinds of what a person did in the channel."""

    TEXT = "text"
    MEDIA = "media"
    """A photo, film, sound or file."""
    LOCATION = "location"
    STICKER = "sticker"
    POSTBACK = "postback"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    UNSEND = "unsend"
    JOIN = "join"
    """The account was invited into a group."""
    UNSUPPORTED = "strange"
    """A message of a kind we do not know: kept, and its sender is told that a person will look."""
    IGNORED = "ignored"
    """Nothing that concerns us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One event of a person, who is ``user_id`` on the channel.

    ``at``: by the channel's clock; ``reply_token``: for an answer that costs no push.

    ``silent``: another module holds the conversation; answer nothing. ``shared``: it is a group or room (``place``), or
    says not where it was: nothing of it is kept, and it says nothing of whether the person can be reached.
    ``masked``: kinds of data that were made unreadable on receipt because they may not be kept.
    ``quoted_id``: the channel's id of the message that this one answers. ``album``: photos that were sent at one go,
    ``album_size`` many.
    ``reads``: the language of the person's profile, where it was asked for.
    """

    channel: str
    kind: InboundKind
    at: datetime
    user_id: str | None = None
    reply_token: str | None = None
    message_id: str | None = None
    text: str = ""
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    media: str | None = None
    file_name: str | None = None
    size: int | None = None
    elsewhere: bool = False
    """The file lies at an address of somebody else's, which is not fetched."""
    redelivered: bool = False
    silent: bool = False
    shared: bool = False
    place: str | None = None
    masked: tuple[str, ...] = ()
    reads: str | None = None
    quoted_id: str | None = None
    album: str | None = None
    album_size: int | None = None
