"""Writing an entry: a form with each mistake beside its field and a preview of the LINE card; then approval."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.forms import Filled, Form
from bot.desk.knowledge.shared import known, taken, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.entries import Aspect, FaqEntry, KnowledgeBase
from knowledge.files.fields import Problem
from knowledge.vocabulary import CASE_CATEGORIES, FOREIGN_LANGUAGES, PHRASING_GROUPS
from routing.domain.errors import NotFound, OnestopError
from routing.service.knowledge_admin import case_drafts, duplicates, preview
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import body_of
from routing.service.knowledge_admin.duplicates import Near

router = APIRouter(prefix="/desk/knowledge")

_PLAIN = (
    "id", "category", "topic", "kind", "parks", "question", "answer", "details", "verified", "review", "unit", "where",
    "duration",
)  # fmt: skip
_LISTS = ("facts", "prepare")
_BASIS = ("law", "article", "url", "version", "paragraph", "read", "clause")
_FILL = ("question", "unit")
_TARIFF = ("item", "item_en", "item_ja", "units", "price", "first", "included", "minimum", "law", "article", "words")
_NAMED_ONLY = "＊"
"""Behind the words of a row that is never meant without one of them."""
_YEAR = timedelta(days=181)


def fields_of(body: dict[str, Any], base: KnowledgeBase | None = None) -> dict[str, str]:
    """An entry's values as a form shows them: one line an item, related entries by their question."""
    fields = {name: str(body.get(name) or "") for name in _PLAIN}
    fields |= {name: "\n".join(body.get(name) or ()) for name in _LISTS}
    related = body.get("related") or ()
    fields["related"] = "\n".join(_question_of(name, base) for name in related)
    fields |= {f"aspect_{name}": "yes" for name in body.get("aspects") or ()}
    fields["basis"] = "\n".join(_basis_line(one) for one in body.get("basis") or ())
    fields["fill"] = "｜".join(value for part in _FILL if (value := str((body.get("fill") or {}).get(part) or "")))
    fields["tariff"] = "\n".join(_tariff_line(row) for row in body.get("tariff") or ())
    for language in FOREIGN_LANGUAGES:
        said = body.get(language) or {}
        fields |= {f"{language}_{part}": str(said.get(part) or "") for part in ("question", "answer")}
    for group in PHRASING_GROUPS:
        fields[f"phrasings_{group}"] = "\n".join((body.get("phrasings") or {}).get(group) or ())
    return fields


def _question_of(entry_id: str, base: KnowledgeBase | None) -> str:
    entry = base.entry(entry_id) if base is not None else None
    return entry.question if entry is not None else entry_id


def body_from(form: Form, base: KnowledgeBase) -> dict[str, Any]:
    """The values of an entry from a filled form; related entries are named there by question or id."""
    by_question = {entry.question: entry.id for entry in base.entries}
    body: dict[str, Any] = {name: form.text(name).replace("\r\n", "\n") for name in _PLAIN}
    body |= {name: _lines(form, name) for name in _LISTS}
    body["related"] = [by_question.get(line, line) for line in _lines(form, "related")]
    body["aspects"] = [str(aspect) for aspect in Aspect if form.text(f"aspect_{aspect}")]
    body["basis"] = [_basis(line) for line in _lines(form, "basis")]
    asked, _, unit = form.text("fill").replace("|", "｜").partition("｜")
    body["fill"] = {"question": asked.strip(), "unit": unit.strip()} if asked.strip() else None
    body["tariff"] = [_tariff(line) for line in _lines(form, "tariff")]
    for language in FOREIGN_LANGUAGES:
        body[language] = {part: form.text(f"{language}_{part}") for part in ("question", "answer")}
    body["phrasings"] = {group: _lines(form, f"phrasings_{group}") for group in PHRASING_GROUPS}
    return body


def _lines(form: Form, name: str) -> list[str]:
    return [line.strip() for line in form.text(name).splitlines() if line.strip()]


