"""Assigning, watching and closing many cases from the list, each by the rules of one."""

import pytest

from knowledge.calendar.office_calendar import TAIPEI
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def ticked(page):
    """Every box of the list with its version."""
    found = {}
    for part in page.html.split('name="pick.')[1:]:
        number, _, rest = part.partition('"')
        found[f"pick.{number}"] = rest.partition('value="')[2].partition('"')[0]
    return found


def send(visitor, picks, **typed):
    return visitor.ask("POST", "/desk/bulk", data={**picks, **typed})


def test_each_case_is_checked_by_itself_and_the_page_names_what_failed_and_why(service):
    answered, asked, other = (service.opened(subject=f"案件{n}") for n in range(3))
    service.post("alice", f"/cases/{answered}/messages", {"text": "已說明", "via": "phone"})
    service.post("alice", f"/cases/{asked}/messages", {"text": "已說明", "via": "phone"})
    service.post("alice", f"/cases/{asked}/consultations", {"unit": "環安勞動科", "question": "請確認"})
    alice = Visitor(service, "alice")
    picks = ticked(alice.get("/desk/cases"))
    assert len(picks) == 3
    page = send(alice, picks, deed="close", outcome="answered", reason="已完成說明。", back="status=assigned")
    assert page.status == 200
    assert "3 件中完成 1 件，未完成 2 件" in page.text
    assert "會辦尚未回復" in page.text
    assert "尚未回復廠商" in page.text
    assert page.outline.broken_rules() == []
    status = {n: service.get("sue", f"/cases/{n}").json()["status"] for n in (answered, asked, other)}
    assert status == {answered: "closed", asked: "waiting_agency", other: "assigned"}
    assert "批次辦理" in Visitor(service, "adam").get("/desk/admin/audit").text


def test_assigning_and_watching_need_a_reason_that_stays_on_each_case(service):
    numbers = [service.opened() for _ in range(2)]
    alice = Visitor(service, "alice")
    picks = ticked(alice.get("/desk/cases"))
    refused = send(alice, picks, deed="assign", assignee=email("bob"), reason=" ")
    assert refused.status == 422
    assert "尚未辦理任何案件" in refused.text
    for wrong in ({"deed": "x"}, {"deed": "assign"}, {"deed": "close", "outcome": "referred"}, {"deed": "close"}):
        assert send(alice, picks, reason="x", **wrong).status == 422
    assert send(alice, {}, deed="watch", reason="x").status == 422
    assert "完成 2 件" in send(alice, picks, deed="assign", assignee=email("bob"), reason="本週輪值").text
    # The list was older than what has happened since.
    stale = send(alice, picks, deed="watch", reason="首長交辦")
    assert "完成 0 件" in stale.text
    assert "剛由其他同仁更新" in stale.text
    picks = ticked(alice.get("/desk/cases"))
    assert "完成 2 件" in send(alice, picks, deed="watch", reason="首長交辦").text
    for number in numbers:
        events = service.get("sue", f"/cases/{number}").json()["events"]
        assert [one["event"] for one in events][-2:] == ["assigned", "watched"]
        page = Visitor(service, "sue").get(f"/desk/cases/{number}").text
        assert "首長交辦" in page
        assert "本週輪值" in page


def test_the_work_of_somebody_who_fell_ill_is_spread_by_the_rules(service):
    numbers = [service.opened(subject=f"案件{n}") for n in range(3)]
    for number in numbers:
        service.post("sue", f"/cases/{number}/assignment", {"assignee": email("alice")})
    adam = Visitor(service, "adam")
    today = service.now.astimezone(TAIPEI).date().isoformat()
    leave = {"email": email("alice"), "first": today, "last": today, "deputy": ""}
    page = adam.send(adam.get("/desk/admin/absences"), "/desk/admin/absences/add", **leave)
    assert "3 件" in page.text
    address = next(link for link in page.outline.links if link.startswith("/desk/cases?assignee="))
    listed = adam.get(address)
    picks = ticked(listed)
    assert {name.removeprefix("pick.") for name in picks} == set(numbers)
    came = send(adam, picks, deed="assign", assignee="auto", reason="病假，改由同仁辦理", back="")
    assert "完成 3 件" in came.text
    for number in numbers:
        case = service.get("sue", f"/cases/{number}").json()
        assert case["assignee"] not in {email("alice"), None}
        assert case["unit"] == "用地工程科"
        assert case["events"][-1]["reason"].startswith("病假，改由同仁辦理；")


