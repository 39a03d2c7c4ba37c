"""Pages for everybody: the privacy notice (個人資料保護法 §8) and the way to the desk."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.web.templating import page
from knowledge.privacy import load_privacy

router = APIRouter(include_in_schema=False)

_PRIVACY = load_privacy()


@router.get("/")
def root() -> RedirectResponse:
    """Staff begin at the desk."""
    return RedirectResponse("/desk", status_code=303)


@router.get("/privacy")
def privacy(request: Request) -> HTMLResponse:
    """What is collected, why, for how long, for whom, and a person's rights; in three languages."""
    return page(request, "privacy.html", {"notice": _PRIVACY})
