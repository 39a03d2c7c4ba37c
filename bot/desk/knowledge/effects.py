"""What a draft would change for firms: asked for here, worked out by a worker, shown with counts first."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.knowledge.insights import DECISIONS
from bot.desk.knowledge.shared import known, status, taken, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading
from routing.domain.errors import NotFound, OnestopError
from routing.service.knowledge_admin import effects
from routing.service.knowledge_admin import versions as entry_versions

router = APIRouter(prefix="/desk/knowledge/drafts")
_PAGE = 50


@router.get("/{edit_id}/effects")
def effects_page(
    request: Request, work: Reading, edit_id: RowId, kind: str = "gained", page: int = 1
) -> Response:  # fmt: skip
    """What its trial came to, and a page of the enquiries of one kind."""
    return _shown(request, work, edit_id, kind=kind, page=page)


@router.post("/{edit_id}/trial")
def ask_for_trial(request: Request, edit_id: RowId) -> Response:
    """Ask that it is tried."""

    def do(work: UnitOfWork) -> str:
        known(work)
        effects.ask_for(work.session, work.actor, edit_id, now=work.now)
        return f"/desk/knowledge/drafts/{edit_id}/effects"

    def refused(error: OnestopError) -> Response:
        with reading(request) as work:
            return _shown(request, work, edit_id, error=error)

    return taken(request, do, refused)


def _shown(
    request: Request, work: UnitOfWork, edit_id: int, *, kind: str = "gained", page: int = 1,
    error: OnestopError | None = None,
) -> Response:  # fmt: skip
    found = known(work)
    row = entry_versions.by_id(work.session, edit_id)
    if row is None:
        raise NotFound("找不到這份草稿。")
    tried = effects.effects_of(work.session, row)
    kind = kind if kind in effects.KINDS else "gained"
    pages = -(-tried.counts[kind] // _PAGE) or 1 if tried else 1
    page = max(1, min(page, pages))
    version = next(one for one in entry_versions.versions(work.session, found, row.entry_id) if one.row.id == row.id)
    values: dict[str, Any] = {
        **usual(work, "drafts"), "row": row, "version": version, "tried": tried, "kind": kind, "page": page,
        "pages": pages, "decisions": DECISIONS, "error": error, "days": effects.WITHIN.days,
        "rows": effects.listed(work.session, work.actor, row, kind, page=page, size=_PAGE) if tried else [],
        "questions": {entry.id: entry.question for entry in found.base.entries}
        | {row.entry_id: str(row.body.get("question", ""))},
    }  # fmt: skip
    return show(request, "knowledge_effects.html", values, status=status(error))
