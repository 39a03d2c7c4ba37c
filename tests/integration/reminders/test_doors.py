"""The bell at the desk and in the API, and the switches on the account's page."""

from datetime import timedelta

import pytest

from routing.service.reminders import notifier
from tests.harness.cast import email
from tests.harness.databases import migrated
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(tmp_path):
    with migrated("sqlite", tmp_path) as url, Service(url) as service:
        yield service


def test_the_bell_its_page_and_its_calls(service):
    """Two cases of Alice's that are due today; one is opened, one is ticked off."""
    before = (service.now - timedelta(days=5)).isoformat()
    numbers = [service.opened(received_at=before) for _ in range(2)]
    for number in numbers:
        service.post("sue", f"/cases/{number}/assignment", {"assignee": email("alice")})
    assert notifier.turn(service.runtime, now=service.now) == 2
    first = service.get("alice", "/reminders", limit=1).json()
    assert (len(first["items"]), first["unread"]) == (1, 2)
    rest = service.get("alice", "/reminders", cursor=first["next_cursor"]).json()
    assert {first["items"][0]["case"], rest["items"][0]["case"]} == set(numbers)
    one = rest["items"][0]
    assert (one["cause"], one["text"], one["day"], one["read_at"]) == ("due", "今日到期", "2026-11-16", None)
    assert service.post("bob", f"/reminders/{one['id']}/read").status_code == 404
    assert service.get("tai", "/reminders").status_code == 403

    alice = Visitor(service, "alice")
    page = alice.get("/desk/reminders")
    assert page.outline.broken_rules() == []
    assert "只看未讀（2）" in page.text
    alice.get(f"/desk/cases/{first['items'][0]['case']}")
    assert [row["id"] for row in service.get("alice", "/reminders", unread=True).json()["items"]] == [one["id"]]
    assert service.post("alice", f"/reminders/{one['id']}/read").json() == {"read": 1}
    assert service.post("alice", "/reminders/read").json() == {"read": 0}
    assert alice.get("/desk/reminders?unread=true").text.count("沒有未讀的提醒。") == 1


def test_the_switches_and_the_code_of_the_account_page(service):
    alice = Visitor(service, "alice")
    page = alice.get("/desk/reminders/settings")
    assert page.outline.broken_rules() == []
    page = alice.ask("POST", "/desk/reminders/settings", data={"mail": "1", "digest_chat": "1"})
    assert "提醒設定已更新" in page.text
    form = page.form("/desk/reminders/settings").fields
    assert {"mail", "digest_chat"} == set(form)
    assert "同仁綁定 " in alice.ask("POST", "/desk/reminders/chat-code").text
    assert "同仁綁定 " not in alice.get("/desk/reminders/settings").text
