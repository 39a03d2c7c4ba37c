"""未讀: what came into a case since its reader had it open; each person for themselves, on both databases."""

import re

import pytest

from tests.harness.counting import statements
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.cases.test_queue_marks import firm_writes


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def unread(service, who, number, path="/desk?view=all"):
    """What the row of a case says is unread."""
    page = Visitor(service, who).get(path)
    row = page.html.partition(f'href="/desk/cases/{number}"')[2].partition("</th>")[0]
    return int(row.partition("未讀 ")[2].partition("<")[0] or 0)


def on_page(service, who, number):
    """The messages that the page of a case marks, by their words' place in the conversation."""
    html = Visitor(service, who).get(f"/desk/cases/{number}").html
    return ["is-unread" in part.partition(">")[0] for part in html.split('<li class="bubble ')[1:]]


def test_what_others_wrote_since_is_marked_until_it_was_on_the_page_for_each_by_themselves(service):
    number = service.opened()
    for who in ("alice", "bob"):
        Visitor(service, who).get(f"/desk/cases/{number}")
    assert unread(service, "alice", number) == 0
    service.later(minutes=5)
    firm_writes(service, number)
    service.post("bob", f"/cases/{number}/messages", {"text": "我先看過。", "internal": True})
    assert [unread(service, who, number) for who in ("alice", "bob", "sue")] == [2, 1, 0]
    assert unread(service, "alice", number, "/desk/cases") == 2
    assert on_page(service, "alice", number) == [False, True, True]
    assert on_page(service, "alice", number) == [False, False, False]
    assert [unread(service, who, number) for who in ("alice", "bob")] == [0, 1]
    page = Visitor(service, "bob").get(f"/desk/cases/{number}")
    assert "上次查看後有 1 則新的往來" in page.text
    assert page.outline.broken_rules() == []


def test_of_a_case_never_opened_its_officer_has_read_up_to_what_they_did_and_no_other_is_told(service):
    number = service.opened()
    service.post("alice", f"/cases/{number}/messages", {"text": "已電詢。", "via": "phone"})
    assert unread(service, "alice", number) == 0
    service.later(minutes=5)
    firm_writes(service, number)
    assert [unread(service, who, number) for who in ("alice", "bob")] == [1, 0]
    # Who gets it, or that it is watched, is nothing to read.
    Visitor(service, "alice").get(f"/desk/cases/{number}")
    service.post("bob", f"/cases/{number}/watch", {"watched": True})
    assert unread(service, "alice", number) == 0


def test_what_is_read_by_a_program_is_not_read_by_its_person(service):
    number = service.opened()
    Visitor(service, "alice").get(f"/desk/cases/{number}")
    firm_writes(service, number)
    service.get("alice", f"/cases/{number}")
    assert unread(service, "alice", number) == 1


def test_the_open_queue_is_another_one_when_something_is_unread(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    alice.get(f"/desk/cases/{number}")
    firm_writes(service, number)
    page = alice.get("/desk?view=all")
    seen = page.html.partition("seen=")[2].partition('"')[0].partition("&")[0]
    assert alice.get(f"/desk/queue?view=all&seen={seen}").status == 204
    alice.get(f"/desk/cases/{number}")
    assert "未讀" not in alice.get(f"/desk/queue?view=all&seen={seen}").text


def test_a_list_asks_once_for_what_is_unread_however_many_cases_there_are(service):
    alice = Visitor(service, "alice")
    service.opened()
    alice.get("/desk/cases")
    with statements(service.runtime.database) as one:
        alice.get("/desk/cases")
    for number in [service.opened() for _ in range(4)]:
        alice.get(f"/desk/cases/{number}")
        firm_writes(service, number)
    with statements(service.runtime.database) as many:
        page = alice.get("/desk/cases")
    assert page.html.count("未讀 1") == 4
    assert len(many) == len(one)


def found(service, who, path):
    """The cases of a list at the desk."""
    return set(re.findall(r'href="/desk/cases/(KP-\d{7}-\d{4})"', Visitor(service, who).get(path).html))


def test_lists_of_the_desk_views_and_programs_are_narrowed_to_what_is_unread_by_whoever_asks(service):
    quiet, loud, never = (service.opened() for _ in range(3))
    for who in ("alice", "bob"):
        for number in (quiet, loud):
            Visitor(service, who).get(f"/desk/cases/{number}")
    service.later(minutes=5)
    firm_writes(service, loud)
    firm_writes(service, never)
    service.post("bob", f"/cases/{loud}/messages", {"text": "我先看過。", "internal": True})
    wanted = {"alice": {loud, never}, "bob": {loud}, "sue": set()}
    for who, numbers in wanted.items():
        for path in ("/desk/cases?mark=unread", "/desk?view=all&mark=unread"):
            assert found(service, who, path) == numbers, (who, path)
        read = service.get(who, "/cases", mark="unread").json()["items"]
        assert {one["number"] for one in read} == numbers
    counts = {one["number"]: one.get("unread", 0) for one in service.get("alice", "/cases").json()["items"]}
    assert counts == {quiet: 0, loud: 2, never: 1}
    assert service.get("alice", f"/cases/{loud}").json()["unread"] == 2
    assert service.get("bob", f"/cases/{loud}").json()["unread"] == 1
    views = Visitor(service, "alice").get("/desk/cases")
    assert "mark=unread" in views.html
    Visitor(service, "alice").ask(
        "POST", "/desk/views", data={"query": "mark=unread&columns=marks", "name": "沒看過的"}
    )
    assert "沒看過的" in Visitor(service, "alice").get("/desk/cases").text
    for number in (loud, never):
        Visitor(service, "alice").get(f"/desk/cases/{number}")
    assert found(service, "alice", "/desk/cases?mark=unread") == set()
