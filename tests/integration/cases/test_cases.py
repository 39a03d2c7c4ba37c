"""Every step of a case in the database: its event, its words, its notice, and when it is refused (contract §5, §7)."""

from contextlib import nullcontext
from datetime import timedelta

import pytest

from routing.domain.case import Outcome, Status
from routing.domain.errors import Forbidden, Invalid, NotFound, StaleVersion, StepNotAllowed
from routing.service.cases import commands as case_commands
from routing.service.knowledge_admin import confidentiality
from tests.harness.branch import MONDAY, importable, push
from tests.harness.cast import ALICE, CAROL, LAND, SERVICE, TAI

# Opening


def test_a_new_case_is_numbered_given_out_and_dated(branch):
    number = branch.open(firm_name="晴川精密", park="楠梓")
    row = branch.row(number)
    assert number == "KP-1150302-0001"
    assert (row.unit, row.assignee, row.status) == (LAND, ALICE, "assigned")
    assert (row.due_on.isoformat(), row.promised_on.isoformat()) == ("2026-03-05", "2026-03-05")
    assert row.received_at == row.first_contact_at == MONDAY
    assert [message.text for message in branch.messages(number)] == ["想續租標準廠房"]
    assert branch.open() == "KP-1150302-0002"


def test_numbers_go_by_the_taipei_day_of_receipt(branch):
    """S17: half past midnight in Taipei is another day in UTC."""
    branch.later(-8.5)
    assert branch.open() == "KP-1150302-0001"
    branch.later(-1)
    assert branch.open() == "KP-1150301-0001"


ROUTES = [
    ({"category": "land"}, LAND),
    ({"category": "tax"}, SERVICE),
    ({"category": "other", "topic": "labour"}, "環安勞動科"),
    ({"category": "utilities"}, "營運管理科"),
    ({"category": "other", "topic": "facilities"}, "營運管理科"),
]


@pytest.mark.parametrize(("what", "unit"), ROUTES)
def test_category_and_topic_decide_the_unit(branch, what, unit):
    assert branch.row(branch.open(**what)).unit == unit


WRONG = [
    ({"channel": "fax"}, "channel"),
    ({"category": "smalltalk"}, "category"),
    ({"received_at": MONDAY + timedelta(seconds=1)}, "received_at"),
    ({"received_at": MONDAY.replace(year=2023)}, "received_at"),
    ({"first_contact_at": MONDAY + timedelta(seconds=1)}, "first_contact_at"),
    ({"park": "月球"}, "park"),
    ({"text": "  "}, "text"),
    ({"topic": "x" * 41}, "topic"),
    ({"firm_name": "x" * 121}, "firm_name"),
    ({"firm_ubn": "1234"}, "firm.ubn"),
    ({"contact_name": "x" * 81}, "contact_name"),
    ({"contact_phone": "1" * 41}, "contact_phone"),
]


@pytest.mark.parametrize(("what", "field"), WRONG, ids=[row[1] for row in WRONG])
def test_what_cannot_open_a_case_names_its_field_and_leaves_nothing(branch, what, field):
    with pytest.raises(Invalid) as refused:
        branch.open(**what)
    assert refused.value.field == field
    assert branch.open() == "KP-1150302-0001"


# Answers


def test_an_answer_is_event_words_and_notice_at_once(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "可以續租，請備妥文件。", notify=push)
    case = branch.case(number)
    assert (case.status, case.first_reply_at) == (Status.IN_PROGRESS, branch.now)
    assert (branch.messages(number)[-1].direction, branch.messages(number)[-1].by) == ("out", ALICE)
    assert branch.reasons() == ["replied"]
    assert "可以續租" in str(branch.outbox()[0].payload)


def test_a_rollback_leaves_neither_event_nor_notice(branch, number):
    """O1"""
    before = branch.case(number)
    with pytest.raises(ZeroDivisionError), branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "可以續租。", notify=lambda *notice: (push(*notice), 1 / 0))
    assert branch.case(number) == before
    assert branch.outbox() == []
    assert len(branch.messages(number)) == 1


def test_an_answer_by_telephone_is_recorded_with_its_time_and_number(branch, number):
    given = branch.now - timedelta(minutes=20)
    with branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "已電話說明", notify=push, via="phone", at=given, doc_no="高屏字第1號")
    assert branch.case(number).first_reply_at == given
    assert branch.row(number).refs == ["高屏字第1號"]
    assert branch.events(number)[-1].recorded_at == branch.now
    importable(branch, number)


def test_an_answer_by_line_is_always_given_now(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "可以。", notify=push, at=branch.now - timedelta(minutes=20))
    assert branch.case(number).first_reply_at == branch.now


