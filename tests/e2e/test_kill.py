"""kill -9 of servers and workers under load: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from tests.harness.phone import Phone, words
from tests.harness.product import Product
from tests.harness.waiting import eventually

KILLS = 20
MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"
LATER = 180.0
"""Seconds by which the last processes are ahead: every lease of the killed ones has run out."""


class Load:
    """Firms that open cases and an officer who answers them, each step until it was acknowledged."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.over = threading.Event()
        self.confirmed: list[Phone] = []
        self.answered: list[str] = []
        self.pool = ThreadPoolExecutor(5)
        self.work = [*(self.pool.submit(self._firms) for _ in range(4)), self.pool.submit(self._officer)]

    def stop(self) -> None:
        """Let everybody finish the step in hand."""
        self.over.set()
        for one in self.work:
            one.result(timeout=60)
        self.pool.shutdown()

    def _firms(self) -> None:
        while not self.over.is_set():
            firm = self.product.line.person()
            steps = [("text", {"text": MATTER}), ("postback", {"data": "action=open_case"})]
            steps += [("text", {"text": text}) for text in ("晴川精密有限公司", "陳小姐", "07-3611212")]
            steps += [("postback", {"data": data}) for data in ("action=park&id=nanzih", "action=confirm_case")]
            for action, body in steps:
                done = firm.do(action, **body)
                if [one["status"] for one in done["deliveries"]] != [200]:
                    self._acknowledged(done["webhookEventId"])
            self.confirmed.append(firm)

    def _acknowledged(self, event_id: str) -> None:
        """What was not acknowledged comes again; the next step waits for it, as a person who sees no answer does."""

        def look() -> bool:
            deliveries = self.product.line.get("/deliveries")["deliveries"]
            return any(event_id in one["eventIds"] and one["status"] == 200 for one in reversed(deliveries))

        eventually(look, seconds=60, pause=0.2, what="the acknowledgement")

    def _officer(self) -> None:
        while not self.over.is_set():
            time.sleep(0.1)
            numbers = [row[0] for row in self.product.rows("SELECT number FROM service_case ORDER BY id DESC LIMIT 5")]
            for number in numbers[:1]:
                self._answer(number, f"回復編號 {uuid.uuid4()}")

    def _answer(self, number: str, text: str) -> None:
        """A step that is repeated with its key until some server says that it is done."""
        headers = {"Authorization": f"Bearer {self.product.tokens['sue']}", "Idempotency-Key": text[-36:]}
        path = f"/api/v1/cases/{number}/messages"
        for attempt in range(400):
            port = self.product.ports[attempt % len(self.product.ports)]
            with suppress(httpx.HTTPError):
                answer = httpx.post(f"http://127.0.0.1:{port}{path}", json={"text": text}, headers=headers, timeout=20)
                if answer.status_code == 201:
                    self.answered.append(text)
                    return
                assert answer.status_code in {409, 503}, answer.text
            time.sleep(0.05)
        raise AssertionError("the answer was never taken")


@pytest.mark.timeout(180)
def test_twenty_kills_under_load_lose_and_double_nothing(deployed: Product) -> None:
    """R1, L1, L10, L12, L24, L25, O1, O3."""
    dice = random.Random(20)
    load = Load(deployed)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.2, 0.6))
        name = dice.choice(deployed.names())
        deployed.kill(name)
        time.sleep(dice.uniform(0.0, 0.1))
        deployed.start(name)
    load.stop()
    deployed.line.post("/webhook/idle", seconds=10)
    for name in deployed.names():
        deployed.kill(name)
    deployed.start(offset=LATER)
    deployed.settled(seconds=60)
    assert len(load.confirmed) >= 10
    assert len(load.answered) >= 5
    _no_event_is_lost(deployed)
    _no_case_is_doubled(deployed, load)
    _no_push_is_doubled(deployed, load)


def _no_event_is_lost(product: Product) -> None:
    """Every event LINE holds an acknowledgement for was handled, once."""
    deliveries = product.line.get("/deliveries")["deliveries"]
    acknowledged = {event for one in deliveries if one["status"] == 200 for event in one["eventIds"]}
    handled = {row[0] for row in product.rows("SELECT webhook_event_id FROM inbox WHERE state = 'done'")}
    assert acknowledged - handled == set()
    assert product.rows("SELECT error, attempts FROM inbox WHERE state <> 'done'") == []
    assert any(one["status"] != 200 for one in deliveries), "the kills met no delivery; the test proves nothing"


def _no_case_is_doubled(product: Product, load: Load) -> None:
    query = "SELECT line_user_id FROM service_case JOIN contact ON contact.id = contact_id"
    cases = Counter(row[0] for row in product.rows(query))
    confirmed = {firm.id for firm in load.confirmed}
    assert {user: count for user, count in cases.items() if count > 1} == {}
    assert confirmed <= set(cases)
    events = product.rows("SELECT case_id, seq FROM case_event")
    assert len(events) == len(set(events))
    if not product.workers:
        assert product.rows("PRAGMA integrity_check") == [("ok",)]


def _no_push_is_doubled(product: Product, load: Load) -> None:
    ledger = product.line.check_ledger()
    assert len(ledger["retryKeys"]) >= len(load.answered)
    seen: Counter[str] = Counter()
    for firm in load.confirmed:
        for bubble in firm.received():
            said = words(bubble["message"])
            seen.update(text for text in load.answered if text in said)
    assert seen == Counter(load.answered), "each answer arrived once"
    stuck = product.rows("SELECT state, kind FROM outbox WHERE state NOT IN ('accepted', 'unknown')")
    assert stuck == []
    pushed_unknown = product.rows("SELECT id FROM outbox WHERE state = 'unknown' AND kind = 'push'")
    assert pushed_unknown == []
