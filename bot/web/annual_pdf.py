"""The yearly papers as PDF, to be printed, signed and kept (PDF/A), set by typst where that is installed.

It is an extra of its own lock (requirements-pdf.lock) and needs a Chinese font on the machine:
docs/decisions/0023-pdf.md.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.web import annual_files
from bot.web.tables import AGENCY, MEDIA_TYPES, Format
from routing.domain.errors import Invalid, Unavailable
from routing.service.reporting.annual import Papers

MEDIA_TYPE = "application/pdf"
ENDING = "pdf"
ENDINGS = (*Format, ENDING)
"""Of every file that the papers can be."""
FONTS = (
    "Noto Serif CJK TC", "Noto Serif TC", "Source Han Serif TC", "Noto Sans CJK TC", "Noto Sans TC",
    "Source Han Sans TC", "TW-Kai", "TW-Sung", "DFKai-SB", "BiauKai", "PMingLiU", "Microsoft JhengHei", "PingFang TC",
    "AR PL UMing TW", "AR PL UKai TW",
)  # fmt: skip
"""Fonts with the characters of Taiwan, the most wanted first."""
_TEMPLATE = Path(__file__).parent / "templates" / "annual.typ"
_INSTALL = "請由系統管理人員安裝：pip install --require-hashes -r requirements-pdf.lock"


def pdf(papers: Papers, made_at: datetime) -> bytes:
    """The papers as the page shows them, on A4.

    Raises:
        Unavailable: typst is not installed, or no Chinese font is (``pdf_unavailable``); says what is to be done.
    """
    typst = _typst()
    inputs = {"papers": json.dumps(_data(papers), ensure_ascii=False), "font": font(typst.Fonts().families())}
    made: bytes = typst.compile(
        _TEMPLATE.read_bytes(), sys_inputs=inputs, format="pdf", pdf_standards="a-2u",
        timestamp=int(made_at.timestamp()),
    )  # fmt: skip
    return made


def _typst() -> Any:
    try:
        return import_module("typst")
    except ImportError:
        raise Unavailable(f"本機未安裝產生 PDF 的套件。{_INSTALL}", code="pdf_unavailable") from None


def font(families: Collection[str]) -> str:
    """The most wanted of the fonts that there are. Raises Unavailable: there is none with the characters."""
    there = set(families)
    for name in FONTS:
        if name in there:
            return name
    raise Unavailable(
        "本機沒有中文字型，無法產生 PDF；請由系統管理人員安裝，例如 Debian 的 fonts-noto-cjk。", code="pdf_unavailable"
    )


def _data(papers: Papers) -> dict[str, Any]:
    return {
        "title": annual_files.title(papers), "agency": AGENCY, "notes": annual_files.notes(papers),
        "tables": [_table(table) for table in papers.content["tables"]],
    }  # fmt: skip


def _table(table: dict[str, Any]) -> dict[str, Any]:
    columns, rows = table["columns"], table["rows"]
    values = [[annual_files.plain(row[place]) for row in rows] for place in range(len(columns))]
    numbers = [
        any(isinstance(one, int | float) for one in column) and not any(isinstance(one, str) for one in column)
        for column in values
    ]
    shown = [[annual_files.shown(cell, name, row[0]) for cell, name in zip(row, columns, strict=True)] for row in rows]
    # What a heading is of, and the figure below it: broken where it is told to, not within a word.
    heads = [name.replace("－", "－\n") for name in columns]
    return {"title": table["title"], "columns": heads, "rows": shown, "notes": table["notes"], "numbers": numbers}


def written(papers: Papers, ending: str, made_at: datetime, *, table: str | None = None) -> tuple[bytes, str]:
    """The papers as a file of this ending, a workbook or PDF, and its media type; ``table``: one of them alone.

    Raises:
        Invalid: no such table; CSV without one, PDF with one. Unavailable: PDF cannot be made here.
    """
    if ending != ENDING:
        form = Format(ending)
        return annual_files.workbook(papers, form, made_at, table=table), MEDIA_TYPES[form]
    if table is not None:
        raise Invalid("PDF 為整份年度報表，不單獨輸出一張表。", field="table")
    return pdf(papers, made_at), MEDIA_TYPE
