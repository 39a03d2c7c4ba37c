"""The fold: what each event does to a case, and the status that follows (contract §5)."""

import pytest

from routing.domain.case import COUNTED_OUTCOMES, EventKind, Kind, Outcome, Status, fold
from tests.harness.branch import at, case_after, event, opening
from tests.harness.cast import SERVICE

ALICE = "alice@kp.example"
ASSIGNED = event(EventKind.ASSIGNED, 1, to=ALICE)
REPLIED = event(EventKind.REPLIED, 2, by=ALICE)
ON_FIRM = event(EventKind.WAITING, 3, on="firm")
ON_AGENCY = event(EventKind.WAITING, 3, on="agency", agency="taipower")
RESUMED = event(EventKind.RESUMED, 4)
CLOSED = event(EventKind.CLOSED, 5, outcome="answered")
REOPENED = event(EventKind.REOPENED, 6)

STATUS = [
    ("nobody has it", [], Status.RECEIVED),
    ("given", [ASSIGNED], Status.ASSIGNED),
    ("given and taken away", [ASSIGNED, event(EventKind.ASSIGNED, 2)], Status.RECEIVED),
    ("a note is no work", [ASSIGNED, event(EventKind.NOTE, 2)], Status.ASSIGNED),
    ("the firm writing is no work", [ASSIGNED, event(EventKind.MESSAGE, 2)], Status.ASSIGNED),
    ("first reply", [ASSIGNED, REPLIED], Status.IN_PROGRESS),
    ("replied, but nobody has it", [REPLIED], Status.RECEIVED),
    ("waits on the firm", [ASSIGNED, ON_FIRM], Status.WAITING_FIRM),
    ("waits on an agency", [ASSIGNED, ON_AGENCY], Status.WAITING_AGENCY),
    ("waits although nobody has it", [ON_FIRM], Status.WAITING_FIRM),
    ("a wait is no reply", [ASSIGNED, ON_FIRM], Status.WAITING_FIRM),
    ("resumed without reply", [ASSIGNED, ON_FIRM, RESUMED], Status.IN_PROGRESS),
    ("a reply does not end a wait", [ASSIGNED, ON_FIRM, event(EventKind.REPLIED, 4)], Status.WAITING_FIRM),
    ("closed", [ASSIGNED, REPLIED, CLOSED], Status.CLOSED),
    ("closed while waiting", [ASSIGNED, REPLIED, ON_FIRM, CLOSED], Status.CLOSED),
    ("reopened", [ASSIGNED, REPLIED, CLOSED, REOPENED], Status.ASSIGNED),
    ("reopened without officer", [REPLIED, CLOSED, REOPENED], Status.RECEIVED),
    ("answered after reopening", [ASSIGNED, REPLIED, CLOSED, REOPENED, event(EventKind.REPLIED, 7)],
     Status.IN_PROGRESS),
]  # fmt: skip


@pytest.mark.parametrize(("events", "status"), [row[1:] for row in STATUS], ids=[row[0] for row in STATUS])
def test_status_follows_from_the_events(events, status):
    assert case_after(*events).status is status


def test_closing_ends_a_wait_and_drops_what_was_pending():
    asked = event(EventKind.EXTENSION_ASKED, 2, by=ALICE, days=2, reason="會勘")
    case = case_after(ASSIGNED, asked, ON_FIRM, CLOSED)
    assert case.waits[-1].end == at(5)
    assert case.pending_extension is None
    assert case.closed is not None
    assert case.closed.outcome is Outcome.ANSWERED


def test_reopening_ends_the_closed_stretch_and_is_counted():
    """R1: closed twice is one case with one reopening."""
    case = case_after(ASSIGNED, CLOSED, REOPENED, event(EventKind.CLOSED, 7, outcome="referred"))
    assert case.reopened == 1
    assert [(stretch.start, stretch.end) for stretch in case.closings] == [(at(5), at(6)), (at(7), None)]


def test_only_the_first_reply_is_the_first():
    case = case_after(REPLIED, event(EventKind.REPLIED, 8))
    assert (case.first_reply_at, case.last_reply_at) == (at(2), at(8))


def test_asking_the_firm_for_something_is_no_first_reply():
    """S10: setting a case to waiting answers nothing."""
    assert case_after(ASSIGNED, ON_FIRM).first_reply_at is None


def test_an_assignment_may_take_the_case_to_another_unit():
    assert case_after(event(EventKind.ASSIGNED, 1, to=ALICE, unit=SERVICE)).unit == SERVICE


def test_a_category_takes_topic_and_unit_with_it():
    case = case_after(event(EventKind.CATEGORY, 1, category="tax", unit=SERVICE), topic="fees")
    assert (case.category, case.topic, case.unit) == ("tax", None, SERVICE)


def test_a_kind_counts_anew_from_receipt_or_from_the_act_of_filing():
    filed = at(2).isoformat()
    case = case_after(event(EventKind.KIND, 3, kind="APP", filed_at=filed))
    assert (case.kind, case.receipt) == (Kind.APP, at(2))
    assert case_after(event(EventKind.KIND, 3, kind="PET")).receipt == at(0)


def test_an_extension_clears_the_request_and_names_who_approved():
    asked = event(EventKind.EXTENSION_ASKED, 1, by=ALICE, days=2, reason="會勘")
    case = case_after(asked)
    assert case.pending_extension is not None
    assert case.pending_extension.asked_by == ALICE
    granted = case_after(asked, event(EventKind.EXTENDED, 2, by="sue@kp.example", days=2, reason="會勘"))
    assert granted.pending_extension is None
    assert granted.extensions[0].approved_by == "sue@kp.example"
    refused = case_after(asked, event(EventKind.EXTENSION_REFUSED, 2))
    assert (refused.pending_extension, refused.extensions) == (None, ())


def test_what_the_firm_said_waits_until_we_answer():
    said = event(EventKind.MESSAGE, 3)
    assert case_after(said).firm_spoke_at == at(3)
    assert case_after(event(EventKind.CALL_ASKED, 3)).firm_spoke_at == at(3)
    assert case_after(said, event(EventKind.REPLIED, 4)).firm_spoke_at is None
    assert case_after(said, event(EventKind.WAITING, 4, on="firm")).firm_spoke_at is None
    assert case_after(said, event(EventKind.NOTE, 4)).firm_spoke_at == at(3)


def test_a_rating_and_secrecy_are_kept():
    case = case_after(event(EventKind.CONFIDENTIAL, 1, confidential=True), CLOSED, event(EventKind.RATED, 6, score=4))
    assert (case.confidential, case.rating) == (True, 4)


def test_the_version_is_the_number_of_events():
    assert fold(opening(), [ASSIGNED, REPLIED, CLOSED]).version == 3


def test_outcomes_that_count_are_answered_and_referred():
    assert {outcome.value for outcome in COUNTED_OUTCOMES} == {"answered", "referred"}
