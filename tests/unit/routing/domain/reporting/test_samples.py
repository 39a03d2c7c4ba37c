"""Arrays of numbers give the digits of the plain sums: n, mean, percentiles, extremes."""

import math
from random import Random

import numpy as np
import pytest

from routing.domain.reporting import samples
from routing.domain.reporting.figures import MARKED, distribution, places_of


@pytest.mark.parametrize("count", [1, 2, 7, 4_000, 4_001, 70_001])
@pytest.mark.parametrize("least", [1e-3, 1 / 60, 1.0])
def test_many_minutes_are_added_and_ranked_as_few_are(count, least):
    chance = Random(count)
    values = [chance.choice((least * chance.randint(0, 10_000_000), chance.uniform(0, 9_000))) for _ in range(count)]
    given = np.array([*values, math.nan, math.nan])
    assert samples.of_numbers(given) == distribution(values)
    assert samples.exact_sum(np.array(values)) == math.fsum(values)


def test_numbers_too_large_or_too_fine_to_be_cut_are_added_one_by_one():
    for odd in (2.0**60, 2.0**-70, -1.0):
        values = [odd, *(float(one) / 3 for one in range(5_000))]
        assert samples.exact_sum(np.array(values)) == math.fsum(values)


@pytest.mark.parametrize("count", [1, 2, 9, 5_000])
def test_days_are_counted_by_their_halves(count):
    chance = Random(count)
    values = [chance.choice((0.5, 1.0, 2.0, 3.0, 40.0)) for _ in range(count)]
    twice = np.array([0, *(int(2 * one) + 1 for one in values), 0], dtype=np.int32)
    assert samples.of_times(np.bincount(twice)[1:]) == distribution(values)
    assert samples.of_times(np.zeros(0, dtype=np.int64)) == samples.of_numbers(np.array([math.nan])) == distribution([])


@pytest.mark.parametrize("count", range(1, 40))
def test_a_part_of_a_distribution_is_read_off_the_places_it_names(count):
    chance = Random(count)
    values = [chance.choice((0.5, 1.0, 2.0, 3.0, 7.0, 12.0)) for _ in range(count)]
    ordered, whole = sorted(values, reverse=True), distribution(values)
    for part in MARKED:
        places = places_of(part, count)
        assert ordered[places[-1]] <= getattr(whole, part) <= ordered[places[0]]
    assert places_of("mean", count) == places_of("median", 0) == ()
