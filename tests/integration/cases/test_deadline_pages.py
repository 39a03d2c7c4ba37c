"""Why a case is due when it is: both dates day by day at the desk, and the calculator as a page."""

from datetime import timedelta

import pytest

from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('deadline') / 'desk.db'}") as service:
        yield service


def test_the_page_of_a_case_lists_each_day_with_its_reason_and_the_rules(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    assert f"/desk/cases/{number}/deadline" in alice.get(f"/desk/cases/{number}").html
    page = alice.get(f"/desk/cases/{number}/deadline")
    assert page.status == 200
    assert not page.outline.broken_rules()
    for words in ("期限計算", "第 1 日", "第 3 日", "收件當日不計，自次日起算。", "行政程序法第48條第2項"):
        assert words in page.text
    assert "第 4 日" not in page.text


def test_both_clocks_stand_side_by_side_days_and_office_time(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    assert "首次回復尚未回復" in alice.get(f"/desk/cases/{number}/deadline").text.replace("\n", "")
    service.post("alice", f"/cases/{number}/messages", {"text": "請備妥申請書。", "via": "phone"})
    service.post("alice", f"/cases/{number}/close", {"outcome": "answered", "summary": "已說明。"})
    page = alice.get(f"/desk/cases/{number}/deadline")
    for words in ("使用日數", "0.5 個工作天", "辦公時間", "受理後辦公時間"):
        assert words in page.text


def test_the_calculator_offers_offices_by_name(service):
    page = Visitor(service, "alice").get("/desk/deadline")
    assert not page.outline.broken_rules()
    assert "高屏分局（本分局）" in page.text


def test_a_petition_shows_its_limit_and_its_promise_side_by_side(service):
    number = service.opened(kind="PET")
    page = Visitor(service, "alice").get(f"/desk/cases/{number}/deadline")
    assert "30 個工作天" in page.text
    assert "30 日曆天" in page.text
    assert page.text.count("第 30 日") == 2


def test_a_case_that_nobody_may_see_has_no_such_page(service):
    number = service.opened()
    assert Visitor(service, "tai").get(f"/desk/cases/{number}/deadline").status in {403, 404}
    assert Visitor(service, "alice").get("/desk/cases/KP-1150101-9999/deadline").status == 404


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("received=2026-02-11T10:00&limit=6d", ("115.02.26", "第 6 日", "春節")),
        ("received=2026-02-13T17:00&limit=4h", ("115.02.23 12:00", "分鐘")),
        ("received=2026-02-11T10:00&limit=2m-legal", ("末日",)),
        (
            "received=2026-03-02T10:00&limit=3d&extend=3&pause1=2026-03-03T10:00&resume1=2026-03-09T10:00",
            ("待廠商補件",),
        ),
        ("received=2026-02-11T10:00&limit=6d&finished=2026-02-24T16:00", ("依限", "4 個工作天", "13 日")),
        ("received=2026-02-11T10:00&limit=6d&office=臺北市", ("結果",)),
    ],
)
def test_the_calculator_answers_as_the_command_does(service, asked, shown):
    page = Visitor(service, "alice").get(f"/desk/deadline?{asked}")
    assert page.status == 200
    assert not page.outline.broken_rules()
    for words in shown:
        assert words in page.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("received=&limit=6d", "請輸入收件時間。"),
        ("received=2026-02-11T10:00&limit=9x", "期限「9x」無法判讀"),
        ("received=2026-02-11T10:00&limit=6d&pause1=2026-02-12T10:00", "待廠商補件期間請填開始與結束。"),
        ("received=2026-02-11T10:00&limit=6d&finished=2026-02-10T10:00", "辦結時間早於收件時間。"),
        ("received=2026-02-11T10:00&limit=6d&office=火星市", "機關「火星市」不明"),
        ("received=1800-02-11T10:00&limit=6d", "年"),
    ],
)
def test_what_cannot_be_computed_is_said_and_what_was_typed_stays(service, asked, said):
    page = Visitor(service, "alice").get(f"/desk/deadline?{asked}")
    assert page.status == 422
    assert said in page.text
    assert 'value="' + asked.partition("limit=")[2].partition("&")[0] + '"' in page.html


def test_a_late_case_lists_days_to_a_bound_and_says_so(service):
    number = service.opened()
    service.now += timedelta(days=200)
    page = Visitor(service, "alice").get(f"/desk/cases/{number}/deadline")
    assert "逾限後的日子只列至" in page.text
    assert page.html.count("<tr class=") < 80
