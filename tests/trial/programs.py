"""What the scoreboard plays against real processes; each program says what it saw, and if that is within bounds."""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import load
from tests.harness.crowd import Crowd, Killer
from tests.harness.mutants import good_events, mutant
from tests.harness.posting import Connection
from tests.harness.product import Product
from tests.harness.requirements import postgres_admin_dsn
from tests.harness.simulator import Phone, sign, words
from tests.trial.cluster import FAULTS, Cluster, Shut, longest_gap, strike

Seen = tuple[str, bool]
"""What was seen, in a line, and whether it is within the bound."""
_MIXED = (("error_before", 0.10), ("error_after", 0.10), ("rate_limit", 0.05), ("timeout_before", 0.05))
"""Of LINE's pushes, which share fails how (stack.md 6.4, R4)."""
_OURS = {500, 503, 504}
"""Answers of a server that breaks off what it had; 502 is the balancer's, for one that takes nothing new any more."""


def posted(
    ports: list[int], bodies: Iterable[bytes], *signatures: str, at_once: int = 4, until_taken: bool = False
) -> Counter[int]:
    """How often each status was answered; without ``signatures`` each body is signed as LINE would.

    ``until_taken``: what is refused for now (503) comes again, as from LINE.
    """
    waiting, lock, seen = deque(bodies), threading.Lock(), Counter[int]()

    def one(place: int) -> None:
        with Connection(ports[place % len(ports)]) as connection:
            while True:
                with lock:
                    if not waiting:
                        return
                    body = waiting.popleft()
                status = connection.send(body, *signatures) if signatures else connection.signed(body)
                with lock:
                    seen[status] += 1
                    if until_taken and status == 503:
                        waiting.append(body)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, range(at_once)))
    return seen


def _event(number: int, *, redelivered: bool = False, at: int = 0, user: int | None = None) -> dict[str, Any]:
    """A text of a user; by its number unless ``user`` says whose."""
    return {
        "type": "message", "mode": "active", "timestamp": 1_795_000_000_000 + (at or number),
        "replyToken": f"{number:032x}", "webhookEventId": f"01TRIAL{number:019d}",
        "deliveryContext": {"isRedelivery": redelivered},
        "source": {"type": "user", "userId": f"U{number if user is None else user:032x}"},
        "message": {"id": f"77{number:012d}", "type": "text", "text": f"第 {number} 則"},
    }  # fmt: skip


def _body(*events: dict[str, Any]) -> bytes:
    return json.dumps({"destination": "U" + "0" * 32, "events": list(events)}, ensure_ascii=False).encode()


def _count(product: Product, query: str) -> int:
    return int(product.rows(query)[0][0])


def kills(product: Product, count: int, *, seed: int = 20) -> Seen:
    """R1: kill -9 of any process at any moment, under load."""
    killer, crowd = Killer(product, random.Random(seed)), Crowd(product, patience=120)
    for _ in range(count):
        killer.strike()
    return after(product, crowd, killer, f"{count} kills")


def cuts(product: Product, count: int) -> Seen:
    """R8: every connection of the product to PostgreSQL is cut, again and again, under load."""
    name = product.database_url.rpartition("/")[2]
    killer, crowd = Killer(product, random.Random(8)), Crowd(product)
    with psycopg.connect(postgres_admin_dsn(), autocommit=True) as admin:
        for _ in range(count):
            time.sleep(0.2)
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
            killer.up.append(datetime.now(UTC))  # noqa: TID251 - compared with what the processes wrote
    return after(product, crowd, killer, f"{count} cuts", within=10)


def struck(product: Product, machines: Cluster, count: int) -> Seen:
    """The primary of a cluster is killed, and cut off, and comes back, under load, with no other step by hand."""
    crowd, shut = Crowd(product, patience=120), Shut()
    for turn in range(count):
        for what in FAULTS:
            time.sleep(5)
            begun = time.monotonic()
            strike(machines, what, shut, away=30 if turn % 2 else 10)
            sys.stderr.write(f"{what}, {turn + 1} of {count}: whole again after {time.monotonic() - begun:.0f} s\n")
    time.sleep(5)
    figure, well = after(product, crowd, None, f"{count} times {' and '.join(FAULTS)}")
    longest = longest_gap(product.line.get("/deliveries")["deliveries"], shut)
    shown = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in longest.items())
    return f"{figure}, longest without acknowledgement: {shown}", well and max(longest.values()) <= 30


def stops(product: Product, count: int) -> Seen:
    """R11: SIGTERM under load; what was being answered is answered, and nothing new is broken off."""
    crowd, slowest = Crowd(product), 0.0
    for turn in range(count):
        time.sleep(0.3)
        name = product.names()[turn % len(product.names())]
        begun = time.monotonic()
        product.processes.pop(name).end(signal.SIGTERM, seconds=15)
        slowest = max(slowest, time.monotonic() - begun)
        product.start(name)
    figure, well = after(product, crowd, None, f"{count} stops")
    broken = sum(1 for one in product.line.get("/deliveries")["deliveries"] if (one["status"] or 0) in _OURS)
    return f"{figure}, {broken} answers 5xx, longest end {slowest:.1f} s", well and not broken and slowest <= 10


