"""The outbox: leased by one, in order for each contact, and what becomes of leases that run out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from routing.service.maintenance import health
from routing.service.messaging import leases, outbox
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.inbox import PartitionKey
from routing.store.messaging.schema import Outbox, Partition
from routing.store.session import insert_ignoring
from tests.harness.branch import LINE, branch_on
from tests.harness.databases import BOTH
from tests.harness.waiting import eventually


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        yield branch


KEY = PartitionKey("line", "U1")


def put(branch, contact, **values):
    with branch.database.writing() as session:
        return outbox_store.put(
            session, channel="line", contact_id=contact, payload=[], reason="x", now=branch.now, **values
        ).id


def lease(branch, limit=20):
    with branch.database.writing() as session:
        return [row.id for row in outbox_store.lease(session, "line", now=branch.now, length=outbox.LEASE, limit=limit)]


def settle(branch, row_id, state="accepted"):
    with branch.database.writing() as session:
        session.get(Outbox, row_id).state = state


def test_a_leased_message_is_not_taken_twice_until_its_lease_ends(branch):
    """O3"""
    row = put(branch, branch.contact())
    assert lease(branch) == [row]
    assert lease(branch) == []
    branch.now += outbox.LEASE + timedelta(seconds=1)
    assert lease(branch) == [row]


def test_two_senders_never_take_the_same_message(branch):
    """L10"""
    rows = {put(branch, branch.contact(f"U{n}")) for n in range(12)}
    start = Barrier(3)

    def sender(_n):
        start.wait()
        return [*lease(branch, 5), *lease(branch, 5)]

    with ThreadPoolExecutor(3) as pool:
        taken = [row for part in pool.map(sender, range(3)) for row in part]
    assert len(taken) == len(set(taken))
    assert set(taken) | set(lease(branch)) == rows


def test_a_contacts_pushes_go_out_one_after_the_other(branch):
    contact, other = branch.contact("U1"), branch.contact("U2")
    first, second, third = put(branch, contact), put(branch, contact), put(branch, other)
    assert lease(branch) == [first, third]
    assert lease(branch) == []
    settle(branch, first)
    assert lease(branch) == [second]


def test_a_reply_waits_for_no_push(branch):
    """Of nobody: replies go first, since their tokens die within the minute."""
    contact = branch.contact()
    push = put(branch, contact)
    reply = put(branch, contact, reply_token="t", token_until=branch.now + timedelta(seconds=50))
    assert lease(branch) == [reply, push]


def test_what_may_be_taken_is_counted_without_writing(branch):
    contact = branch.contact()
    for _ in range(2):
        put(branch, contact)
    put(branch, contact, reply_token="t", token_until=branch.now + timedelta(seconds=50))
    with branch.database.reading() as session:
        assert outbox_store.waiting(session, "line", now=branch.now, limit=9) == 2, (
            "the second push waits for the first"
        )
        assert outbox_store.waiting(session, "line", now=branch.now, limit=1) == 1
    lease(branch)
    with branch.database.reading() as session:
        assert outbox_store.waiting(session, "line", now=branch.now, limit=9) == 0


def test_a_lease_is_kept_by_whoever_holds_it_only(branch):
    """A heartbeat after the message was finished or taken over changes nothing."""
    row = put(branch, branch.contact())
    with branch.database.writing() as session:
        (first,) = outbox.lease_messages(session, LINE, now=branch.now)
    branch.now += outbox.LEASE - timedelta(seconds=1)
    with branch.database.writing() as session:
        outbox_store.keep(session, row, attempt=first.attempt, until=branch.now + outbox.LEASE)
    branch.now += outbox.LEASE - timedelta(seconds=1)
    assert lease(branch) == []
    branch.now += timedelta(seconds=2)
    with branch.database.writing() as session:
        (second,) = outbox.lease_messages(session, LINE, now=branch.now)
        outbox_store.keep(session, row, attempt=first.attempt, until=branch.now + timedelta(hours=1))
    assert second.attempt == 2
    branch.now += outbox.LEASE + timedelta(seconds=1)
    assert lease(branch) == [row]


def test_a_process_that_has_the_database_to_itself_frees_what_its_predecessor_held(branch):
    """Contract §9: nothing waits for leases of a dead process; what was on its way is doubtful."""
    contact = branch.contact("U1")
    push = put(branch, contact)
    reply = put(branch, contact, reply_token="t", token_until=branch.now + timedelta(seconds=50))
    with branch.database.writing() as session:
        insert_ignoring(session, Partition, KEY._asdict(), key=("channel", "user_key"))
        assert inbox_store.hold_partition(session, KEY, holder="dead", now=branch.now, lease=outbox.LEASE)
    assert lease(branch) == [reply, push]
    leases.free_all(branch.database)
    with branch.database.writing() as session:
        assert inbox_store.hold_partition(session, KEY, holder="new", now=branch.now, lease=outbox.LEASE)
    assert lease(branch) == [reply, push]
    assert [row.doubtful for row in branch.outbox()] == [False, True]


def test_a_heartbeat_renews_what_is_held_and_nothing_else(branch):
    """A call that LINE lets hang keeps its lease, however long it takes."""
    held, left = (put(branch, branch.contact(user)) for user in ("U1", "U2"))
    with branch.database.writing() as session:
        batch = {outbound.id: outbound for outbound in outbox.lease_messages(session, LINE, now=branch.now, limit=2)}
    beats = leases.Heartbeat(branch.database, every=0.05)
    beats.start()
    branch.now += outbox.LEASE / 2

    def renew(session, until):
        outbox_store.keep(session, held, attempt=batch[held].attempt, until=until)

    with beats.holding(renew):
        wanted = branch.now + outbox.LEASE
        eventually(lambda: {row.id: row.lease_until for row in branch.outbox()}[held] == wanted)
    beats.stop()
    branch.now += outbox.LEASE / 2 + timedelta(seconds=1)
    assert lease(branch) == [left]


@pytest.mark.parametrize("state", ["accepted", "unknown", "dead", "cancelled"])
def test_a_final_state_is_not_taken_up_again(branch, state):
    """O2"""
    row = put(branch, branch.contact())
    settle(branch, row, state)
    branch.later(days=1)
    assert lease(branch) == []


def test_what_is_put_off_is_not_taken_before_its_time(branch):
    row = put(branch, branch.contact())
    with branch.database.writing() as session:
        session.get(Outbox, row).due_at = branch.now + timedelta(seconds=30)
    assert lease(branch) == []
    branch.now += timedelta(seconds=30)
    assert lease(branch) == [row]


def test_listing_and_counts(branch):
    contact = branch.contact()
    rows = [put(branch, contact) for _ in range(3)]
    branch.now += timedelta(seconds=40)
    with branch.database.writing() as session:
        assert health.look(session).outbox_lag == 40.0
        session.get(Outbox, rows[0]).state = "accepted"
        session.get(Outbox, rows[0]).accepted_at = branch.now
        session.get(Outbox, rows[1]).state = "dead"
        session.flush()
        assert outbox_store.counts(session) == {"pending": 1, "accepted": 1, "dead": 1}
        assert [row.id for row in outbox_store.listing(session, states=outbox_store.SEEN_BY_STAFF)] == [rows[1]]
        assert [row.id for row in outbox_store.listing(session, before_id=rows[1])] == [rows[0]]


def test_a_contacts_replies_go_out_in_turn_but_wait_a_moment_only(branch):
    """Two senders must not swap two answers to one firm; a call that hangs holds up its own message alone."""
    contact, until = branch.contact(), branch.now + timedelta(seconds=50)
    first, second = (put(branch, contact, reply_token=one, token_until=until) for one in "ab")

    def taken():
        with branch.database.writing() as session:
            return [outbound.id for outbound in outbox.lease_messages(session, LINE, now=branch.now)]

    assert taken() == [first]
    assert taken() == []
    branch.now += timedelta(seconds=2)
    assert taken() == [second]
