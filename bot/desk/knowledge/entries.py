"""The list of entries, and the page of one: answers, sources, phrasings, versions, as LINE shows it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.knowledge.shared import LANGUAGES, known, search, state_of, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.entries import Aspect
from knowledge.relevance.aspects import stated
from routing.domain.errors import NotFound
from routing.service.knowledge_admin import answer_quality, corrections, preview
from routing.service.knowledge_admin import versions as entry_versions

router = APIRouter(prefix="/desk/knowledge")

_PAGE = 60
_VERSIONS = 20
_DONE = {
    "draft": "草稿已儲存，待權責單位核定。", "approved": "已核定；數秒內在所有伺服器生效。", "rejected": "已退回草稿。",
}  # fmt: skip


@router.get("")
def list_page(
    request: Request, work: Reading, *, q: str = "", category: str = "", unit: str = "", state: str = "", page: int = 1
) -> Response:
    """Entries that fit, in the order of the files."""
    found, today = known(work), local(work.now).date()
    drafted = entry_versions.drafted(work.session)
    rows = [
        (entry, state_of(entry, today), drafted.get(entry.id, 0))
        for entry in search(found.base.entries, q.strip()[:100])
        if (not category or entry.category.value == category) and (not unit or entry.unit == unit)
    ]
    counts = Counter(kind for _, kind, _ in rows)
    shown = [row for row in rows if _is(row, state)]
    page = max(1, min(page, -(-len(shown) // _PAGE) or 1))
    values: dict[str, Any] = {
        "rows": shown[(page - 1) * _PAGE : page * _PAGE], "total": len(shown), "page": page, "counts": counts,
        "pages": -(-len(shown) // _PAGE), "filters": {"q": q, "category": category, "unit": unit, "state": state},
        "units": [one.name for one in work.office.offices.units], "all": len(found.base.entries),
    }  # fmt: skip
    return show(request, "knowledge.html", {**usual(work, "entries"), **values})


def _is(row: tuple[Any, str, int], state: str) -> bool:
    entry, kind, drafts = row
    if state == "draft":
        return drafts > 0
    if state == "hand_over":
        return bool(entry.kind.value == "hand_over")
    return not state or kind == state


@router.get("/entries/{entry_id}")
def entry_page(
    request: Request, work: Reading, entry_id: str, *, done: str = "", lang: str = "zh-TW", page: int = 1
) -> Response:  # fmt: skip
    """One entry: its active version, and its history a page at a time."""
    found = known(work)
    versions = entry_versions.versions(work.session, found, entry_id)
    entry = found.base.entry(entry_id)
    if entry is None:
        if not versions:
            raise NotFound("找不到這個條目。")
        entry = entry_versions.check(versions[0].row.body, found.base)[0]
        if entry is None:
            raise NotFound("這份草稿無法判讀，請重新建立。")
    lang = lang if lang in dict(LANGUAGES) else "zh-TW"
    decided = [one for one in versions if one.row.state != "draft"]
    pages = -(-len(decided) // _VERSIONS) or 1
    page = max(1, min(page, pages))
    values = {
        "history": decided[(page - 1) * _VERSIONS : page * _VERSIONS],
        "page": page,
        "pages": pages,
        "entry": entry,
        "active": found.base.entry(entry_id) is not None,
        "versions": versions,
        "lang": lang,
        "state": state_of(entry, local(work.now).date()),
        "languages": LANGUAGES,
        "messages": preview.messages(work.office, entry, lang, services=found.services, now=work.now),
        "taught": corrections.taught_about(work.session, entry_id),
        "done": _DONE.get(done),
        "shipped": found.shipped.entry(entry_id) is not None,
        "may_approve": {
            one.row.id: entry_versions.may_approve(
                work.actor, entry_versions.owner_unit(found, one.row), one.row.author
            )
            for one in versions
        },
        "related": [other for name in entry.related if (other := found.base.entry(name))],
        "realised": answer_quality.realised_of(entry, found.judged),
        "aspect_words": [WORDS["aspect"][aspect] for aspect in Aspect if aspect in stated(entry).aspects],
        "topic_word": WORDS["topic"].get(entry.topic, entry.topic),
    }
    return show(request, "knowledge_entry.html", {**usual(work, "entries"), **values})
