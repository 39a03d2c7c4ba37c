"""`onestop annual`: the yearly papers as a file (contract §9)."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.context import fail, opened
from bot.web import annual_files, annual_pdf
from bot.web.words import word
from routing.domain.errors import Invalid, NotFound, Unavailable
from routing.domain.permissions import Actor, Role
from routing.service.reporting import annual as service

annual_app = typer.Typer()

_READER = Actor(name="onestop annual", role=Role.ADMIN)
"""Whoever has the command line has the database."""


class Form(StrEnum):
    """How the papers are written."""

    JSON = "json"
    XLSX = "xlsx"
    ODS = "ods"
    CSV = "csv"
    PDF = "pdf"


@annual_app.command("annual")
def annual(
    year: Annotated[int, typer.Argument(help="年度，民國或西元")],
    *,
    form: Annotated[Form, typer.Option("--format", help="輸出格式")] = Form.ODS,
    table: Annotated[str | None, typer.Option(help="只輸出一張表，例如 question_sets；CSV 必填")] = None,
    live: Annotated[bool, typer.Option("--live", help="已封存者也依現況計算")] = False,
    revision: Annotated[int | None, typer.Option(help="封存之版次，0 為初版；未指定者為最近一版")] = None,
) -> None:
    """年度報表：已封存者輸出封存內容，否則依現況計算；寫到標準輸出。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, office):
        try:
            papers = service.papers(
                session, office, _READER, year, word=word, now=context.now, live=live, revision=revision
            )
            if form is not Form.JSON:
                sys.stdout.buffer.write(annual_pdf.written(papers, form, context.now, table=table)[0])
        except (Invalid, NotFound) as error:
            raise fail(error.message, code=2) from error
        except Unavailable as error:
            raise fail(error.message) from error
    if form is Form.JSON:
        typer.echo(json.dumps(annual_files.as_json(papers), ensure_ascii=False, indent=2))
