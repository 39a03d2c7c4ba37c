"""Emergencies are seen, and only emergencies."""

import pytest

from knowledge.evaluation.cases import alert_sets
from knowledge.language.alerts import Alert, detect_alert

ROWS = alert_sets()["own set"]


def test_own_set_is_large_enough_and_kept():
    """Recall at least 98 % of reports, under 1 % of the rest; the set stands in knowledge/evaluation/alerts.tsv."""
    reports = [(t, k) for t, k in ROWS if k]
    others = [t for t, k in ROWS if not k]
    assert len(reports) >= 60
    assert len(others) >= 120
    missed = [t for t, _ in reports if detect_alert(t) is None]
    false = [t for t in others if detect_alert(t) is not None]
    assert len(missed) <= len(reports) * 0.02, missed
    assert len(false) < len(others) * 0.01, false


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("整個廠突然停電了", Alert.OUTAGE_POWER),
        ("現在沒水了", Alert.OUTAGE_WATER),
        ("倉庫起火了", Alert.FIRE),
        ("聞到瓦斯味", Alert.GAS_LEAK),
        ("硫酸桶破了流滿地", Alert.CHEMICAL_LEAK),
        ("有人被機器夾到手", Alert.INJURY),
        ("地下室淹水了", Alert.FLOOD),
        ("碳洩漏風險係數", None),
        ("停電造成的損失可以求償嗎", None),
        ("消防設備檢修申報", None),
        ("如果失火要通報誰", None),
        ("", None),
    ],
)
def test_reports_and_questions(text, kind):
    assert detect_alert(text) is kind


def test_the_most_urgent_of_two_wins():
    assert detect_alert("停電了，而且配電盤起火") is Alert.FIRE
