"""Whatever comes from outside, a parser takes it or refuses it in the product's own words (S1)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trial.fuzzing import PARSERS, SEEDS, read


@pytest.mark.parametrize("name", PARSERS)
def test_what_a_parser_is_made_for_is_taken(name):
    for seed in SEEDS[name]:
        assert read(name, seed)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_a_parser_cannot_read_is_refused_in_words(name, data):
    """Any bytes, and its own seed with a piece changed: the long trial (``tests.trial fuzz``) has hours for it."""
    seed = data.draw(st.sampled_from(SEEDS[name]))
    at = data.draw(st.integers(0, len(seed)))
    changed = st.binary(max_size=8).map(lambda piece: seed[:at] + piece + seed[at + 1 :])
    read(name, data.draw(st.one_of(st.binary(max_size=400), changed)))
