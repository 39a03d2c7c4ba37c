"""The senders of a process: each sends one message at a time; what they do while LINE asks for less, or is down."""

from datetime import timedelta
from threading import Event, Lock
from time import sleep

import pytest

from routing.domain.errors import DeliveryError
from routing.domain.messages import Sent, Text, to_plain
from routing.service.messaging.leases import Heartbeat
from routing.service.messaging.senders import PROBES, Senders
from routing.store.messaging import outbox as outbox_store
from tests.harness.branch import Played
from tests.harness.counting import about, statements
from tests.harness.waiting import eventually


class Channel(Played):
    """A channel that fails with ``error`` while there is one, and hangs for some until ``go_on``."""

    def __init__(self):
        self.error = None
        self.hanging = set()
        self.go_on = Event()
        self.taken = []
        self.trying = 0
        self.at_once = 0
        self.lock = Lock()

    def reply(self, token, messages, *, language):
        with self.lock:
            self.trying += 1
            self.at_once = max(self.at_once, self.trying)
        sleep(0.01)
        try:
            return self._answer(token, messages, language)
        finally:
            with self.lock:
                self.trying -= 1

    def _answer(self, token, _messages, _language):
        if token in self.hanging:
            self.go_on.wait(20)
        if self.error is not None:
            raise self.error
        self.taken.append(token)
        return Sent("request-1")


@pytest.fixture
def channel():
    return Channel()


@pytest.fixture
def senders(branch, channel):
    stop = Event()
    senders = Senders(branch.database, channel, Heartbeat(branch.database), lambda: branch.now, stop=stop)
    yield senders
    channel.go_on.set()
    stop.set()
    senders.close()


def put(branch, number, *, first=0):
    until = branch.now + timedelta(seconds=50)
    for n in range(first, first + number):
        contact = branch.contact(f"U{n}")
        with branch.database.writing() as session:
            outbox_store.put(
                session, channel="line", contact_id=contact, payload=to_plain([Text("您好")]), reason="x",
                now=branch.now, reply_token=f"t{n}", token_until=until,
            )  # fmt: skip


def still_to_go(branch):
    return [row for row in branch.outbox() if row.state != outbox_store.ACCEPTED]


def test_calls_that_hang_hold_up_their_own_messages_alone(branch, channel, senders):
    put(branch, 12)
    channel.hanging = {"t0", "t5"}
    senders.turn()
    eventually(lambda: {row.reply_token for row in still_to_go(branch)} == channel.hanging, what="only two left")
    channel.go_on.set()
    eventually(lambda: not still_to_go(branch))
    assert sorted(channel.taken) == sorted(f"t{n}" for n in range(12))


def test_what_is_due_is_taken_at_once_for_all_that_are_idle(branch, channel, senders):
    """Each sender asking by itself cost more than the sending: most of a worker's time."""
    put(branch, 12)
    with statements(branch.database) as sent:
        assert senders.turn() == 12
        eventually(lambda: len(channel.taken) == 12)
    assert len(about(sent, "UPDATE outbox", "lease_until", "RETURNING")) == 1


def test_when_line_is_down_two_go_on_trying_until_it_is_back(branch, channel, senders):
    put(branch, 30)
    channel.error = DeliveryError("x", code="line_down", unknown=True)
    senders.turn()
    eventually(lambda: sum(row.attempts for row in branch.outbox()) >= 8)
    quiet(branch, channel)
    channel.at_once = 0
    branch.now += timedelta(seconds=2)
    eventually(lambda: senders.turn() or channel.at_once, what="somebody who tries")
    quiet(branch, channel)
    assert 0 < channel.at_once <= PROBES
    channel.error = None

    def all_gone():
        quiet(branch, channel)
        branch.now += timedelta(seconds=1)
        senders.turn()
        return not still_to_go(branch)

    eventually(all_gone)
    assert sorted(channel.taken) == sorted(f"t{n}" for n in range(30))


def quiet(branch, channel):
    """Nothing is being sent: only then may the clock be turned, or leases end that are still held."""

    def still():
        return channel.trying == 0 and all(row.state != outbox_store.LEASED for row in branch.outbox())

    # Twice, for a sender that was just about to take another.
    for _ in range(2):
        eventually(still)
        sleep(0.1)


def test_when_line_asks_for_less_all_are_still_for_a_moment(branch, channel, senders):
    put(branch, 1)
    channel.error = DeliveryError("x", code="rate_limited")
    senders.turn()
    eventually(lambda: branch.outbox()[0].state == outbox_store.PENDING and branch.outbox()[0].attempts == 1)
    eventually(lambda: senders._still)  # noted just after the outcome is written
    put(branch, 3, first=1)
    assert senders.turn() == 0
    channel.error = None
    branch.now += timedelta(seconds=2)

    def all_gone():
        senders.turn()
        return not still_to_go(branch)

    eventually(all_gone)
