"""The table of steps: which step a case allows in which state, over every pair of them (contract §5)."""

import pytest

from routing.domain import steps
from routing.domain.case import EventKind, Outcome, Status
from routing.domain.errors import StepNotAllowed
from tests.harness.branch import case_after, event

GIVEN = event(EventKind.ASSIGNED, 1, to="alice@kp.example")
REPLIED = event(EventKind.REPLIED, 2)
IN_STATE = {
    Status.RECEIVED: (),
    Status.ASSIGNED: (GIVEN,),
    Status.IN_PROGRESS: (GIVEN, REPLIED),
    Status.WAITING_FIRM: (GIVEN, REPLIED, event(EventKind.WAITING, 3, on="firm")),
    Status.WAITING_AGENCY: (GIVEN, REPLIED, event(EventKind.WAITING, 3, on="agency", agency="taipower")),
    Status.CLOSED: (GIVEN, REPLIED, event(EventKind.CLOSED, 4, outcome="answered")),
}
OPEN = "received assigned in_progress waiting_firm waiting_agency"
ALWAYS = f"{OPEN} closed"
TABLE = {
    "assigned": OPEN, "message": ALWAYS, "replied": OPEN, "note": ALWAYS,
    "waiting": "received assigned in_progress", "resumed": "waiting_firm waiting_agency", "extended": OPEN,
    "category": OPEN, "kind": OPEN, "transferred": OPEN, "closed": OPEN, "reopened": "closed",
    "extension_asked": OPEN, "extension_refused": OPEN, "extension_seen": OPEN,
    "confidential": ALWAYS, "surveyed": "closed",
    "rated": "closed",
    "call_asked": ALWAYS, "called": ALWAYS, "call_tried": ALWAYS, "moved": ALWAYS, "corrected": ALWAYS,
    "linked": ALWAYS, "merged": ALWAYS, "watched": ALWAYS, "snoozed": OPEN,
    "consulted": "received assigned in_progress waiting_agency", "consultation_withdrawn": "waiting_agency",
    "gathered": OPEN, "parted": ALWAYS,
    "drafted": OPEN, "draft_returned": OPEN, "taken_back": OPEN,
}  # fmt: skip
PAIRS = [(step, status, status in TABLE[step.value].split()) for step in EventKind for status in Status]


@pytest.mark.parametrize(("step", "status", "allowed"), PAIRS, ids=[f"{a.value}-{b.value}" for a, b, _ in PAIRS])
def test_a_state_allows_exactly_its_steps(step, status, allowed):
    case = case_after(*IN_STATE[status])
    assert case.status is status
    if allowed:
        steps.check(case, step)
    else:
        with pytest.raises(StepNotAllowed) as refused:
            steps.check(case, step)
        assert refused.value.code == "step_not_allowed"
        assert refused.value.message.endswith("。")


@pytest.mark.parametrize("outcome", Outcome)
def test_only_answered_needs_an_answer_given(outcome):
    case = case_after(GIVEN)
    if outcome is Outcome.ANSWERED:
        with pytest.raises(StepNotAllowed) as refused:
            steps.check(case, EventKind.CLOSED, outcome=outcome)
        assert refused.value.code == "no_answer_given"
    else:
        steps.check(case, EventKind.CLOSED, outcome=outcome)


def test_an_answer_given_lets_it_close_as_answered():
    steps.check(case_after(GIVEN, REPLIED), EventKind.CLOSED, outcome=Outcome.ANSWERED)
