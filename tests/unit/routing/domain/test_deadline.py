"""The deadline calculator: the clock's own answer, with rules and days."""

import itertools
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar.office_calendar import TAIPEI, Closure, Office, known_closures, load_calendar
from routing.domain import clock
from routing.domain.deadline import DayStatus, Question, calculate, explain
from routing.domain.errors import Invalid
from routing.domain.limits import parse_limit

CALENDAR = load_calendar()
TYPHOON = CALENDAR.with_closures(known_closures())
KH = Office("KH", "高雄市", "前鎮區")


def at(text):
    return datetime.fromisoformat(f"{text}+08:00")


def ask(received, limit, calendar=CALENDAR, **more):
    question = Question(received=at(received), limit=parse_limit(limit), **more)
    return calculate(question, calendar, KH)


def statuses(answer, status):
    return [line.date.isoformat()[5:] for line in answer.days if line.status is status]


def codes(answer):
    return [rule.code for rule in answer.rules]


def test_each_counted_day_is_numbered_and_each_other_day_explained():
    """Example A, S2."""
    answer = ask("2026-02-11T10:00", "6d")
    assert answer.due_on == date(2026, 2, 26)
    assert statuses(answer, DayStatus.COUNTED) == ["02-12", "02-13", "02-23", "02-24", "02-25", "02-26"]
    assert [line.number for line in answer.days if line.number] == [1, 2, 3, 4, 5, 6]
    assert {line.why for line in answer.days if line.date == date(2026, 2, 17)} == {"春節"}
    assert (answer.days_used, answer.on_time, answer.due_at) == (None, None, None)
    assert codes(answer) == ["first_day", "working_days"]


def test_a_pause_is_shown_on_working_days_only():
    """Example F2, S8."""
    pause = (at("2026-02-09T10:00"), at("2026-02-24T10:00"))
    answer = ask("2026-02-02T10:00", "10d", pauses=(pause,), finished=at("2026-03-04T17:00"))
    assert answer.due_on == date(2026, 3, 4)
    assert (answer.days_used, answer.gross_days, answer.on_time) == (10, 30, True)
    assert statuses(answer, DayStatus.PAUSED) == ["02-10", "02-11", "02-12", "02-13", "02-23", "02-24"]
    assert len(statuses(answer, DayStatus.COUNTED)) == 10
    assert "pause" in codes(answer)


def test_a_legal_end_on_a_holiday_is_rolled_and_says_so():
    """Example C."""
    answer = ask("2026-01-15T10:00", "30d-legal")
    assert answer.due_on == date(2026, 2, 23)
    assert len(statuses(answer, DayStatus.COUNTED)) == 30
    assert statuses(answer, DayStatus.ROLLED) == ["02-23"]
    assert "roll" in codes(answer)


def test_a_legal_pause_takes_out_every_day():
    pause = (at("2026-01-20T10:00"), at("2026-01-25T10:00"))
    answer = ask("2026-01-15T10:00", "10d-legal", pauses=(pause,))
    assert statuses(answer, DayStatus.PAUSED) == ["01-21", "01-22", "01-23", "01-24", "01-25"]
    assert answer.due_on == date(2026, 1, 30)


def test_months_name_their_rule():
    assert "months" in codes(ask("2026-01-15T10:00", "2m-legal"))


def test_a_closure_is_named_with_its_source():
    """Examples G1 and S6."""
    answer = ask("2025-07-04T10:00", "3d", TYPHOON, finished=at("2025-07-10T10:00"))
    assert answer.due_on == date(2025, 7, 10)
    assert answer.days_used == 3
    assert {line.why for line in answer.days if line.date == date(2025, 7, 7)} == {"停止上班"}
    closures = [rule for rule in answer.rules if rule.code == "closure"]
    assert any("2025-07-07 高雄市" in rule.text and rule.source.startswith("https://") for rule in closures)


def test_part_of_a_day_closed_is_said_to_stop_hours_only():
    closed = CALENDAR.with_closures([Closure(date(2026, 1, 6), "高雄市", None, "pm")])
    answer = ask("2026-01-05T10:00", "3d", closed)
    assert answer.due_on == date(2026, 1, 8)
    assert any("只影響辦公時數" in rule.text for rule in answer.rules)


def test_an_extension_lengthens_the_limit():
    answer = ask("2026-01-05T10:00", "3d", extension=3)
    assert answer.due_on == date(2026, 1, 13)
    assert "extension" in codes(answer)
    legal = ask("2026-01-15T10:00", "2m-legal", extension=6)
    assert legal.due_on == date(2026, 3, 23)


