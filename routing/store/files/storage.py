"""Where the bytes of files lie: a folder of this machine, or a bucket that speaks S3. Never a row of the database.

A key is random and says nothing: no name that somebody gave is ever part of a path, and two files with the same bytes
are two files, each erased with its own message.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from routing.domain.errors import Unavailable

CODE = "files_unavailable"


def new_key() -> str:
    """A key that nobody can guess; its first signs spread files over folders."""
    drawn = token_hex(20)
    return f"{drawn[:2]}/{drawn}"


@dataclass(frozen=True, slots=True)
class Kept:
    """That there are bytes under a key, since when, and how many."""

    key: str
    since: datetime
    size: int


class FileStorage(Protocol):
    """A place for bytes. Every method raises Unavailable (``files_unavailable``) if the place cannot be used."""

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes; when this returns they survive a loss of power."""

    def get(self, key: str) -> bytes | None:
        """The bytes; None if there are none."""

    def delete(self, key: str) -> None:
        """Take bytes away; that there are none is no error."""

    def everything(self) -> Iterator[Kept]:
        """Everything that is kept, in no order."""


def unavailable() -> Unavailable:
    """The place cannot be used now."""
    return Unavailable("檔案儲存空間目前無法使用；請稍後再試。", code=CODE)


class FolderStorage:
    """A folder of this machine (or of a network drive that all processes share)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes: written beside, forced to the disk, then named."""
        path = self._path(key)
        part = path.with_name(f"{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync(path.parent)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise unavailable() from None

    def get(self, key: str) -> bytes | None:
        """The bytes; None if there are none."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            raise unavailable() from None

    def delete(self, key: str) -> None:
        """Take bytes away."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError:
            raise unavailable() from None

    def everything(self) -> Iterator[Kept]:
        """Everything that is kept, what was left half-written included."""
        if not self.folder.is_dir():
            return
        for path in self.folder.glob("??/*"):
            try:
                found = path.stat()
            except OSError:
                continue
            since = datetime.fromtimestamp(found.st_mtime, UTC)
            yield Kept(f"{path.parent.name}/{path.name}", since, found.st_size)

    def _path(self, key: str) -> Path:
        begin, _, name = key.partition("/")
        if not (len(begin) == 2 and begin.isalnum() and name.replace(".", "").isalnum()):
            raise ValueError("a key of ours is two signs, a slash, and letters and digits")
        return self.folder / begin / name


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
