"""`onestop audit`: whether the audit trail is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.context import fail, opened
from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_instant
from routing.service.accounts import audit_trail

audit_app = typer.Typer(help="稽核軌跡。", no_args_is_help=True)

_PROBLEMS = {"changed": "遭更動", "missing": "遭刪除或抽換"}


@audit_app.callback()
def _audit() -> None:
    """稽核軌跡。"""  # noqa: D415 - a Chinese sentence, shown as the help


@audit_app.command()
def verify(
    *, head: Annotated[str | None, typer.Option(help="先前抄錄的末筆封緘（序號:雜湊值），須仍在鏈上")] = None
) -> None:
    """重算每一筆稽核軌跡的封緘；有更動、刪除或抽換時指出第幾筆，結束代碼為 1。"""  # noqa: D415 - a Chinese sentence
    with opened() as context:
        audit_trail.seal_new(context.database)
        with context.reading() as (session, _office):
            state = audit_trail.verify(session, now=context.now)
            known = audit_trail.holds(session, head) if head else True
    found = state.found
    if found.problem is not None:
        raise fail(f"稽核軌跡第 {found.at_place} 筆{_PROBLEMS[found.problem]}；之前的 {found.entries} 筆完整。")
    if not known:
        raise fail(f"鏈上沒有先前抄錄的末筆封緘 {head}，稽核軌跡曾遭抽換。")
    typer.echo(f"稽核軌跡完整：{found.entries} 筆。")
    typer.echo(f"末筆封緘 {found.head.place}:{found.head.seal}（{roc_instant(local(context.now))}）")
