"""Measures the webhook against a bare echo in the same run, and pages over many cases; prints a table, writes JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from bot.simulator.running import free_port
from tests.bench import load, month, pipeline, scale
from tests.bench.load import Measured
from tests.bench.pages import CASES, fill, pages
from tests.harness import local_http
from tests.harness.processes import ROOT, Forker
from tests.harness.product import Product, running
from tests.harness.requirements import MISSING, postgres_admin_dsn, postgres_admin_url
from tests.harness.simulator import SECRET
from tests.harness.waiting import eventually

WRITTEN = ROOT / "build" / "bench.json"
_PARTS = ("webhook", "pages", "pipeline", "understanding")
_ALONE = ("month", "scale")


@contextmanager
def echo() -> Iterator[int]:
    """The bare webhook; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.echo", str(port), SECRET], cwd=ROOT)

    def answers() -> bool:
        with suppress(httpx.HTTPError):
            return local_http.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        return False

    try:
        eventually(answers, what="the echo")
        yield port
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """URLs by name; PostgreSQL only where there is one."""
    found = {"SQLite, FULL": f"sqlite:///{folder / 'bench.db'}"}
    if MISSING["postgres"]():
        yield found
        return
    name = sql.Identifier(f"onestop_bench_{secrets.token_hex(4)}")
    with psycopg.connect(postgres_admin_dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
        url = postgres_admin_url().set(database=name.as_string(admin).strip('"'))
        found["PostgreSQL"] = url.render_as_string(hide_password=False)
        try:
            yield found
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def webhook(product: Product, name: str, table: dict[str, Measured]) -> None:
    """Our webhook with nothing else running, and the echo before and after it."""
    with echo() as port:
        before = load.closed(port, "E")
        ours = load.closed(product.ports[0], "A")
        after = load.closed(port, "F")
        echoes = (before.per_second + after.per_second) / 2
        table[f"webhook, {name}: bare echo"] = before
        table[f"webhook, {name}: ours, {ours.per_second / echoes:.0%} of the echo"] = ours
        table[f"webhook, {name}: ours at 500/s"] = load.steady(product.ports[0], "B")


def _measure(forker: Forker, name: str, url: str, folder: Path, parts: list[str]) -> dict[str, Measured]:
    folder.mkdir()
    table: dict[str, Measured] = {}
    with running(forker, url, folder, workers=1, start=False) as product:
        product.start("server0")
        if "webhook" in parts:
            webhook(product, name, table)
            product.run("DELETE FROM inbox")
        if "pipeline" in parts:
            with echo() as line:
                bare = load.closed(line, "E", seconds=3)
                ours = pipeline.drained(product, line, "0")
                table[f"pipeline, {name}: bare echo"] = bare
                table[f"pipeline, {name}: from inbox to LINE, {ours.per_second / bare.per_second:.1%} of it"] = ours
                table |= pipeline.grown(product, line, name)
        if "pages" in parts:
            fill(product)
            table.update({f"{page}, {CASES} cases, {name}": one for page, one in pages(product).items()})
    return table


def _asked() -> list[str]:
    """What the command line asks for; anything else is an error that says what there is."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=(
            "webhook: beside a bare echo; pages: over 50,000 cases; pipeline: the whole way of a message, also "
            "beside a million stored ones; understanding: what an enquiry costs. month [FIRMS]: messages to firms of "
            "a month (tests/bench/month.py); scale [CASES ...]: growth (tests/bench/scale.py); both stand alone."
        ),
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join((*_PARTS, *_ALONE)))
    parts: list[str] = parser.parse_args().parts or ["webhook", "pages"]
    rest = parts[1:] if parts[0] in _ALONE else parts
    if wrong := [part for part in rest if not (part.isdigit() if parts[0] in _ALONE else part in _PARTS)]:
        parser.error(f"no such part: {' '.join(wrong)}; there are {', '.join((*_PARTS, *_ALONE))}")
    return parts


def main() -> None:
    """Run the parts named, or ``webhook`` and ``pages``; say what came out."""
    parts = _asked()
    if parts[0] == "month":
        month.main(*(int(firms) for firms in parts[1:2]))
        return
    if parts[0] == "scale":
        scale.main(databases, *(int(cases) for cases in parts[1:]))
        return
    table: dict[str, Measured] = pipeline.understood() if "understanding" in parts else {}
    with tempfile.TemporaryDirectory() as made, Forker() as forker, databases(Path(made)) as urls:
        for name, url in urls.items() if set(parts) - {"understanding"} else ():
            table |= _measure(forker, name, url, Path(made) / name, parts)
    width = max(map(len, table))
    sys.stdout.write(f"{'':{width}}  {'per s':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'failed':>7}\n")
    for name, one in table.items():
        sys.stdout.write(
            f"{name:{width}}  {one.per_second:8.1f} {one.p50:8.2f} {one.p95:8.2f} {one.p99:8.2f} {one.failed:7d}\n"
        )
    WRITTEN.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    found = {"machine": machine, "results": {name: asdict(one) for name, one in table.items()}}
    WRITTEN.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
