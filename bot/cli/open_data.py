"""``onestop open-data``: public figures, small numbers left out, with the meaning of their fields."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.context import fail, opened
from bot.web import tables
from bot.web.open_data import dictionary, open_data
from bot.web.report_tables import edition, label_of
from routing.domain.errors import Invalid
from routing.domain.reporting.statistics import ALL, GroupBy
from routing.service.reporting import turnaround as service

open_data_app = typer.Typer()


class Form(StrEnum):
    """How open data are written."""

    JSON = "json"
    CSV = "csv"


@open_data_app.command("open-data")
def command(
    *,
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="起日（含）")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="迄日（含）")],
    by: Annotated[GroupBy | None, typer.Option(help="分組：category、unit、park、channel 或 month")] = None,
    form: Annotated[Form, typer.Option("--format", help="輸出格式")] = Form.JSON,
    fields: Annotated[bool, typer.Option("--dictionary", help="CSV 之欄位說明檔；JSON 已含")] = False,
) -> None:
    """公開之辦理時效資料：各案件性質分列，少於 3 件者不提供，附欄位說明。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, office):
        issued = service.make(session, office, start=start.date(), end=end.date(), kind=ALL, by=by, now=context.now)
        try:
            made = open_data(issued.report, label_of(session, by), context.now, of=edition(issued))
        except Invalid as error:
            raise fail(error.message, code=2) from error
    if form is Form.JSON:
        typer.echo(json.dumps(made.as_json(), ensure_ascii=False, indent=2))
    else:
        table = dictionary(context.now) if fields else made.table()
        sys.stdout.buffer.write(tables.write(table, tables.Format.CSV))
