"""The office as each transaction sees it: a calendar made once, shared by threads, never one that is rolled back."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from datetime import date, timedelta

import pytest

from routing.domain.case import EventKind
from routing.domain.permissions import Actor, Role
from routing.domain.reporting.measures import MetricContext
from routing.service.office_calendar import commands
from routing.service.office_context import OfficeContextProvider
from tests.harness.counting import about, statements

ADMIN = Actor(name="adam", role=Role.ADMIN, email="adam@kp.example")
DAY = date(2026, 3, 5)
DISTRICTS = ("楠梓區", "前鎮區", "小港區", "左營區")


@pytest.fixture
def provider(branch):
    return OfficeContextProvider(branch.office)


def close(session, provider, now, *, day=DAY, district=None):
    commands.close(
        session, provider, day=day, county="高雄市", district=district, part="full", source="", now=now, actor=ADMIN
    )


def calendar(branch, provider):
    with branch.database.reading() as session:
        return provider.office(session).calendar


class Undone(Exception):
    """What rolls a transaction back."""


def test_a_calendar_that_is_rolled_back_is_used_in_its_transaction_and_not_kept(branch, provider):
    before = calendar(branch, provider)
    with suppress(Undone), branch.database.writing() as session:
        close(session, provider, branch.now)
        assert len(provider.office(session).calendar.closures) == len(before.closures) + 1
        raise Undone
    assert calendar(branch, provider) is before
    with branch.database.writing() as session:
        close(session, provider, branch.now)
    assert len(calendar(branch, provider).closures) == len(before.closures) + 1


def test_threads_that_see_other_rows_never_get_each_others_calendar(branch, provider):
    """One transaction has closed a day and is not done; others read meanwhile."""
    plain, wrong, over = len(calendar(branch, provider).closures), [], threading.Event()
    read_all = threading.Barrier(3)
    switching = sys.getswitchinterval()

    def read(session, expected):
        while not over.is_set():
            found = len(provider.office(session).calendar.closures)
            if found != expected:
                wrong.append((found, expected))
        # Nobody commits what others would rightly see while they still read.
        read_all.wait(30)

    def reading():
        with branch.database.reading() as session:
            read(session, plain)

    def closing():
        with branch.database.writing() as session:
            close(session, provider, branch.now)
            read(session, plain + 1)

    threads = [threading.Thread(target=work) for work in (reading, reading, closing)]
    sys.setswitchinterval(1e-5)
    for thread in threads:
        thread.start()
    over.wait(1.5)
    over.set()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(switching)
    assert wrong == []


def test_withdrawing_a_days_closures_dates_the_open_cases_once(branch, provider):
    number = branch.open()
    for district in DISTRICTS:
        with branch.database.writing() as session:
            close(session, provider, branch.now, district=district)
    with statements(branch.database) as sent, branch.database.writing() as session:
        assert commands.reopen(
            session, provider, day=DAY, county="高雄市", district=None, now=branch.now, actor=ADMIN
        ) == len(DISTRICTS)  # fmt: skip
    assert len(about(sent, "FROM service_case", "service_case.status !=")) == 1
    assert branch.row(number).due_on == DAY


def test_a_unit_of_former_days_has_the_same_calendar_in_lists_and_in_reports(branch, provider):
    """A closure of the branch's own district moves it in both."""
    number = branch.open()
    with branch.hold(number) as locked:
        locked.record(EventKind.TRANSFERRED, unit="舊日科")
    with branch.database.writing() as session:
        close(session, provider, branch.now)
    branch.office = provider_office = OfficeContextProvider(branch.office)
    with branch.database.reading() as session:
        office = provider_office.office(session)
        row, case = branch.row(number), branch.case(number)
        context = MetricContext(wanted=frozenset(), calendar=office.calendar, offices=office.offices)
        assert office.office_of("舊日科") == context.office(case)
    assert row.due_on == DAY + timedelta(days=1)
