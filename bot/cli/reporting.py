"""`onestop cases` and `turnaround`: histories in and out, and the report over them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.cli.context import fail, opened
from bot.web import tables
from bot.web.report_tables import label_of, table
from routing.domain.reporting.history import MOST_CHARACTERS
from routing.domain.reporting.statistics import GroupBy
from routing.service.cases import histories
from routing.service.reporting import measuring
from routing.service.reporting import turnaround as service

cases_app = typer.Typer(help="案件歷程。", no_args_is_help=True)
turnaround_app = typer.Typer()
measures_app = typer.Typer(help="時效基礎資料。", no_args_is_help=True)

_MOST_LINES = 100


@cases_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="JSON Lines 檔", exists=True, dir_okay=False)],
    *,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="略過不合格的行，其餘照匯")] = False,
) -> None:
    """匯入案件歷程；不會通知任何人。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, file.open(encoding="utf-8") as lines:
        result = histories.import_beside_service(context, _bounded(lines), skip_bad=skip_bad, now=context.now)
    for refusal in result.refusals[:_MOST_LINES]:
        typer.echo(str(refusal), err=True)
    refused = len(result.refusals)
    if refused > _MOST_LINES:
        typer.echo(f"……另有 {refused - _MOST_LINES} 行", err=True)
    if refused and not skip_bad:
        raise fail(f"有 {refused} 行不合格，未匯入任何案件；修正後再試，或加 --skip-bad。")
    typer.echo(f"匯入 {result.imported} 件，略過已有 {result.repeated} 件，不合格 {refused} 行")


def _bounded(lines: TextIO) -> Iterator[str]:
    """The lines, each read no further than to see that it is too long."""
    while line := lines.readline(MOST_CHARACTERS + 2):
        yield line
        rest = line
        while not rest.endswith("\n") and (rest := lines.readline(MOST_CHARACTERS)):
            pass


@cases_app.command()
def export() -> None:
    """輸出全部案件歷程，一行一件。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, _office):
        for line in histories.export(session):
            sys.stdout.write(line + "\n")


@measures_app.callback()
def _measures() -> None:
    """時效基礎資料。"""  # noqa: D415 - a Chinese sentence, shown as the help


@measures_app.command()
def rebuild() -> None:
    """依案件歷程重新計算時效基礎資料；期間報表照常可用，只是較慢。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        moved = measuring.rebuild(context)
    typer.echo(f"重算完成；與原資料不同 {moved} 件")


class Kind(StrEnum):
    """What a report is about."""

    ENQ = "ENQ"
    PET = "PET"
    APP = "APP"
    ALL = "all"


class Form(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"


@turnaround_app.command("turnaround")
def turnaround(
    *,
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="起日（含）")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="迄日（含）")],
    kind: Annotated[Kind, typer.Option(help="案件種類")] = Kind.ENQ,
    by: Annotated[GroupBy | None, typer.Option(help="分組")] = None,
    form: Annotated[Form, typer.Option("--format", help="輸出格式")] = Form.JSON,
) -> None:
    """辦理時效報表；與網頁、API 同一組數字。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        with context.reading() as (session, office):
            issued = service.make(
                session, office, start=start.date(), end=end.date(), kind=kind, by=by, now=context.now
            )
        if not issued.recorded:
            with context.writing() as (session, _office):
                service.record(session, issued, now=context.now)
    if form is Form.JSON:
        typer.echo(json.dumps(issued.as_json(), ensure_ascii=False, indent=2))
        return
    with context.reading() as (session, _office):
        made = table(issued.report, context.now, label_of(session, by))
    sys.stdout.buffer.write(tables.write(made, tables.Format(form)))
