"""The form of a question set: filled in without scripts, checked and shown as firms are asked it, kept as a draft."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.forms import Form
from bot.desk.knowledge.shared import known, taken, usual
from bot.web import pending_form
from bot.web.bodies import read_form
from bot.web.templating import show
from bot.web.unit_of_work import Reading, RowId, UnitOfWork, reading
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.files.fields import Problem
from knowledge.question_sets import MOST_QUESTIONS, AnswerKind
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.errors import Invalid, NotFound, OnestopError
from routing.service.question_sets import active, preview, versions

router = APIRouter(prefix="/desk/knowledge")

_MOST_BYTES = 128 * 1024
_FIELDS = 40 + MOST_QUESTIONS * 12
_SPARE = 2
"""Empty questions below those that are filled in."""
_LISTS = ("words", "entries", "basis")
_CHOICE = ("id", *READING_LANGUAGES)
_LABELS = {
    "choices": "選項", "id": "代號", "kind": "題型", "name": "項目", "ask": "題目", "source": "來源",
}  # fmt: skip
_OF_FILES = re.compile(r"（[^（）]*請加引號）")


async def _wide(request: Request) -> Form:
    """A form of more fields than others have."""
    if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
        raise Invalid("送出的內容過長。", code="too_long")
    sent = await read_form(request, files=0, fields=_FIELDS, most_bytes=_MOST_BYTES)
    form = Form({name: value.replace("\x00", "") for name, value in sent.items() if isinstance(value, str)})
    pending_form.remember(request, form.fields)
    return form


Wide = Annotated[Form, Depends(_wide)]


def fields_of(body: dict[str, Any]) -> dict[str, str]:
    """The form's fields of a set."""
    found = {name: str(body.get(name) or "") for name in ("id", "category", "topic", "unit", "verified")}
    found |= {name: "\n".join(body.get(name) or ()) for name in _LISTS}
    found |= {f"title.{language}": (body.get("title") or {}).get(language, "") for language in READING_LANGUAGES}
    found["stopped"] = "yes" if body.get("stopped") else ""
    for place, one in enumerate(body.get("questions") or ()):
        at = f"q{place}."
        found |= {f"{at}{name}": str(one.get(name) or "") for name in ("id", "kind", "source")}
        for part in ("name", "ask"):
            found |= {f"{at}{part}.{language}": one[part].get(language, "") for language in READING_LANGUAGES}
        found[f"{at}choices"] = "\n".join(
            "｜".join(choice.get(name, "") for name in _CHOICE) for choice in one.get("choices") or ()
        )
    return found


def body_from(form: Form) -> dict[str, Any]:
    """A set from the form's fields; a question of which nothing is filled in is none."""
    body: dict[str, Any] = {name: form.text(name) for name in ("id", "category", "unit", "verified")}
    body |= {name: _lines(form.text(name)) for name in _LISTS}
    body |= {"topic": form.text("topic"), "stopped": form.text("stopped") == "yes", "title": _said(form, "title")}
    body["questions"] = [one for place in range(MOST_QUESTIONS) if (one := _question(form, f"q{place}."))]
    return body


def _question(form: Form, at: str) -> dict[str, Any]:
    name, ask, choices = _said(form, f"{at}name"), _said(form, f"{at}ask"), _lines(form.text(f"{at}choices"))
    if not (form.text(f"{at}id") or choices or any(name.values()) or any(ask.values())):
        return {}
    found = {
        "id": form.text(f"{at}id"), "kind": form.text(f"{at}kind") or AnswerKind.TEXT.value, "name": name, "ask": ask,
        "source": form.text(f"{at}source"),
    }  # fmt: skip
    return {**found, "choices": [_choice(line) for line in choices]} if choices else found


