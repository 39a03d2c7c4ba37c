"""Handing messages to the channel: a sender that does as told, and what is written down for each outcome."""

from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.exc import OperationalError

from routing.domain.errors import DeliveryError, NotFound, StepNotAllowed
from routing.domain.messages import Sent, Text, to_plain
from routing.domain.retry import BACKOFF
from routing.service.messaging import outbox
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Outbox
from tests.harness.branch import LINE, Played
from tests.harness.cast import SUE
from tests.harness.requirements import postgres_admin_dsn

SAY = to_plain([Text("您好")])


class Channel(Played):
    """A channel that answers as scripted, then accepts; it remembers what it was given."""

    def __init__(self, *script):
        self.script = list(script)
        self.calls = []

    def _answer(self, call):
        self.calls.append(call)
        outcome = self.script.pop(0) if self.script else None
        if isinstance(outcome, Exception):
            raise outcome
        return Sent("request-1", ("11", "12"))

    def reply(self, token, messages, *, language):
        return self._answer(("reply", token, [message.body for message in messages], language))

    def push(self, to, messages, *, retry_key, language):
        return self._answer(("push", to, retry_key, [message.body for message in messages], language))


def fail(**what):
    return DeliveryError("x", **{"code": "refused", **what})


def put(branch, *, user="U1", payload=SAY, contact=None, **values):
    contact = contact or branch.contact(user)
    with branch.database.writing() as session:
        return outbox_store.put(
            session, channel="line", contact_id=contact, payload=payload, reason="x", now=branch.now, **values
        ).id


def put_reply(branch, **values):
    return put(branch, reply_token="t1", token_until=branch.now + timedelta(seconds=50), **values)


def run(branch, channel):
    with branch.database.writing() as session:
        batch = outbox.lease_messages(session, LINE, now=branch.now)
    for outbound in batch:
        outbox.deliver(branch.database, channel, outbound, now=branch.now)
    return len(batch)


def only(branch):
    (row,) = branch.outbox()
    return row


def test_a_push_is_accepted_and_says_with_which_request(branch):
    """L14: 200 means accepted, never delivered."""
    put(branch)
    channel = Channel()
    assert run(branch, channel) == 1
    row = only(branch)
    assert (row.state, row.request_id, row.accepted_at, row.lease_until) == ("accepted", "request-1", branch.now, None)
    assert channel.calls == [("push", "U1", row.retry_key, ["您好"], "zh-TW")]
    assert run(branch, channel) == 0


def test_the_readers_language_goes_with_the_message(branch):
    contact = branch.contact("U1", language="ja")
    with branch.database.writing() as session:
        outbox_store.put(session, channel="line", contact_id=contact, payload=SAY, reason="x", now=branch.now)
    channel = Channel()
    run(branch, channel)
    assert channel.calls[0][-1] == "ja"


def test_a_reply_goes_by_its_token_once(branch):
    put_reply(branch)
    channel = Channel()
    run(branch, channel)
    assert channel.calls == [("reply", "t1", ["您好"], "zh-TW")]
    assert only(branch).state == "accepted"


def test_an_old_token_is_not_even_tried(branch):
    """L9"""
    put_reply(branch)
    branch.now += timedelta(seconds=51)
    channel = Channel()
    run(branch, channel)
    assert [call[0] for call in channel.calls] == ["push"]


def test_a_refused_reply_becomes_a_push(branch):
    """L9: never lost."""
    put_reply(branch)
    channel = Channel(fail(code="reply_token", permanent=True))
    run(branch, channel)
    run(branch, channel)
    assert [call[0] for call in channel.calls] == ["reply", "push"]
    assert only(branch).state == "accepted"


TAKEN = {"code": "reply_token", "permanent": True}
"""LINE no longer takes the token."""


def test_a_reply_of_unknown_outcome_is_tried_again_with_its_token(branch):
    """L11, contract §4: LINE takes a token once, so nothing can arrive twice."""
    put_reply(branch)
    channel = Channel(fail(unknown=True, code="timeout"), fail(code="not_sent"), fail(code="rate_limited"))
    for _ in range(4):
        run(branch, channel)
        branch.now += timedelta(seconds=4)
    assert channel.calls == [("reply", "t1", ["您好"], "zh-TW")] * 4
    assert (only(branch).state, only(branch).error, only(branch).attempts) == ("accepted", None, 4)


def test_a_token_that_was_used_by_an_earlier_try_means_that_it_arrived(branch):
    """L11, contract §4: also when between the two nothing could be sent."""
    put_reply(branch)
    channel = Channel(fail(unknown=True, code="timeout"), fail(code="not_sent"), fail(**TAKEN))
    for _ in range(5):
        run(branch, channel)
        branch.now += timedelta(seconds=4)
    assert [call[0] for call in channel.calls] == ["reply"] * 3
    row = only(branch)
    assert (row.state, row.error, row.kind, row.request_id) == ("accepted", "presumed", "reply", None)


