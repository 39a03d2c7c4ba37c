"""Colleagues named in a note, who else has a case open, and a case on paper."""

import json

import pytest

from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.harness.waiting import eventually
from tests.integration.web.test_live import Looker, served


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def bell(service, who):
    return [(one["cause"], one["case"]) for one in service.get(who, "/reminders").json()["items"]]


def test_who_is_named_in_a_note_is_told_by_the_bell(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    page = alice.step(number, "note", text="＠bob 請協助看一下，@alice 也記得，@nobody 不在。")
    assert '<mark class="mention">＠bob</mark>' in page.html
    assert bell(service, "bob") == [("mention", number)]
    assert bell(service, "alice") == []
    assert "同仁在註記中提及您" in Visitor(service, "bob").get("/desk/reminders").text
    Visitor(service, "bob").get(f"/desk/cases/{number}")
    assert service.get("bob", "/reminders", unread=True).json()["items"] == []
    assert "提及同仁" in Visitor(service, "adam").get("/desk/admin/audit").text


def test_who_may_not_see_the_case_cannot_be_named(service):
    number = service.opened()
    service.post("alice", f"/cases/{number}/confidential", {"confidential": True})
    refused = service.post("alice", f"/cases/{number}/messages", {"text": "@carol 請看", "internal": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "mention_unseen")
    assert bell(service, "carol") == []
    page = Visitor(service, "alice").step(number, "note", text="@carol 請看")
    assert "carol 看不到本案" in page.text
    assert page.form("/note").fields["text"] == "@carol 請看"
    assert (
        service.post("alice", f"/cases/{number}/messages", {"text": "@sue 請看", "internal": True}).status_code == 201
    )
    assert bell(service, "sue") == [("mention", number)]


def beat(visitor, number, **state):
    answer = visitor.ask("POST", f"/desk/cases/{number}/presence", data={"typing": "", **state})
    assert answer.status == 200, answer.text
    return json.loads(answer.html)["people"]


def test_who_else_looks_or_types_stands_on_the_page_and_in_the_stream(service):
    number = service.opened()
    alice, bob = Visitor(service, "alice"), Visitor(service, "bob")
    assert beat(alice, number) == []
    assert beat(bob, number, typing="yes") == [{"name": "alice", "typing": False}]
    assert "bob正在填寫本案回復" in alice.get(f"/desk/cases/{number}").text
    service.later(seconds=30)
    assert beat(alice, number) == [{"name": "bob", "typing": False}]
    service.later(seconds=30)
    assert beat(alice, number) == []
    with served(service) as address:
        looker = Looker(address, service.headers("alice"), [number])
        beat(bob, number)
        eventually(lambda: len(looker.of("case")) == 1)
        assert looker.of("presence") == []


def test_a_stream_that_asks_is_told_who_comes_and_goes(service):
    number, hidden = service.opened(), service.opened()
    service.post("alice", f"/cases/{hidden}/confidential", {"confidential": True})
    bob = Visitor(service, "bob")
    with served(service) as address:
        looker = Looker(address, service.headers("alice"), [number], presence=True)
        beat(bob, number)
        expected = [{"name": "bob", "typing": False}]
        eventually(lambda: looker.of("presence") and looker.of("presence")[-1]["people"] == expected)
        beat(bob, number, leaving="yes")
        eventually(lambda: looker.of("presence")[-1]["people"] == [])
    assert Visitor(service, "carol").ask("POST", f"/desk/cases/{hidden}/presence", data={}).status == 404
    assert Visitor(service, "tai").ask("POST", f"/desk/cases/{number}/presence", data={}).status == 404


def test_a_case_on_paper_has_what_was_said_and_notes_only_if_wanted(service):
    number = service.opened_on_line()
    service.post("alice", f"/cases/{number}/messages", {"text": "請備妥申請書。"})
    service.post("alice", f"/cases/{number}/messages", {"text": "內部先查", "internal": True})
    alice = Visitor(service, "alice")
    page = alice.get(f"/desk/cases/{number}/print")
    assert page.outline.broken_rules() == []
    for words in ("高屏分局", "案件處理紀錄單", number, "請備妥申請書。", "核章", "單位主管", "不含內部註記"):
        assert words in page.text
    assert "內部先查" not in page.text
    assert "內部先查" in alice.get(f"/desk/cases/{number}/print?notes=true").text
    assert "@page" in alice.get("/static/sheet.css").html
    assert Visitor(service, "tai").get(f"/desk/cases/{number}/print").status == 404
    assert f"/desk/cases/{number}/print" in alice.get(f"/desk/cases/{number}").outline.links
