"""合併會辦: one question about many firms' cases, answered once; each case waits, is answered and goes on by itself."""

import pytest

from tests.harness.counting import statements
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.cases.test_bulk import ticked

QUESTION = {
    "agency": "taipower",
    "question": "請問本日停電何時復電？",
    "expected_on": "2026-11-18",
    "consent": "no_data",
}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def firm(service, n, **changes):
    return service.opened(firm={"name": f"第{n}光電股份有限公司"}, subject=f"停電{n}", **changes)


def ask(service, numbers, who="alice", **changes):
    return service.post(who, "/consultations", {**QUESTION, "numbers": numbers, **changes})


def statuses(service, numbers):
    return [service.get("sue", f"/cases/{number}").json()["status"] for number in numbers]


def test_the_agency_reads_one_question_and_its_one_answer_reaches_every_case(service):
    numbers = [firm(service, n) for n in range(4)]
    made = ask(service, numbers)
    assert made.status_code == 201, made.text
    assert [one["done"] for one in made.json()["results"]] == [True] * 4
    assert statuses(service, numbers) == ["waiting_agency"] * 4
    (listed,) = service.get("tai", "/consultations").json()["items"]
    assert (listed["id"], listed["together"], listed["question"]) == (
        made.json()["consultation"], 4, QUESTION["question"],
    )  # fmt: skip
    page = Visitor(service, "tai").get("/desk")
    assert (page.html.count('data-label="會辦事項"'), "共 4 件" in page.text) == (1, True)
    question = Visitor(service, "tai").get(f"/desk/cases/{listed['number']}")
    assert "4 件，一次回復即可" in question.text
    assert not [n for n in range(4) if f"第{n}光電" in question.text]
    assert [one["together"] for one in service.get("alice", "/consultations").json()["items"]] == [4]
    service.later(hours=2)
    body = {"result": "found", "text": "預計十六時復電。"}
    assert service.post("tai", f"/consultations/{listed['id']}/answer", body).status_code == 200
    assert statuses(service, numbers) == ["in_progress"] * 4
    for number in numbers:
        whole = service.get("alice", f"/cases/{number}").json()
        assert whole["messages"][-1]["text"] == "預計十六時復電。"
        assert [one["status"] for one in whole["consultations"]] == ["answered"]
    assert service.get("tai", "/consultations").json()["items"] == []
    assert service.post("tai", f"/consultations/{listed['id']}/answer", body).json()["code"] == "question_over"


def test_what_goes_on_by_itself_is_taken_out_and_the_link_answers_the_rest(service):
    numbers = [firm(service, n) for n in range(3)]
    first = ask(service, numbers).json()["consultation"]
    page = Visitor(service, "alice").ask("POST", f"/desk/consultations/{first}/link")
    link = "/asked/" + page.html.partition("/asked/")[2].partition("<")[0]
    own = service.get("alice", f"/consultations/{first}").json()["number"]
    assert service.post("alice", f"/consultations/{first}/withdrawal", {}).status_code == 200
    rest = [number for number in numbers if number != own]
    assert (statuses(service, [own]), statuses(service, rest)) == (["in_progress"], ["waiting_agency"] * 2)
    (listed,) = service.get("tai", "/consultations").json()["items"]
    assert (listed["together"], listed["number"]) == (2, rest[0])
    stranger = Visitor(service)
    assert "2 件，一次回復即可" in stranger.get(link).text
    typed = {"result": "found", "text": "預計十六時復電。", "answered_by": "營業處值班"}
    assert "已收到您的回復" in stranger.ask("POST", link, data=typed).text
    assert statuses(service, rest) == ["in_progress"] * 2


