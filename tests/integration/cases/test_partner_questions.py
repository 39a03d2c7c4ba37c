"""What a partner is asked: the question that stands, from the day it is asked until it is answered."""

import json

import pytest

from routing.service.cases import histories
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_only_the_question_that_stands_is_shown(service):
    """Asked before, asked of another agency, asked in an imported history: each sees what stands and waits for it."""
    number = service.asked_of("taipower")
    first = service.get("tai", f"/cases/{number}").json()
    assert service.post("alice", f"/cases/{number}/resume").status_code == 200
    assert service.get("tai", f"/cases/{number}").status_code == 404
    service.later(minutes=1)
    for agency, who in (("ntb", "nina"), ("taipower", "tai")):
        body = {"on": "agency", "agency": agency, "message": f"問{agency}"}
        assert service.post("alice", f"/cases/{number}/wait", body).status_code == 200
        read = {one: service.get(one, f"/cases/{number}") for one in ("tai", "nina")}
        assert {one for one in read if read[one].status_code == 200} == {who}
        assert [message["text"] for message in read[who].json()["messages"]] == [f"問{agency}"]
        assert read[who].json()["version"] != first["version"]
        assert number in {item["number"] for item in service.get(who, "/cases").json()["items"]}
        late = service.post(who, f"/cases/{number}/messages", {"text": "舊題", "internal": True}, If_Match='"1"')
        assert late.status_code == 412
        answer = {"text": f"{agency}答", "internal": True}
        assert service.post(who, f"/cases/{number}/messages", answer, Idempotency_Key=agency).status_code == 201
        again = service.post(who, f"/cases/{number}/messages", answer, Idempotency_Key=agency)
        assert (again.headers["Idempotency-Replayed"], again.json()["firm"], again.json()["subject"]) == (
            "true",
            None,
            None,
        )
        assert service.get(who, f"/cases/{number}").status_code == 404
        service.later(minutes=1)
    assert service.get("nina", "/cases").json()["items"] == []


def test_an_imported_wait_shows_no_reason(service):
    record = {
        "number": "KP-1150202-0009", "kind": "ENQ", "category": "land", "topic": None, "channel": "phone",
        "park": "楠梓", "unit": "用地工程科", "language": "zh-TW", "firm": {"name": "ImportedFirm", "ubn": None},
        "subject": "ImportedSubject",
        "first_contact_at": "2026-02-02T10:00:00+08:00", "received_at": "2026-02-02T10:00:00+08:00",
        "events": [
            {"at": "2026-02-02T11:00:00+08:00", "event": "waiting", "on": "agency", "agency": "taipower",
             "reason": "ImportedReason"},
        ],
    }  # fmt: skip
    with service.runtime.writing() as (session, office):
        histories.import_histories(session, office, [json.dumps(record)], skip_bad=False, now=service.now)
    read = service.get("tai", "/cases/KP-1150202-0009")
    assert (read.status_code, "Imported" in read.text) == (200, False)
    assert "Imported" not in Visitor(service, "tai").get("/desk/cases/KP-1150202-0009").html
