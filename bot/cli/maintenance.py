"""`onestop migrate`, `retention`, `backup`, `restore` and `search`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import opened
from bot.settings import load_settings
from routing.service.maintenance import backups, databases, keeping, retention
from routing.store import migration
from routing.store.session import Database

migrate_app = typer.Typer()
retention_app = typer.Typer(help="保存期限。", no_args_is_help=True)
backup_app = typer.Typer()
restore_app = typer.Typer()
search_app = typer.Typer(help="案件搜尋。", no_args_is_help=True)


@migrate_app.command("migrate")
def migrate() -> None:
    """把資料庫升級到最新結構。"""  # noqa: D415 - a Chinese sentence, shown as the help
    database = Database(load_settings().database_url)
    try:
        typer.echo(f"資料庫結構版本：{migration.upgrade(database)}")
    finally:
        database.dispose()


@retention_app.callback()
def _retention() -> None:
    """保存期限。"""  # noqa: D415 - a Chinese sentence, shown as the help


_Days = Annotated[int | None, typer.Option(help="本次改用的日數；未指定時依設定", min=1)]


@retention_app.command()
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只計數，不刪除")] = False,
    inbox: _Days = None,
    chat: _Days = None,
    files: _Days = None,
    contacts: _Days = None,
    sent: _Days = None,
    audit: _Days = None,
    sign_in: _Days = None,
    assist: _Days = None,
) -> None:
    """依機關訂定的保存期限（系統管理 › 保存期限，或設定）刪除逾期資料；未訂定者不刪除。案件為檔案，不在此列。"""  # noqa: D415 - a Chinese sentence
    asked = {
        "inbox": inbox, "chat": chat, "files": files, "contacts": contacts, "sent": sent, "audit": audit,
        "sign_in": sign_in, "assist": assist,
    }  # fmt: skip
    with opened() as context:
        with context.reading() as (session, _office):
            held = keeping.in_force(session, context.settings.periods)
        periods = replace(held, **{name: days for name, days in asked.items() if days is not None})
        if dry_run:
            with context.reading() as (session, _office):
                found = retention.run(session, periods, now=context.now, dry_run=True)
        else:
            found = retention.run_beside_service(context, periods, now=context.now)
    for name, number in found.items():
        typer.echo(f"{name}\t{number}")
    unset = [name for name, days in periods.plain().items() if days is None]
    if unset:
        typer.echo(f"未設定保存期限、不予刪除：{'、'.join(unset)}（見 docs/settings.md）", err=True)


@backup_app.command("backup")
def backup(file: Annotated[Path, typer.Argument(help="備份檔（不可已存在）", dir_okay=False)]) -> None:
    """把整個資料庫備份成一個檔案；服務不必停止。附件檔案另存於檔案儲存空間，須另行備份。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        counts = backups.write(context.database, file, now=context.now)
        place = context.settings.files_url or f"{context.settings.data_dir / 'files'}"
    typer.echo(f"已備份 {sum(counts.values())} 筆至 {file}")
    typer.echo(f"附件檔案不在備份檔內；請接著另行備份 {place}。", err=True)


@restore_app.command("restore")
def restore(file: Annotated[Path, typer.Argument(help="備份檔", exists=True, dir_okay=False)]) -> None:
    """把備份還原到剛執行過 onestop migrate 的空資料庫。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        counts = backups.read(context.database, file)
        place = context.settings.files_url or f"{context.settings.data_dir / 'files'}"
    typer.echo(f"已還原 {sum(counts.values())} 筆")
    typer.echo(f"附件檔案請另行還原至 {place}。", err=True)


@search_app.callback()
def _search() -> None:
    """案件搜尋。"""  # noqa: D415 - a Chinese sentence, shown as the help


@search_app.command("rebuild")
def rebuild() -> None:
    """依現有資料重新建立案件搜尋索引；平時由資料庫自行維護，不必執行。"""  # noqa: D415 - a Chinese sentence
    with opened() as context:
        databases.rebuild_search(context.database)
    typer.echo("已重新建立案件搜尋索引。")
