"""The office calendar: official days, hours and closures."""

import hashlib
from datetime import date, datetime, timedelta
from importlib.resources import files

import holidays
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar.office_calendar import (
    TAIPEI,
    CalendarError,
    Closure,
    Office,
    OfficeCalendar,
    OfficialDay,
    known_closures,
    load_calendar,
)
from knowledge.calendar.official_days import decode_days, find_county, find_district
from knowledge.calendar.totals import merge
from knowledge.offices.directory import load_offices

CALENDAR = load_calendar()
KH = Office("KH", "高雄市", "前鎮區")
TP = Office("TP", "臺北市", "信義區")


def at(text):
    return datetime.fromisoformat(f"{text}+08:00")


def day(text):
    return date.fromisoformat(text)


def year_csv(year, *, off=(), work=(), note="補行上班"):
    """A published file for a year: weekends off, but for the given days."""
    rows = ["西元日期,星期,是否放假,備註"]
    current = date(year, 1, 1)
    while current.year == year:
        is_off = current in off or (current.weekday() >= 5 and current not in work)
        remark = note if current in work else ""
        rows.append(f"{current:%Y%m%d},{'一二三四五六日'[current.weekday()]},{2 if is_off else 0},{remark}")
        current += timedelta(days=1)
    return "\n".join(rows)


class TestOfficialDays:
    @pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
    def test_every_day_agrees_with_an_independent_library(self, year):
        independent = holidays.country_holidays("TW")
        every = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
        differing = [d for d in every if d.year == year and CALENDAR.is_working_day(d) != independent.is_working_day(d)]
        assert differing == []

    @pytest.mark.parametrize(("year", "working"), [(2024, 251), (2025, 247), (2026, 245), (2027, 244)])
    def test_the_year_has_as_many_working_days_as_announced(self, year, working):
        check = CALENDAR.check_year(year)
        assert check.working_days == working
        assert check.official

    @pytest.mark.parametrize(
        ("text", "works"),
        [
            ("2025-02-08", True),
            ("2024-02-17", True),
            ("2025-10-24", False),
            ("2025-05-01", True),
            ("2026-05-01", False),
            ("2026-06-15", True),
            ("2027-06-15", True),
            ("2026-02-20", False),
        ],
    )
    def test_make_up_saturdays_count_and_weekdays_turned_holiday_do_not(self, text, works):
        """S3."""
        assert CALENDAR.is_working_day(day(text)) is works

    def test_the_files_are_those_that_the_sources_name(self):
        folder = files("knowledge") / "data" / "calendar"
        sources = yaml.safe_load((folder / "sources.yaml").read_text("utf-8"))
        assert sources["licence"] == "政府資料開放授權條款第1版"
        for entry in sources["years"]:
            assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert {entry["year"] for entry in sources["years"]} == CALENDAR.official_years

    def test_days_are_named(self):
        assert CALENDAR.describe_day(day("2026-02-17")) == "春節"
        assert CALENDAR.describe_day(day("2025-02-08")) == "補行上班"
        assert CALENDAR.describe_day(day("2026-01-03")) == "星期六"
        assert CALENDAR.describe_day(day("2026-01-05")) == "上班日"
        assert CALENDAR.describe_day(day("2030-01-01")) == "上班日（暫定）"


class TestCounting:
    def test_the_long_new_year_is_crossed(self):
        """S2."""
        assert CALENDAR.next_working_day(day("2026-02-13")) == day("2026-02-23")
        assert CALENDAR.roll(day("2026-02-14")) == day("2026-02-23")
        assert CALENDAR.roll(day("2026-02-23")) == day("2026-02-23")

    @given(
        st.dates(date(2023, 6, 1), date(2030, 1, 1)),
        st.integers(1, 400),
        st.sampled_from([None, KH, TP]),
    )
    def test_counting_back_gives_what_was_counted_forward(self, start, n, office):
        calendar = CALENDAR.with_closures(known_closures())
        found = calendar.nth_working_day_after(start, n, office)
        assert calendar.working_days_between(start, found, office) == n
        assert calendar.is_working_day(found, office)

    @given(st.dates(date(2024, 1, 1), date(2027, 6, 1)), st.integers(0, 200))
    def test_the_running_totals_agree_with_a_plain_walk(self, start, length):
        walked = sum(CALENDAR.is_working_day(start + timedelta(days=n)) for n in range(1, length + 1))
        assert CALENDAR.working_days_between(start, start + timedelta(days=length)) == walked

    def test_counting_backwards_is_negative(self):
        assert CALENDAR.working_days_between(day("2026-01-09"), day("2026-01-05")) == -4

    @pytest.mark.parametrize("n", [0, -1])
    def test_a_count_below_one_is_refused(self, n):
        with pytest.raises(CalendarError):
            CALENDAR.nth_working_day_after(day("2026-01-05"), n)


