"""Where a question holds: what its text names, by park, by kind, by another authority, or outside any park."""

import pytest

from knowledge.language.forms import TextForms
from knowledge.offices.directory import load_offices
from knowledge.relevance.places import PlaceReader, holds, kind_matters
from knowledge.vocabulary import Category, EntryKind, ParkKind
from tests.unit.knowledge.conftest import make_entry

READER = PlaceReader(load_offices())
TECHNOLOGY, INDUSTRIAL, ANY = ParkKind.TECHNOLOGY, ParkKind.INDUSTRIAL, ParkKind.ANY


@pytest.mark.parametrize(
    ("text", "kind", "own"),
    [
        ("我們在大發，倉庫要申請什麼", INDUSTRIAL, True),
        ("林園那邊的廠要繳多少服務費", INDUSTRIAL, True),
        ("永安的地可以買嗎", INDUSTRIAL, True),
        ("前鎮廠的出入證", TECHNOLOGY, True),
        ("以前叫加工區的那個", TECHNOLOGY, True),
        ("工業區的管理費", INDUSTRIAL, True),
        ("不是加工區，是一般工業區", INDUSTRIAL, True),
        ("本洲的廠房執照", None, False),
        ("和發那塊地", None, False),
        ("竹科的廠商要繳嗎", None, False),
        ("南科的污水費", None, False),
        ("路竹科學園區的建照", None, False),
        ("自己的農地上蓋倉庫", None, False),
        ("our factory is outside the industrial park", None, False),
        ("在台中加工區的廠", TECHNOLOGY, False),
        ("Does your office handle the Export Processing Zone in Taichung (Tanzi)?", TECHNOLOGY, False),
        ("we are in Tanzi park", TECHNOLOGY, False),
        ("台中港科技園區的廠房租金", TECHNOLOGY, False),
        ("貨從台中港進口，運到楠梓園區", TECHNOLOGY, True),
        ("嘉義馬稠後產業園區還有地嗎", None, False),
        ("any plots in Machouhou", None, False),
    ],
)
def test_the_place_a_text_names(text, kind, own):
    place = READER.read(TextForms(text))
    assert (place.kind, place.own) == (kind, own)


@pytest.mark.parametrize(
    "text", ["建照要多久", "廠房要擴建", "送到園區外測試", "start before the factory registration"]
)
def test_no_place_is_named(text):
    assert READER.read(TextForms(text)) is None


def entry(parks, **changes):
    return make_entry("land-x", Category.LAND, EntryKind.ANSWER, "某事？", ["某事"], parks=parks, **changes)


@pytest.mark.parametrize(
    ("parks", "text", "known", "true"),
    [
        (TECHNOLOGY, "大發的廠", TECHNOLOGY, False),
        (TECHNOLOGY, "楠梓的廠", INDUSTRIAL, True),
        (INDUSTRIAL, "楠梓的廠", None, False),
        (ANY, "大發的廠", None, True),
        (TECHNOLOGY, "這個廠", INDUSTRIAL, False),
        (TECHNOLOGY, "這個廠", None, True),
        (ANY, "南科的廠", None, False),
        (ANY, "農地上的工廠", None, False),
    ],
)
def test_a_named_place_beats_what_is_known_of_the_firm(parks, text, known, true):
    assert holds(entry(parks), READER.read(TextForms(text)), known) is true


def test_an_entry_about_the_other_authoritys_park_may_be_given():
    about = entry(ANY, answer="南科的土地由南部科學園區管理局出租。")
    assert holds(about, READER.read(TextForms("南科的土地找誰租")), None)


def test_the_kind_is_asked_only_where_the_other_has_a_rule_of_its_own():
    mine, other = entry(TECHNOLOGY), entry(INDUSTRIAL)
    assert kind_matters(mine, [other], "地租怎麼繳")
    assert not kind_matters(mine, [entry(ANY)], "地租怎麼繳")
    assert not kind_matters(mine, [other], "加工區的地租怎麼繳")
    assert not kind_matters(entry(ANY), [other], "地租怎麼繳")
