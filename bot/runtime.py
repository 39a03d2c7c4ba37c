"""What one process of the product holds: settings, database, office, knowledge, clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from bot.settings import Settings
from routing.service.conversation.reader import Reader
from routing.service.knowledge_admin.active import Knowledge
from routing.service.office_context import UnitOfWorkFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime(UnitOfWorkFactory):
    """The process's own things. ``now`` is the only clock; everything else takes its value as an argument."""

    settings: Settings
    reader: Reader
    knowledge: Knowledge
    now: Callable[[], datetime]


def runtime_of(request: Request) -> Runtime:
    """The runtime of the process that serves this request."""
    runtime: Runtime = request.app.state.runtime
    return runtime
