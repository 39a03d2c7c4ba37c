"""Draws what the documents hold as mermaid, so that the site shows it without a script and without a network.

``python deploy/drawings.py MERMAID_JS`` (mermaid's ``dist/mermaid.min.js``, from the npm package) draws every block
with a local Chromium into ``docs/drawings/``. A drawing is named by its page and by the hash of its text, so that a
block that was changed has none until it is drawn anew; a test holds that each has one.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from docs_site import DRAWINGS, blocks, drawing
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parents[1] / "docs"
_PAGE = "<!doctype html><meta charset=utf-8><body></body>"
_DRAW = """async ([text, id]) => {
  mermaid.initialize({startOnLoad: false, theme: 'neutral', htmlLabels: false, fontFamily: 'sans-serif',
                      flowchart: {htmlLabels: false, wrappingWidth: 320, nodeSpacing: 30, rankSpacing: 36}});
  const {svg} = await mermaid.render(id, text);
  return new XMLSerializer().serializeToString(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement);
}"""


def main() -> int:
    """Draw every block that has no drawing, and remove drawings that belong to none; the exit code."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    pages = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
    wanted = {drawing(page, text): text for page, markdown in pages.items() for text in blocks(markdown)}
    for left in sorted((DOCS / DRAWINGS).glob("*.svg")):
        if f"{DRAWINGS}/{left.name}" not in wanted:
            left.unlink()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.set_content(_PAGE)
        page.add_script_tag(path=sys.argv[1])
        for number, (path, text) in enumerate(wanted.items()):
            drawn = page.evaluate(_DRAW, [text, f"drawing{number}"])
            target = DOCS / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(drawn + "\n", encoding="utf-8")
            print(target.relative_to(DOCS.parent))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
