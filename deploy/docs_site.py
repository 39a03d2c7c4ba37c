"""Hooks of mkdocs: links that leave docs/ become paths, and what the theme would fetch from elsewhere lies beside it.

Read from a folder, pages may start no worker, so search runs in a frame by a shim (``docs_site/iframe-worker.js``:
iframe-worker 1.0.4, MIT, Copyright (c) 2020-2022 Martin Donath), which the theme would fetch from another host.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path
from typing import Any

_SHIM, _ELSEWHERE = "iframe-worker.js", "https://unpkg.com/iframe-worker/shim"
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?\)")


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
    return inside(markdown, posixpath.dirname(page.file.src_uri))


def on_post_page(output: str, *, page: Any, **_more: Any) -> str:
    """As mkdocs calls it."""
    return output.replace(_ELSEWHERE, posixpath.relpath(f"assets/{_SHIM}", posixpath.dirname(page.url) or "."))


def on_post_build(*, config: Any, **_more: Any) -> None:
    """As mkdocs calls it."""
    shutil.copyfile(Path(__file__).with_name("docs_site") / _SHIM, Path(config["site_dir"]) / "assets" / _SHIM)


def on_post_template(output: str, **_more: Any) -> str:
    """As mkdocs calls it; for pages that are no document."""
    return output.replace(_ELSEWHERE, f"/assets/{_SHIM}")
