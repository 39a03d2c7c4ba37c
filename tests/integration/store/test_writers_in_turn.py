"""Beside a worker's many small writes LINE's events are written when their turn comes."""

from __future__ import annotations

import threading
import time

import pytest

from routing.store.locks.fair_lock import FairLock
from routing.store.maintenance import meta as meta_store
from routing.store.session import Database

PATIENCE = 1.8
"""Seconds that LINE's webhook waits for the database."""


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.dispose()


def test_events_are_written_beside_twelve_busy_threads(database):
    """Before, on SQLite: half of them waited 1.7 s, the longest 3.7 s."""
    over = threading.Event()

    def busy(number):
        while not over.is_set():
            with database.writing() as session:
                meta_store.put(session, f"busy-{number}", str(time.monotonic()))

    threads = [threading.Thread(target=busy, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    waits = []
    for _ in range(40):
        began = time.monotonic()
        with database.storing() as connection:
            connection.exec_driver_sql("UPDATE meta SET value = 'x' WHERE key = 'events'")
        waits.append(time.monotonic() - began)
        time.sleep(0.02)
    over.set()
    for thread in threads:
        thread.join()
    assert max(waits) < PATIENCE / 2


def test_turns_come_in_the_order_in_which_they_were_asked_for():
    turns, order, threads = FairLock(), [], []

    def ask(number):
        with turns.turn(5):
            order.append(number)

    with turns.turn(5):
        for number in range(6):
            threads.append(threading.Thread(target=ask, args=(number,)))
            threads[-1].start()
            time.sleep(0.03)
    for thread in threads:
        thread.join()
    assert order == list(range(6))


def test_whoever_waits_too_long_goes_on_and_leaves_no_gap():
    turns = FairLock()
    with turns.turn(5):
        thread = threading.Thread(target=lambda: turns.turn(0.05).__enter__())
        thread.start()
        thread.join(2)
        assert not thread.is_alive()
    with turns.turn(0), turns.turn(0.01):
        pass
    began = time.monotonic()
    with turns.turn(5):
        assert time.monotonic() - began < 1


def test_a_failure_inside_hands_the_turn_on(database):
    with pytest.raises(ValueError, match="on purpose"), database.writing():
        raise ValueError("on purpose")
    began = time.monotonic()
    with database.writing() as session:
        meta_store.put(session, "x", "y")
    assert time.monotonic() - began < 2
