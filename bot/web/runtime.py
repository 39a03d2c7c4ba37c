"""What one process of the product holds: settings, database, office, knowledge, clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from bot.settings import Settings
from routing.service.context import Desk, DeskSource
from routing.service.conversation.understanding import Reader
from routing.service.knowing.in_force import Knowledge
from routing.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The process's own things. ``now`` is the only clock; everything else takes its value as an argument."""

    settings: Settings
    database: Database
    desks: DeskSource
    reader: Reader
    knowledge: Knowledge
    now: Callable[[], datetime]

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, Desk]]:
        """One writing transaction, with the office as it is in it."""
        with self.database.writing() as session:
            yield session, self.desks.desk(session)

    @contextmanager
    def reading(self) -> Iterator[tuple[Session, Desk]]:
        """One reading session, with the office as it is in it."""
        with self.database.reading() as session:
            yield session, self.desks.desk(session)


def runtime_of(request: Request) -> Runtime:
    """The runtime of the process that serves this request."""
    runtime: Runtime = request.app.state.runtime
    return runtime
