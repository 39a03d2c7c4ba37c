"""How far a long command has come: a bar on a terminal; elsewhere nothing, so that logs stay readable."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

_WIDTH = 30


class Progress:
    """One line that says what is done and how much of it; written again only where a per cent more is done."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._live = self._out.isatty()
        self._shown: tuple[str, int] | None = None

    def show(self, what: str, done: int, of: int) -> None:
        """So much of it is done."""
        share = min(done * 100 // of, 100) if of else 100
        if not self._live or self._shown == (what, share):
            return
        if self._shown is not None and self._shown[0] != what:
            self._out.write("\n")
        full = share * _WIDTH // 100
        self._out.write(f"\r{what} [{'█' * full}{'·' * (_WIDTH - full)}] {share:3} %")
        self._out.flush()
        self._shown = what, share

    def along(self, what: str, lines: Iterable[str], *, at: Callable[[], int], of: int) -> Iterator[str]:
        """The lines, with the progress that their place in the file means."""
        for line in lines:
            yield line
            self.show(what, at(), of)
        self.show(what, of, of)

    def close(self) -> None:
        """What follows stands on a line of its own."""
        if self._shown is not None:
            self._out.write("\n")
            self._shown = None
