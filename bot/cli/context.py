"""What a command works with: settings, a migrated database, the office context, and the time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import typer
from sqlalchemy.engine import make_url

from bot.channels import limits_by_name
from bot.settings import Settings, SettingsError, load_settings
from knowledge.calendar.office_calendar import OfficeCalendar, load_calendar
from knowledge.offices.directory import Offices, load_offices
from knowledge.wording import load_sentences
from routing.service.maintenance import databases
from routing.service.office_context import OfficeContext, OfficeContextProvider, UnitOfWorkFactory
from routing.store.session import Database


class Form(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(UnitOfWorkFactory):
    """One command's own things."""

    settings: Settings
    now: datetime


def time_of(settings: Settings) -> datetime:
    """Now, shifted as the settings say; a command's edge is where the clock is read."""
    return datetime.now(UTC) + timedelta(seconds=settings.clock_offset)  # noqa: TID251


def source_of(settings: Settings) -> OfficeContextProvider:
    """The office as it ships."""
    office = OfficeContext(
        agency_code=settings.agency_code, base_url=settings.base_url, calendar=load_calendar(),
        offices=load_offices(), sentences=load_sentences(), channels=limits_by_name(),
    )  # fmt: skip
    return OfficeContextProvider(office)


@contextmanager
def opened() -> Iterator[Context]:
    """A context on the database of the settings.

    Raises:
        SettingsError: a setting cannot be used, or the database has another schema.
    """
    settings = load_settings()
    database = Database(settings.database_url)
    try:
        problem = databases.why_not(database, demo=True)
        if problem is not None:
            raise SettingsError(problem)
        yield Context(settings=settings, database=database, office_provider=source_of(settings), now=time_of(settings))
    finally:
        database.dispose()


@contextmanager
def usable_database(settings: Settings) -> Iterator[tuple[Database | None, str | None]]:
    """The database of the settings for a command that also does without, or None and why it cannot be asked.

    Nothing is made where there is none yet, and one with another schema is left alone.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield None, None
        return
    database = Database(settings.database_url)
    try:
        problem = databases.why_not(database, demo=True)
        yield (None, problem) if problem else (database, None)
    finally:
        database.dispose()


def office() -> tuple[OfficeCalendar, Offices]:
    """Calendar and offices for a calculation: with what was imported, if there is a database to ask."""
    settings = load_settings()
    source = source_of(settings)
    with usable_database(settings) as (database, problem):
        if database is not None:
            with database.reading() as session:
                office = source.office(session)
                return office.calendar, office.offices
        if problem is not None:
            typer.echo(f"注意：僅以內建辦公日曆計算，未計入匯入的年度與停班。{problem}", err=True)
        return source.base.calendar, source.base.offices


def fail(message: str, *, code: int = 1) -> typer.Exit:
    """Say one line on standard error; the caller raises what this gives."""
    print(f"錯誤：{message}", file=sys.stderr)
    return typer.Exit(code)
