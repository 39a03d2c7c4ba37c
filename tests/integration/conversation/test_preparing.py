"""The loading animation: where an answer takes longer than a moment, never in a group, and no failure of it harms."""

import json
import time
from threading import Event

import pytest

from routing.domain.errors import DeliveryError
from routing.domain.inbound import Inbound, InboundKind
from routing.service.messaging import inbox, preparing
from routing.service.messaging.preparing import Preparing
from routing.service.office_context import OfficeContextProvider
from routing.store.messaging import inbox as store
from routing.store.messaging.inbox import PartitionKey, RawEvent
from tests.harness.branch import MONDAY, Played, branch_on, reader
from tests.harness.waiting import eventually

U1, U2 = PartitionKey("line", "U1"), PartitionKey("line", "U2")


class Shown(Played):
    """Notes whom it was shown to."""

    def __init__(self):
        super().__init__()
        self.to = []

    def preparing(self, address):
        self.to.append(address)


@pytest.fixture
def line():
    return Shown()


@pytest.fixture
def shows(line):
    made = Preparing({"line": line})
    made.start()
    yield made
    made.stop()


def test_slow_work_is_shown_once_and_quick_work_not(shows, line):
    with shows.watching(U1, 0.7):
        time.sleep(0.05)
    with shows.watching(U2, 0.7):
        eventually(lambda: line.to, what="the animation")
        time.sleep(0.05)
    with shows.watching(U2, 0.7):
        time.sleep(0.4)
    assert line.to == ["U2"]


def test_whoever_writes_several_messages_sees_it_while_we_wait_for_more(shows, line):
    shows.at_once(U1, 2.0)
    eventually(lambda: line.to == ["U1"], what="the animation")


def test_a_call_that_fails_or_hangs_holds_up_nothing(line):
    """What was answered while a call hung is not shown any more."""
    go, seen = Event(), []

    class Hanging(Played):
        def preparing(self, address):
            seen.append(address)
            if address == "U0":
                go.wait(5)
                raise DeliveryError("…", code="timeout")

    shows = Preparing({"line": Hanging()})
    shows.start()
    shows.at_once(PartitionKey("line", "U0"), 5.0)
    eventually(lambda: seen == ["U0"], what="the call that hangs")
    with shows.watching(U1, 5.0):
        time.sleep(0.3)
    go.set()
    shows.at_once(U2, 5.0)
    eventually(lambda: "U2" in seen, what="the next call")
    shows.stop()
    assert seen == ["U0", "U2"]


@pytest.mark.parametrize(("values", "expected"), [
    ({}, True), ({"shared": True, "place": "C1"}, False), ({"silent": True}, False), ({"user_id": None}, False),
    ({"kind": InboundKind.STICKER}, False), ({"kind": InboundKind.UNSEND}, False), ({"kind": InboundKind.MEDIA}, True),
])  # fmt: skip
def test_only_who_waits_for_an_answer_in_a_chat_of_two_sees_it(values, expected):
    given = {"channel": "line", "kind": InboundKind.TEXT, "at": MONDAY, "user_id": "U1", **values}
    assert preparing.answers(Inbound(**given)) is expected


@pytest.mark.parametrize(
    "source", [{"type": "user", "userId": "U1"}, {"type": "group", "groupId": "C1", "userId": "U1"}]
)
def test_an_answer_that_takes_long_is_shown_to_its_person_alone(shows, line, source):
    """A reader that is slow to understand; in the group nothing is shown (LINE takes user ids only)."""

    class Slow:
        def __getattr__(self, name):
            return getattr(reader(), name)

        def read(self, *given, **named):
            time.sleep(0.5)
            return reader().read(*given, **named)

    with branch_on("sqlite") as branch:
        at = int(branch.now.timestamp() * 1000)
        event = {"type": "message", "webhookEventId": "e", "timestamp": at, "mode": "active", "replyToken": "t",
                 "source": source, "message": {"type": "text", "id": "m", "text": "租地要繳多少預約金？",
                 "mention": {"mentionees": [{"index": 0, "length": 1, "isSelf": True, "type": "user"}]}}}  # fmt: skip
        row = RawEvent(channel="line", webhook_event_id="e", user_key="U1", event_at=at, raw=json.dumps(event))
        with branch.database.engine.begin() as connection:
            store.take_in(connection, [row], now=branch.now)
        branch.later(1 / 3600)
        handled = inbox.work_partition(
            branch.database, OfficeContextProvider(branch.office), Slow(), line, U1, holder="w",
            now=lambda: branch.now, preparing=shows,
        )  # fmt: skip
    assert handled == 1
    assert line.to == (["U1"] if source["type"] == "user" else [])
