"""``python -m tests.trial``: the scoreboard (R1–S14); ``kills``, ``faults``, ``cluster``, ``upgrade``, ``fuzz``.

``board --full`` plays each row as often as stack.md 6.4 has it, ``--only R2,S1`` some of them, ``--database`` on one.
Prints a table, writes build/trial.json beside that of ``make bench``, and exits 1 if a figure is out of its bound.
"""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from tests.harness.disturbing import FAULTS, SKEW, behind_a_gate, disturbed, skewed
from tests.harness.processes import Forker
from tests.harness.product import running
from tests.harness.requirements import MISSING, postgres_admin_dsn, postgres_admin_url
from tests.trial import cluster as machines
from tests.trial import fuzzing, programs, scoreboard, upgrading

_TRIALS = ("board", "kills", "faults", "cluster", "upgrade", "fuzz")


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
    with scoreboard.deployed(kind, database) as product:
        figure, well = programs.kills(product, count, seed=seed)
    _say({"database": kind, "seed": seed, "figure": figure, "well": well})
    return well


def cluster(count: int, *, pooled: bool) -> bool:
    """Strike the machine that writes, ``count`` times each way; whether nothing was lost, doubled or long refused."""
    if lacks := machines.missing(pooled=pooled):
        sys.exit(f"a cluster needs {', '.join(lacks)}")
    with TemporaryDirectory() as name, TemporaryDirectory() as product, ExitStack() as stack:
        three = stack.enter_context(machines.clustered(Path(name)))
        url = stack.enter_context(machines.pooled(three, Path(name))) if pooled else three.url()
        forker = stack.enter_context(Forker())
        deployed = stack.enter_context(
            running(forker, url, Path(product), servers=2, workers=2, redelivery_delays=(1.0, 1.0, 2.0) + (3.0,) * 40)
        )
        figure, well = programs.struck(deployed, three, count)
    _say({"database": "three machines" + (" behind pgbouncer" if pooled else ""), "figure": figure, "well": well})
    return well


def upgrade(release: str) -> bool:
    """An upgrade that rolls through the machines; whether nothing was lost, doubled or left."""
    with TemporaryDirectory() as name, database("postgres", Path(name)) as url:
        figure, well = upgrading.upgraded(release, url)
    _say({"database": "postgres", "figure": figure, "well": well})
    return well


def fuzz(kind: str, examples: int, seconds: int, only: str | None) -> bool:
    """Calls of our OpenAPI document, and bytes for every parser; whether all was answered or refused in words."""
    if lacks := fuzzing.missing():
        sys.exit(f"the trial needs {' and '.join(lacks)}")
    if unknown := {only} - {None, "api", *fuzzing.PARSERS}:
        sys.exit(f"no such parser: {unknown.pop()}; there are api, {', '.join(fuzzing.PARSERS)}")
    well = True
    if only in {None, "api"}:
        with scoreboard.deployed(kind, database) as product:
            figure, well = fuzzing.api(product, examples)
        _say({"database": kind, "figure": figure, "well": well})
    for name in [one for one in fuzzing.PARSERS if only in {None, one}]:
        figure, held = fuzzing.parsed(name, seconds)
        _say({"figure": figure, "well": held})
        well = well and held
    return well


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
    """Run the trial that was asked for; the exit code. Who ends it leaves no process and no network behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="python -m tests.trial", description=__doc__)
    parser.add_argument("what", nargs="?", choices=_TRIALS, default="board")
    parser.add_argument("--database", choices=("sqlite", "postgres"), help="of the board: both unless said")
    parser.add_argument("--count", type=int, default=100, help="kills, of the cluster faults each way, or examples")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long a fault lasts, or a parser is tried")
    parser.add_argument("--rate", type=float, default=9.0, help="firms a second")
    parser.add_argument("--only", help="one fault, one parser or api; of the board: rows with commas")
    parser.add_argument("--full", action="store_true", help="of the board: as often as the rows say, which takes hours")
    parser.add_argument("--part", choices=("played", "suite"), help="of the board: what is played, or the tests alone")
    parser.add_argument("--pooled", action="store_true", help="of the cluster: through pgbouncer and haproxy")
    parser.add_argument("--release", default="HEAD", help="of the upgrade: the commit or tag that runs before it")
    given = parser.parse_args()
    if given.what == "board":
        return 0 if board(given.only, given.database, given.part, full=given.full) else 1
    kind = given.database or "sqlite"
    if given.what == "fuzz":
        return 0 if fuzz(kind, given.count, int(given.seconds), given.only) else 1
    if given.what == "upgrade":
        return 0 if upgrade(given.release) else 1
    if given.what == "cluster":
        return 0 if cluster(given.count, pooled=given.pooled) else 1
    if given.what == "kills":
        return 0 if kills(kind, given.count, given.seed) else 1
    return 0 if faults(kind, given.seconds, given.rate, given.only) else 1


def board(only: str | None, kind: str | None, part: str | None, *, full: bool) -> bool:
    """Print the scoreboard row by row; whether every figure is within its bound."""
    chosen = set(only.split(",")) if only else {row.id for row in scoreboard.ROWS}
    unknown = chosen - {row.id for row in scoreboard.ROWS}
    if unknown:
        sys.exit(f"no such row: {', '.join(sorted(unknown))}")
    sys.stdout.write(f"{scoreboard.HEAD}\n")
    results = []
    rows = [row for row in scoreboard.ROWS if row.id in chosen]
    on = [kind] if kind else [one for one in scoreboard.BOTH if one == "sqlite" or not MISSING["postgres"]()]
    for one in scoreboard.board(rows, on, part, full=full, database=database):
        results.append(one)
        sys.stdout.write(f"{scoreboard.line(one)}\n")
        sys.stdout.flush()
    scoreboard.write(results)
    return all(one.well for one in results)


if __name__ == "__main__":
    raise SystemExit(main())
