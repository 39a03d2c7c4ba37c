"""Incidents of contract §9: one answer to every case, each with its own clock; what fails in one stops no other."""

import pytest
from sqlalchemy import update

from routing.store.cases import queries as case_store
from routing.store.conversation.schema import ContactAddress
from tests.harness.branch import add_contact
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

POWER = {"title": "楠梓園區停電", "alert": "outage_power", "parks": ["楠梓"], "text": "饋線跳脫"}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def on_line(service, *, language="zh-TW", **changes):
    """A case of Alice's whose firm is on LINE and reads a language; gives its number."""
    number = service.opened(**changes)
    with service.runtime.database.writing() as session:
        case = case_store.by_number(session, number)
        case.contact_id = add_contact(session, f"U{number}", now=service.now, language=language)
    return number


def blocked(service, number):
    with service.runtime.database.writing() as session:
        case = case_store.by_number(session, number)
        session.execute(
            update(ContactAddress).where(ContactAddress.contact_id == case.contact_id).values(reachable=False)
        )


def opened(service, *numbers, who="alice", **changes):
    made = service.post(who, "/incidents", {**POWER, **changes})
    assert made.status_code == 201, made.text
    incident = made.json()["id"]
    if numbers:
        put = service.post(who, f"/incidents/{incident}/cases", {"numbers": list(numbers)})
        assert put.status_code == 200, put.text
        return incident, put.json()
    return incident, made.json()


def results(answer):
    return {one["number"]: (one["done"], one["code"]) for one in answer["results"]}


def state(service, number):
    return service.get("sue", f"/cases/{number}").json()


def test_one_answer_reaches_every_case_and_a_bad_one_stops_no_other(service):
    good, english, gone, phone = on_line(service), on_line(service, language="en"), on_line(service), service.opened()
    closed = on_line(service)
    incident, put = opened(service, good, english, gone, phone, closed, "KP-1000101-0001")
    assert results(put)["KP-1000101-0001"] == (False, "not_found")
    assert (put["cases"], state(service, good)["incident"]) == (5, incident)
    blocked(service, gone)
    shut = service.post("alice", f"/cases/{closed}/close", {"outcome": "withdrawn", "summary": "撤回"})
    assert shut.status_code == 200
    service.later(hours=2)
    seen = service.get("alice", f"/incidents/{incident}").json()
    assert (seen["reach"], seen["open_cases"]) == ({"line": 2, "blocked": 1, "no_address": 1}, 4)
    answer = service.post(
        "alice", f"/incidents/{incident}/messages",
        {"text": "台電搶修中，預計 14:00 復電。", "translations": {"en": "Power returns at 14:00."}},
    )  # fmt: skip
    assert answer.status_code == 201
    assert results(answer.json()) == {
        good: (True, None), english: (True, None), gone: (False, "unreachable"), phone: (False, "no_address"),
    }  # fmt: skip
    told = {number: state(service, number) for number in (good, english, gone, phone, closed)}
    assert [told[number]["first_reply_at"] is not None for number in told] == [True, True, False, False, False]
    assert "Power returns at 14:00." in told[english]["messages"][-1]["text"]
    assert told[good]["messages"][-1]["text"] == "台電搶修中，預計 14:00 復電。"
    assert [len([one for one in told[number]["deliveries"] if one["reason"] == "replied"]) for number in told] == [
        1, 1, 0, 0, 0,
    ]  # fmt: skip
    assert told[good]["clock"]["first_reply_minutes"] == 120


def test_closing_closes_what_can_be_and_the_incident_with_the_last_case(service):
    one, two, three = on_line(service), on_line(service), service.opened()
    incident, _ = opened(service, one, two, three)
    service.post("alice", f"/incidents/{incident}/messages", {"text": "已復電。"})
    service.later(days=1)
    done = service.post(
        "alice", f"/incidents/{incident}/close", {"outcome": "answered", "summary": "已於 14:00 復電。"}
    )
    assert results(done.json()) == {one: (True, None), two: (True, None), three: (False, "no_answer_given")}
    assert (done.json()["closed_at"], done.json()["open_cases"]) == (None, 1)
    assert [state(service, number)["days_used"] for number in (one, two)] == [1, 1]
    service.post("alice", f"/cases/{three}/messages", {"text": "已電話告知。", "via": "phone"})
    again = service.post("alice", f"/incidents/{incident}/close", {"outcome": "answered", "summary": "已復電。"})
    assert (results(again.json()), again.json()["outcome"]) == ({three: (True, None)}, "answered")
    late = service.post("alice", f"/incidents/{incident}/messages", {"text": "x"})
    assert (late.status_code, late.json()["code"]) == (409, "incident_closed")
    assert [each["kind"] for each in again.json()["answers"]] == ["message", "close", "close"]


