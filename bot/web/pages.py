"""A page of the desk: rendered with the words of every choice beside its own values."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from bot.web.templating import page
from bot.web.words import CHOICES


def show(request: Request, template: str, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Render a page; its template also knows ``words``, the choices of each family by code."""
    return page(request, template, {"words": CHOICES, **values}, status=status)
