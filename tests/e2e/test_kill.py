"""kill -9 of servers and workers under load: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.harness.crowd import Crowd, Killer
from tests.harness.product import Product
from tests.harness.simulator import words

KILLS = 6
"""`python -m tests.trial kills` kills as often as one likes."""


@pytest.mark.timeout(180)
def test_kills_under_load_lose_and_double_nothing(deployed: Product) -> None:
    """R1, L1, L10, L12, L24, L25, O1, O3."""
    killer, load = Killer(deployed, random.Random(20)), Crowd(deployed)
    for _ in range(KILLS):
        killer.strike()
    load.stop()
    deployed.line.post("/webhook/idle", seconds=10)
    deployed.settled(seconds=10)
    assert len(load.confirmed) >= 4
    assert len(load.answered) >= 2
    _no_event_is_lost(deployed)
    _no_case_is_doubled(deployed, load)
    _no_push_is_doubled(deployed, load)
    _nobody_waits_and_no_answer_costs(deployed)
    handled, accepted = killer.waits()
    # Five seconds from when somebody is there to go on (contract §9).
    assert handled <= 5.0 + killer.slowest
    assert accepted <= 5.0 + killer.slowest


def _no_event_is_lost(product: Product) -> None:
    """Every event LINE holds an acknowledgement for was handled, once."""
    deliveries = product.line.get("/deliveries")["deliveries"]
    acknowledged = {event for one in deliveries if one["status"] == 200 for event in one["eventIds"]}
    handled = {row[0] for row in product.rows("SELECT webhook_event_id FROM inbox WHERE state = 'done'")}
    assert acknowledged - handled == set()
    assert product.rows("SELECT error, attempts FROM inbox WHERE state <> 'done'") == []
    assert any(one["status"] != 200 for one in deliveries), "the kills met no delivery; the test proves nothing"


def _no_case_is_doubled(product: Product, load: Crowd) -> None:
    query = "SELECT address FROM service_case JOIN contact_address USING (contact_id)"
    cases = Counter(row[0] for row in product.rows(query))
    confirmed = {firm.id for firm in load.confirmed}
    assert {user: count for user, count in cases.items() if count > 1} == {}
    assert confirmed <= set(cases)
    events = product.rows("SELECT case_id, seq FROM case_event")
    assert len(events) == len(set(events))
    if not product.workers:
        assert product.rows("PRAGMA integrity_check") == [("ok",)]


def _no_push_is_doubled(product: Product, load: Crowd) -> None:
    ledger = product.line.check_ledger()
    assert len(ledger["retryKeys"]) >= len(load.answered)
    seen: Counter[str] = Counter()
    for firm in load.confirmed:
        for bubble in firm.received():
            said = words(bubble["message"])
            seen.update(text for text in load.answered if text in said)
    assert seen == Counter(load.answered), "each answer arrived once"


def _nobody_waits_and_no_answer_costs(product: Product) -> None:
    """Contract §4, §9: another goes on with the same token, so every answer is known to have arrived, by reply."""
    left = product.rows("SELECT state, kind, reason, error FROM outbox WHERE state <> 'accepted'")
    assert left == []
    pushed = product.rows("SELECT kind, error FROM outbox WHERE reason = 'answer' AND kind <> 'reply'")
    assert pushed == []
