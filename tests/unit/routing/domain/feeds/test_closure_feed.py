"""停班停課 as CAP says it: every way of saying it, and every way of seeming to."""

from datetime import date

import pytest

from routing.domain.errors import FeedError
from routing.domain.feeds.closures import announcements, index, settled
from tests.harness.feed_server import atom, cap, several

PROSE = "[停班停課通知]高雄市:{}行政院人事行政總處。如有任何問題請撥1999(市內直撥)。"
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def read(*alerts: str):
    return list(announcements(several(*alerts).encode()))


def said(body: str, **more):
    (found,) = read(cap(PROSE.format(body), **more))
    return found.says if found else None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("今天停止上班、停止上課。", [(MONDAY, "full")]),
        ("明天停止上班、停止上課。", [(TUESDAY, "full")]),
        ("明天上午停止上班、停止上課。", [(TUESDAY, "am")]),
        ("今天下午停止上班、停止上課。", [(MONDAY, "pm")]),
        ("今天下午1:30起停止上班、停止上課。", [(MONDAY, "13:30-24:00")]),
        ("今天下午4時起停止上班。", [(MONDAY, "16:00-24:00")]),
        ("今天晚上6:00起停止上班、停止上課。", [(MONDAY, "18:00-24:00")]),
        ("3/6中午12:00起已達停止上班及上課標準。", [(date(2026, 3, 6), "12:00-24:00")]),
        ("3/4停止上班、停止上課。", [(date(2026, 3, 4), "full")]),
        ("明天未達停止上班及上課標準。", [(TUESDAY, None)]),
        ("明天照常上班、停止上課。", [(TUESDAY, None)]),
        ("今天下午停止上班、停止上課。明天照常上班、照常上課。", [(MONDAY, "pm"), (TUESDAY, None)]),
        ("明天上午停止上班、停止上課;明天下午照常上班、照常上課。", [(TUESDAY, "am")]),
        ("今天停止上班。今天下午照常上班。", [(MONDAY, "full")]),
        ("明天下午照常上班。", [(TUESDAY, None)]),
        ("明天全日停止上班及停止上課。", [(TUESDAY, "full")]),
        ("明天山區停止上班、停止上課。", []),
        ("明天停止上班、停止上課(山區)。", []),
        ("明天除小港區外停止上班。", []),
        ("明天不停止上班。", []),
        ("明天是否停止上班將於晚間8時宣布。", []),
        ("明天凌晨停止上班。", []),
        ("明天停止上班改為照常上班。", []),
        ("今天上午照常上班,下午停止上班。", []),
        ("後天停止上班。", []),
        ("取消明天停止上班。", []),
        ("尚未宣布消息。", []),
        ("明天可能停止上班。", []),
        ("停止上班、停止上課。", []),
        ("2/30停止上班。", []),
        ("今天上午29:00起停止上班。", []),
    ],
)
def test_the_day_is_counted_from_the_announcement_and_the_words_are_read_whole(body, says):
    assert list(said(body)) == says


def test_the_day_of_an_announcement_is_taipeis_and_a_year_that_is_not_said_is_the_nearest():
    assert said("今天停止上班。", sent="2026-03-01T17:00:00+00:00") == ((MONDAY, "full"),)
    assert said("1/1停止上班。", sent="2026-12-31T20:00:00+08:00") == ((date(2027, 1, 1), "full"),)


@pytest.mark.parametrize(
    ("area", "codes", "place"),
    [
        ("高雄市", ("64",), ("高雄市", None)),
        ("台北市", ("63",), ("臺北市", None)),
        ("屏東縣", ("10013",), ("屏東縣", None)),
        ("高雄市", ("64000",), ("高雄市", None)),
        ("高雄市前鎮區", ("6400700",), ("高雄市", "前鎮區")),
        ("屏東縣霧臺鄉", ("1001326",), ("屏東縣", "霧臺鄉")),
    ],
)
def test_a_place_is_that_of_the_words_where_the_codes_agree(area, codes, place):
    (found,) = read(cap(PROSE.format("今天停止上班。").replace("高雄市", area), codes=codes))
    assert (found.county, found.district) == place


