"""Databases for tests: one of its own for each test; tests/harness/databases.py makes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import databases


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a PostgreSQL database of the newest schema without rows. Mark the test `postgres`."""
    if request.node.get_closest_marker("postgres") is None:
        pytest.fail("a test that uses postgres_url must be marked `postgres`", pytrace=False)
    with databases.migrated("postgres", tmp_path) as url:
        yield url


@pytest.fixture(params=databases.BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the newest schema without rows: the test runs once on SQLite, once on PostgreSQL."""
    with databases.migrated(request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=databases.BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, for tests of migrations, on SQLite and on PostgreSQL."""
    with databases.empty(request.param, tmp_path) as url:
        yield url
