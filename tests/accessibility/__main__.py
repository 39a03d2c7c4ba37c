"""Every page before axe-core, at both widths: a line for each finding and a sum; JSON in build/."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.accessibility.walk import (
    FIRM,
    NOBODY,
    POSTED,
    WIDTHS,
    addressed,
    code_for,
    filled_desk,
    findings,
    pages,
    signed_in,
)
from tests.harness.fixtures_browser import ARGUMENTS
from tests.harness.requirements import chromium_path

_PARTNER = ("/desk", "/desk/cases/{number}", "/desk/consultations/{consultation_id}")


def main() -> int:
    """The number of findings, at most 1, as the exit code."""
    path = chromium_path()
    if path is None:
        sys.stdout.write("Chromium is not there.\n")
        return 2
    found: list[str] = []
    looked = 0
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        desk, values = stack.enter_context(filled_desk(Path(folder)))
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        walks = (
            (None, list(NOBODY)),
            ("firm", [addressed(one, values) for one in FIRM]),
            ("tai", [addressed(one, values) for one in _PARTNER]),
            ("root", pages(desk, values)),
        )  # fmt: skip
        for who, addresses in walks:
            with signed_in(browser, desk, who, code=code_for(desk, values["shared"])) as context:
                for address in addresses:
                    found += findings(context, desk, address)
                    looked += 1
                for button in POSTED if who == "root" else ():
                    found += findings(context, desk, "/desk/cases", button=button)
                    looked += 1
        browser.close()
    report = {"pages": looked, "widths": WIDTHS, "findings": found}
    target = Path("build") / "accessibility.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    sys.stdout.write(
        "\n".join([*found, f"{looked} pages at {' and '.join(map(str, WIDTHS))}: {len(found)} findings", ""])
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
