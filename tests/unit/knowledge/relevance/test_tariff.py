"""What a quantity comes to: reckoned from a tariff that the law states, and left to a person otherwise."""

from datetime import date
from fractions import Fraction

import pytest

from knowledge.language.text import fold
from knowledge.loading import read_entries
from knowledge.relevance.tariff import reckon, value_of
from knowledge.vocabulary import EntryKind
from knowledge.writing import as_yaml
from routing.domain.decision import Action, Thresholds, decide
from tests.unit.knowledge.test_entry_fields import ENTRY

DAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12,500", 12500), ("三百五十", 350), ("一百零五", 105), ("一百五", 150), ("十二", 12), ("兩千", 2000),
        ("二〇", 20),
        ("3百萬", 3_000_000), ("一億兩千萬", 120_000_000), ("兩萬五", 25_000), ("兩萬五千", 25_000),
        ("1.5億", 150_000_000),
        ("12.5 million", 12_500_000), ("兩千零五十", 2050), ("1000萬5000", 10_005_000), ("十十", None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written_or_spoken(written, value):
    assert value_of(fold(written)) == (None if value is None else Fraction(value))


@pytest.mark.parametrize(
    ("entry", "text", "amounts"),
    [
        ("other-origin-certificate", "產地證明三份多少錢", [750, 250]),
        ("utilities-water-levy-rate", "單月用一萬兩千度 耗水費要繳多少", [9000]),
        ("utilities-water-levy-rate", "一個月15000噸水，耗水費多少", [18000]),
        ("utilities-water-levy-rate", "一個月用8000度耗水費多少", [0]),
        ("other-origin-certificate", "原產地證明正本5份要多少", [350]),
        ("other-origin-certificate", "副本 8 份多少錢", [350]),
        ("other-origin-certificate", "How much are 12 certificates of origin?", [3000, 700]),
        ("construction-factory-extract", "工廠登記英文證明三份多少", [800]),
        ("other-company-records", "公司證明書二十份多少錢", [2100]),
        ("other-company-records", "影印15份多少", [150]),
        ("other-registration-fee", "資本額兩千萬 設立登記規費多少", [5000]),
        ("other-registration-fee", "增資300萬元要繳多少規費", [1000]),
        ("tax-stamp-land-gain", "工程合約 1,250萬 印花稅要貼多少", [12500]),
        ("tax-stamp-land-gain", "收據金額50萬元 印花稅多少", [2000]),
        ("land-title-lost", "權狀掉了 五張補發多少錢", [400]),
        ("construction-permit-fee", "造價一億兩千萬 建照規費多少", [120_000]),
        ("construction-signboard-fee", "招牌兩面多少錢", [200, 2000]),
    ],
)
def test_a_quantity_is_reckoned_from_the_table_of_the_entry(base, entry, text, amounts):
    assert [one.amount for one in reckon(base.entry(entry), text)] == amounts


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("other-origin-certificate", "正本5份跟正本7份多少錢"),
        ("other-origin-certificate", "一共多少錢"),
        ("tax-stamp-land-gain", "工程合約 1,250.5元 印花稅多少"),
        ("land-lease-renewal", "租三百坪要多少"),
    ],
    ids=["two quantities", "none", "no whole dollar", "no table"],
)
def test_what_the_table_does_not_surely_tell_is_not_reckoned(base, entry, text):
    assert reckon(base.entry(entry), text) == ()


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("產地證明三份多少錢", "other-origin-certificate"),
        ("所有權狀5張補發要多少錢", "land-title-lost"),
    ],
)
def test_a_question_of_a_quantity_is_answered_where_the_table_tells_it(understander, text, entry):
    read = understander.understand(text)
    assert read.person is None
    assert read.faq[0].entry_id == entry


@pytest.mark.parametrize(
    "text", ["我們租三百坪 管理費要繳多少", "污水處理費這個月一萬五千噸要繳多少", "印花稅貼三個月多少錢"]
)
def test_a_question_of_a_quantity_without_a_price_goes_to_a_person(understander, text):
    decision = decide(understander.understand(text), Thresholds.shipped(), DAY)
    assert (decision.action, decision.reason) == (Action.HAND_OVER, "person_reckoning")


def test_each_row_rests_on_an_article_that_its_entry_cites_with_the_text_and_the_day_it_was_read(base):
    rows = [(entry, row) for entry in base.entries for row in entry.tariff]
    assert len({entry.id for entry, _ in rows}) >= 14
    for entry, row in rows:
        (source, *_) = [one for one in entry.basis if (one.law, one.article) == (row.law, row.article)]
        assert entry.kind is EntryKind.ANSWER
        assert source.version
        assert source.read or entry.verified


ROW = """
  basis:
    - {law: 某法, article: §3, url: '', version: '2025-01-01'}
  tariff:
    - {item: 證明, item_en: proof, item_ja: 証明, units: [份], price: 1/4000, first: 300, minimum: 100, law: 某法,
       article: §3, words: [英文], named_only: true}
"""


def test_a_table_is_kept_as_it_was_written(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(ENTRY + ROW, encoding="utf-8")
    (entry,), problems = read_entries([path])
    assert problems == ()
    again = tmp_path / "b.yaml"
    again.write_text(as_yaml([entry]), encoding="utf-8")
    assert read_entries([again])[0] == (entry,)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("price: 1/4000", "price: viele"), "tariff[1].price"),
        (("price: 1/4000", "price: -3"), "tariff[1].price"),
        (("price: 1/4000, first", "first"), "tariff[1]"),
        (("article: §3, words", "article: §4, words"), "tariff[1]"),
        (("units: [份]", "units: []"), "tariff[1].units"),
    ],
)
def test_a_row_that_is_not_whole_is_named(tmp_path, change, field):
    path = tmp_path / "a.yaml"
    path.write_text(ENTRY + ROW.replace(*change), encoding="utf-8")
    assert field in {problem.field for problem in read_entries([path])[1]}