def _basis(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    found: dict[str, Any] = dict(zip(_BASIS, [*parts, *[""] * len(_BASIS)][: len(_BASIS)], strict=True))
    found["clause"] = found["clause"].split()
    return found


def _tariff(line: str) -> dict[str, Any]:
    """A row of the tariff from its line; what is left blank is left out."""
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    found: dict[str, Any] = {name: value for name, value in zip(_TARIFF, parts, strict=False) if value}
    words = str(found.pop("words", ""))
    found |= {"units": str(found.get("units", "")).split(), "words": words.removesuffix(_NAMED_ONLY).split()}
    if str(found.get("included", "")).isdecimal():
        found["included"] = int(found["included"])
    if words.endswith(_NAMED_ONLY):
        found["named_only"] = True
    return found


def _tariff_line(row: dict[str, Any]) -> str:
    lists = {name: " ".join(row.get(name) or ()) for name in ("units", "words")}
    lists["words"] += _NAMED_ONLY if row.get("named_only") else ""
    return "｜".join(str(lists.get(name, row.get(name) or "")) for name in _TARIFF).rstrip("｜")


def _basis_line(one: dict[str, Any]) -> str:
    parts = [str(one.get(part) or "") for part in _BASIS[:-1]] + [" ".join(one.get("clause") or ())]
    return "｜".join(parts).rstrip("｜")


def _by_field(problems: tuple[Problem, ...]) -> dict[str, list[str]]:
    """What is wrong, by the name of the form's field."""
    found: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        name = problem.field.split("[")[0].replace(".", "_")
        message = f"{problem.field[len('basis') :]} {problem.message}" if name == "basis" else problem.message
        message = message.replace("移到 details", "移到補充說明")
        if "不是可用的值" in message or "不是可用的科別" in message:
            message = "請從清單選一項"
        found[name].append(("提醒：" if problem.warning else "") + message.strip())
    return dict(found)


def _show_form(
    request: Request, work: UnitOfWork, fields: dict[str, str], *, note: str = "", checked: bool = False, new: bool,
    error: OnestopError | None = None, case: str = "", near: tuple[Near, ...] = (),
) -> Response:  # fmt: skip
    found, fields = known(work), {**fields_of({}), **fields}
    entry, problems = _read(work, Form(fields)) if checked else (None, ())
    wrong = [problem for problem in problems if not problem.warning]
    messages = preview.messages(work.office, entry, "zh-TW", services=found.services, now=work.now) if entry else ()
    values = {
        "fields": fields, "note": note, "problems": _by_field(problems), "wrong": len(wrong), "checked": checked,
        "messages": messages, "new": new, "error": error, "case": case, "near": near,
        "case_categories": CASE_CATEGORIES,
        "units": [one.name for one in work.office.offices.units], "topics": WORDS["topic"],
        "aspects": WORDS["aspect"],
    }  # fmt: skip
    status = 422 if checked and (wrong or error or near) else 200
    return show(request, "knowledge_edit.html", {**usual(work, "entries"), **values}, status=status)


def _read(work: UnitOfWork, form: Form) -> tuple[FaqEntry | None, tuple[Problem, ...]]:
    """The entry that a form makes, with what is wrong; one without an id is read with that which it would get."""
    base = known(work).base
    return entry_versions.check(entry_versions.with_id(body_from(form, base), work.actor, work.now), base)


def _near(work: UnitOfWork, form: Form) -> tuple[Near, ...]:
    """What stands already and is nearly this; nothing for an entry whose question stays, or once it was seen."""
    entry, problems = _read(work, form)
    standing = known(work).base.entry(entry.id) if entry is not None else None
    same = entry is not None and standing is not None and standing.question == entry.question
    if entry is None or same or form.text("go_on") or any(not problem.warning for problem in problems):
        return ()
    return duplicates.near(work.runtime.reader.understander(), entry, entry_versions.waiting(work.session))


@router.get("/entries/{entry_id}/edit")
def edit_page(request: Request, work: Reading, entry_id: str, draft: RowId | None = None) -> Response:
    """The form with an entry's values, or with those of one of its versions."""
    entry = known(work).base.entry(entry_id)
    row = entry_versions.version(work.session, entry_id, draft) if draft is not None else None
    if row is not None:
        fields = {**fields_of(row.body, known(work).base), "again": entry_id}
        return _show_form(request, work, fields, new=entry is None)
    if entry is None:
        raise NotFound("找不到這個條目。")
    return _show_form(request, work, fields_of(body_of(entry), known(work).base), new=False)


@router.get("/new")
def new_page(request: Request, work: Reading, case: str = "") -> Response:
    """An empty form; from a case, with what was asked and answered there."""
    today = local(work.now).date()
    body: dict[str, Any] = {
        "kind": "answer", "parks": "any", "topic": "general", "verified": today.isoformat(),
        "review": _review(today).isoformat(),
        "unit": work.actor.unit or "",
    }  # fmt: skip
    if case:
        body |= case_drafts.from_case(work.session, work.actor, case)
    note = f"由案件 {case} 的回復整理" if case else ""
    return _show_form(request, work, fields_of(body), note=note, new=True, case=case)


def _review(today: date) -> date:
    return today + _YEAR


@router.post("/preview")
def preview_page(request: Request, form: Filled) -> Response:
    """The form again with what is wrong and the card; nothing is kept."""
    with reading(request) as work:
        new = form.text("new") == "yes"
        note, case = form.text("note"), form.text("case")
        near = _near(work, form)
        return _show_form(request, work, dict(form.fields), note=note, checked=True, new=new, case=case, near=near)


@router.post("/drafts")
def save(request: Request, form: Filled) -> Response:
    """Keep a draft, or show the form again with what is wrong, or with what is nearly the same for a choice."""
    fresh = form.text("new") == "yes"
    with reading(request) as work:
        near = _near(work, form)
        if near:
            return _show_form(
                request, work, dict(form.fields), note=form.text("note"), checked=True, new=fresh, near=near,
                case=form.text("case"),
            )  # fmt: skip

    def do(work: UnitOfWork) -> str:
        body, note, case = body_from(form, known(work).base), form.text("note"), form.text("case")
        body = entry_versions.with_id(body, work.actor, work.now)
        entry_versions.draft(
            work.session, work.actor, known(work), body, note=note, now=work.now, case=case,
            new=fresh and form.text("id") != form.text("again"),
        )  # fmt: skip
        return f"/desk/knowledge/entries/{body['id']}?done=draft"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show_form(
                request, work, dict(form.fields), note=form.text("note"), checked=True,
                new=form.text("new") == "yes", error=error if error.code != "knowledge_invalid" else None,
                case=form.text("case"),
            )  # fmt: skip

    return taken(request, do, again)


@router.get("/drafts")
def drafts_page(request: Request, work: Reading, cursor: str | None = None) -> Response:
    """Drafts that wait for their unit, a page at a time."""
    return _show_drafts(request, work, cursor=cursor or None)


def _show_drafts(
    request: Request, work: UnitOfWork, error: OnestopError | None = None, cursor: str | None = None
) -> Response:
    found = known(work)
    page = entry_versions.drafts(work.session, found, cursor=cursor)
    rows = [
        (version, unit, entry_versions.may_approve(work.actor, unit, version.row.author))
        for version in page.items
        for unit in (entry_versions.owner_unit(found, version.row),)
    ]
    values = {
        **usual(work, "drafts"), "rows": rows, "error": error, "next": page.next_cursor, "first": cursor is None,
    }  # fmt: skip
    return show(request, "knowledge_drafts.html", values, status=409 if error else 200)


@router.post("/drafts/{edit_id}/approve")
def approve(request: Request, edit_id: RowId) -> Response:
    """Approve a draft."""

    def do(work: UnitOfWork) -> str:
        entry_id = entry_versions.approve(work.session, work.actor, known(work), edit_id, now=work.now)
        return f"/desk/knowledge/entries/{entry_id}?done=approved"

    return taken(request, do, lambda error: _drafts_again(request, error))


@router.post("/drafts/{edit_id}/reject")
def reject(request: Request, edit_id: RowId, form: Filled) -> Response:
    """Send a draft back."""

    def do(work: UnitOfWork) -> str:
        found = known(work)
        entry_id = entry_versions.reject(work.session, work.actor, found, edit_id, note=form.text("note"), now=work.now)
        standing = found.base.entry(entry_id) is not None
        return f"/desk/knowledge/entries/{entry_id}?done=rejected" if standing else "/desk/knowledge/drafts"

    return taken(request, do, lambda error: _drafts_again(request, error))


def _drafts_again(request: Request, error: OnestopError) -> Response:
    with reading(request) as work:
        return _show_drafts(request, work, error)
