"""`onestop serve` and `worker`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import app as root
from bot.settings import load_settings

serve_app = typer.Typer()
worker_app = typer.Typer()


@serve_app.command("serve")
def serve(
    host: Annotated[str, typer.Option(help="監聽位址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="監聽埠", min=1, max=65535)] = 8000,
    *,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="不在同一行程內處理收發與定時工作")] = False,
) -> None:
    """啟動網頁與（除非另行指定）背景處理。"""  # noqa: D415 - a Chinese sentence, shown as the help
    root.run_server(load_settings(), host, port, with_worker=not no_worker)


@worker_app.command("worker")
def worker() -> None:
    """只處理收件、送件與定時工作。"""  # noqa: D415 - a Chinese sentence, shown as the help
    root.run_worker(load_settings())
