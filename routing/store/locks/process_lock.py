"""An SQLite file belongs to one serving process: a lock beside it says so.

The lock is the kernel's (flock), so it ends with the process, however that ends. Commands that do a step and leave
(``staff add``, ``backup``) do not need it: SQLite itself lets them wait their turn.
"""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO


class ProcessLock:
    """Held by the one process that serves or works an SQLite file; on PostgreSQL there is nothing to hold."""

    def __init__(self, sqlite_file: str | None) -> None:
        self._path = Path(f"{sqlite_file}-lock") if sqlite_file and sqlite_file != ":memory:" else None
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Take it until the process ends or ``release``; False if another process has it."""
        if self._path is None or self._file is not None:
            return True
        held = self._path.open("a", encoding="utf-8")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.close()
            return False
        self._file = held
        return True

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes hold one name."""
        if self._file is not None:
            self._file.close()
            self._file = None
