"""Everything the simulated platform remembers, in memory, behind one lock."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.clock_ids import Clock, Identifiers
from bot.simulator.config import SimulatorConfig

Json = dict[str, Any]

# The form of every user ID (reference, Common properties of webhook events).
USER_ID = re.compile(r"U[0-9a-f]{32}")
# Somebody who wrote to the account 1:1 without adding it can be pushed to for seven days.
NON_FRIEND_SECONDS = 7 * 86_400.0


@dataclass(slots=True)
class Bubble:
    """One entry of a chat as the phone shows it. `sender` is `user`, `bot` or `system`."""

    id: str
    sender: str
    at_ms: int
    message: Json
    author: str | None = None
    quote_token: str | None = None
    mark_as_read_token: str | None = None
    read: bool = False
    unsent: bool = False
    via: str | None = None
    request_id: str | None = None

    def as_json(self) -> Json:
        """The bubble as transcripts carry it."""
        return {
            "id": self.id,
            "from": self.sender,
            "author": self.author,
            "at": self.at_ms,
            "message": None if self.unsent else self.message,
            "read": self.read,
            "unsent": self.unsent,
            "via": self.via,
            "requestId": self.request_id,
            "quoteToken": self.quote_token,
        }


@dataclass(slots=True)
class Chat:
    """The bubbles of one conversation; `version` grows with every visible change."""

    bubbles: list[Bubble] = field(default_factory=list)
    version: int = 1
    loading_until: float | None = None

    def add(self, bubble: Bubble) -> None:
        """Append a bubble; one from the account ends the loading animation."""
        self.bubbles.append(bubble)
        if bubble.sender == "bot":
            self.loading_until = None
        self.version += 1

    def find(self, message_id: str) -> Bubble | None:
        """The bubble of this message ID."""
        return next((one for one in self.bubbles if one.id == message_id), None)

    def knows_quote(self, token: str) -> bool:
        """Whether a quote token comes from this chat."""
        return any(one.quote_token == token for one in self.bubbles)


@dataclass(slots=True)
class User:
    """Somebody with LINE on their phone, as this channel's provider knows them."""

    user_id: str
    display_name: str
    language: str | None = None
    picture_url: str | None = None
    friend: bool = False
    blocked: bool = False
    deleted: bool = False
    last_message_at: float | None = None
    richmenu_id: str | None = None
    chat: Chat = field(default_factory=Chat)

    def receives(self, now: float) -> bool:
        """Whether a push reaches the phone: friends, and writers of the last seven days."""
        if self.blocked or self.deleted:
            return False
        wrote = self.last_message_at is not None and now - self.last_message_at <= NON_FRIEND_SECONDS
        return self.friend or wrote


@dataclass(slots=True)
class Group:
    """A group or a room (`kind`), with the account in it or not."""

    group_id: str
    kind: str
    name: str
    members: list[str]
    joined: bool = True
    chat: Chat = field(default_factory=Chat)


@dataclass(slots=True)
class ReplyToken:
    """A reply token: single use, short lived, alive again when its event is redelivered."""

    token: str
    chat_id: str
    event_at: float
    delivered_at: float
    redelivered: bool = False
    used: bool = False
    accepted: int = 0
    refused: int = 0


@dataclass(slots=True)
class RetryRecord:
    """The first accepted request of a retry key, and how often it came again."""

    key: str
    at: float
    request_id: str
    endpoint: str
    fingerprint: str
    sent_messages: list[Json] | None
    accepted: int = 1
    repeats: int = 0
    changed_body: int = 0


@dataclass(slots=True)
class Content:
    """Bytes a user sent: ready after `ready_at`, deleted after `expires_at` or by unsending."""

    kind: str
    data: bytes
    media_type: str
    ready_at: float
    expires_at: float
    gone: bool = False


@dataclass(slots=True)
class RichMenu:
    """A rich menu, shown once it has an image."""

    richmenu_id: str
    body: Json
    image: bytes | None = None
    image_type: str = ""


@dataclass(slots=True)
class WebhookSettings:
    """The console's switches, and what a test does to the order of deliveries."""

    url: str
    redelivery: bool
    redelivery_delays: tuple[float, ...]
    active: bool = True
    suspended: bool = False
    extra_copies: int = 0
    holding: bool = False


@dataclass(slots=True)
class Quota:
    """Monthly quota (`None`: unlimited) and what was used, by month and by day and kind."""

    limit: int | None
    used: dict[str, int] = field(default_factory=dict)
    sent: dict[tuple[str, str], int] = field(default_factory=dict)


class Platform:
    """One LINE channel. Hold `lock` around every read or change of more than one field."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.lock = threading.RLock()
        self.clock = Clock(config.clock_offset)
        self.ids = Identifiers(config.seed)
        self.access_token = config.access_token
        self.channel_secret = config.channel_secret
        self.bot_user_id = self.ids.user()
        self.webhook = WebhookSettings(
            url=config.webhook_url,
            redelivery=config.redelivery,
            redelivery_delays=config.redelivery_delays,
        )
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.reply_tokens: dict[str, ReplyToken] = {}
        self.retry_keys: dict[str, RetryRecord] = {}
        self.contents: dict[str, Content] = {}
        self.richmenus: dict[str, RichMenu] = {}
        self.richmenu_aliases: dict[str, str] = {}
        self.default_richmenu: str | None = None
        self.quota = Quota(config.monthly_quota)
        self.calls: list[Json] = []
        self.deliveries: list[Json] = []
        self.start_tokens: dict[str, int] = {}
        self.verified_account = config.verified_account

    def chat_of(self, chat_id: str) -> Chat | None:
        """The chat of a user, group or room."""
        if chat_id in self.users:
            return self.users[chat_id].chat
        group = self.groups.get(chat_id)
        return group.chat if group else None

    def month(self) -> str:
        """The month that is counted now, yyyyMM in UTC+9."""
        return self.clock.statistics_day()[:6]

    def used_this_month(self) -> int:
        """Messages counted against the quota this month."""
        return self.quota.used.get(self.month(), 0)
