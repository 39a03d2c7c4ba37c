"""Hooks of mkdocs: nothing in the site asks for anything outside it.

Links that leave docs/ become paths, mermaid becomes the drawing that ``drawings.py`` made of it, and what the theme
would fetch from elsewhere lies beside it.

Read from a folder, pages may start no worker, so search runs in a frame by a shim (``docs_site/iframe-worker.js``:
iframe-worker 1.0.4, MIT, Copyright (c) 2020-2022 Martin Donath), which the theme would fetch from another host.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
from pathlib import Path
from typing import Any

_SHIM, _ELSEWHERE = "iframe-worker.js", "https://unpkg.com/iframe-worker/shim"
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?\)")

DRAWINGS = "drawings"
_BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(markdown: str) -> list[str]:
    """The texts of a document's mermaid blocks."""
    return _BLOCK.findall(markdown)


def drawing(page: str, text: str) -> str:
    """The path of a block's drawing; its page, by its path, likewise within docs/. Another text has another drawing."""
    return f"{DRAWINGS}/{Path(page).stem}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.svg"


def drawn(markdown: str, page: str) -> str:
    """The document with its drawings in place of its mermaid."""
    up = posixpath.relpath(".", posixpath.dirname(page) or ".")
    return _BLOCK.sub(lambda found: f"![{Path(page).stem}]({up}/{drawing(page, found[1])})", markdown)


def inside(markdown: str, folder: str) -> str:
    """The text with links that leave docs/ written out; ``folder``: of the page, within docs/."""

    def written(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", folder, match[2]))
        if path.startswith("docs/"):
            return match[0]
        return match[1] if match[1].strip("`") == path else f"{match[1]} (`{path}`)"

    return _LINK.sub(written, markdown)


def on_page_markdown(markdown: str, *, page: Any, **_more: Any) -> str:
    """As mkdocs calls it."""
    return inside(drawn(markdown, page.file.src_uri), posixpath.dirname(page.file.src_uri))


def on_post_page(output: str, *, page: Any, **_more: Any) -> str:
    """As mkdocs calls it."""
    return output.replace(_ELSEWHERE, posixpath.relpath(f"assets/{_SHIM}", posixpath.dirname(page.url) or "."))


def on_post_build(*, config: Any, **_more: Any) -> None:
    """As mkdocs calls it."""
    shutil.copyfile(Path(__file__).with_name("docs_site") / _SHIM, Path(config["site_dir"]) / "assets" / _SHIM)


def on_post_template(output: str, **_more: Any) -> str:
    """As mkdocs calls it; for pages that are no document."""
    return output.replace(_ELSEWHERE, f"/assets/{_SHIM}")
