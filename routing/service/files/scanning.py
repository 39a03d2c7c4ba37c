"""What a search for viruses answers; who searches stands outside (bot/antivirus.py)."""

from __future__ import annotations

from typing import Protocol

from routing.domain.errors import Unavailable


class ScannerDown(Unavailable):
    """Nobody could say whether a file is clean; trying again later helps."""

    code = "scanner_down"


class Scanner(Protocol):
    """Searches bytes for what is known to be malicious."""

    def search(self, content: bytes) -> str | None:
        """The name of what was found; None if nothing was. Raises ScannerDown."""
