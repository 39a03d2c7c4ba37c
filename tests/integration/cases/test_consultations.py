"""Consultations of contract §9: several at once, inside and outside, answered by whoever is asked or told for them."""

import json
import re

import pytest

from routing.service.cases import histories
from tests.harness.cast import OPERATIONS, SAFETY, SERVICE, email
from tests.harness.counting import statements
from tests.harness.pages import Visitor
from tests.harness.service import Service

TAIPOWER = {"agency": "taipower", "question": "請確認饋線容量。", "details": "電號 07-1234-56-7",
            "expected_on": "2026-11-18"}  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def ask(service, number, who="alice", **body):
    made = service.post(who, f"/cases/{number}/consultations", body)
    assert made.status_code == 201, made.text
    return made.json()


def answer(service, who, consultation, **changes):
    body = {"result": "found", "text": "已查明。", **changes}
    return service.post(who, f"/consultations/{consultation['id']}/answer", body)


def state(service, number):
    return service.get("sue", f"/cases/{number}").json()


def test_several_are_asked_and_the_last_answer_ends_the_wait(service):
    number = service.opened()
    due = state(service, number)["due_on"]
    power = ask(service, number, **TAIPOWER)
    assert (power["question"], power["details"]) == (TAIPOWER["question"], TAIPOWER["details"])
    assert (power["office"], power["expected_on"], power["status"]) == ("台電高雄區營業處", "2026-11-18", "open")
    tax = ask(service, number, agency="ntb", question="請確認稅籍。")
    safety = ask(service, number, unit=SAFETY, question="請協助會勘。")
    assert state(service, number)["status"] == "waiting_agency"
    assert service.post("alice", f"/cases/{number}/consultations", TAIPOWER).json()["code"] == "already_asked"
    service.later(days=2)
    assert answer(service, "tai", power).json()["status"] == "answered"
    assert (state(service, number)["status"], state(service, number)["partner_answered_at"][:10]) == (
        "waiting_agency", "2026-11-18",
    )  # fmt: skip
    assert service.get("nina", f"/cases/{number}").status_code == 200
    withdrawn = service.post("alice", f"/consultations/{tax['id']}/withdrawal", {"reason": "已由廠商提供"})
    assert (withdrawn.json()["status"], state(service, number)["status"]) == ("withdrawn", "waiting_agency")
    told = answer(service, "alice", safety, result="site_visit", answered_by="環安科王技士", phone="07-1112222")
    assert (told.status_code, told.json()["entered_by"], told.json()["phone"]) == (200, "alice", "07-1112222")
    after = state(service, number)
    assert (after["status"], after["due_on"]) == ("in_progress", due)
    assert (after["clock"]["waiting_days"], len(after["clock"]["waits"])) == ({"firm": 0, "agency": 2}, 1)
    assert [one["status"] for one in after["consultations"]] == ["answered", "withdrawn", "answered"]


def test_a_partner_reads_its_own_question_until_it_is_answered(service):
    number = service.opened()
    power = ask(service, number, **TAIPOWER)
    ask(service, number, agency="ntb", question="只問國稅局")
    ask(service, number, unit=SERVICE, question="只問本局")
    listed = service.get("tai", "/consultations").json()["items"]
    assert [(one["id"], one["question"], one["subject"], one["asked_by"]) for one in listed] == [
        (power["id"], TAIPOWER["question"], None, None),
    ]  # fmt: skip
    for narrow in ({"agency": "ntb"}, {"unit": SERVICE}, {"open": "false"}):
        assert service.get("tai", "/consultations", **narrow).json()["items"] == []
    others = [one["id"] for one in service.get("alice", "/consultations").json()["items"] if one["id"] != power["id"]]
    for each in others:
        assert service.get("tai", f"/consultations/{each}").status_code == 404
        assert answer(service, "tai", {"id": each}).status_code == 404
    page = Visitor(service, "tai").get(f"/desk/cases/{number}")
    assert all(words in page.text for words in ("請確認饋線容量", "電號 07-1234-56-7", "115.11.18"))
    assert not any(words in page.html for words in ("晴川精密", "只問", "陳小姐", "alice"))
    told = answer(service, "tai", power)
    assert (told.status_code, told.json()["question"], told.json()["text"]) == (200, "", None)
    assert answer(service, "tai", power).json()["code"] == "question_over"
    assert service.get("tai", f"/consultations/{power['id']}").status_code == 404
    assert service.get("tai", "/consultations").json()["items"] == []
    assert answer(service, "nina", power).status_code == 404


