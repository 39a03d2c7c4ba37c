"""Announced stops of power and water: answered from, given to cases, and never told where they do not surely belong."""

import json
from datetime import datetime

import pytest

from bot.__main__ import main
from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.announcements import BODY, TITLE
from routing.domain.case import EventKind
from routing.domain.messages import Card
from routing.service.feeds import queries, runner
from routing.store.announcements import queries as announcement_store
from routing.store.feeds import queries as feed_store
from routing.store.incidents import queries as incident_store
from tests.harness.chat import Chat, actions_of, words_of
from tests.harness.feed_server import archive, feed_server, water_stop
from tests.harness.feeds import ran
from tests.harness.service import Service

POWER = "高雄區營業處,C1150001,更換設備,2026/03/02 08:30~16:00,無,高雄市楠梓區全區,1911"


@pytest.fixture
def server():
    with feed_server() as server:
        yield server


@pytest.fixture
def chat(branch):
    chat = Chat(branch)
    chat.follow()
    with branch.database.writing() as session:
        chat._contact(session).park = "楠梓"
    return chat


def power(branch, server, *rows):
    return ran(branch, "taipower", server.at("/power.zip", archive(*(rows or (POWER,)))))


def water(branch, server, **changes):
    return ran(branch, "water", server.at("/water", json.dumps([water_stop(**changes)])))


def cards(messages):
    return [one for one in messages if isinstance(one, Card) and one.title in TITLES]


TITLES = {"您園區的停電停水公告", "Announced outages in your park", "園区の停電・断水のお知らせ"}


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (
            "為什麼停電",
            [
                "3/2 08:30–16:00（計畫性）",
                "高雄市楠梓區全區",
                "更換設備",
                "台灣電力公司計畫性工作停電資料，2026/3/2 09:00 取得",
            ],
        ),
        (
            "why is the power out",
            ["3/2 08:30–16:00 (planned)", "Taipower, planned outages (open data), read 2026/3/2 09:00"],
        ),
        ("なぜ停電していますか", ["3/2 08:30–16:00（計画）", "台湾電力公司 計画停電データ、2026/3/2 09:00 取得"]),
    ],
)
def test_why_the_power_is_off_is_answered_behind_the_emergency_numbers(branch, chat, server, words, parts):
    power(branch, server)
    heard = chat.text(words)
    assert heard[0].tone == "alert"
    (card,) = cards(heard)
    assert heard[-1] is card
    for part in parts:
        assert part in words_of(heard)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("明天會停水嗎", "停水"),
        ("will the water be cut off tomorrow", "Water off"),
        ("明日は断水しますか", "断水"),
    ],
)
def test_whether_the_water_is_cut_tomorrow_is_answered_in_three_languages(branch, chat, server, words, part):
    water(branch, server)
    heard = chat.text(words)
    assert [one.title for one in heard] == [one.title for one in cards(heard)]
    assert part in words_of(heard)
    assert "3/3 08:00–17:00" in words_of(heard)
    assert "open_case" in actions_of(heard)


def test_the_park_that_is_named_counts_before_the_firms_own(branch, chat, server):
    power(branch, server)
    assert cards(chat.text("大發工業區為什麼停電")) == []
    assert len(cards(chat.text("楠梓園區為什麼停電"))) == 1


@pytest.mark.parametrize(
    "area", ["高雄市左營區全區", "高雄市楠梓區加昌路600號", "楠梓區部分地區", "臺南市楠梓區全區", "楠梓加工出口區旁"]
)
def test_an_area_that_does_not_match_never_answers(branch, chat, server, area):
    assert power(branch, server, POWER.replace("高雄市楠梓區全區", area)).matched == 0
    heard = chat.text("為什麼停電")
    assert cards(heard) == []
    assert "C1150001" not in words_of(heard)


def test_somebody_whose_park_is_not_known_is_not_told_of_any(branch, server):
    power(branch, server)
    assert cards(Chat(branch, "U9").text("為什麼停電")) == []


def test_bills_and_damages_are_answered_as_before(branch, chat, server):
    water(branch, server)
    assert cards(chat.text("我們積欠水費會被停水嗎")) == []
    assert cards(chat.text("停水的損失可以求償嗎")) == []


def test_what_is_over_called_off_or_read_too_long_ago_answers_no_more(branch, chat, server):
    power(branch, server)
    branch.later(6)
    assert len(cards(chat.text("為什麼停電"))) == 1
    branch.later(2)
    assert cards(chat.text("為什麼停電")) == []
    water(branch, server)
    assert len(cards(chat.text("明天會停水嗎"))) == 1
    branch.later(1)
    ran(branch, "water", server.at("/water", "[]"))
    assert cards(chat.text("明天會停水嗎")) == []
    branch.later(1)
    water(branch, server, 恢復日期時間="2026-03-09 17:00:00")
    assert len(cards(chat.text("明天會停水嗎"))) == 1
    branch.later(25)
    assert cards(chat.text("今天會停水嗎")) == []


