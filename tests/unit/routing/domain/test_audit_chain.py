"""The audit trail as a chain: whatever is changed, left out or put in between is found at its place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from routing.domain.audit_chain import Anchor, Entry, seal_of, verify

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


def chain(count=6):
    """Entries with their seals."""
    made, before = [], Anchor()
    for place in range(1, count + 1):
        entry = Entry(
            at=NOON + timedelta(minutes=place), actor="alice@kp.example", action="case.note",
            subject=f"KP-1151116-{place:04}", detail={"b": place, "a": [None, True]}, place=place, seal=None,
        )  # fmt: skip
        entry = replace(entry, seal=seal_of(entry, place, before.seal))
        made.append(entry)
        before = Anchor(place, entry.seal)
    return made


def test_a_chain_that_nobody_touched_holds_and_its_head_is_its_last_seal():
    made = chain()
    found = verify(made, Anchor())
    assert (found.entries, found.problem, found.head) == (6, None, Anchor(6, made[-1].seal))


@pytest.mark.parametrize("changed", [
    {"actor": "bob@kp.example"}, {"action": "case.close"}, {"subject": "KP-1151116-0009"}, {"detail": {"b": 3}},
    {"at": NOON}, {"seal": "0" * 64},
])  # fmt: skip
def test_an_entry_that_was_changed_is_found_at_its_place(changed):
    made = chain()
    made[2] = replace(made[2], **changed)
    found = verify(made, Anchor())
    assert (found.entries, found.problem, found.at_place) == (2, "changed", 3)


def test_an_entry_that_was_taken_out_is_missed_and_a_forged_one_breaks_the_next():
    made = chain()
    assert verify(made[:3] + made[4:], Anchor()).problem == "missing"
    forged = replace(made[2], actor="mallory")
    forged = replace(forged, seal=seal_of(forged, 3, made[1].seal))
    found = verify([*made[:2], forged, *made[3:]], Anchor())
    assert (found.problem, found.at_place) == ("changed", 4)


def test_what_was_erased_from_the_beginning_leaves_a_chain_with_its_anchor():
    made = chain()
    assert verify(made[3:], Anchor(3, made[2].seal)).entries == 3
    assert verify(made[3:], Anchor()).problem == "missing"
    assert verify(made[3:], Anchor(3, made[1].seal)).problem == "changed"


def test_the_seal_is_of_the_instant_whatever_its_zone():
    entry = chain(1)[0]
    elsewhere = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=8))))
    assert seal_of(elsewhere, 1, Anchor().seal) == entry.seal
