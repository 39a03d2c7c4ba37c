"""Growth: the same questions over 10,000 and 100,000 cases (or as many as are named), on every database there is.

Cases are made by a fixed seed: three years, reopenings, waits, extensions and late closes among them. Import and export
are timed as the commands do them. Reports are timed in this process, as a request finds them: what is kept is read
from the database anew each time. The fold of the histories, which defines the figures, is timed beside them and must
give the same digits. Where DuckDB is installed it answers the month over the exported events as a yardstick.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from bot.line.limits import LIMITS
from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from knowledge.offices.directory import load_offices
from knowledge.wording import load_sentences
from routing.domain.permissions import Actor, Role
from routing.domain.reporting import statistics
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import GroupBy, Wanted
from routing.service.cases import histories
from routing.service.cases import queries as case_queries
from routing.service.office_context import OfficeContext, OfficeContextProvider, UnitOfWorkFactory
from routing.service.reporting import held, measuring, period_end, turnaround
from routing.store import migration
from routing.store.reporting import queries as report_store
from routing.store.session import Database
from tests.harness.cast import email
from tests.harness.processes import ROOT

WRITTEN = ROOT / "build" / "bench-scale.json"
SIZES = (10_000, 100_000)
FOLDED_UP_TO = 100_000
_FIRST = datetime(2024, 1, 2, 8, 30, tzinfo=TAIPEI)
_DAYS = 900
_KINDS = (("land", "用地工程科"), ("tax", "投資服務科"), ("utilities", "營運管理科"))
_PEOPLE = tuple(email(name) for name in ("olga", "otto", "ivan"))
MONTH = Period(date(2026, 3, 1), date(2026, 3, 31))
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
ALL_YEARS = Period(date(2024, 1, 1), date(2026, 11, 30))


def lines(count: int, seed: int = 11) -> Iterator[str]:
    """As many histories, the same each time for a seed."""
    chance, a_day, serial, last = Random(seed), count / _DAYS, 0, -1
    for number in range(count):
        day = int(number / a_day)
        serial = serial + 1 if day == last else 1
        last = day
        agency = ("KP", "KQ", "KR")[serial // 9999 % 3]
        at = received = _FIRST + timedelta(days=day, minutes=chance.randint(0, 540), seconds=chance.randint(0, 59))
        category, unit = _KINDS[number % 3]
        person = _PEOPLE[number % 3]
        events: list[dict[str, Any]] = []

        def then(event: str, most_hours: float, into: list[dict[str, Any]] = events, **data: Any) -> None:
            nonlocal at
            at += timedelta(seconds=chance.randint(60, int(most_hours * 3600)))
            into.append({"at": at.isoformat(), "event": event, **data})

        then("assigned", 8, to=person)
        if chance.random() < 0.15:
            then("waiting", 20, on="firm", message="請補圖")
            then("resumed", 90)
        if chance.random() < 0.05:
            then("extended", 20, days=3, reason="現勘", approved_by="sue@kp.example")
        then("replied", 40, by=person, via="phone", text="已說明。")
        if chance.random() > 0.004:
            then("closed", 60, outcome="answered" if chance.random() < 0.93 else "withdrawn")
            if chance.random() < 0.03:
                then("reopened", 200)
                then("closed", 60, outcome="answered")
        yield json.dumps({
            "number": f"{agency}-{received.year - 1911}{received:%m%d}-{(serial - 1) % 9999 + 1:04d}",
            "kind": "ENQ" if number % 10 else "PET", "category": category, "topic": None,
            "channel": "phone" if number % 2 else "line", "park": "楠梓" if number % 5 else "高雄軟體", "unit": unit,
            "language": "zh-TW", "firm": {"name": f"範例{number % 800}精密", "ubn": None},
            "subject": f"範例事項 {number}",
            "first_contact_at": received.isoformat(), "received_at": received.isoformat(), "events": events,
        }, ensure_ascii=False)  # fmt: skip


def _timed(ask: Callable[[], object], times: int) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds."""
    ask()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)]


