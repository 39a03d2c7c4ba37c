"""What a machine may lack: tests that need it are skipped by name, and the summary says how to bring it.

`ONESTOP_TEST_REQUIRE=postgres,browser` turns the promise round: then nothing named there may be missing, and a skip
is a failure. `.ci/run` sets it.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

REQUIRE = "ONESTOP_TEST_REQUIRE"
POSTGRES = "ONESTOP_TEST_POSTGRES"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def postgres_admin_url() -> sqlalchemy.URL:
    """The server on which tests make and drop their own databases."""
    return sqlalchemy.make_url(os.environ.get(POSTGRES) or "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def postgres_admin_dsn() -> str:
    """The same address as psycopg takes it."""
    return postgres_admin_url().set(drivername="postgresql").render_as_string(hide_password=False)


@functools.cache
def chromium_path() -> str | None:
    """The browser of this machine, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@functools.cache
def _postgres_missing() -> str | None:
    try:
        psycopg.connect(postgres_admin_dsn(), connect_timeout=3).close()
    except psycopg.Error as error:
        shown = postgres_admin_url().render_as_string()
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        return f"postgres: no PostgreSQL at {shown} ({first_line}); start one there or set {POSTGRES}"
    return None


def _browser_missing() -> str | None:
    if chromium_path():
        return None
    return f"browser: none of {', '.join(CHROMIUM)} on PATH; install Chromium (Debian: chromium, fonts-noto-cjk)"


MISSING: dict[str, Callable[[], str | None]] = {"postgres": _postgres_missing, "browser": _browser_missing}


def required() -> frozenset[str]:
    """The names in ONESTOP_TEST_REQUIRE; an unknown one stops the run."""
    names = frozenset(filter(None, (name.strip() for name in os.environ.get(REQUIRE, "").split(","))))
    if unknown := names - MISSING.keys():
        raise pytest.UsageError(f"{REQUIRE} names {', '.join(sorted(unknown))}; known: {', '.join(sorted(MISSING))}")
    return names


def needs_of(item: pytest.Item) -> list[str]:
    """The names of MISSING that a test is marked with."""
    return [name for name in MISSING if item.get_closest_marker(name)]


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a misspelt requirement before anything runs."""
    required()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose need is missing, naming the need; fail it where the need is required."""
    missing = [name for name in needs_of(item) if MISSING[name]()]
    if wanted := required().intersection(missing):
        pytest.fail("\n".join(f"{REQUIRE}: {MISSING[name]()}" for name in sorted(wanted)), pytrace=False)
    if missing:
        pytest.skip(f"{', '.join(missing)} missing")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where anything is required, a skip is a failure, unless it is for a need that is not required."""
    report = yield
    excused = set(needs_of(item)) - required()
    if report.skipped and required() and not excused and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped although {REQUIRE} is set: {why}"
    return report


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """One line for each thing this machine lacks: how many tests did not run for it, and how to bring it."""
    reports = terminalreporter.getreports("skipped")
    for name, missing in MISSING.items():
        count = sum(name in report.keywords for report in reports)
        if count and (reason := missing()):
            terminalreporter.write_line(f"MISSING {reason} [tests skipped: {count}]", yellow=True)
