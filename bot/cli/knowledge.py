"""`onestop knowledge`: check, export and import the FAQ entries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from knowledge.files.fields import Problem
from knowledge.loading import KnowledgeError, read_entries, read_knowledge
from knowledge.writing import as_yaml, import_files

_MOST_LINES = 200


def knowledge_app(overlay: Callable[[], Path]) -> typer.Typer:
    """The commands; `overlay` gives the directory in which the branch keeps entries of its own."""
    app = typer.Typer(help="常見問題：檢查、匯出、匯入。", no_args_is_help=True)

    @app.command()
    def check(
        files: Annotated[list[Path] | None, typer.Argument(help="只檢查這些檔案；不給則檢查全部", exists=True)] = None,
    ) -> None:
        """檢查每一條目；問題逐項列出檔案、條目、欄位。"""  # noqa: D415 - a Chinese sentence, shown as the help
        if files:
            entries, problems = read_entries(files)
        else:
            base, problems = read_knowledge(overlay=overlay())
            entries = base.entries
        _show(problems)
        errors = sum(1 for p in problems if not p.warning)
        typer.echo(f"{len(entries)} 條，{errors} 項錯誤，{len(problems) - errors} 項提醒")
        if errors:
            raise typer.Exit(1)

    @app.command()
    def export() -> None:
        """把現行條目輸出為 YAML（可編輯後再匯入）。"""  # noqa: D415 - a Chinese sentence, shown as the help
        base, _ = read_knowledge(overlay=overlay())
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

    return app


def _show(problems: tuple[Problem, ...]) -> None:
    for problem in problems[:_MOST_LINES]:
        typer.echo(f"{'提醒' if problem.warning else '錯誤'}：{problem}", err=not problem.warning)
    if len(problems) > _MOST_LINES:
        typer.echo(f"……另有 {len(problems) - _MOST_LINES} 項", err=True)
