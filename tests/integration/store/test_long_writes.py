"""Long pieces of writing go in short transactions: LINE's events get in between, and whoever is stopped goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from routing.domain.errors import Invalid
from routing.service.cases import histories
from routing.service.maintenance import retention
from routing.service.office_calendar import commands as office_calendar_commands
from routing.service.office_calendar import due_date_refresh
from routing.store.accounts.schema import Audit, SignInFailure
from routing.store.cases.schema import Case
from routing.store.conversation.schema import Unsent
from routing.store.maintenance import meta as meta_store
from routing.store.maintenance.schema import Idempotency
from routing.store.session import Database
from tests.harness.service import Service
from tests.integration.reporting.test_histories import given_out, line

PATIENCE = 1.8
"""Seconds that LINE's webhook waits for the database."""


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def lines(number):
    """So many histories, 25 a day, each with an answer and an end."""
    found = []
    for index in range(number):
        day = f"2026-{1 + index // 700:02d}-{1 + index // 25 % 28:02d}"
        events = [
            {"at": f"{day}T11:00:00+08:00", "event": "replied", "by": "a@kp.example", "via": "phone", "text": "好"},
            {"at": f"{day}T11:30:00+08:00", "event": "closed", "outcome": "answered"},
        ]  # fmt: skip
        found.append(line(f"{day}T10:00:00+08:00", serial=1 + index % 25, events=events))
    return found


