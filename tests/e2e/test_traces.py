"""Traces of real processes at a collector: what took how long, with the ids of the logs, and nothing of a person."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.simulator.running import free_port
from tests.architecture.tree import ROOT
from tests.harness.collector import Collector, collector
from tests.harness.processes import Forker
from tests.harness.product import Product, running
from tests.harness.simulator import words

SERVER, CLIENT, CONSUMER = 2, 3, 5
QUESTION = "租地要繳多少預約金"
CANARIES = ("金絲雀精密", "0912000111", "租地要繳")


@pytest.fixture
def collected() -> Iterator[Collector]:
    with collector() as kept:
        yield kept


@pytest.fixture
def traced(forker: Forker, database_url: str, tmp_path: Path, collected: Collector) -> Iterator[Product]:
    """Started, asked a question on LINE and searched at the API, and ended as an operator does."""
    many = 0 if database_url.startswith("sqlite") else 1
    with running(forker, database_url, tmp_path, workers=many, start=False) as product:
        product.environ |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collected.url, "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b",
            "OTEL_SERVICE_NAME": "window-7",
        }  # fmt: skip
        product.start()
        firm = product.line.person(follow=False)
        firm.do("follow")
        firm.answer_after(0)
        assert words(*firm.say(QUESTION))
        product.api("sue", "GET", "/cases", q=CANARIES[0])
        product.api("sue", "GET", "/cases/KP-1151130-0001", expect=404)
        product.settled()
        product.stop()
        yield product


def test_an_enquiry_can_be_followed_from_the_webhook_to_the_reply(traced: Product, collected: Collector) -> None:
    assert collected.paths == {"/v1/traces"}
    assert {head["x-key"] for head in collected.heads} == {"a b"}
    assert collected.services == {"window-7"}
    assert {span.attributes["http.response.status_code"] for span in collected.named("POST LINE webhook")} == {200}
    (searched,) = collected.named("GET /api/v1/cases")
    assert searched.kind == SERVER
    assert searched.attributes["onestop.request"]
    statements = [span for span in collected.spans if span.parent == searched.id and span.kind == CLIENT]
    assert "SELECT" in {span.name for span in statements}
    assert sum(span.seconds for span in statements) <= searched.seconds
    handled = [span for span in collected.named("inbox partition") if span.attributes["messaging.batch.message_count"]]
    assert {span.kind for span in handled} == {CONSUMER}
    assert all(span.attributes["onestop.inbox"] for span in handled)
    sent = collected.named("LINE reply_message")
    assert sent
    assert {(span.kind, span.attributes["http.response.status_code"]) for span in sent} == {(CLIENT, 200)}
    assert all(span.attributes["onestop.outbox"] for span in sent)
    assert all(span.parent for span in collected.named("SELECT")), "looking for work is no trace"


def test_no_trace_holds_what_a_person_wrote_or_an_address(traced: Product, collected: Collector) -> None:
    """S12, for what leaves by another way than logs."""
    assert collected.spans
    everything = b"".join(collected.raw)
    for canary in (
        *CANARIES,
        "KP-1151130-0001",
        *(person for (person,) in traced.rows("SELECT address FROM contact_address")),
    ):
        assert canary.encode() not in everything, canary
    (missing,) = collected.named("GET /api/v1/cases/{number}")
    assert missing.attributes["http.response.status_code"] == 404


def test_a_collector_that_is_not_there_holds_nobody_up(forker: Forker, tmp_path: Path) -> None:
    with running(forker, f"sqlite:///{tmp_path / 'onestop.db'}", tmp_path, start=False) as product:
        product.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{free_port()}"
        product.start()
        firm = product.line.person(follow=False)
        firm.do("follow")
        firm.answer_after(0)
        assert words(*firm.say(QUESTION))
        product.stop()


def test_without_the_packages_the_start_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from bot.tracing import Tracing\n"
        "from bot.settings import SettingsError\n"
        "try:\n    Tracing('http://127.0.0.1:1', {}, 'x')\n"
        "except SettingsError as error:\n    print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "requirements-tracing.lock" in said