class TestEndOfTheCalendar:
    """S5: an unpublished year is neither an endless loop nor a year without holidays that nobody mentions."""

    def test_days_past_the_last_official_one_are_provisional(self):
        assert CALENDAR.known_until == day("2027-12-31")
        assert not CALENDAR.is_provisional(day("2026-01-01"), day("2027-12-31"))
        assert CALENDAR.is_provisional(day("2027-12-31"), day("2028-01-03"))
        assert CALENDAR.is_provisional(day("2023-12-31"))
        assert CALENDAR.nth_working_day_after(day("2027-12-31"), 1) == day("2028-01-03")

    def test_a_calendar_without_days_is_refused(self):
        with pytest.raises(CalendarError) as error:
            OfficeCalendar(days=())
        assert error.value.code == "calendar_empty"

    def test_a_calendar_that_never_opens_still_answers(self):
        shut = OfficeCalendar(
            days=tuple(OfficialDay(date(2026, 1, 1) + timedelta(days=n), off=True) for n in range(365))
        )
        assert shut.next_working_day(day("2026-01-01")) == day("2027-01-01")
        assert shut.next_opening(at("2026-01-01T09:00")) == at("2027-01-01T08:30")

    def test_a_count_beyond_all_dates_is_an_error(self):
        with pytest.raises(CalendarError) as error:
            CALENDAR.nth_working_day_after(day("2026-01-01"), 10_000_000)
        assert error.value.code == "out_of_range"
        with pytest.raises(CalendarError):
            CALENDAR.add_business_time(at("2026-01-01T09:00"), timedelta(days=3_000_000))

    def test_a_gap_between_years_ends_what_is_known(self):
        calendar = CALENDAR.with_days(year_csv(2029))
        assert calendar.known_until == day("2027-12-31")
        assert calendar.is_provisional(day("2027-01-01"), day("2029-01-05"))
        assert not calendar.is_provisional(day("2029-03-01"))