def test_what_is_refused_in_one_case_is_told_and_stops_no_other(service):
    numbers = [firm(service, n) for n in range(2)]
    closed, hidden, asked = firm(service, 7), firm(service, 8), firm(service, 9)
    service.post("alice", f"/cases/{closed}/close", {"outcome": "withdrawn", "summary": "撤回"})
    service.post("alice", f"/cases/{hidden}/confidential", {"confidential": True})
    service.post("alice", f"/cases/{asked}/consultations", {"agency": "taipower", "question": "先前的問題"})
    made = ask(service, [*numbers, closed, hidden, asked, "KP-1150101-0001"]).json()
    codes = {one["number"]: one["code"] for one in made["results"] if not one["done"]}
    assert codes == {
        closed: "step_not_allowed", hidden: "confidential_alone", asked: "already_asked",
        "KP-1150101-0001": "not_found",
    }  # fmt: skip
    assert statuses(service, numbers) == ["waiting_agency"] * 2
    assert ask(service, numbers, who="tai").status_code == 403
    none = ask(service, [closed]).json()
    assert (none["consultation"], none["results"][0]["done"]) == (None, False)
    for wrong, field in (({"agency": None}, "agency"), ({"expected_on": "2020-01-01"}, "expected_on")):
        refused = ask(service, numbers, **wrong)
        assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_words_that_name_one_of_the_firms_go_out_only_where_it_agrees(service):
    named, other = firm(service, 1), firm(service, 2)
    words = {"details": "第1光電股份有限公司電號 07-1234-56-7"}
    refused = ask(service, [named, other], **words)
    assert (refused.status_code, refused.json()["code"], named in refused.json()["detail"]) == (
        422, "consent_needed", True,
    )  # fmt: skip
    assert statuses(service, [named, other]) == ["assigned"] * 2
    assert ask(service, [named, other], consent="given", **words).status_code == 201
    consents = [service.get("sue", f"/cases/{n}").json()["consultations"][0]["consent"] for n in (named, other)]
    assert consents == ["given", "no_data"]
    # What becomes confidential afterwards is read by the agency without who the firm is.
    service.post("alice", f"/cases/{named}/confidential", {"confidential": True})
    (listed,) = service.get("tai", "/consultations").json()["items"]
    assert (listed["number"], "第1光電" in listed["details"], listed["together"]) == (other, False, 2)


def test_at_the_desk_ticks_lead_to_the_form_and_what_was_refused_stays_ticked(service):
    numbers = [firm(service, n) for n in range(3)]
    alice = Visitor(service, "alice")
    picks = ticked(alice.get("/desk/cases"))
    page = alice.ask("POST", "/desk/consultations/together", data=picks)
    assert page.outline.broken_rules() == []
    assert (page.status, ticked(page)) == (200, picks)
    typed = {"ask": "yes", "of": "agency:taipower", "question": "請問何時復電？", "consent": ""}
    refused = alice.ask("POST", "/desk/consultations/together", data={**picks, **typed})
    assert (refused.status, ticked(refused)) == (422, picks)
    assert refused.form("/together").fields["question"] == "請問何時復電？"
    service.post("alice", f"/cases/{numbers[0]}/close", {"outcome": "withdrawn", "summary": "撤回"})
    typed["consent"] = "no_data"
    some = alice.ask("POST", "/desk/consultations/together", data={**picks, **typed})
    assert "3 件中已會辦 2 件" in some.text
    assert list(ticked(some)) == [f"pick.{numbers[0]}"]
    assert "合併會辦 2 件" in alice.get("/desk/consultations").text
    assert alice.ask("POST", "/desk/consultations/together", data={}).status == 422
    made = service.post("alice", "/incidents", {"title": "楠梓停電", "parks": []}).json()
    service.post("alice", f"/incidents/{made['id']}/cases", {"numbers": [firm(service, 5), firm(service, 6)]})
    incident = alice.get(f"/desk/incidents/{made['id']}")
    form = incident.form("/together")
    whole = alice.ask("POST", form.action, data={**form.fields, **typed})
    assert "2 件，一次回復進入各案" in whole.text


def test_a_partners_list_asks_as_often_for_many_questions_about_many_as_for_one(service):
    def read():
        with statements(service.runtime.database) as sent:
            service.get("tai", "/consultations")
        return len(sent)

    ask(service, [firm(service, n) for n in range(2)])
    read()
    one = read()
    for n in range(2):
        ask(service, [firm(service, f"{n}{m}") for m in range(3)])
    assert read() == one