def test_a_reply_whose_sender_died_is_tried_again_by_another(branch):
    """L11, O3, contract §4: in time, with the same token, and what LINE then says decides."""
    put_reply(branch)
    with branch.database.writing() as session:
        outbox.lease_messages(session, LINE, now=branch.now)
    branch.now += outbox.LEASE + timedelta(seconds=1)
    channel = Channel(fail(**TAKEN))
    run(branch, channel)
    assert (only(branch).state, only(branch).error, len(channel.calls)) == ("accepted", "presumed", 1)


@pytest.mark.parametrize("outcome", [fail(unknown=True, code="timeout"), fail(code="not_sent")], ids=["sent", "not"])
def test_a_reply_that_may_have_arrived_is_left_alone_when_its_tokens_time_is_over(branch, outcome):
    """L11, contract §4: shown as unknown, and never pushed; whatever came after the try that may have arrived."""
    put_reply(branch)
    channel = Channel(fail(unknown=True, code="timeout"), *[outcome] * 99)
    for _ in range(60):
        run(branch, channel)
        branch.now += timedelta(seconds=1)
    branch.later(days=1)
    assert run(branch, channel) == 0
    assert (only(branch).state, only(branch).error) == ("unknown", outcome.code)
    assert {call[0] for call in channel.calls} == {"reply"}
    assert len(channel.calls) > 10


def test_a_reply_whose_sender_died_too_long_ago_is_unknown(branch):
    """L11, O3"""
    put_reply(branch)
    with branch.database.writing() as session:
        outbox.lease_messages(session, LINE, now=branch.now)
    branch.now += timedelta(seconds=51)
    channel = Channel()
    assert run(branch, channel) == 0
    assert (only(branch).state, only(branch).error, channel.calls) == ("unknown", "interrupted", [])


@pytest.mark.parametrize("code", ["not_sent", "rate_limited", "unauthorised"])
def test_a_reply_that_cannot_have_arrived_is_pushed_when_its_tokens_time_is_over_and_not_before(branch, code):
    put_reply(branch)
    channel = Channel(*[fail(code=code)] * 99)
    until = branch.now + timedelta(seconds=50)
    while branch.now < until:
        run(branch, channel)
        branch.now += timedelta(seconds=1)
    assert {call[0] for call in channel.calls} == {"reply"}
    channel.script.clear()
    run(branch, channel)
    assert channel.calls[-1][0] == "push"
    assert (only(branch).state, only(branch).kind) == ("accepted", "push")


def test_a_reply_that_becomes_a_push_does_not_overtake_its_contacts_pushes(branch):
    contact = branch.contact()
    first = put(branch, contact=contact)
    put_reply(branch, contact=contact)
    branch.now += timedelta(seconds=51)
    run(branch, Channel(fail()))
    assert [(row.id == first, row.state, row.kind) for row in branch.outbox()] == [
        (True, "pending", "push"), (False, "pending", "push"),
    ]  # fmt: skip
    channel = Channel()
    branch.now += timedelta(seconds=5)
    run(branch, channel)
    run(branch, channel)
    assert [row.state for row in branch.outbox()] == ["accepted"] * 2


class Cut:
    """The database cannot be reached until ``mend``: PostgreSQL lets nobody in, SQLite's file misses its table."""

    def __init__(self, database):
        self.database = database
        if database.is_sqlite:
            self._rename("outbox", "elsewhere")
            return
        self.name = sql.Identifier(database.engine.url.database)
        self._admin(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(self.name))
        self._admin(sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(
            sql.Literal(database.engine.url.database)
        ))  # fmt: skip

    def mend(self):
        if self.database.is_sqlite:
            self._rename("elsewhere", "outbox")
        else:
            self._admin(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(self.name))

    def _rename(self, old, new):
        with self.database.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    def _admin(self, statement):
        with psycopg.connect(postgres_admin_dsn(), autocommit=True) as admin:
            admin.execute(statement)


