"""The report of February 2025 over a fixed set of invented histories, every figure worked out by hand (R18).

Working days of the month: 3–8 (the 8th is a make-up Saturday), 10–14, 17–21, 24–27; the 28th is off, and so were
January 27–31. In March the 3rd is the first working day.
"""

import json
import statistics as plain
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from knowledge.offices.directory import load_offices
from routing.domain.case import Event, EventKind, Kind
from routing.domain.errors import Invalid, OnestopError
from routing.domain.reporting.figures import COUNTS, DISTRIBUTIONS, distribution
from routing.domain.reporting.history import CaseHistory, KnownWords, read
from routing.domain.reporting.statistics import ALL, GroupBy, report

GOLDEN = Path(__file__).parents[4] / "golden"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=TAIPEI)
CALENDAR, OFFICES = load_calendar(), load_offices()
FEBRUARY = {"start": date(2025, 2, 1), "end": date(2025, 2, 28)}

OPEN_AT_START = "1130301-0001 1140108-0001 1140110-0001 1140120-0001 1140122-0001 1140124-0001 1140131-0001"
OPEN_AT_END = (
    "1140108-0001 1140115-0001 1140131-0001 1140214-0001 1140217-0001 1140224-0001 1140225-0001 1140226-0001 "
    "1140228-0001"
)
CLOSED = {
    # number: days used, gross days, whether on time, what it shows
    "1130301-0001": (249, 363, False, "R6: one very long case"),
    "1140110-0001": (25, 41, False, "referred; waiting on an agency takes out nothing"),
    "1140120-0001": (11, 21, False, "Lunar New Year in between, S2"),
    "1140122-0001": (3, 12, True, "the same, and in time"),
    "1140124-0001": (1, 25, True, "waited on the firm from the day of receipt to 02-17"),
    "1140201-0001": (1, 2, True, "R12: received at 00:00 in Taipei, still January in UTC"),
    "1140203-0001": (0.5, 0.5, True, "same day"),
    "1140203-0002": (1, 1, True, "R2: three replies weigh once"),
    "1140205-0001": (4, 5, False, "due on the make-up Saturday, S3"),
    "1140206-0001": (3, 4, True, "due and closed on 02-10"),
    "1140207-0001": (1, 1, True, "closed on the make-up Saturday"),
    "1140207-0002": (4, 5, False, "due 02-11, closed on the 12th"),
    "1140210-0001": (2, 2, True, "R1: closed twice, the stretch between taken out"),
    "1140211-0001": (5, 7, True, "due 02-14, extended in time to 02-19"),
    "1140211-0002": (5, 7, False, "extended after it was due"),
    "1140213-0001": (1, 1, True, "R7: reopened in March"),
    "1140215-0001": (0.5, 1, True, "Saturday to Sunday"),
    "1140218-0001": (2, 2, True, "category changed on the way, referred"),
    "1140219-0002": (3, 7, True, "waited on an agency, then on the firm"),
    "1140220-0001": (1, 1, True, "R5: closed as answered without a recorded reply"),
    "1140220-0002": (5, 7, False, "due 02-25"),
}
FIRST_REPLY_MINUTES = {
    "1140120-0001": 450 + 4 * 480 + 6 * 480 + 60,
    "1140122-0001": 90 + 2 * 480 + 30,
    "1140131-0001": 60,
    "1140201-0001": 1,
    "1140203-0001": 59.5,  # R3: half a minute is kept
    "1140203-0002": 10,
    "1140205-0001": 30,
    "1140206-0001": 60,
    "1140207-0001": 10,  # received after hours, answered on the make-up Saturday
    "1140207-0002": 10,  # received in the lunch break
    "1140210-0001": 30,
    "1140211-0001": 450 + 4 * 480 + 30,
    "1140211-0002": 5,
    "1140212-0002": 210 + 30,  # set aside in the end, and answered nevertheless
    "1140213-0001": 450 + 30,
    "1140214-0001": 20,  # still open
    "1140215-0001": 0,  # answered on a Sunday
    "1140219-0002": 450 + 4 * 480 + 15,
    "1140220-0002": 60,
    "1140224-0001": 240,
}


