"""Golden files: what was rendered once and reviewed, under tests/golden/. `make golden` writes them anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """A check `golden("line/out/receipt.json", text)`: text must equal the file, to the last character."""
    write = os.environ.get("ONESTOP_TEST_GOLDEN") == "write"

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"tests/golden/{name} does not exist yet: `make golden` writes it, then review it"
        assert text == path.read_text(encoding="utf-8"), f"differs from tests/golden/{name}"

    return check
