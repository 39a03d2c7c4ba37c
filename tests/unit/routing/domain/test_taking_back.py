"""A reply that is taken back leaves the case as it was, whatever the firm says meanwhile (property)."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.domain.case import EventKind, apply, fold
from routing.domain.reporting.moved import effective
from tests.harness.branch import at, event, opening

EARLIER = st.lists(
    st.sampled_from(
        [
            (EventKind.ASSIGNED, {"to": "a@example.gov.tw"}),
            (EventKind.MESSAGE, {"message_id": 1}),
            (EventKind.CALL_ASKED, {"when": "morning"}),
            (EventKind.REPLIED, {"message_id": 2, "via": "line"}),
            (EventKind.DRAFTED, {"draft_id": 3}),
            (EventKind.NOTE, {"answers": "taipower"}),
        ]
    ),
    max_size=5,
)
BETWEEN = st.lists(
    st.sampled_from([(EventKind.MESSAGE, {"message_id": 7}), (EventKind.WATCHED, {"watched": True})]), max_size=3
)


def told(steps, begin):
    return [event(kind, begin + place / 100, by="x@example.gov.tw", **data) for place, (kind, data) in enumerate(steps)]


@given(before=EARLIER, between=BETWEEN)
def test_the_case_is_as_without_the_reply(before, between):
    first, later = told(before, 1), told(between, 2)
    reply = event(EventKind.REPLIED, 1.5, by="x@example.gov.tw", message_id=9, via="line")
    back = event(EventKind.TAKEN_BACK, 3, by="x@example.gov.tw", message_id=9)
    case = fold(opening(), [*first, reply, *later, back])
    without = fold(opening(), [*first, *later])
    for name in ("status", "first_reply_at", "last_reply_at", "spoken", "call", "draft", "progressed", "watched"):
        assert getattr(case, name) == getattr(without, name), name
    assert effective([*first, reply, *later, back]) == (*first, *later)


def test_what_was_built_on_a_reply_stays():
    reply = event(EventKind.REPLIED, 1, by="x@example.gov.tw", message_id=9, via="line")
    waiting = event(EventKind.WAITING, 2, by="x@example.gov.tw", on="firm")
    case = fold(opening(), [reply, waiting])
    assert case.reply is None
    back = event(EventKind.TAKEN_BACK, 2, by="x@example.gov.tw", message_id=9)
    assert apply(case, back).first_reply_at == at(1)
    assert at(1) + timedelta(hours=1) == at(2)