def test_a_unit_answers_what_it_is_asked_also_of_anothers_confidential_case(service):
    number = service.opened(text="晴川精密的電梯故障")
    assert service.post("alice", f"/cases/{number}/confidential", {"confidential": True}).status_code == 200
    asked = ask(service, number, unit=SERVICE, question="晴川精密有限公司的投資案進度？")
    assert service.get("carol", f"/cases/{number}").status_code == 404
    carol = Visitor(service, "carol")
    assert "有 1 件會辦" in carol.get("/desk").text
    listed = carol.get("/desk/consultations?view=asked")
    assert ("投資案進度" in listed.text, "晴川精密" in listed.html) == (True, False)
    page = carol.get(f"/desk/consultations/{asked['id']}")
    assert ("投資案進度" in page.text, "晴川精密" in page.html) == (True, False)
    assert page.outline.broken_rules() == []
    refused = carol.send(page, "/answer", text="審查中。", result="")
    assert (refused.status, "請選擇會辦的結果" in refused.text, "審查中。" in refused.html) == (422, True, True)
    done = carol.send(refused, "/answer", text="審查中。", result="found")
    assert (done.status, "已登錄會辦回復" in done.text) == (200, True)
    late = carol.ask("POST", f"/desk/consultations/{asked['id']}/answer", data={"text": "x", "result": "found"})
    assert late.status == 409
    after = state(service, number)
    assert (after["status"], after["consultations"][0]["text"]) == ("in_progress", "審查中。")


def test_the_desk_asks_answers_and_withdraws_without_scripts(service):
    number = service.opened_on_line()
    alice = Visitor(service, "alice")
    asked = alice.step(
        number, "consult", of="agency:taipower", consent="no_data", question="請確認契約容量", expected_on="2026-11-17"
    )
    assert "已會辦" in asked.text
    more = alice.send(asked, "/consult", of=f"unit:{OPERATIONS}", question="請確認管線圖")
    assert ("等台電、營運管理科回復" in alice.get("/desk").text, more.status) == (True, 200)
    service.later(days=2)
    alice = Visitor(service, "alice")
    page = alice.get(f"/desk/cases/{number}")
    assert ("已逾期" in page.text, "2 個工作天" in page.text) == (True, True)
    assert page.outline.broken_rules() == []
    late = alice.get("/desk/consultations?state=late")
    assert ("請確認契約容量" in late.text, "請確認管線圖" in late.text) == (True, False)
    first, second = (one["id"] for one in state(service, number)["consultations"])
    done = alice.send(alice.get(f"/desk/consultations/{first}"), "/answer", text="契約容量 99 瓩", result="found",
                      answered_by="林專員", phone="07-2223333")  # fmt: skip
    assert all(words in done.text for words in ("已登錄會辦回復", "契約容量 99 瓩", "林專員", "會辦營運管理科中"))
    alice.send(alice.get(f"/desk/consultations/{second}"), "/withdraw", reason="已自行查得")
    after = alice.get(f"/desk/cases/{number}")
    assert ("已撤回" in after.text, state(service, number)["status"]) == (True, "in_progress")
    told = [one["reason"] for one in state(service, number)["deliveries"]]
    assert ("agency_answered" in told, "契約容量" in str(service.get("sue", "/deliveries").json())) == (True, False)


