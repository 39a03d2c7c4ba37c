"""The line for end-to-end tests. Whatever a test sends to LINE is held against LINE's schema when it is over.

`product` is one on SQLite that many tests of a worker share, each with people of its own; `deployed` is one for a
single test, on SQLite and on PostgreSQL with two servers and two workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.processes import Forker
from tests.harness.product import Product, running


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """The process that others are forked from."""
    with Forker() as forker:
        yield forker


@pytest.fixture(scope="session")
def shared_product(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One process on SQLite, for every test of this worker that leaves it running and well."""
    folder = tmp_path_factory.mktemp("product")
    with running(forker, f"sqlite:///{folder / 'onestop.db'}", folder) as product:
        yield product


@pytest.fixture
def product(shared_product: Product) -> Iterator[Product]:
    """The shared product with clean records, checked afterwards."""
    shared_product.line.forget()
    yield shared_product
    shared_product.line.check_sent()
    shared_product.line.check_ledger()
    shared_product.line.forget()


@pytest.fixture
def deployed(forker: Forker, database_url: str, tmp_path: Path) -> Iterator[Product]:
    """A product of this test's own: SQLite in one process, or PostgreSQL with two servers and two workers."""
    many = 0 if database_url.startswith("sqlite") else 2
    with running(forker, database_url, tmp_path, servers=many or 1, workers=many) as product:
        yield product
        product.line.check_sent()
        product.line.check_ledger()
