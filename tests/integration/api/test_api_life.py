"""The life of a case over HTTP, on both databases (contract §5 and §7)."""

from datetime import datetime

import pytest

from tests.harness.cast import email
from tests.harness.service import MONDAY, PHONE_CASE, Service

FIELDS = {
    "number", "kind", "status", "category", "topic", "subject", "channel", "language", "park", "firm", "unit",
    "assignee", "first_contact_at", "received_at", "first_reply_at", "due_on", "promised_on", "closed_at", "outcome",
    "days_used", "gross_days", "business_minutes", "overdue", "waiting_on", "firm_answered", "pending_extension",
    "reopened", "confidential", "refs", "version",
}  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_a_new_case_has_every_field_of_the_contract_and_says_where_it_is(service):
    made = service.post("alice", "/cases", PHONE_CASE)
    assert made.status_code == 201
    case = made.json()
    assert set(case) == FIELDS
    assert case["number"] == "KP-1151116-0001"
    assert made.headers["location"] == "/api/v1/cases/KP-1151116-0001"
    assert made.headers["etag"] == f'"{case["version"]}"'
    assert case["assignee"] in {email("alice"), email("bob")}
    assert (case["status"], case["unit"], case["due_on"]) == ("assigned", "用地工程科", "2026-11-19")
    assert case["firm"] == {"name": "晴川精密有限公司", "ubn": None, "verified": False}
    assert case["received_at"] == "2026-11-16T09:00:00+08:00"


def test_the_whole_life(service):
    number = service.opened()
    path = f"/cases/{number}"

    def step(name, body, who="alice", status=200):
        answer = service.post(who, f"{path}/{name}", body)
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == FIELDS
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        return answer.json()

    assert step("kind", {"kind": "PET", "reason": "檢舉"})["due_on"] != "2026-11-19"
    assert step("kind", {"kind": "ENQ", "reason": "確認為諮詢"})["due_on"] == "2026-11-19"
    service.later(hours=2)
    answered = step("messages", {"text": "已以電話說明。", "via": "phone", "at": "2026-11-16T10:30:00+08:00",
                                 "doc_no": "高屏字第1號"}, status=201)  # fmt: skip
    assert answered["status"] == "in_progress"
    assert answered["first_reply_at"] == "2026-11-16T10:30:00+08:00"
    assert answered["refs"] == ["高屏字第1號"]
    waiting = step("wait", {"on": "firm", "message": "請補租約影本與印鑑。", "until": "2026-11-20"})
    assert (waiting["status"], waiting["waiting_on"]) == ("waiting_firm", "firm")
    service.later(days=2)
    resumed = step("resume", {})
    assert (resumed["status"], resumed["due_on"]) == ("in_progress", "2026-11-23")
    asked = step("extension", {"days": 2, "reason": "現勘"})
    assert asked["pending_extension"] == {"days": 2, "reason": "現勘", "asked_by": email("alice")}
    extended = step("extension/approval", {"approve": True, "note": "同意"}, who="sue")
    assert (extended["pending_extension"], extended["due_on"]) == (None, "2026-11-25")
    moved = step("category", {"category": "tax", "reason": "房屋稅"}, who="sue")
    assert (moved["unit"], moved["assignee"], moved["due_on"]) == ("投資服務科", email("carol"), "2026-11-25")
    back = step("assignment", {"assignee": email("alice")}, who="sue")
    assert (back["unit"], back["assignee"]) == ("用地工程科", email("alice"))
    assert step("assignment", {"assignee": None}, who="sue")["assignee"] is None
    step("assignment", {"assignee": email("alice")}, who="sue")
    closed = step("close", {"outcome": "answered", "summary": "已說明續租程序。"})
    assert (closed["status"], closed["outcome"], closed["days_used"]) == ("closed", "answered", 0.5)
    service.later(days=1)
    reopened = step("reopen", {"reason": "廠商來電補問"})
    assert (reopened["status"], reopened["reopened"], reopened["assignee"]) == ("assigned", 1, email("alice"))
    hidden = step("confidential", {"confidential": True})
    assert hidden["confidential"] is True

    whole = service.get("alice", path)
    found = whole.json()
    assert set(found) > FIELDS
    assert found["case"] == {name: found[name] for name in FIELDS}
    assert whole.headers["etag"] == f'"{found["version"]}"'
    assert [m["direction"] for m in found["messages"]] == ["in", "out", "out", "out"]
    assert [e["event"] for e in found["events"]][-4:] == ["assigned", "closed", "reopened", "confidential"]
    replied = next(event for event in found["events"] if event["event"] == "replied")
    assert replied == {"at": "2026-11-16T10:30:00+08:00", "event": "replied", "by": email("alice"), "via": "phone",
                       "text": "已以電話說明。", "doc_no": "高屏字第1號"}  # fmt: skip
    assert found["clock"]["waits"][0]["on"] == "firm"
    assert found["clock"]["waiting_days"] == {"firm": 2, "agency": 0}
    assert found["clock"]["extensions"][0]["days"] == 2
    assert found["version"] == len(found["events"])


def test_a_step_that_the_state_forbids_is_409_and_changes_nothing(service):
    number = service.opened()
    before = service.get("alice", f"/cases/{number}").json()
    for name, body, code in [
        ("resume", {}, "step_not_allowed"),
        ("reopen", {"reason": "x"}, "step_not_allowed"),
        ("close", {"outcome": "answered", "summary": "x"}, "no_answer_given"),
        ("extension/approval", {"approve": True}, "no_extension_pending"),
    ]:
        answer = service.post("sue", f"/cases/{number}/{name}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert service.get("alice", f"/cases/{number}").json() == before


def test_an_extension_after_the_due_date_is_refused(service):
    number = service.opened()
    service.now = datetime.fromisoformat("2026-11-19T23:59:00+08:00")
    assert service.post("alice", f"/cases/{number}/extension", {"days": 1, "reason": "x"}).status_code == 200
    service.later(minutes=2)
    answer = service.post("sue", f"/cases/{number}/extension/approval", {"approve": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "extension_too_late")


def test_a_case_from_yesterday_is_numbered_and_due_by_yesterday(service):
    made = service.post("alice", "/cases", {**PHONE_CASE, "received_at": "2026-11-13T16:00:00+08:00"})
    assert made.json()["number"] == "KP-1151113-0001"
    assert made.json()["due_on"] == "2026-11-18"


def test_numbers_of_a_day_do_not_repeat(service):
    numbers = [service.post("alice", "/cases", PHONE_CASE).json()["number"] for _ in range(3)]
    assert numbers == [f"KP-1151116-000{serial}" for serial in (1, 2, 3)]
    assert service.now == MONDAY


def test_a_case_of_the_phone_is_not_answered_by_line(service):
    number = service.opened()
    answer = service.post("alice", f"/cases/{number}/messages", {"text": "好"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "no_address", "via")


def test_a_note_stays_inside(service):
    number = service.opened()
    assert service.post("bob", f"/cases/{number}/messages", {"text": "已洽地政", "internal": True}).status_code == 201
    message = service.get("alice", f"/cases/{number}").json()["messages"][-1]
    assert (message["direction"], message["text"], message["by"]) == ("note", "已洽地政", email("bob"))