def numbers(text):
    return sorted(f"KP-{short}" for short in text.split())


@pytest.fixture(scope="module")
def histories():
    lines = (GOLDEN / "histories.jsonl").read_text("utf-8").splitlines()
    return tuple(read(lines, KnownWords.of(OFFICES), NOW))


def made(histories, **changes):
    given = {**FEBRUARY, "calendar": CALENDAR, "offices": OFFICES, "rules_version": "1", **changes}
    return report(histories, **given)


def differences(before, after):
    """Which figures differ between two reports, as paths like ``days_used.mean`` or ``groups.land.late``."""
    old, new = flat(before), flat(after)
    return tuple(sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path)))


def flat(value, path=""):
    if isinstance(value, dict):
        children = [(name, child) for name, child in value.items() if name != "key"]
    elif isinstance(value, list):
        children = [(child["key"], child) for child in value]
    else:
        return {path: value}
    return {at: leaf for name, child in children for at, leaf in flat(child, f"{path}.{name}".lstrip(".")).items()}


@pytest.fixture(scope="module")
def february(histories):
    return made(histories)


def described(values):
    return {
        "n": len(values),
        "mean": pytest.approx(plain.fmean(values), rel=1e-12),
        "median": pytest.approx(plain.median(values), rel=1e-12),
        "p90": pytest.approx(float(np.percentile(values, 90)), rel=1e-12),
        "min": min(values),
        "max": max(values),
    }


def test_the_golden_histories_are_all_taken_in(histories):
    assert len(histories) == 40
    assert all(isinstance(history, CaseHistory) for history in histories)


def test_the_month_as_a_whole(february):
    """R1, R2, R3, R5, R6, R7, R8, R12, R15, R18."""
    late = [number for number, (_, _, on_time, _) in CLOSED.items() if not on_time]
    told = february.as_json()
    del told["bands"]
    assert told == {
        "from": "2025-02-01",
        "to": "2025-02-28",
        "kind": "ENQ",
        "rules": "1",
        "calendar": CALENDAR.version,
        "open_at_start": 7,
        "received": 24,
        "reopened": 3,
        "closed": 25,
        "open_at_end": 9,
        "closed_cases": 21,
        "on_time": 14,
        "extended": 1,
        "late": len(late),
        "on_time_rate": 14 / 21,
        "set_aside": 3,
        "open_late": 5,
        "reclassified": {"in": 0, "out": 0},
        "days_used": described([days for days, _, _, _ in CLOSED.values()]),
        "gross_days": described([gross for _, gross, _, _ in CLOSED.values()]),
        "first_reply_minutes": described(list(FIRST_REPLY_MINUTES.values())),
        "waiting_days": {"firm": 12 + 2, "agency": 24 + 1},
        "groups": [],
    }


def test_the_keys_come_in_the_order_of_the_contract(february):
    assert list(february.as_json()) == [
        *("from", "to", "kind", "rules", "calendar", "open_at_start", "received", "reopened", "closed", "open_at_end"),
        *("closed_cases", "on_time", "extended", "late", "on_time_rate", "set_aside", "open_late", "reclassified"),
        *("days_used", "gross_days", "first_reply_minutes", "waiting_days", "bands", "groups"),
    ]
    assert list(february.as_json()["days_used"]) == ["n", "mean", "median", "p90", "min", "max"]


@pytest.mark.parametrize("number", CLOSED)
def test_each_closed_case_has_the_days_that_were_counted_by_hand(february, number):
    days, gross, on_time, why = CLOSED[number]
    full = f"KP-{number}"
    measured = {name: {case: value for value, case in february.figures.samples[name]} for name in DISTRIBUTIONS}
    assert (measured["days_used"][full], measured["gross_days"][full]) == (days, gross), why
    assert (full in february.figures.cases["on_time"]) is on_time, why
    assert (full in february.figures.cases["late"]) is not on_time, why