def after(product: Product, crowd: Crowd, killer: Killer | None, did: str, *, within: float = 5) -> Seen:
    """Nothing acknowledged lost, nothing twice, every answer by reply, nobody left waiting longer than ``within`` s."""
    crowd.stop()
    product.line.post("/webhook/idle", seconds=20)
    product.settled(seconds=60)
    product.line.check_sent()
    product.line.check_ledger()
    deliveries = product.line.get("/deliveries")["deliveries"]
    acknowledged = {event for one in deliveries if one["status"] == 200 for event in one["eventIds"]}
    handled = {row[0] for row in product.rows("SELECT webhook_event_id FROM inbox WHERE state = 'done'")}
    lost = len(acknowledged - handled)
    pushed = _count(product, "SELECT count(*) FROM outbox WHERE reason = 'answer' AND kind <> 'reply'")
    left = _count(product, "SELECT count(*) FROM outbox WHERE state <> 'accepted'")
    doubled = _count(
        product, "SELECT count(*) FROM (SELECT contact_id FROM service_case GROUP BY 1 HAVING count(*) > 1) AS more"
    )
    figure = (
        f"{did}, {len(acknowledged)} events acknowledged: {lost} lost, {doubled} cases twice, {pushed} answers pushed"
    )
    well = not (lost or doubled or pushed or left)
    if killer is None:
        return figure, well
    longest = max(killer.waits())
    return f"{figure}, longest wait {longest:.1f} s", well and longest <= within + killer.slowest


def shuffled(product: Product, events: int) -> Seen:
    """R2: every event one to five times, in any order, at every replica."""
    dice = random.Random(2)
    copies = [
        _body(_event(n, redelivered=bool(again))) for n in range(events) for again in range(dice.randint(1, 5))
    ]  # fmt: skip
    dice.shuffle(copies)
    statuses = posted(product.ports, copies, at_once=8, until_taken=True)
    product.settled(seconds=60 + events / 10)
    rows = _count(product, "SELECT count(*) FROM inbox")
    kept = _count(product, "SELECT count(*) FROM message WHERE direction = 'in'")
    answers = _count(product, "SELECT count(*) FROM outbox WHERE reason = 'answer'")
    figure = f"{len(copies)} deliveries of {events} events: {rows} rows, {kept} messages, {answers} answers"
    if refused := {status: times for status, times in statuses.items() if status != 200}:
        figure += f"; refused at first: {refused}"
    return figure, set(statuses) <= {200, 503} and rows == kept == events and answers <= events


def bursts(product: Product, users: int) -> Seen:
    """R3: fifty messages of one user at once, over all replicas, told in the order of their time."""
    dice, each = random.Random(3), 50
    bodies = [
        _body(_event(user * each + n, at=user * 1000 + n, user=user)) for user in range(users) for n in range(each)
    ]
    dice.shuffle(bodies)
    posted(product.ports, bodies, at_once=8)
    product.settled(seconds=60 + users)
    contacts = _count(product, "SELECT count(*) FROM contact_address")
    query = "SELECT address, text FROM message JOIN contact_address USING (contact_id) WHERE direction = 'in'"
    found: dict[str, list[int]] = {}
    for address, text in product.rows(f"{query} ORDER BY message.at, message.id"):
        found.setdefault(address, []).append(int(text.split()[1]))
    astray = sum(numbers != sorted(numbers) or len(numbers) != each for numbers in found.values())
    return f"{users} users, {len(bodies)} messages: {contacts} contacts, {astray} not whole and in order", (
        contacts == users == len(found) and not astray
    )


def pushes(product: Product, number: int) -> Seen:
    """R4: officers' answers while three in ten of LINE's pushes fail, one way or another."""
    firms = [product.line.person() for _ in range(10)]
    cases = [(firm, firm.open_case("路燈不亮，請派員修理")) for firm in firms]
    for kind, share in _MIXED:
        product.line.post("/faults", endpoint="push", kind=kind, seconds=600, probability=share)
    texts = []
    for at in range(number):
        firm, case = cases[at % len(cases)]
        texts.append((firm, f"回復編號 {at:06d} 號"))
        product.api("sue", "POST", f"/cases/{case}/messages", {"text": texts[-1][1]}, expect=201)
    product.line.http.delete("/sim/faults")
    product.settled(seconds=120 + number / 5)
    product.line.check_ledger()
    arrived = {firm.id: [words(one["message"]) for one in firm.received()] for firm in firms}
    times = Counter(min(2, sum(text in said for said in arrived[firm.id])) for firm, text in texts)
    figure = f"{number} pushes, 30 % failing: {times[1]} arrived once, {times[2]} twice, {times[0]} never"
    return figure, times[1] == number


