"""Properties of the clocks: elapsed and deadline are one code, waits are intervals, nothing runs backwards (S7–S9)."""

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.case import Kind
from routing.domain.clock import Counting, Course, business_minutes, days_out, days_used, due_on, gross_days
from routing.domain.limits import LIMITS, parse_limit
from tests.harness.offices import CALENDAR, KH, TP, TYPHOON

MOMENTS = st.datetimes(datetime(2024, 1, 2), datetime(2027, 6, 1)).map(  # noqa: DTZ001 - its zone follows
    lambda moment: moment.replace(tzinfo=TAIPEI)
)
DAY_LIMITS = st.integers(1, 60)
RAW_PAUSES = st.lists(st.tuples(st.integers(0, 60 * 24 * 40), st.integers(0, 60 * 24 * 10)), max_size=5)


def pauses_after(start, raw):
    return tuple((start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in raw)


class TestProperties:
    @given(MOMENTS, DAY_LIMITS, RAW_PAUSES, st.sampled_from([KH, TP, None]))
    def test_elapsed_at_the_deadline_is_the_limit(self, start, n, raw, office):
        """S7: closed at the end of the due date, a case has used exactly its limit."""
        pauses = pauses_after(start, raw)
        due = due_on(Course(receipt=start, waits=pauses), parse_limit(f"{n}d"), TYPHOON, office)
        end = datetime(due.year, due.month, due.day, 23, 59, tzinfo=TAIPEI)
        # What begins after the deadline cannot have moved it.
        counted = tuple((a, min(b, end)) for a, b in pauses if a <= end)
        closed = Course(receipt=start, waits=counted, closings=((end, None),))
        assert days_used(closed, TYPHOON, office) == n

    @given(MOMENTS, DAY_LIMITS, RAW_PAUSES)
    def test_a_legal_count_is_the_inverse_of_its_end(self, start, n, raw):
        """S7 for calendar days, before the roll."""
        counting = Counting(CALENDAR, KH, days_out(pauses_after(start, raw)), legal=True)
        assert counting.between(start.date(), counting.nth(start.date(), n)) == n

    @given(MOMENTS, DAY_LIMITS, RAW_PAUSES, st.booleans())
    def test_pauses_only_ever_move_a_deadline_back_and_overlaps_count_once(self, start, n, raw, legal):
        """S9."""
        limit = parse_limit(f"{n}d-legal" if legal else f"{n}d")
        pauses = pauses_after(start, raw)
        plain = due_on(Course(receipt=start), limit, TYPHOON, KH)
        paused = due_on(Course(receipt=start, waits=pauses), limit, TYPHOON, KH)
        doubled = due_on(Course(receipt=start, waits=(*reversed(pauses), *pauses)), limit, TYPHOON, KH)
        assert plain <= paused == doubled
        assert TYPHOON.is_working_day(plain, KH)

    @given(MOMENTS, st.integers(0, 60 * 24 * 60), RAW_PAUSES)
    def test_nothing_is_ever_negative_and_net_never_exceeds_gross(self, start, length, raw):
        end = start + timedelta(minutes=length)
        pauses = tuple((a, min(b, end)) for a, b in pauses_after(start, raw) if a <= end)
        course = Course(receipt=start, waits=pauses, closings=((end, None),))
        used = days_used(course, TYPHOON, KH)
        assert 0.5 <= used <= gross_days(course, TYPHOON, KH)
        assert 0 <= business_minutes(course, TYPHOON, KH) <= length

    @given(MOMENTS, st.integers(0, 50_000), st.integers(0, 50_000), RAW_PAUSES)
    def test_closing_later_never_uses_less(self, start, first, more, raw):
        pauses = pauses_after(start, raw)

        def used(minutes):
            end = start + timedelta(minutes=minutes)
            waits = tuple((a, min(b, end)) for a, b in pauses if a <= end)
            course = Course(receipt=start, waits=waits, closings=((end, None),))
            return days_used(course, TYPHOON, KH), business_minutes(course, TYPHOON, KH)

        earlier, later = used(first), used(first + more)
        assert earlier[0] <= later[0]
        assert earlier[1] <= later[1]

    @given(MOMENTS, st.integers(1, 30), st.integers(1, 30))
    def test_a_longer_limit_is_never_due_earlier(self, start, n, more):
        course = Course(receipt=start)
        short, long = (due_on(course, parse_limit(f"{days}d"), TYPHOON, KH) for days in (n, n + more))
        assert short < long

    @given(MOMENTS, st.integers(0, 20), st.integers(0, 60))
    def test_reopening_never_makes_a_case_late_that_was_in_time(self, start, worked, shut):
        closed = start + timedelta(days=worked)
        reopened = closed + timedelta(days=shut)
        limit = LIMITS[Kind.ENQ]
        assume(closed.date() <= due_on(Course(receipt=start), limit, TYPHOON, KH))
        course = Course(receipt=start, closings=((closed, reopened),))
        assert due_on(course, limit, TYPHOON, KH) > reopened.date()
