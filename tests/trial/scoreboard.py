"""The scoreboard R1–R13, P1–P2, S1–S14: what is done, the bound, and the figure that was seen.

A row is played against real processes on each database (``tests.trial.programs``), or it is tests of the suite, named
by file and name, which run in a process of their own; some are both. What could not be tried says so.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.__main__ import echo
from tests.harness.processes import ROOT, Forker
from tests.harness.product import Product, running
from tests.trial import programs
from tests.trial.programs import Seen

WRITTEN = ROOT / "build" / "trial.json"
BOTH = ("sqlite", "postgres")
Play = Callable[[Product, int], Seen]
Database = Callable[[str, Path], AbstractContextManager[str]]
"""Gives the URL of an empty database of a kind, for the time of a context."""
_COUNTS = re.compile(r"(\d+) (passed|failed|error|errors|skipped)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the scoreboard. ``short`` and ``full``: how much of ``play``; ``untried``: what it leaves out."""

    id: str
    did: str
    bound: str
    play: Play | None = None
    short: int = 0
    full: int = 0
    on: Sequence[str] = BOTH
    tests: Sequence[str] = ()
    untried: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a row on a database (``suite``: of its tests)."""

    id: str
    on: str
    did: str
    bound: str
    figure: str
    well: bool
    seconds: float


_SECURITY = "tests/integration/security/test_security_"
ROWS: tuple[Row, ...] = (
    Row(id="R1", did="kill -9 of servers and workers under load", bound="0 lost, 0 twice, every answer by reply, 5 s",
        play=programs.kills, short=10, full=200),
    Row(id="R2", did="events one to five times, in any order, at every replica", bound="one row and one effect each",
        play=programs.shuffled, short=1_000, full=10_000),
    Row(id="R3", did="50 messages of one user at once", bound="one contact a user, in the order of their time",
        play=programs.bursts, short=20, full=200),
    Row(id="R4", did="pushes while 30 % fail", bound="each arrives exactly once", play=programs.pushes, short=100,
        full=10_000, tests=("tests/e2e/test_delivery_faults.py",)),
    Row(id="R5", did="replies while LINE fails, eight ways", bound="everybody answered once, by reply",
        tests=("tests/e2e/test_disturbed.py::test_while_line_is_out_of_order_everybody_is_answered_once_by_reply",
               "tests/e2e/test_outbox.py")),
    Row(id="R6", did="LINE does not answer, and calls that hang", bound="all sent afterwards, nobody else held up",
        tests=("tests/e2e/test_disturbed.py::test_calls_that_hang_hold_up_nobody_else",),
        untried="six hours with 5,000 waiting: `python -m tests.trial faults` plays minutes"),
    Row(id="R7", did="events that cannot be read among good ones", bound="only those are set aside",
        play=programs.good_beside_bad, short=200, full=1_000,
        tests=("tests/e2e/test_channel_traps.py::test_an_event_that_never_succeeds_is_set_aside_and_holds_up_no_other",
               "tests/e2e/test_delivery_faults.py::test_a_refused_push_is_not_tried_again_and_holds_up_no_other_firm")),
    Row(id="R8", did="every connection to the database cut under load", bound="0 lost, 0 twice, goes on within 10 s",
        play=programs.cuts, short=20, full=100, on=("postgres",),
        tests=("tests/e2e/test_webhook_receiver.py::test_a_database_that_cannot_be_written_gives_503_and_never_200",),
        untried="kill -9 of PostgreSQL itself: `python -m tests.trial cluster` plays it"),
    Row(id="R9", did="disk full, database read-only", bound="503, no 200 without a row, said at the desk",
        tests=("tests/integration/web/test_readiness.py",)),
    Row(id="R10", did="clocks wrong by five minutes on one process or another", bound="everybody answered once",
        tests=("tests/e2e/test_disturbed.py::test_wrong_clocks_do_no_harm",), untried="steps of an hour"),
    Row(id="R11", did="SIGTERM under load", bound="0 of 5xx, gone within 10 s, 0 lost", play=programs.stops, short=6,
        full=50, tests=("tests/e2e/test_processes.py::test_a_server_that_is_told_to_stop_finishes_what_it_has",)),
    Row(id="R12", did="the same traffic for a time", bound="memory +10 %, files as before, everybody answered",
        play=programs.soaked, short=60, full=1_800, untried="24 hours"),
    Row(id="R13", did="every schema carries a filled database over; a copy comes back", bound="the same rows",
        tests=("tests/integration/store/test_migrations.py", "tests/integration/cli/test_cli.py"),
        untried="a million events under load"),
    Row(id="P1", did="durable acknowledgement beside a bare echo", bound="60 % of it on SQLite, 50 % on PostgreSQL",
        play=programs.faster_than({"sqlite": 0.6, "postgresql": 0.5}, echo), short=3, full=10),
    Row(id="P2", did="lists and reports over 50,000 cases", bound="p95 25 ms the list, 150 ms the report",
        untried="here: `make bench ARGS=pages`, three minutes"),
    Row(id="S1", did="malformed bodies with a valid signature", bound="0 of 5xx, then works as before",
        play=programs.malformed, short=1_000, full=10_000,
        tests=("tests/e2e/test_webhook_receiver.py::test_good_events_beside_any_damaged_one_are_kept",)),
    Row(id="S2", did="missing, wrong, cut and odd signatures", bound="401, nothing stored", play=programs.unsigned,
        short=1_000, full=10_000, tests=("tests/e2e/test_webhook_receiver.py", f"{_SECURITY}answers.py",
                                         "tests/integration/web/test_slow_connections.py")),
    Row(id="S3", did="signed bodies once more", bound="0 new rows", play=programs.replayed, short=200, full=1_000),
    Row(id="S4", did="words of SQL in every search, address and form", bound="what harmless words find",
        tests=(f"{_SECURITY}input.py",)),
    Row(id="S5", did="markup in everything that people write, in a browser too", bound="0 unescaped, 0 scripts run",
        tests=(f"{_SECURITY}scripts.py",)),
    Row(id="S6", did="every route, role and kind of object", bound="as the table says, none undeclared",
        tests=(f"{_SECURITY}matrix.py", f"{_SECURITY}content.py")),
    Row(id="S7", did="fields that are not a call's own", bound="0 accepted",
        tests=(f"{_SECURITY}input.py::test_no_call_takes_a_field_that_is_not_its_own",
               f"{_SECURITY}input.py::test_no_form_takes_a_field_that_is_not_its_own")),
    Row(id="S8", did="writes from other sites", bound="0 changes",
        tests=(f"{_SECURITY}sessions.py::test_no_write_from_elsewhere_changes_anything",
               "tests/unit/bot/web/test_security.py")),
    Row(id="S9", did="sessions after sign-out, disabling, another password, time", bound="refused at once",
        tests=(f"{_SECURITY}sessions.py", "tests/integration/accounts/test_own_sessions.py")),
    Row(id="S10", did="a thousand guesses at one account, and one at each of a thousand",
        bound="five looked at, time tells nothing", tests=(
            f"{_SECURITY}sessions.py::test_a_thousand_guesses_at_one_account_look_at_five_passwords",
            f"{_SECURITY}sessions.py::test_time_does_not_tell_which_accounts_there_are",
            "tests/integration/accounts/test_lockout_and_tokens.py")),
    Row(id="S11", did="formulas in CSV, XLSX and ODS", bound="0 on reading back",
        tests=(f"{_SECURITY}scripts.py::test_files_of_figures_hold_no_formula", "tests/unit/bot/web/test_tables.py")),
    Row(id="S12", did="canaries through logs, figures, errors, addresses", bound="0 found", tests=(
        f"{_SECURITY}answers.py::test_nothing_of_people_or_secrets_leaves_through_logs_figures_or_addresses",)),
    Row(id="S13", did="headers and error pages on every route", bound="all set, no trace",
        tests=(f"{_SECURITY}answers.py",)),
    Row(id="S14", did="packages held to their hashes, the list of a release, known advisories",
        bound="lock and list agree, nothing locked is known to be vulnerable",
        tests=tuple(f"tests/architecture/test_{name}.py" for name in ("locks", "sbom", "advisories")),
        untried="advisories since 2024-10-10 (`pip-audit -r requirements.lock` elsewhere)"),
)  # fmt: skip


def board(
    rows: Iterable[Row], on: Sequence[str], part: str | None, *, full: bool, database: Database
) -> Iterator[Result]:
    """Play rows on databases and run their tests; ``database`` is a context that gives the URL of an empty one.

    ``part``: only what is ``played``, or only the ``suite``; None: both.
    """
    for row in rows:
        for kind in row.on if row.play is not None and part != "suite" else ():
            if kind in on:
                yield _played(row, kind, full=full, database=database)
        if row.tests and part != "played":
            yield _tested(row)
        if row.play is None and not row.tests:
            yield Result(
                id=row.id, on="-", did=row.did, bound=row.bound, figure=f"not tried {row.untried}", well=True, seconds=0
            )


def _played(row: Row, kind: str, *, full: bool, database: Database) -> Result:
    assert row.play is not None
    begun = time.monotonic()
    try:
        with deployed(kind, database) as product:
            figure, well = row.play(product, row.full if full else row.short)
    except Exception as error:  # noqa: BLE001 - a row that falls over is a figure, too
        figure, well = f"gave up: {type(error).__name__} {str(error).partition(chr(10))[0][:160]}", False
    seconds = round(time.monotonic() - begun, 1)
    return Result(id=row.id, on=kind, did=row.did, bound=row.bound, figure=figure, well=well, seconds=seconds)


_COMES_AGAIN = (0.3, 0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, *(3.0,) * 30)
"""Seconds until LINE comes again; for two minutes: where one process is all there is, and is killed each time that it
has started, half of the tries meet nobody."""


@contextmanager
def deployed(kind: str, database: Database) -> Iterator[Product]:
    """One process on SQLite; two servers and two workers on PostgreSQL."""
    many = 0 if kind == "sqlite" else 2
    with (
        TemporaryDirectory() as name, database(kind, Path(name)) as url, Forker() as forker,
        running(forker, url, Path(name), servers=many or 1, workers=many, redelivery_delays=_COMES_AGAIN) as product,
    ):  # fmt: skip
        yield product


def _tested(row: Row) -> Result:
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--no-header", *row.tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    last = done.stdout.strip().rpartition("\n")[2]
    found = dict.fromkeys(("passed", "failed"), 0) | {word: int(number) for number, word in _COUNTS.findall(last)}
    skipped = f", {found['skipped']} skipped" if found.get("skipped") else ""
    figure = f"{found['passed']} tests passed, {found['failed'] + found.get('errors', 0)} failed{skipped}"
    return Result(
        id=row.id, on="suite", did=row.did, bound=row.bound, figure=figure, well=done.returncode == 0,
        seconds=round(time.monotonic() - begun, 1),
    )  # fmt: skip


def line(one: Result) -> str:
    """A result as a row of Markdown."""
    verdict = "yes" if one.well else "**no**"
    return f"| {one.id} | {one.on} | {one.did} | {one.bound} | {one.figure} | {verdict} | {one.seconds:.0f} |"


HEAD = "| | on | what was done | bound | figure | within | s |\n|---|---|---|---|---|---|--:|"


def write(results: Sequence[Result]) -> None:
    """Keep the results as JSON, those of other rows of an earlier run beside them."""
    WRITTEN.parent.mkdir(exist_ok=True)
    kept: dict[str, object] = json.loads(WRITTEN.read_text(encoding="utf-8")) if WRITTEN.is_file() else {}
    kept |= {f"{one.id} {one.on}": asdict(one) for one in results}
    WRITTEN.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
