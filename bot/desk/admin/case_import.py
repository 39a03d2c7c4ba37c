"""Cases of a spreadsheet at the desk: looked at with each bad cell named, then taken in; as `onestop cases import`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.admin.pages import require_page
from bot.runtime import runtime_of
from bot.web import sheets
from bot.web.case_imports import Taken, take
from bot.web.errors import status_of
from bot.web.sent_tables import Sent, SentTable
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork, reading
from bot.web.words import WORDS
from routing.domain.errors import Invalid
from routing.service.reporting import measuring

router = APIRouter(prefix="/desk/admin/case-import")
_NAME = "case-import"
_SHOWN = 200
MOST_ROWS = 2000
"""Rows of a table at the desk; what is longer is for the command, which takes its time."""
EXAMPLE = """columns:                  # 案件欄位: 試算表的欄名
  number: 案號
  unit: 科別
  received_at: 受理日期
  firm: 廠商
  ubn: 統編
  category: 類別
  subject: 事由
defaults: {kind: ENQ, channel: phone, park: 楠梓}
repeat: [科別]            # 空白時同上一列
values:                   # 試算表的用詞: 系統的用詞
  category: {土地: land, 建廠: construction, 水電: utilities, 環保: environment, 稅務: tax, 其他: other}
  outcome: {已答復: answered, 移請權責機關: referred, 撤回: withdrawn, 併案: duplicate, 不受理: declined}
times: {received_at: "09:00", closed: "17:00"}
events:                   # 日期欄有日子時，各成為一筆歷程
  - {event: assigned, at: 分案日, to: 承辦人}
  - {event: replied, at: 回復日, by: 承辦人, same: {via: phone}}
  - {event: closed, at: 結案日, by: 承辦人, outcome: 結果}
"""


@router.get("")
def page(request: Request, work: Reading, done: str = "") -> Response:
    """The form."""
    return _shown(request, work, done=done)


@router.post("")
def look_or_take(request: Request, sent: Sent) -> Response:
    """Look at a table, or take it in; one bad cell, and it is shown with all of them and nothing is taken."""
    with reading(request) as work:
        require_page(work.actor, _NAME)
    runtime, actor = runtime_of(request), work.actor
    try:
        found = take(
            runtime, _table(sent.body), sent.mapping, "欄位對照", skip_bad=False, dry_run=not sent.take, now=work.now,
            actor=actor.email or actor.name,
        )  # fmt: skip
    except Invalid as error:
        with reading(request) as work:
            return _shown(request, work, sent=sent, error=error)
    if not sent.take or found.refused:
        with reading(request) as work:
            return _shown(request, work, sent=sent, found=found)
    measuring.measure_remaining(runtime)
    return RedirectResponse(f"/desk/admin/{_NAME}?done=case_import", status_code=303)


def _table(body: bytes) -> list[sheets.Line]:
    table = sheets.read(body)
    if len(table) > MOST_ROWS:
        raise Invalid(
            f"超過 {MOST_ROWS} 列，請分成數個檔案，或由系統管理人員以 onestop cases import 匯入。", field="file",
            code="table_unreadable",
        )  # fmt: skip
    return table


def _shown(
    request: Request, work: UnitOfWork, *, sent: SentTable | None = None, found: Taken | None = None,
    error: Invalid | None = None, done: str = "",
) -> Response:  # fmt: skip
    require_page(work.actor, _NAME)
    values = {
        "actor": work.actor, "tab": _NAME, "sent": sent, "found": found, "error": error, "shown": _SHOWN,
        "mapping": sent.mapping if sent is not None else EXAMPLE, "most": MOST_ROWS, "done": WORDS["done"].get(done),
    }  # fmt: skip
    return show(request, "admin_case_import.html", values, status=status_of(error) if error is not None else 200)
