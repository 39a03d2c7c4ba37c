"""`onestop demo`: what `make run` starts."""

from __future__ import annotations

import typer

from bot.demo.running import run_demo

demo_app = typer.Typer()


@demo_app.command("demo")
def demo() -> None:
    """啟動示範：服務台、LINE 模擬器與一年的示範案件。"""  # noqa: D415 - a Chinese sentence, shown as the help
    raise typer.Exit(run_demo())