class TestImport:
    def test_a_new_year_becomes_official(self):
        calendar = CALENDAR.with_days(year_csv(2028, off={date(2028, 1, 3)}, work={date(2028, 1, 8)}))
        assert not calendar.is_working_day(day("2028-01-03"))
        assert calendar.is_working_day(day("2028-01-08"))
        assert calendar.known_until == day("2028-12-31")
        assert calendar.version != CALENDAR.version

    def test_a_reissued_year_replaces_the_old_one(self):
        changed = CALENDAR.with_days(year_csv(2026))
        assert changed.is_working_day(day("2026-02-17"))
        assert day("2026-02-17") in CALENDAR.check_year(2026, changed).differing
        assert CALENDAR.check_year(2026, CALENDAR).differing == ()

    def test_dates_may_carry_separators_and_the_file_a_mark(self):
        text = "\ufeff" + year_csv(2028).replace("20280101", "2028/1/1").replace("20280102", "2028-01-02")
        assert CALENDAR.with_days(text).known_until == day("2028-12-31")

    @pytest.mark.parametrize(
        ("old", "new", "line", "words"),
        [
            ("西元日期,", "日期,", 1, "西元日期"),
            ("20280103,一,0,", "20280103,二,0,", 4, "星期一"),
            ("20280103,一,0,", "20280103,一,1,", 4, "是否放假"),
            ("20280103,一,0,", "20281303,一,0,", 4, "有效日期"),
            ("20280103,一,0,", "hello,一,0,", 4, "有效日期"),
            ("20280103,一,0,", "20280102,日,2,", 4, "重複"),
            ("20280103,一,0,", "20280103,一", 4, "只有 2 欄"),
            ("20280101,六,2,", "20280101,六,0,", 2, "補行上班"),
        ],
    )
    def test_a_bad_line_is_named(self, old, new, line, words):
        with pytest.raises(CalendarError) as error:
            CALENDAR.with_days(year_csv(2028).replace(old, new))
        assert error.value.line == line
        assert f"第 {line} 行" in error.value.message
        assert words in error.value.message

    def test_a_year_of_which_only_a_day_is_known_is_refused(self):
        with pytest.raises(CalendarError, match="2028 年缺 365 日"):
            CALENDAR.with_days("西元日期,星期,是否放假,備註\n20280101,六,2,開國紀念日\n")

    @pytest.mark.parametrize("text", ["", "西元日期,星期,是否放假,備註\n"])
    def test_an_empty_file_is_refused(self, text):
        with pytest.raises(CalendarError):
            CALENDAR.with_days(text)

    def test_a_year_without_a_working_day_is_refused(self):
        every = {date(2028, 1, 1) + timedelta(days=n) for n in range(366)}
        with pytest.raises(CalendarError, match="沒有任何上班日"):
            CALENDAR.with_days(year_csv(2028, off=every))


class TestClosures:
    """S6."""

    def test_a_full_day_moves_only_the_offices_it_covers(self):
        calendar = CALENDAR.with_closures(known_closures())
        assert not calendar.is_working_day(day("2025-07-07"), KH)
        assert calendar.is_working_day(day("2025-07-07"), TP)
        assert calendar.is_working_day(day("2025-07-07"))
        assert calendar.describe_day(day("2025-07-07"), KH) == "停止上班"
        assert calendar.describe_day(day("2025-07-06"), KH) == "星期日"

    @pytest.mark.parametrize(
        ("county", "district", "covers"),
        [("高雄市", None, True), ("高雄市", "前鎮區", True), ("高雄市", "旗山區", False), ("臺北市", None, False)],
    )
    def test_a_closure_names_county_and_perhaps_district(self, county, district, covers):
        closed = CALENDAR.with_closures([Closure(day("2026-07-08"), county, district)])
        assert closed.is_working_day(day("2026-07-08"), KH) is not covers

    def test_both_spellings_of_tai_are_one_place(self):
        closed = CALENDAR.with_closures([Closure(day("2026-07-08"), "台北市")])
        assert not closed.is_working_day(day("2026-07-08"), TP)
        assert find_county("台北市") == "臺北市"
        assert find_county("火星市") is None

    def test_withdrawn_closures_leave_no_trace(self):
        closed = CALENDAR.with_closures([Closure(day("2026-07-08"), "高雄市")])
        assert closed.version != CALENDAR.version
        locked = closed.with_closures([])
        assert locked.is_working_day(day("2026-07-08"), KH)
        assert locked.version == CALENDAR.version

    @pytest.mark.parametrize(
        ("part", "minutes"),
        [
            ("am", 240),
            ("pm", 240),
            ("10:00-12:00", 360),
            ("17:00-24:00", 450),
            ("12:30-13:30", 480),
            ("00:00-14:00", 210),
        ],
    )
    def test_part_of_a_day_stops_minutes_and_not_the_day(self, part, minutes):
        closed = CALENDAR.with_closures([Closure(day("2026-07-08"), "高雄市", None, part)])
        assert closed.is_working_day(day("2026-07-08"), KH)
        assert closed.business_minutes(at("2026-07-08T00:00"), at("2026-07-09T00:00"), KH) == minutes
        assert closed.business_minutes(at("2026-07-07T00:00"), at("2026-07-10T00:00"), KH) == minutes + 960
        assert closed.business_minutes(at("2026-07-08T00:00"), at("2026-07-09T00:00"), TP) == 480

    def test_forenoon_and_afternoon_together_are_the_whole_day(self):
        parts = [Closure(day("2026-07-08"), "高雄市", None, part) for part in ("am", "pm")]
        closed = CALENDAR.with_closures(parts)
        assert not closed.is_working_day(day("2026-07-08"), KH)
        assert closed.next_opening(at("2026-07-08T09:00"), KH) == at("2026-07-09T08:30")

    @pytest.mark.parametrize("part", ["noon", "", "12:00-10:00", "25:00-26:00", "10:00-10:00", "10:61-11:00"])
    def test_an_unreadable_part_is_refused(self, part):
        with pytest.raises(CalendarError, match="停班範圍"):
            CALENDAR.with_closures([Closure(day("2026-07-08"), "高雄市", None, part)])


