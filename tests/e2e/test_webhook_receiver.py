"""The webhook receiver: what is not signed stays outside, whatever is signed never breaks it, and 200 means stored."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.harness.mutants import good_events, mutant
from tests.harness.posting import Connection
from tests.harness.product import Product
from tests.harness.requirements import postgres_admin_dsn
from tests.harness.simulator import sign
from tests.harness.waiting import eventually

MALFORMED = {"sqlite": 300, "postgresql+psycopg": 150}
GOOD = json.dumps({"destination": "U" + "0" * 32, "events": good_events(1)[:1]}).encode()


def stored(product: Product) -> int:
    """How many events the inbox holds."""
    return int(product.rows("SELECT count(*) FROM inbox")[0][0])


def test_malformed_but_signed_bodies_never_break_the_receiver(deployed: Product) -> None:
    """S1, L4: hundreds of them get 200, 400 or 413; good events beside them are kept; then the line works as before."""
    lock, seen = threading.Lock(), Counter[int]()
    bodies = MALFORMED[deployed.database_url.partition(":")[0]]

    def partition(first: int) -> None:
        with Connection(deployed.ports[first % len(deployed.ports)]) as connection:
            for number in range(first, bodies, 4):
                status = connection.signed(mutant(number))
                with lock:
                    seen[status] += 1

    with ThreadPoolExecutor(4) as partitions:
        list(partitions.map(partition, range(4)))
    assert set(seen) <= {200, 400, 413}
    assert seen[200] > bodies / 2
    deployed.settled(seconds=60)
    assert deployed.line.person().say("你好")
    deployed.settled()
    failed = deployed.rows(
        "SELECT error, raw FROM inbox WHERE attempts > 0 OR (state <> 'done' AND error <> 'not_an_event') LIMIT 3"
    )
    assert failed == []
    assert all(process.alive for process in deployed.processes.values())
    # Tokens and people here are invented: LINE refuses them, and that is all that happens.
    assert deployed.rows("SELECT count(*) FROM outbox WHERE state NOT IN ('accepted', 'dead')") == [(0,)]


def test_good_events_beside_any_damaged_one_are_kept(product: Product) -> None:
    """L4: one batch of good and odd events; every good one is stored and handled."""
    good = good_events(77)
    body = json.dumps({"events": [good[0], None, good[5], {"type": None}, [], "x", good[6], {**good[7], "source": 1}]})
    with Connection(product.ports[0]) as connection:
        assert connection.signed(body.encode()) == 200
    product.settled()
    ids = {
        row[0]: row[1] for row in product.rows("SELECT webhook_event_id, state FROM inbox WHERE user_key LIKE 'U0%'")
    }
    assert [ids.get(event["webhookEventId"]) for event in (good[0], good[5], good[6])] == ["done"] * 3
    product.run("DELETE FROM inbox WHERE state = 'quarantined'")


@pytest.mark.parametrize("signatures", [
    (), ("",), ("x",), ("=" * 44,), (sign(GOOD, "another secret"),), (sign(GOOD + b" "),), (sign(GOOD).lower(),),
    (sign(GOOD)[:-1],), ("é" * 22,), ("簽章".encode(),), (b"\xff" * 44,), (sign(b""),),
    ("x", sign(GOOD)), (sign(GOOD, "another secret"), sign(GOOD)), (f"{sign(GOOD)},{sign(GOOD)}",),
])  # fmt: skip
def test_what_line_did_not_sign_is_refused_and_nothing_is_stored(
    product: Product, signatures: tuple[str | bytes, ...]
) -> None:
    """L6, L7, S2: missing, empty, wrong, cut, non-ASCII and doubled signatures."""
    before = stored(product)
    with Connection(product.ports[0]) as connection:
        assert connection.send(GOOD, *signatures) == 401
    assert stored(product) == before


def test_bytes_that_are_not_text_are_compared_as_bytes(product: Product) -> None:
    """L7: a body that is not UTF-8 is checked like any other; wrong is 401, right is a 400 for its form."""
    body = b'{"events":"\xff\xfe"}'
    with Connection(product.ports[0]) as connection:
        assert connection.send(body, sign(b"")) == 401
        assert connection.signed(body) == 400


def test_the_consoles_verify_call_is_answered(product: Product) -> None:
    """L8: no events, no destination, and the all-zero token of old; 200 and nothing is sent."""
    assert product.line.post("/webhook/verify")["success"] is True
    zero = {"type": "message", "replyToken": "0" * 32, "message": {"type": "text", "id": "100001", "text": "Hello"}}
    with Connection(product.ports[0]) as connection:
        assert connection.signed(b'{"events":[]}') == 200
        assert connection.signed(json.dumps({"events": [zero]}).encode()) == 200
    product.settled()
    assert product.line.calls() == []


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_a_mebibyte_is_refused(product: Product, declared: bool) -> None:
    """Contract §4: 413, whether its length was declared or not; exactly one mebibyte is read."""
    small = b'{"events":[]}'
    body = small + b" " * (1024 * 1024 + 1 - len(small))
    connection = http.client.HTTPConnection("127.0.0.1", product.ports[0], timeout=30)
    headers = {"X-Line-Signature": sign(body)}
    try:
        content = body if declared else (body[at : at + 65536] for at in range(0, len(body), 65536))
        connection.request("POST", "/line/webhook", body=content, headers=headers, encode_chunked=not declared)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        assert stored(product) >= 0  # the server hung up on the rest of the body: it was not read
    finally:
        connection.close()
    with Connection(product.ports[0]) as connection:
        assert connection.signed(body[:-1]) == 200


def knock(product: Product) -> int:
    """One signed webhook on a connection of its own."""
    with Connection(product.ports[0]) as connection:
        return connection.signed(GOOD)


def test_a_database_that_cannot_be_written_gives_503_and_never_200(deployed: Product) -> None:
    """R8, R9: no 200 without a row; when the database is back, what LINE sends again is taken in and handled."""
    assert stored(deployed) == 0
    with _postgres_outage(deployed) if deployed.workers else _sqlite_outage(deployed):
        begun = time.monotonic()
        assert knock(deployed) == 503
        assert time.monotonic() - begun < 5
    eventually(lambda: knock(deployed) == 200, seconds=20, what="the recovery")
    assert stored(deployed) == 1
    assert deployed.line.person().say("你好")


@contextmanager
def _sqlite_outage(product: Product) -> Iterator[None]:
    """Somebody else's writing transaction does not end."""
    with closing(sqlite3.connect(product.database_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def _postgres_outage(product: Product) -> Iterator[None]:
    """The server cuts the connections to this database and takes no new ones."""
    name = product.database_url.rpartition("/")[2]
    switch = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(postgres_admin_dsn(), autocommit=True) as admin:
        admin.execute(switch.format(sql.Identifier(name), sql.SQL("false")))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        admin.execute(switch.format(sql.Identifier(name), sql.SQL("true")))
