"""`onestop calendar`: the official office calendar, and days on which work is stopped."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import opened
from bot.web import calendar_tables
from knowledge.calendar.office_calendar import YearCheck
from knowledge.calendar.official_days import MOST_BYTES
from routing.service.office_calendar import commands as office_calendar_commands
from routing.service.office_calendar import due_date_refresh
from routing.service.reporting import measuring

calendar_app = typer.Typer(help="辦公日曆與停止上班。", no_args_is_help=True)

_Date = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="YYYY-MM-DD")]
_County = Annotated[str, typer.Option(help="縣市，如 高雄市")]
_District = Annotated[str | None, typer.Option(help="區；不給為全縣市")]


@calendar_app.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(help="行政院人事行政總處辦公日曆（CSV、XLSX 或 ODS）", exists=True, dir_okay=False)
    ],
) -> None:
    """匯入整年的辦公日曆，取代同年度的內建日曆。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with file.open("rb") as source:
        raw = source.read(MOST_BYTES + 1)
    days = calendar_tables.read(raw).encode()
    with opened() as context:
        with context.writing() as (session, _office):
            checks = office_calendar_commands.import_file(session, context.office_provider, days, now=context.now)
        due_date_refresh.refresh_remaining(context, now=context.now)
        measuring.measure_remaining(context)
    for check in checks:
        typer.echo(_account(check))


@calendar_app.command()
def check(year: Annotated[int, typer.Argument(help="西元年", min=2000, max=2199)]) -> None:
    """檢查一個年度：上班日數、放假日、補班日、停班。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (_session, office):
        found = office.calendar.check_year(year)
    typer.echo(_account(found))
    if not found.official:
        raise typer.Exit(1)


@calendar_app.command()
def close(
    day: _Date,
    *,
    county: _County,
    district: _District = None,
    part: Annotated[str, typer.Option(help="full、am、pm 或 HH:MM-HH:MM")] = "full",
    source: Annotated[str, typer.Option(help="公告來源")] = "",
) -> None:
    """登錄停止上班；未結案件的限辦日期隨之調整。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        with context.writing() as (session, _office):
            place = office_calendar_commands.close(
                session,
                context.office_provider,
                day=day.date(),
                county=county,
                district=district,
                part=part,
                source=source,
                now=context.now,
            )
        due_date_refresh.refresh_remaining(context, now=context.now)
        measuring.measure_remaining(context)
    typer.echo(f"已登錄 {day:%Y-%m-%d} {place} 停班（{part}）")


@calendar_app.command("open")
def open_command(
    day: _Date,
    *,
    county: Annotated[str | None, typer.Option(help="縣市；不給為當日全部")] = None,
    district: _District = None,
) -> None:
    """撤回停止上班；紀錄保留。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        with context.writing() as (session, _office):
            withdrawn = office_calendar_commands.reopen(
                session, context.office_provider, day=day.date(), county=county, district=district, now=context.now
            )
        due_date_refresh.refresh_remaining(context, now=context.now)
        measuring.measure_remaining(context)
    typer.echo(f"已撤回 {withdrawn} 筆停班")


def _account(check: YearCheck) -> str:
    if not check.official:
        return f"{check.year} 年尚未匯入；以週一至週五為上班日暫算。"
    lines = [f"{check.year} 年：上班 {check.working_days} 日，放假 {check.days_off} 日"]
    lines += [f"  {day.date} 平日放假" for day in check.weekdays_off]
    lines += [f"  {day.date} 補行上班" for day in check.make_up_days]
    lines += [f"  {one.date} {one.county}{one.district or ''} 停班（{one.part}）" for one in check.closures]
    return "\n".join(lines)
