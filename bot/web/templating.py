"""Pages: one Jinja environment over the template folders of all page families, with the filters they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web import words
from bot.web.words import CHOICES
from knowledge.calendar.republic import roc_date, roc_instant, roc_year
from routing.domain.files import ENDINGS, MOST_AT_ONCE, MOST_BYTES, size_shown
from routing.domain.land.needs import range_shown, range_typed
from routing.domain.permissions import may
from routing.domain.search_words import stretches
from routing.service.files.queries import problem_of


def show(request: Request, template: str, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Render a page; its template also knows ``words``, the choices of each family by code."""
    return page(request, template, {"words": CHOICES, **values}, status=status)


_BOT = Path(__file__).parent.parent
_FOLDERS = [_BOT / "web" / "templates", _BOT / "firm" / "templates", *sorted((_BOT / "desk").rglob("templates"))]


def safe_url(value: str) -> str:
    """A link that cannot run anything: http, https, tel, mailto or a path of ours; else an empty one."""
    parts = urlsplit(value)
    if parts.scheme in {"http", "https", "tel", "mailto"} or (not parts.scheme and value.startswith("/")):
        return value
    return "#"


def marked(text: str, q: str) -> str | Markup:
    """What was looked for, marked where it stands in a text."""
    if not q:
        return text
    return Markup().join(Markup("<mark>{}</mark>").format(part) if hit else part for part, hit in stretches(text, q))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDERS), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        roc_date=roc_date,
        roc_year=roc_year,
        roc_instant=roc_instant,
        safe_url=safe_url,
        word=words.word,
        file_size=size_shown,
        file_problem=problem_of,
        need_range=range_shown,
        need_typed=range_typed,
        marked=marked,
    )
    environment.tests.update(may=may)
    environment.globals["upload"] = {
        "accept": ",".join(f".{ending}" for ending in (*ENDINGS.values(), "jpeg")),
        "most_files": MOST_AT_ONCE, "most_bytes": MOST_BYTES, "most_megabytes": MOST_BYTES // 1024 // 1024,
    }  # fmt: skip
    return environment


_ENVIRONMENT = _environment()


def page(request: Request, template: str, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Render a page. Every template knows ``request``, ``actor`` (or None), ``banner`` and ``demo``."""
    runtime = request.app.state.runtime
    shared = {
        "request": request,
        "actor": None,
        "unfinished": False,
        "demo": runtime.office_provider.base.demo,
        "clock_offset": runtime.settings.clock_offset,
        "passkeys": runtime.settings.passkey_domain is not None,
        "single_sign_on": runtime.identity_provider is not None,
        "partial": request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers,
    }
    html = _ENVIRONMENT.get_template(template).render({**shared, **values})
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
