"""Asking an agency: whether the firm agrees that its data goes along; and how agencies answer, in figures."""

from datetime import timedelta

import pytest

from knowledge.calendar.office_calendar import local
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def asked(service, number, **more):
    body = {"agency": "taipower", "question": "請確認契約容量", **more}
    return service.post("alice", f"/cases/{number}/consultations", body)


def test_the_desk_asks_for_consent_where_a_question_leaves_the_house(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    refused = alice.step(number, "consult", of="agency:taipower", question="請確認契約容量")
    assert refused.status == 422
    assert "廠商是否同意" in refused.text
    assert refused.form("/consult").fields["question"] == "請確認契約容量"
    named = alice.step(number, "consult", of="agency:taipower", question="晴川精密有限公司跳電", consent="no_data")
    assert "請先徵得廠商同意" in named.text
    page = alice.step(number, "consult", of="agency:taipower", question="晴川精密有限公司跳電", consent="given")
    assert page.status == 200
    assert "廠商已同意提供其資料" in page.text
    assert alice.step(number, "consult", of="unit:環安勞動科", question="請確認").status == 200
    assert "廠商同意" in Visitor(service, "adam").get("/desk/admin/audit").text


@pytest.mark.parametrize("words", ["晴川精密有限公司", "請找陳小姐", "電話 (07) 000-0000"])
def test_no_data_is_not_said_of_words_that_name_the_firm(service, words):
    number = service.opened()
    refused = asked(service, number, details=words, consent="no_data")
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_needed")
    made = asked(service, number, details=words, consent="given")
    assert made.status_code == 201, made.text
    assert made.json()["consent"] == "given"


def test_a_program_that_knows_of_no_consent_asks_as_before(service):
    made = asked(service, service.opened())
    assert (made.status_code, made.json()["consent"]) == (201, None)


def test_each_agency_has_its_figures(service):
    today = local(service.now).date()
    for days, expected in ((1, 2), (3, 2), (None, 2)):
        made = asked(service, service.opened(), expected_on=(today + timedelta(days=expected)).isoformat())
        if days is not None:
            before = service.now
            service.later(days=days)
            answer = {"result": "found", "text": "已查"}
            assert service.post("tai", f"/consultations/{made.json()['id']}/answer", answer).status_code < 300
            service.now = before
    alice = Visitor(service, "alice")
    page = alice.get("/desk/consultations/figures")
    assert page.outline.broken_rules() == []
    for words in ("3 件", "2 件", "1／2 件（50%）", "2.0 個工作天"):
        assert words in page.text
    assert "沒有會辦機關的紀錄" in alice.get("/desk/consultations/figures?from=2020-01-01&to=2020-12-31").text
    assert alice.get("/desk/consultations/figures?from=2026-12-31&to=2026-01-01").status == 422
    assert Visitor(service, "tai").get("/desk/consultations/figures").status == 403
