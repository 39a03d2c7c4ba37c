"""The whole way of a message, from its row in the inbox until LINE has taken the answer; and what an enquiry costs.

LINE is played by the echo, which takes every call: what is timed is the product. The simulator, which checks each
call against LINE's rules, would be the slower of the two.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from knowledge.loading import load_knowledge
from knowledge.understand import Understander
from routing.store.conversation.schema import Message
from routing.store.messaging.schema import Inbox
from routing.store.session import Database
from tests.bench import load
from tests.bench.load import Measured
from tests.harness.posting import Connection
from tests.harness.product import Product
from tests.harness.waiting import eventually

TEXTS = (
    "租地要繳多少預約金？", "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責", "你好",
    "請問標準廠房的租約可以提前終止嗎？", "幾點上班",
)  # fmt: skip
"""What firms write, in turns: answered at once, offered a case, small talk."""
EVENTS = 1_000
STORED = (1_000, 100_000, 1_000_000)
_BATCH = 20_000


def drained(product: Product, line: int, run: str, events: int = EVENTS) -> Measured:
    """So many users write one message each while no worker runs; then one does. Answers a second, from row to LINE.

    ``line``: the port of the LINE that takes every call. Times are those from the worker's first step to each answer.
    """
    product.environ |= {"LINE_API_BASE": f"http://127.0.0.1:{line}", "LINE_DATA_API_BASE": f"http://127.0.0.1:{line}"}
    product.stop()
    product.inside = False
    product.start("server0")
    now = int(time.time() * 1000)  # noqa: TID251 - LINE's events say when they were sent
    statuses = Counter[int]()
    with Connection(product.ports[0]) as connection:
        for number in range(events):
            statuses[connection.signed(_body(run, number, now))] += 1
    before = product.rows("SELECT count(*) FROM outbox WHERE state = 'accepted'")[0][0]
    waiting = "SELECT count(*) FROM inbox WHERE state = 'new'"
    left = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')"
    product.stop("server0")  # SQLite lets one process in.
    product.start("worker0")
    eventually(lambda: product.rows(waiting) == [(0,)], seconds=600, pause=0.2, what="an empty inbox")
    eventually(lambda: product.rows(left) == [(0,)], seconds=600, pause=0.2, what="an empty outbox")
    product.stop("worker0")
    product.start("server0")
    handled = product.rows("SELECT min(handled_at) FROM inbox WHERE webhook_event_id LIKE :run", run=f"01DRAIN{run}%")
    begun = _instant(handled[0][0])
    sent = [
        (_instant(row[0]) - begun).total_seconds()
        for row in product.rows("SELECT accepted_at FROM outbox WHERE state = 'accepted' ORDER BY id")[before:]
    ]
    failed = events - statuses[200] + product.rows("SELECT count(*) FROM outbox WHERE state = 'dead'")[0][0]
    return load.measured(sent, max(sent, default=1.0), int(failed))


def _body(run: str, number: int, now: int) -> bytes:
    event = {
        "type": "message", "mode": "active", "timestamp": now, "replyToken": f"{run}{number:031x}",
        "webhookEventId": f"01DRAIN{run}{number:018d}", "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": f"U{run}{number:031x}"},
        "message": {"id": f"88{ord(run)}{number:09d}", "type": "text", "text": TEXTS[number % len(TEXTS)]},
    }  # fmt: skip
    return json.dumps({"destination": "U" + "0" * 32, "events": [event]}, ensure_ascii=False).encode()


def _instant(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def grown(product: Product, line: int, name: str) -> dict[str, Measured]:
    """Acknowledgements and the whole way again beside so many stored events and messages of before."""
    found, there = dict[str, Measured](), 0
    for run, stored in zip("abc", STORED, strict=True):
        _store(product, there, stored)
        there = stored
        found[f"{stored:,} events stored, {name}: acknowledged"] = load.closed(product.ports[0], run, seconds=3)
        product.run("DELETE FROM inbox WHERE webhook_event_id LIKE '01BENCH%'")
        found[f"{stored:,} events stored, {name}: answered"] = drained(product, line, run, 300)
    return found


def _store(product: Product, begin: int, end: int) -> None:
    """Events that were handled, each with the message it brought, as years leave them behind."""
    database = Database(product.database_url)
    then = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
    for start in range(begin, end, _BATCH):
        numbers = range(start, min(start + _BATCH, end))
        with database.storing() as connection:
            connection.execute(insert(Inbox), [
                {"channel": "line", "webhook_event_id": f"01KEPT{n:020d}", "user_key": f"U{n % 50_000:032x}",
                 "event_at": 1_780_000_000_000 + n, "received_at": then, "raw": "", "state": "done", "attempts": 1,
                 "due_at": then, "handled_at": then}
                for n in numbers
            ])  # fmt: skip
            connection.execute(insert(Message), [
                {"direction": "in", "kind": "text", "text": "", "at": then, "via": "line", "channel": "line",
                 "external_id": f"66{n:012d}"}
                for n in numbers
            ])  # fmt: skip
    database.dispose()


def understood() -> dict[str, Measured]:
    """One enquiry read, over every question of the base; and the base fitted anew, with nothing kept."""
    knowledge = load_knowledge()
    begun = time.perf_counter()
    understander = Understander(knowledge)
    understander.understand(TEXTS[0])
    fit = time.perf_counter() - begun
    times = list[float]()
    for entry in knowledge.entries:
        understander.understand(entry.question)  # What is known of an entry is read when it is first near.
    for entry in knowledge.entries:
        begun = time.perf_counter()
        understander.understand(f"想請問{entry.question}")
        times.append(time.perf_counter() - begun)
    return {
        "one enquiry understood": load.measured(times, sum(times), 0),
        "the base fitted anew, nothing kept": load.measured([fit], fit, 0),
    }
