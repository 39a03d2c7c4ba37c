"""Waits, extensions, kinds and categories in the database (contract §5, §7)."""

from datetime import timedelta

import pytest

from routing.domain.case import Kind
from routing.domain.dialogue.placement import Reason
from routing.domain.errors import Forbidden, Invalid, StepNotAllowed
from routing.domain.permissions import FIRM
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, from_firm
from routing.store.conversation.schema import Message
from tests.harness.branch import MONDAY, importable, push
from tests.harness.cast import ALICE, CAROL, SERVICE, SUE

# Waiting


def test_waiting_on_the_firm_asks_it_and_stops_the_clock(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "firm", message="請補租約與印鑑", until="2026-03-06", notify=push)
    assert (branch.row(number).status, branch.row(number).waiting_on) == ("waiting_firm", "firm")
    told = str(branch.outbox()[0].payload)
    assert branch.reasons() == ["waiting_firm"]
    assert "請補租約與印鑑" in told
    assert "2026/3/6" in told
    branch.later(days=2)
    with branch.hold(number, ALICE) as locked:
        case_commands.resume(locked, notify=push)
    assert (branch.row(number).status, branch.row(number).due_on.isoformat()) == ("in_progress", "2026-03-09")
    importable(branch, number)


def test_waiting_on_an_agency_takes_out_nothing(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "agency", agency="taipower", message="請查", notify=push)
    branch.later(days=2)
    with branch.hold(number, ALICE) as locked:
        case_commands.resume(locked, notify=push)
    assert branch.row(number).due_on.isoformat() == "2026-03-05"
    assert branch.messages(number)[-1].direction == "note"
    importable(branch, number)


WAITS = [
    ({"on": "weather"}, "on"), ({"on": "agency"}, "agency"), ({"on": "agency", "agency": "nasa"}, "agency"),
    ({"on": "firm", "message": ""}, "message"), ({"on": "firm", "until": "下週"}, "until"),
    ({"on": "firm", "until": "2026-02-30"}, "until"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "field"), WAITS)
def test_a_wait_that_cannot_be_used_names_its_field(branch, number, what, field):
    values = {"message": "請補件", **what}
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, values.pop("on"), **values, notify=push)
    assert refused.value.field == field


@pytest.mark.parametrize("piece", [True, False])
def test_a_piece_shows_that_the_firm_answered_and_thanks_do_not(branch, number, piece):
    """L19"""
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "firm", message="請補件", notify=push)
    with branch.hold(number, FIRM) as locked:
        from_firm.firm_message(locked, _said(locked), piece=piece, placed_by=Reason.OFFICER)
    assert (branch.row(number).status, branch.case(number).firm_answered) == ("waiting_firm", piece)


def test_words_do_not_end_a_wait_on_an_agency(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "agency", agency="taipower", message="請查", notify=push)
    with branch.hold(number, FIRM) as locked:
        from_firm.firm_message(locked, _said(locked), piece=True, placed_by=Reason.OFFICER)
    assert branch.row(number).status == "waiting_agency"


def _said(locked):
    """Something the firm wrote, not yet tied to its case."""
    message = Message(
        direction="in", kind="text", text="附上", at=locked.now, via="line", contact_id=locked.row.contact_id
    )  # fmt: skip
    locked.session.add(message)
    locked.session.flush()
    return message


# Extensions


def test_a_supervisors_own_call_extends_at_once(branch, number):
    with branch.hold(number, SUE) as locked:
        extensions.ask(locked, 3, reason="需會勘", notify=push)
    assert branch.row(number).due_on.isoformat() == "2026-03-10"
    assert branch.case(number).extensions[0].approved_by == SUE
    assert branch.reasons() == ["extended"]
    assert "2026/3/10" in str(branch.outbox()[0].payload)
    importable(branch, number)


def test_an_officer_asks_and_a_supervisor_puts_it_in_force(branch, number):
    with branch.hold(number, ALICE) as locked:
        extensions.ask(locked, 3, reason="需會勘", notify=push)
    assert branch.row(number).pending_extension
    assert branch.row(number).due_on.isoformat() == "2026-03-05"
    assert branch.reasons() == []
    with pytest.raises(StepNotAllowed) as refused, branch.hold(number, ALICE) as locked:
        extensions.ask(locked, 1, reason="再展", notify=push)
    assert refused.value.code == "extension_pending"
    with pytest.raises(Forbidden), branch.hold(number, ALICE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    assert branch.row(number).due_on.isoformat() == "2026-03-10"
    assert not branch.row(number).pending_extension


def test_a_refused_extension_moves_nothing(branch, number):
    with branch.hold(number, ALICE) as locked:
        extensions.ask(locked, 3, reason="需會勘", notify=push)
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=False, note="請如期辦理", notify=push)
    assert (branch.row(number).due_on.isoformat(), branch.reasons()) == ("2026-03-05", [])
    with pytest.raises(StepNotAllowed) as refused, branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    assert refused.value.code == "no_extension_pending"


