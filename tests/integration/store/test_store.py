"""What the database keeps is what the events say: random walks over all steps, and instants in UTC."""

import functools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from routing.domain import steps
from routing.domain.case import EventKind, Kind, Outcome, Status, fold
from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.permissions import FIRM
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, locked_case, satisfaction
from routing.store.base import Instant
from routing.store.cases import queries as store
from routing.store.cases.schema import CaseEvent
from tests.harness.branch import ENDING, branch_on, cast, importable, push
from tests.harness.cast import ALICE, CAROL, SUE
from tests.harness.databases import BOTH

DAYS = st.sampled_from([0.0, 0.02, 0.5, 1.0, 3.0])


class Walk(RuleBasedStateMachine):
    """Any step at any time: it is taken or refused, and the case never contradicts itself."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.place = branch_on(kind)

    @initialize(kind=st.sampled_from(Kind))
    def begin(self, kind):
        self.branch = self.place.__enter__()
        cast(self.branch)
        self.number = self.branch.open(contact_id=self.branch.contact(), kind=kind)
        self.other = self.branch.open()

    def teardown(self):
        if hasattr(self, "number"):
            importable(self.branch, self.number)
        self.place.__exit__(None, None, None)

    def step(self, by, do, *, expect=None):
        before = self.branch.case(self.number)
        allowed = expect is None or before.status in steps.ALLOWED[expect]
        try:
            with self.branch.hold(self.number, by) as locked:
                do(locked)
        except (StepNotAllowed, Invalid):
            assert self.branch.case(self.number) == before
        else:
            assert allowed

    @rule(days=DAYS)
    def wait_a_while(self, days):
        self.branch.later(days=days)

    @rule(hours=st.floats(0, 72))
    def reply(self, hours):
        given = self.branch.now - timedelta(hours=round(hours))
        self.step(
            SUE,
            lambda o: case_commands.reply(o, "回復", notify=push, via="phone", at=given),
            expect=EventKind.REPLIED,
        )

    @rule(on=st.sampled_from(["firm", "agency"]))
    def wait(self, on):
        agency = "taipower" if on == "agency" else None
        self.step(
            SUE,
            lambda o: case_commands.wait(o, on, message="補件", agency=agency, notify=push),
            expect=EventKind.WAITING,
        )

    @rule()
    def resume(self):
        self.step(SUE, lambda o: case_commands.resume(o, notify=push), expect=EventKind.RESUMED)

    @rule(who=st.sampled_from([ALICE, CAROL, None]))
    def assign(self, who):
        self.step(SUE, lambda o: case_commands.assign(o, who, notify=push))

    @rule(category=st.sampled_from(["land", "tax", "environment"]))
    def category(self, category):
        self.step(SUE, lambda o: case_commands.change_category(o, category, topic=None, reason="改類", notify=push),
                  expect=EventKind.CATEGORY)  # fmt: skip

    @rule(kind=st.sampled_from(Kind))
    def kind_of_case(self, kind):
        self.step(SUE, lambda o: case_commands.change_kind(o, kind, filed_at=None, reason="確認", notify=push),
                  expect=EventKind.KIND)  # fmt: skip

    @rule(days=st.integers(1, 5), own=st.booleans())
    def extend(self, days, own):
        by = SUE if own else self.branch.row(self.number).assignee or SUE
        self.step(by, lambda o: extensions.ask(o, days, reason="會勘", notify=push), expect=EventKind.EXTENDED)

    @rule(approve=st.booleans())
    def decide(self, approve):
        self.step(SUE, lambda o: extensions.decide(o, approve=approve, note="請如期", notify=push))

    @rule(outcome=st.sampled_from(Outcome))
    def close(self, outcome):
        ending = replace(ENDING, into=self.other)
        self.step(SUE, lambda o: case_commands.close(o, outcome, summary="結果", notify=push, ending=ending),
                  expect=EventKind.CLOSED)  # fmt: skip

    @rule()
    def reopen(self):
        self.step(FIRM, lambda o: case_commands.reopen(o, reason="未解決", notify=push), expect=EventKind.REOPENED)

    @rule(score=st.integers(1, 5))
    def rate(self, score):
        self.step(FIRM, lambda o: satisfaction.rate(o, score, via="line"), expect=EventKind.RATED)

    @invariant()
    def the_projection_is_the_fold(self):
        if not hasattr(self, "number"):
            return
        with self.branch.database.reading() as session:
            row = store.by_number(session, self.number)
            events = store.events_of(session, row.id)
            case = fold(store.opening_of(row, None), events)
            kept = {name: getattr(row, name) for name in PROJECTED}
            locked_case.project(self.branch.office, row, case, self.branch.now)
            again = {name: getattr(row, name) for name in PROJECTED}
            if case.waiting is None:
                assert kept == again
            else:
                # A date moves on with every day that the firm is waited on; the rest stands.
                assert {**kept, "due_on": None, "promised_on": None} == {**again, "due_on": None, "promised_on": None}
            assert row.version == case.version == len(events)
            session.rollback()

    @invariant()
    def a_case_is_consistent(self):
        if not hasattr(self, "number"):
            return
        case = self.branch.case(self.number)
        assert not (case.closed and case.waiting)
        assert not (case.closed and case.pending_extension)
        assert all(wait.end is None or wait.start <= wait.end for wait in case.waits)
        assert all(stretch.end is None or stretch.start <= stretch.end for stretch in case.closings)
        assert (case.status is Status.CLOSED) == (self.branch.row(self.number).closed_at is not None)
        last = case.closings[-1] if case.closings else None
        assert not (last and last.outcome is Outcome.ANSWERED) or case.first_reply_at is not None


PROJECTED = (
    "kind", "status", "category", "topic", "unit", "assignee", "waiting_on", "waiting_agency", "due_on",
    "promised_on", "closed_at", "outcome", "first_reply_at", "firm_spoke_at", "pending_extension", "confidential",
)  # fmt: skip


@pytest.mark.parametrize("kind", BOTH)
def test_whatever_is_done_the_rows_agree_with_the_events(kind):
    """S9, S12, R14"""
    run_state_machine_as_test(
        functools.partial(Walk, kind),
        settings=settings(max_examples=8, stateful_step_count=18, deadline=None, derandomize=True,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        yield branch


def test_instants_come_back_aware_in_utc_to_the_microsecond(branch):
    """S17"""
    branch.now = datetime(2026, 3, 1, 0, 30, 0, 123456, tzinfo=branch.now.tzinfo)
    row = branch.row(branch.open())
    assert row.received_at == branch.now
    assert row.received_at.utcoffset() == timedelta(0)
    assert row.number.startswith("KP-1150301-")


def test_a_naive_instant_never_reaches_the_database():
    """S17"""
    with pytest.raises(ValueError, match="offset"):
        Instant().process_bind_param(datetime(2026, 3, 2), None)  # noqa: DTZ001


def test_events_of_one_instant_keep_the_order_of_entering(branch):
    number = branch.open()
    with branch.database.writing() as session:
        row = store.by_number(session, number, lock=True)
        for text in "一二三":
            seq = row.version = row.version + 1
            session.add(CaseEvent(case_id=row.id, seq=seq, at=branch.now.astimezone(UTC), recorded_at=branch.now,
                                  event="note", by=None, data={"n": text}))  # fmt: skip
    with branch.database.reading() as session:
        events = store.events_of(session, store.by_number(session, number).id)
    assert [event.data["n"] for event in events if event.kind is EventKind.NOTE] == ["一", "二", "三"]


def test_a_search_takes_wildcards_as_letters(branch):
    branch.open(text="折扣 50% 的問題")
    branch.open(text="折扣 500 的問題")
    wanted = store.CaseFilter(today=branch.now.date(), q="50%")
    with branch.database.reading() as session:
        assert store.count(session, wanted, most=9) == 1


def test_serials_are_kept_ahead_of_numbers_from_outside(branch):
    with branch.database.writing() as session:
        store.reserve_serial(session, "KP", branch.now.date(), 41)
        store.reserve_serial(session, "KP", branch.now.date(), 7)
    assert branch.open() == "KP-1150302-0042"