def malformed(product: Product, bodies: int) -> Seen:
    """S1: bodies that LINE signed and nobody should write."""
    seen = posted(product.ports, (mutant(n) for n in range(bodies)), at_once=6)
    product.settled(seconds=120)
    bad = sum(count for status, count in seen.items() if status >= 500)
    alive = bool(product.line.person().say("你好"))
    return f"{bodies} bodies: {dict(sorted(seen.items()))}, {bad} of 5xx, then works: {'yes' if alive else 'no'}", (
        not bad and alive
    )


def unsigned(product: Product, number: int) -> Seen:
    """S2: bodies that LINE did not sign."""
    before = _count(product, "SELECT count(*) FROM inbox")
    body = _body(_event(1))
    wrong = ["", "x", "=" * 44, sign(body, "another secret"), sign(body + b" "), sign(body)[:-1], "é" * 22]
    seen = Counter[int]()
    for signature in wrong:
        seen += posted(product.ports, [body] * (number // len(wrong)), signature)
    stored = _count(product, "SELECT count(*) FROM inbox") - before
    return f"{seen.total()} bodies: {dict(seen)}, {stored} stored", set(seen) == {401} and not stored


def replayed(product: Product, number: int) -> Seen:
    """S3: signed bodies of before, once more."""
    bodies = [_body(_event(n)) for n in range(number)]
    posted(product.ports, bodies)
    product.settled(seconds=60 + number / 10)
    everything = (
        "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM message) + (SELECT count(*) FROM outbox)"
        " + (SELECT count(*) FROM service_case)"
    )
    before = _count(product, everything)
    posted(product.ports, bodies)
    product.settled(seconds=60)
    new = _count(product, everything) - before
    return f"{number} bodies again: {new} new rows", not new


def soaked(product: Product, seconds: float) -> Seen:
    """R12: the same traffic for a time; memory and files after a fifth of it against the end."""
    over, firms = threading.Event(), list[Phone]()

    def write() -> None:
        while not over.wait(0.2):
            firm = product.line.person()
            firms.append(firm)
            with suppress(HTTPException, OSError):
                firm.do("text", text="租地要繳多少預約金？")

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(write) for _ in range(4)]
        time.sleep(seconds / 5)
        before = _taken(product)
        time.sleep(seconds * 4 / 5)
        after = _taken(product)
        over.set()
        for one in work:
            one.result()
    product.settled(seconds=60)
    silent = sum(not firm.received() for firm in firms)
    growth, files = after[0] / before[0] - 1, after[1] - before[1]
    return f"{seconds:.0f} s, {len(firms)} firms: memory {growth:+.1%}, files {files:+d}, {silent} without an answer", (
        growth <= 0.10 and files <= 8 and not silent
    )


def _taken(product: Product) -> tuple[int, int]:
    """KiB of memory and number of open files of all processes."""
    kib, files = 0, 0
    for process in product.processes.values():
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        kib += int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
        files += sum(1 for _ in Path(f"/proc/{process.pid}/fd").iterdir())
    return kib, files


def faster_than(shares: Mapping[str, float], echo: Callable[[], Any]) -> Callable[[Product, int], Seen]:
    """P1: durable acknowledgement beside a bare echo in the same run, with nothing else running; ``shares`` of it."""

    def play(product: Product, seconds: int) -> Seen:
        product.stop()
        product.inside = False
        product.start("server0")
        with echo() as port:
            before = load.closed(port, "E", seconds=seconds)
            ours = load.closed(product.ports[0], "A", seconds=seconds)
            after = load.closed(port, "F", seconds=seconds)
        steady = load.steady(product.ports[0], "B", seconds=seconds)
        ratio = 2 * ours.per_second / (before.per_second + after.per_second)
        return (
            f"{ours.per_second:.0f} a second, {ratio:.0%} of the echo; at 500 a second p99 {steady.p99:.0f} ms",
            ratio >= shares[product.database_url.partition(":")[0].partition("+")[0]]
            and not (ours.failed or steady.failed),
        )

    return play


def good_beside_bad(product: Product, batches: int) -> Seen:
    """R7: a batch of good events with one that cannot be read, many times."""
    bodies, ids = [], set[str]()
    for place in range(batches):
        good = good_events(10_000 + place)
        ids |= {good[0]["webhookEventId"], good[5]["webhookEventId"]}
        bodies.append(_body(good[0], {"type": None, "webhookEventId": f"01BAD{place:021d}"}, good[5]))
    seen = posted(product.ports, bodies)
    product.settled(seconds=120)
    done = {row[0] for row in product.rows("SELECT webhook_event_id FROM inbox WHERE state = 'done'")}
    aside = _count(product, "SELECT count(*) FROM inbox WHERE state = 'quarantined'")
    missing = len(ids - done)
    return f"{batches} batches: {missing} good events not handled, {aside} bad ones set aside", (
        set(seen) == {200} and not missing and aside == batches
    )
