"""``python -m tests.trial kills --count 100 --database postgres``, or ``faults``: prints figures, exits 1 if bad.

What the suite shows in small (tests/e2e/test_kill.py, test_disturbed.py), as often and as long as one likes.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from tests.harness.crowd import Crowd, Killer
from tests.harness.disturbing import FAULTS, SKEW, behind_a_gate, disturbed, skewed
from tests.harness.processes import Forker
from tests.harness.product import running
from tests.harness.requirements import postgres_admin_dsn, postgres_admin_url


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database, gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'trial.db'}"
        return
    name = f"onestop_trial_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_admin_dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
        try:
            yield postgres_admin_url().set(database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def kills(kind: str, count: int, seed: int) -> bool:
    """Kill processes under load; whether nothing was lost, doubled or late."""
    many = 0 if kind == "sqlite" else 2
    with TemporaryDirectory() as name, database(kind, Path(name)) as url, Forker() as forker:
        folder = Path(name)
        with running(forker, url, folder, servers=many or 1, workers=many) as product:
            killer, crowd = Killer(product, random.Random(seed)), Crowd(product)
            for _ in range(count):
                killer.strike()
            crowd.stop()
            product.line.post("/webhook/idle", seconds=20)
            product.settled(seconds=30)
            product.line.check_sent()
            product.line.check_ledger()
            deliveries = product.line.get("/deliveries")["deliveries"]
            acknowledged = {event for one in deliveries if one["status"] == 200 for event in one["eventIds"]}
            handled = {row[0] for row in product.rows("SELECT webhook_event_id FROM inbox WHERE state = 'done'")}
            states = product.rows(
                "SELECT state, kind, error, count(*) FROM outbox WHERE reason = 'answer' GROUP BY 1, 2, 3"
            )
            event, message = killer.waits()
    found = {
        "database": kind, "kills": count, "seed": seed, "events": len(acknowledged),
        "lost": len(acknowledged - handled),
        "answers": sum(row[3] for row in states), "presumed": sum(row[3] for row in states if row[2] == "presumed"),
        "not_by_reply": sum(row[3] for row in states if (row[0], row[1]) != ("accepted", "reply")),
        "longest_event": round(event, 1), "longest_message": round(message, 1),
        "slowest_start": round(killer.slowest, 1),
    }  # fmt: skip
    _say(found)
    return not found["lost"] and not found["not_by_reply"] and max(event, message) <= 5 + killer.slowest


def faults(kind: str, seconds: float, rate: float, only: str | None) -> bool:
    """LINE out of order for a time, fault by fault, and clocks that are wrong; whether everybody was answered once."""
    well = True
    for fault in (*FAULTS, "tenth_hangs", "clocks"):
        if only and fault != only:
            continue
        with (
            TemporaryDirectory() as name, database(kind, Path(name)) as url, Forker() as forker,
            behind_a_gate(forker, url, Path(name)) as (product, gate),
        ):  # fmt: skip
            if fault == "clocks":
                wrong = {place: (SKEW, -SKEW)[n % 2] for n, place in enumerate(product.names())}
                found = skewed(product, wrong, seconds=seconds, rate=rate)
            elif fault == "tenth_hangs":
                found = disturbed(product, gate, "timeout_before", seconds=seconds, rate=rate, share=0.1)
            else:
                found = disturbed(product, gate, fault, seconds=seconds, rate=rate)
        _say({"database": kind, "fault": fault, "seconds": seconds, **asdict(found)})
        well = well and found.unanswered == found.twice == found.pushes == 0
    return well


def _say(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the trial that was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.trial", description=__doc__)
    parser.add_argument("what", choices=("kills", "faults"))
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--count", type=int, default=100, help="kills")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long a fault lasts")
    parser.add_argument("--rate", type=float, default=9.0, help="firms a second")
    parser.add_argument("--only", help="one fault")
    given = parser.parse_args()
    if given.what == "kills":
        return 0 if kills(given.database, given.count, given.seed) else 1
    return 0 if faults(given.database, given.seconds, given.rate, given.only) else 1


if __name__ == "__main__":
    raise SystemExit(main())
