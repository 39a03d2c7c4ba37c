"""Emergencies: the words shown first and the numbers to dial."""

import re

import pytest
import yaml

from knowledge.alerts.detection import Alert
from knowledge.emergency import calls_for, dialled, duties_for
from knowledge.loading import DATA, load_knowledge

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


@pytest.mark.parametrize(
    ("alert", "within", "source"),
    [
        ("injury", "8 小時內", "職業安全衛生法 §37"),
        ("fire", "8 小時內", "職業安全衛生法 §37"),
        ("chemical_leak", "30分鐘內", "毒性及關注化學物質管理法 §41"),
        ("chemical_leak", "3 小時內", "水污染防治法 §28"),
        ("chemical_leak", "1 小時內", "空氣污染防制法 §33"),
    ],
)
def test_what_the_firm_itself_must_report_is_said_with_time_and_source(alert, within, source):
    duties = duties_for(alert, emergency=EMERGENCY, language="zh-TW")
    assert any(within in duty.text and duty.source == source and duty.url for duty in duties)


@pytest.mark.parametrize("name", EMERGENCY["duties"])
def test_every_duty_rests_on_an_article_that_is_stored_and_is_said_in_every_language(name):
    duty = EMERGENCY["duties"][name]
    stored = yaml.safe_load((DATA / "clauses" / f"{duty['law']}.yaml").read_text(encoding="utf-8"))
    assert (duty["article"], duty["version"]) in {(clause["article"], str(clause["version"])) for clause in stored}
    assert all(duty[language] for language in ("zh", "en", "ja"))
    assert set(re.findall(r"\d+", duty["zh"])) == set(re.findall(r"\d+", duty["en"]))


def test_an_outage_has_nothing_that_the_firm_must_report():
    assert duties_for("outage_power", emergency=EMERGENCY, language="en") == ()


@pytest.mark.parametrize("language", ["zh-TW", "en", "ja"])
def test_who_thinks_of_ending_it_is_told_whom_to_call(language):
    words, calls = calls_for("self_harm", emergency=EMERGENCY, language=language)
    assert [number for _, number in calls] == ["1925", "1995", "110"]
    assert all(number in words for number in ("1925", "1995", "110"))