def _choice(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    return dict(zip(_CHOICE, [*parts, *[""] * len(_CHOICE)], strict=False))


def _said(form: Form, name: str) -> dict[str, str]:
    return {str(language): " ".join(form.text(f"{name}.{language}").split()) for language in READING_LANGUAGES}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _show(
    request: Request, work: UnitOfWork, fields: dict[str, str], *, note: str = "", new: bool, checked: bool = False,
    error: OnestopError | None = None, lang: str = "zh-TW",
) -> Response:  # fmt: skip
    fields = {**fields_of({}), **fields}
    found, problems, messages = None, list[Problem](), ()
    base = known(work).base
    if checked:
        found, problems = versions.check(work.office, body_from(Form(fields)), base)
        if not problems:
            messages = preview.messages(work.office, found, lang, now=work.now)  # type: ignore[assignment]
    filled = sum(1 for place in range(MOST_QUESTIONS) if _question(Form(fields), f"q{place}."))
    by_field: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        by_field[problem.field.split("[")[0].split(".")[0]].append(_place(problem))
    values = {
        **usual(work, "questions"), "fields": fields, "note": note, "new": new, "checked": checked, "error": error,
        "problems": by_field, "wrong": len(problems), "messages": messages, "most": MOST_QUESTIONS,
        "places": range(min(filled + _SPARE, MOST_QUESTIONS)), "answer_kinds": WORDS["answer_kind"],
        "languages": READING_LANGUAGES, "units": [one.name for one in work.office.offices.units],
        "topics": WORDS["topic"],
    }  # fmt: skip
    status = 422 if checked and (problems or error) else 200
    return show(request, "question_set_edit.html", values, status=status)


def _place(problem: Problem) -> str:
    """What is wrong as the form calls it, with the question it is wrong in; what holds of files alone is left out."""
    message, parts = _OF_FILES.sub("", problem.message), problem.field.replace("[", ".").replace("]", "").split(".")
    named = [_LABELS[part] for part in parts if part in _LABELS]
    languages = [WORDS["language"][part] for part in parts if part in WORDS["language"]]
    shown = "".join(named[:1]) + (f"（{languages[0]}）" if languages else "")
    if parts[0] == "questions" and len(parts) > 1:
        return f"第 {parts[1]} 題{f'「{shown}」' if shown else ''}：{message}"
    return f"{languages[0]}：{message}" if languages else message


@router.get("/questions/new")
def new_page(request: Request, work: Reading) -> Response:
    """An empty form."""
    body = {"verified": local(work.now).date().isoformat(), "unit": work.actor.unit or ""}
    return _show(request, work, fields_of(body), new=True)


@router.get("/questions/sets/{set_id}/edit")
def edit_page(request: Request, work: Reading, set_id: str, version: RowId | None = None) -> Response:
    """The form with the values of a set, or of one of its versions."""
    known(work)
    standing = active.one(work.session, work.office, set_id)
    row = versions.version(work.session, set_id, version) if version is not None else None
    if row is not None:
        return _show(request, work, fields_of(row.body), new=standing is None)
    if standing is None:
        raise NotFound("找不到這個題組。")
    return _show(request, work, fields_of(standing.set.as_data()), new=False)


@router.post("/questions/preview")
def preview_page(request: Request, form: Wide) -> Response:
    """The form again with what is wrong, two more empty questions, and the chat; nothing is kept."""
    with reading(request) as work:
        return _show(
            request, work, dict(form.fields), note=form.text("note"), new=form.text("new") == "yes", checked=True
        )  # fmt: skip


@router.post("/questions/drafts")
def save(request: Request, form: Wide) -> Response:
    """Keep a draft, or show the form again with what is wrong."""

    def do(work: UnitOfWork) -> str:
        base = known(work).base
        row = versions.draft(
            work.session, work.office, work.actor, base, body_from(form), note=form.text("note"), now=work.now
        )  # fmt: skip
        return f"/desk/knowledge/questions/sets/{row.set_id}?done=questions_draft"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show(
                request, work, dict(form.fields), note=form.text("note"), new=form.text("new") == "yes", checked=True,
                error=error if error.code != "question_set_invalid" else None,
            )  # fmt: skip

    return taken(request, do, again)
