"""The administrator sets the limit of a kind: previewed, from a day to come, audited, and by one clock everywhere."""

import json
import re
from datetime import date, datetime, timedelta

import pytest

from bot.__main__ import main
from knowledge.calendar.limits import SetLimit
from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.errors import Invalid
from routing.service.accounts import authentication
from routing.service.office_calendar import limits
from routing.service.office_context import OfficeContextProvider
from routing.service.reporting import measuring
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.office_calendar.schema import KindLimit
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

NEXT_MONDAY = "2026-11-23"
SHORTER = {"kind": "ENQ", "days": "2", "since": NEXT_MONDAY, "why": "115 年度服務精進"}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def page(service, **form):
    return Visitor(service, "adam").ask("POST", "/desk/admin/limits/set", data={**SHORTER, **form})


def due(service, number):
    with service.runtime.database.reading() as session:
        return case_store.by_number(session, number).due_on


def test_the_page_shows_what_holds_by_which_law_and_offers_only_what_may_be_changed(service):
    shown = Visitor(service, "adam").get("/desk/admin/limits")
    assert not shown.outline.broken_rules()
    for words in ("3 個工作天", "30 個工作天", "2 個月（行政程序法）", "行政程序法第 51 條第 2 項"):
        assert words in shown.text
    form = next(form for form in shown.outline.forms if form.action.endswith("/limits/set"))
    assert form.choices["kind"] == ["", "ENQ", "PET"]


def test_previewed_then_set_it_reaches_desk_api_and_command_for_cases_from_that_day_on(service, monkeypatch, capsys):
    earlier = service.opened()
    before = due(service, earlier)
    adam = Visitor(service, "adam")
    seen = adam.ask("POST", "/desk/admin/limits/preview", data=SHORTER)
    assert "115.11.23 受理的案件，限辦日期由 115.11.26 改為 115.11.25" in seen.text
    assert "近一年沒有辦結的一般諮詢可供比較" in seen.text
    assert [one["coming"] for one in service.get("alice", "/kind-limits").json()["items"]] == [[], [], []]
    assert "已訂定新期限" in page(service).text
    assert due(service, earlier) == before
    service.later(days=7)
    later = service.opened()
    assert due(service, later) == date(2026, 11, 25)
    clock = service.get("alice", f"/cases/{later}").json()["clock"]
    assert (clock["limit"], clock["due_on"]) == ("2d", "2026-11-25")
    assert service.get("alice", f"/cases/{earlier}").json()["clock"]["limit"] == "3d"
    assert "處理期限為 2 個工作天" in Visitor(service, "alice").get(f"/desk/cases/{later}/deadline").text
    assert "受理次日起 2 個工作天" in Visitor(service, "alice").get(f"/desk/cases/{later}").text
    assert "受理次日起 3 個工作天" in Visitor(service, "alice").get(f"/desk/cases/{earlier}").text
    tried = Visitor(service, "alice").get("/desk/deadline", params={"received": "2026-11-23T10:00", "limit": "ENQ"})
    assert "115.11.25" in tried.text
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.runtime.database.url)
    for received, wanted in (("2026-11-19", "2026-11-24"), ("2026-11-23", "2026-11-25")):
        words = ["deadline", "--received", f"{received}T10:00+08:00", "--limit", "ENQ", "--json"]
        with pytest.raises(SystemExit) as left:
            main(words)
        assert not left.value.code
        assert json.loads(capsys.readouterr().out)["due_on"] == wanted


def test_reports_measure_by_it_and_what_was_counted_before_stands(service):
    """Both ways of counting: from what is kept, and from the histories when that is thrown away."""
    earlier = service.opened()
    service.later(days=3, hours=1)
    for path, body in (("messages", {"text": "已查", "via": "phone"}), ("close", CLOSED)):
        assert service.post("alice", f"/cases/{earlier}/{path}", body).status_code < 300
    period = {"from": "2026-11-01", "to": "2026-11-30", "kind": "ENQ"}
    before = service.get("sue", "/turnaround", **period).json()
    assert (before["on_time"], before["late"]) == (1, 0)
    page(service)
    after = service.get("sue", "/turnaround", **period).json()
    assert {**after, "calendar": ""} == {**before, "calendar": ""}
    with service.runtime.database.reading() as session:
        assert measuring.is_ready(session, service.runtime.office_provider.office(session))
    service.now = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)
    later = service.opened()
    service.later(days=3, hours=1)
    for path, body in (("messages", {"text": "已查", "via": "phone"}), ("close", CLOSED)):
        assert service.post("alice", f"/cases/{later}/{path}", body).status_code < 300
    kept = service.get("sue", "/turnaround", **period).json()
    assert (kept["on_time"], kept["late"]) == (1, 1)
    measuring.rebuild(service.runtime)
    assert service.get("sue", "/turnaround", **period).json() == kept
    seen = Visitor(service, "adam").ask("POST", "/desk/admin/limits/preview", data={**SHORTER, "since": "2027-01-04"})
    assert "近一年辦結的 2 件一般諮詢中，使用日數超過 2 個工作天者 2 件" in seen.text


