"""`onestop deadline`, `understand` and `knowledge`: the commands of calendar and knowledge, with their real sources."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from bot.cli.context import office, time_of
from bot.cli.deadline import deadline_command
from bot.cli.knowledge import knowledge_app as make_knowledge
from bot.cli.understand import understand_command
from bot.settings import load_settings
from knowledge.calendar.office_calendar import local
from knowledge.loading import load_knowledge
from knowledge.understand import Understander
from routing.domain.decision import Thresholds


def _overlay() -> Path:
    return load_settings().data_dir / "knowledge"


def _understanding() -> tuple[Understander, Thresholds, date]:
    return (
        Understander(load_knowledge(overlay=_overlay())),
        Thresholds.shipped(),
        local(time_of(load_settings())).date(),
    )


deadline_app = typer.Typer()
deadline_app.command("deadline")(deadline_command(office))
understand_app = typer.Typer()
understand_app.command("understand")(understand_command(_understanding))
knowledge_app = make_knowledge(_overlay)
