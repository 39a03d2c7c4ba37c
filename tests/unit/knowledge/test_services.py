"""The table of online services: no address that nobody verified ever reaches a firm."""

from datetime import date

import pytest
import yaml

from knowledge.loading import load_knowledge
from knowledge.services import ServicesError, load_services, read_services, service_for

DAY = date(2026, 11, 20)


def row(**changes):
    plain = {"id": "a", "item": "甲", "category": "land", "source": "來源", **changes}
    return yaml.safe_dump([plain], allow_unicode=True)


@pytest.fixture(scope="module")
def base():
    return load_knowledge()


def test_every_shipped_row_has_its_source_and_no_unverified_address(base):
    ids = {entry.id for entry in base.entries}
    for service in load_services():
        assert service.source
        assert service.usable == bool(service.address)
        assert set(service.entries) <= ids, service.id


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"address": "https://example.gov.tw"}, "verified"),
        ({"verified": DAY}, "address"),
        ({"address": "http://example.gov.tw", "verified": DAY}, "https"),
        ({"address": "javascript:alert(1)", "verified": DAY}, "https"),
        ({"item": " "}, "item"),
        ({"category": "no"}, "no"),
        ({"parks": "moon"}, "moon"),
        ({"entries": "land-a"}, "entries"),
        ({"verified": "soon", "address": "https://example.gov.tw"}, "verified"),
        ({"url": "x"}, "url"),
    ],
)
def test_a_slip_names_row_and_field(changes, said):
    with pytest.raises(ServicesError, match=f"第 1 列.*{said}"):
        read_services(row(**changes))


def test_ids_stand_once():
    with pytest.raises(ServicesError, match="重複"):
        read_services(row() + row())


def test_an_answer_gets_the_service_that_names_it_then_that_of_its_topic_and_only_for_its_kind_of_park(base):
    entry = base.entry("land-find-platform")
    by_topic, named, other, unseen = read_services(
        row(id="topic", topics=[entry.topic], address="https://t.example", verified=DAY)
        + row(id="named", entries=[entry.id], address="https://n.example", verified=DAY)
        + row(id="other", entries=[entry.id], parks="industrial", address="https://o.example", verified=DAY)
        + row(id="unseen", entries=[entry.id])
    )
    assert service_for([by_topic, named], entry, None) == named
    assert service_for([by_topic, unseen], entry, None) == by_topic
    assert service_for([unseen], entry, None) is None
    assert service_for([other], entry, "technology") is None
    assert service_for([other], entry, "industrial") == other


def test_an_address_is_given_with_its_day_or_not_at_all():
    service = read_services(row())[0]
    assert service.at("https://example.gov.tw/apply", DAY).usable
    assert not service.at("", None).usable
    with pytest.raises(ServicesError):
        service.at("https://example.gov.tw/apply", None)
