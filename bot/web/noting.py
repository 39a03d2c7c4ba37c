"""Writes down after the answer what refused requests leave behind: nobody who is refused waits for a writer.

One thread a process does the writing, in short transactions; what comes while too much waits is only told in the log.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.exc import SQLAlchemyError

from routing.domain.errors import OnestopError

log = structlog.get_logger("web")

_WAITING = 100


class _Writer:
    """The thread, anew in a forked process."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="refusals")
        self.room = threading.BoundedSemaphore(_WAITING)


_WRITER = _Writer()
os.register_at_fork(after_in_child=_WRITER.renew)


def soon(what: str, write: Callable[[], None]) -> None:
    """Have it written soon. ``what``: its name in the log, where it could not be."""
    if not _WRITER.room.acquire(blocking=False):
        log.warning("refusal_not_noted", what=what)
        return
    _WRITER.thread.submit(_write, what, write)


def _write(what: str, write: Callable[[], None]) -> None:
    try:
        write()
    except (SQLAlchemyError, OnestopError) as error:
        log.warning("refusal_not_noted", what=what, error=type(error).__name__)
    finally:
        _WRITER.room.release()


def settle() -> None:
    """Wait until everything noted so far is written."""
    _WRITER.thread.submit(int).result()
