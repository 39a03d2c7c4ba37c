"""Notices that merely inform wait for a free reply; they are pushed by their kind's policy alone (O6, O7, L13)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.domain.case import EventKind, Kind, Outcome
from routing.domain.errors import DeliveryError, Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.firm_dates import firm_date
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Sent, from_plain
from routing.domain.permissions import SYSTEM, Role
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, notifying
from routing.service.conversation import commands as conversation_commands
from routing.service.messaging import deliveries, outbox, parking, policies, quota
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Contact
from routing.store.messaging.schema import Outbox
from tests.harness.branch import Played, branch_on, push, reader
from tests.harness.chat import Chat, words_of
from tests.harness.databases import BOTH

TREE = "圍牆外的大樹倒下來了，想請人來看"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        for name in ("alice", "bob", "carl"):
            branch.staff(name, unit=None)
        branch.staff("sue", Role.SUPERVISOR)
        branch.staff("adam", Role.ADMIN)
        yield branch


@pytest.fixture
def chat(branch):
    return Chat(branch)


@pytest.fixture
def number(branch, chat):
    number = chat.opens(TREE)
    sends(branch)
    return number


def email(name):
    return f"{name}@kp.example"


class Line(Played):
    """LINE that takes everything, or refuses pushes with an error."""

    def __init__(self, refuses=None):
        super().__init__()
        self.calls, self.refuses = [], refuses

    def _take(self, kind, messages):
        self.calls.append((kind, words_of(messages)))
        return Sent(f"r{len(self.calls)}", tuple(f"{len(self.calls)}x{place}" for place, _ in enumerate(messages)))

    def reply(self, _token, messages, **_more):
        return self._take("reply", messages)

    def push(self, _to, messages, **_more):
        if self.refuses is not None:
            raise self.refuses
        return self._take("push", messages)


def sends(branch, line=None):
    """All that is due goes out; what was called, in order."""
    line = line or Line()
    while True:
        with branch.database.writing() as session:
            batch = outbox.lease_messages(session, line, now=branch.now)
        if not batch:
            return line.calls
        for one in batch:
            outbox.deliver(branch.database, line, one, now=branch.now)


def assign(branch, number, to="bob"):
    with branch.hold(number) as locked:
        case_commands.assign(locked, email(to), notify=push)


def release(branch):
    made = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(base=branch.office))
    return parking.release_due(made, renew=notifying.renew, now=branch.now)


def states(branch, reason):
    return [(row.state, row.kind) for row in branch.outbox() if row.reason == reason]


def uses(branch, used, limit=200):
    quota.ask_if_due(branch.database, Played(quota=lambda: (limit, used)), now=branch.now)


def setting(branch, reason, **values):
    given = {"hours": None, "holds": False, "why": "測試", **values}
    with branch.database.writing() as session:
        return policies.change(session, branch.actor(email("adam")), reason, now=branch.now, **given)


def test_a_new_officer_is_told_with_the_next_free_reply_and_not_pushed(branch, chat, number):
    assign(branch, number)
    assert sends(branch) == []
    assert states(branch, "assigned") == [("parked", "push")]
    chat.text("請問上班時間？")
    ((kind, words),) = sends(branch)
    assert kind == "reply"
    assert "bob" in words
    assert states(branch, "assigned") == [("accepted", "reply")]
    chat.text("請問上班時間？")
    assert "bob" not in sends(branch)[0][1]


def test_notices_come_before_the_answer_whose_choices_stay_last(branch, chat, number):
    assign(branch, number)
    chat.text("租地要繳多少預約金？")
    row = branch.outbox()[-1]
    messages = from_plain(row.payload)
    assert "bob" in words_of(messages[:1])
    assert messages[-1].quick
    assert len(messages) <= 5


def test_a_later_notice_takes_the_place_of_the_parked_one(branch, chat, number):
    """O6"""
    assign(branch, number, "bob")
    assign(branch, number, "carl")
    assert [state for state, _ in states(branch, "assigned")] == ["cancelled", "parked"]
    with branch.hold(number) as locked:
        case_commands.reply(locked, "週三前往", notify=push)
    assert [state for state, _ in states(branch, "assigned")] == ["cancelled", "cancelled"]
    assert [kind for kind, _ in sends(branch)] == ["push"]


def answered(branch, number):
    """Its officer's words have reached the firm."""
    with branch.hold(number) as locked:
        case_commands.reply(locked, "已移除", notify=push)
    sends(branch)


