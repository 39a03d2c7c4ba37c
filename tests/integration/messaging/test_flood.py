"""Contract §9, "Too much": beyond 30 messages a minute all is kept, answered once, and nothing is pushed."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from routing.domain.dialogue.bursts import MOST
from routing.domain.errors import DeliveryError
from routing.service.cases import commands as case_commands
from routing.service.conversation.flood_limit import LIMIT
from routing.service.messaging import inbox, outbox
from routing.service.office_context import OfficeContextProvider
from routing.store.conversation.schema import Message
from routing.store.messaging import inbox as store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.inbox import PartitionKey, RawEvent
from routing.store.messaging.schema import Outbox
from tests.harness.branch import LINE, Played, branch_on, cast, push, reader
from tests.harness.cast import SUE
from tests.harness.chat import Chat
from tests.harness.databases import BOTH


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast(branch)
        yield branch


def sends(branch, number, *, every=0.5, what=None, at=None, name="e"):
    """So many messages of one user, so many seconds apart, taken in together."""
    first = (at or branch.now).timestamp()
    events = []
    for serial in range(number):
        when = int((first + serial * every) * 1000)
        message = {"id": f"{name}{serial}", **(what or {"type": "text", "text": f"想續租標準廠房 {serial}"})}
        event = {
            "type": "message", "mode": "active", "timestamp": when, "source": {"type": "user", "userId": "U1"},
            "webhookEventId": f"{name}-{serial}", "replyToken": f"t{name}{serial}", "message": message,
        }  # fmt: skip
        raw = json.dumps(event, separators=(",", ":"))
        events.append(
            RawEvent(channel="line", webhook_event_id=f"{name}-{serial}", user_key="U1", event_at=when, raw=raw)
        )
    with branch.database.engine.begin() as connection:
        store.take_in(connection, events, now=branch.now - timedelta(seconds=3))


def work(branch):
    while inbox.work_partition(
        branch.database,
        OfficeContextProvider(branch.office),
        reader(),
        LINE,
        PartitionKey("line", "U1"),
        holder="w",
        now=lambda: branch.now,
    ):
        continue


def kept(branch):
    with branch.database.reading() as session:
        return session.scalars(select(func.count()).select_from(Message).where(Message.text != "")).one()


def is_told(branch, row):
    return branch.office.sentences.say("flood", "zh-TW") in json.dumps(row.payload, ensure_ascii=False)


def test_what_is_beyond_the_limit_is_kept_and_answered_once(branch):
    sends(branch, 80)
    work(branch)
    said = branch.outbox()
    assert kept(branch) == 80
    assert [is_told(branch, row) for row in said] == [False] * (LIMIT // MOST) + [True]
    assert {row.kind for row in said} == {"reply"}
    assert all(row.reason == outbox_store.NEVER_PUSHED for row in said)


def test_a_flood_that_goes_on_is_not_told_again_and_a_new_one_is(branch):
    sends(branch, 150, every=1.0)
    work(branch)
    assert sum(is_told(branch, row) for row in branch.outbox()) == 1
    branch.later(1)
    sends(branch, 40, name="later")
    work(branch)
    assert sum(is_told(branch, row) for row in branch.outbox()) == 2


def test_who_slows_down_is_answered_again(branch):
    sends(branch, 60)
    work(branch)
    branch.later(0.1)
    before = len(branch.outbox())
    sends(branch, 1, name="calm")
    work(branch)
    said = branch.outbox()[before:]
    assert [(row.reason, is_told(branch, row)) for row in said] == [("answer", False)]


def test_thirty_in_a_minute_are_all_answered(branch):
    sends(branch, LIMIT, every=1.9)
    work(branch)
    assert [row.reason for row in branch.outbox()] == ["answer"] * (LIMIT // MOST)


def test_old_ones_in_a_flood_become_no_pushes(branch):
    """Handled after their tokens' time: 3,000 messages of one user became 948 paid pushes."""
    sends(branch, 300, every=0.1)
    branch.now += timedelta(seconds=90)
    work(branch)
    assert kept(branch) == 300
    assert branch.outbox() == []