def test_what_was_called_off_and_is_announced_again_is_told_again(branch, chat, server):
    water(branch, server)
    branch.later(0.5)
    ran(branch, "water", server.at("/water", "[]"))
    branch.later(0.5)
    assert water(branch, server, 停水原因="延期").proposed == 0
    assert "延期" in words_of(chat.text("明天會停水嗎"))


def test_a_stop_without_an_announced_end_says_so_and_is_not_told_for_ever(branch, chat, server):
    stop = {"案件日期時間": "2026-03-02 07:00:00", "恢復日期時間": "null", "屬性": "非計畫性"}
    water(branch, server, **stop)
    assert "3/2 07:00起，恢復時間未公告（非計畫性）" in words_of(chat.text("為什麼停水了"))
    branch.later(days=8)
    water(branch, server, **stop)
    assert cards(chat.text("為什麼停水了")) == []


def test_a_report_that_becomes_a_case_gets_the_notice_as_an_internal_note_once(branch, server):
    power(branch, server)
    number = branch.open(category="utilities", alert="outage_power", park="楠梓", text="整廠停電了")
    (note,) = [one for one in branch.messages(number) if one.direction == "note"]
    assert "C1150001" in note.text
    assert "台灣電力公司計畫性工作停電資料，115.03.02 09:00 取得" in note.text
    assert note.by is None
    noted = [one for one in branch.events(number) if one.event == EventKind.NOTE.value]
    assert [(one.by, one.data) for one in noted] == [(None, {"message_id": note.id})]
    assert branch.case(number).first_reply_at is None
    assert branch.outbox() == []


def test_reports_of_a_stop_in_force_are_one_incident_that_the_first_opens(branch, server):
    """Issue 13, line 1: with the notice as its text; a stop that only comes opens none."""
    power(branch, server)
    numbers = [
        branch.open(category="utilities", alert="outage_power", park="楠梓", text=text)
        for text in ("整廠停電了", "我們這邊也停電")
    ]
    with branch.database.reading() as session:
        (incident,) = incident_store.going_on(session, limit=9)
        assert [row.number for row in incident_store.cases_of(session, incident.id, visible_to=None)] == numbers
    assert (incident.title, incident.alert, incident.parks) == ("楠梓停電（C1150001）", "outage_power", ["楠梓"])
    assert "台灣電力公司計畫性工作停電資料" in incident.text
    gathered = [one for one in branch.events(numbers[1]) if one.event == EventKind.GATHERED.value]
    assert [(one.by, one.data["incident"]) for one in gathered] == [(None, incident.id)]
    branch.later(days=1)
    power(branch, server, POWER.replace("2026/03/02 08:30~16:00", "2026/03/03 18:00~20:00"))
    later = branch.open(category="utilities", alert="outage_power", park="楠梓", text="又停電了")
    assert branch.case(later).incident is None
    assert branch.outbox() == []


def test_a_stop_that_comes_is_drafted_for_its_firms_and_withdrawn_when_it_is_called_off_or_moved(branch, server):
    """Issue 13, line 1: told beforehand, once a leader has agreed; never by itself."""

    def drafts():
        with branch.database.reading() as session:
            return [
                (one.state, one.title["zh-TW"]) for one in announcement_store.listing(session, before_id=None, limit=9)
            ]

    later = POWER.replace("2026/03/02 08:30~16:00", "2026/03/05 08:30~16:00")
    power(branch, server, later)
    ((state, title),) = drafts()
    assert (state, title[:27]) == ("proposed", "3/5 08:30–16:00（計畫性）預定停電：楠梓")
    with branch.database.reading() as session:
        (row,) = announcement_store.listing(session, before_id=None, limit=9)
    assert (row.topic, row.written_by, row.until) == ("outage", "系統", datetime(2026, 3, 5, 16, 0, tzinfo=TAIPEI))
    assert "更換設備" in row.body["zh-TW"]
    assert set(row.title) == set(row.body) == {"zh-TW", "en", "ja"}
    assert branch.outbox() == []
    branch.later(hours=1)
    power(branch, server, later)
    assert len(drafts()) == 1
    power(branch, server, later.replace("03/05", "03/06"))
    assert [state for state, _ in drafts()] == ["proposed", "stopped"]
    power(branch, server, POWER)
    assert [state for state, _ in drafts()] == ["stopped", "stopped"]


