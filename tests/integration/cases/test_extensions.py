"""Extensions and what a close has to say, by law: in the database, at the desk, over the API (行政程序法 §51, §172)."""

from datetime import date, timedelta

import pytest

from routing.domain.case import Kind
from routing.domain.errors import Forbidden, Invalid, StepNotAllowed
from routing.domain.permissions import Role
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions
from tests.harness.branch import importable, push, unnotified
from tests.harness.cast import ALICE, SUE, email
from tests.harness.pages import Visitor
from tests.harness.service import Service

ADAM = "adam@kp.example"


@pytest.fixture
def application(branch):
    """An application of 2026-03-02: two months to 05-02, a Saturday, so 05-04; the original period has 61 days."""
    return branch.open(contact_id=branch.contact(), kind=Kind.APP)


def extend(branch, number, days, by=SUE):
    with branch.hold(number, by) as locked:
        extensions.ask(locked, days, reason="需會勘", notify=push)


def test_an_application_is_extended_by_at_most_its_original_period(branch, application):
    with pytest.raises(Invalid, match="原處理期間 61 日") as refused:
        extend(branch, application, 62)
    assert (refused.value.code, refused.value.field) == ("extension_too_long", "days")
    extend(branch, application, 61)
    assert branch.row(application).due_on == date(2026, 7, 2)
    importable(branch, application)


def test_an_application_is_extended_once(branch, application):
    extend(branch, application, 10)
    for by in (ALICE, SUE):
        with pytest.raises(StepNotAllowed) as refused:
            extend(branch, application, 1, by)
        assert refused.value.code == "extension_once"
    assert len(branch.case(application).extensions) == 1


def test_an_enquiry_may_be_extended_again(branch, number):
    extend(branch, number, 2)
    extend(branch, number, 2)
    assert len(branch.case(number).extensions) == 2


def test_what_was_asked_for_as_an_enquiry_is_not_granted_beyond_the_law_to_an_application(branch, number):
    extend(branch, number, 90, ALICE)
    with branch.hold(number, ALICE) as locked:
        case_commands.change_kind(locked, Kind.APP, filed_at=None, reason="申請", notify=unnotified)
    with pytest.raises(StepNotAllowed) as refused, branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    assert refused.value.code == "extension_too_long"


def test_whoever_works_on_a_case_does_not_extend_it_alone_also_as_a_supervisor(branch, number):
    branch.staff("adam", Role.ADMIN)
    with branch.hold(number, SUE) as locked:
        case_commands.assign(locked, SUE, notify=unnotified)
    extend(branch, number, 3)
    assert branch.case(number).pending_extension.asked_by == SUE
    with pytest.raises(Forbidden, match="申請人以外") as refused, branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    assert refused.value.code == "second_person_needed"
    with branch.hold(number, ADAM) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    assert (branch.case(number).extensions[0].approved_by, branch.reasons()[-1]) == (ADAM, "extended")


def test_who_asked_may_take_the_request_back_without_a_reason(branch, number):
    with branch.hold(number, SUE) as locked:
        case_commands.assign(locked, SUE, notify=unnotified)
    extend(branch, number, 3)
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=False, note="", notify=push)
    case = branch.case(number)
    assert (case.pending_extension, case.refused_extension, case.extensions) == (None, None, ())


def test_the_date_in_sight_is_the_date_that_comes_and_another_one_is_refused(branch, number):
    """The same counting: S7."""
    with branch.hold(number, ALICE) as locked:
        seen = extensions.preview(locked.office, locked.case, locked.actor, 3, now=locked.now)
        with pytest.raises(StepNotAllowed) as refused:
            extensions.ask(locked, 3, reason="需會勘", notify=push, due_on=seen.due_on + timedelta(days=1))
        assert refused.value.code == "extension_date_moved"
        extensions.ask(locked, 3, reason="需會勘", notify=push, due_on=seen.due_on)
    with pytest.raises(StepNotAllowed), branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push, due_on=seen.before)
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push, due_on=seen.due_on)
    assert (seen.before, branch.row(number).due_on) == (date(2026, 3, 5), seen.due_on)
    assert branch.events(number)[-2].data["due_on"] == seen.due_on.isoformat()


@pytest.mark.parametrize("days", [1, 5, 30])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_preview_is_what_the_extension_then_is(branch, kind, days):
    """S7"""
    number = branch.open(kind=kind)
    with branch.hold(number, SUE) as locked:
        seen = extensions.preview(locked.office, locked.case, locked.actor, days, now=locked.now)
        extensions.ask(locked, days, reason="需會勘", notify=push)
        assert (locked.row.due_on, locked.row.promised_on) == (seen.due_on, seen.promised_on)