def test_a_few_messages_that_we_come_to_late_are_answered_by_a_push(branch):
    """No flood: nobody's question is lost because we were slow."""
    sends(branch, 3)
    branch.now += timedelta(seconds=90)
    work(branch)
    with branch.database.writing() as session:
        outbox.lease_messages(session, LINE, now=branch.now, limit=9)
    assert [row.reason for row in branch.outbox()] == ["answer"]


def test_an_answer_in_a_flood_whose_token_fails_is_dropped_not_pushed(branch):
    sends(branch, 40)
    work(branch)
    branch.now += timedelta(minutes=5)
    with branch.database.writing() as session:
        assert outbox.lease_messages(session, LINE, now=branch.now, limit=99) == []
    assert {(row.kind, row.state, row.error) for row in branch.outbox()} == {("reply", "cancelled", "flood")}


def test_what_already_waits_to_be_pushed_is_spared_too(branch):
    sends(branch, 20, every=0.1)
    work(branch)
    with branch.database.writing() as session:
        for row in session.scalars(select(Outbox).order_by(Outbox.id).limit(2)):
            row.kind, row.reply_token = "push", None
    sends(branch, 60, every=0.1, at=branch.now + timedelta(seconds=2), name="more")
    work(branch)
    rows = branch.outbox()
    assert [row.state for row in rows if row.kind == "push"] == ["cancelled"] * 2
    assert not [row for row in rows if row.kind == "reply" and row.reason == "answer"]


def test_forty_photos_for_a_case_that_waits_all_belong_to_it(branch):
    chat = Chat(branch)
    number = chat.opens()
    with branch.hold(number, SUE) as locked:
        case_commands.wait(locked, "firm", message="請補現場照片", notify=push)
    branch.now += timedelta(seconds=70)
    before = len(branch.outbox())
    sends(branch, 40, every=0.2, what={"type": "image", "contentProvider": {"type": "line"}})
    work(branch)
    assert sum(message.kind == "image" for message in branch.messages(number)) == 40
    said = [row for row in branch.outbox()[before:] if row.kind == "reply"]
    assert len(said) == LIMIT // MOST + 1


def test_an_emergency_in_a_flood_is_met_with_its_numbers(branch):
    sends(branch, 50, every=0.2)
    sends(branch, 2, at=branch.now + timedelta(seconds=11), name="fire", what={"type": "text", "text": "廠房失火了"})
    work(branch)
    alerts = [row for row in branch.outbox() if row.payload[0].get("tone") == "alert"]
    assert [row.reply_token for row in alerts] == ["tfire1"]


def test_one_users_flood_says_nothing_of_anothers(branch):
    sends(branch, 60)
    work(branch)
    other = Chat(branch, "U2")
    assert other.text("想續租標準廠房") != []


class Refusing(Played):
    """A channel that takes no token and must not be asked to push."""

    def reply(self, _token, _messages, *, language):
        raise DeliveryError(language, code="reply_token", permanent=True)

    def push(self, _to, _messages, *, retry_key, language):
        raise AssertionError((retry_key, language))


def test_a_token_that_line_refuses_in_a_flood_costs_no_push(branch):
    sends(branch, 40)
    work(branch)
    for _ in range(99):  # one after the other, as a firm's answers go out
        with branch.database.writing() as session:
            batch = outbox.lease_messages(session, LINE, now=branch.now, limit=99)
        for outbound in batch:
            outbox.deliver(branch.database, Refusing(), outbound, now=branch.now)
    assert {(row.kind, row.state) for row in branch.outbox()} == {("reply", "cancelled")}


def test_what_of_an_answer_in_a_flood_does_not_fit_is_never_pushed(branch):
    """Contract §9: it goes with the next free reply, however long that takes."""
    office = branch.office
    branch.office = replace(office, channels={"line": replace(office.channels["line"], messages=1)})
    sends(branch, 40)
    work(branch)
    branch.office = office
    rest = [row for row in branch.outbox() if row.reason == "rest"]
    assert rest
    assert {(row.state, row.push_at) for row in rest} == {("parked", None)}