def test_the_same_day_is_half_a_day():
    """S16."""
    answer = ask("2026-02-11T10:00", "6d", finished=at("2026-02-11T15:00"))
    assert (answer.days_used, answer.business_minutes) == (0.5, 240)
    assert "half_day" in codes(answer)


def test_days_after_the_due_date_are_marked_late():
    answer = ask("2026-01-05T10:00", "3d", finished=at("2026-01-12T10:00"))
    assert answer.on_time is False
    assert answer.days_used == 5
    assert answer.days[-1].why.endswith("已逾限")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-02-13T17:00", "2026-02-23T12:00"),
        ("2026-01-05T08:30", "2026-01-05T12:30"),
        ("2026-01-05T08:31", "2026-01-05T13:31"),
        ("2026-01-05T12:45", "2026-01-05T17:30"),
        ("2026-01-03T03:00", "2026-01-05T12:30"),
    ],
)
def test_hours_run_in_business_hours(received, due):
    """S1, S2."""
    answer = ask(received, "4h")
    assert answer.due_at == at(due)
    assert answer.due_on == at(due).date()
    assert sum(line.number for line in answer.days if line.number) == 240


def test_hours_stop_for_pauses_and_grow_by_extensions():
    """S9."""
    pause = (at("2026-01-05T09:00"), at("2026-01-06T09:00"))
    answer = ask("2026-01-05T08:30", "1h", pauses=(pause,), extension=1, finished=at("2026-01-06T10:30"))
    assert answer.due_at == at("2026-01-06T10:30")
    assert answer.on_time
    whole_day = (at("2026-01-05T09:00"), at("2026-01-07T09:00"))
    paused = ask("2026-01-05T08:30", "1h", pauses=(whole_day,))
    assert statuses(paused, DayStatus.PAUSED) == ["01-06"]


def test_an_unpublished_year_is_called_provisional():
    """S5."""
    answer = ask("2027-12-30T10:00", "3d")
    assert answer.provisional
    assert "provisional" in codes(answer)
    assert not ask("2026-01-05T10:00", "3d").provisional


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"finished": at("2026-01-05T09:59")}, "finished_before_received"),
        ({"pauses": ((at("2026-01-04T10:00"), at("2026-01-06T10:00")),)}, "bad_pause"),
        ({"pauses": ((at("2026-01-07T10:00"), at("2026-01-06T10:00")),)}, "bad_pause"),
        (
            {"pauses": ((at("2026-01-09T10:00"), at("2026-01-10T10:00")),), "finished": at("2026-01-08T10:00")},
            "bad_pause",
        ),
    ],
)
def test_impossible_times_are_refused(more, code):
    with pytest.raises(Invalid) as error:
        ask("2026-01-05T10:00", "3d", **more)
    assert error.value.code == code


@given(
    st.datetimes(datetime(2024, 1, 2), datetime(2026, 6, 1)).map(lambda moment: moment.replace(tzinfo=TAIPEI)),  # noqa: DTZ001
    st.sampled_from(["3d", "30d", "30d-legal", "2m-legal"]),
    st.lists(st.integers(1, 60 * 24 * 20), min_size=1, max_size=7),
    st.lists(st.tuples(st.integers(0, 60 * 24 * 60), st.integers(1, 20)), max_size=2),
)
def test_the_days_of_any_course_add_up_to_its_due_date_and_its_days_used(receipt, limit, steps, extensions):
    """Waits, closes and reopenings in turn: what is listed is what the clock counted (S7)."""
    moments = [receipt + timedelta(minutes=sum(steps[: n + 1])) for n in range(len(steps))]
    pairs = list(itertools.pairwise([receipt, *moments]))
    course = clock.Course(
        receipt=receipt, waits=tuple(pairs[1::4]),
        closings=(*pairs[3::4], (moments[-1], None)),
        extensions=tuple((receipt + timedelta(minutes=after), days) for after, days in extensions),
    )  # fmt: skip
    limit = parse_limit(limit)
    answer = explain(course, limit, TYPHOON, KH, until=moments[-1])
    assert answer.due_on == clock.due_on(course, limit, TYPHOON, KH)
    closed = moments[-1].date()
    counted = [line for line in answer.days if line.status is DayStatus.COUNTED and line.date <= closed]
    if not limit.legal:
        assert max(0.5, len(counted)) == answer.days_used
    assert [line.date for line in answer.days] == sorted({line.date for line in answer.days})
    assert answer.days[-1].date == max(answer.due_on, closed) or not answer.days
