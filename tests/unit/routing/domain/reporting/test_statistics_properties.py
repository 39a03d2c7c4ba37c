"""What holds of every report, whatever happened to the cases."""

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from knowledge.offices.directory import load_offices
from routing.domain.case import Event, EventKind, Kind, Opening, Outcome, apply, begin
from routing.domain.errors import StepNotAllowed
from routing.domain.reporting.figures import COUNTS
from routing.domain.reporting.history import CaseHistory, KnownWords, dump, parse_line
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, GroupBy, Wanted, report, reports
from routing.domain.steps import check

CALENDAR, OFFICES = load_calendar(), load_offices()
KNOWN = KnownWords.of(OFFICES)
NOW = datetime(2026, 11, 22, tzinfo=TAIPEI)
FIRST = datetime(2025, 1, 1, tzinfo=TAIPEI)
DATA = {
    EventKind.ASSIGNED: st.fixed_dictionaries({"to": st.sampled_from(["a@kp.example", "b@kp.example", None])}),
    EventKind.TRANSFERRED: st.fixed_dictionaries({"unit": st.sampled_from(["投資服務科", "用地工程科"])}),
    EventKind.REPLIED: st.just({"via": "phone"}),
    EventKind.WAITING: st.sampled_from([{"on": "firm"}, {"on": "agency", "agency": "customs"}]),
    EventKind.RESUMED: st.just({}),
    EventKind.EXTENDED: st.fixed_dictionaries({"days": st.integers(1, 5)}),
    EventKind.CATEGORY: st.fixed_dictionaries({"category": st.sampled_from(["tax", "other"])}),
    EventKind.KIND: st.fixed_dictionaries({"kind": st.sampled_from([kind.value for kind in Kind])}),
    EventKind.CLOSED: st.fixed_dictionaries({"outcome": st.sampled_from([one.value for one in Outcome])}),
    EventKind.REOPENED: st.just({}),
    EventKind.MESSAGE: st.just({"text": "謝謝"}),
}
STEPS = st.one_of(
    [
        st.tuples(st.just(kind), data, st.integers(0, 20 * 1440).map(lambda minutes: timedelta(minutes=minutes)))
        for kind, data in DATA.items()
    ]
)


@st.composite
def histories(draw):
    made = []
    for serial in range(1, draw(st.integers(1, 5)) + 1):
        at = FIRST + timedelta(minutes=draw(st.integers(0, 60 * 1440)))
        opening = Opening(
            number=f"KP-{at.year - 1911}{at:%m%d}-{serial:04}",
            kind=draw(st.sampled_from(Kind)),
            category="land",
            topic=None,
            channel="line",
            park="楠梓",
            unit="用地工程科",
            language=draw(st.sampled_from(["zh-TW", "en"])),
            subject="",
            first_contact_at=at,
            received_at=at,
        )
        case, events = begin(opening), []
        for kind, data, gap in draw(st.lists(STEPS, max_size=9)):
            try:
                check(case, kind)
            except StepNotAllowed:
                continue
            at += gap
            event = Event(at=at, kind=kind, data=data)
            case = apply(case, event)
            events.append(event)
        made.append(CaseHistory(opening=opening, events=tuple(events)))
    return made


def made(cases, **changes):
    span = {"start": date(2025, 1, 20), "end": date(2025, 3, 10)}
    return report(cases, **{**span, "calendar": CALENDAR, "offices": OFFICES, "rules_version": "1", **changes})


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(histories(), st.sampled_from([ALL, *Kind]), st.sampled_from(GroupBy))
def test_every_report_balances_and_its_parts_sum_to_the_whole(cases, kind, by):
    """R8, R15."""
    whole = made(cases, kind=kind, by=by)
    for figures in (whole.figures, *(group.figures for group in whole.groups)):
        count = {name: figures.count(name) for name in COUNTS}
        arrived = count["open_at_start"] + count["received"] + count["reopened"]
        assert arrived - count["closed"] == count["open_at_end"]
        assert count["on_time"] + count["late"] == count["closed_cases"]
        assert set(figures.cases["extended"]) <= set(figures.cases["on_time"])
        assert set(figures.cases["open_late"]) <= set(figures.cases["open_at_end"])
        assert not set(figures.cases["set_aside"]) & set(figures.cases["closed_cases"])
        gross = {number: days for days, number in figures.samples["gross_days"]}
        assert all(0.5 <= days <= gross[number] for days, number in figures.samples["days_used"])
        assert all(minutes >= 0 for minutes, _ in figures.samples["first_reply_minutes"])


@quick
@given(histories())
def test_every_report_is_blind_to_what_comes_after_it(cases):
    """R7."""
    end = datetime(2025, 3, 11, tzinfo=TAIPEI)
    then = [
        CaseHistory(opening=case.opening, events=tuple(event for event in case.events if event.at < end))
        for case in cases
        if case.opening.received_at < end
    ]
    assert made(cases, kind=ALL, by=GroupBy.WEEK).as_json() == made(then, kind=ALL, by=GroupBy.WEEK).as_json()


@quick
@given(histories())
def test_every_month_of_a_report_is_the_report_of_that_month(cases):
    """R13, R14: however often it is made."""
    months = made(cases, by=GroupBy.MONTH).as_json()["groups"]
    spans = [(date(2025, 1, 20), date(2025, 1, 31)), (date(2025, 2, 1), date(2025, 2, 28))]
    spans.append((date(2025, 3, 1), date(2025, 3, 10)))
    for month, (start, end) in zip(months, spans, strict=True):
        alone = made(cases, start=start, end=end).as_json()
        assert {name: month[name] for name in month if name != "key"} == {
            name: alone[name] for name in month if name != "key"
        }


@quick
@given(histories(), st.sampled_from([ALL, *Kind]), st.sampled_from(GroupBy))
def test_reports_counted_together_are_those_counted_alone(cases, kind, by):
    """R13: a page and its chart say what each would say by itself."""
    wanted = [
        Wanted(period=Period(date(2025, 2, 1), date(2025, 2, 28)), kind=kind, by=by),
        Wanted(period=Period(date(2025, 1, 1), date(2025, 2, 28)), kind=Kind.ENQ, by=GroupBy.MONTH),
    ]
    together = reports(cases, wanted, calendar=CALENDAR, offices=OFFICES, rules_version="1")
    alone = [made(cases, start=w.period.start, end=w.period.end, kind=w.kind, by=w.by) for w in wanted]
    assert list(together) == alone


@quick
@given(histories(), st.sampled_from(Kind), st.integers(5, 55))
def test_what_was_open_at_an_end_is_open_at_the_next_start_but_for_changed_kinds(cases, kind, days):
    """Contract §8, reclassified: the last period's open_at_end + in - out is this one's open_at_start."""
    middle = date(2025, 1, 1) + timedelta(days=days)
    before = made(cases, start=date(2025, 1, 1), end=middle, kind=kind).as_json()
    after = made(cases, start=middle + timedelta(days=1), end=date(2025, 3, 31), kind=kind).as_json()
    moved = after["reclassified"]
    assert after["open_at_start"] == before["open_at_end"] + moved["in"] - moved["out"]


@quick
@given(histories())
def test_every_lawful_history_survives_being_written_and_read(cases):
    """Contract §6: export, then import, gives the same export."""
    for case in cases:
        line = dump(case)
        again = parse_line(line, 1, KNOWN, NOW)
        assert isinstance(again, CaseHistory), again
        assert dump(again) == line
        assert again.case() == case.case()
