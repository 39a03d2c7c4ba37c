"""The inbox: taken in once, handled once, a user's events in order by one worker, failures put off and set aside."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from routing.domain.dialogue.state import Step
from routing.domain.feeds.registry import Registered
from routing.service.maintenance import health
from routing.service.messaging import inbox
from routing.service.messaging.inbox_writer import Intake, IntakeError, Waiting
from routing.service.office_context import OfficeContextProvider
from routing.store.conversation.schema import Contact, Message
from routing.store.feeds import registry as registry_store
from routing.store.messaging import inbox as store
from routing.store.messaging.inbox import PartitionKey, RawEvent
from routing.store.messaging.schema import Inbox, Partition
from routing.store.session import Database
from tests.harness.branch import LINE, Played, branch_on, reader
from tests.harness.chat import Chat
from tests.harness.counting import about, statements
from tests.harness.databases import BOTH


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        yield branch


A_WHILE = timedelta(seconds=3)
U1 = PartitionKey("line", "U1")


def raw(event_id, *, user="U1", at=1000, text="圍牆外的樹倒了", **more):
    """A text event as LINE sends it."""
    event = {
        "type": "message", "webhookEventId": event_id, "timestamp": at, "mode": "active", "replyToken": "t" + event_id,
        "source": {"type": "user", "userId": user}, "message": {"type": "text", "id": "m" + event_id, "text": text},
        **more,
    }  # fmt: skip
    return RawEvent(
        channel="line",
        webhook_event_id=event_id,
        user_key=user,
        event_at=at,
        raw=json.dumps(event, separators=(",", ":")),
    )


def take_in(branch, *events):
    """Some seconds ago: nothing more belongs to what came."""
    with branch.database.engine.begin() as connection:
        store.take_in(connection, events, now=branch.now - A_WHILE)


class AtOnce:
    """A loop whose callbacks run where they are called."""

    def call_soon_threadsafe(self, callback, *args):
        callback(*args)


def submit(intake, *events):
    """Hand events in, with a future that a test can wait on."""
    future = Future()
    intake.submit(events, Waiting(AtOnce(), future))
    return future


def work(branch, user="U1", *, channel=LINE, holder="w1"):
    return inbox.work_partition(
        branch.database,
        OfficeContextProvider(branch.office),
        reader(),
        channel,
        PartitionKey("line", user),
        holder=holder,
        now=lambda: branch.now,
    )


def rows(branch):
    with branch.database.reading() as session:
        return list(session.scalars(select(Inbox).order_by(Inbox.id)))


def texts(branch):
    with branch.database.reading() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_the_same_event_is_stored_once_however_often_it_comes(branch):
    """L1"""
    take_in(branch, raw("e1"), raw("e1"))
    take_in(branch, raw("e1"), raw("e2"))
    assert [row.webhook_event_id for row in rows(branch)] == ["e1", "e2"]


def test_the_same_event_comes_to_several_receivers_at_once(branch):
    """L1"""
    start = Barrier(4)

    def receive(_n):
        start.wait()
        take_in(branch, raw("e1"), raw("e2"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(receive, range(4)))
    assert len(rows(branch)) == 2
    assert work(branch) == 2
    assert len(texts(branch)) == 2
    assert len(branch.outbox()) == 1


def test_an_event_is_handled_once_also_when_it_comes_again_later(branch):
    """L1"""
    take_in(branch, raw("e1"))
    assert work(branch) == 1
    take_in(branch, raw("e1"))
    assert work(branch) == 0
    assert len(texts(branch)) == len(branch.outbox()) == 1


def test_a_users_events_are_handled_in_the_order_of_their_timestamps(branch):
    """L3"""
    take_in(branch, raw("late", at=3000, text="三"), raw("early", at=1000, text="一"))
    take_in(branch, raw("middle", at=2000, text="二"))
    assert work(branch) == 3
    assert texts(branch) == ["一", "二", "三"]


def test_a_burst_of_a_new_user_makes_one_contact(branch):
    """L16"""
    take_in(branch, *(raw(f"e{n}", at=1000 + n, text=f"第{n}句") for n in range(5)))
    with ThreadPoolExecutor(2) as pool:
        handled = list(pool.map(lambda holder: work(branch, holder=holder), ["a", "b"]))
    assert sum(handled) == 5
    with branch.database.reading() as session:
        assert session.scalars(select(func.count()).select_from(Contact)).one() == 1


def test_a_partition_has_one_holder_until_the_lease_ends(branch):
    """L10"""
    take_in(branch, raw("e1"))

    def hold(holder):
        with branch.database.writing() as session:
            return store.hold_partition(session, U1, holder=holder, now=branch.now, lease=inbox.LEASE)

    assert (hold("a"), hold("b")) == (True, False)
    assert work(branch, holder="b") == 0
    with branch.database.reading() as session:
        assert store.partitions_with_work(session, ["line"], now=branch.now, limit=9) == []
    branch.now += inbox.LEASE + timedelta(seconds=1)
    with branch.database.reading() as session:
        assert store.partitions_with_work(session, ["line"], now=branch.now, limit=9) == [U1]
    assert hold("b")
    with branch.database.writing() as session:
        assert not store.keep_partition(session, U1, holder="a", now=branch.now, lease=inbox.LEASE)
        store.free_partition(session, U1, holder="a")
        assert session.get(Partition, ("line", "U1")).holder == "b"


def test_the_partition_is_free_after_the_work(branch):
    take_in(branch, raw("e1"))
    work(branch)
    with branch.database.reading() as session:
        assert session.get(Partition, ("line", "U1")).holder is None


class Stumbling(Played):
    """Reads events, but falls over the first times."""

    def __init__(self, falls):
        self.left = falls

    def read(self, raw_event, event_at):
        if self.left:
            self.left -= 1
            raise RuntimeError("祕密的話")
        return super().read(raw_event, event_at)


def test_a_crash_leaves_nothing_and_the_event_is_tried_again(branch):
    """L2, L24"""
    take_in(branch, raw("e1"))
    channel = Stumbling(1)
    assert work(branch, channel=channel) == 1
    assert (texts(branch), branch.outbox(), rows(branch)[0].state) == ([], [], "new")
    assert rows(branch)[0].error == "RuntimeError"
    assert work(branch, channel=channel) == 0
    branch.now += timedelta(seconds=2)
    assert work(branch, channel=channel) == 1
    assert (len(texts(branch)), len(branch.outbox()), rows(branch)[0].state) == (1, 1, "done")


def test_a_crash_in_the_effects_undoes_them_all(branch):
    """L2: the event is marked handled in the transaction of its effects, or not at all."""
    take_in(branch, raw("e1"))

    class Broken(OfficeContextProvider):
        def office(self, session):
            session.add(Contact(created_at=branch.now, dialogue={}))
            session.flush()
            raise RuntimeError

    handled = inbox.work_partition(
        branch.database,
        Broken(branch.office),
        reader(),
        LINE,
        U1,
        holder="w",
        now=lambda: branch.now,
    )
    assert handled == 1
    assert rows(branch)[0].state == "new"
    with branch.database.reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_a_bad_event_does_not_hold_up_the_others_and_is_set_aside_at_last(branch):
    """L4"""
    take_in(branch, RawEvent(channel="line", webhook_event_id="bad", user_key="U1", event_at=500, raw="{"), raw("e1"))
    work(branch)
    assert len(texts(branch)) == 1
    for seconds in inbox.ATTEMPTS:
        branch.now += timedelta(seconds=seconds + 1)
        work(branch)
    bad = rows(branch)[0]
    assert (bad.state, bad.attempts) == ("quarantined", len(inbox.ATTEMPTS) + 1)
    assert work(branch) == 0
    with branch.database.reading() as session:
        assert [row.id for row in store.quarantined(session)] == [bad.id]


def test_an_event_marked_bad_on_receipt_is_never_handled(branch):
    take_in(
        branch,
        RawEvent(channel="line", webhook_event_id="x", user_key="-", event_at=1, raw="null", quarantine="not_an_event"),
    )
    assert work(branch, "-") == 0
    assert rows(branch)[0].state == "quarantined"


def test_an_answer_is_a_reply_only_while_its_token_is_young(branch):
    """L9"""
    take_in(branch, raw("e1"))
    work(branch)
    row = branch.outbox()[0]
    assert (row.kind, row.reply_token) == ("reply", "te1")
    assert row.token_until == branch.now - A_WHILE + LINE.limits.token_life
    assert timedelta(seconds=60) > LINE.limits.token_life


def test_a_message_nobody_knows_is_kept_whole_and_answered(branch):
    """L5"""
    take_in(branch, raw("e1", message={"type": "hologram", "id": "m1", "depth": 3}))
    work(branch)
    assert "hologram" in rows(branch)[0].raw
    assert len(branch.outbox()) == 1


@pytest.mark.parametrize(
    "more",
    [{"mode": "standby"}, {"source": {"type": "group", "groupId": "G", "userId": "U1"}, "replyToken": None},
     {"source": {"type": "room"}}, {"source": None}],
)  # fmt: skip
def test_nothing_is_answered_in_standby_or_in_a_group(branch, more):
    """L26"""
    take_in(branch, raw("e1", **more))
    assert work(branch) == 1
    assert (branch.outbox(), rows(branch)[0].state) == ([], "done")


def test_a_message_taken_back_is_gone_everywhere(branch):
    """L27"""
    take_in(branch, raw("e1", text="祕密的話"))
    work(branch)
    take_in(branch, raw("e2", at=2000, type="unsend", unsend={"messageId": "me1"}, message=None))
    work(branch)
    assert texts(branch) == [""]
    assert "祕密的話" not in json.dumps([json.loads(row.raw) for row in rows(branch)], ensure_ascii=False)


def test_a_message_taken_back_before_it_came_is_never_kept(branch):
    """L3, L27"""
    take_in(branch, raw("e2", at=2000, type="unsend", unsend={"messageId": "me1"}, message=None))
    work(branch)
    take_in(branch, raw("e1", text="祕密的話"))
    work(branch)
    assert texts(branch) == [""]
    assert "祕密的話" not in json.dumps([json.loads(row.raw) for row in rows(branch)], ensure_ascii=False)
    assert branch.outbox() == []


def test_the_intake_stores_before_it_says_so_and_wakes_the_worker(branch):
    """L24"""
    woken = []
    intake = Intake(branch.database, lambda: woken.append(len(rows(branch))))
    jobs = [submit(intake, raw(f"e{n}")) for n in range(20)]
    for job in jobs:
        job.result(timeout=10)
    assert len(rows(branch)) == 20
    intake.stop()
    assert woken[-1] == 20
    with pytest.raises(IntakeError):
        submit(intake, raw("e99")).result(timeout=1)


def test_an_intake_without_tables_says_that_nothing_was_stored(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    intake = Intake(database, lambda: None)
    with pytest.raises(IntakeError):
        submit(intake, raw("e1")).result(timeout=10)
    assert intake.alive
    intake.stop()
    database.dispose()


def test_the_backlog_shows_what_waits_and_for_how_long(branch):
    take_in(branch, raw("e1"))
    branch.now += timedelta(seconds=30)
    with branch.database.reading() as session:
        state = health.look(session)
    assert (state.inbox_waiting, state.inbox_lag, state.outbox) == (1, 33.0, {})
    assert set(state.gauges()) == set(health.MEANING)


def test_something_can_be_looked_up_before_the_transaction_of_an_answer_and_is_used_in_it(branch):
    """A 統一編號 is looked up in a register that may be slow: no lock is held meanwhile, and the answer knows it."""
    asked = []

    def before(step, inbounds):
        asked.append((step, [one.text for one in inbounds]))
        with branch.database.writing() as session:
            registry_store.put(session, Registered(ubn="04595257", found=True, name="晴川精密有限公司"), now=branch.now)

    chat = Chat(branch)
    chat.text("想請問污水納管的事")
    chat.tap("open_case")
    take_in(branch, raw("e1", text="04595257", at=int((branch.now + A_WHILE).timestamp() * 1000)))
    assert inbox.work_partition(
        branch.database, OfficeContextProvider(branch.office), reader(), LINE, U1, holder="w", now=lambda: branch.now,
        before=before,
    ) == 1  # fmt: skip
    assert asked == [(Step.FIRM, ["04595257"])]
    assert chat.state.firm_registered == "晴川精密有限公司"


def test_an_answer_costs_two_transactions_and_a_bounded_number_of_statements(branch):
    """Held with what is next, then carried out and freed together: each statement counts when a thousand firms wait."""
    take_in(branch, raw("e1"), raw("e2", user="U2"))
    assert work(branch) == 1  # what is read once in a process is read
    with statements(branch.database) as sent:
        assert work(branch, "U2") == 1
    assert len(branch.outbox()) == 2
    assert len(about(sent, "UPDATE inbox_partition")) == 3, "held, kept, freed"
    assert len(sent) <= 40, "\n".join(sent)
