"""The outbox: leased by one, in order for each contact, and what becomes of leases that run out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from routing.service.channel import delivery
from routing.service.upkeep import health
from routing.store.channel import outbox
from routing.store.schema import Outbox
from tests.factories import DATABASES, branch_on


@pytest.fixture(params=DATABASES)
def branch(request):
    with branch_on(request.param) as branch:
        yield branch


def put(branch, contact, **values):
    with branch.database.writing() as session:
        return outbox.put(session, contact_id=contact, payload=[], reason="x", now=branch.now, **values).id


def lease(branch, limit=20):
    with branch.database.writing() as session:
        return [row.id for row in outbox.lease(session, now=branch.now, length=delivery.LEASE, limit=limit)]


def settle(branch, row_id, state="accepted"):
    with branch.database.writing() as session:
        session.get(Outbox, row_id).state = state


def test_a_leased_message_is_not_taken_twice_until_its_lease_ends(branch):
    """O3"""
    row = put(branch, branch.contact())
    assert lease(branch) == [row]
    assert lease(branch) == []
    branch.now += delivery.LEASE + timedelta(seconds=1)
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
    contact = branch.contact()
    push = put(branch, contact)
    reply = put(branch, contact, reply_token="t", token_until=branch.now + timedelta(seconds=50))
    assert lease(branch) == [push, reply]


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
        assert health.look(session, now=branch.now).outbox_lag == 40.0
        session.get(Outbox, rows[0]).state = "accepted"
        session.get(Outbox, rows[0]).accepted_at = branch.now
        session.get(Outbox, rows[1]).state = "dead"
        session.flush()
        assert outbox.counts(session) == {"pending": 1, "accepted": 1, "dead": 1}
        assert [row.id for row in outbox.listing(session, states=outbox.SEEN_BY_STAFF)] == [rows[1]]
        assert [row.id for row in outbox.listing(session, before_id=rows[1])] == [rows[0]]
