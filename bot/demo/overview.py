"""The overview of the demo: chat, desk and figures side by side, or behind three tabs on a phone."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.demo.seeding import PASSWORD

_HERE = Path(__file__).parent
PEOPLE = (
    ("supervisor@demo.example", "科長 周建宏"),
    ("wu.jiahao@demo.example", "承辦人 吳家豪"),
    ("lin.yian@demo.example", "承辦人 林怡安"),
    ("admin@demo.example", "系統管理"),
    ("taipower@demo.example", "台電窗口"),
)
"""Who may be chosen on the overview, by e-mail; the first is signed in when it opens."""
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self' {simulator}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def add_overview(app: FastAPI, *, simulator: str, chat: str) -> None:
    """Put ``/demo`` into the product's application.

    Args:
        app: the product, whose own pages let themselves be framed by the same origin.
        simulator: the simulator's origin, under both names of this machine.
        chat: address of the phone to show.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    people = [{"email": email, "label": label} for email, label in PEOPLE]
    html = environment.get_template("overview.html").render(people=people, password=PASSWORD, chat=chat)
    headers = {"Content-Security-Policy": _CSP.format(simulator=simulator), "Cache-Control": "no-store"}
    router = APIRouter(include_in_schema=False)

    @router.get("/demo")
    def overview() -> HTMLResponse:
        return HTMLResponse(html, headers=headers)

    app.include_router(router)
    app.mount("/demo/static", StaticFiles(directory=_HERE / "static"), name="demo")
