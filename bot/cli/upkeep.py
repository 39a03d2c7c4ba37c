"""`onestop migrate`, `retention`, `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import opened
from bot.settings import load_settings
from routing.service.upkeep import backups, retention
from routing.store import migrating
from routing.store.session import Database

migrate_app = typer.Typer()
retention_app = typer.Typer(help="保存期限。", no_args_is_help=True)
backup_app = typer.Typer()
restore_app = typer.Typer()


@migrate_app.command("migrate")
def migrate() -> None:
    """把資料庫升級到最新結構。"""  # noqa: D415 - a Chinese sentence, shown as the help
    database = Database(load_settings().database_url)
    try:
        typer.echo(f"資料庫結構版本：{migrating.upgrade(database)}")
    finally:
        database.dispose()


@retention_app.callback()
def _retention() -> None:
    """保存期限。"""  # noqa: D415 - a Chinese sentence, shown as the help


_DEFAULT = retention.Periods()


@retention_app.command()
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只計數，不刪除")] = False,
    inbox: Annotated[int, typer.Option(help="LINE 事件原文保存日數")] = _DEFAULT.inbox,
    chat: Annotated[int, typer.Option(help="未成案對話保存日數")] = _DEFAULT.chat,
    files: Annotated[int, typer.Option(help="未成案檔案保存日數")] = _DEFAULT.files,
    sent: Annotated[int, typer.Option(help="已送出訊息內容保存日數")] = _DEFAULT.sent,
    audit: Annotated[int, typer.Option(help=f"稽核紀錄保存日數（至少 {retention.LOG_DAYS}）")] = _DEFAULT.audit,
) -> None:
    """刪除逾保存期限的資料；案件及其附件為檔案，不在此列。"""  # noqa: D415 - a Chinese sentence
    periods = retention.Periods(inbox=inbox, chat=chat, files=files, sent=sent, audit=audit)
    with opened() as context, context.writing() as (session, _desk):
        found = retention.run(session, periods, now=context.now, dry_run=dry_run)
    for name, number in found.items():
        typer.echo(f"{name}\t{number}")


@backup_app.command("backup")
def backup(file: Annotated[Path, typer.Argument(help="備份檔（不可已存在）", dir_okay=False)]) -> None:
    """把整個資料庫備份成一個檔案；服務不必停止。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        counts = backups.write(context.database, file, now=context.now)
    typer.echo(f"已備份 {sum(counts.values())} 筆至 {file}")


@restore_app.command("restore")
def restore(file: Annotated[Path, typer.Argument(help="備份檔", exists=True, dir_okay=False)]) -> None:
    """把備份還原到剛執行過 onestop migrate 的空資料庫。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        counts = backups.read(context.database, file)
    typer.echo(f"已還原 {sum(counts.values())} 筆")
