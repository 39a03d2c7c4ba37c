"""LINE out of order for some seconds, and processes whose clocks are wrong: everybody is answered once, by reply."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.disturbing import SKEW, behind_a_gate, disturbed, skewed, undisturbed
from tests.harness.processes import Forker, commanded
from tests.harness.product import Product
from tests.harness.waiting import eventually

POSTGRES = pytest.mark.postgres


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("kind", "database_url"),
    [
        ("error_after", "sqlite"), ("refused", "sqlite"), pytest.param("timeout_after", "postgres", marks=POSTGRES),
        pytest.param("rate_limit", "postgres", marks=POSTGRES),
    ],
    indirect=["database_url"],
)  # fmt: skip
def test_while_line_is_out_of_order_everybody_is_answered_once_by_reply(
    forker: Forker, database_url: str, tmp_path: Path, kind: str
) -> None:
    """L9, L11, L13, contract §4: nobody unanswered, nobody twice, no push that costs."""
    with behind_a_gate(forker, database_url, tmp_path) as (product, gate):
        found = disturbed(product, gate, kind, seconds=3.0, rate=6.0)
    assert (found.unanswered, found.twice, found.pushes, found.unknown) == (0, 0, 0, 0), found
    assert found.wrote >= 10


@pytest.mark.timeout(120)
def test_calls_that_hang_hold_up_nobody_else(forker: Forker, database_url: str, tmp_path: Path) -> None:
    """A tenth of LINE's calls are never answered: most firms do not notice.

    Measured against the same product in the same minute, without the fault: a busy machine is slow at both.
    """
    with behind_a_gate(forker, database_url, tmp_path) as (product, gate):
        calm = undisturbed(product, seconds=2.0, rate=8.0)
        found = disturbed(product, gate, "timeout_before", seconds=4.0, rate=8.0, share=0.1)
    assert (found.unanswered, found.twice, found.pushes, found.unknown) == (0, 0, 0, 0), found
    assert found.median < calm.median + 2.0, (calm, found)


@pytest.mark.timeout(120)
def test_wrong_clocks_do_no_harm(forker: Forker, database_url: str, tmp_path: Path) -> None:
    """Five minutes ahead and behind, servers and workers: leases and tokens go by the database's time."""
    with behind_a_gate(forker, database_url, tmp_path) as (product, _gate):
        wrong = {name: (SKEW, -SKEW)[place % 2] for place, name in enumerate(product.names())}
        found = skewed(product, wrong, seconds=3.0, rate=6.0)
    assert (found.unanswered, found.twice, found.pushes, found.unknown) == (0, 0, 0, 0), found
    assert found.wrote >= 10


def test_a_second_process_on_one_sqlite_file_is_refused(product: Product, tmp_path: Path) -> None:
    """With one clear sentence, server and worker alike; the first goes on."""
    for words in (("serve", "--port", "1"), ("serve", "--no-worker", "--port", "1"), ("worker",)):
        second = commanded(*words, environ=product.environ, folder=tmp_path)
        eventually(lambda one=second: not one.alive, seconds=30, what="the end of the second")  # type: ignore[misc]
        said = second.log.read_text(encoding="utf-8")
        assert "另一個 onestop 行程正在使用這個 SQLite 資料庫" in said
        assert "Traceback" not in said
    assert product.line.person().say("你好")
