"""Where a conversation stands, kept as JSON; the words of postbacks; tax ids."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.dialogue.router import ACTIONS, OLD_IS_STALE
from routing.domain.dialogue.state import FACTS, OPENING, State, Step, state_from
from routing.domain.tax_number import valid_ubn

CONTRACT = (
    "open_case confirm_case cancel park my_cases case add_to_case faq category helpful not_helpful rate reopen "
    "language call_me"
)
_maybe = st.none() | st.text(min_size=1, max_size=10)
states = st.builds(
    State, step=st.sampled_from(Step), pending=st.lists(st.integers(1, 99), max_size=4).map(tuple), led_at=_maybe,
    category=_maybe, topic=_maybe, alert=_maybe, firm_name=_maybe, ubn=_maybe, contact_name=_maybe, phone=_maybe,
    park=_maybe, anew=st.none() | st.just(value=True), number=_maybe, last_entry=_maybe, last_category=_maybe,
    last_message=st.none() | st.integers(1, 99), last_enquiry=st.none() | st.integers(1, 99),
)  # fmt: skip


@given(states)
def test_a_state_comes_back_equal_through_json(state):
    assert state_from(json.loads(json.dumps(state.plain()))) == state


@pytest.mark.parametrize("plain", [{}, {"step": "dancing"}, {"unknown": 1}, {"step": "firm", "old_field": "x"}])
def test_what_an_older_program_wrote_begins_anew(plain):
    """L21"""
    assert state_from(plain) == State()


def test_every_action_of_the_contract_is_understood():
    assert set(CONTRACT.split()) <= ACTIONS
    assert OLD_IS_STALE <= ACTIONS


def test_facts_are_part_of_opening():
    assert FACTS < OPENING
    assert {Step.IDLE, Step.ADDING}.isdisjoint(OPENING)


UBNS = [
    ("04595257", True), ("10458575", True), ("12345675", True), ("12345676", True), ("12345678", False),
    ("1234567", False), ("123456789", False), ("abcdefgh", False), ("", False), ("00000000", False),
    ("0459525７", False),
]  # fmt: skip


@pytest.mark.parametrize(("number", "valid"), UBNS)
def test_the_check_digit_of_a_tax_id(number, valid):
    """財政部's rule since 2023-04: the weighted digits add up to a multiple of five, with a choice at a seventh 7."""
    assert valid_ubn(number) is valid
