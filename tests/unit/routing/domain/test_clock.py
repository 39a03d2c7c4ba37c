"""The clocks of a case (contract §7), by worked examples, by traps and by properties."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from knowledge.calendar.office_calendar import CalendarError, Closure
from routing.domain.case import Event, EventKind, Kind, Opening, fold
from routing.domain.clock import Course, days_used, due_on, gross_days, read
from routing.domain.limits import LIMITS, parse_limit
from tests.harness.offices import CALENDAR, KH, TP, TYPHOON, at, day


@dataclass
class History:
    """A case written as a chain of what happened."""

    received: str
    kind: Kind = Kind.ENQ
    events: list = field(default_factory=list)

    def then(self, when, what, **data):
        self.events.append(Event(at=at(when), kind=EventKind(what), by="a@example.gov.tw", data=data))
        return self

    def waits(self, when, on="firm"):
        return self.then(when, "waiting", on=on)

    def resumes(self, when):
        return self.then(when, "resumed")

    def extended(self, when, days):
        return self.then(when, "extended", days=days, reason="會勘")

    def closes(self, when):
        return self.then(when, "closed", outcome="answered")

    def reopens(self, when):
        return self.then(when, "reopened")

    def case(self):
        opening = Opening(
            number="KP-1150105-0001",
            kind=self.kind,
            category="land",
            topic=None,
            channel="phone",
            park="楠梓",
            unit="用地工程科",
            language="zh-TW",
            subject="租地",
            first_contact_at=at(self.received),
            received_at=at(self.received),
        )
        return fold(opening, self.events)

    def read(self, now="2026-11-22", calendar=CALENDAR, office=KH):
        return read(self.case(), calendar, office, at(now))


class TestContractTable:
    def test_reopening_goes_on_counting(self):
        reading = History("2026-01-05").closes("2026-01-07").reopens("2026-02-10").closes("2026-02-11").read()
        assert (reading.due_on, reading.days_used) == (day("2026-02-11"), 3)
        assert reading.on_time

    def test_a_wait_and_an_extension_add_up(self):
        history = History("2026-03-02").waits("2026-03-03").resumes("2026-03-09").extended("2026-03-10", 3)
        assert history.read(now="2026-03-10").due_on == day("2026-03-16")

    def test_a_closure_inside_a_wait_counts_once(self):
        history = History("2025-07-04").waits("2025-07-04T15:00").resumes("2025-07-08")
        assert history.read(now="2025-07-09", calendar=TYPHOON).due_on == day("2025-07-11")

    def test_a_weekend_in_the_new_year_block_uses_half_a_day(self):
        reading = History("2026-02-14").closes("2026-02-15").read()
        assert (reading.due_on, reading.days_used) == (day("2026-02-25"), 0.5)

    @pytest.mark.parametrize("kind", list(Kind))
    def test_closing_ends_a_wait(self, kind):
        reading = History("2026-01-05", kind).waits("2026-01-06").closes("2026-01-09").read()
        assert reading.days_used == 1
        assert reading.waiting_days_firm == 3
        assert reading.gross_days == 4


class TestWorkedExamples:
    """The examples of the rule paper, by their letters."""

    @pytest.mark.parametrize(
        ("received", "limit", "due"),
        [
            pytest.param("2026-02-11", "6d", "2026-02-26", id="A"),
            pytest.param("2026-02-13", "3d", "2026-02-25", id="B"),
            pytest.param("2026-01-15", "30d-legal", "2026-02-23", id="C"),
            pytest.param("2026-01-15", "2m-legal", "2026-03-16", id="D1"),
            pytest.param("2026-01-15", "4m-legal", "2026-05-15", id="D1 extended"),
            pytest.param("2026-01-31", "2m-legal", "2026-03-31", id="D2"),
            pytest.param("2026-01-31", "4m-legal", "2026-06-01", id="D2 extended"),
            pytest.param("2025-12-30", "2m-legal", "2026-03-02", id="D3"),
            pytest.param("2026-01-20", "1m-legal", "2026-02-23", id="E1"),
            pytest.param("2026-01-20", "7d-legal", "2026-01-27", id="E2"),
            pytest.param("2026-02-02", "10d", "2026-02-23", id="F1"),
            pytest.param("2025-07-04", "3d", "2025-07-10", id="G1"),
            pytest.param("2025-06-27", "10d-legal", "2025-07-08", id="G3"),
            pytest.param("2025-09-26", "6d", "2025-10-08", id="H"),
            pytest.param("2027-02-01", "6d", "2027-02-16", id="I"),
            pytest.param("2025-02-04", "6d", "2025-02-11", id="J"),
            pytest.param("2025-10-23", "6d", "2025-11-03", id="K"),
            pytest.param("2026-01-20", "30d", "2026-03-11", id="L working"),
            pytest.param("2026-01-20", "30d-legal", "2026-02-23", id="L calendar"),
        ],
    )
    def test_due_dates(self, received, limit, due):
        """S2, S3, S6 among them."""
        assert due_on(Course(receipt=at(received)), parse_limit(limit), TYPHOON, KH) == day(due)

    def test_g2_a_unit_elsewhere_is_not_moved_by_a_closure(self):
        assert due_on(Course(receipt=at("2025-07-04")), parse_limit("3d"), TYPHOON, TP) == day("2025-07-09")
        assert due_on(Course(receipt=at("2025-07-04")), parse_limit("3d"), TYPHOON, None) == day("2025-07-09")

    def test_f2_a_pause_resumes_where_it_stopped(self):
        course = Course(receipt=at("2026-02-02"), waits=((at("2026-02-09"), at("2026-02-24")),))
        assert due_on(course, parse_limit("10d"), CALENDAR, KH) == day("2026-03-04")
        closed = Course(receipt=course.receipt, waits=course.waits, closings=((at("2026-03-04"), None),))
        assert days_used(closed, CALENDAR, KH) == 10
        assert gross_days(closed, CALENDAR, KH) == 30

    @pytest.mark.parametrize(
        ("received", "closed", "used", "gross"),
        [
            ("2026-02-11", "2026-02-24", 4, 13),
            ("2026-02-11", "2026-02-11T16:00", 0.5, 0.5),
            ("2026-01-05", "2026-01-06", 1, 1),
            ("2025-07-04", "2025-07-10", 3, 6),
            ("2005-10-07", "2005-10-14", 5, 7),
            ("2025-02-07", "2025-02-08", 1, 1),
            ("2026-01-05T23:30", "2026-01-06T07:30", 1, 1),
            ("2026-01-02T17:31", "2026-01-03T09:00", 0.5, 1),
            ("2025-12-31", "2026-01-02", 1, 2),
            ("2024-02-28", "2024-03-01", 2, 2),
        ],
    )
    def test_days_used(self, received, closed, used, gross):
        """S16, S17, S18: examples A and G1, the same day, the next day, holidays between, night, year end, leap day.

        Before 2024 no official days are held, so 2005-10-10 counts and the reading says provisional.
        """
        reading = History(received).closes(closed).read(calendar=TYPHOON)
        assert (reading.days_used, reading.gross_days) == (used, gross)
        assert reading.provisional is (received < "2024")

    def test_without_the_closure_g1_takes_four_days(self):
        assert History("2025-07-04").closes("2025-07-10").read().days_used == 4

    def test_l_a_petition_is_promised_by_the_earlier_count_and_late_by_the_later(self):
        reading = History("2026-01-20", Kind.PET).closes("2026-03-10").read()
        assert reading.promised_on == day("2026-02-23")
        assert reading.due_on == day("2026-03-11")
        assert reading.on_time

    def test_m_the_first_reply_is_measured_in_business_minutes(self):
        history = History("2026-02-13T17:45").then("2026-02-23T10:00", "replied", via="line", text="已說明")
        assert history.read().first_reply_minutes == 90

    def test_an_application_is_due_after_two_months(self):
        assert History("2026-01-15", Kind.APP).read(now="2026-02-01").due_on == day("2026-03-16")


class TestWaiting:
    def test_while_the_firm_is_asked_the_due_date_moves_with_the_days(self):
        """S9: the pause is still open."""
        history = History("2026-01-05").waits("2026-01-06")
        assert history.read(now="2026-01-06").due_on == day("2026-01-08")
        assert history.read(now="2026-01-09").due_on == day("2026-01-13")
        assert not history.read(now="2026-06-01").overdue
        assert history.read(now="2026-01-09").waiting_days_firm == 3

    def test_a_wait_on_an_agency_takes_out_nothing_and_is_shown(self):
        reading = History("2026-01-05").waits("2026-01-05", "agency").resumes("2026-01-08").read(now="2026-01-08")
        assert reading.due_on == day("2026-01-08")
        assert (reading.waiting_days_firm, reading.waiting_days_agency) == (0, 3)

    def test_a_wait_over_a_weekend_costs_nothing(self):
        """S8."""
        reading = History("2026-01-08").waits("2026-01-09T17:00").resumes("2026-01-11").read(now="2026-01-12")
        assert reading.due_on == day("2026-01-13")

    def test_a_wait_of_a_minute_costs_nothing_and_waits_that_touch_count_once(self):
        """S9."""
        history = History("2026-01-05").waits("2026-01-06T09:00").resumes("2026-01-06T09:00")
        assert history.read(now="2026-01-06").due_on == day("2026-01-08")
        history.waits("2026-01-06T10:00").resumes("2026-01-07T10:00").waits("2026-01-07T10:00").resumes("2026-01-08")
        assert history.read(now="2026-01-08").due_on == day("2026-01-12")

    def test_a_legal_limit_stops_day_for_day(self):
        """行政程序法 §51(5): ends 3/15, seven days later 3/22, a Sunday."""
        history = History("2026-01-15", Kind.APP).waits("2026-02-02").resumes("2026-02-09")
        assert history.read(now="2026-02-10").due_on == day("2026-03-23")

    def test_minutes_stop_for_the_wait(self):
        reading = History("2026-01-05T09:00").waits("2026-01-05T10:00").resumes("2026-01-06T10:00")
        assert reading.closes("2026-01-06T11:00").read().business_minutes == 120


class TestExtensions:
    @pytest.mark.parametrize(
        ("granted", "due"), [("2026-01-08T23:59", "2026-01-13"), ("2026-01-09T00:00", "2026-01-08")]
    )
    def test_an_extension_counts_only_if_in_force_by_the_end_of_the_due_date(self, granted, due):
        assert History("2026-01-05").extended(granted, 3).read(now="2026-01-09").due_on == day(due)

    def test_a_second_extension_may_lie_in_the_first(self):
        history = History("2026-01-05").extended("2026-01-08", 3).extended("2026-01-12", 2)
        assert history.read(now="2026-01-12").due_on == day("2026-01-15")

    def test_on_time_only_by_extension_is_told_apart(self):
        history = History("2026-01-05").extended("2026-01-08", 3)
        assert history.closes("2026-01-12").read().on_time_only_by_extension
        early = History("2026-01-05").extended("2026-01-06", 3).closes("2026-01-08").read()
        assert early.on_time
        assert not early.on_time_only_by_extension

    def test_a_legal_limit_is_extended_by_calendar_days_before_the_roll(self):
        history = History("2026-01-15", Kind.APP).extended("2026-03-02", 6)
        assert history.read(now="2026-03-02").due_on == day("2026-03-23")

    def test_a_legal_extension_may_be_granted_on_the_rolled_day(self):
        history = History("2026-01-15", Kind.APP).extended("2026-03-16", 30)
        assert history.read(now="2026-03-16").due_on == day("2026-04-14")


class TestReopening:
    def test_in_time_without_a_day_left_gets_one(self):
        history = History("2026-01-05").closes("2026-01-08").reopens("2026-02-10")
        reading = history.read(now="2026-02-10")
        assert reading.due_on == day("2026-02-11")
        assert not reading.overdue
        assert history.closes("2026-02-11").read().on_time
        assert history.read().days_used == 4

    def test_late_stays_late(self):
        """S13."""
        history = History("2026-01-05").closes("2026-01-09").reopens("2026-02-10")
        assert history.read(now="2026-02-10").due_on == day("2026-01-08")
        assert history.read(now="2026-02-10").overdue
        reading = history.extended("2026-02-10", 30).closes("2026-02-10").read()
        assert reading.on_time is False
        assert reading.overdue

    def test_the_day_that_was_given_can_be_paused_and_extended(self):
        history = History("2026-01-05").closes("2026-01-08").reopens("2026-02-09")
        history.waits("2026-02-09").resumes("2026-02-11")
        assert history.read(now="2026-02-12").due_on == day("2026-02-12")
        assert history.extended("2026-02-12", 1).read(now="2026-02-12").due_on == day("2026-02-13")

    def test_reopened_again_and_again_keeps_every_rule(self):
        history = History("2026-01-05").closes("2026-01-08").reopens("2026-01-12").closes("2026-01-13")
        history.reopens("2026-01-15").closes("2026-01-16")
        reading = history.read()
        assert (reading.due_on, reading.days_used, reading.on_time) == (day("2026-01-16"), 5, True)
        assert reading.gross_days == 5

    def test_a_legal_case_in_time_gets_a_day_too(self):
        history = History("2026-01-15", Kind.APP).closes("2026-03-16").reopens("2026-05-01")
        assert history.read(now="2026-05-01").due_on == day("2026-05-04")

    def test_the_closed_stretch_costs_no_minutes(self):
        history = History("2026-01-05T09:00").closes("2026-01-05T10:00").reopens("2026-01-07T10:00")
        assert history.closes("2026-01-07T11:00").read().business_minutes == 120

    def test_the_extension_flag_survives_a_reopening(self):
        history = History("2026-01-05").extended("2026-01-08", 3).closes("2026-01-12").reopens("2026-01-20")
        reading = history.closes("2026-01-21").read()
        assert reading.on_time
        assert reading.on_time_only_by_extension


class TestStates:
    def test_figures_are_null_while_open(self):
        reading = History("2026-01-05").closes("2026-01-06").reopens("2026-01-07").read(now="2026-01-07")
        assert (reading.days_used, reading.gross_days, reading.business_minutes, reading.on_time) == (None,) * 4

    def test_the_clock_is_frozen_at_the_close(self):
        """S12."""
        history = History("2026-01-05").closes("2026-01-07")
        assert history.read(now="2026-01-07") == history.read(now="2027-01-07")

    @pytest.mark.parametrize(
        ("now", "overdue", "left"),
        [
            ("2026-01-05", False, 3),
            ("2026-01-08T23:59", False, 0),
            ("2026-01-09T00:00", True, -1),
            ("2026-01-10", True, -1),
        ],
    )
    def test_a_case_is_overdue_when_its_due_date_is_over(self, now, overdue, left):
        """S17."""
        reading = History("2026-01-05").read(now=now)
        assert (reading.overdue, reading.working_days_left) == (overdue, left)

    def test_changing_the_kind_counts_anew_from_receipt(self):
        history = History("2026-01-20").then("2026-01-21", "kind", kind="PET")
        assert history.read(now="2026-01-21").due_on == day("2026-03-11")
        filed = History("2026-01-05").then("2026-01-20", "kind", kind="APP", filed_at="2026-01-15T09:00:00+08:00")
        assert filed.read(now="2026-01-21").due_on == day("2026-03-16")

    def test_changing_category_or_unit_moves_nothing(self):
        history = History("2026-01-05")
        before = history.read(now="2026-01-06")
        history.then("2026-01-06", "category", category="tax", unit="投資服務科", reason="改分")
        assert history.read(now="2026-01-06") == before

    def test_an_unpublished_year_makes_the_due_date_provisional(self):
        """S5."""
        assert History("2027-12-30").read(now="2027-12-30").provisional
        assert not History("2027-12-20").read(now="2027-12-20").provisional

    def test_part_of_a_day_closed_stops_minutes_only(self):
        """S6."""
        closed = CALENDAR.with_closures([Closure(day("2026-01-06"), "高雄市", None, "pm")])
        history = History("2026-01-05T17:00").closes("2026-01-06T17:00")
        assert history.read(calendar=closed).days_used == 1
        assert history.read(calendar=closed).business_minutes == 270
        assert history.read(calendar=CALENDAR).business_minutes == 480

    def test_a_receipt_in_utc_belongs_to_its_taipei_day(self):
        """S17: 16:30 UTC on Sunday is half past midnight on Monday."""
        course = Course(receipt=datetime.fromisoformat("2026-01-04T16:30:00+00:00"))
        assert due_on(course, LIMITS[Kind.ENQ], CALENDAR, KH) == day("2026-01-08")

    def test_naive_times_are_refused(self):
        """S17."""
        with pytest.raises(CalendarError):
            due_on(Course(receipt=datetime(2026, 1, 5)), LIMITS[Kind.ENQ], CALENDAR, KH)  # noqa: DTZ001
