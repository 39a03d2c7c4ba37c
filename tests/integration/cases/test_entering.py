"""Entering a case that came by telephone, on paper or over the counter, and putting right what was entered."""

import pytest

from routing.domain.errors import Forbidden, Invalid
from routing.domain.likeness import alike
from routing.domain.permissions import SYSTEM
from routing.service.bindings import commands as bindings
from routing.service.cases import commands as case_commands
from routing.service.cases import corrections, entering
from routing.service.cases.corrections import NamedFirm
from routing.service.cases.locked_case import change
from routing.store.bindings import queries as binding_store
from routing.store.cases.entering import digits_of
from tests.harness.branch import importable, unnotified
from tests.harness.cast import ALICE, CAROL, SUE, email
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service

UBN = "04595257"
FORM = {"channel": "letter", "category": "tax", "kind": "PET", "text": "房屋稅單金額有誤，請查明",
        "firm": "晴川精密有限公司", "contact": "陳小姐", "phone": "07-361-1212", "park": "楠梓"}  # fmt: skip


def enter(visitor, **typed):
    return visitor.send(visitor.get("/desk/new"), "/desk/new", **{**FORM, **typed})


def row(service, page):
    number = page.path.split("/")[3].split("?")[0]
    return service.get("sue", f"/cases/{number}").json()


# Who entered it adds to it


def test_whoever_entered_a_case_adds_notes_and_files_in_whatever_unit_it_is(database_url):
    with Service(database_url) as service:
        alice = Visitor(service, "alice")
        page = enter(alice)
        case = row(service, page)
        assert (case["unit"], case["assignee"]) == ("投資服務科", email("carol"))
        number = case["number"]
        assert "本案由您登錄" in page.text
        assert "登錄人alice" in "".join(page.text.split())
        assert not page.offers("/close")
        assert "已新增內部註記" in alice.step(number, "note", text="廠商補充：稅單為今年度。").text
        added = alice.ask("POST", f"/desk/cases/{number}/files", data={"version": str(case["version"] + 1)},
                          files={"file": ("稅單.txt", "稅單".encode())})  # fmt: skip
        assert "已將檔案放入本案" in added.text
        assert service.post("alice", f"/cases/{number}/messages", {"text": "補充", "internal": True}).status_code == 201
        assert service.post("alice", f"/cases/{number}/messages", {"text": "x", "via": "phone"}).status_code == 403
        assert (
            service.post("alice", f"/cases/{number}/close", {"outcome": "withdrawn", "summary": "x"}).status_code == 403
        )
        assert service.post("bob", f"/cases/{number}/messages", {"text": "x", "internal": True}).status_code == 403
        steps = [one["step"] for one in service.get("alice", f"/cases/{number}").json()["actions"]]
        assert steps == ["note"]


def test_a_confidential_case_stays_hidden_from_who_entered_it(branch):
    number = branch.open(by=ALICE, category="tax")
    with branch.hold(number, CAROL) as locked:
        locked.record(case_commands.EventKind.CONFIDENTIAL, confidential=True)
    with pytest.raises(Exception, match="查無"), branch.database.writing() as session:
        change(session, branch.office, number, branch.actor(ALICE), now=branch.now, adding=True)


def test_nobody_else_of_another_unit_adds(branch):
    number = branch.open(by=CAROL, category="land")
    branch.staff("dora", unit="環安勞動科")
    with pytest.raises(Forbidden), branch.database.writing() as session:
        change(session, branch.office, number, branch.actor("dora@kp.example"), now=branch.now, adding=True)


# At entry


def test_the_kind_chosen_is_the_kind_confirmed_and_the_letter_has_its_number(database_url):
    with Service(database_url) as service:
        page = enter(Visitor(service, "alice"), doc_no="府經工字第1150001號", category="land")
        assert "待確認" not in page.text
        assert "文號 府經工字第1150001號" in page.text
        case = row(service, page)
        assert (case["kind"], case["refs"]) == ("PET", ["府經工字第1150001號"])
        made = service.post("alice", "/cases", {**PHONE_CASE, "kind": "ENQ", "doc_no": "甲字第1號"}).json()
        assert made["refs"] == ["甲字第1號"]
        assert "待確認" not in Visitor(service, "alice").get(f"/desk/cases/{made['number']}").text
        silent = {name: value for name, value in PHONE_CASE.items() if name != "kind"}
        number = service.post("alice", "/cases", silent).json()["number"]
        assert "待確認" in Visitor(service, "alice").get(f"/desk/cases/{number}").text