def test_of_a_unit_the_firm_hears_nothing(service):
    number = service.opened_on_line()
    ask(service, number, unit=SAFETY, question="請協助會勘。")
    answer(service, "alice", state(service, number)["consultations"][0])
    assert state(service, number)["deliveries"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"question": "x"}, "agency"), ({"agency": "nobody", "question": "x"}, "agency"),
        ({"agency": "taipower", "unit": SAFETY, "question": "x"}, "agency"),
        ({"unit": "沒有這科", "question": "x"}, "unit"),
        ({"unit": "用地工程科", "question": "x"}, "unit"),
        ({"agency": "taipower", "question": "x", "expected_on": "2026-11-13"}, "expected_on"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_its_field(service, body, field):
    number = service.opened()
    refused = service.post("alice", f"/cases/{number}/consultations", body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert state(service, number)["consultations"] == []


def test_the_answer_is_made_once_and_a_stale_case_is_refused(service):
    number = service.opened()
    asked = ask(service, number, **TAIPOWER)
    body = {"result": "found", "text": "已查"}
    stale = service.post("alice", f"/consultations/{asked['id']}/answer", body, If_Match='"1"')
    assert stale.status_code == 412
    key = {"Idempotency_Key": "a1"}
    first = service.post("alice", f"/consultations/{asked['id']}/answer", body, **key)
    again = service.post("alice", f"/consultations/{asked['id']}/answer", body, **key)
    assert (first.status_code, again.status_code, first.text) == (200, 200, again.text)
    assert service.post("carol", f"/consultations/{asked['id']}/answer", body).status_code == 403
    assert service.post("alice", "/consultations/999999/answer", body).status_code == 404


def test_lists_are_narrowed_and_paged(service):
    own, other = service.opened(), service.opened()
    assert service.post("sue", f"/cases/{other}/assignment", {"assignee": email("bob")}).status_code == 200
    ids = [ask(service, own, agency=agency, question=agency)["id"] for agency in ("taipower", "ntb")]
    ids.append(ask(service, other, "bob", agency="taipower", question="bob", expected_on="2026-11-16")["id"])
    service.later(days=1)
    listed = {
        name: [one["id"] for one in service.get("alice", "/consultations", **query).json()["items"]]
        for name, query in {
            "all": {}, "ours": {"view": "ours"}, "agency": {"agency": "ntb"}, "number": {"number": other},
            "late": {"overdue": "true"}, "over": {"open": "false"},
        }.items()
    }  # fmt: skip
    assert listed == {
        "all": ids[::-1], "ours": ids[1::-1], "agency": [ids[1]], "number": [ids[2]], "late": [ids[2]], "over": [],
    }  # fmt: skip
    page = service.get("alice", "/consultations", limit=2).json()
    rest = service.get("alice", "/consultations", limit=2, cursor=page["next_cursor"]).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == ids[::-1]
    with statements(service.runtime.database) as few:
        service.get("alice", "/consultations", number=other)
    with statements(service.runtime.database) as many:
        service.get("alice", "/consultations")
    assert len(many) == len(few)


def test_an_export_comes_back_the_same_with_its_consultations(service, tmp_path):
    number = service.opened()
    ask(service, number, unit=SAFETY, question="請協助會勘。")
    service.later(minutes=5)
    power = ask(service, number, **TAIPOWER)
    service.later(days=1)
    answer(service, "tai", power)
    with service.runtime.reading() as (session, _):
        lines = list(histories.export(session))
    told = [event["event"] for event in json.loads(lines[0])["events"]]
    assert told[-4:] == ["waiting", "resumed", "waiting", "note"]
    with Service(f"sqlite:///{tmp_path / 'other.db'}", now=service.now) as other:
        with other.runtime.writing() as (session, office):
            done = histories.import_histories(session, office, lines, skip_bad=False, now=service.now)
        assert (done.imported, done.refusals) == (1, ())
        with other.runtime.reading() as (session, _):
            assert list(histories.export(session)) == lines
        read = other.get("sue", f"/cases/{number}").json()
    assert [(one["unit"], one["agency"]) for one in read["consultations"]] == [(SAFETY, None), (None, "taipower")]
    assert read["clock"]["waiting_days"] == state(service, number)["clock"]["waiting_days"]


def test_an_agency_without_an_account_answers_by_a_link_that_ends(service):
    number = service.opened()
    asked = ask(service, number, **TAIPOWER)
    alice, nobody = Visitor(service, "alice"), Visitor(service)
    assert Visitor(service, "carol").ask("POST", f"/desk/consultations/{asked['id']}/link").status == 403
    given = alice.send(alice.get(f"/desk/consultations/{asked['id']}"), "/link")
    (address,) = re.findall(r"/asked/[\w-]+", given.html)
    page = nobody.get(address)
    assert ("請確認饋線容量" in page.text, "電號 07-1234-56-7" in page.text) == (True, True)
    assert not any(words in page.html for words in ("晴川精密", "陳小姐", "alice", number))
    assert (page.outline.broken_rules(), page.answer.headers["Referrer-Policy"]) == ([], "same-origin")
    unsigned = nobody.send(page, address, text="饋線足夠。", result="found")
    assert (unsigned.status, "請填寫答復人" in unsigned.text, "饋線足夠。" in unsigned.html) == (422, True, True)
    done = nobody.send(unsigned, address, answered_by="高雄區處林專員", phone="07-2223333")
    assert "已收到您的回復" in done.text
    after = state(service, number)
    assert (after["status"], after["consultations"][0]["answered_by"], after["consultations"][0]["text"]) == (
        "in_progress", "高雄區處林專員", "饋線足夠。",
    )  # fmt: skip
    assert nobody.get(address).status == 404
    late = nobody.send(page, address, text="再補充", result="found", answered_by="林")
    assert (late.status, "再補充" in late.html) == (409, True)


def test_a_link_is_good_for_its_time_and_its_question_alone(service):
    number = service.opened()
    first = ask(service, number, **TAIPOWER)
    inside = ask(service, number, unit=SAFETY, question="請協助會勘。")
    alice, nobody = Visitor(service, "alice"), Visitor(service)
    assert alice.ask("POST", f"/desk/consultations/{inside['id']}/link").status == 422
    given = alice.send(alice.get(f"/desk/consultations/{first['id']}"), "/link")
    (address,) = re.findall(r"/asked/[\w-]+", given.html)
    other = address.replace(f"/{first['id']}-", f"/{inside['id']}-")
    assert [nobody.get(one).status for one in (address, other, address + "x")] == [200, 404, 404]
    service.later(days=15)
    over = nobody.get(address)
    assert (over.status, "連結已過期" in over.text) == (404, True)
