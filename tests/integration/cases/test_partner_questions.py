"""What a partner is asked: the question that stands, from the day it is asked until it is answered."""

import json

import pytest

from routing.domain.permissions import Role
from routing.service.accounts import tokens
from routing.service.cases import histories
from routing.store.accounts.schema import Staff
from tests.harness.cast import email
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


@pytest.fixture
def colleagues(service):
    """Tom is of the power company too."""
    with service.runtime.database.writing() as session:
        session.add(Staff(email=email("tom"), name="tom", role=Role.PARTNER.value, unit=None, agency="taipower",
                          categories=[], password_hash="-", created_at=service.now))  # fmt: skip
        session.flush()
        service.tokens["tom"] = tokens.create(session, email("tom"), days=None, now=service.now)
    return service


def test_two_colleagues_answer_at_once_and_the_second_keeps_the_words(colleagues):
    service, number = colleagues, colleagues.asked_of("taipower")
    tai, tom = Visitor(service, "tai"), Visitor(service, "tom")
    first, second = tai.get(f"/desk/cases/{number}"), tom.get(f"/desk/cases/{number}")
    service.later(minutes=1)
    assert "本件會辦結束" in tai.send(first, "/answer", text="契約容量 99 瓩。", result="found").text
    service.later(days=2)
    tom = Visitor(service, "tom")
    late = tom.send(second, "/answer", result="found", text="<b>容量</b>應為 199 瓩。")
    assert late.status == 409
    assert "貴機關同仁已於 115.11.16 09:01 先回復這件會辦" in late.text
    assert "用地工程科" in late.text
    assert "&lt;b&gt;容量&lt;/b&gt;應為 199 瓩。" in late.html
    assert late.outline.broken_rules() == []
    assert "tai" not in late.text
    notes = [one["text"] for one in service.get("alice", f"/cases/{number}").json()["messages"]]
    assert (notes.count("契約容量 99 瓩。"), any("199" in one for one in notes)) == (1, False)


def test_a_program_that_answers_too_late_is_told_so(colleagues):
    service, number = colleagues, colleagues.asked_of("taipower")
    version = service.get("tom", f"/cases/{number}").json()["version"]
    service.later(minutes=1)
    answer = {"text": "已查。", "internal": True}
    assert service.post("tai", f"/cases/{number}/messages", answer).status_code == 201
    for who, words in (("tom", "貴機關同仁已於"), ("tai", "您已於")):
        late = service.post(who, f"/cases/{number}/messages", answer, If_Match=f'"{version}"')
        assert (late.status_code, late.json()["code"]) == (409, "question_over")
        assert words in late.json()["detail"]
        assert service.post(who, f"/cases/{number}/messages", answer).status_code == 404, "a case that is not theirs"
    assert service.post("nina", f"/cases/{number}/messages", answer, If_Match=f'"{version}"').status_code == 404


def test_a_question_that_the_unit_ended_says_so_to_whoever_was_writing(service):
    number = service.asked_of("taipower")
    tai = Visitor(service, "tai")
    page = tai.get(f"/desk/cases/{number}")
    service.later(minutes=1)
    assert service.post("alice", f"/cases/{number}/resume").status_code == 200
    late = tai.send(page, "/answer", text="剛查到的結果", result="found")
    assert (late.status, "會辦單位已於 115.11.16 09:01 結束這件會辦" in late.text) == (409, True)
    assert "剛查到的結果" in late.html


@pytest.mark.parametrize("text", ["", " \n\t ", "\u3000"])
def test_a_partner_does_not_end_a_question_without_an_answer(service, text):
    number = service.asked_of("taipower")
    refused = service.post("tai", f"/cases/{number}/resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "answer_missing")
    assert "請填寫會辦的回復" in refused.json()["detail"]
    assert service.post("tai", f"/cases/{number}/messages", {"text": text, "internal": True}).status_code == 422
    tai = Visitor(service, "tai")
    page = tai.get(f"/desk/cases/{number}")
    assert tai.send(page, "/answer", text=text, result="found").status == 422
    version = service.get("tai", f"/cases/{number}").json()["version"]
    assert tai.ask("POST", f"/desk/cases/{number}/resume", data={"version": version}).status == 409
    files = {"file": ("a.txt", b"hello", "text/plain")}
    service.ask("POST", f"/api/v1/cases/{number}/files", files=files, headers=service.headers("tai"))
    assert service.get("alice", f"/cases/{number}").json()["status"] == "waiting_agency"


def test_after_its_part_a_partner_finds_nothing_of_the_case_by_any_door(service):
    """No later reply, no telephone, no note, no file, no name of a colleague (contract §5)."""
    number = service.asked_of("taipower")
    files = {"file": ("MeterReading.txt", b"MeterReading", "text/plain")}
    put = service.ask("POST", f"/api/v1/cases/{number}/files", files=files, headers=service.headers("tai"))
    assert put.status_code == 201, put.text
    media = service.get("tai", f"/cases/{number}/files").json()["items"][0]["id"]
    service.later(minutes=1)
    service.post("tai", f"/cases/{number}/messages", {"text": "AnswerOfOurs", "internal": True})
    service.later(minutes=1)
    service.post("alice", f"/cases/{number}/messages", {"text": "LaterReply", "via": "phone"})
    service.post("alice", f"/cases/{number}/messages", {"text": "LaterNote", "internal": True})
    tai = Visitor(service, "tai")
    doors = [
        service.get("tai", "/cases"), service.get("tai", "/cases", q=number),
        service.get("tai", "/cases", q="LaterNote"),
        service.get("tai", f"/cases/{number}"), service.get("tai", f"/cases/{number}/files"),
        service.get("tai", f"/files/{media}"), service.get("tai", "/staff"), service.get("tai", "/deliveries"),
        *(tai.get(path).answer for path in (
            "/desk", "/desk/queue", "/desk/cases", f"/desk/cases?q={number}", f"/desk/cases/{number}",
            f"/desk/files/{media}", "/desk/deliveries", "/desk/turnaround/cases", f"/desk/knowledge/cases/{number}",
        )),
    ]  # fmt: skip
    words = ("LaterReply", "LaterNote", "AnswerOfOurs", "MeterReading", "07-0000000", "晴川精密", email("alice"))
    assert [(answer.url.path, word) for answer in doors for word in words if word in answer.text] == []
    assert all(answer.status_code in {200, 403, 404} for answer in doors)
    marked = service.get("tai", "/cases", mark="partner_spoke")
    assert marked.json()["items"] == []