def test_a_case_is_in_one_incident_and_can_be_taken_out(service):
    number = on_line(service)
    first, _ = opened(service, number)
    second, put = opened(service, number)
    assert results(put) == {number: (False, "in_another_incident")}
    out = service.ask("DELETE", f"/api/v1/incidents/{first}/cases/{number}", headers=service.headers("alice"))
    assert (out.status_code, out.json()["cases"], "incident" in state(service, number)) == (200, 0, False)
    put = service.post("alice", f"/incidents/{second}/cases", {"numbers": [number.lower(), number]}).json()
    assert (results(put), put["numbers"]) == ({number: (True, None)}, [number])
    told = [event["event"] for event in state(service, number)["events"]]
    assert [one for one in told if one in {"gathered", "parted"}] == ["gathered", "parted", "gathered"]


def test_who_may_and_what_stays_hidden(service):
    own, secret = on_line(service), on_line(service)
    other = on_line(service)
    incident, _ = opened(service, own, secret)
    assert service.post("alice", f"/cases/{secret}/confidential", {"confidential": True}).status_code == 200
    assert service.get("tai", "/incidents").status_code == 403
    assert service.post("tai", "/incidents", POWER).status_code == 403
    seen = service.get("carol", f"/incidents/{incident}").json()
    assert (seen["numbers"], seen["hidden"]) == ([own], 1)
    told = service.post("carol", f"/incidents/{incident}/messages", {"text": "x"}).json()
    assert results(told) == {own: (False, "forbidden")}
    assert results(service.post("carol", f"/incidents/{incident}/cases", {"numbers": [other]}).json()) == {
        other: (False, "forbidden"),
    }  # fmt: skip
    assert service.get("alice", "/incidents/999999").status_code == 404
    stale = service.post("alice", f"/incidents/{incident}/messages", {"text": "x"}, If_Match='"1"')
    assert stale.status_code == 412
    key = {"Idempotency_Key": "m1"}
    first = service.post("alice", f"/incidents/{incident}/messages", {"text": "一次"}, **key)
    assert service.post("alice", f"/incidents/{incident}/messages", {"text": "一次"}, **key).text == first.text
    assert [one["text"] for one in state(service, own)["messages"]].count("一次") == 1


@pytest.mark.parametrize(
    ("body", "field"), [({"title": " ", "parks": []}, "title"), ({"title": "x", "parks": ["火星"]}, "parks")]
)
def test_what_cannot_be_opened_names_its_field(service, body, field):
    refused = service.post("alice", "/incidents", body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_the_desk_offers_gathers_shows_whom_it_reaches_and_answers(service):
    """Without scripts: two firms of one park tell of the same emergency within an hour."""
    numbers = [on_line(service, firm=f"測試{name}廠") for name in "甲乙"]
    with service.runtime.database.writing() as session:
        for number in numbers:
            case_store.by_number(session, number).alert = "outage_power"
    alice = Visitor(service, "alice")
    queue = alice.get("/desk")
    assert "一小時內有 2 家廠商反映停電" in queue.text
    page = alice.send(queue, "/desk/incidents")
    assert all(words in page.text for words in ("已建立集體事件", *numbers))
    assert page.outline.broken_rules() == []
    assert "家廠商反映停電" not in alice.get("/desk").text
    assert "集體事件" in alice.get(f"/desk/cases/{numbers[0]}").text
    blocked(service, numbers[1])
    page = alice.get(page.path.split("?")[0])
    typed = {"version": page.form("/messages").fields["version"], "text": "搶修中。"}
    looked = alice.ask("POST", page.form("/messages").action, data={**typed, "look": "yes"})
    assert ("LINE 傳送 1 家" in looked.text, "已封鎖官方帳號 1 件" in looked.text) == (True, True)
    assert [len(state(service, number)["messages"]) for number in numbers] == [1, 1], "a look sends nothing"
    form = looked.form("/messages")
    assert form.fields["text"] == "搶修中。"
    sent = alice.ask("POST", form.action, data=typed)
    assert (sent.status, "1 件未完成" in sent.text, numbers[1] in sent.text) == (200, True, True)
    assert state(service, numbers[0])["first_reply_at"] is not None
    page = alice.get(page.path.split("?")[0])
    out = alice.ask("POST", page.form("/take-out").action, data={"number": numbers[1]})
    assert "已移出" in out.text
    ended = alice.send(out, "/close", outcome="answered", summary="已復電。")
    assert ("已全部辦結" in ended.text, "已結案" in ended.text) == (True, True)
    listed = alice.get("/desk/incidents?state=closed")
    assert ("楠梓園區停電" in listed.text, listed.outline.broken_rules()) == (True, [])


def test_two_officers_press_at_once_and_the_second_is_told(service):
    number = on_line(service)
    incident, _ = opened(service, number)
    alice, bob = Visitor(service, "alice"), Visitor(service, "bob")
    first, second = alice.get(f"/desk/incidents/{incident}"), bob.get(f"/desk/incidents/{incident}")
    assert alice.send(first, "/messages", text="已派員。").status == 200
    late = bob.send(second, "/messages", text="也已派員。")
    assert (late.status, "剛由其他同仁更新" in late.text, "也已派員。" in late.html) == (412, True, True)
    assert email("bob") not in [one["by"] for one in state(service, number)["messages"]]
