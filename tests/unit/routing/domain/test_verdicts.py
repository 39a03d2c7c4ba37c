"""How right direct answers were, and the threshold that verdicts allow."""

import pytest

from routing.domain.verdicts import CEILING, AnswerVerdict, Why, derive, realised

SHIPPED = 0.92


def some(probability, right, wrong=0):
    return [AnswerVerdict(probability, True)] * right + [AnswerVerdict(probability, False)] * wrong


@pytest.mark.parametrize(
    ("verdicts", "n", "precision", "low"),
    [
        ([], 0, None, None),
        (some(0.95, 1), 1, 1.0, 0.2065),
        (some(0.95, 100), 100, 1.0, 0.9630),
        (some(0.95, 97, 3), 100, 0.97, 0.9155),
        (some(0.95, 0, 10), 10, 0.0, 0.0),
    ],
)
def test_precision_is_stated_with_its_n_and_the_lower_end_of_wilsons_interval(verdicts, n, precision, low):
    found = realised(verdicts)
    assert (found.n, found.precision) == (n, precision)
    assert found.low == (None if low is None else pytest.approx(low, abs=5e-4))


@pytest.mark.parametrize(
    ("verdicts", "threshold", "n", "why"),
    [
        pytest.param([], SHIPPED, 0, Why.FEW, id="nothing"),
        pytest.param(some(0.95, 0, 59), SHIPPED, 59, Why.FEW, id="few, however bad"),
        pytest.param(some(0.9, 500) + some(0.95, 59), SHIPPED, 59, Why.FEW, id="many below do not help"),
        pytest.param(some(0.95, 60), SHIPPED, 60, Why.KEPT, id="perfect, yet nothing seen below"),
        pytest.param(some(0.9, 59) + some(0.95, 60), SHIPPED, 60, Why.KEPT, id="perfect, too little seen below"),
        pytest.param(some(0.9, 60) + some(0.95, 60), 0.9, 120, Why.LOWERED, id="perfect below as well"),
        pytest.param(some(0.9, 57, 3) + some(0.95, 900), SHIPPED, 900, Why.KEPT, id="the strip does not hide"),
        pytest.param(some(0.8, 600) + some(0.95, 60), SHIPPED, 60, Why.KEPT, id="never far below"),
        pytest.param(some(0.93, 10, 10) + some(0.96, 100), 0.96, 100, Why.RAISED, id="wrong ones just above"),
        pytest.param(some(0.95, 95, 5), SHIPPED, 100, Why.SHORT, id="bad, perhaps by chance"),
        pytest.param(some(0.93, 40, 10) + some(0.97, 58, 2), 0.97, 60, Why.SHORT, id="the best there is"),
        pytest.param(some(0.99, 50, 50), CEILING, 0, Why.CEILING, id="bad throughout"),
        pytest.param(some(0.9999, 50, 50), CEILING, 100, Why.CEILING, id="bad up to the top"),
    ],
)  # fmt: skip
def test_the_threshold_that_verdicts_allow(verdicts, threshold, n, why):
    found = derive(verdicts, SHIPPED)
    assert (found.threshold, found.n, found.why) == (threshold, n, why)
    assert found.changed is (threshold != SHIPPED)
    kept = [verdict for verdict in verdicts if verdict.probability >= found.threshold]
    assert found.precision == realised(kept).precision


def test_a_derived_threshold_still_answers_the_verdicts_it_comes_from():
    found = derive(some(0.93, 0, 20) + some(0.95678912, 60), SHIPPED)
    assert (found.threshold, found.n) == (0.9567, 60)


def test_the_aim_and_the_least_n_are_arguments():
    assert derive(some(0.95, 9, 1), SHIPPED, aim=0.9, least_n=10).why is Why.KEPT
    assert derive(some(0.95, 9, 1), SHIPPED, aim=0.9, least_n=11).why is Why.FEW