def test_a_firm_is_looked_up_by_name_number_and_telephone_and_taken_over(database_url):
    with Service(database_url) as service:
        alice = Visitor(service, "alice")
        enter(alice, ubn=UBN, firm="臺灣晴川精密有限公司")
        blank = alice.get("/desk/new")
        for typed in ({"firm": "台灣晴川"}, {"ubn": UBN}, {"phone": "(07)3611212 轉 12"}, {"phone": "+886 7 361 1212"}):
            found = (
                alice.send(blank, "/desk/new", **typed, lookup="1")
                if False
                else alice.ask("POST", "/desk/new", data={**blank.form("/desk/new").fields, **typed, "lookup": "1"})
            )
            assert "查到 1 家" in found.text, typed
            assert "臺灣晴川精密有限公司（04595257）" in found.text
        fields = found.form("/desk/new").fields
        taken = alice.ask("POST", "/desk/new", data={**fields, "use": str(1)})
        assert taken.form("/desk/new").fields["firm"] == "臺灣晴川精密有限公司"
        assert taken.form("/desk/new").fields["contact"] == "陳小姐"
        typed = {"category": "land", "text": "想了解綠美化經費", "subject": ""}
        done = alice.send(taken, "/desk/new", **typed)
        assert row(service, done)["firm"]["ubn"] == UBN
        nothing = alice.ask(
            "POST", "/desk/new", data={**blank.form("/desk/new").fields, "firm": "無此廠商", "lookup": "1"}
        )
        assert "查無符合的廠商" in nothing.text


def test_a_known_number_asks_whether_it_is_this_firm_before_the_case_is_opened(database_url):
    with Service(database_url) as service:
        alice = Visitor(service, "alice")
        enter(alice, ubn=UBN)
        asked = enter(alice, ubn=UBN, firm="", text="另外想詢問停車位", category="land")
        assert "是這一家嗎" in asked.text
        assert len(service.get("sue", "/cases").json()["items"]) == 1
        firm_is = "1"
        done = alice.ask("POST", "/desk/new", data={**asked.form("/desk/new").fields, "firm_is": firm_is})
        assert row(service, done)["firm"]["name"] == "晴川精密有限公司"
        other = {**asked.form("/desk/new").fields, "firm": "別家公司", "firm_is": "other"}
        done = alice.ask("POST", "/desk/new", data={**other, "text": "完全不同的事情"})
        assert row(service, done)["firm"] == {
            "name": "別家公司", "ubn": None, "verified": False, "claimed_ubn": UBN,
        }  # fmt: skip
        assert "檢查碼不符" in enter(alice, ubn="12345678").text


def test_a_like_open_case_of_the_firm_and_a_known_letter_are_shown_first(database_url):
    with Service(database_url) as service:
        alice = Visitor(service, "alice")
        first = row(service, enter(alice, doc_no="府經工字第1號"))["number"]
        asked = enter(alice, text="房屋稅單的金額有誤")
        assert "可能是同一件事" in asked.text
        assert first in asked.text
        letter = enter(alice, firm="別家公司", text="路燈不亮", doc_no="府經工字第1號")
        assert "來文文號相同" in letter.text
        done = alice.ask("POST", "/desk/new", data={**asked.form("/desk/new").fields, "another": "yes"})
        assert row(service, done)["number"] != first
        assert "可能是同一件事" not in enter(alice, firm="別家公司").text


def test_likeness_is_of_the_matter():
    assert alike("房屋稅單金額有誤，請查明", "房屋稅單的金額有誤")
    assert alike("停電", "廠區停電三小時")
    assert not alike("房屋稅單金額有誤", "路燈不亮請派人修理")
    assert not alike("電", "電")


@pytest.mark.parametrize(
    "written",
    ["07-361-1212", "(07)3611212", "+886 7 361 1212", "０７３６１１２１２", "07-3611212 轉 12", "07-3611212#12"],
)
def test_a_telephone_number_is_one_in_every_writing(written):
    assert digits_of(written) == digits_of("073611212") != ""


def test_a_firm_that_only_confidential_cases_know_is_not_shown(branch):
    number = branch.open(by=CAROL, category="tax", firm_name="祕密公司", firm_ubn=UBN)
    with branch.hold(number, CAROL) as locked:
        locked.record(case_commands.EventKind.CONFIDENTIAL, confidential=True)
    with branch.database.reading() as session:
        assert entering.look_up(session, branch.actor(ALICE), ubn=UBN) == []
        assert [one.name for one in entering.look_up(session, branch.actor(SUE), ubn=UBN)] == ["祕密公司"]


# Afterwards


