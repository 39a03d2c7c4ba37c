"""`onestop deadline`, `understand` and `knowledge`: the commands of calendar and knowledge, with their real sources.

They say what the service says: with a database its active knowledge counts, without one what is shipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import typer
from sqlalchemy.orm import Session

from bot.cli.context import office, time_of, usable_database
from bot.cli.deadline import deadline_command
from bot.cli.knowledge import knowledge_app as make_knowledge
from bot.cli.understand import understand_command
from bot.settings import Settings, load_settings
from knowledge.calendar.office_calendar import local
from knowledge.entries import KnowledgeBase
from knowledge.files.fields import Problem
from knowledge.loading import load_knowledge, read_knowledge
from knowledge.understand import Understander
from routing.domain.decision import Thresholds
from routing.service.knowledge_admin import active, answer_quality


def _overlay() -> Path:
    return load_settings().data_dir / "knowledge"


@contextmanager
def _asked(
    settings: Settings, shipped: KnowledgeBase | None = None
) -> Iterator[tuple[active.Knowledge, Session] | None]:
    """What holds the active knowledge, and a session to read it in; None, said on stderr, where only files count."""
    with usable_database(settings) as (database, problem):
        if database is None:
            why = problem or "尚未建立資料庫。"
            typer.echo(f"注意：僅計入內建與匯入的條目，未計入核定的條目、更正與門檻。{why}", err=True)
            yield None
            return
        known = active.Knowledge(
            database, cache=settings.data_dir / "cache", overlay=settings.data_dir / "knowledge",
            shipped=None if shipped is None else lambda: shipped,
        )  # fmt: skip
        with database.reading() as session:
            yield known, session


def _understanding() -> tuple[Understander, Thresholds, date]:
    settings = load_settings()
    shipped, today = Thresholds.shipped(), local(time_of(settings)).date()
    with _asked(settings) as found:
        if found is None:
            overlay = settings.data_dir / "knowledge"
            return Understander(load_knowledge(overlay=overlay)), shipped, today
        known, session = found
        understander = known.fit(known.active(session))
        return understander, answer_quality.active_thresholds(session, shipped), today


def _knowledge() -> tuple[KnowledgeBase, tuple[Problem, ...]]:
    settings = load_settings()
    base, problems = read_knowledge(overlay=settings.data_dir / "knowledge")
    with _asked(settings, base) as found:
        if found is None or any(not problem.warning for problem in problems):
            return base, problems
        known, session = found
        return known.active(session).base, (*problems, *active.problems_of_approved(session))


deadline_app = typer.Typer()
deadline_app.command("deadline")(deadline_command(office))
understand_app = typer.Typer()
understand_app.command("understand")(understand_command(_understanding))
knowledge_app = make_knowledge(_overlay, _knowledge)