@pytest.mark.parametrize("number", FIRST_REPLY_MINUTES)
def test_each_first_reply_has_the_minutes_that_were_counted_by_hand(february, number):
    pairs = {case: value for value, case in february.figures.samples["first_reply_minutes"]}
    assert pairs[f"KP-{number}"] == FIRST_REPLY_MINUTES[number]


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("open_at_start", OPEN_AT_START),
        ("open_at_end", OPEN_AT_END),
        ("reopened", "1140114-0001 1140115-0001 1140210-0001"),
        ("closed_cases", " ".join(CLOSED)),
        ("extended", "1140211-0001"),
        ("set_aside", "1140114-0001 1140212-0001 1140212-0002"),
        ("open_late", "1140108-0001 1140115-0001 1140131-0001 1140214-0001 1140217-0001"),
        ("on_time_rate", " ".join(number for number, row in CLOSED.items() if not row[2])),
        ("first_reply_minutes", " ".join(FIRST_REPLY_MINUTES)),
        ("days_used", " ".join(CLOSED)),
        ("waiting_days.firm", "1140124-0001 1140219-0002"),
        ("waiting_days.agency", "1140110-0001 1140219-0002"),
    ],
)
def test_each_figure_names_its_cases(february, figure, expected):
    assert sorted(february.figures.cases_behind(figure)) == numbers(expected)


def test_a_count_and_its_list_are_of_the_same_length(february):
    """R13: the number on the page is the length of the list that a click shows."""
    for name in COUNTS:
        assert len(february.figures.cases_behind(name)) == february.as_json()[name]
    assert february.figures.cases_behind("closed").count("KP-1140210-0001") == 2


def test_closed_cases_stand_in_the_band_of_the_days_that_were_counted_by_hand(february):
    days = [used for used, *_ in CLOSED.values()]
    edges = {"0": (0, 1), "1-3": (1, 4), "4-6": (4, 7), "7-29": (7, 30), "30+": (30, 10_000)}
    expected = {name: sum(first <= one < last for one in days) for name, (first, last) in edges.items()}
    assert february.as_json()["bands"]["days_used"] == expected
    for name, count in expected.items():
        assert len(february.figures.cases_behind(f"days_used.{name}")) == count


def test_open_cases_stand_in_the_band_of_the_days_since_their_receipt(histories, february):
    """Read off the numbers, which carry the day of receipt; of a period that is not over up to today."""
    numbers_open = february.figures.cases_behind("open_at_end")
    received = {one: date(1911 + int(one[3:6]), int(one[6:8]), int(one[8:10])) for one in numbers_open}
    for today in (date.max, date(2025, 2, 21)):
        part = made(histories, today=today)
        found, ages = part.figures.behind("open_age")
        assert dict(zip(found, ages, strict=True)) == {
            one: (min(date(2025, 2, 28), today) - day).days for one, day in received.items()
        }
    assert sum(february.as_json()["bands"]["open_age"].values()) == february.as_json()["open_at_end"]


def test_the_longest_case_is_named_first(february):
    """R6."""
    assert february.figures.cases_behind("days_used")[0] == "KP-1130301-0001"


def test_a_month_says_the_same_whatever_happened_later(histories, february):
    """R7: the February report made in February equals the one made in November of the next year."""
    end = datetime(2025, 3, 1, tzinfo=TAIPEI)
    then = [
        CaseHistory(opening=one.opening, events=tuple(event for event in one.events if event.at < end))
        for one in histories
        if one.opening.received_at < end
    ]
    assert len(then) < len(histories)
    assert made(then).as_json() == february.as_json()
    assert made(histories, kind=ALL).as_json() == made(then, kind=ALL).as_json()


def test_the_order_of_the_histories_does_not_matter(histories, february):
    assert made(reversed(histories)).as_json() == february.as_json()


def test_an_event_entered_late_with_an_earlier_time_makes_a_revision_that_can_be_told(histories, february):
    reply = Event(at=datetime(2025, 2, 20, 10, 30, tzinfo=TAIPEI), kind=EventKind.REPLIED, data={"via": "phone"})
    later = [
        CaseHistory(opening=one.opening, events=(*one.events, reply)) if one.number == "KP-1140220-0001" else one
        for one in histories
    ]
    changed = differences(february.as_json(), made(later).as_json())
    assert "first_reply_minutes.n" in changed
    assert {path.split(".")[0] for path in changed} == {"first_reply_minutes"}
    assert differences(february.as_json(), february.as_json()) == ()


