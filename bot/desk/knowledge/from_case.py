"""From a case's page: answer with an entry, make one of the answer, say which entry or category was right."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.cases.case_page import values_of
from bot.desk.forms import Filled, Form
from bot.desk.knowledge.shared import known, search, status, taken, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading
from knowledge.calendar.office_calendar import local
from knowledge.overlay import Kind
from knowledge.vocabulary import Channel
from routing.domain.errors import Invalid, NotFound, OnestopError
from routing.service.cases.queries import CaseWhole
from routing.service.knowledge_admin import case_drafts, corrections

router = APIRouter(prefix="/desk/knowledge/cases")

_SHOWN = 12


@router.get("/{number}")
def pick_page(request: Request, work: Reading, number: str, q: str | None = None, done: str = "") -> Response:
    """Pick an entry for a case: to answer with, or as the one that would have been right."""
    return _show(request, work, number, q=q, done=done)


def _show(
    request: Request, work: UnitOfWork, number: str, *, q: str | None = None, done: str = "",
    error: OnestopError | None = None, form: Form | None = None,
) -> Response:  # fmt: skip
    found = known(work)
    row, said = corrections.teachable(work.session, work.actor, number)
    asked = q if q is not None else corrections.bare_words(said)
    entries, read = _near(work, asked)
    if q:
        chosen = {entry.id for entry in entries}
        entries += [entry for entry in search(found.base.entries, q) if entry.id not in chosen]
    values: dict[str, Any] = {
        "row": row, "said": said, "proposed": corrections.bare_words(said), "entries": entries[:_SHOWN],
        "q": q or "", "read": read,
        "enquiries": corrections.read_before(work.session, row.id), "base": found.base,
        "done": "已收到修正，正以評測題試驗；通過後數秒內生效。" if done == "taught" else None,
        "error": error, "typed": form.fields if form else {},
        "rows": [one for one in corrections.all_taught(work.session, work.actor) if one.case_number == number],
    }  # fmt: skip
    return show(request, "knowledge_pick.html", {**usual(work, "corrections"), **values}, status=status(error))


def _near(work: UnitOfWork, text: str) -> tuple[list[Any], Any]:
    """The entries that the window itself finds near these words."""
    if not text.strip():
        return [], None
    read, _ = work.runtime.reader.read(text[:2000], None, today=local(work.now).date())
    return [match.entry for match in read.faq], read


def _way(whole: CaseWhole) -> str:
    """How an answer usually goes out: where the firm is reached, else by telephone."""
    return whole.address.channel if whole.address is not None and whole.address.reachable else Channel.PHONE.value


@router.get("/{number}/reply")
def reply_page(request: Request, work: Reading, number: str, faq: str) -> Response:
    """The case with an entry's answer and its source in the reply, for the officer to finish and send."""
    entry = known(work).base.entry(faq)
    if entry is None:
        raise NotFound("找不到這個條目。")
    row, _ = corrections.teachable(work.session, work.actor, number)
    if entry.expired(local(work.now).date()):
        raise Invalid("這則常見問題已過複查日，請先確認內容並更新。", code="entry_expired")
    if not entry.speaks(row.language):
        raise Invalid("這則常見問題還沒有廠商所用語言的回答，請自行撰寫回復。", code="entry_other_language")
    form = Form({"text": case_drafts.as_reply(entry, row.language)})
    values = values_of(work, number, step="reply", form=form)
    values["typed"] = {**form.fields, "via": _way(values["whole"])}
    return show(request, "case.html", values)


@router.post("/{number}/teach")
def teach(request: Request, number: str, form: Filled) -> Response:
    """Keep a correction; the worker tries it before it is live."""

    def do(work: UnitOfWork) -> str:
        kind = form.text("kind")
        if kind not in set(Kind):
            raise Invalid("請選擇修正的種類。", field="kind")
        corrections.propose(
            work.session, work.actor, known(work), number, message_id=form.number("message"), text=form.text("text"),
            kind=Kind(kind), entry_id=form.optional("entry"), category=form.optional("category"), now=work.now,
        )  # fmt: skip
        return f"/desk/knowledge/cases/{number}?done=taught"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show(request, work, number, q=form.optional("q"), error=error, form=form)

    return taken(request, do, again)