def test_what_was_entered_wrong_is_put_right_with_a_trace_and_without_a_notice(branch, number):
    before = branch.reasons()
    with branch.hold(number, ALICE) as locked:
        corrections.correct(locked, contact="林先生", phone="07-2223333", park="楠梓", subject="續租標準廠房")
    row = branch.row(number)
    assert (row.contact_name, row.contact_phone, row.park, row.subject) == (
        "林先生",
        "07-2223333",
        "楠梓",
        "續租標準廠房",
    )
    event = branch.events(number)[-1]
    assert (event.event, event.by) == ("corrected", ALICE)
    assert event.data == {"fields": ["contact", "phone", "park", "subject"], "park": "楠梓"}
    assert branch.reasons() == before
    case = branch.case(number)
    assert (case.opening.park, case.park) == (None, "楠梓")
    with branch.hold(number, ALICE) as locked:
        corrections.correct(locked, park="")
    assert (branch.row(number).park, branch.case(number).park) == (None, None)
    importable(branch, number)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"park": "火星"}, "park"), ({"subject": " "}, "subject"), ({"phone": "1" * 41}, "phone"), ({}, None)],
)
def test_a_correction_that_cannot_be_says_why(branch, number, given, field):
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        corrections.correct(locked, **given)
    assert refused.value.field == field


def test_the_firm_of_a_case_is_put_right_and_no_colleague_of_the_wrong_one_sees_it_any_more(branch, number):
    before = branch.row(number).firm_id
    with branch.hold(number, ALICE) as locked:
        bindings.share(locked, shared=True)
        corrections.correct(locked, firm=NamedFirm(name="晴川精密有限公司", ubn=UBN))
        assert binding_store.shared_of(locked.session, [locked.row.id]) == set()
        assert (locked.case.opening.firm_name, locked.case.opening.firm_ubn) == ("晴川精密有限公司", UBN)
    assert branch.events(number)[-1].data == {"fields": ["firm"]}
    assert branch.row(number).firm_id != before
    with pytest.raises(Invalid), branch.hold(number, ALICE) as locked:
        corrections.correct(locked, firm=NamedFirm(name="晴川精密有限公司", ubn=UBN))
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        corrections.correct(locked, firm=NamedFirm(name="晴川精密", ubn="12345678"))
    assert refused.value.field == "firm.ubn"
    other = branch.open()
    with branch.hold(other, ALICE) as locked:
        corrections.correct(locked, firm=NamedFirm(name="別家工業", ubn=UBN))
        assert locked.case.opening.firm_ubn == UBN
    assert branch.row(other).firm_id != branch.row(number).firm_id
    with branch.hold(number, ALICE) as locked:
        corrections.correct(locked, firm=NamedFirm())
    assert branch.row(number).firm_id is None
    importable(branch, other)


def test_a_closed_case_is_put_right_too(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.close(locked, case_commands.Outcome.WITHDRAWN, summary="x", notify=unnotified)
        corrections.correct(locked, contact="林先生")
    with branch.hold(number, SYSTEM) as locked:
        assert locked.row.contact_name == "林先生"


def test_desk_and_program_put_right_and_everybody_sees_who_did(database_url):
    with Service(database_url) as service:
        number = service.opened()
        alice = Visitor(service, "alice")
        page = alice.step(number, "correct", contact="林先生", park="")
        assert "已更正，歷程留有紀錄" in page.text
        assert "更正登錄資料" in page.text
        assert "園區由「楠梓」改為「不明」" in page.text
        assert "沒有更正" in alice.send(page, "/correct").text
        shown = alice.step(number, "correct", firm="晴海光電", ubn=UBN)
        assert "晴海光電" in shown.text
        assert "廠商" in shown.text
        for firm, code in (("長風工業", 200), ({"name": "長風工業"}, 422), ({"ubn": "1"}, 422), ("", 200)):
            answer = service.ask(
                "PATCH", f"/api/v1/cases/{number}", json={"firm": firm}, headers=service.headers("bob")
            )
            assert answer.status_code == code, answer.text
        assert answer.json()["firm"] is None
        answer = service.ask("PATCH", f"/api/v1/cases/{number}", json={"subject": "更正後的主旨"},
                             headers=service.headers("bob"))  # fmt: skip
        assert (answer.status_code, answer.json()["subject"]) == (200, "更正後的主旨")
        event = service.get("alice", f"/cases/{number}").json()["events"][-1]
        assert (event["event"], event["by"], event["fields"]) == ("corrected", email("bob"), ["subject"])
        refused = service.ask(
            "PATCH", f"/api/v1/cases/{number}", json={"subject": "x"}, headers=service.headers("carol")
        )
        assert refused.status_code == 403
