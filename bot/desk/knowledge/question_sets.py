"""題組: the question sets in force, one with its versions and as firms are asked it and exchange."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Filled
from bot.desk.knowledge.import_export import Sent
from bot.desk.knowledge.shared import LANGUAGES, known, status, taken, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading
from bot.web.words import WORDS
from knowledge.question_sets import QuestionSet, read_bodies, written
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.errors import NotFound, OnestopError
from routing.service.question_sets import active, preview, versions

router = APIRouter(prefix="/desk/knowledge")
_PAGE = 50


@router.get("/questions")
def list_page(
    request: Request, work: Reading, done: str = "", cursor: str | None = None, page: int = 1
) -> Response:  # fmt: skip
    """The sets in force, drafts that wait, a page at a time each, and exchange."""
    return _list(request, work, done=done, cursor=cursor, page=page)


def _list(
    request: Request, work: UnitOfWork, *, done: str = "", error: OnestopError | None = None, text: str = "",
    cursor: str | None = None, page: int = 1,
) -> Response:  # fmt: skip
    found = known(work)
    every = active.standing(work.session, work.office)
    pages = -(-len(every) // _PAGE) or 1
    page = max(1, min(page, pages))
    standing = every[(page - 1) * _PAGE : page * _PAGE]
    drafts = versions.drafts(work.session, work.office, work.actor, cursor=cursor or None)
    said = f"已建立 {int(done)} 份草稿；內容與現行相同者已略過。" if done.isascii() and done.isdigit() else None
    values: dict[str, Any] = {
        **usual(work, "questions"), "rows": standing, "error": error, "text": text,
        "drafts": drafts.items, "next": drafts.next_cursor, "first": not cursor, "page": page, "pages": pages,
        "entries": {name: found.base.entry(name) for one in standing for name in one.set.entries},
        "done": said or WORDS["done"].get(done),
    }  # fmt: skip
    return show(request, "question_sets.html", values, status=status(error))


@router.get("/questions/export")
def export(work: Reading, set_id: str = "") -> Response:
    """The sets in force, or one of them, as the YAML that can be imported."""
    known(work)
    sets = [one.set for one in active.standing(work.session, work.office) if set_id in {"", one.set.id}]
    headers = {"Content-Disposition": 'attachment; filename="question-sets.yaml"', "Cache-Control": "no-store"}
    return Response(written(sets), media_type="application/yaml; charset=utf-8", headers=headers)


@router.post("/questions/import")
def take_in(request: Request, sent: Sent) -> Response:
    """Sets of a file as drafts; with one mistake none is taken."""
    name, text = sent

    def do(work: UnitOfWork) -> str:
        ids = versions.import_text(
            work.session, work.office, work.actor, known(work).base, text, name=name, now=work.now
        )  # fmt: skip
        return f"/desk/knowledge/questions?done={len(ids)}"

    def refused(error: OnestopError) -> Response:
        with reading(request) as work:
            return _list(request, work, error=error, text=text[:200_000])

    return taken(request, do, refused)


@router.get("/questions/sets/{set_id}")
def set_page(
    request: Request, work: Reading, set_id: str, *, lang: str = "zh-TW", version: RowId | None = None, done: str = "",
    cursor: str | None = None,
) -> Response:  # fmt: skip
    """One set as firms are asked it, and its versions; ``version``: one of those in place of what is in force."""
    return _one(
        request, work, set_id, lang=lang, version=version, done=WORDS["done"].get(done), cursor=cursor or None
    )  # fmt: skip


def _one(
    request: Request, work: UnitOfWork, set_id: str, *, lang: str = "zh-TW", version: int | None = None,
    done: str | None = None, error: OnestopError | None = None, cursor: str | None = None,
) -> Response:  # fmt: skip
    found = known(work)
    listed = versions.versions(work.session, work.office, work.actor, set_id, cursor=cursor)
    rows = listed.items
    standing = active.one(work.session, work.office, set_id)
    shown = standing.set if standing is not None else None
    chosen = version if version is not None or shown is not None else next((one.row.id for one in rows), None)
    if chosen is not None:
        shown = _of_version(work, set_id, chosen)
    if shown is None:
        raise NotFound("找不到這個題組。")
    lang = lang if lang in READING_LANGUAGES else "zh-TW"
    values = {
        **usual(work, "questions"), "set": shown, "standing": standing, "versions": rows, "version": chosen,
        "next": listed.next_cursor, "first": cursor is None,
        "messages": preview.messages(work.office, shown, lang, now=work.now), "lang": lang, "languages": LANGUAGES,
        "entries": {name: found.base.entry(name) for name in shown.entries}, "done": done, "error": error,
    }  # fmt: skip
    return show(request, "question_set.html", values, status=status(error))


def _of_version(work: UnitOfWork, set_id: str, version_id: int) -> QuestionSet:
    row = versions.version(work.session, set_id, version_id)
    sets = read_bodies([row.body], "version", units=[str(row.body.get("unit"))])[0] if row is not None else ()
    if not sets:
        raise NotFound("找不到這個版本。")
    return sets[0]


@router.post("/questions/drafts/{version_id}/{deed}")
def decide(request: Request, version_id: RowId, deed: str, form: Filled) -> Response:
    """Approve a draft, or send it back."""

    def do(work: UnitOfWork) -> str:
        known(work)
        if deed not in {"approve", "reject"}:
            raise NotFound("找不到這個操作。")
        row = versions.decide(
            work.session, work.office, work.actor, version_id, approve=deed == "approve", note=form.text("note"),
            now=work.now,
        )  # fmt: skip
        gone = row.state == "rejected" and active.one(work.session, work.office, row.set_id) is None
        return f"/desk/knowledge/questions{'' if gone else f'/sets/{row.set_id}'}?done=questions_{row.state}"

    def refused(error: OnestopError) -> Response:
        with reading(request) as work:
            return _list(request, work, error=error)

    return taken(request, do, refused)
