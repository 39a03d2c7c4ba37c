"""`onestop migrate`, `retention`, `backup`, `restore`, `files` and `search`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import Context, opened
from bot.file_storage import build_storage
from bot.settings import load_settings
from routing.domain.files import size_shown
from routing.service.maintenance import backups, databases, file_copies, keeping, retention
from routing.store import migration
from routing.store.files.storage import FolderStorage
from routing.store.session import Database

migrate_app = typer.Typer()
retention_app = typer.Typer(help="保存期限。", no_args_is_help=True)
backup_app = typer.Typer()
restore_app = typer.Typer()
files_app = typer.Typer(help="附件檔案。", no_args_is_help=True)
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


_Copies = Annotated[
    Path | None, typer.Option("--files", help="附件的備份資料夾；不給為備份檔旁的 attachments", file_okay=False)
]
_WithoutFiles = Annotated[bool, typer.Option("--no-files", help="不含附件（儲存空間自有版本保留或異地複寫時）")]


@backup_app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="備份檔（不可已存在）", dir_okay=False)],
    *,
    files: _Copies = None,
    no_files: _WithoutFiles = False,
    keep_days: Annotated[
        int | None, typer.Option(help=f"刪除同資料夾內超過此日數的 {file_copies.NAMES}", min=1)
    ] = None,
) -> None:
    """把整個資料庫備份成一個檔案，附件複製到旁邊的資料夾（只複製新增者）；服務不必停止。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        if no_files:
            rows, copied = sum(backups.write(context.database, file, now=context.now).values()), None
            typer.echo(f"已備份 {rows} 筆至 {file}（不含附件）")
        else:
            rows, copied = _with_files(context, file, files or file.parent / file_copies.FOLDER, keep_days)
        if no_files and keep_days is not None:
            file_copies.remove_old(file.parent, keep_days, now=context.now)
        with context.database.writing() as session:
            file_copies.note(session, rows, copied, now=context.now)
    if copied is not None and copied.missing + copied.harmed:
        typer.echo(
            f"注意：{copied.missing} 個附件在儲存空間找不到，{copied.harmed} 個內容與登錄不符，未能備份；"
            "請執行 onestop files check 查看是哪些。",
            err=True,
        )


def _with_files(context: Context, file: Path, folder: Path, keep_days: int | None) -> tuple[int, file_copies.Copied]:
    """The database first, then the files: each row of the copy has its bytes, those erased meanwhile aside."""
    storage = build_storage(context.settings)
    with file_copies.alone(folder, storage) as copies:
        file_copies.fingerprint(context.database, storage)
        rows = sum(backups.write(context.database, file, now=context.now).values())
        typer.echo(f"已備份 {rows} 筆至 {file}")
        copied = file_copies.copy(context.database, storage, copies)
        if keep_days is not None:
            file_copies.remove_old(file.parent, keep_days, now=context.now)
        gone = file_copies.prune(context.database, copies, file.parent)
    typer.echo(
        f"附件 {copied.files} 個（{size_shown(copied.bytes)}）在 {folder}：新增 {copied.added} 個，"
        f"刪除已無備份引用者 {gone} 個"
    )
    return rows, copied


@restore_app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="備份檔", exists=True, dir_okay=False)],
    *,
    files: _Copies = None,
    no_files: _WithoutFiles = False,
) -> None:
    """把備份還原到剛執行過 onestop migrate 的空資料庫，並放回附件；缺少的附件逐一列出，結束代碼為 1。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        counts = backups.read(context.database, file)
        typer.echo(f"已還原 {sum(counts.values())} 筆")
        if not no_files:
            _put_back(context, files or file.parent / file_copies.FOLDER)


@files_app.callback()
def _files() -> None:
    """附件檔案。"""  # noqa: D415 - a Chinese sentence, shown as the help


@files_app.command()
def check(
    copies: Annotated[Path | None, typer.Option(help="改為檢查這個備份資料夾", exists=True, file_okay=False)] = None,
) -> None:
    """逐一核對附件是否都在、內容是否與登錄的指紋相符；有缺損者逐一列出，結束代碼為 1。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        storage = build_storage(context.settings)
        _tell(file_copies.look(context.database, storage, copies=FolderStorage(copies) if copies else None))


@files_app.command("restore")
def restore_files(
    folder: Annotated[Path, typer.Argument(help="附件的備份資料夾", exists=True, file_okay=False)],
) -> None:
    """由備份資料夾放回遺失或損壞的附件；服務不必停止。仍缺少者逐一列出，結束代碼為 1。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        _put_back(context, folder)


def _put_back(context: Context, folder: Path) -> None:
    storage = build_storage(context.settings)
    with file_copies.alone(folder, storage) as copies:
        _tell(file_copies.put_back(context.database, storage, copies))


def _tell(found: file_copies.Looked) -> None:
    typer.echo(f"附件 {found.files} 個：放回 {found.put}，缺少或損壞 {len(found.lost)}")
    for one in found.lost:
        typer.echo(f"缺少或損壞：附件 {one.media_id}（{one.case or '不屬任何案件'}）{one.sha256 or ''}", err=True)
    if found.lost:
        raise typer.Exit(1)


@search_app.callback()
def _search() -> None:
    """案件搜尋。"""  # noqa: D415 - a Chinese sentence, shown as the help


@search_app.command("rebuild")
def rebuild() -> None:
    """依現有資料重新建立案件搜尋索引；平時由資料庫自行維護，不必執行。"""  # noqa: D415 - a Chinese sentence
    with opened() as context:
        databases.rebuild_search(context.database)
    typer.echo("已重新建立案件搜尋索引。")
