"""`onestop cases` and `turnaround`: histories in and out, and the report over them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.cli.context import Context, Form, fail, opened
from bot.cli.progress import Progress
from bot.web import case_imports, service_tables, sheets, tables
from bot.web.bot_tables import bot_table
from bot.web.compared import report_table
from bot.web.held_tables import held_table
from bot.web.report_tables import label_of
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, Role
from routing.domain.reporting.compared import base_of
from routing.domain.reporting.history import MOST_CHARACTERS
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import GroupBy, Wanted
from routing.service.cases import histories
from routing.service.reporting import bot_report, measuring, service_figures
from routing.service.reporting import held as held_service
from routing.service.reporting import turnaround as service

cases_app = typer.Typer(help="案件歷程。", no_args_is_help=True)
turnaround_app = typer.Typer()
measures_app = typer.Typer(help="時效基礎資料。", no_args_is_help=True)

_MOST_LINES = 100
_WORTH_IT = 4_000_000
"""Bytes of a file that several processes read faster than one, their start counted."""


@cases_app.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(help="JSON Lines 檔；加 --map 則為 CSV、XLSX 或 ODS", exists=True, dir_okay=False)
    ],
    *,
    mapping: Annotated[
        Path | None, typer.Option("--map", help="欄位對照檔（YAML），見 docs/import.md", exists=True, dir_okay=False)
    ] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="略過不合格的行，其餘照匯")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只檢查並列出不合格之處，不匯入")] = False,
) -> None:
    """匯入案件歷程；不會通知任何人。"""  # noqa: D415 - a Chinese sentence, shown as the help
    asked = _Asked(skip_bad=skip_bad, dry_run=dry_run)
    with opened() as context:
        if mapping is None:
            _import_lines(context, file, asked)
        else:
            _import_table(context, file, mapping, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """How a file is to be taken in."""

    skip_bad: bool
    dry_run: bool


def _import_lines(context: Context, file: Path, asked: _Asked) -> None:
    with file.open("rb") as start:
        if start.read(2) == b"PK":
            raise fail("試算表請以 --map 給欄位對照檔；見 docs/import.md。", code=2)
    size, progress = file.stat().st_size, Progress()
    with file.open(encoding="utf-8") as lines:
        at = partial(os.lseek, lines.fileno(), 0, os.SEEK_CUR)
        try:
            result = histories.import_beside_service(
                context, progress.along("檢查", _bounded(lines), at=at, of=size), skip_bad=asked.skip_bad,
                now=context.now, processes=_processes(size), dry_run=asked.dry_run,
                entered=lambda done, of: progress.show("匯入", done, of),
            )  # fmt: skip
        except UnicodeDecodeError as error:
            raise fail(f"{file.name}：不是 UTF-8 文字。", code=2) from error
        finally:
            progress.close()
    _tell([str(refusal) for refusal in result.refusals], result, asked, "行")


def _import_table(context: Context, file: Path, mapping: Path, asked: _Asked) -> None:
    progress = Progress()
    try:
        result = case_imports.take(
            context, sheets.read_file(file), mapping.read_text("utf-8"), mapping.name, skip_bad=asked.skip_bad,
            dry_run=asked.dry_run, now=context.now, entered=lambda done, of: progress.show("匯入", done, of),
        )  # fmt: skip
    except UnicodeDecodeError as error:
        raise fail(f"{mapping.name}：不是 UTF-8 文字。", code=2) from error
    except Invalid as error:
        raise fail(error.message, code=2) from error
    finally:
        progress.close()
    _tell(result.refused, result, asked, "列")


def _tell(
    refused: Sequence[str], result: histories.ImportResult | case_imports.Taken, asked: _Asked, unit: str
) -> None:
    for said in refused[:_MOST_LINES]:
        typer.echo(said, err=True)
    if len(refused) > _MOST_LINES:
        typer.echo(f"……另有 {len(refused) - _MOST_LINES} 處", err=True)
    if refused and not asked.skip_bad and not asked.dry_run:
        raise fail(f"有 {len(refused)} {unit}不合格，未匯入任何案件；修正後再試，或加 --skip-bad。")
    counts = f"{result.imported} 件，略過已有 {result.repeated} 件，不合格 {len(refused)} {unit}"
    typer.echo(f"可匯入 {counts}（僅檢查，未寫入）" if asked.dry_run else f"匯入 {counts}")
    if refused and asked.dry_run:
        raise typer.Exit(1)


def _processes(size: int) -> int:
    """How many read beside this one: one for each core, where the file is worth their start."""
    return 0 if size < _WORTH_IT else os.cpu_count() or 1


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


@turnaround_app.command("turnaround")
def turnaround(
    *,
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="起日（含）")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="迄日（含）")],
    kind: Annotated[Kind, typer.Option(help="案件種類")] = Kind.ENQ,
    by: Annotated[GroupBy | None, typer.Option(help="分組")] = None,
    form: Annotated[Form, typer.Option("--format", help="輸出格式")] = Form.JSON,
    base: Annotated[int | None, typer.Option(help="對照之基準年，例如 114")] = None,
    bot: Annotated[bool, typer.Option("--bot", help="機器人受詢與訊息")] = False,
    held: Annotated[bool, typer.Option("--held", help="經手日數：各單位或承辦人（--by officer）")] = False,
    service_too: Annotated[bool, typer.Option("--service", help="會辦、補正與滿意度")] = False,
    table: Annotated[str | None, typer.Option(help="--service 只輸出一張表，例如 partners；CSV 必填")] = None,
) -> None:
    """辦理時效報表；與網頁、API 同一組數字。"""  # noqa: D415 - a Chinese sentence, shown as the help
    if held:
        _held(start.date(), end.date(), kind, by, form)
        return
    if service_too:
        _service(start.date(), end.date(), form, table)
        return
    if bot:
        _bot(start.date(), end.date(), form)
        return
    with opened() as context:
        wanted = _wanted(start.date(), end.date(), kind, by, base)
        with context.reading() as (session, office):
            issued, *others = service.make_all(session, office, wanted, now=context.now)
        if not issued.recorded:
            with context.writing() as (session, _office):
                service.record(session, issued, now=context.now)
        beside = others[0] if others else None
        if form is Form.JSON:
            typer.echo(json.dumps(service.beside(issued, beside), ensure_ascii=False, indent=2))
            return
        with context.reading() as (session, _office):
            made = report_table(issued, beside, context.now, label_of(session, by))
    sys.stdout.buffer.write(tables.write(made, tables.Format(form)))


def _service(start: date, end: date, form: Form, table: str | None) -> None:
    reader = Actor(name="onestop turnaround", role=Role.ADMIN)
    try:
        with opened() as context, context.reading() as (session, office):
            found = service_figures.made(session, office, reader, Period(start, end), now=context.now)
        if form is not Form.JSON:
            sys.stdout.buffer.write(service_tables.written(found, tables.Format(form), context.now, table=table))
            return
    except Invalid as error:
        raise fail(error.message, code=2) from error
    typer.echo(json.dumps(service_tables.as_json(found), ensure_ascii=False, indent=2))


def _bot(start: date, end: date, form: Form) -> None:
    try:
        with opened() as context, context.reading() as (session, office):
            report = bot_report.counted(session, office, Period(start, end), now=context.now)
    except Invalid as error:
        raise fail(error.message, code=2) from error
    if form is Form.JSON:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        sys.stdout.buffer.write(tables.write(bot_table(report, context.now), tables.Format(form)))


def _wanted(start: date, end: date, kind: Kind, by: GroupBy | None, base: int | None) -> list[Wanted]:
    """What is asked for, and the same of the base year."""
    try:
        periods = [Period(start, end)]
        periods += [base_of(periods[0], base)] if base is not None else []
    except Invalid as error:
        raise fail(error.message, code=2) from error
    return [Wanted(period=period, kind=kind, by=by) for period in periods]


def _held(start: date, end: date, kind: Kind, by: GroupBy | None, form: Form) -> None:
    try:
        with opened() as context, context.reading() as (session, office):
            split = held_service.split_of(by)
            report = held_service.made(session, office, Period(start, end), kind, by=split, now=context.now)
            made = held_table(report, context.now, label_of(session, report.by))
    except Invalid as error:
        raise fail(error.message, code=2) from error
    if form is Form.JSON:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        sys.stdout.buffer.write(tables.write(made, tables.Format(form)))
