"""Offices, units, parks and agencies, and what goes where."""

import copy
from importlib.resources import files

import pytest
import yaml

from knowledge.offices.directory import OfficeDataError, build_offices, load_offices
from knowledge.vocabulary import CASE_CATEGORIES

OFFICES = load_offices()


def raw():
    folder = files("knowledge") / "data" / "offices"
    names = ("offices", "units", "parks", "agencies", "topics")
    return copy.deepcopy({name: yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8")) for name in names})


@pytest.mark.parametrize(
    ("text", "park"),
    [
        ("楠梓", "楠梓"),
        ("我們在楠梓第二園區的廠", "楠梓第二"),
        ("楠梓科技產業園區第二園區", "楠梓第二"),
        ("成功", "成功"),
        ("成功園區停水了", "成功"),
        ("申請成功了嗎", None),
        ("台中加工區的廠", "臺中"),
        ("臺中科技產業園區", "臺中"),
        ("Taichung (Tanzi) export processing zone", "臺中"),
        ("臺中港科技產業園區", "中港"),
        ("台中港園區的廠", "中港"),
        ("馬稠後產業園區", "馬稠後"),
        ("ＫＳＰ", "高軟"),
        ("高雄软件", None),
        ("高雄软体园区", "高軟"),
        ("高雄軟體園區二期", "高軟二期"),
        ("仁武科技產業園區", "仁武科技"),
        ("仁武工業區", "仁武"),
        ("大發工業區的污水費", "大發"),
        ("our plant in Nanzih park", "楠梓"),
        ("從楠梓搬到前鎮", None),
        ("屏東縣政府在哪", None),
        ("屏東園區", "屏東"),
        ("屏東科學園區", "屏東科學"),
        ("屏東工業區", "屏東產業"),
        ("橋科的租金", "橋頭"),
        ("", None),
        ("😀", None),
    ],
)
def test_a_park_is_found_in_what_firms_write(text, park):
    found = OFFICES.find_park(text)
    assert (found.name if found else None) == park


def test_every_name_leads_to_its_park():
    for park in OFFICES.parks:
        for name in park.names:
            assert OFFICES.park(name) is park
    assert OFFICES.park("火星") is None


def test_parks_of_other_offices_get_their_card_and_no_invented_number():
    park = OFFICES.park("橋頭")
    assert not park.own
    assert park.office.name() == "國家科學及技術委員會南部科學園區管理局"
    assert "Southern Taiwan Science Park" in park.office.name("en")
    assert park.office.phone == ""
    assert park.office.note


@pytest.mark.parametrize("name", ["楠梓", "屏東", "內埔", "臨海"])
def test_parks_of_both_counties_belong_to_the_branch(name):
    park = OFFICES.park(name)
    assert park.own
    assert park.office.office == OFFICES.own_office


def test_a_park_is_named_in_the_reader_s_language():
    park = OFFICES.park("楠梓")
    assert park.label("zh-TW") == "楠梓科技產業園區"
    assert park.label("ja") == "楠梓科技産業園区"
    assert OFFICES.find_park("楠梓科技産業園区") == park
    assert park.label("en") == "Nanzih Technology Industrial Park"


@pytest.mark.parametrize(
    ("category", "topic", "unit"),
    [
        ("land", None, "用地工程科"),
        ("construction", None, "用地工程科"),
        ("utilities", None, "營運管理科"),
        ("environment", None, "環安勞動科"),
        ("tax", None, "投資服務科"),
        ("other", None, "投資服務科"),
        ("other", "labour", "環安勞動科"),
        ("other", "trade", "投資服務科"),
        ("other", "investment", "投資服務科"),
        ("other", "facilities", "營運管理科"),
        ("other", "access", "營運管理科"),
        ("land", "access", "用地工程科"),
        ("other", "unheard-of", "投資服務科"),
        ("unheard-of", None, "投資服務科"),
    ],
)
def test_matters_go_to_the_unit_of_their_topic_or_category(category, topic, unit):
    assert OFFICES.unit_for(category, topic).name == unit


def test_a_unit_for_one_kind_of_park_takes_only_those():
    data = raw()
    special = {**data["units"][0], "name": "產業園區服務科", "categories": ["land"], "park_kinds": ["industrial"]}
    offices = build_offices({**data, "units": [*data["units"], special]})
    assert offices.unit_for("land", None, offices.park("大發")).name == "產業園區服務科"
    assert offices.unit_for("land", None, offices.park("楠梓")).name == "用地工程科"
    assert offices.unit_for("land").name == "用地工程科"


def test_units_sit_in_the_branch_s_county_and_district():
    unit = OFFICES.unit("用地工程科")
    assert (unit.county, unit.district) == ("高雄市", "前鎮區")
    assert OFFICES.find_unit("不存在科") is None
    with pytest.raises(KeyError):
        OFFICES.unit("不存在科")


def test_every_category_has_a_unit():
    assert {OFFICES.unit_for(category).name for category in CASE_CATEGORIES} <= {unit.name for unit in OFFICES.units}


@pytest.mark.parametrize(
    ("code", "park", "office"),
    [
        ("taipower", "鳳山", "台電鳳山區營業處"),
        ("taipower", "屏東", None),
        ("taiwanwater", "屏東", "台水第七區管理處"),
        ("ntb", "屏東", "財政部南區國稅局"),
        ("ntb", "楠梓", "財政部高雄國稅局"),
        ("customs", "楠梓", "高雄關"),
    ],
)
def test_an_agency_is_reached_through_the_office_of_the_park(code, park, office):
    assert OFFICES.agency(code).office_for(OFFICES.park(park)) == office


def test_agencies_are_named_in_three_languages_and_strangers_are_unknown():
    assert {agency.code for agency in OFFICES.agencies} == {"taipower", "taiwanwater", "customs", "ntb"}
    assert OFFICES.agency("taipower").name("ja") == "台湾電力公司"
    assert OFFICES.agency("taipower").office_for(None) is None
    assert OFFICES.agency("cia") is None
    assert OFFICES.office("KH").own
    assert OFFICES.office("XX") is None


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("parks", {"office": "XX"}, "parks.yaml：nanzih：office"),
        ("parks", {"kind": "farm"}, "parks.yaml：nanzih：kind"),
        ("parks", {"aliases": ["大發"]}, "已屬於"),
        ("units", {"office": "XX"}, "units.yaml：用地工程科：office"),
        ("units", {"categories": ["lnd"]}, "units.yaml：用地工程科：categories"),
        ("units", {"park_kinds": ["farm"]}, "units.yaml：用地工程科：park_kinds"),
        ("units", {"categories": []}, "沒有單位承辦「land」"),
        ("topics", {"unit": "不存在科"}, "topics.yaml：labour：unit"),
        ("offices", {"own": False}, "offices.yaml：own"),
    ],
)
def test_slips_in_the_data_are_named(file, change, words):
    data = raw()
    data[file][0].update(change)
    with pytest.raises(OfficeDataError, match=words):
        build_offices(data)


def test_a_missing_field_is_named():
    data = raw()
    del data["parks"][1]["county"]
    with pytest.raises(OfficeDataError, match=r"parks\.yaml：第 2 筆：county"):
        build_offices(data)