def test_a_stop_that_is_kept_under_a_key_of_before_is_the_same_stop_and_its_draft_stays(branch, server):
    """Before: keys got the beginning of the stop, and the reading after an upgrade stopped old and new draft alike."""
    later = {"案件日期時間": "2026-03-05 08:00:00", "恢復日期時間": "2026-03-05 17:00:00"}
    water(branch, server, **later)
    with branch.database.writing() as session:
        (row,) = feed_store.standing_notices(session, "water").values()
        known = row.id
        row.key = f"{row.number}/{row.kind}"
    branch.later(hours=1)
    assert water(branch, server, **later).proposed == 0
    with branch.database.reading() as session:
        drafts = announcement_store.listing(session, before_id=None, limit=9)
        standing = feed_store.standing_notices(session, "water")
    assert [one.state for one in drafts] == ["proposed"]
    assert {key: row.id for key, row in standing.items()} == {"07C0001/water/202603050800": known}


def test_a_draft_names_parks_whole_keeps_its_number_however_long_the_place_and_follows_what_changes(branch, server):
    """A title is cut between parks, a body in its place alone: number and source stand in every one of them."""

    def drafts():
        with branch.database.reading() as session:
            return [
                (one.state, one.title, one.body) for one in announcement_store.listing(session, before_id=None, limit=9)
            ]

    long = POWER.replace("2026/03/02 08:30~16:00", "2026/03/05 08:30~16:00").replace(
        "全區", "全區，" + "後昌路1巷、" * 300
    )
    power(branch, server, long)
    ((state, title, body),) = drafts()
    assert (state, title["en"]) == ("proposed", "Power off, 3/5 08:30–16:00 (planned): your park")
    assert title["zh-TW"].endswith("園區")
    for language in ("zh-TW", "en", "ja"):
        assert (len(title[language]) <= TITLE, len(body[language]) <= BODY) == (True, True)
        assert "C1150001" in body[language]
        assert "1911" in body[language].splitlines()[-1]
    assert "Place: 高雄市楠梓區全區" in body["en"]
    assert "Parks: Nanzih Technology Industrial Park, Nanzih Second Park, Nanzih Third Park" in body["en"]
    power(branch, server, long.replace("後昌路1巷", "後昌路2巷"))
    assert [state for state, *_ in drafts()] == ["proposed", "stopped"]
    power(branch, server, POWER)
    assert [state for state, *_ in drafts()] == ["stopped", "stopped"]


@pytest.mark.parametrize(
    "changes",
    [
        {"park": "大發"},
        {"park": None},
        {"alert": "outage_water"},
        {"alert": None, "category": "land"},
        {"alert": None, "text": "停電造成的損失怎麼求償"},
        {"alert": None, "text": "電費帳單沒收到"},
    ],
)
def test_a_case_that_the_notice_does_not_concern_gets_none(branch, server, changes):
    power(branch, server)
    number = branch.open(
        **{"category": "utilities", "alert": "outage_power", "park": "楠梓", "text": "停電", **changes}
    )
    assert [one for one in branch.messages(number) if one.direction == "note"] == []


def test_the_command_reads_all_sources_or_one_and_says_what_came_of_it(server, database_url, monkeypatch, capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main(["feeds", "run", *arguments])
        said = capsys.readouterr()
        return left.value.code, said.out + said.err

    monkeypatch.setenv("ONESTOP_DATABASE_URL", database_url)
    assert run()[0] == 2
    assert "ONESTOP_FEED_WATER_URL" in run("water")[1]
    assert run("water")[0] == 2
    monkeypatch.setenv("ONESTOP_FEED_WATER_URL", server.at("/water", json.dumps([water_stop()])))
    code, said = run()
    assert (code, "與本分局有關 1 筆" in said) == (0, True)
    assert run("moon")[0] == 2
    server.at("/water", "nothing", status=503)
    code, said = run("water")
    assert (code, "feed_refused" in said, "先前的資料不變" in said) == (1, True, True)


def test_the_notice_is_seen_at_the_desk_and_the_case_counts_as_use(server, database_url):
    url = server.at("/power.zip", archive(POWER.replace("2026/03/02", "2026/11/16")))
    with Service(database_url, ONESTOP_FEED_TAIPOWER_URL=url) as service:
        runtime = service.runtime
        runner.run(runtime, runtime.feeds["taipower"], runtime.feed_client, now=service.now, asked=True)
        number = service.opened(category="utilities", text="整廠停電，什麼時候復電")
        told = service.get("alice", f"/cases/{number}").json()
        assert any("C1150001" in one["text"] for one in told["messages"])
        with runtime.database.reading() as session:
            assert queries.states(session, runtime.feeds)[0].applied == 1
