"""Makes ``knowledge/data/breached/passwords.txt`` of lists that others publish (sources and licences: its README).

``python -m knowledge.build.breached FILE…``: each a list of passwords as JSON, or as text with one a line, plain or
gzipped. What is kept can be found in a password of twelve signs or more: a whole one, or a stem of it with letters.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

from knowledge.passwords import BREACHED, WHOLE

SHORTEST, LETTERS = 6, 5
"""Signs of a stem, and how many of them must be letters: digits and rows of keys are known without a list."""


def passwords_of(content: bytes) -> list[str]:
    """The passwords of one file."""
    text = (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("utf-8")
    return [str(one) for one in json.loads(text)] if text.lstrip().startswith("[") else text.splitlines()


def worth_keeping(password: str) -> bool:
    """Whether it tells anything of a password that is long enough; addresses of people are left out."""
    if not (password.isascii() and password.isprintable()) or " " in password or "@" in password:
        return False
    return len(password) >= WHOLE or (len(password) >= SHORTEST and sum(map(str.isalpha, password)) >= LETTERS)


def main(files: list[str]) -> None:
    """Write the list anew."""
    found = {one.strip().casefold() for name in files for one in passwords_of(Path(name).read_bytes())}
    kept = sorted(one for one in found if worth_keeping(one))
    Path(__file__).parents[1].joinpath(*BREACHED).write_text("\n".join(kept) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(kept)} of {len(found)} passwords kept\n")


if __name__ == "__main__":
    main(sys.argv[1:])
