"""`onestop knowledge`: check, export and import the FAQ entries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.web.words import WORDS
from knowledge.entries import Aspect, FaqEntry, KnowledgeBase
from knowledge.files.fields import Problem
from knowledge.law.bulk import BulkError, read_bulk
from knowledge.law.clauses import read_store
from knowledge.law.importing import State, difference, keep, newer, state
from knowledge.loading import DATA, KnowledgeError, read_entries, read_knowledge
from knowledge.relevance.aspects import stated
from knowledge.vocabulary import EntryKind
from knowledge.writing import as_yaml, import_files

_MOST_LINES = 200


Known = Callable[[], tuple[KnowledgeBase, tuple[Problem, ...]]]


def knowledge_app(overlay: Callable[[], Path], known: Known | None = None) -> typer.Typer:
    """The commands.

    Args:
        overlay: gives the directory in which the branch keeps entries of its own.
        known: gives the knowledge in use and everything that is wrong with it; the files alone unless given.
    """
    known = known or (lambda: read_knowledge(overlay=overlay()))
    app = typer.Typer(help="常見問題：檢查、匯出、匯入。", no_args_is_help=True)

    @app.command()
    def check(
        files: Annotated[list[Path] | None, typer.Argument(help="只檢查這些檔案；不給則檢查全部", exists=True)] = None,
    ) -> None:
        """檢查每一條目；問題逐項列出檔案、條目、欄位。"""  # noqa: D415 - a Chinese sentence, shown as the help
        if files:
            entries, problems = read_entries(files)
        else:
            base, problems = known()
            entries = base.entries
        _show(problems)
        _show_derived(entries)
        errors = sum(1 for p in problems if not p.warning)
        typer.echo(f"{len(entries)} 條，{errors} 項錯誤，{len(problems) - errors} 項提醒")
        if errors:
            raise typer.Exit(1)

    @app.command()
    def export() -> None:
        """把現行條目輸出為 YAML（可編輯後再匯入）。"""  # noqa: D415 - a Chinese sentence, shown as the help
        base, _ = known()
        typer.echo(as_yaml(base.entries), nl=False)

    @app.command("import")
    def import_command(
        files: Annotated[list[Path], typer.Argument(help="YAML 檔案", exists=True, dir_okay=False)],
    ) -> None:
        """匯入條目：同代號者取代，其餘新增；有一項錯誤就全部不收。"""  # noqa: D415 - a Chinese sentence, shown as the help
        try:
            count = import_files(files, overlay())
        except KnowledgeError as error:
            _show(error.problems)
            typer.echo("未匯入任何條目，請修正後再試。", err=True)
            raise typer.Exit(1) from error
        typer.echo(f"已匯入 {count} 條")

    @app.command()
    def clauses(
        files: Annotated[
            list[Path] | None,
            typer.Argument(help="全國法規資料庫的 JSON 或 ZIP 檔；不給則只列現況", exists=True, dir_okay=False),
        ] = None,
        *,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="只顯示差異，不收下新條文")] = False,
    ) -> None:
        """收下較新的條文，列出改了什麼、哪些回答因此停用；由權責單位修改依據的版本後恢復。"""  # noqa: D415 - a Chinese sentence, shown as the help
        base, _ = known()
        _take_clauses(base, overlay(), files or [], dry_run=dry_run)

    return app


def _take_clauses(base: KnowledgeBase, overlay: Path, files: list[Path], *, dry_run: bool) -> None:
    known = read_store([DATA, overlay])
    try:
        found = [clause for file in files for clause in read_bulk(file)]
    except BulkError as error:
        typer.echo(f"錯誤：{error}", err=True)
        raise typer.Exit(2) from error
    more = newer(base.entries, known, found)
    if more and not dry_run:
        keep(overlay, more)
    _tell_clauses(base, state(base.entries, known.with_more(more)), len(more), kept=not dry_run)


def _tell_clauses(base: KnowledgeBase, found: State, more: int, *, kept: bool) -> None:
    for change in found.changes:
        entry = base.entry(change.entry_id)
        owner = f"{entry.unit}：{entry.question}" if entry else ""
        article = f"{change.read.law}{change.read.article}"
        typer.echo(f"停用：{change.entry_id}（{owner}）{article}（{change.read.version} → {change.now.version}）")
        for line in difference(change):
            typer.echo(f"    {line}")
    for line in found.unknown[:_MOST_LINES]:
        typer.echo(f"未存條文，無從比對：{line}")
    stopped = len({change.entry_id for change in found.changes})
    verb = "收下" if kept else "可收下"
    typer.echo(f"{verb} {more} 條新條文；引用處已存 {found.stored} 處，未存 {len(found.unknown)} 條。")
    typer.echo(f"因條文修正停用 {stopped} 條回答。")


def _show_derived(entries: tuple[FaqEntry, ...]) -> None:
    """The answers whose aspects nobody confirmed yet, with what their text is taken to say."""
    derived = [entry for entry in entries if entry.kind is EntryKind.ANSWER and not entry.aspects]
    for entry in derived[:_MOST_LINES]:
        said = "、".join(WORDS["aspect"][str(aspect)] for aspect in Aspect if aspect in stated(entry).aspects)
        typer.echo(f"面向由文字推定：{entry.id}：{said}")
    typer.echo(f"面向已確認 {sum(bool(entry.aspects) for entry in entries)} 條，推定 {len(derived)} 條（可回答的條目）")


def _show(problems: tuple[Problem, ...]) -> None:
    for problem in problems[:_MOST_LINES]:
        typer.echo(f"{'提醒' if problem.warning else '錯誤'}：{problem}", err=not problem.warning)
    if len(problems) > _MOST_LINES:
        typer.echo(f"……另有 {len(problems) - _MOST_LINES} 項", err=True)
