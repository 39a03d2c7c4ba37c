"""What one process of the product holds: settings, database, office, knowledge, channels, clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI, Request

from bot.settings import Settings
from routing.ports import Channel, Channels, FeedClient, IdentityProvider, Mailer
from routing.service.conversation.reader import Reader
from routing.service.feeds.source import Feeds
from routing.service.files.scanning import Scanner
from routing.service.knowledge_admin.active import Knowledge
from routing.service.office_context import UnitOfWorkFactory
from routing.store.files.storage import FileStorage


@dataclass(frozen=True, slots=True)
class Plug:
    """A channel, and what puts the receiver of its events into the web application.

    The receiver hands what comes to ``app.state.intake`` (routing.service.messaging.inbox_writer).
    """

    channel: Channel
    receive: Callable[[FastAPI], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime(UnitOfWorkFactory):
    """The process's own things. ``now`` is the only clock; everything else takes its value as an argument."""

    settings: Settings
    reader: Reader
    knowledge: Knowledge
    files: FileStorage
    scanner: Scanner | None
    mailer: Mailer | None
    identity_provider: IdentityProvider | None
    firm_provider: IdentityProvider | None
    channels: Channels
    feeds: Feeds
    feed_client: FeedClient
    now: Callable[[], datetime]


def runtime_of(request: Request) -> Runtime:
    """The runtime of the process that serves this request."""
    runtime: Runtime = request.app.state.runtime
    return runtime