def _work(url: str) -> UnitOfWorkFactory:
    office = OfficeContext(
        agency_code="KP", base_url="http://127.0.0.1", calendar=load_calendar(), offices=load_offices(),
        sentences=load_sentences(), channels={"line": LIMITS},
    )  # fmt: skip
    return UnitOfWorkFactory(database=Database(url), office_provider=OfficeContextProvider(office))


def _report(work: UnitOfWorkFactory, wanted: list[Wanted], *, fold: bool = False) -> list[dict[str, Any]]:
    with work.reading() as (session, office):
        if not fold:
            now = datetime.now(UTC)  # noqa: TID251 - a benchmark asks now
            return [made.report.as_json() for made in turnaround.make_all(session, office, wanted, now=now)]
        found = report_store.histories(session)
        made = statistics.reports(
            found, wanted, calendar=office.calendar, offices=office.offices, rules_version=turnaround.RULES_VERSION
        )
        return [report.as_json() for report in made]


def _behind(work: UnitOfWorkFactory, period: Period, now: datetime) -> None:
    """The first page of the late cases of a period, each as it stood at its end."""
    with work.reading() as (session, office):
        (made,) = turnaround.make_all(session, office, [Wanted(period=period)], now=now)
        numbers = turnaround.cases_behind(session, made, "late", limit=50).numbers
        list(period_end.states(session, office, numbers, period, today=now.astimezone(TAIPEI).date()))


def _held(work: UnitOfWorkFactory, period: Period, now: datetime) -> None:
    with work.reading() as (session, office):
        held.made(session, office, period, "ENQ", by=GroupBy.OFFICER, now=now)


def _import(work: UnitOfWorkFactory, file: Path, cases: int, found: dict[str, Any], now: datetime) -> None:
    """Take a file in, and the same file again."""
    processes, writing_from = os.cpu_count() or 1, list[float]()
    file.write_text("\n".join(lines(cases)) + "\n", encoding="utf-8")

    def entered(_done: int, _of: int) -> None:
        writing_from.append(time.perf_counter())

    begun = time.perf_counter()
    with file.open(encoding="utf-8") as given:
        result = histories.import_beside_service(
            work, given, skip_bad=False, now=now, processes=processes, entered=entered
        )
    found["import, cases/s"] = cases / (time.perf_counter() - begun)
    found["of it reading and checking, cases/s"] = cases / (writing_from[0] - begun)
    if result.imported != cases:
        raise RuntimeError(f"{result.imported} cases were taken; {result.refusals[:3]}")
    begun = time.perf_counter()
    with file.open(encoding="utf-8") as given:
        again = histories.import_beside_service(work, given, skip_bad=False, now=now, processes=processes)
    found["the same file again, cases/s"] = cases / (time.perf_counter() - begun)
    if again.repeated != cases:
        raise RuntimeError(f"{again.repeated} cases were known again")


