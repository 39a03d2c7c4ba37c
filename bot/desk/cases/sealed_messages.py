"""Opening a message that its firm took back: a form that asks for the reason, which the audit trail keeps."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.admin.pages import page_values_of
from bot.desk.forms import Filled
from bot.web.errors import status_of
from bot.web.templating import show
from bot.web.unit_of_work import RowId, reading, writing
from routing.domain.errors import Invalid
from routing.service.cases import sealed_messages

router = APIRouter()
_NO_STORE = {"Cache-Control": "private, no-store"}


@router.post("/desk/admin/withdrawn/{message_id}/open")
def open_sealed(request: Request, message_id: RowId, form: Filled) -> Response:
    """The words, or with ``file`` the file, of one message; the reason is kept with who looked."""
    cursor = form.text("cursor") or None
    try:
        with writing(request) as work:
            opened = sealed_messages.read(
                work.session, work.runtime.files, work.actor, message_id, reason=form.text("reason"), now=work.now
            )
            values = page_values_of(work, "withdrawn", cursor=cursor)
    except Invalid as error:
        with reading(request) as work:
            page = {**page_values_of(work, "withdrawn", cursor=cursor), "error": error}
        return show(request, "admin_withdrawn.html", page, status=status_of(error))
    if form.text("file") == "1" and opened.file is not None:
        name = f'attachment; filename="withdrawn-{message_id}"'
        headers = {"Content-Disposition": name, "Content-Security-Policy": "default-src 'none'; sandbox", **_NO_STORE}
        return Response(opened.file, media_type="application/octet-stream", headers=headers)
    return show(request, "admin_withdrawn.html", {**values, "opened": opened})
