"""Emergencies: the words shown first and the numbers to dial."""

import pytest

from knowledge.alerts.detection import Alert
from knowledge.emergency import calls_for, dialled
from knowledge.loading import load_knowledge

EMERGENCY = load_knowledge().emergency


@pytest.mark.parametrize("language", ["zh-TW", "en", "ja"])
@pytest.mark.parametrize("alert", Alert)
def test_every_alert_has_words_and_numbers_in_every_language(alert, language):
    words, calls = calls_for(alert.value, emergency=EMERGENCY, language=language)
    assert 0 < len(words) <= 120 or language != "zh-TW"
    assert "LINE" in words
    assert calls
    assert all(label and number.replace("-", "").isdigit() for label, number in calls)


def test_a_fire_is_for_119():
    assert calls_for("fire", emergency=EMERGENCY, language="zh-TW")[1][0][1] == "119"


def test_an_unknown_kind_has_none():
    assert calls_for("boredom", emergency=EMERGENCY, language="en") is None


@pytest.mark.parametrize(("printed", "number"), [("119", "119"), ("(07)361-2054", "07-361-2054"), ("1911", "1911")])
def test_a_printed_number_is_dialled(printed, number):
    assert dialled(printed) == number
