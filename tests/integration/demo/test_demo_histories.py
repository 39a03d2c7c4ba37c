"""The demo's invented year: the same every time, accepted like any file of histories, with believable figures."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import build_runtime
from bot.demo import seeding
from bot.demo.fixtures import load_fixtures
from bot.demo.histories import make_histories
from bot.demo.running import _settings
from bot.runtime import Runtime
from knowledge.calendar.office_calendar import TAIPEI, known_closures, load_calendar, local
from knowledge.offices.directory import load_offices
from knowledge.vocabulary import CASE_CATEGORIES
from routing.domain.case import Kind, Status
from routing.domain.permissions import SYSTEM
from routing.domain.reporting.history import CaseHistory, KnownWords, read
from routing.service.cases import histories
from routing.service.cases import queue as case_queue
from routing.service.maintenance import databases
from routing.service.reporting import turnaround as turnaround_report
from routing.store.accounts import queries as account_store
from routing.store.cases.queries import CaseFilter

OFFICES = load_offices()
CALENDAR = load_calendar().with_closures(known_closures())
NOWS = [
    datetime(2026, 11, 23, 10, 0, tzinfo=TAIPEI),  # a Monday morning
    datetime(2026, 11, 22, 19, 0, tzinfo=TAIPEI),  # a Sunday evening
    datetime(2026, 2, 18, 2, 30, tzinfo=TAIPEI),  # the middle of a night of the New Year's holidays
    datetime(2025, 7, 8, 8, 31, tzinfo=TAIPEI),  # the morning after a typhoon
    datetime(2028, 3, 1, 17, 29, tzinfo=TAIPEI),  # a year that is not published yet
]


def year(now: datetime) -> list[str]:
    return make_histories(now, OFFICES, CALENDAR)


def accepted(now: datetime) -> list[CaseHistory]:
    found = list(read(year(now), KnownWords.of(OFFICES), now))
    assert [one for one in found if not isinstance(one, CaseHistory)] == []
    return [one for one in found if isinstance(one, CaseHistory)]


def test_the_same_moment_gives_the_same_year_and_another_seed_another_one() -> None:
    assert year(NOWS[0]) == year(NOWS[0])
    assert year(NOWS[0]) != make_histories(NOWS[0], OFFICES, CALENDAR, seed=2)


@pytest.mark.parametrize("now", NOWS, ids=str)
def test_every_line_is_accepted_whenever_the_demo_starts(now: datetime) -> None:
    assert 1100 <= len(accepted(now)) <= 1400


@pytest.mark.parametrize("now", NOWS, ids=str)
def test_what_is_open_is_a_natural_mix(now: datetime) -> None:
    cases = [one.case() for one in accepted(now)]
    states = Counter(case.status for case in cases)
    assert states[Status.WAITING_FIRM] >= 3
    assert states[Status.WAITING_AGENCY] >= 3
    assert states[Status.RECEIVED] == 1
    assert states[Status.ASSIGNED] >= 6
    assert sum(case.opening.alert is not None for case in cases) == 1


def test_the_year_is_mixed_as_a_real_one() -> None:
    found = accepted(NOWS[0])
    channels = Counter(one.opening.channel for one in found)
    kinds = Counter(one.case().kind for one in found)
    assert 0.5 <= channels["line"] / len(found) <= 0.7
    assert len(channels) == 8
    assert 0.86 <= kinds[Kind.ENQ] / len(found) <= 0.95
    assert kinds[Kind.APP] > 10
    subjects = {
        category: {one.opening.subject for one in found if one.opening.category == category}
        for category in CASE_CATEGORIES
    }
    assert {category: len(texts) for category, texts in subjects.items() if len(texts) < 60} == {}
    events = {str(event.kind) for one in found for event in one.events}
    assert events == {
        "assigned", "message", "replied", "note", "waiting", "resumed", "extended", "category", "kind", "transferred",
        "closed", "reopened",
    }  # fmt: skip


def test_staff_work_in_office_hours_on_working_days() -> None:
    worked = [
        local(event.at)
        for one in accepted(NOWS[0])
        for event in one.events
        if event.by is not None and event.kind in {"replied", "waiting", "extended", "category", "kind"}
    ]
    off = [at for at in worked if not CALENDAR.is_working_day(at.date(), OFFICES.own_office)]
    late = [at for at in worked if not 8 <= at.hour < 18]
    assert off == []
    assert late == []


def test_firms_and_people_are_plainly_invented() -> None:
    fixtures = load_fixtures()
    records = [json.loads(line) for line in year(NOWS[0])]
    assert all("示範" in firm or "測試" in firm for firm in fixtures.firms)
    assert {record["firm"]["ubn"] for record in records} == {None}
    assert all("示範" in person.name for person in (*fixtures.officers, *fixtures.others))
    assert all(person.email.endswith("@demo.example") for person in (*fixtures.officers, *fixtures.others))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    folder: Path = tmp_path_factory.mktemp("demo")
    settings = _settings(folder, "http://127.0.0.1:1", "http://127.0.0.1:2")
    runtime = build_runtime(settings, now=lambda: NOWS[0], demo=True)
    assert seeding.prepare(runtime)
    yield runtime
    runtime.database.dispose()


def test_filling_again_changes_nothing(filled: Runtime) -> None:
    with filled.reading() as (session, _):
        before = list(histories.export(session))
    assert not seeding.prepare(filled)
    with filled.reading() as (session, _):
        assert list(histories.export(session)) == before


def test_a_demo_database_is_marked_and_refused_elsewhere(filled: Runtime) -> None:
    assert databases.why_not(filled.database, demo=True) is None
    assert "示範資料庫" in (databases.why_not(filled.database, demo=False) or "")


def test_the_report_balances_and_shows_a_desk_that_gets_better(filled: Runtime) -> None:
    """S1: the figures refuse to print unless the events add up."""
    with filled.reading() as (session, office):
        whole = turnaround_report.report(
            session, office, start=date(2025, 12, 1), end=date(2026, 10, 31), by="month", now=NOWS[0]
        )
    assert whole["open_at_end"] == whole["open_at_start"] + whole["received"] + whole["reopened"] - whole["closed"]
    assert 0.88 <= whole["on_time_rate"] <= 0.95
    assert whole["extended"] > 10
    assert whole["late"] > 30
    assert whole["set_aside"] > 30
    means = [group["days_used"]["mean"] for group in whole["groups"]]
    assert sum(means[-3:]) / 3 < sum(means[:3]) / 3 - 0.2
    assert whole["groups"][0]["days_used"]["median"] >= 2.5
    assert whole["groups"][-1]["days_used"]["median"] <= 2


def test_the_queue_holds_something_of_everything(filled: Runtime) -> None:
    with filled.reading() as (session, office):
        queue = case_queue.queue(session, office, SYSTEM, CaseFilter(today=NOWS[0].date()), now=NOWS[0])
    counts = {
        name: len(getattr(queue, name)) for name in ("alert", "overdue", "due_today", "answered", "new", "waiting")
    }
    assert counts["alert"] == 1
    assert 3 <= counts["overdue"] <= 6
    assert counts["due_today"] >= 3
    assert min(counts.values()) > 0


def test_every_open_case_belongs_to_somebody_of_the_team(filled: Runtime) -> None:
    with filled.reading() as (session, office):
        queue = case_queue.queue(session, office, SYSTEM, CaseFilter(today=NOWS[0].date()), now=NOWS[0])
        team = {row.email: row for row in account_store.all_staff(session)}
        absent = account_store.leaves_on(session, (NOWS[0] + timedelta(days=1)).date())
    shown = [line for group in ("overdue", "due_today", "answered", "new", "working") for line in getattr(queue, group)]
    assert {line.row.unit for line in shown} == {team[line.row.assignee].unit for line in shown}
    assert len(absent) == 1
    assert len(queue.unassigned) == 1
