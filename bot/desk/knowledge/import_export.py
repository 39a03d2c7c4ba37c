"""Export of entries to a file and import as drafts, in the format of the shipped files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.knowledge.shared import known, search, status, taken, usual
from bot.web.bodies import chosen_file, read_form
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading
from routing.domain.errors import Invalid, OnestopError
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import written

router = APIRouter(prefix="/desk/knowledge")

_MOST_BYTES = 2 * 1024 * 1024


async def _sent(request: Request) -> tuple[str, str]:
    """The name and the text of what was sent, as a file or pasted."""
    if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
        raise Invalid("檔案超過 2 MB，請分批匯入。", code="too_long")
    form = await read_form(request, files=1, fields=5, most_bytes=_MOST_BYTES)
    if (file := await chosen_file(form)) is not None:
        name, content = file
        await form.close()
        try:
            return _name(name), content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid("檔案不是 UTF-8 文字。", field="file") from None
    pasted = form.get("text")
    return "貼上的內容.yaml", pasted.replace("\x00", "") if isinstance(pasted, str) else ""


def _name(sent: str) -> str:
    """What to call a file: the end of its name, without what cannot be shown or kept."""
    shown = "".join(letter for letter in sent.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return shown[-80:].strip() or "未命名檔案"


Sent = Annotated[tuple[str, str], Depends(_sent)]


@router.get("/exchange")
def exchange_page(request: Request, work: Reading, done: int | None = None) -> Response:
    """Export and import."""
    return _show(request, work, done=done)


def _show(
    request: Request, work: UnitOfWork, *, done: int | None = None, error: OnestopError | None = None, text: str = ""
) -> Response:
    found = known(work)
    said = None if done is None else f"已建立 {done} 份草稿；內容與現行相同者已略過。"
    values = {
        "done": said, "error": error, "text": text, "all": len(found.base.entries),
        "units": [one.name for one in work.office.offices.units],
    }  # fmt: skip
    return show(request, "knowledge_exchange.html", {**usual(work, "exchange"), **values}, status=status(error))


@router.get("/export")
def export(work: Reading, q: str = "", category: str = "", unit: str = "") -> Response:
    """The active entries, or those that match, as a knowledge file."""
    entries = [
        entry
        for entry in search(known(work).base.entries, q.strip()[:100])
        if (not category or entry.category.value == category) and (not unit or entry.unit == unit)
    ]
    headers = {"Content-Disposition": 'attachment; filename="knowledge.yaml"', "Cache-Control": "no-store"}
    return Response(written(entries), media_type="application/yaml; charset=utf-8", headers=headers)


@router.post("/import")
def take_in(request: Request, sent: Sent) -> Response:
    """Entries of a file as drafts; with one mistake none is taken."""
    name, text = sent

    def do(work: UnitOfWork) -> str:
        ids = entry_versions.import_text(work.session, work.actor, known(work), text, name=name, now=work.now)
        return f"/desk/knowledge/exchange?done={len(ids)}"

    def again(error: OnestopError) -> Response:
        with reading(request) as work:
            return _show(request, work, error=error, text=text[:200_000])

    return taken(request, do, again)
