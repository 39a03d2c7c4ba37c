"""公告通知 over HTTP: written and decided by forms alone and by calls, with reach and cost before it goes."""

from __future__ import annotations

import pytest

from routing.service.announcements import commands
from tests.harness.branch import add_contact
from tests.harness.pages import Visitor
from tests.harness.service import Service

LANGUAGES = ("zh-TW", "en", "ja")
BODY = {
    "topic": "outage", "parks": ["楠梓"], "title": dict.fromkeys(LANGUAGES, "停電"),
    "body": dict.fromkeys(LANGUAGES, "明日 9 時起停電"),
}  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        with service.runtime.database.writing() as session:
            for at in range(3):
                add_contact(session, f"U{at}", now=service.now, park="楠梓")
        yield service


def test_a_notice_is_written_by_an_officer_and_sent_by_a_supervisor_by_forms_alone(service):
    alice, sue = Visitor(service, "alice"), Visitor(service, "sue")
    form = {"topic": "law", **{f"{part}.{one}": "新法" for part in ("title", "body") for one in LANGUAGES}}
    refused = alice.send(alice.get("/desk/notices"), "/desk/notices", **{**form, "body.ja": " "})
    assert "三種文字都要填寫" in refused.text
    assert refused.form("/desk/notices").fields["title.en"] == "新法"
    made = alice.send(refused, "/desk/notices", **form)
    assert "由另一位主管核定" in made.text
    assert not made.offers("/approve")
    page = sue.get(made.answer.request.url.path)
    assert "觸及3人推播0則" in "".join(page.text.split())
    done = sue.send(page, "/approve")
    assert "已核定，開始分批傳送" in done.text
    commands.send_due(service.runtime, now=service.now)
    sent = sue.get(done.answer.request.url.path)
    assert "已傳送" in sent.text
    assert "已停止" in sue.send(sent, "/stop", reason="內容有誤").text
    own = sue.send(sue.get("/desk/notices"), "/desk/notices", **form)
    assert "自己撰寫的公告由另一位主管核定" in own.text
    assert not own.offers("/approve")


def test_the_calls_answer_as_the_contract_says(service):
    made = service.post("alice", "/notices", BODY)
    assert made.status_code == 201
    number = made.json()["id"]
    assert made.headers["location"] == f"/api/v1/notices/{number}"
    outlook = made.json()["outlook"]
    assert (outlook["reach"], outlook["cost"], outlook["quota"]["limit"]) == (3, 3, None)
    assert service.post("alice", f"/notices/{number}/approval", {"approve": True}).status_code == 403
    assert service.post("tai", "/notices", BODY).status_code == 403
    assert service.get("tai", f"/notices/{number}").status_code == 403
    assert service.get("alice", "/notices/999").status_code == 404
    assert service.post("alice", "/notices", {**BODY, "title": {"zh-TW": "停電"}}).json()["code"] == "language_missing"
    first = service.post("sue", f"/notices/{number}/approval", {"approve": True}, Idempotency_Key="k1")
    again = service.post("sue", f"/notices/{number}/approval", {"approve": True}, Idempotency_Key="k1")
    assert (first.json()["state"], again.status_code, again.json()) == ("sending", 200, first.json())
    twice = service.post("adam", f"/notices/{number}/approval", {"approve": True})
    assert (twice.status_code, twice.json()["code"]) == (409, "notice_decided")
    commands.send_due(service.runtime, now=service.now)
    found = service.get("alice", f"/notices/{number}").json()
    assert (found["state"], found["delivery"]["queued"], found["delivery"]["under_way"]) == ("sent", 3, 3)
    assert service.post("sue", f"/notices/{number}/stop", {"reason": "取消停電"}).json()["state"] == "stopped"
    assert [one["id"] for one in service.get("alice", "/notices", limit=1).json()["items"]] == [number]
    own = service.post("sue", "/notices", BODY).json()["id"]
    refused = service.post("sue", f"/notices/{own}/approval", {"approve": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_needed")