class TestHours:
    @pytest.mark.parametrize(
        ("text", "is_open", "opening"),
        [
            ("2026-01-05T08:29:59", False, "2026-01-05T08:30"),
            ("2026-01-05T08:30", True, "2026-01-05T08:30"),
            ("2026-01-05T12:29:59", True, "2026-01-05T12:29:59"),
            ("2026-01-05T12:30", False, "2026-01-05T13:30"),
            ("2026-01-05T17:30", False, "2026-01-06T08:30"),
            ("2026-01-05T23:30", False, "2026-01-06T08:30"),
            ("2026-01-03T10:00", False, "2026-01-05T08:30"),
            ("2026-02-13T17:30", False, "2026-02-23T08:30"),
        ],
    )
    def test_the_office_opens_and_shuts_to_the_second(self, text, is_open, opening):
        """S1, S2."""
        assert CALENDAR.is_open(at(text)) is is_open
        assert CALENDAR.next_opening(at(text)) == at(opening)

    @pytest.mark.parametrize(
        ("start", "end", "minutes"),
        [
            ("2026-02-13T17:45", "2026-02-23T10:00", 90),
            ("2026-01-05T12:00", "2026-01-05T14:00", 60),
            ("2026-01-05T12:40", "2026-01-05T13:20", 0),
            ("2026-01-03T10:00", "2026-01-04T10:00", 0),
            ("2026-01-05T09:00", "2026-01-05T09:00:30", 0.5),
            ("2026-01-05T23:30", "2026-01-06T09:30", 60),
            ("2026-01-05T09:00", "2026-01-05T08:00", 0),
        ],
    )
    def test_business_minutes_are_exact(self, start, end, minutes):
        """S1, S17; example M."""
        assert CALENDAR.business_minutes(at(start), at(end)) == minutes

    def test_an_instant_in_utc_belongs_to_its_taipei_day(self):
        """S17: 23:30 UTC on Sunday is 07:30 on Monday."""
        instant = datetime.fromisoformat("2026-01-04T23:30:00+00:00")
        assert CALENDAR.next_opening(instant) == at("2026-01-05T08:30")

    def test_an_instant_without_offset_is_refused(self):
        """S17."""
        with pytest.raises(CalendarError) as error:
            CALENDAR.is_open(datetime(2026, 1, 5, 9, 0))  # noqa: DTZ001 - the mistake under test
        assert error.value.code == "time_without_offset"

    def test_pauses_touching_nested_and_at_weekends(self):
        """S8, S9."""
        pauses = [
            (at("2026-01-09T16:30"), at("2026-01-10T12:00")),
            (at("2026-01-10T12:00"), at("2026-01-12T09:30")),
            (at("2026-01-11T12:00"), at("2026-01-11T12:00")),
            (at("2026-01-10T00:00"), at("2026-01-11T00:00")),
        ]
        assert CALENDAR.business_minutes(at("2026-01-09T15:30"), at("2026-01-12T10:30"), None, pauses) == 120
        weekend = [(at("2026-01-09T17:30"), at("2026-01-12T08:30"))]
        assert CALENDAR.business_minutes(at("2026-01-09T17:00"), at("2026-01-12T09:00"), None, weekend) == 60

    @given(
        st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 1)),  # noqa: DTZ001 - given its zone below
        st.integers(1, 60 * 24 * 20),
        st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 5_000)), max_size=4),
    )
    def test_adding_time_and_measuring_it_are_inverse(self, naive, minutes, raw):
        """S7, S9."""
        start = naive.replace(tzinfo=TAIPEI)
        pauses = [(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in raw]
        end = CALENDAR.add_business_time(start, timedelta(minutes=minutes), KH, pauses)
        assert CALENDAR.business_time(start, end, KH, pauses) == timedelta(minutes=minutes)
        assert merge(pauses, start, end) == merge([*pauses, *pauses], start, end)


class TestWordsOfTheAuthorities:
    """What the published files and announcements say in more than one way."""

    @pytest.mark.parametrize("note", ["補行上班", "調整上班", "補上班日", "應上班", "補班"])
    def test_a_saturday_of_work_may_be_explained_in_any_words(self, note):
        """Before: only 補行上班 was taken; the official files of 2017 to 2020 say 調整上班."""
        calendar = CALENDAR.with_days(year_csv(2030, off={date(2030, 3, 1)}, work={date(2030, 3, 9)}, note=note))
        assert calendar.is_working_day(day("2030-03-09"))
        assert calendar.describe_day(day("2030-03-09")) == note

    @pytest.mark.parametrize("cell", ["1999", "2200", "9999", "0001"])
    def test_a_year_that_nobody_works_in_is_a_slip(self, cell):
        with pytest.raises(CalendarError, match="有效日期"):
            CALENDAR.with_days(year_csv(2028).replace("20280101", f"{cell}0101"))

    @pytest.mark.parametrize("raw", [b"\xff\xff\xff", b"x" * (1024 * 1024 + 1)])
    def test_a_file_of_another_kind_is_refused(self, raw):
        with pytest.raises(CalendarError):
            decode_days(raw)

    @pytest.mark.parametrize("note", ["長" * 201, "甲\x00"])
    def test_a_remark_that_cannot_be_kept_is_refused(self, note):
        with pytest.raises(CalendarError, match="第 2 行"):
            CALENDAR.with_days(year_csv(2028).replace("20280101,六,2,", f"20280101,六,2,{note}"))

    @pytest.mark.parametrize(
        ("county", "written", "found"),
        [
            ("高雄市", "前鎮區", "前鎮區"), ("高雄市", "前鎮", "前鎮區"), ("高雄市", "前鎮 區", "前鎮區"),
            ("高雄市", "高雄市前鎮區", "前鎮區"), ("高雄市", "高雄前鎮", "前鎮區"), ("高雄市", "前镇区", "前鎮區"),
            ("高雄市", "\ufeff前鎮區\u3000", "前鎮區"), ("高雄市", "沒有這區", None), ("高雄市", "板橋區", None),
            ("臺東縣", "台東市", "臺東市"), ("臺東縣", "臺東縣臺東市", "臺東市"), ("屏東縣", "霧台鄉", "霧臺鄉"),
            ("嘉義市", "東", "東區"), ("桃園市", "桃園", "桃園區"), ("高雄市", "", None), ("火星", "前鎮區", None),
            ("高雄市", "區", None), ("高雄市", "長" * 9999, None),
        ],
    )  # fmt: skip
    def test_a_district_is_known_by_the_ways_it_is_written(self, county, written, found):
        """Before: whatever was typed was kept, and closed no office."""
        assert find_district(county, written) == found

    def test_every_office_and_park_lies_in_a_district_that_is_known(self):
        offices = load_offices()
        places = {(park.county, park.district) for park in offices.parks if park.district}
        assert places
        assert {place for place in places if find_district(*place) is None} == set()


@given(st.timedeltas(timedelta(0), timedelta(days=12)))
def test_the_spans_of_opening_say_of_every_instant_whether_the_office_is_open(after):
    calendar = CALENDAR.with_closures([Closure(day("2026-07-08"), "高雄市", None, "10:00-15:00")])
    instant = at("2026-06-30T00:00") + after
    spans = calendar.opening_spans(day("2026-06-30"), day("2026-07-12"), KH)
    assert any(opens <= instant < closes for opens, closes in spans) == calendar.is_open(instant, KH)