@pytest.mark.parametrize(("days", "hours", "allowed"), [(3, 14.9, True), (3, 15.1, False)])
def test_an_extension_comes_before_the_due_date_ends(branch, number, days, hours, allowed):
    """S13: what is late stays late. Midnight of the due date is the end."""
    branch.now = MONDAY + timedelta(days=days, hours=hours)
    if allowed:
        with branch.hold(number, SUE) as locked:
            extensions.ask(locked, 1, reason="需會勘", notify=push)
    else:
        with pytest.raises(StepNotAllowed) as refused, branch.hold(number, SUE) as locked:
            extensions.ask(locked, 1, reason="需會勘", notify=push)
        assert refused.value.code == "extension_too_late"


def test_approval_comes_before_the_due_date_ends_too(branch, number):
    with branch.hold(number, ALICE) as locked:
        extensions.ask(locked, 3, reason="需會勘", notify=push)
    branch.later(days=4)
    with pytest.raises(StepNotAllowed) as refused, branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    assert refused.value.code == "extension_too_late"


def test_while_the_firm_is_waited_on_the_date_moves_and_so_does_the_last_day_to_extend(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "firm", message="請補件", notify=push)
    branch.later(days=9)
    with branch.hold(number, SUE) as locked:
        extensions.ask(locked, 1, reason="需會勘", notify=push)
    assert len(branch.case(number).extensions) == 1


@pytest.mark.parametrize(("days", "reason", "field"), [(0, "x", "days"), (366, "x", "days"), (1, " ", "reason")])
def test_an_extension_that_cannot_be_used_names_its_field(branch, number, days, reason, field):
    with pytest.raises(Invalid) as refused, branch.hold(number, SUE) as locked:
        extensions.ask(locked, days, reason=reason, notify=push)
    assert refused.value.field == field


# Kind and category


def test_another_kind_counts_anew_from_receipt(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.change_kind(locked, Kind.PET, filed_at=None, reason="陳情", notify=push)
    row = branch.row(number)
    # 30 working days to 04-16 (04-03 and 04-06 are holidays); by law 30 calendar days to 04-01, which is promised.
    assert (row.due_on.isoformat(), row.promised_on.isoformat()) == ("2026-04-15", "2026-04-01")
    assert branch.reasons() == ["kind"]
    importable(branch, number)


def test_an_application_counts_from_its_filing(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.change_kind(locked, Kind.APP, filed_at=branch.now, reason="申請", notify=push)
    assert branch.case(number).receipt == branch.now
    assert branch.row(number).due_on.isoformat() == "2026-05-04"
    importable(branch, number)


@pytest.mark.parametrize("hours", [-0.1, 1.1])
def test_a_filing_lies_between_first_contact_and_now(branch, number, hours):
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        case_commands.change_kind(locked, Kind.APP, filed_at=MONDAY + timedelta(hours=hours), reason="x", notify=push)
    assert refused.value.field == "filed_at"


def test_confirming_the_kind_tells_nobody(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.change_kind(locked, Kind.ENQ, filed_at=None, reason="確認為諮詢", notify=push)
    assert branch.reasons() == []


def test_another_category_takes_the_case_to_its_unit_and_moves_no_date(branch, number):
    due = branch.row(number).due_on
    with branch.hold(number, ALICE) as locked:
        case_commands.change_category(locked, "tax", topic=None, reason="屬稅務", notify=push)
    row = branch.row(number)
    assert (row.category, row.unit, row.assignee, row.due_on) == ("tax", SERVICE, CAROL, due)
    assert branch.reasons() == ["moved"]
    importable(branch, number)


def test_a_category_whose_unit_has_nobody_goes_to_the_queue(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.change_category(locked, "environment", topic=None, reason="屬環保", notify=push)
    assert (branch.row(number).assignee, branch.row(number).status) == (None, "received")


def test_a_category_of_the_same_unit_keeps_the_officer(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.change_category(locked, "construction", topic=None, reason="屬建廠", notify=push)
    assert (branch.row(number).assignee, branch.reasons()) == (ALICE, [])


@pytest.mark.parametrize(("field", "value"), [("category", "smalltalk"), ("topic", "x" * 41), ("reason", " ")])
def test_a_category_that_cannot_be_used_names_its_field(branch, number, field, value):
    values = {"category": "tax", "topic": None, "reason": "x", field: value}
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        case_commands.change_category(locked, values.pop("category"), **values, notify=push)
    assert refused.value.field == field
