"""The least probability of an answer, and what aspects and languages add to it or take off."""

from dataclasses import replace

import pytest

from knowledge.answer_policy import Limits
from knowledge.loading import load_knowledge
from knowledge.understand import Understander

LIMITS = Limits(answer=0.75, margin=0.2, by_aspect={"deadline": -0.1, "how": 0.05})


@pytest.fixture(scope="module")
def when():
    return Understander(load_knowledge()).understand("營業稅幾月要報")


def test_an_aspect_that_was_found_safe_needs_less(when):
    assert LIMITS.least(when) == pytest.approx(0.65)


def test_what_is_taken_off_shrinks_to_nothing_where_the_bound_nears_one(when):
    assert replace(LIMITS, answer=0.9).least(when) == pytest.approx(0.85)
    assert replace(LIMITS, answer=1.0).least(when) == pytest.approx(0.995)
    bounds = [replace(LIMITS, answer=one / 100).least(when) for one in range(50, 101)]
    assert bounds == sorted(bounds)