def test_what_nobody_can_take_stays_with_whom_it_is_and_says_so(service):
    number = service.opened()
    service.post("sue", f"/cases/{number}/assignment", {"assignee": email("alice")})
    adam = Visitor(service, "adam")
    today = service.now.astimezone(TAIPEI).date().isoformat()
    for name in ("alice", "bob"):
        typed = {"email": email(name), "first": today, "last": today, "deputy": ""}
        adam.send(adam.get("/desk/admin/absences"), "/desk/admin/absences/add", **typed)
    came = send(adam, ticked(adam.get("/desk/cases")), deed="assign", assignee="auto", reason="病假", back="")
    assert "目前沒有可分案的同仁" in came.text
    assert service.get("sue", f"/cases/{number}").json()["assignee"] == email("alice")


def test_a_refused_step_keeps_ticks_and_words_and_the_page_of_the_list(service):
    numbers = [service.opened(subject=f"案件{n}") for n in range(3)]
    alice = Visitor(service, "alice")
    picks = ticked(alice.get("/desk/cases"))
    one, two, three = (f"pick.{number}" for number in numbers)
    gone = "KP-1151116-0999"
    typed = {"deed": "close", "reason": "已完成說明。", "back": "status=open&category=land"}
    page = send(alice, {one: picks[one], two: picks[two], f"pick.{gone}": "3"}, **typed)
    assert page.status == 422
    assert "請選擇辦理結果" in page.text
    assert page.outline.broken_rules() == []
    form = page.form("/desk/bulk")
    assert {name: form.fields[name] for name in typed} == typed
    assert [page.html.count(f'name="{name}" value="{picks[name]}" checked') for name in (one, two, three)] == [1, 1, 0]
    # What was ticked and does not stand on this page stays ticked as well.
    assert f'name="pick.{gone}" value="3" checked' in page.html
    assert page.form("/desk/cases").fields["status"] == "open"


def test_what_was_not_done_in_some_cases_is_tried_again_from_the_result(service):
    done, waits = service.opened(subject="已答"), service.opened(subject="未答")
    service.post("alice", f"/cases/{done}/messages", {"text": "已說明", "via": "phone"})
    alice = Visitor(service, "alice")
    typed = {"deed": "close", "outcome": "answered", "reason": "已完成說明。", "back": ""}
    page = send(alice, ticked(alice.get("/desk/cases")), **typed)
    assert "2 件中完成 1 件" in page.text
    assert list(ticked(page)) == [f"pick.{waits}"]
    form = page.form("/desk/bulk")
    assert {name: form.fields[name] for name in typed} == typed
    service.post("alice", f"/cases/{waits}/messages", {"text": "已說明", "via": "phone"})
    # The boxes bear the version of then: what happened since is to be seen first.
    again = send(alice, ticked(page), **typed)
    assert "完成 0 件" in again.text
    assert "完成 1 件" in send(alice, ticked(again), **typed).text
    assert service.get("sue", f"/cases/{waits}").json()["status"] == "closed"


def test_whoever_may_not_write_a_case_does_not_by_many_either(service):
    number, hidden = service.opened(), service.opened()
    service.post("alice", f"/cases/{hidden}/confidential", {"confidential": True})
    carol = Visitor(service, "carol")
    page = send(carol, {f"pick.{number}": "3", f"pick.{hidden}": "4"}, deed="watch", reason="x")
    assert "完成 0 件" in page.text
    assert "本案由其他單位辦理" in page.text
    assert f"查無案件 {hidden}" in page.text
    assert send(Visitor(service, "tai"), {f"pick.{number}": "3"}, deed="watch", reason="x").status == 403
    many = {f"pick.KP-1151116-{place:04d}": "1" for place in range(1, 52)}
    assert "一次最多 50 件" in send(carol, many, deed="watch", reason="x").text
