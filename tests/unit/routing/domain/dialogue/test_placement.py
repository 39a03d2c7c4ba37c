"""Whose words are these: every rule of placing, in its order (contract §9, traps L18 and L23)."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
from datetime import datetime, timedelta

import pytest

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.dialogue.naming import named_in
from routing.domain.dialogue.placement import Kind, OwnCase, Reason, Words, place

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=TAIPEI)
LIFT = OwnCase(
    number="KP-1150302-0001",
    subject="B棟貨梯電梯故障，想請人來看",
    category="utilities",
    received_at=NOW - timedelta(days=2),
)
TREE = OwnCase(
    number="KP-1150302-0002", subject="圍牆外的大樹倒下來了", category="other", received_at=NOW - timedelta(days=2)
)
LEASE = OwnCase(
    number="KP-1150203-0007",
    subject="想續租標準廠房，需要哪些文件",
    category="land",
    received_at=NOW - timedelta(days=30),
)


def having(case, **changes):
    values = {name: getattr(case, name) for name in case.__slots__}
    return OwnCase(**{**values, **changes})


WAITING = having(LEASE, waits=True, officer_at=NOW - timedelta(hours=3))
ANSWERED = having(LIFT, officer_at=NOW - timedelta(hours=1))
HELD = having(LIFT, person=True)
CLOSED = having(LIFT, closed=True)


@pytest.mark.parametrize(
    ("words", "cases", "kind", "reason", "number"),
    [
        # 1. An emergency comes before everything.
        (Words(text="失火了，員工已疏散", alert=True, quoted=LIFT.number), [WAITING], Kind.EMERGENCY, Reason.EMERGENCY, None),
        # 2. A quoted message, and what we have just asked.
        (Words(text="這個我不懂", quoted=TREE.number), [WAITING, TREE], Kind.CASE, Reason.QUOTED, TREE.number),
        (Words(text="這個呢？", quoted=CLOSED.number), [CLOSED], Kind.CASE, Reason.QUOTED, CLOSED.number),
        (Words(text="這個呢", quoted="KP-1150302-0999"), [], Kind.NEW, Reason.NEW, None),
        (Words(text="陳小姐", answers=True), [WAITING], Kind.ANSWER, Reason.ASKED, None),
        # 3. Number, digits, subject.
        (Words(text="KP-1150302-0001 還要多久？", question=True), [LIFT, TREE], Kind.CASE, Reason.NUMBER, LIFT.number),
        (Words(text="案號尾號0002那件"), [LIFT, TREE], Kind.CASE, Reason.NUMBER, TREE.number),
        (Words(text="0001 的照片晚點傳"), [LIFT, TREE], Kind.CASE, Reason.NUMBER, LIFT.number),
        (Words(text="電梯那件什麼時候會好", question=True), [LIFT, TREE], Kind.CASE, Reason.SUBJECT, LIFT.number),
        (Words(text="大樹的事，謝謝你們，但樹根還在"), [LIFT, TREE], Kind.CASE, Reason.SUBJECT, TREE.number),
        (Words(text="電梯還是沒修好"), [LIFT, TREE], Kind.CASE, Reason.SUBJECT, LIFT.number),
        (Words(text="電梯什麼時候會修好？", question=True), [LIFT, TREE], Kind.CASE, Reason.SUBJECT, LIFT.number),
        (Words(text="電梯那件還是壞的"), [CLOSED], Kind.CASE, Reason.SUBJECT, CLOSED.number),
        (Words(text="電梯那件什麼時候好", question=True, sure=True), [LIFT], Kind.CASE, Reason.SUBJECT, LIFT.number),
        # 4. An officer wrote or asked for something.
        (Words(text="楠梓段一小段 123 地號"), [WAITING], Kind.CASE, Reason.OFFICER, LEASE.number),
        (Words(text="楠梓段 0001 地號"), [WAITING, TREE], Kind.CASE, Reason.OFFICER, LEASE.number),
        (Words(file=True), [WAITING, TREE], Kind.CASE, Reason.OFFICER, LEASE.number),
        (Words(text="三樓靠窗的那台"), [ANSWERED, TREE], Kind.CASE, Reason.OFFICER, LIFT.number),
        (Words(text="那要去哪裡繳？", question=True), [WAITING], Kind.CASE, Reason.OFFICER, LEASE.number),
        (Words(text="好", chat=True), [HELD], Kind.CASE, Reason.OFFICER, LIFT.number),
        (Words(text="謝謝", chat=True), [WAITING], Kind.NEW, Reason.NEW, None),
        (Words(text="租地要繳多少預約金", question=True, sure=True, category="land"), [WAITING], Kind.NEW, Reason.NEW, None),
        (Words(text="路燈壞了，請派人來修", sure=True, category="other"), [WAITING], Kind.NEW, Reason.NEW, None),
        (Words(text="申請新增用電要多久", question=True, category="utilities"), [WAITING], Kind.NEW, Reason.NEW, None),
        (Words(text="另外想問路燈要找誰", question=True), [WAITING], Kind.NEW, Reason.NEW, None),
        # 5. Words that point back.
        (Words(text="補充：樹幹壓到電線了"), [TREE], Kind.CASE, Reason.SUBJECT, TREE.number),
        (Words(text="剛才那棵又倒了一棵，請一併處理"), [TREE], Kind.CASE, Reason.SUBJECT, TREE.number),
        # 6. A new matter.
        (Words(text="租地要繳多少預約金", question=True, sure=True), [TREE], Kind.NEW, Reason.NEW, None),
        (Words(text="排水溝堵住了要找誰", question=True), [TREE], Kind.NEW, Reason.NEW, None),
        (Words(text="您好", chat=True), [TREE], Kind.NEW, Reason.NEW, None),
        (Words(text="完全是別的事"), [], Kind.NEW, Reason.NEW, None),
    ],
)  # fmt: skip
def test_words_are_placed_by_the_first_rule_that_speaks(words, cases, kind, reason, number):
    placed = place(words, cases, now=NOW)
    assert (placed.kind, placed.reason, placed.number) == (kind, reason, number)


@pytest.mark.parametrize(
    ("words", "cases", "offered"),
    [
        (Words(text="租約影本"), [WAITING, ANSWERED], {LEASE.number, LIFT.number}),
        (Words(file=True), [WAITING, ANSWERED], {LEASE.number, LIFT.number}),
        (Words(file=True), [TREE], {TREE.number}),
        (Words(text="標準廠房可以分租嗎", question=True), [LEASE], {LEASE.number}),
        (Words(text="圍牆外的大樹倒下來了"), [TREE, LIFT], {TREE.number}),
        (Words(text="停車場的燈不亮", category="utilities"), [LIFT], {LIFT.number}),
        (Words(text="補充一張照片的說明"), [TREE, LIFT], {TREE.number, LIFT.number}),
        (Words(text="我們改成下週三"), [having(LEASE, officer_at=NOW - timedelta(days=20))], {LEASE.number}),
    ],
)
def test_where_several_are_as_likely_the_firm_is_asked(words, cases, offered):
    """L18"""
    placed = place(words, cases, now=NOW)
    assert (placed.kind, set(placed.alternatives)) == (Kind.ASK, offered)


@pytest.mark.parametrize(
    "text", ["地號是 0001-0002", "民國 1150 年", "要 0001 坪", "2026 年再說", "1234", "租金 0002 元"]
)
def test_four_digits_that_are_something_else_name_no_case(text):
    assert named_in(text, [LIFT, TREE]).numbers == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("the forklift case, any news?", "KP-1150302-0005"),
        ("the lease case", "KP-1150302-0004"),
        ("停電の件はどうなりましたか", "KP-1150302-0006"),
    ],
)
def test_subjects_are_named_in_english_and_japanese(text, number):
    cases = [
        having(LIFT, number="KP-1150302-0004", subject="We want to renew the lease of a standard factory"),
        having(LIFT, number="KP-1150302-0005", subject="Where may a forklift be parked at night"),
        having(LIFT, number="KP-1150302-0006", subject="昨日の停電について"),
    ]
    assert named_in(text, cases).numbers == (number,)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_fits_its_column(reason):
    assert len(reason.value) <= 12