def test_the_outcome_is_recorded_when_the_database_is_back(branch):
    """A live worker tries again to record what LINE said: nobody else knows it."""
    put(branch)
    with branch.database.writing() as session:
        (outbound,) = outbox.lease_messages(session, LINE, now=branch.now)
    cut = Cut(branch.database)
    waits = []

    def again(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            cut.mend()
        return True

    channel = Channel()
    outbox.deliver(branch.database, channel, outbound, now=branch.now, again=again)
    assert (only(branch).state, len(waits), len(channel.calls)) == ("accepted", 3, 1)


def test_recording_ends_with_the_process(branch):
    put(branch)
    with branch.database.writing() as session:
        (outbound,) = outbox.lease_messages(session, LINE, now=branch.now)
    cut = Cut(branch.database)
    with pytest.raises(OperationalError):
        outbox.deliver(branch.database, Channel(), outbound, now=branch.now, again=lambda _seconds: False)
    cut.mend()
    assert only(branch).state == "leased"


def test_a_push_of_unknown_outcome_is_tried_again_with_the_same_key(branch):
    """L12"""
    put(branch)
    channel = Channel(fail(unknown=True), fail())
    for _ in range(3):
        run(branch, channel)
        branch.now += timedelta(seconds=10)
    assert len({call[2] for call in channel.calls}) == 1
    assert (only(branch).state, len(channel.calls)) == ("accepted", 3)


def test_a_push_whose_sender_died_is_sent_with_the_same_key(branch):
    """L12, O3"""
    put(branch)
    with branch.database.writing() as session:
        (lost,) = outbox.lease_messages(session, LINE, now=branch.now)
    branch.now += outbox.LEASE + timedelta(seconds=1)
    channel = Channel()
    run(branch, channel)
    assert channel.calls[0][2] == lost.retry_key


def test_a_key_beyond_its_life_is_never_sent_again(branch):
    """L12: whether after a long stop or a long wait, a person decides."""
    put(branch)
    with branch.database.writing() as session:
        outbox.lease_messages(session, LINE, now=branch.now)
    branch.now += LINE.limits.key_life
    channel = Channel()
    assert run(branch, channel) == 0
    assert (only(branch).state, only(branch).error, channel.calls) == ("dead", "key_expired", [])


def test_attempts_are_capped_and_the_message_listed_for_a_person(branch):
    """O5"""
    put(branch)
    channel = Channel(*[fail() for _ in range(20)])
    for seconds in (*BACKOFF, 0):
        run(branch, channel)
        branch.now += timedelta(seconds=seconds * 1.25 + 1)
    assert (only(branch).state, len(channel.calls)) == ("dead", len(BACKOFF) + 1)
    assert run(branch, channel) == 0


@pytest.mark.parametrize("what", [{"permanent": True}, {"quota": True}], ids=["permanent", "quota"])
def test_what_trying_again_cannot_help_stops_at_once(branch, what):
    """L13, O4, O7"""
    put(branch)
    channel = Channel(fail(**what, code="stop"))
    run(branch, channel)
    assert (only(branch).state, only(branch).error) == ("dead", "stop")


def test_the_channel_is_given_the_time_it_asks_for(branch):
    """L13"""
    put(branch)
    channel = Channel(fail(retry_after=90.0, code="rate"))
    run(branch, channel)
    assert only(branch).due_at == branch.now + timedelta(seconds=90)


def test_a_late_outcome_does_not_touch_a_newer_attempt(branch):
    """O2"""
    put(branch)
    with branch.database.writing() as session:
        (slow,) = outbox.lease_messages(session, LINE, now=branch.now)
    branch.now += outbox.LEASE + timedelta(seconds=1)
    run(branch, Channel())
    outbox.deliver(branch.database, Channel(fail(permanent=True)), slow, now=branch.now)
    assert only(branch).state == "accepted"


def test_a_fault_in_the_sender_counts_as_an_attempt(branch):
    """O5: it must not be tried for ever, nor hold up what comes after it."""
    put(branch)
    channel = Channel(*[ZeroDivisionError() for _ in range(20)])
    for seconds in (*BACKOFF, 0):
        run(branch, channel)
        branch.now += timedelta(seconds=seconds * 1.25 + 1)
    assert (only(branch).state, only(branch).error) == ("dead", "internal")


def test_a_stored_message_that_cannot_be_read_is_for_a_person(branch):
    put(branch, payload=[{"type": "card"}])
    channel = Channel()
    run(branch, channel)
    assert (only(branch).state, only(branch).error, channel.calls) == ("dead", "unreadable", [])


def test_a_contact_without_line_gets_no_push(branch):
    put(branch, user=None)
    run(branch, Channel())
    assert (only(branch).state, only(branch).error) == ("dead", "no_recipient")


@pytest.mark.parametrize("state", ["unknown", "dead"])
def test_a_person_may_send_again_with_a_key_of_its_own(branch, state):
    """O5, L12"""
    row_id = put_reply(branch)
    with branch.database.writing() as session:
        session.get(Outbox, row_id).state = state
        session.get(Outbox, row_id).attempts = 8
    before = only(branch).retry_key
    with branch.database.writing() as session:
        outbox.resend(session, row_id, branch.actor(SUE), now=branch.now)
    channel = Channel()
    run(branch, channel)
    row = only(branch)
    assert (row.state, row.kind, row.attempts) == ("accepted", "push", 1)
    assert row.retry_key != before
    assert channel.calls[0][2] == row.retry_key


@pytest.mark.parametrize("state", ["pending", "leased", "accepted", "cancelled"])
def test_what_is_on_its_way_or_done_is_not_sent_again(branch, state):
    row_id = put(branch)
    with branch.database.writing() as session:
        session.get(Outbox, row_id).state = state
    with pytest.raises(StepNotAllowed), branch.database.writing() as session:
        outbox.resend(session, row_id, branch.actor(SUE), now=branch.now)


def test_there_must_be_a_message_to_send_again(branch):
    with pytest.raises(NotFound), branch.database.writing() as session:
        outbox.resend(session, 4711, branch.actor(SUE), now=branch.now)
