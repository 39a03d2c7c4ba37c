"""Firms that write while LINE or a clock is out of order, and what each of them got for an answer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.harness.gate import Gate
from tests.harness.processes import Forker
from tests.harness.product import Product, running
from tests.harness.simulator import Phone

FAULTS = ("error_before", "error_after", "timeout_before", "timeout_after", "reset", "rate_limit", "refused", "slow")
"""What the simulator can do to every reply, and connections that are refused."""
QUESTION = "租地要繳多少預約金？"
"""Surely complete, so it is answered without waiting for more."""
SKEW = 300.0
"""Seconds by which a wrong clock is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many wrote, were never answered, or more than once, and what it took; ``median`` and ``longest`` in s."""

    wrote: int
    unanswered: int
    twice: int
    pushes: int
    unknown: int
    presumed: int
    median: float
    longest: float


@contextmanager
def behind_a_gate(forker: Forker, database_url: str, folder: Path) -> Iterator[tuple[Product, Gate]]:
    """The product as it is deployed, with a gate to LINE that can be shut."""
    many = 0 if database_url.startswith("sqlite") else 2
    with ExitStack() as stack:
        product = stack.enter_context(
            running(forker, database_url, folder, servers=many or 1, workers=many, start=False)
        )
        gate = stack.enter_context(Gate(product.line.url))
        product.environ["LINE_API_BASE"] = gate.url
        product.start()
        yield product, gate


def disturbed(product: Product, gate: Gate, kind: str, *, seconds: float, rate: float, share: float = 1.0) -> Outcome:
    """Firms write while a fault lasts, and a little longer; ``share``: of LINE's calls that fail."""
    if kind == "refused":
        gate.shut()
    else:
        product.line.post("/faults", endpoint="reply", kind=kind, seconds=seconds + 20, probability=share)
    firms = _write(product, seconds, rate)
    if kind == "refused":
        gate.open()
    else:
        product.line.http.delete("/sim/faults")
    return outcome(product, firms + _write(product, 1.0, rate))


def undisturbed(product: Product, *, seconds: float, rate: float) -> Outcome:
    """The same writing while nothing is wrong: what ``disturbed`` is measured against."""
    return outcome(product, _write(product, seconds, rate))


def _write(product: Product, seconds: float, rate: float) -> list[Phone]:
    """So many firms a second, one message each."""
    firms: list[Phone] = []
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(8) as pool:
        while time.monotonic() < end:
            firm = product.line.person()
            firms.append(firm)
            pool.submit(firm.do, "text", text=QUESTION)
            time.sleep(1 / rate)
    return firms


def outcome(product: Product, firms: list[Phone]) -> Outcome:
    """Wait until nothing is under way, and count; checks that LINE took nothing twice."""
    product.line.post("/webhook/idle", seconds=30)
    product.settled(seconds=90)
    product.line.check_ledger()
    answers, waits = Counter[int](), []
    for firm in firms:
        theirs = firm.received()
        answers[len(theirs)] += 1
        asked = next(bubble["at"] for bubble in firm.bubbles() if bubble["from"] == "user")
        waits += [(theirs[0]["at"] - asked) / 1000] if theirs else []
    rows = Counter((row[0], row[1]) for row in product.rows("SELECT state, error FROM outbox"))
    return Outcome(
        wrote=len(firms), unanswered=answers[0], twice=sum(n for count, n in answers.items() if count > 1),
        pushes=len(product.line.calls("push")), unknown=sum(n for (state, _), n in rows.items() if state == "unknown"),
        presumed=rows["accepted", "presumed"], median=round(median(waits), 2), longest=round(max(waits), 1),
    )  # fmt: skip


def skewed(product: Product, offsets: dict[str, float], *, seconds: float, rate: float) -> Outcome:
    """Firms write while some processes have a clock that is wrong by so many seconds."""
    product.stop()
    for name in product.names():
        product.start(name, offset=offsets.get(name, 0.0))
    return outcome(product, _write(product, seconds, rate))
