"""LINE as a channel of the window: its client, its events, its limits, and its webhook."""

from __future__ import annotations

import json

from fastapi import FastAPI

from bot.line.client import LineSender
from bot.line.events import read_event
from bot.line.limits import LIMITS
from bot.line.webhook import WebhookReceiver
from bot.runtime import Plug
from bot.settings import Settings
from knowledge.vocabulary import Channel
from routing.domain.inbound import Inbound


class LineChannel(LineSender):
    """LINE, for one official account."""

    name = Channel.LINE.value
    limits = LIMITS

    def read(self, raw: str, event_at: int) -> Inbound:
        """What a stored event means."""
        return read_event(raw, event_at=event_at)

    def preparing(self, address: str) -> None:
        """Show LINE's loading animation."""
        self.loading(address)

    def of_a_group(self, raw: str) -> bool:
        """Whether an event came from a group or room; also of one that cannot be read."""
        try:
            source = json.loads(raw).get("source")
        except (ValueError, AttributeError, RecursionError):
            return '"groupId":' in raw or '"roomId":' in raw
        return isinstance(source, dict) and any(key in source for key in ("groupId", "roomId"))


def connect(settings: Settings) -> LineChannel:
    """The way to LINE."""
    return LineChannel(settings.line_api_base, settings.line_data_api_base, settings.line_channel_access_token)


def _receive(app: FastAPI) -> None:
    app.add_middleware(WebhookReceiver)


def plug(settings: Settings) -> Plug:
    """LINE with its webhook, which answers before anything else looks at the request."""
    return Plug(connect(settings), _receive)