@pytest.mark.parametrize(
    "more",
    [
        {"codes": ()}, {"codes": ("63",)}, {"codes": ("6400700",)}, {"codes": ("640",)}, {"codes": ("64", "63")},
        {"codes": ("6400700-001",)}, {"list_of": "Taiwan_Geocode_100"}, {"status": "Test"}, {"status": "Exercise"},
        {"kind": "Ack"}, {"sent": "2026-03-02T20:00:00"}, {"sent": "yesterday"}, {"key": ""},
    ],
)  # fmt: skip
def test_a_message_that_is_not_surely_one_of_ours_is_none(more):
    assert read(cap(PROSE.format("今天停止上班。"), **more)) == [None]


@pytest.mark.parametrize(
    "prose",
    [
        "高雄市今天停止上班",
        "[停班停課通知]高雄市前鎮區草衙里:今天停止上班。",
        "[停班停課通知]某國小:今天停止上班。",
        "",
    ],
)
def test_words_of_another_form_or_of_a_part_of_a_district_are_none(prose):
    assert read(cap(prose)) == [None]


def stands(*alerts: str):
    (found,) = settled(read(*alerts))
    return set(found.parts), found.contrary.key if found.contrary else None


CLOSED, WORKS = PROSE.format("明天停止上班、停止上課。"), PROSE.format("明天照常上班、照常上課。")


def test_the_last_word_counts_whatever_its_kind_and_its_place_in_the_feed():
    late = {"key": "b", "sent": "2026-03-02T22:00:00+08:00", "kind": "Update"}
    assert stands(cap(CLOSED, key="a"), cap(WORKS, **late)) == (set(), "b")
    assert stands(cap(CLOSED, **late), cap(WORKS, key="a")) == ({"full"}, None)


def test_an_update_for_another_day_leaves_the_first_one_standing():
    first = cap(PROSE.format("今天下午停止上班。"), key="a", sent="2026-03-02T10:00:00+08:00")
    update = cap(CLOSED, key="b", kind="Update", references="dgpa.gov.tw,a,2026-03-02T10:00:00+08:00")
    found = {one.day: set(one.parts) for one in settled(read(first, update))}
    assert found == {MONDAY: {"pm"}, TUESDAY: {"full"}}


def test_two_parts_of_a_day_stand_beside_each_other_and_the_whole_day_takes_their_place():
    pm = cap(PROSE.format("明天下午停止上班。"), key="a")
    am = cap(PROSE.format("明天上午停止上班。"), key="b", sent="2026-03-02T21:00:00+08:00")
    whole = cap(CLOSED, key="c", sent="2026-03-02T22:00:00+08:00")
    assert stands(pm, am) == ({"am", "pm"}, None)
    assert stands(pm, am, whole) == ({"full"}, None)


def test_what_was_cancelled_or_contradicted_at_the_same_time_closes_nothing():
    cancel = cap("", key="c", kind="Cancel", references="dgpa.gov.tw,a,2026-03-02T20:00:00+08:00")
    assert stands(cap(CLOSED, key="a"), cancel)[0] == set()
    assert stands(cap(CLOSED, key="a"), cap(WORKS, key="b"))[0] == set()
    assert stands(cap(WORKS, key="a"), cap(CLOSED, key="b"))[0] == set()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"Warning":"請先登入會員。"}', "feed_login"),
        ("<html><body>x", "feed_unreadable"),
        ("<rss/>", "feed_unreadable"),
        ("", "feed_unreadable"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><feed/>', "feed_unreadable"),
    ],
)
def test_a_warning_to_sign_in_or_another_document_is_refused(body, code):
    with pytest.raises(FeedError) as caught:
        index(body.encode())
    assert caught.value.code == code


def test_an_index_gives_its_entries_the_newest_first_and_an_empty_one_is_none_the_worse():
    assert [one.href for one in index(atom(("/a", "x"), ("/b", "y")).encode())] == ["/b", "/a"]
    assert index(atom().encode()) == []
    assert index(cap(CLOSED).encode()) is None
