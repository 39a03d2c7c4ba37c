"""`onestop feeds`: reading external sources now."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from bot.cli.context import Context, fail, opened
from bot.feed_client import HttpFeedClient
from bot.web.words import word
from routing.domain.errors import Invalid
from routing.service.feeds import runner
from routing.service.feeds.catalogue import FEEDS, feeds_of
from routing.service.feeds.source import Feeds

feeds_app = typer.Typer(help="外部資料。", no_args_is_help=True)


@feeds_app.callback()
def _feeds() -> None:
    """外部資料。"""  # noqa: D415 - a Chinese sentence, shown as the help


@feeds_app.command()
def run(
    name: Annotated[str | None, typer.Argument(help=f"來源：{'、'.join(FEEDS)}；不給為全部已啟用者")] = None,
) -> None:
    """立即讀取外部資料；有來源失敗時結束代碼為 1。"""  # noqa: D415 - a Chinese sentence, shown as the help
    with opened() as context:
        feeds = _chosen(context, name)
        failed = False
        for feed in feeds.values():
            ran = runner.run(context, feed, HttpFeedClient(), now=context.now, asked=True)
            failed |= ran is None or ran.outcome == "failed"
            typer.echo(_account(feed.name, ran))
    if failed:
        raise typer.Exit(1)


def _chosen(context: Context, name: str | None) -> Feeds:
    every = timedelta(minutes=context.settings.feed_minutes)
    feeds = feeds_of(context.settings.feed_urls, every=every)
    if name is not None and name not in FEEDS:
        raise Invalid(f"沒有「{name[:40]}」這個來源；可用的有 {'、'.join(FEEDS)}。", field="name", code="unknown_feed")
    if name is not None and name not in feeds:
        raise Invalid(f"「{name}」尚未啟用；請設定 ONESTOP_FEED_{name.upper()}_URL。", field="name", code="feed_off")
    if not feeds:
        raise fail("尚未啟用任何外部資料；請設定 ONESTOP_FEED_…_URL（見 docs/settings.md）。", code=2)
    return feeds if name is None else {name: feeds[name]}


def _account(name: str, ran: runner.Ran | None) -> str:
    label = f"{word(name, 'feed')}（{name}）"
    if ran is None:
        return f"{label}：另一個行程正在讀取。"
    if ran.outcome == "failed":
        return f"{label}：失敗（{ran.problem}）{ran.detail}先前的資料不變。"
    if ran.outcome == "unchanged":
        return f"{label}：沒有更新。"
    skipped = f"，{ran.skipped} 筆無法判讀" if ran.skipped else ""
    return f"{label}：讀取 {ran.found} 筆{skipped}，與本分局有關 {ran.matched} 筆，新增 {ran.proposed} 筆。"
