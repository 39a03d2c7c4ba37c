"""`onestop questions`: check, export and import question sets (題組)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import fail, opened
from knowledge.files import yaml_text
from knowledge.files.fields import Problem
from knowledge.loading import load_knowledge
from knowledge.question_sets import QuestionSet, read_text, shipped, written
from routing.domain.errors import NotFound
from routing.service.accounts import authentication
from routing.service.accounts import queries as account_queries
from routing.service.knowledge_admin.active import Knowledge
from routing.service.question_sets import active, versions

questions_app = typer.Typer(help="題組：檢查、匯出、匯入。", no_args_is_help=True)
_MOST_LINES = 200


@questions_app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="只檢查這些檔案；不給則檢查現行題組", exists=True)] = None,
) -> None:
    """檢查每一題組；問題逐項列出檔案、題組、欄位。"""  # noqa: D415 - a Chinese sentence, shown as the help
    base = load_knowledge()
    sets: list[QuestionSet] = []
    problems: list[Problem] = []
    for name, text in [_text(path) for path in files] if files else [("隨系統提供", written(shipped()))]:
        found, wrong = read_text(text, name, base)
        sets += found
        problems += wrong
    _show(problems)
    typer.echo(f"{len(sets)} 組，{sum(len(one.questions) for one in sets)} 題，{len(problems)} 項錯誤")
    if problems:
        raise typer.Exit(1)


@questions_app.command()
def export() -> None:
    """把現行題組輸出為 YAML（可編輯後再匯入）。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context, context.reading() as (session, office):
        typer.echo(written(one.set for one in active.standing(session, office)), nl=False)


@questions_app.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(help="YAML 檔案", exists=True, dir_okay=False)],
    *,
    by: Annotated[str, typer.Option("--by", help="撰寫人的電子郵件；草稿由其他同仁或主管核定")],
) -> None:
    """匯入題組為草稿，待權責單位核定；有一項錯誤就全部不收。"""  # noqa: D415 - a Chinese sentence, shown as the help
    made, texts = 0, [_text(path) for path in files]
    with opened() as context, context.writing() as (session, office):
        person = next((one for one in account_queries.active(session) if one.email == by), None)
        if person is None:
            raise NotFound(f"查無帳號 {by}。")
        actor = authentication.actor_of(session, person, now=context.now)
        known = Knowledge(context.database, cache=None, overlay=context.settings.data_dir / "knowledge")
        base = known.active(session).base
        problems = [problem for name, text in texts for problem in read_text(text, name, base)[1]]
        if problems:
            _show(problems)
            raise fail("未匯入任何題組，請修正後再試。")
        for name, text in texts:
            made += len(versions.import_text(session, office, actor, base, text, name=name, now=context.now))
    typer.echo(f"已建立 {made} 份草稿；與現行相同者已略過。")


def _text(path: Path) -> tuple[str, str]:
    with path.open("rb") as file:
        raw = file.read(yaml_text.MOST_BYTES + 1)
    try:
        return path.name, raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fail(f"{path.name}：不是 UTF-8 文字。", code=2) from error


def _show(problems: list[Problem]) -> None:
    for problem in problems[:_MOST_LINES]:
        typer.echo(f"錯誤：{problem}", err=True)
    if len(problems) > _MOST_LINES:
        typer.echo(f"……另有 {len(problems) - _MOST_LINES} 項", err=True)
