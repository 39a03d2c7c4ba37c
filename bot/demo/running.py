"""Starts and stops the demo: one process with product, worker and LINE simulator, on loopback, until a signal."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.app import create_app
from bot.demo import live, overview, seeding
from bot.demo.fixtures import load_fixtures
from bot.demo.phones import Phones, bring_back_chats, keep_chats
from bot.demo.serving import HOST, AppServer, OneAtATime, listen, port_of
from bot.line import richmenu
from bot.line.channel import connect
from bot.runtime import Runtime
from bot.settings import Settings, load_settings
from bot.simulator.config import SimulatorConfig
from bot.simulator.running import SimulatorServer
from bot.web import logs
from knowledge.calendar.office_calendar import local
from routing.domain.errors import OnestopError

PRODUCT_PORT = 8000
WATERMARK = "示範資料"
_STALE = timedelta(days=3)

log = structlog.get_logger("demo")


def run_demo() -> int:
    """示範：產品、LINE 模擬器，以及有一整年示範案件的團隊。

    Serves until SIGINT or SIGTERM and gives the exit code; the first line is the command's help. The data folder is
    that of ONESTOP_DATA_DIR. A second start says where the first one is and ends with 0.

    Raises:
        SettingsError: a setting cannot be used, or no port is free.
    """  # noqa: D415 - a Chinese sentence, shown as the help
    folder = load_settings(ONESTOP_DATABASE_URL="sqlite:///demo.db").data_dir
    lock = OneAtATime(folder)
    if not lock.take():
        said = lock.said()
        typer.echo(f"示範已在執行：{said['overview']}" if said else "示範正在啟動，請稍候片刻。")
        return 0
    try:
        _serve(folder, lock)
    finally:
        lock.release()
    return 0


def _settings(folder: Path, product: str, simulator: str) -> Settings:
    """Settings of the demo, whatever the environment says about the real service."""
    return load_settings(
        LINE_CHANNEL_SECRET=token_hex(16), LINE_CHANNEL_ACCESS_TOKEN=token_hex(32), LINE_API_BASE=simulator,
        LINE_DATA_API_BASE=simulator, ONESTOP_DATABASE_URL=f"sqlite:///{folder.resolve() / 'demo.db'}",
        ONESTOP_SECRET_KEY=token_hex(32), ONESTOP_BASE_URL=product, ONESTOP_DATA_DIR=folder, ONESTOP_CLOCK_OFFSET=0,
    )  # fmt: skip


def _serve(folder: Path, lock: OneAtATime) -> None:
    done = _signalled()
    logs.configure("WARNING")
    product_door = listen(PRODUCT_PORT)
    simulator_door = listen(port_of(product_door) + 1)
    simulator_port = port_of(simulator_door)
    product, simulator = f"http://{HOST}:{port_of(product_door)}", f"http://{HOST}:{simulator_port}"
    settings = _settings(folder, product, simulator)
    app = create_app(settings, demo=True, framed_by=("'self'",))
    runtime: Runtime = app.state.runtime
    typer.echo("正在準備示範資料 …")
    filled = seeding.prepare(runtime)
    chat = f"{simulator}/chat/{live.USERS[0].user_id}"
    overview.add_overview(app, simulator=f"{simulator} http://localhost:{simulator_port}", chat=chat)
    simulator_door.close()
    platform = SimulatorServer(_channel(settings, product, simulator), host=HOST, port=simulator_port)
    chats = folder / "demo-chats.json"
    kept = not filled and bring_back_chats(platform.app.state.platform, chats)
    server = AppServer(app, product_door, name="product")
    platform.start()
    server.start()
    lock.say({"overview": f"{product}/demo", "simulator": simulator})
    _tell(product, chat, runtime)
    state = platform.app.state.platform

    def hold_chats() -> None:
        _hold_chats(runtime, Phones(simulator), fresh=not kept)
        keep_chats(state, chats)

    threading.Thread(target=hold_chats, daemon=True, name="demo-chats").start()
    try:
        done.wait()
    finally:
        typer.echo("正在停止 …")
        finished = server.stop()
        keep_chats(state, chats)
        if not finished:
            _leave_at_once()
        platform.stop()


def _leave_at_once() -> None:
    """End the process although a first fit is still computing: its thread cannot be told to stop.

    The database is safe, since what was not committed is rolled back; the interpreter's own end would pull the ground
    from under native code that still runs.
    """
    sys.stdout.flush()
    os._exit(0)


def _signalled() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    return done


def _channel(settings: Settings, product: str, simulator: str) -> SimulatorConfig:
    return SimulatorConfig(
        channel_secret=settings.line_channel_secret, access_token=settings.line_channel_access_token,
        webhook_url=f"{product}/line/webhook", public_url=simulator, watermark=WATERMARK,
    )  # fmt: skip


def _hold_chats(runtime: Runtime, phones: Phones, *, fresh: bool) -> None:
    """The rich menu and the living part, beside the servers; a demo without them is still a demo."""
    try:
        richmenu.deploy(connect(runtime.settings))
        live.hold_conversations(runtime, phones, fresh=fresh)
    except (OSError, OnestopError, SQLAlchemyError) as error:
        log.warning("demo_chats_ended", error=type(error).__name__)


def _tell(product: str, chat: str, runtime: Runtime) -> None:
    """Print where to look and how to sign in."""
    first = load_fixtures().officers[0]
    typer.echo(
        f"""
單一窗口示範（{WATERMARK}）已啟動：

  三個畫面並排   {product}/demo
  廠商的 LINE    {chat}
  服務台         {product}/desk
  時效統計       {product}/desk/turnaround

登入服務台（密碼都是 {seeding.PASSWORD}）：
  主管     supervisor@demo.example
  承辦人   {first.email}（{first.unit}）
  管理員   admin@demo.example
  協力機關 taipower@demo.example

按 Ctrl+C 停止。"""
    )
    made = seeding.filled_at(runtime)
    if made is not None and runtime.now() - made > _STALE:
        typer.echo(
            f"示範資料產生於 {local(made):%Y-%m-%d}；刪除 {runtime.settings.data_dir / 'demo.db'} 後再啟動即重新產生。"
        )