def test_a_program_may_refuse_without_a_note(database_url):
    """Contract §5."""
    with Service(database_url) as service:
        number = service.opened()
        service.post("alice", f"/cases/{number}/extension", {"days": 2, "reason": "需會勘"})
        refused = service.post("sue", f"/cases/{number}/extension/approval", {"approve": False})
        assert (refused.status_code, refused.json()["pending_extension"]) == (200, None)


def test_a_refusal_needs_a_reason_and_stays_with_who_asked_until_they_took_note(branch, number):
    extend(branch, number, 3, ALICE)
    with pytest.raises(Invalid) as refused, branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=False, note=" ", notify=push)
    assert refused.value.field == "note"
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=False, note="請如期辦理", notify=push)
    with branch.database.reading() as session:
        (told,) = extensions.refused_to(session, branch.actor(ALICE))
        assert extensions.refused_to(session, branch.actor(SUE)) == []
    assert (told.number, told.by, told.refused.note, told.refused.days) == (number, "sue", "請如期辦理", 3)
    with pytest.raises(StepNotAllowed), branch.hold(number, SUE) as locked:
        extensions.take_note(locked)
    with branch.hold(number, ALICE) as locked:
        extensions.take_note(locked)
    with branch.database.reading() as session:
        assert extensions.refused_to(session, branch.actor(ALICE)) == []
    importable(branch, number)


def test_asking_again_is_taking_note(branch, number):
    extend(branch, number, 3, ALICE)
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=False, note="請如期辦理", notify=push)
    extend(branch, number, 1, ALICE)
    assert branch.row(number).extension_refused_to is None


# At the desk and over the API


def test_the_desk_shows_the_date_before_it_is_asked_for_and_approved_and_the_refusal_with_its_reason(database_url):
    with Service(database_url) as service:
        number = service.opened()
        alice, sue = Visitor(service, "alice"), Visitor(service, "sue")
        seen = alice.step(number, "extension", days="2", reason="須現勘")
        assert "限辦日期由 115.11.19 改為 115.11.23" in seen.text
        changed = alice.send(seen, "/extension", days="3")
        assert "改為 115.11.24" in changed.text
        assert "待主管核定" in alice.send(changed, "/extension").text
        approving = sue.get(f"/desk/cases/{number}")
        assert "改為 115.11.24" in approving.text
        assert "不同意展期須填寫理由" in sue.send(approving, "/approval", approve="no").text
        assert "申請人會在待辦頁看到理由" in sue.send(approving, "/approval", approve="no", note="請先答復").text
        told = alice.get("/desk").text
        assert "展期 3 日未獲同意" in told
        assert "sue" in told
        assert "請先答復" in told
        page = alice.get(f"/desk/cases/{number}")
        assert "展期 3 日未獲同意" in page.text
        assert "已註記知悉" in alice.send(page, "/extension_seen").text
        assert "未獲同意" not in alice.get("/desk").text


def test_the_date_can_be_asked_for_by_programs(database_url):
    with Service(database_url) as service:
        number = service.opened()
        seen = service.get("alice", f"/cases/{number}/extension", days=2).json()
        assert seen == {
            "days": 2, "most": 365, "before": "2026-11-19", "due_on": "2026-11-23", "promised_on": "2026-11-23",
            "provisional": False, "at_once": False,
        }  # fmt: skip
        wrong = {"days": 2, "reason": "x", "seen_due_on": "2026-11-24"}
        answer = service.post("alice", f"/cases/{number}/extension", wrong)
        assert (answer.status_code, answer.json()["code"]) == (409, "extension_date_moved")
        asked = service.post("alice", f"/cases/{number}/extension", {**wrong, "seen_due_on": seen["due_on"]}).json()
        assert asked["pending_extension"] == {"days": 2, "reason": "x", "asked_by": email("alice")}
        path = f"/cases/{number}/extension/approval"
        assert service.post("sue", path, {"approve": False, "note": " "}).json()["field"] == "note"
        assert service.post("sue", path, {"approve": False, "note": "請如期"}).status_code == 200
        assert service.post("bob", f"/cases/{number}/extension/seen", {}).json()["code"] == "nothing_refused"
        assert service.post("alice", f"/cases/{number}/extension/seen", {}).status_code == 200
        service.post("alice", f"/cases/{number}/kind", {"kind": "APP", "reason": "x"})
        most = service.get("alice", f"/cases/{number}/extension", days=1).json()["most"]
        assert most == 61
        long = service.post("alice", f"/cases/{number}/extension", {"days": most + 1, "reason": "x"})
        assert (long.status_code, long.json()["code"]) == (422, "extension_too_long")
