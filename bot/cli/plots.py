"""`onestop plots`: taking in a list of plots."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import fail, opened
from bot.web import sheets
from routing.domain.land.lists import PlotList
from routing.domain.permissions import SYSTEM
from routing.service.land import importing

plots_app = typer.Typer(help="用地清冊。", no_args_is_help=True)
_MOST_LINES = 200


@plots_app.callback()
def _plots() -> None:
    """用地清冊。"""  # noqa: D415 - a Chinese sentence, shown as the help


@plots_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="CSV、XLSX 或 ODS；欄位見 docs/land.md", exists=True, dir_okay=False)],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只預覽，不匯入")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="清冊的資料日期；清冊本身沒有寫明時使用")
    ] = None,
) -> None:
    """匯入用地清冊，取代清冊所列園區的現有用地；有一格無法使用就全部不收，逐格列出。"""  # noqa: D415 - a Chinese sentence, shown as the help
    lines = sheets.read_file(file)
    day = as_of.date() if as_of is not None else None
    with opened() as context:
        with context.reading() as (_session, known):
            office = known
        found = importing.read(office, SYSTEM, lines, now=context.now, as_of=day)
        _show(found)
        if found.problems or not found.plots:
            raise fail("沒有匯入任何一筆；請修正後再試。")
        if dry_run:
            typer.echo("預覽，沒有匯入。")
            return
        with context.writing() as (session, office):
            new, gone = importing.take_in(session, office, SYSTEM, found, now=context.now)
    typer.echo(f"已匯入 {len(found.plots)} 筆，其中新增 {new} 筆；不在新清冊而停止提供 {gone} 筆。")


def _show(found: PlotList) -> None:
    for problem in found.problems[:_MOST_LINES]:
        typer.echo(f"錯誤：{problem}", err=True)
    if len(found.problems) > _MOST_LINES:
        typer.echo(f"……另有 {len(found.problems) - _MOST_LINES} 處", err=True)
    for remark in found.remarks:
        typer.echo(f"提醒：{remark}")
    parks = "、".join(found.parks) or "—"
    typer.echo(f"{len(found.plots)} 筆用地（{parks}），{len(found.problems)} 處無法使用。")
