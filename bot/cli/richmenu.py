"""`onestop richmenu`: the menu under LINE's chat."""

from __future__ import annotations

import typer

from bot.line import richmenu
from bot.line.channel import connect
from bot.settings import SettingsError, load_settings
from bot.web import logs

richmenu_app = typer.Typer(help="LINE 圖文選單。", no_args_is_help=True)


@richmenu_app.callback()
def _richmenu() -> None:
    """LINE 圖文選單。"""  # noqa: D415 - a Chinese sentence, shown as the help


@richmenu_app.command()
def deploy() -> None:
    """把圖文選單上傳到 LINE 並設為預設。"""  # noqa: D415 - a Chinese sentence, shown as the help
    settings = load_settings()
    logs.configure(settings.log_level)
    if not settings.line_channel_access_token:
        raise SettingsError("缺少 LINE_CHANNEL_ACCESS_TOKEN；請設定後再部署圖文選單。")
    typer.echo(richmenu.deploy(connect(settings)))