@contextmanager
def importing(url, file):
    environ = {**os.environ, "ONESTOP_DATABASE_URL": url}
    command = [sys.executable, "-m", "bot", "cases", "import", str(file)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        yield process


def count(service):
    with service.runtime.reading() as (session, _office):
        return session.scalar(select(func.count()).select_from(Case))


def test_an_import_shuts_nobody_out(service, tmp_path):
    """1,200 cases by the command, beside somebody who writes all the time."""
    file = tmp_path / "histories.jsonl"
    file.write_text("\n".join(lines(1200)), encoding="utf-8")
    beside = Database(service.runtime.database.url)
    waits = []
    with importing(beside.url, file) as command:
        while command.poll() is None:
            began = time.monotonic()
            with beside.writing() as session:
                meta_store.put(session, "beside", "x")
            waits.append(time.monotonic() - began)
            time.sleep(0.02)
        said = command.stdout.read()
    beside.dispose()
    assert "匯入 1200 件" in said
    assert max(waits) < PATIENCE / 2
    assert count(service) == 1200


def test_an_import_that_is_killed_goes_on_with_the_same_file(service, tmp_path):
    made = lines(2500)
    file = tmp_path / "histories.jsonl"
    file.write_text("\n".join(made), encoding="utf-8")
    with importing(service.runtime.database.url, file) as command:
        until = time.monotonic() + 60
        while not count(service) and time.monotonic() < until:
            time.sleep(0.01)
        command.send_signal(signal.SIGKILL)
    assert 0 < count(service) < 2500
    with importing(service.runtime.database.url, file) as again:
        assert again.wait() == 0
    assert sorted(given_out(service)) == sorted(made)


def test_one_refused_line_still_refuses_the_file(service):
    bad = [*lines(250), line("2027-01-05T10:00:00+08:00")]
    result = histories.import_beside_service(service.runtime, bad, skip_bad=False, now=service.now)
    assert (result.imported, len(result.refusals), count(service)) == (0, 1, 0)
    result = histories.import_beside_service(service.runtime, bad, skip_bad=True, now=service.now)
    assert (result.imported, len(result.refusals), count(service)) == (250, 1, 250)


def test_a_number_taken_meanwhile_stops_the_import_and_says_how_far_it_came(service):
    """Another import enters one of the numbers while this one is being written."""
    made = lines(2600)
    other = line("2026-04-07T10:00:00+08:00", serial=1, subject="別的事")

    class Slow(list):
        """The lines; when the last has been read, somebody else is quicker."""

        def __iter__(self):
            yield from super().__iter__()
            histories.import_beside_service(service.runtime, [other], skip_bad=False, now=service.now)

    with pytest.raises(Invalid) as stopped:
        histories.import_beside_service(service.runtime, Slow(made), skip_bad=False, now=service.now)
    assert stopped.value.code == "import_stopped"
    said = re.search("已匯入 ([0-9]+) 件", str(stopped.value))
    assert said is not None
    assert count(service) == int(said[1]) + 1 < 2600


def test_a_number_that_is_to_come_is_given_to_nobody_else(service):
    """Serials are kept before the first case is written."""
    today = f"{service.now:%Y-%m-%d}"
    earlier = line(f"{today}T08:00:00+08:00", serial=42)
    histories.import_beside_service(service.runtime, [earlier], skip_bad=False, now=service.now)
    assert service.opened().endswith("-0043")


def open_cases(service, number):
    made = [line("2026-11-13T10:00:00+08:00", serial=1 + index) for index in range(number)]
    result = histories.import_beside_service(service.runtime, made, skip_bad=False, now=service.now)
    assert result.imported == number


def dates(service):
    with service.runtime.reading() as (session, _office):
        return set(session.scalars(select(Case.due_on)))


def closing(service):
    with service.runtime.writing() as (session, _office):
        office_calendar_commands.close(
            session,
            service.runtime.office_provider,
            day=date(2026, 11, 17),
            county="高雄市",
            district=None,
            part="full",
            source="",
            now=service.now,
        )


def test_a_closure_dates_many_cases_in_parts_and_a_worker_goes_on_where_it_stopped(service):
    open_cases(service, 2 * due_date_refresh.PART + 30)
    before = dates(service)
    closing(service)
    assert len(before) == 1
    assert len(dates(service)) == 2
    assert due_date_refresh.refresh_remaining(service.runtime, now=service.now) == due_date_refresh.PART + 30
    assert len(dates(service)) == 1
    assert dates(service) != before
    assert due_date_refresh.refresh_remaining(service.runtime, now=service.now) == 0


def test_a_second_closure_meanwhile_leaves_no_case_with_dates_of_before(service):
    open_cases(service, 3 * due_date_refresh.PART)
    closing(service)
    other = threading.Thread(
        target=due_date_refresh.refresh_remaining, args=(service.runtime,), kwargs={"now": service.now}
    )
    other.start()
    with service.runtime.writing() as (session, _office):
        office_calendar_commands.close(
            session,
            service.runtime.office_provider,
            day=date(2026, 11, 18),
            county="高雄市",
            district=None,
            part="full",
            source="",
            now=service.now,
        )
    due_date_refresh.refresh_remaining(service.runtime, now=service.now)
    other.join()
    due_date_refresh.refresh_remaining(service.runtime, now=service.now)
    assert dates(service) == {date(2026, 11, 20)}


def test_the_days_erasing_goes_in_parts_and_counts_the_same(service):
    """More than one transaction's worth of each kind."""
    number = 2 * retention.PART + 7
    old = service.now - timedelta(days=400)
    with service.runtime.writing() as (session, _office):
        session.add_all(SignInFailure(email_sha256="x", at=old) for _ in range(number))
        session.add_all(Unsent(channel="line", external_id=f"m{index}", at=old) for index in range(number))
        session.add_all(
            Idempotency(staff_id=1, key=f"k{index}", request_sha256="", status=200, body="", created_at=old)
            for index in range(number)
        )
    periods = retention.Periods(chat=30, sign_in=180)
    erased = retention.run_beside_service(service.runtime, periods, now=service.now)
    kinds = ("sign_in_failures", "unsent_marks", "first_answers")
    assert [erased[kind] for kind in kinds] == [number] * 3
    with service.runtime.reading() as (session, _office):
        for table in (SignInFailure, Unsent, Idempotency):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert len(list(session.scalars(select(Audit).where(Audit.action == "retention.run")))) == 1