def close(locked):
    case_commands.close(locked, Outcome.ANSWERED, summary="已移除", notify=push)


def test_the_question_after_closing_goes_in_the_call_that_says_it_is_closed(branch, number):
    answered(branch, number)
    with branch.hold(number) as locked:
        close(locked)
    ((kind, words),) = sends(branch)
    assert kind == "push"
    assert "已移除" in words
    assert branch.office.sentences.say("rate.5", None) in words
    assert states(branch, "survey") == [("accepted", "push")]


def test_an_officers_own_words_are_sent_under_that_name_alone(branch, number):
    """LINE shows one speaker for all that a call holds, so no notice goes with them."""
    with branch.hold(number, email("sue")) as locked:
        case_commands.reply(locked, "已移除", notify=push)
        case_commands.change_kind(locked, Kind.PET, filed_at=None, reason="陳情", notify=push)
    assert states(branch, "kind") == [("parked", "push")]


def test_danger_is_answered_without_anything_else(branch, chat, number):
    assign(branch, number)
    chat.text("失火了，員工已疏散")
    assert states(branch, "assigned") == [("parked", "push")]


def test_a_reply_past_its_tokens_time_takes_nothing_along(branch, chat, number):
    """What becomes a push is no free reply."""
    assign(branch, number)
    branch.later(days=1)
    inbound = Inbound(channel="line", kind=InboundKind.TEXT, at=branch.now, user_id=chat.user_id, reply_token="t",
                      message_id="late", text="請問上班時間？")  # fmt: skip
    with branch.database.writing() as session:
        conversation_commands.take(
            session, branch.office, reader(), inbound, now=branch.now, token_until=branch.now - timedelta(seconds=1)
        )
    assert states(branch, "assigned") == [("parked", "push")]


def test_whoever_quotes_a_notice_that_came_with_another_answer_is_heard_in_its_case(branch, chat, number):
    assign(branch, number)
    chat.text("請問上班時間？")
    sends(branch)
    rows = branch.outbox()
    notice = next(row for row in rows if row.reason == "assigned")
    with branch.database.reading() as session:
        found = conversation_store.case_of_quoted(
            session, "line", notice.sent_ids.split()[0], contact_id=chat.contact.id
        )
        other = conversation_store.case_of_quoted(
            session, "line", rows[-1].sent_ids.split()[-1], contact_id=chat.contact.id
        )
    assert (found, other) == (number, None)


def test_what_was_not_handed_over_by_the_end_of_the_working_day_is_pushed_once(branch, number):
    """S15: at the end of the day, not at night."""
    with branch.hold(number) as locked:
        case_commands.change_kind(locked, Kind.PET, filed_at=None, reason="陳情", notify=push)
    assert sends(branch) == []
    branch.now = branch.now.replace(hour=17, minute=29)
    assert release(branch) == 0
    branch.now = branch.now.replace(hour=17, minute=30)
    assert (release(branch), release(branch)) == (1, 0)
    assert [kind for kind, _ in sends(branch)] == ["push"]


def test_all_that_is_parked_goes_in_the_one_call_that_is_counted(branch, number):
    assign(branch, number)
    with branch.hold(number) as locked:
        case_commands.change_kind(locked, Kind.PET, filed_at=None, reason="陳情", notify=push)
    branch.later(days=1)
    release(branch)
    assert len(sends(branch)) == 1
    assert (states(branch, "assigned"), states(branch, "kind")) == ([("accepted", "push")], [("accepted", "push")])