def test_an_earlier_answer_entered_later_becomes_the_first(branch, number):
    """S13 the other way round: the order is that of the times, not of the entering."""
    with branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "第二次", notify=push)
    branch.later(1)
    with branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "第一次", notify=push, via="phone", at=MONDAY + timedelta(minutes=10))
    assert branch.case(number).first_reply_at == MONDAY + timedelta(minutes=10)
    assert branch.row(number).first_reply_at == MONDAY + timedelta(minutes=10)
    importable(branch, number)


@pytest.mark.parametrize("hours", [-0.1, 1.1])
def test_an_answer_is_not_given_before_receipt_nor_in_the_future(branch, number, hours):
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "x", notify=push, via="phone", at=MONDAY + timedelta(hours=hours))
    assert refused.value.field == "at"


@pytest.mark.parametrize(("hours", "allowed"), [(1.5, True), (2, False), (2.5, False), (3, True), (3.5, True)])
def test_an_answer_cannot_have_been_given_while_the_case_stood_closed(branch, number, hours, allowed):
    branch.later(1)
    with branch.hold(number, ALICE) as locked:
        case_commands.close(locked, Outcome.WITHDRAWN, summary="來電撤回", notify=push)
    branch.later(1)
    with branch.hold(number, ALICE) as locked:
        case_commands.reopen(locked, reason="仍需協助", notify=push)
    branch.later(1)
    refusal = nullcontext() if allowed else pytest.raises(Invalid, match="辦結")
    with refusal, branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "電話說明", notify=push, via="phone", at=MONDAY + timedelta(hours=hours))
    importable(branch, number)


ANSWERS = [
    ({"text": " "}, "text"), ({"text": "x" * 4001}, "text"), ({"via": "pigeon"}, "via"),
    ({"via": "letter", "doc_no": "x" * 61}, "doc_no"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "field"), ANSWERS)
def test_an_answer_that_cannot_be_used_names_its_field(branch, number, what, field):
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, **{"text": "x", **what}, notify=push)
    assert refused.value.field == field


def test_without_a_line_contact_there_is_no_answer_by_line(branch):
    number = branch.open()
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "x", notify=push)
    assert refused.value.code == "no_address"


def test_a_firm_that_blocked_us_is_not_answered_by_line(branch):
    """L14"""
    number = branch.open(contact_id=branch.contact("U2"))
    with branch.hold(number, ALICE) as locked:
        locked.address().reachable = False
    with pytest.raises(Invalid) as refused, branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, "x", notify=push)
    assert refused.value.code == "unreachable"


def test_a_note_is_for_staff_alone(branch, number):
    with branch.hold(number, ALICE) as locked:
        case_commands.note(locked, "先查地籍", notify=push)
    assert branch.outbox() == []
    assert branch.case(number).first_reply_at is None
    assert branch.messages(number)[-1].direction == "note"


# Permission and version


def test_another_units_officer_may_read_and_not_write(branch, number):
    with pytest.raises(Forbidden), branch.hold(number, CAROL):
        pass


def test_a_hidden_case_sounds_like_a_missing_one(branch, number):
    with branch.hold(number, ALICE) as locked:
        confidentiality.set_confidential(locked, confidential=True)
    with pytest.raises(NotFound) as hidden, branch.hold(number, CAROL):
        pass
    with pytest.raises(NotFound) as missing, branch.hold("KP-1150302-7777", CAROL):
        pass
    assert hidden.value.message.replace(number, "N") == missing.value.message.replace("KP-1150302-7777", "N")


def test_secrecy_said_twice_is_written_once(branch, number):
    for _ in range(2):
        with branch.hold(number, ALICE) as locked:
            confidentiality.set_confidential(locked, confidential=True)
    assert [event.event for event in branch.events(number)].count("confidential") == 1


def test_a_stale_version_changes_nothing(branch, number):
    version = branch.row(number).version
    with branch.hold(number, ALICE, version=version) as locked:
        case_commands.note(locked, "一", notify=push)
    with pytest.raises(StaleVersion), branch.hold(number, ALICE, version=version) as locked:
        case_commands.note(locked, "二", notify=push)
    assert branch.row(number).version == version + 1


def test_a_partner_sees_and_hands_back_what_was_asked_of_its_agency(branch, number):
    with pytest.raises(NotFound), branch.hold(number, TAI):
        pass
    with branch.hold(number, ALICE) as locked:
        case_commands.wait(locked, "agency", agency="taipower", message="請協助查表", notify=push)
    with branch.hold(number, TAI) as locked:
        with pytest.raises(StepNotAllowed) as refused:
            case_commands.resume(locked, notify=push)
        assert refused.value.code == "answer_missing"
        case_commands.note(locked, "已查", notify=push)
    assert branch.case(number).waiting is None
    with pytest.raises(NotFound), branch.hold(number, TAI):
        pass
