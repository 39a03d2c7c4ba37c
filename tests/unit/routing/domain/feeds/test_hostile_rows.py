"""Stops as nobody promised to write them: read where sure, else left alone, and never told of elsewhere."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.offices.directory import load_offices
from routing.domain.errors import FeedError
from routing.domain.feeds import tables
from routing.domain.feeds.outages import Kind, read_taipower, read_water
from routing.domain.feeds.places import parks_in
from routing.service.feeds.outage_feeds import OutageFeed
from tests.harness.feed_server import archive, water_stop

OFFICES = load_offices()
OTHERS = tuple(park for park in OFFICES.parks if not park.own)
HEAD = "營業區處,請求號數,工作概述,第一次停電時間,第二次停電時間,停電範圍,查詢電話(1911)\n"
ROW = "高雄區營業處,C1150001,線路維護,2026/03/03 09:00~16:00,無,楠梓加工出口區,1911\n"
NANZIH = ("nanzih", "nanzih-2", "nanzih-3")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=TAIPEI)


def listed(*rows):
    return json.dumps(rows).encode()


def parks_of(body):
    """The parks of each stop, as the feed matches them."""
    feed = OutageFeed(name="water", url="http://127.0.0.1:9/", every=timedelta(hours=1))
    return [one.parks for one in feed.match(read_water(body).outages, SimpleNamespace(offices=OFFICES))]


def packed(**files: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name, text in files.items():
            made.writestr(f"{name}.csv", text.encode())
    return body.getvalue()


@pytest.mark.parametrize(
    ("rows", "parks"),
    [
        ([{"停水地區": "全區", "影響行政區": "楠梓區"}], [NANZIH]),
        ([{"停水地區": "全區", "影響行政區": "左營區、苓雅區"}], []),
        ([{"停水地區": "全區", "影響行政區": "左營區、楠梓區"}], [NANZIH]),
        ([{"停水地區": "全區", "影響行政區": "左營區"}, {"停水地區": "全區", "影響行政區": "苓雅區"}], []),
        ([{"停水地區": "全區", "影響行政區": "左營區"}, {"停水地區": "部分", "影響行政區": "楠梓區"}], []),
        ([{"停水地區": "全區", "影響行政區": "null"}], []),
        ([{"停水地區": "全部", "影響行政區": ""}], []),
        ([{"停水地區": "全區", "影響行政區": "楠梓區", "影響縣市": "null"}], []),
        ([{"停水地區": "全區", "影響行政區": "屏東市", "影響縣市": "高雄市"}], []),
        ([{"停水地區": ["全區"], "影響行政區": ["楠梓區"]}], [NANZIH]),
        ([{"停水地區": {"楠梓區": "全區"}, "影響行政區": "楠梓區"}], []),
    ],
)
def test_the_whole_of_a_district_is_that_of_its_own_row_alone(rows, parks):
    assert parks_of(listed(*(water_stop(**row) for row in rows))) == parks


@pytest.mark.parametrize(
    ("text", "parks"),
    [
        ("大發工業區公車站旁", []),
        ("大發工業區內坑路12號對面", []),
        ("大發工業區東側周邊住戶", []),
        ("大發工業區、大寮區內坑路旁", ["大發"]),
        ("大發工業區一帶", ["大發"]),
        ("高雄市全區", []),
        ("屏東縣全市", []),
        ("屏東縣全縣", ["屏東", "屏東產業", "內埔", "屏南"]),
    ],
)
def test_what_lies_beside_a_park_or_in_a_district_not_named_is_not_the_parks(text, parks):
    assert [park.name for park in parks_in(text, OFFICES.own_parks, others=OTHERS)] == parks


@pytest.mark.parametrize(
    "text",
    ["2026/03/03 09:00–16:00", "2026/03/03 09:00〜16:00", "2026-03-03 09:00 - 16:00", "2026-03-03 09:00到16:00",
     "2026/03/03(二) 09:00~16:00", "2026/03/03 09:00:00~16:00:00", "115-03-03 0900-1600",
     "2026-03-03 09:00∼2026-03-03 16:00"],
)  # fmt: skip
def test_a_stretch_is_read_whatever_stands_between_its_times(text):
    assert tables.window(text) == (at(3, 9), at(3, 16))


@pytest.mark.parametrize(
    "text", ["2026/03/03 09:00~16:00、2026/03/04 09:00~16:00", "2026/03/03 上午09:00~16:00", "2026/03/03 09:00", "延期"]
)
def test_a_stretch_that_says_more_or_less_is_not_read(text):
    assert tables.window(text) is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-03-03T09:00:00+08:00", at(3, 9)),
        ("2026-03-03T01:00:00Z", at(3, 9)),
        ("2026/3/3 上午 09:00:00", at(3, 9)),
        ("2026/3/3 下午 03:30:00", at(3, 15, 30)),
        ("2026/3/3 上午 12:10", at(3, 0, 10)),
        ("2026/3/3 下午 12:10", at(3, 12, 10)),
        ("1150303 0900", at(3, 9)),
        ("2026/3/3 下午 15:00", None),
        ("2026-03-03T09:00:00+09:00", None),
        ("2026-03-03", None),
        ("搶修中", None),
    ],
)
def test_an_instant_is_taipeis_unless_it_says_another_zone(text, when):
    assert tables.instant(text) == when


def test_a_stop_without_a_known_end_is_open_and_one_that_is_called_off_is_none():
    open_end, off, odd = (
        water_stop(恢復日期時間="搶修中，視修復情形"), water_stop(案件編號="W2", 停水原因="取消停水"),
        water_stop(案件編號="W3", 恢復日期時間="昨天"),
    )  # fmt: skip
    read = read_water(listed(open_end, off, odd))
    assert ([stop.ends for stop in read.outages], read.skipped) == ([None], 1)
    called = archive(ROW.strip().replace("線路維護", "線路維護(取消施工)"), ROW.strip().replace("C1150001", "C2"))
    power = read_taipower(called)
    assert ([stop.number for stop in power.outages], power.skipped) == (["C2"], 0)


def test_rows_of_one_stop_last_until_the_last_of_them_and_another_night_is_another():
    night = water_stop(案件日期時間="2026-03-03 22:00", 恢復日期時間="2026-03-04 04:00")
    longer = {**night, "恢復日期時間": "2026-03-04 05:00"}
    second = {**night, "案件日期時間": "2026-03-04 22:00", "恢復日期時間": "2026-03-05 04:00"}
    read = read_water(listed(night, longer, night, second))
    assert [(stop.kind, stop.starts, stop.ends) for stop in read.outages] == [
        (Kind.WATER, at(3, 22), at(4, 5)), (Kind.WATER, at(4, 22), at(5, 4)),
    ]  # fmt: skip


def test_a_district_without_stops_may_be_an_empty_file_and_all_of_them_may_not():
    assert len(read_taipower(packed(a="", b="\ufeff", c=HEAD + ROW, d=HEAD)).outages) == 1
    for files in ({"a": "", "b": "\n"}, {"a": "查無資料\n", "b": HEAD + ROW}, {"a": HEAD.replace(",", ";") + ROW}):
        with pytest.raises(FeedError):
            read_taipower(packed(**files))


def test_a_csv_in_quotes_and_rows_that_leave_out_what_they_do_not_know_are_read():
    row = water_stop()
    quoted = "\n".join(",".join(f'"{cell}"' for cell in cells) for cells in (row.keys(), row.values()))
    assert len(read_water(quoted.encode()).outages) == 1
    bare = {name: value for name, value in row.items() if name not in {"停水地區", "恢復日期時間"}}
    assert [stop.number for stop in read_water(listed(bare, {**row, "案件編號": "W2"})).outages] == ["W2"]
    for body in (b'"login"', b'"a","b"\n"1","2"\n', b"[NaN]", b"[null]", b"[[]]", b"[" * 100_000):
        with pytest.raises(FeedError):
            read_water(body)