def measure(url: str, cases: int, folder: Path) -> dict[str, Any]:
    """One database with so many cases: what was asked, and how long it took."""
    work, found = _work(url), dict[str, Any]()
    now = datetime.now(UTC)  # noqa: TID251 - an import happens now
    migration.upgrade(work.database)
    _import(work, folder / "cases.jsonl", cases, found, now)
    found["memory, MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    out = folder / "out.jsonl"
    with work.reading() as (session, _office), out.open("w", encoding="utf-8") as writing:
        writing.writelines(line + "\n" for line in histories.export(session))
    found["export, cases/s"] = cases / (time.perf_counter() - begun)
    begun = time.perf_counter()
    measuring.begin_if_needed(work)
    measuring.measure_remaining(work)
    found["measure all, cases/s"] = cases / (time.perf_counter() - begun)
    begun = time.perf_counter()
    measuring.make_blocks(work, today=None)
    found["blocks, s"] = time.perf_counter() - begun
    splits = [None, *GroupBy]
    asked = {
        "month": [[Wanted(period=MONTH, by=by)] for by in splits],
        "year": [[Wanted(period=YEAR, by=by)] for by in splits],
        "three years": [[Wanted(period=ALL_YEARS, by=by)] for by in splits],
        "month and chart": [[Wanted(period=MONTH), Wanted(period=YEAR, by=GroupBy.MONTH)]],
    }
    for name, questions in asked.items():
        slowest = max((_timed(partial(_report, work, one), 7) for one in questions), key=lambda one: one[1])
        found[f"{name}, ms (slowest grouping, median)"], found[f"{name}, ms (the same, p95)"] = slowest
    for name, asking in (
        ("list behind a figure of a month, 50 cases", lambda: _behind(work, MONTH, now)),
        ("list behind a figure of three years, 50 cases", lambda: _behind(work, ALL_YEARS, now)),
        ("days held by person, month", lambda: _held(work, MONTH, now)),
        ("days held by person, three years", lambda: _held(work, ALL_YEARS, now)),
    ):
        found[f"{name}, ms (median)"], found[f"{name}, ms (p95)"] = _timed(asking, 7)
    boss = Actor(name="sue", email=email("sue"), role=Role.SUPERVISOR)

    def queue() -> None:
        with work.reading() as (session, office):
            today = now.astimezone(TAIPEI).date()
            wanted = case_queries.wanted(boss, today=today, status="in_progress")
            case_queries.list_cases(session, office, boss, wanted, limit=50, cursor=None, now=now)

    found["list of open cases, ms (median)"], found["list of open cases, ms (p95)"] = _timed(queue, 15)
    if cases <= FOLDED_UP_TO:
        both = [Wanted(period=MONTH), Wanted(period=YEAR, by=GroupBy.MONTH)]
        begun = time.perf_counter()
        folded = _report(work, both, fold=True)
        found["month and chart by the fold, ms"] = (time.perf_counter() - begun) * 1000
        if folded != _report(work, both):
            raise RuntimeError("what is kept and the fold differ")
    with suppress(ImportError):
        found["month by DuckDB over the events, ms"] = _duckdb(out)
    work.database.dispose()
    return found


def _duckdb(file: Path) -> float:
    duckdb: Any = import_module("duckdb")
    with duckdb.connect() as peer:
        peer.execute(
            "CREATE TABLE closing AS SELECT category, received_at::TIMESTAMPTZ AS received,"
            ' unnest(events)."at"::TIMESTAMPTZ AS done, unnest(events).event AS event'
            " FROM read_json(?, maximum_object_size=8000000)",
            [str(file)],
        )
        taken = "epoch(done - received)"
        question = (
            f"SELECT category, count(*), median({taken}), quantile_cont({taken}, 0.9) FROM closing WHERE"  # noqa: S608 - ours
            " event = 'closed' AND done >= '2026-03-01 00:00+08' AND done < '2026-04-01 00:00+08' GROUP BY category"
        )
        return _timed(lambda: peer.execute(question).fetchall(), 7)[0]


def main(databases: Callable[[Path], Any], *sizes: int) -> None:
    """Measure, print a table for each size, write JSON."""
    results: dict[str, dict[str, Any]] = {}
    for cases in sizes or SIZES:
        with tempfile.TemporaryDirectory() as made, databases(Path(made)) as urls:
            for name, url in urls.items():
                results[f"{name}, {cases:,} cases"] = found = measure(url, cases, Path(made))
                sys.stdout.write(f"\n{name}, {cases:,} cases\n")
                sys.stdout.writelines(f"  {what:52} {value:12,.1f}\n" for what, value in found.items())
                sys.stdout.flush()
    WRITTEN.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    written = json.dumps({"machine": machine, "results": results}, ensure_ascii=False, indent=1)
    WRITTEN.write_text(written + "\n", encoding="utf-8")