@pytest.mark.parametrize("by", [by for by in GroupBy if by not in {GroupBy.MONTH, GroupBy.WEEK}])
@pytest.mark.parametrize("kind", [*Kind, ALL])
def test_groups_add_up_to_the_whole(histories, by, kind):
    """R11, R15: every case is in exactly one group."""
    whole = made(histories, kind=kind, by=by)
    for name in COUNTS:
        grouped = [number for group in whole.groups for number in group.figures.cases[name]]
        assert sorted(grouped) == sorted(whole.figures.cases[name])
    changed = differences(whole.as_json(), made(histories, kind=kind).as_json())
    assert all("groups" in path.split(".") for path in changed), "splitting a report changes no other figure"


@pytest.mark.parametrize(
    ("by", "key", "closed_cases"),
    [
        (GroupBy.CATEGORY, "tax", "1140207-0002 1140210-0001 1140218-0001 1140219-0002"),
        (GroupBy.UNIT, "環安勞動科", "1140205-0001 1140206-0001"),
        (GroupBy.TOPIC, "trade", "1140210-0001 1140218-0001"),
        (GroupBy.PARK, "前鎮", "1140110-0001 1140122-0001 1140218-0001"),
        (GroupBy.CHANNEL, "counter", "1140203-0001 1140220-0001"),
        (GroupBy.AGENCY, "customs", "1140219-0002"),
        (GroupBy.AGENCY, "taipower", "1140110-0001"),
        (GroupBy.OFFICER, "wang@kp.example", "1140122-0001 1140210-0001"),
        (GroupBy.PARK, None, ""),
    ],
)
def test_a_case_counts_where_it_belongs_at_the_end_of_the_period(histories, by, key, closed_cases):
    figures = made(histories, by=by).figures_of(key)
    assert sorted(figures.cases_behind("closed_cases")) == numbers(closed_cases)


def test_a_group_of_cases_without_the_thing_comes_last_with_a_null_key(histories):
    keys = [group["key"] for group in made(histories, by=GroupBy.TOPIC).as_json()["groups"]]
    assert keys == ["labour", "trade", None]


def test_a_month_within_a_longer_report_is_the_report_of_that_month(histories, february):
    """R13: one code path."""
    year = made(histories, start=date(2025, 1, 15), end=date(2025, 4, 30), by=GroupBy.MONTH)
    assert [group.key for group in year.groups] == ["2025-01", "2025-02", "2025-03", "2025-04"]
    whole = {**year.as_json()["groups"][1]}
    assert whole.pop("key") == "2025-02"
    alone = february.as_json()
    assert whole == {name: alone[name] for name in whole}
    assert year.figures.count("received") == sum(group.figures.count("received") for group in year.groups)


def test_weeks_begin_on_monday_and_are_cut_to_the_period(histories):
    """R12."""
    weekly = made(histories, start=date(2025, 2, 5), end=date(2025, 2, 18), by=GroupBy.WEEK)
    assert [group.key for group in weekly.groups] == ["2025-W06", "2025-W07", "2025-W08"]
    alone = made(histories, start=date(2025, 2, 17), end=date(2025, 2, 18)).as_json()
    last = weekly.as_json()["groups"][-1]
    assert {name: last[name] for name in last if name != "key"} == {name: alone[name] for name in last if name != "key"}


def test_an_iso_week_belongs_to_the_year_of_its_thursday(histories):
    keys = [
        group.key for group in made(histories, start=date(2024, 12, 29), end=date(2025, 1, 1), by=GroupBy.WEEK).groups
    ]
    assert keys == ["2024-W52", "2025-W01"]


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2025, 2, 9)])
def test_a_period_without_cases_has_nulls_and_no_hundred_percent(day):
    """R5, R9."""
    empty = made([], start=day, end=day, by=GroupBy.MONTH).as_json()
    (group,) = empty["groups"]
    for figures in (empty, group):
        assert {figures[name] for name in COUNTS} == {0}
        assert figures["on_time_rate"] is None
        assert figures["waiting_days"] == {"firm": None, "agency": None}
        for name in DISTRIBUTIONS:
            assert figures[name] == {"n": 0, "mean": None, "median": None, "p90": None, "min": None, "max": None}