def test_hours_that_end_at_night_end_at_the_next_opening(branch, number):
    setting(branch, "assigned", when="hours", hours=10)
    branch.now = branch.now.replace(hour=16, minute=0)
    assign(branch, number)
    branch.later(10)
    assert release(branch) == 0
    branch.now = branch.now.replace(hour=8, minute=30)
    assert release(branch) == 1


def test_a_notice_that_nobody_fetched_is_given_up_when_it_is_worth_nothing(branch, number):
    assign(branch, number)
    branch.later(days=31)
    release(branch)
    (row,) = [row for row in branch.outbox() if row.reason == "assigned"]
    assert (row.state, row.error) == ("cancelled", "lapsed")


def test_notices_that_can_wait_are_kept_back_while_the_months_messages_run_low(branch, number):
    """L13, O7: they go free, or when the messages are counted anew."""
    uses(branch, 170)
    with branch.hold(number) as locked:
        case_commands.close(locked, Outcome.DECLINED, summary="非本分局業務", notify=push)
    assert [kind for kind, _ in sends(branch)] == ["push"]
    with branch.hold(number) as locked:
        case_commands.reopen(locked, reason="誤結", notify=push)
    assert sends(branch) == []
    (row,) = [row for row in branch.outbox() if row.reason == "reopened"]
    assert (row.state, row.error) == ("parked", parking.LOW)


def test_what_comes_due_while_messages_run_low_waits_for_the_next_month(branch, number):
    with branch.hold(number) as locked:
        case_commands.change_kind(locked, Kind.PET, filed_at=None, reason="陳情", notify=push)
    branch.later(days=1)
    uses(branch, 199)
    assert release(branch) == 0
    branch.now = branch.now.replace(month=4, day=1, hour=9)
    assert release(branch) == 1


def test_what_the_spent_quota_kept_back_goes_with_the_next_free_reply(branch, chat, number):
    """L13: stopped, seen by staff, handed over free; nothing is said twice."""
    with branch.hold(number) as locked:
        case_commands.reply(locked, "已派員前往", notify=push)
    spent = Line(DeliveryError("…", code="quota", quota=True))
    sends(branch, spent)
    (row,) = [row for row in branch.outbox() if row.reason == "replied"]
    assert (row.state, row.error) == ("dead", "quota")
    chat.text("請問上班時間？")
    calls = sends(branch, spent)
    assert [kind for kind, _ in calls] == ["reply"]
    assert "已派員前往" in calls[0][1]
    assert states(branch, "replied") == [("accepted", "reply")]


def test_a_person_may_send_a_parked_notice_now(branch, number):
    assign(branch, number)
    (row,) = [row for row in branch.outbox() if row.reason == "assigned"]
    with branch.database.writing() as session:
        outbox.resend(session, row.id, SYSTEM, now=branch.now)
    assert [kind for kind, _ in sends(branch)] == ["push"]


def test_a_carrier_that_fails_is_sent_again_with_what_goes_with_it(branch, number):
    answered(branch, number)
    with branch.hold(number) as locked:
        close(locked)
    sends(branch, Line(DeliveryError("…", code="refused", permanent=True)))
    assert states(branch, "survey") == [("dead", "push")]
    notice = next(row for row in branch.outbox() if row.reason == "survey")
    with branch.database.writing() as session:
        assert outbox.resend(session, notice.id, SYSTEM, now=branch.now).reason == "closed"
    assert states(branch, "survey") == [("carried", "push")]
    assert len(sends(branch)) == 1
    assert states(branch, "survey") == [("accepted", "push")]


