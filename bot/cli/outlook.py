"""``onestop outlook``: what is left of this week, as the page says it."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from bot.cli.context import Form, fail, opened
from bot.web import outlook_tables
from bot.web.tables import Format
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, Role
from routing.service.reporting import outlook as service

outlook_app = typer.Typer()


@outlook_app.command("outlook")
def outlook(
    *,
    unit: Annotated[str | None, typer.Option(help="只列一個單位之案件與人員")] = None,
    form: Annotated[Form, typer.Option("--format", help="輸出格式")] = Form.JSON,
    table: Annotated[str | None, typer.Option(help="只輸出一張表，例如 due；CSV 必填")] = None,
) -> None:
    """本週展望：到期案件、在辦已滿或請假、詢問增加的主題、可補的知識、等待中的會辦。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, office):
        units = [one.name for one in office.offices.units]
        if unit is not None and unit not in units:
            raise fail(f"沒有這個單位；可用：{'、'.join(units)}。", code=2)
        reader = Actor(name="onestop outlook", role=Role.ADMIN, unit=unit)
        week = service.for_person(session, office, reader, now=context.now)
        if form is Form.JSON:
            typer.echo(json.dumps(outlook_tables.as_json(week), ensure_ascii=False, indent=2))
            return
        try:
            made = outlook_tables.written(week, Format(form), context.now, table=table)
        except Invalid as error:
            raise fail(error.message, code=2) from error
    sys.stdout.buffer.write(made)
