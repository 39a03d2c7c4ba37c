"""`onestop firms`: lists of firms that the branch keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import fail, opened
from bot.web import sheets
from bot.web.sheets import shown
from routing.domain.errors import Invalid
from routing.service.bindings import firm_lists
from routing.service.bindings.firm_lists import FirmLine, Taken

firms_app = typer.Typer(help="廠商名冊。", no_args_is_help=True)

_HEADINGS = {
    "ubn": ("統一編號", "統編", "營利事業統一編號", "ubn"),
    "name": ("公司名稱", "廠商名稱", "事業名稱", "名稱", "公司", "廠商", "name"),
    "email": ("電子郵件", "電子信箱", "聯絡信箱", "email", "e-mail"),
}
_MOST_LINES = 100


@firms_app.callback()
def _firms() -> None:
    """廠商名冊。"""  # noqa: D415 - a Chinese sentence, shown as the help


@firms_app.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(help="CSV、XLSX 或 ODS；表頭：統一編號、公司名稱、電子郵件", exists=True, dir_okay=False)
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只檢查並列出不合格之處，不匯入")] = False,
) -> None:
    """匯入廠商名冊：以統一編號辨識，只補不改；有一列不合格就全部不收。"""  # noqa: D415 - a Chinese sentence, shown as the help
    try:
        lines = _lines(file)
    except Invalid as error:
        raise fail(error.message, code=2) from error
    with opened() as context:
        with context.reading() as (session, _office):
            taken = firm_lists.take(session, lines, now=context.now, actor="cli", write=False)
            session.rollback()
        if not taken.refused and not dry_run:
            with context.writing() as (session, _office):
                taken = firm_lists.take(session, lines, now=context.now, actor="cli", write=True)
    _tell(taken, dry_run=dry_run)


def _lines(file: Path) -> list[FirmLine]:
    head, rows = sheets.headed(sheets.read_file(file))
    titles = [shown(cell).replace(" ", "").lower() for cell in head.cells]
    places = {
        name: next((place for place, title in enumerate(titles) if title in known), None)
        for name, known in _HEADINGS.items()
    }
    ubn, name, email = places["ubn"], places["name"], places["email"]
    if ubn is None or name is None:
        raise Invalid(f"第 {head.number} 列沒有「統一編號」與「公司名稱」這兩個表頭。", field="file")

    def cell(cells: tuple[sheets.Cell, ...], place: int | None) -> str:
        return shown(cells[place]).strip() if place is not None and place < len(cells) else ""

    return [
        # A spreadsheet takes a number for a number, and drops the noughts before it.
        FirmLine(row=row.number, ubn=_number(cell(row.cells, ubn)), name=cell(row.cells, name),
                 email=cell(row.cells, email))
        for row in rows
    ]  # fmt: skip


def _number(written: str) -> str:
    return written.zfill(8) if written.isascii() and written.isdigit() else written


def _tell(taken: Taken, *, dry_run: bool) -> None:
    names = {"ubn": "統一編號", "name": "名稱", "email": "電子郵件"}
    for row, field, reason in sorted(taken.refused)[:_MOST_LINES]:
        typer.echo(f"第 {row} 列「{names.get(field, field)}」：{reason}", err=True)
    if len(taken.refused) > _MOST_LINES:
        typer.echo(f"……另有 {len(taken.refused) - _MOST_LINES} 列", err=True)
    if taken.refused and not dry_run:
        raise fail(f"有 {len(taken.refused)} 列不合格，未匯入任何廠商；修正後再試。")
    counts = f"新增 {taken.new} 家，補登 {taken.completed} 家，相同 {taken.same} 家，不合格 {len(taken.refused)} 列"
    typer.echo(f"{counts}（僅檢查，未寫入）" if dry_run else counts)
    if taken.refused:
        raise typer.Exit(1)