def test_all_kinds_are_counted_together_and_averaged_apart(histories):
    """Never an average across kinds."""
    everything = made(histories, kind=ALL, by=GroupBy.CATEGORY).as_json()
    assert list(everything["by_kind"]) == ["ENQ", "PET", "APP"]
    for kind in Kind:
        assert everything["by_kind"][kind] == made(histories, kind=kind, by=GroupBy.CATEGORY).as_json()
    for name in COUNTS:
        assert everything[name] == sum(everything["by_kind"][kind][name] for kind in Kind)
    mixed = {"on_time_rate", "waiting_days", "bands", *DISTRIBUTIONS}
    assert mixed & set(everything) == set()
    assert all(mixed & set(group) == set() for group in everything["groups"])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.PET, {"open_at_start": 1, "received": 2, "closed": 2, "open_at_end": 1, "on_time": 2, "late": 0}),
        (Kind.APP, {"open_at_start": 1, "received": 1, "closed": 1, "open_at_end": 1, "on_time": 0, "late": 1}),
    ],
)
def test_a_case_counts_in_the_kind_it_has_at_the_end(histories, kind, expected):
    figures = made(histories, kind=kind).as_json()
    assert {name: figures[name] for name in expected} == expected


def test_a_case_is_late_from_the_day_after_the_one_on_which_it_is_due(histories):
    """Contract §8: of a month that is not over, what is due today has until the end of the day."""
    counts = {
        day: made(histories, today=day).figures.cases["open_late"]
        for day in (date(2025, 2, 18), date(2025, 2, 28), date(2025, 3, 1), date(2026, 1, 1))
    }
    whole = made(histories).figures.cases["open_late"]
    assert counts[date(2025, 3, 1)] == counts[date(2026, 1, 1)] == whole
    assert set(counts[date(2025, 2, 18)]) < set(whole)


def test_a_late_case_stays_late_when_the_period_ends_before_its_close(histories):
    """S13: at the end of January it is an open late case, in February a late closed one."""
    january = made(histories, start=date(2025, 1, 1), end=date(2025, 1, 31))
    assert "KP-1140120-0001" in january.figures.cases_behind("open_late")


def test_events_that_do_not_add_up_are_not_printed(histories):
    again = Event(at=datetime(2025, 2, 27, tzinfo=TAIPEI), kind=EventKind.CLOSED, data={"outcome": "answered"})
    broken = [
        CaseHistory(opening=one.opening, events=(*one.events, again)) if one.number == "KP-1140203-0001" else one
        for one in histories
    ]
    with pytest.raises(OnestopError, match="KP-1140203-0001") as caught:
        made(broken)
    assert caught.value.code == "report_unbalanced"


@pytest.mark.parametrize(
    ("start", "end", "by"),
    [
        (date(2025, 2, 2), date(2025, 2, 1), None),
        (date(1, 1, 1), date(2025, 2, 1), None),
        (date(2025, 1, 1), date(9999, 12, 31), None),
        (date(2000, 1, 1), date(2199, 12, 31), GroupBy.WEEK),
    ],
)
def test_an_impossible_period_is_refused(start, end, by):
    with pytest.raises(Invalid) as caught:
        made([], start=start, end=end, by=by)
    assert caught.value.code == "period_invalid"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 10, 11, 20, 21, 100])
def test_percentiles_are_those_of_numpy(size):
    values = [float((n * 37) % 101) / 2 for n in range(size)]
    found = distribution(values)
    for name, percent in (("median", 50), ("p90", 90)):
        assert getattr(found, name) == pytest.approx(float(np.percentile(values, percent)), rel=1e-12)


def test_the_golden_report_is_unchanged(histories):
    """R18: a figure of any group that moves has to be looked at before the file is changed."""
    kept = json.loads((GOLDEN / "turnaround-2025-02.json").read_text("utf-8"))
    changed = differences(kept, made(histories, kind=ALL, by=GroupBy.CATEGORY).as_json())
    assert [path for path in changed if not path.endswith("calendar")] == []
