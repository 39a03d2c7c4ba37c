"""The yearly papers as a workbook, and the words of their shapes for every door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.web.report_tables import days, rate
from bot.web.tables import Cell, Format, Table, write_some
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_instant, roc_written, roc_year
from routing.service.reporting.annual import Entered, Papers, Sealed

_SHARES = ("率", "幅度", "滿意度", "誤差")


def title(papers: Papers) -> str:
    """What the papers are called."""
    return f"{roc_year(papers.year)} 年度為民服務執行績效"


def file_name(papers: Papers, form: str, table: str | None = None) -> str:
    """The name of the file, which says whether it is sealed, and which table it is if it is one alone."""
    seal = f"-r{papers.seal.revision}" if papers.seal is not None else ""
    return f"annual-{papers.year}{seal}{f'-{table}' if table else ''}.{form}"


def as_json(papers: Papers) -> dict[str, Any]:
    """Content, hash, seals, and what was entered by hand."""
    return {
        **papers.content,
        "sha256": papers.sha256,
        "sealed": seal_json(papers.seal) if papers.seal is not None else None,
        "changed_since": papers.changed,
        "seals": [seal_json(one) for one in papers.seals],
        "entries": [entry_json(one) for one in papers.entries],
    }


def entry_json(row: Entered) -> dict[str, Any]:
    """A figure entered by hand."""
    return {
        "id": row.id, "section": row.section, "label": row.label, "dimension": row.dimension, "figure": row.figure,
        "evidence": row.evidence, "owner": row.owner,
    }  # fmt: skip


def seal_json(seal: Sealed) -> dict[str, Any]:
    """A seal without what is under it."""
    return {
        "revision": seal.revision, "at": local(seal.sealed_at).isoformat(), "by": seal.sealed_by, "name": seal.name,
        "reason": seal.reason, "sha256": seal.sha256,
    }  # fmt: skip


def notes(papers: Papers) -> list[str]:
    """What stands on the first sheet and above the page's tables."""
    content = papers.content
    through = roc_written(date.fromisoformat(content["to"]))
    begun = roc_written(date.fromisoformat(content["from"]))
    found = [
        f"統計期間：{begun}至{through}{'' if content['finished'] else '（年度尚未結束）'}",
        f"計算規則版本：{content['rules']}；辦公日曆版本：{content['calendar']}",
    ]
    if papers.seal is None:
        found.append("尚未封存：數字隨案件變動。")
    else:
        version = f"修正第 {papers.seal.revision} 版" if papers.seal.revision else "初版"
        found.append(f"{version}，{papers.seal.name} 於 {roc_instant(papers.seal.sealed_at)} 封存")
        if papers.seal.reason:
            found.append(f"修正理由：{papers.seal.reason}")
    found.append(f"內容雜湊（SHA-256）：{papers.sha256}")
    return found


def workbook(papers: Papers, form: Format, made_at: datetime, *, table: str | None = None) -> bytes:
    """A sheet for each table, numbers in full precision; or one table alone, by its key, which is what CSV can hold.

    Raises:
        Invalid: no such table, or CSV without one.
    """
    tables = {
        one["key"]: Table(
            title=one["title"], columns=one["columns"], rows=[[plain(cell) for cell in row] for row in one["rows"]],
            notes=one["notes"], made_at=made_at, shown_at=_forms(one),
        )
        for one in papers.content["tables"]
    }  # fmt: skip
    return write_some(tables, form, table=table, title=title(papers), notes=notes(papers))


def _forms(table: Mapping[str, Any]) -> dict[tuple[int, int], str]:
    """How a spreadsheet shows each number: as the page does."""
    found: dict[tuple[int, int], str] = {}
    for line, row in enumerate(table["rows"]):
        for column, cell in enumerate(row):
            value = plain(cell)
            if isinstance(value, float):
                share = _is_share(table["columns"][column], row[0])
                found[line, column] = "0.00%" if share else "0.0"
            elif isinstance(value, int):
                found[line, column] = "#,##0"
    return found


def _is_share(heading: str, first: Any) -> bool:
    named = heading if heading != "數值" else str(first)
    return any(part in named for part in _SHARES)


def plain(cell: Any) -> Cell:
    """The value of a cell, whether or not cases stand behind it."""
    found: Cell = cell["value"] if isinstance(cell, Mapping) else cell
    return found


def shown(cell: Any, heading: str, first: Any) -> str:
    """A cell as the page writes it: shares as per cent, days with one decimal, nothing for what has no cases."""
    value = plain(cell)
    if value is None:
        return "—"
    if isinstance(value, float):
        return rate(value) if _is_share(heading, first) else days(value)
    return f"{value:,}" if isinstance(value, int) else str(value)
