"""Servers and workers as processes: taking over from one that died, several at once, and stopping in good order."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routing.domain.dialogue.bursts import GAP
from routing.domain.messages import postback
from tests.harness.processes import Forker
from tests.harness.product import Product, running
from tests.harness.waiting import eventually


def test_what_was_acknowledged_survives_the_server(forker: Forker, database_url: str, tmp_path: Path) -> None:
    """L24, L9: stored before the 200; a worker that comes two minutes later pushes instead of replying."""
    many = 0 if database_url.startswith("sqlite") else 1
    with running(forker, database_url, tmp_path, workers=1, start=False) as product:
        assert product.inside is False
        assert many <= product.workers
        product.start("server0")
        firm = product.line.person()
        assert [one["status"] for one in firm.do("text", text="你好")["deliveries"]] == [200]
        product.kill("server0")
        assert product.rows("SELECT state FROM inbox") == [("new",)]
        before = datetime.now(UTC) - timedelta(minutes=2)  # noqa: TID251 - as if they had passed
        written = before.isoformat(" ") if many else before.replace(tzinfo=None).isoformat(" ")
        product.run("UPDATE inbox SET received_at = CAST(:at AS timestamptz)" if many else
                    "UPDATE inbox SET received_at = :at", at=written)  # fmt: skip
        product.start("worker0")
        firm.answer_after(0)
        product.settled()
        assert [call["endpoint"] for call in product.line.calls()] == ["push"]


ORDER = "SELECT text FROM message JOIN contact_address USING (contact_id) WHERE address = :id ORDER BY message.id"


@pytest.mark.postgres
def test_two_servers_and_two_workers_answer_each_event_once(forker: Forker, postgres_url: str, tmp_path: Path) -> None:
    """L10, R2, R3: twenty people, five messages each, every event delivered three times through both servers."""
    with running(forker, postgres_url, tmp_path, servers=2, workers=2) as product:
        product.line.post("/webhook/settings", duplicate=2)
        firms = [product.line.person() for _ in range(20)]
        with ThreadPoolExecutor(8) as eight:
            for place in range(5):
                list(eight.map(lambda firm: firm.do("text", text=f"你好 {place}"), firms))  # noqa: B023
                time.sleep(GAP.total_seconds() + 0.1)  # What follows sooner is understood together.
        product.line.post("/webhook/idle", seconds=30)
        product.settled(seconds=60)
        assert product.rows("SELECT count(*) FROM inbox WHERE state = 'done'") == [(100,)]
        assert [len(firm.received()) for firm in firms] == [5] * 20
        for firm in firms:
            assert [row[0] for row in product.rows(ORDER, id=firm.id)] == [f"你好 {place}" for place in range(5)]
        ledger = product.line.check_ledger()
        assert [one for one in ledger["replyTokens"] if one["refused"]] == []
        product.line.check_sent()


def test_a_server_that_is_told_to_stop_finishes_what_it_has(deployed: Product) -> None:
    """R11: no 5xx, nothing lost, and gone within ten seconds."""
    firm = deployed.line.person()
    for category in ("land", "construction", "utilities", "environment", "tax"):
        firm.do("postback", data=postback("category", category=category))
    for process in deployed.processes.values():
        process.end(signal.SIGTERM, seconds=10)
    deployed.processes.clear()
    assert {one["status"] for one in deployed.line.get("/deliveries")["deliveries"]} == {200}
    deployed.start()
    eventually(lambda: len(firm.received()) == 5, what="five answers")
