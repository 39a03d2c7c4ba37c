"""What waits to be written, chunk by chunk, in a temporary file that is gone with the process."""

from __future__ import annotations

import marshal
import tempfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

_QUICK = 1
"""Of zlib's levels: a fifth of the room for a tenth of the time that the rows take to be made."""


def packed(chunk: list[Any]) -> bytes:
    """A chunk of plain values as the spool keeps it; who makes the chunk may be another process."""
    return zlib.compress(marshal.dumps(chunk), _QUICK)


def unpacked(content: bytes) -> list[Any]:
    """What ``packed`` gave, by a process of this very program."""
    found: list[Any] = marshal.loads(zlib.decompress(content))  # noqa: S302 - written by us, in a file without a name
    return found


class Spool:
    """Packed chunks, written in turn and then read in turn."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close(), as a context

    def add(self, content: bytes) -> None:
        """Keep a packed chunk."""
        self._file.write(len(content).to_bytes(4) + content)

    def chunks(self) -> Iterator[list[Any]]:
        """Every chunk in the order in which they came."""
        self._file.seek(0)
        while size := self._file.read(4):
            yield unpacked(self._file.read(int.from_bytes(size)))

    def close(self) -> None:
        """Give the room back."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