CLOSED = {"outcome": "answered", "summary": "已答復"}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "APP"}, "由法律規定，不能變更"),
        ({"kind": "DOC"}, "由法律規定，不能變更"),
        ({"days": "0"}, "1 到 30 個工作天"),
        ({"kind": "PET", "days": "31"}, "1 到 30 個工作天"),
        ({"since": "2026-11-16"}, "生效日最早為明日"),
        ({"since": "2031-01-01"}, "兩年以內"),
        ({"since": ""}, "請填寫日期"),
        ({"days": "x"}, "請輸入整數"),
        ({"why": " "}, "請填寫訂定理由"),
    ],
    ids=str,
)
def test_what_may_not_be_is_refused_with_the_reason_and_what_was_typed_stays(service, form, said):
    refused = page(service, **form)
    assert refused.status == 422
    assert said in refused.text
    stays = next(one for one in refused.outline.forms if one.action.endswith("/limits/set"))
    assert stays.fields["days"] == {**SHORTER, **form}["days"]
    assert all(not one["coming"] for one in service.get("adam", "/kind-limits").json()["items"])


def test_one_that_does_not_hold_yet_is_taken_back_and_one_that_holds_stays(service):
    page(service)
    assert "已訂有期限" in page(service, days="4").text
    adam = Visitor(service, "adam")
    shown = adam.get("/desk/admin/limits")
    assert f"{shown.text}".count("115.11.23 起 2 個工作天") == 1
    gone = adam.send(shown, "/limits/withdraw")
    assert "已撤回" in gone.text
    page(service, days="1")
    service.later(days=7)
    held = Visitor(service, "adam").get("/desk/admin/limits")
    assert "已生效" in held.text
    row = service.get("adam", "/kind-limits").json()["items"][0]
    assert (row["limit"], row["since"], row["ships"]) == ("1d", NEXT_MONDAY, "3d")
    for number in ("1", "2"):
        tried = service.ask("DELETE", f"/api/v1/kind-limits/{number}", headers=service.headers("adam"))
        assert tried.json()["code"] == {"1": "not_found", "2": "limit_in_force"}[number]
    trail = Visitor(service, "adam").get("/desk/admin/audit").text
    assert trail.count("訂定處理期限") >= 2
    assert "撤回處理期限" in trail


def test_others_than_administrators_read_and_do_not_set(service):
    body = {"kind": "ENQ", "since": NEXT_MONDAY, "days": 2, "reason": "x"}
    assert service.post("sue", "/kind-limits", body).status_code == 403
    assert Visitor(service, "sue").get("/desk/admin/limits").status == 403
    assert service.get("tai", "/kind-limits").status_code == 403
    assert service.post("adam", "/kind-limits", body).status_code == 201


def test_another_process_counts_by_it_with_its_next_transaction(service):
    other = OfficeContextProvider(service.runtime.office_provider.base)

    def known():
        with service.runtime.database.reading() as session:
            return other.office(session).calendar.set_limit("ENQ", date(2026, 11, 23))

    assert known() is None
    page(service)
    assert known() == SetLimit("ENQ", date(2026, 11, 23), 2)


def test_two_administrators_at_once_do_not_set_the_same_day_and_leave_measures_as_they_are(service):
    """Before: the second went by the calendar that was read before the first had set theirs."""
    with service.runtime.reading() as (_session, office):
        read_before = office
    page(service)
    with service.runtime.database.reading() as session:
        staff = account_store.staff_by_email(session, email("adam"))
        adam = authentication.actor_of(session, staff, now=service.now)
    monday = date.fromisoformat(NEXT_MONDAY)
    with pytest.raises(Invalid) as refused, service.runtime.database.writing() as session:
        limits.set_limit(session, read_before, adam, "ENQ", since=monday, days=4, why="x", now=service.now)
    assert refused.value.code == "limit_exists"
    with service.runtime.database.writing() as session:
        limits.set_limit(session, read_before, adam, "PET", since=monday, days=20, why="x", now=service.now)
    with service.runtime.reading() as (session, office):
        assert measuring.is_ready(session, office)


def test_a_limit_to_come_is_named_and_taken_back_by_what_the_list_says(service):
    service.post("adam", "/kind-limits", {"kind": "ENQ", "since": NEXT_MONDAY, "days": 2, "reason": "精進"})
    (coming,) = service.get("alice", "/kind-limits").json()["items"][0]["coming"]
    assert (coming["since"], coming["days"]) == (NEXT_MONDAY, 2)
    taken = service.ask("DELETE", f"/api/v1/kind-limits/{coming['id']}", headers=service.headers("adam"))
    assert taken.json()["withdrawn"] is True
    assert service.get("alice", "/kind-limits").json()["items"][0]["coming"] == []


def test_what_was_set_is_shown_to_the_first_a_part_at_a_time(service):
    with service.runtime.writing() as (session, _office):
        first = date(2026, 11, 23)
        session.add_all(
            KindLimit(
                kind="ENQ", since=first + timedelta(days=at // 2), days=2, why=f"第 {at} 次", set_by="adam",
                set_at=service.now, withdrawn_at=service.now,
            )
            for at in range(120)
        )  # fmt: skip
    adam, address, seen = Visitor(service, "adam"), "/desk/admin/limits", []
    while address:
        html = adam.get(address).html
        seen += re.findall(r"第 (\d+) 次", html)
        found = re.search(r'href="(/desk/admin/limits[?]cursor=\d+)"', html)
        address = found and found[1]
    assert [int(one) for one in seen] == list(range(119, -1, -1))
