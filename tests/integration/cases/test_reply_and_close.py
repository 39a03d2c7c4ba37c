"""回復並辦結: one press answers the firm and closes its case, by API and desk; a refusal leaves nothing behind."""

import pytest
from sqlalchemy import select

from routing.store.messaging.schema import Outbox
from tests.harness.pages import Visitor
from tests.harness.service import Service

TEXT = "請先至本分局網站下載續租申請書。"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def told(service):
    """Reasons of what was queued for the firm, each with the number of its messages."""
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        return [
            (row.reason, row.state, len(row.payload)) for row in rows if row.reason in {"replied", "closed", "survey"}
        ]


def test_a_program_answers_and_closes_at_once_and_the_firm_reads_it_in_one_message(service):
    number = service.opened_on_line()
    body = {"text": TEXT, "close": True, "undo": True}
    made = service.post("alice", f"/cases/{number}/messages", body)
    assert made.status_code == 201, made.text
    case = service.get("alice", f"/cases/{number}").json()
    assert (case["status"], case["outcome"], case["pending_extension"]) == ("closed", "answered", None)
    assert case["first_reply_at"] == case["closed_at"]
    assert [one["text"] for one in case["messages"]][-2:] == [TEXT, "處理結果如上則回復。"]
    assert [one["event"] for one in case["events"]][-3:] == ["replied", "closed", "surveyed"]
    # One push for both; what asks how it was waits for the firm's next message.
    assert told(service) == [("replied", "pending", 2), ("survey", "parked", 1)]
    again = service.post("alice", f"/cases/{number}/messages", body)
    assert again.status_code == 409


def test_words_of_ones_own_end_it_and_belong_to_no_other_reply(service):
    number = service.opened_on_line()
    path = f"/cases/{number}/messages"
    assert service.post("alice", path, {"text": TEXT, "summary": "x"}).json()["field"] == "summary"
    assert service.post("alice", path, {"text": TEXT, "internal": True, "close": True}).status_code == 422
    given = service.post("alice", path, {"text": TEXT, "via": "phone", "close": True, "summary": "已電話說明。"})
    assert given.status_code == 201, given.text
    assert service.get("alice", f"/cases/{number}").json()["messages"][-1]["text"] == "已電話說明。"


def test_what_is_under_way_is_not_withdrawn_unseen_and_the_reply_is_not_sent_either(service):
    number = service.opened_on_line()
    service.post("alice", f"/cases/{number}/consultations", {"unit": "環安勞動科", "question": "請確認"})
    before = service.get("alice", f"/cases/{number}").json()
    refused = service.post("alice", f"/cases/{number}/messages", {"text": TEXT, "close": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "consultation_open")
    assert service.get("alice", f"/cases/{number}").json() == before
    assert told(service) == []
    assert "data-closes" not in Visitor(service, "alice").get(f"/desk/cases/{number}").html


def test_at_the_desk_one_button_does_both(service):
    number = service.opened_on_line()
    alice = Visitor(service, "alice")
    form = alice.get(f"/desk/cases/{number}").form("/reply").fields
    page = alice.ask("POST", f"/desk/cases/{number}/reply", data={**form, "text": TEXT, "close": "yes"})
    assert "已回復並辦結。" in page.text
    assert page.outline.broken_rules() == []
    assert service.get("alice", f"/cases/{number}").json()["status"] == "closed"
