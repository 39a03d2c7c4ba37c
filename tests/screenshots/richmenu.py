"""``python -m tests.screenshots.richmenu``: draws the pictures of the rich menu's tabs anew; look at each."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from playwright.sync_api import sync_playwright

from bot.line import richmenu
from tests.harness.requirements import chromium_path

ASSETS = Path(richmenu.__file__).parent / "assets"


def main() -> None:
    """Draw each page, and write down which one a picture was drawn from."""
    drawn = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--hide-scrollbars"]
        )
        page = browser.new_page(viewport={"width": richmenu.WIDTH, "height": richmenu.HEIGHT})
        for tab in richmenu.tabs():
            page.set_content(richmenu.page(tab))
            page.screenshot(path=ASSETS / f"richmenu-{tab.name}.png")
            drawn[tab.name] = hashlib.sha256(richmenu.page(tab).encode()).hexdigest()
        browser.close()
    (ASSETS / "richmenu.json").write_text(json.dumps(drawn, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