def test_more_than_a_call_holds_follows_with_the_next_answer(branch, chat):
    """L15: nothing is dropped. Here a call holds one object: the privacy notice of a first contact waits."""
    office = branch.office
    branch.office = replace(office, channels={"line": replace(office.channels["line"], messages=1)})
    chat.text("租地要繳多少預約金？")
    branch.office = office
    assert states(branch, "rest") == [("parked", "push")]
    ((_, first),) = sends(branch)
    chat.text("請問上班時間？")
    ((kind, second),) = sends(branch)
    notice = office.sentences.say("privacy.line", None, url=f"{office.base_url}/privacy")
    assert (kind, notice in first, notice in second) == ("reply", False, True)
    assert states(branch, "rest") == [("accepted", "reply")]


def test_the_rest_of_an_answer_that_nobody_fetches_is_pushed(branch, chat):
    office = branch.office
    branch.office = replace(office, channels={"line": replace(office.channels["line"], messages=1)})
    chat.text("租地要繳多少預約金？")
    branch.office = office
    sends(branch)
    branch.later(2)
    release(branch)
    assert [kind for kind, _ in sends(branch)] == ["push"]


def test_policies_are_set_by_administrators_with_a_reason_and_audited(branch, number):
    stands = setting(branch, "assigned", when="at_once", why="主管要求即時告知")
    assert (stands.policy.when, stands.by, stands.shipped) == ("at_once", email("adam"), False)
    assign(branch, number)
    assert [kind for kind, _ in sends(branch)] == ["push"]


@pytest.mark.parametrize(("reason", "values", "error"), [
    ("closed", {"when": "never"}, Invalid), ("nothing", {"when": "never"}, NotFound),
    ("assigned", {"when": "hours"}, Invalid), ("assigned", {"when": "hours", "hours": 241}, Invalid),
    ("assigned", {"when": "later"}, Invalid), ("assigned", {"when": "never", "why": "  "}, Invalid),
    ("assigned", {"when": "never", "why": "長" * 301}, Invalid),
])  # fmt: skip
def test_a_policy_that_makes_no_sense_is_refused(branch, reason, values, error):
    with pytest.raises(error):
        setting(branch, reason, **values)


@pytest.mark.parametrize("who", ["alice", "sue"])
def test_nobody_else_sets_a_policy(branch, who):
    with branch.database.writing() as session, pytest.raises(Forbidden):
        policies.change(session, branch.actor(email(who)), "assigned", when="never", hours=None, holds=False, why="x",
                        now=branch.now)  # fmt: skip


def test_what_went_with_a_push_that_is_taken_back_is_parked_again_or_taken_out(branch, number):
    """O6: the case is opened again before the closing notice went out."""
    answered(branch, number)
    with branch.hold(number) as locked:
        close(locked)
        case_commands.reopen(locked, reason="誤結", notify=push)
    assert [state for state, _ in states(branch, "survey")] == ["cancelled"]
    rate = branch.office.sentences.say("rate.5", None)
    assert not any(rate in words for _, words in sends(branch))


def test_every_row_that_was_parked_ends(branch, chat, number):
    assign(branch, number)
    chat.text("請問上班時間？")
    sends(branch)
    with branch.database.reading() as session:
        left = session.scalars(select(Outbox.state).where(Outbox.state.in_(("parked", "carried")))).all()
    assert left == []


def parked(branch, reason):
    return [(row.state, row.error) for row in branch.outbox() if row.reason == reason]


def test_what_merely_informs_is_not_pushed_to_whoever_asked_for_silence_since(branch, chat, number):
    other = chat.opens("想租標準廠房")
    sends(branch)
    with branch.hold(number) as locked:
        case_commands.change_kind(locked, Kind.PET, filed_at=None, reason="陳情", notify=push)
    with branch.database.writing() as session:
        session.get(Contact, chat.contact.id).quiet = True
    branch.later(days=1)
    assert release(branch) == 0
    assert parked(branch, "kind") == [("parked", parking.SILENCE)]
    with branch.hold(other) as locked:
        case_commands.close(locked, Outcome.DECLINED, summary="非本分局業務", notify=push)
    assert not any(name(branch, "kind.PET") in words for _, words in sends(branch))
    chat.text("請問上班時間？")
    ((kind, words),) = sends(branch)
    assert (kind, name(branch, "kind.PET") in words) == ("reply", True)


