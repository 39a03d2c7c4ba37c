"""A worker with nothing to do only reads, and now and then; committed work wakes it at once."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from bot.line.channel import LineChannel
from bot.worker import Worker
from routing.service.cases import assignment
from routing.service.maintenance import daily
from routing.service.maintenance.retention import Periods
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.files.storage import FolderStorage
from routing.store.listening import Listener
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.inbox import RawEvent
from routing.store.session import Database, announce
from tests.harness.cast import ALICE
from tests.harness.counting import about, statements, writes
from tests.harness.service import Service
from tests.harness.simulator import TOKEN, simulated
from tests.harness.waiting import eventually

QUICK = 10.0
"""Seconds; half of what a worker that hears nothing waits until it looks."""


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def event_of(number: int) -> RawEvent:
    return RawEvent(channel="line", webhook_event_id=f"e{number}", user_key="U1", event_at=number, raw="{}")


def test_an_idle_worker_only_reads_and_not_four_times_a_second(service):
    with simulated("http://127.0.0.1:9/line/webhook") as line:
        channels = {"line": LineChannel(line.url, line.url, TOKEN)}
        worker = Worker(replace(service.runtime, channels=channels))
        worker.start()
        # The day's work and the hour's question about the quota are done first.
        with service.runtime.reading() as (session, _):
            eventually(lambda: session.rollback() or daily.is_done(session, now=service.now), what="the day's work")
        time.sleep(1.5)
        with statements(service.runtime.database) as sent:
            time.sleep(4.2)
        worker.stop()
    assert writes(sent) == []
    assert 1 <= len(about(sent, "FROM outbox", "outbox.state IN")) <= 4


def test_nobody_to_give_cases_to_and_nothing_to_date_takes_no_lock(branch, tmp_path):
    branch.absent(ALICE)
    branch.open()
    units_of_work = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    daily.run(units_of_work, Periods(), FolderStorage(tmp_path), now=branch.now)
    with statements(branch.database) as sent:
        assert assignment.sweep(units_of_work, now=branch.now) == []
        daily.run(units_of_work, Periods(), FolderStorage(tmp_path), now=branch.now)
    assert writes(sent) == []


def test_a_sweep_gives_many_cases_out_in_several_transactions(branch):
    branch.absent(ALICE)
    numbers = [branch.open() for _ in range(2 * assignment.PART + 1)]
    branch.later(days=1)
    units_of_work = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    begun = []
    writing = UnitOfWorkFactory.writing

    class Counted(UnitOfWorkFactory):
        """Notes how many cases were given when each transaction begins."""

        def writing(self):
            begun.append(1)
            return writing(self)

    counted = Counted(database=units_of_work.database, office_provider=units_of_work.office_provider)
    assert assignment.sweep(counted, now=branch.now) == numbers
    assert len(begun) == 3


def woken(listening: Database, topic: str) -> Event:
    event = Event()
    listening.wakes.subscribe(topic, event)
    return event


def put(database: Database, contact_id: int, now) -> None:
    with database.writing() as session:
        outbox_store.put(session, channel="line", contact_id=contact_id, payload=[], reason="answer", now=now)


def test_a_message_that_is_committed_wakes_the_sender_and_one_that_is_not_does_not(branch):
    contact, event = branch.contact(), woken(branch.database, outbox_store.TOPIC)
    with pytest.raises(ZeroDivisionError), branch.database.writing() as session:
        outbox_store.put(session, channel="line", contact_id=contact, payload=[1 / 0], reason="answer", now=branch.now)
    with branch.database.writing() as session:
        outbox_store.put(session, channel="line", contact_id=contact, payload=[], reason="answer", now=branch.now)
        session.flush()
        assert not event.is_set()
    assert event.is_set()


@pytest.mark.postgres
def test_work_that_another_process_commits_is_heard(postgres_url):
    with Service(postgres_url) as service:
        ours, theirs = service.runtime.database, Database(postgres_url)
        listener = Listener(ours)
        first = woken(ours, inbox_store.TOPIC)
        listener.start()
        assert first.wait(5)
        first.clear()
        for number in range(3):
            with theirs.storing() as connection:
                inbox_store.take_in(connection, [event_of(number)], now=service.now)
            assert first.wait(QUICK)
            first.clear()
        other = woken(ours, "other")
        with theirs.writing() as session:
            announce(session, "other")
        assert other.wait(QUICK)
        listener.stop()
        theirs.dispose()


@pytest.mark.postgres
def test_a_listener_that_is_cut_off_listens_again(postgres_url):
    with Service(postgres_url) as service:
        ours, theirs = service.runtime.database, Database(postgres_url)
        listener, event = Listener(ours), woken(ours, inbox_store.TOPIC)
        listener.start()
        assert event.wait(5)
        event.clear()
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
        )
        with theirs.storing() as connection:
            assert connection.exec_driver_sql(cut).all() == [(True,)]
        # What came while nobody listened is looked for: everybody is woken.
        assert event.wait(5)
        event.clear()
        with theirs.storing() as connection:
            inbox_store.take_in(connection, [event_of(1)], now=service.now + timedelta(seconds=1))
        assert event.wait(QUICK)
        listener.stop()
        theirs.dispose()
