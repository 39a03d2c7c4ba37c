"""A stored case is found however its words are written, on both databases."""

import pytest

from routing.store.cases.search_words import certain
from tests.harness.service import PHONE_CASE, Service

WRITTEN = [
    ("臺電停電通知沒有收到", "台電"), ("臺灣精密股份有限公司", "台灣精密"), ("ＡＢＣ廠房", "abc"), ("裡面", "裏面"),
    ("峯昇工業", "峰昇"), ("07-3611212", "073611212"), ("0912-345-678", "0912345678"), ("臺電停電通知", "臺電 通知"),
    ("統編 04595257（欄位）", "０４５９５２５７"), ("折扣 100% (含稅)", "100% (含"),
]  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_a_case_is_found_however_its_words_are_written(service):
    opened = {}
    for stored, _ in WRITTEN:
        answer = service.post("sue", "/cases", {**PHONE_CASE, "text": stored})
        opened[stored] = answer.json()["number"]
    for stored, asked in WRITTEN:
        found = [case["number"] for case in service.get("sue", "/cases", q=asked).json()["items"]]
        assert opened[stored] in found, asked
        assert len(found) < len(WRITTEN) / 2, asked
    number = opened["裡面"]
    for dash in ("–", "－", "−"):
        written = number.replace("-", dash).replace("K", "Ｋ")
        assert [case["number"] for case in service.get("sue", "/cases", q=written).json()["items"]] == [number]


@pytest.mark.parametrize(
    ("word", "letters"),
    [("停電通知", "停電通知"), ("台電營業處", "電營業處"), ("100%含稅", "含稅"), ("0912", ""), ("abc廠", "廠")],
)
def test_letters_that_are_written_in_one_way_alone_are_looked_for_first(word, letters):
    assert certain(word) == letters