def name(branch, key):
    return branch.office.sentences.say(key, None)


def promised(branch, number):
    return firm_date(branch.row(number).promised_on, "zh-TW")


def test_a_notice_that_is_handed_over_late_states_the_date_as_it_is_then(branch, number):
    """O6: the extension was told meanwhile; the older notice must not take it back."""
    with branch.hold(number) as locked:
        case_commands.wait(locked, "firm", message="請補地籍圖", notify=push)
    sends(branch)
    uses(branch, 170)
    with branch.hold(number) as locked:
        case_commands.resume(locked, notify=push)
    before = promised(branch, number)
    with branch.hold(number, email("sue")) as locked:
        assert parked(branch, "resumed") == [("parked", parking.LOW)]
        extensions.ask(locked, 5, reason="現場會勘", notify=push)
    after = promised(branch, number)
    words = "".join(words for _, words in sends(branch))
    assert before != after
    assert name(branch, "notice.resumed.title") in words
    assert after in words
    assert before not in words


def test_a_notice_of_a_course_that_is_over_is_not_handed_over(branch, chat, number):
    """O6: it waits on the firm again; that work went on is no news any more."""
    with branch.hold(number) as locked:
        case_commands.wait(locked, "firm", message="請補地籍圖", notify=push)
    sends(branch)
    uses(branch, 170)
    with branch.hold(number) as locked:
        case_commands.resume(locked, notify=push)
        case_commands.wait(locked, "firm", message="請補平面圖", notify=push)
    sends(branch)
    chat.text("請問上班時間？")
    assert not any(name(branch, "notice.resumed.title") in words for _, words in sends(branch))
    assert parked(branch, "resumed") == [("cancelled", "overtaken")]


def test_an_officers_words_that_the_quota_kept_back_stay_and_the_facts_beside_them_follow(branch, chat, number):
    with branch.hold(number) as locked:
        case_commands.reply(locked, "已派員前往", notify=push)
    before = promised(branch, number)
    sends(branch, Line(DeliveryError("…", code="quota", quota=True)))
    with branch.hold(number, email("sue")) as locked:
        extensions.ask(locked, 5, reason="現場會勘", notify=push)
        case_commands.assign(locked, email("carl"), notify=push)
    chat.text("請問上班時間？")
    words = "".join(words for kind, words in sends(branch) if kind == "reply")
    assert "已派員前往" in words
    assert "carl" in words
    assert before not in words


def test_a_parked_notice_that_is_over_is_not_sent_by_hand_either(branch, number):
    with branch.hold(number) as locked:
        case_commands.wait(locked, "agency", agency="taipower", message="請查供電", notify=push)
        locked.record(EventKind.RESUMED)
    (row,) = [row for row in branch.outbox() if row.reason == "waiting_agency"]
    with branch.database.writing() as session, pytest.raises(StepNotAllowed, match="不再適用"):
        deliveries.resend(session, branch.office, SYSTEM, row.id, now=branch.now)


def test_a_push_that_waited_untried_is_said_as_its_case_is_now(branch, number):
    """O6: it was queued while the channel was down; its date has moved since."""
    with branch.hold(number) as locked:
        case_commands.reply(locked, "已派員前往", notify=push)
    before = promised(branch, number)
    with branch.hold(number, email("sue")) as locked:
        extensions.ask(locked, 5, reason="現場會勘", notify=push)
    branch.later(hours=1)

    def renew(session, notice, now):
        return notifying.renew(session, branch.office, notice, now)

    line = Line()
    with branch.database.writing() as session:
        (reply,) = outbox.lease_messages(session, line, now=branch.now, renew=renew)
    words = words_of(from_plain(reply.payload))
    assert "已派員前往" in words
    assert promised(branch, number) in words
    assert before not in words
