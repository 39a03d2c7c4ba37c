"""Firms that open cases and an officer who answers them, while processes are killed; and how long anybody waited."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
from sqlalchemy.exc import OperationalError

from tests.harness import local_http
from tests.harness.product import Product
from tests.harness.simulator import Phone
from tests.harness.waiting import eventually

MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"


class Crowd:
    """Firms that open cases and an officer who answers them, each step until it was acknowledged.

    ``patience``: seconds for which each of them tries.
    """

    def __init__(self, product: Product, *, patience: float = 60) -> None:
        self.product = product
        self.patience = patience
        self.over = threading.Event()
        self.confirmed: list[Phone] = []
        self.answered: list[str] = []
        self.pool = ThreadPoolExecutor(5)
        self.work = [*(self.pool.submit(self._firms) for _ in range(4)), self.pool.submit(self._officer)]

    def stop(self) -> None:
        """Let everybody finish the step in hand."""
        self.over.set()
        for one in self.work:
            one.result(timeout=2 * self.patience)
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

        eventually(look, seconds=self.patience, pause=0.2, what="the acknowledgement")

    def _officer(self) -> None:
        while not self.over.is_set():
            time.sleep(0.1)
            numbers: list[str] = []
            with suppress(OperationalError):  # Connections are cut, the one that looks among them.
                numbers = [
                    row[0] for row in self.product.rows("SELECT number FROM service_case ORDER BY id DESC LIMIT 1")
                ]
            for number in numbers:
                self._answer(number, f"回復編號 {uuid.uuid4()}")

    def _answer(self, number: str, text: str) -> None:
        """A step that is repeated with its key until some server says that it is done."""
        headers = {"Authorization": f"Bearer {self.product.tokens['sue']}", "Idempotency-Key": text[-36:]}
        path = f"/api/v1/cases/{number}/messages"
        attempt, until = 0, time.monotonic() + self.patience
        while time.monotonic() < until:
            port = self.product.ports[attempt % len(self.product.ports)]
            attempt += 1
            with suppress(httpx.HTTPError):
                answer = local_http.post(
                    f"http://127.0.0.1:{port}{path}", json={"text": text}, headers=headers, timeout=20
                )
                if answer.status_code == 201:
                    self.answered.append(text)
                    return
                assert answer.status_code in {409, 503}, answer.text
            time.sleep(0.05)
        raise AssertionError("the answer was never taken")


@dataclass(slots=True)
class Killer:
    """Kills processes and starts them again, and remembers when each was started and when it was up again."""

    product: Product
    dice: Random
    up: list[datetime] = field(default_factory=list)
    took: float = 0.0
    slowest: float = 0.0

    def strike(self) -> None:
        """One kill -9 of any process, which is started again at once.

        A slow machine is given as long to work as it takes to start, or LINE would give up coming again.
        """
        time.sleep(max(self.dice.uniform(0.2, 0.6), self.took))
        name = self.dice.choice(self.product.names())
        self.product.kill(name)
        begin = time.monotonic()
        time.sleep(self.dice.uniform(0.0, 0.1))
        self._note()
        self.product.start(name)
        self._note()
        self.took = time.monotonic() - begin
        self.slowest = max(self.slowest, self.took)

    def _note(self) -> None:
        self.up.append(datetime.now(UTC))  # noqa: TID251 - compared with what the processes wrote

    def waits(self) -> tuple[float, float]:
        """Seconds that an event waited to be handled, and a message to be accepted, at most after the last start.

        The time a process takes to start (``slowest``) is in it: half a second, and more on a busy machine.
        """
        events = self.product.rows("SELECT received_at, handled_at FROM inbox WHERE state = 'done'")
        messages = self.product.rows("SELECT due_at, accepted_at FROM outbox WHERE state = 'accepted'")
        return self._longest(events), self._longest(messages)

    def _longest(self, spans: list[tuple[Any, ...]]) -> float:
        longest = 0.0
        for begin, end in ((_instant(begin), _instant(end)) for begin, end in spans):
            since = max([begin, *(up for up in self.up if up < end)])
            longest = max(longest, (end - since).total_seconds())
        return longest


def _instant(value: Any) -> datetime:
    """An instant as the driver gives it: SQLite's is text without an offset."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
