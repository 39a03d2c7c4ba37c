"""Quality does not drop unseen: the held-out enquiries against the floor."""

import pytest
import yaml

from knowledge.evaluation.cases import HELDOUT, SECOND, read_all
from knowledge.evaluation.direct import direct_figures, interval, near_miss_figures
from knowledge.evaluation.measure import quality
from knowledge.evaluation.report import below, fallen, guarded_direct
from knowledge.loading import DATA, load_knowledge
from knowledge.understand import Understander

FLOOR = yaml.safe_load((DATA / "model" / "floor.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def base():
    return load_knowledge()


@pytest.fixture(scope="module")
def understander(base):
    return Understander(base)


@pytest.mark.parametrize(("name", "folder"), [("heldout", HELDOUT), ("heldout2", SECOND)])
def test_no_figure_lies_below_the_floor(understander, base, name, folder):
    figures, _ = quality(understander, base, *read_all(folder))
    assert fallen(figures, FLOOR[name]) == []
    assert figures["cases"] > 200


def test_direct_answers_and_near_misses_keep_the_floor(understander):
    direct, near = direct_figures(understander), near_miss_figures(understander)
    now = guarded_direct(direct, near)
    assert set(FLOOR["heldout4"]) <= set(now)
    assert below(now, FLOOR["heldout4"]) == [], {name: row["texts"] for name, row in near.items()}
    assert all(row["n"] >= 60 for row in near.values())
    assert direct["all"]["n"] >= 150


@pytest.mark.parametrize(("right", "n", "low"), [(10, 10, 0.72), (98, 100, 0.93), (0, 0, None)])
def test_a_share_comes_with_its_interval(right, n, low):
    found = interval(right, n)
    assert (found is None) if low is None else found[0] == pytest.approx(low, abs=0.01)


def test_a_drop_is_named():
    figures = {
        "category": {"all": {"accuracy": 0.5}, "language en": {"accuracy": 0.4}, "language ja": {"accuracy": 0.6}},
        "faq": {
            "recall_1": None,
            "recall_3": None,
            "precision_of_answered": None,
            "share_answered_of_answerable": None,
        },
        "alerts": {
            "labelled": {"n": 10, "recall": 1.0, "others": 10, "false_alarms": 0.1},
            "round": {"n": 2, "recall": 0.5, "others": 0, "false_alarms": None},
        },
        "opposites": {"pairs": 0, "crossed": 0},
        "smalltalk": {"n": 10, "answered": 0},
    }
    assert fallen(figures, FLOOR["heldout2"]) == [
        "category_accuracy 0.500 is below 0.940", "category_least_language 0.400 is below 0.920",
        "alert_recall_least_set 0.500 is below 0.980", "alerts_quiet 0.900 is below 0.980",
        "alerts_quiet_least_set 0.900 is below 0.980",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["heldout", "heldout2", "heldout4"])
def test_each_set_has_a_floor_for_all_that_it_can_tell(name):
    wanted = {
        "heldout": {"category_accuracy", "precision_of_answered", "share_answered", "alert_recall", "alerts_quiet"},
        "heldout2": {"category_accuracy", "alert_recall_least_set", "alerts_quiet"},
        "heldout4": {"precision_natural", "share_natural", "share_en", "share_ja", "unknown_unanswered"},
    }[name]
    assert wanted <= set(FLOOR[name])
    assert all(0.5 <= least <= 1.0 for least in FLOOR[name].values())


def test_a_figure_that_is_not_measured_any_more_has_fallen():
    assert below({}, {"precision_natural": 0.98}) == ["precision_natural was not measured, its floor is 0.980"]
