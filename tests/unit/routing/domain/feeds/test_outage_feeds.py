"""Reading Taipower's and Taiwan Water's open data, and which parks an announced place touches."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.feeds import asks_of_outage
from knowledge.offices.directory import load_offices
from routing.domain.errors import FeedError
from routing.domain.feeds import tables
from routing.domain.feeds.outages import MOST_UNPACKED, Kind, read_taipower, read_water
from routing.domain.feeds.places import parks_in
from tests.harness.feed_server import archive, water_stop

OFFICES = load_offices()
OWN = OFFICES.own_parks
OTHERS = tuple(park for park in OFFICES.parks if not park.own)
ROW = "高雄區營業處,C1150001,線路維護,2026/03/03 09:00~16:00,無,高雄市楠梓區全區,1911"


def at(day: int, hour: int, minute: int = 0, *, month: int = 3, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TAIPEI)


def touched(text: str, **given: str) -> list[str]:
    return [park.name for park in parks_in(text, OWN, others=OTHERS, **given)]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026/09/05 09:00~16:00", (at(5, 9, month=9), at(5, 16, month=9))),
        ("1140318 1300~1630", (at(18, 13, year=2025), at(18, 16, 30, year=2025))),
        ("20260905 0900-1600", (at(5, 9, month=9), at(5, 16, month=9))),
        ("2026/9/5 ０９:００～２４:００", (at(5, 9, month=9), at(6, 0, month=9))),
        ("2026/09/05 23:00~06:00", (at(5, 23, month=9), at(6, 6, month=9))),
        ("2026/09/05 09:00~2026/09/06 08:00", (at(5, 9, month=9), at(6, 8, month=9))),
        ("無", None),
        ("", None),
        ("2026/13/05 09:00~16:00", None),
        ("2026/09/05 25:00~26:00", None),
        ("2026/09/05 下午", None),
        ("1130230 0900~1000", None),
        ("2026/09/05 09:00~2026/09/04 08:00", None),
    ],
)
def test_a_time_is_read_as_taipower_writes_it_or_not_at_all(text, span):
    assert tables.window(text) == span


def test_rows_of_one_request_are_one_stop_and_its_two_times_are_two():
    read = read_taipower(
        archive(
            "高雄區營業處,C1,線路維護,2026/03/03 09:00~12:00,2026/03/05 13:00~15:00,高雄市楠梓區後昌路,1911",
            "高雄區營業處,C1,線路維護,2026/03/03 09:00~12:00,2026/03/05 13:00~15:00,楠梓加工出口區,1911",
        )
    )
    assert [(stop.number, stop.starts, stop.ends) for stop in read.outages] == [
        ("C1", at(3, 9), at(3, 12)), ("C1", at(5, 13), at(5, 15)),
    ]  # fmt: skip
    assert all(stop.areas == ("高雄市楠梓區後昌路", "楠梓加工出口區") for stop in read.outages)
    assert read.skipped == 0


def test_the_same_number_of_two_district_offices_is_two_stops():
    read = read_taipower(archive(ROW, ROW.replace("高雄區", "鳳山區")))
    assert len(read.outages) == 2


def test_manifest_and_descriptions_of_columns_are_no_rows_and_big5_is_read():
    assert len(read_taipower(archive(ROW, encoding="cp950")).outages) == 1


def test_a_row_whose_time_cannot_be_read_is_left_out_and_counted():
    read = read_taipower(archive(ROW, ROW.replace("C1150001", "C2").replace("2026/03/03 09:00~16:00", "另行通知")))
    assert ([stop.number for stop in read.outages], read.skipped) == (["C1150001"], 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>maintenance</html>", "feed_unreadable"),
        (archive(ROW)[:60], "feed_unreadable"),
        (archive(ROW, header="營業區處,編號,時間"), "feed_fields"),
        (archive(ROW.replace("2026/03/03 09:00~16:00", "另行通知")), "feed_unreadable"),
        (archive(ROW, **{"102.csv": b"\xff\xfe\x00\x81"}), "feed_unreadable"),
        (archive(ROW, **{"102.csv": b" " * (MOST_UNPACKED + 1)}), "feed_too_large"),
    ],
)
def test_a_strange_archive_is_refused_whole(body, code):
    with pytest.raises(FeedError) as caught:
        read_taipower(body)
    assert caught.value.code == code


def listed(*rows: object) -> bytes:
    return json.dumps(rows).encode()


def test_a_water_stop_is_read_in_taipei_time_with_brackets_and_blanks_taken_off():
    (stop,) = read_water(listed(water_stop())).outages
    assert (stop.starts, stop.ends, stop.planned) == (at(3, 8), at(3, 17), True)
    assert (stop.areas, stop.what, stop.places[0].districts) == (("楠梓區全區",), "汰換管線", ("楠梓區",))


def test_other_names_of_a_field_are_known_and_rows_that_repeat_are_one_stop():
    row = water_stop(案件類型="非計畫性", 影響戶數="120")
    del row["屬性"]
    read = read_water(listed(row, row, {**row, "停水地區": "左營區部分"}))
    (stop,) = read.outages
    assert (stop.planned, stop.areas) == (False, ("楠梓區全區", "左營區部分"))


def test_less_pressure_is_told_apart_from_no_water_and_an_end_that_is_not_said_stays_open():
    row = water_stop(停水地區="null", 降壓地區="[楠梓區全區]", 恢復日期時間="null")
    (stop,) = read_water(listed(row)).outages
    assert (stop.kind, stop.ends) == (Kind.PRESSURE, None)


def test_the_list_may_come_as_csv_with_a_mark_and_may_be_empty():
    row = water_stop()
    text = "\ufeff" + ",".join(row) + "\r\n" + ",".join(row.values()) + "\r\n"
    assert len(read_water(text.encode()).outages) == 1
    assert read_water(b"[]").outages == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "feed_unreadable"),
        (b'{"Warning": "x"}', "feed_unreadable"),
        (b"<html>", "feed_unreadable"),
        (b"[1, 2]", "feed_unreadable"),
        (b'[{"id": 1}]', "feed_fields"),
        (b"\xef\xbb\xbf   ", "feed_unreadable"),
        (b"[" * 100_000, "feed_unreadable"),
        (listed(water_stop(案件日期時間="昨天")), "feed_unreadable"),
        ("案件編號,案件日期時間\nA,2026-03-03 08:00\n".encode(), "feed_fields"),
    ],
)
def test_a_strange_list_is_refused_whole(body, code):
    with pytest.raises(FeedError) as caught:
        read_water(body)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "parks"),
    [
        ("楠梓區全區", ["楠梓", "楠梓第二", "楠梓第三"]),
        ("大寮區(全區)", ["大發"]),
        ("內埔鄉全鄉", ["內埔"]),
        ("楠梓加工出口區", ["楠梓"]),
        ("楠梓科技產業園區第二園區全部", ["楠梓第二"]),
        ("台南市全市；臨海工業區", ["臨海"]),
    ],
)
def test_a_place_touches_a_park_by_its_name_or_its_whole_district(text, parks):
    assert touched(text) == parks


@pytest.mark.parametrize(
    "text",
    [
        "楠梓區",
        "高雄市楠梓區加昌路600號",
        "楠梓區部分地區",
        "左營區全區、楠梓區部分地區",
        "楠梓區全區，但加昌路除外",
        "臨海工業區旁",
        "中正區全區",
        "臺北市內埔鄉全鄉",
        "屏東市全區",
        "南科園區",
        "高雄加工出口區外圍",
        "楠梓區楠梓新路",
        "非楠梓區全區",
        "",
    ],
)
def test_a_place_that_is_not_surely_the_parks_touches_none(text):
    assert touched(text) == []


def test_the_county_and_district_of_a_row_say_where_its_words_begin_and_a_contradiction_touches_nothing():
    assert "楠梓" in touched("全區", county="高雄市", district="楠梓區")
    assert touched("楠梓區全區", county="臺南市") == []
    assert touched("全區", county="臺北市", district="中正區") == []


@pytest.mark.parametrize(
    ("text", "touches"),
    [
        ("楠梓區內環東路1號", True),
        ("高雄市楠梓區稔田里經二路12號、外環西路", True),
        ("楠梓區加昌路、經二路8號", True),
        ("左營區內環東路1號", False),
        ("內環東路1號", False),
        ("楠梓區新經二路", False),
        ("三民區經二路、楠梓區加昌路", False),
        ("楠梓區加昌路、臺南市永康區經二路", False),
    ],
)
def test_a_verified_road_touches_its_park_in_its_own_district_only(text, touches):
    park = replace(OFFICES.park("楠梓"), roads=("內環東路", "經二路"))
    assert bool(parks_in(text, [park])) is touches


def test_no_road_is_shipped_that_nobody_verified():
    assert [park.id for park in OFFICES.parks if park.roads] == []


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("為什麼停電", {"power"}),
        ("明天會停水嗎", {"water"}),
        ("停電到什麼時候", {"power"}),
        ("今天园区会停电吗", {"power"}),
        ("why is the power out", {"power"}),
        ("will the water be cut off tomorrow", {"water"}),
        ("When will the power come back?", {"power"}),
        ("なぜ停電していますか", {"power"}),
        ("明日は断水しますか", {"water"}),
        ("停電通知沒有收到", set()),
        ("我們積欠水費會被停水嗎", set()),
        ("停水的損失可以求償嗎", set()),
        ("停水", set()),
        ("水電怎麼申請", set()),
        ("Is water cut off for unpaid bills?", set()),
        ("電費多久繳一次", set()),
    ],
)
def test_a_question_about_a_stop_is_told_from_one_about_bills_and_damages(text, of):
    assert asks_of_outage(text) == of
