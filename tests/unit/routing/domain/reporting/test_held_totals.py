"""Days held counted from what is kept are those that the fold of each case says, for every unit, person and list."""

from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar.office_calendar import local
from routing.domain import clock
from routing.domain.case import COUNTED_OUTCOMES
from routing.domain.reporting import held_totals, holding
from routing.domain.reporting.held_totals import HeldBy, HeldTotals
from routing.domain.reporting.spells import Measuring
from routing.domain.reporting.statistics import GroupBy
from tests.unit.routing.domain.reporting.test_statistics_properties import CALENDAR, OFFICES, histories, made, quick
from tests.unit.routing.domain.reporting.test_totals import periods

SPLITS = [GroupBy.UNIT, GroupBy.OFFICER]


def totals(cases, period, kind, by, today=date.max):
    """From spells, each block through bytes."""
    rows, how = defaultdict(list), Measuring(CALENDAR, OFFICES)
    for case_id, case in enumerate(cases, start=1):
        for spell in how.spells(case.opening, sorted(case.events, key=lambda event: event.at)):
            rows[spell.block].append([{**spell.__dict__, "case_id": case_id}[name] for name in held_totals.READ])
    wanted = held_totals.blocks_of(period)
    packed = [held_totals.packed(held_totals.of_rows(of_block)) for block, of_block in rows.items() if block in wanted]
    return HeldTotals(held_totals.joined(map(held_totals.unpacked, packed)), period, kind, by, today)


def one_by_one(cases, period, kind, by, today=date.max):
    """The slow, obvious way: each case cut at the period's end, folded and shared out."""
    total, groups, lists = HeldBy(None), {}, defaultdict(list)
    for case_id, history in enumerate(cases, start=1):
        if history.opening.received_at >= period.ends_at:
            continue
        events = sorted((one for one in history.events if one.at < period.ends_at), key=lambda one: one.at)
        case, turns = holding.turns(history.opening, events)
        if case.kind != kind:
            continue
        office = OFFICES.office_of(case.unit)
        due = clock.read(case, CALENDAR, office, period.last_instant).due_on
        closed = case.closed
        if closed is not None and (closed.start < period.begins_at or closed.outcome not in COUNTED_OUTCOMES):
            continue
        late = local(closed.start).date() > due if closed is not None else due <= period.end and due < today
        place, here = SPLITS.index(by), defaultdict(float)
        for holder, days in holding.days_held(case, turns, CALENDAR, office):
            here[holder[place]] += days
        with_whom = holding.held_when_late(turns, due)[place] if late else None
        for key in {*here, *([with_whom] if late else [])}:
            groups.setdefault(key, HeldBy(key)).size += 1
        total.size += bool(here) or late
        for key, days in here.items():
            groups[key].cases += 1
            groups[key].days += days
            lists["cases", key].append((-days, case_id))
        total.cases += bool(here)
        total.days += sum(here.values())
        if late:
            name = "late" if closed is not None else "open_late"
            for one in (total, groups[with_whom]):
                setattr(one, name, getattr(one, name) + 1)
            lists[name, with_whom].append((0, case_id))
    ordered = sorted(groups.values(), key=lambda one: (one.key is None, one.key or ""))
    return total, tuple(ordered), {key: [case_id for _, case_id in sorted(found)] for key, found in lists.items()}


@quick
@given(
    histories(), periods(), st.sampled_from(["ENQ", "PET", "APP"]), st.sampled_from(SPLITS),
    st.none() | st.integers(-3, 200),
)  # fmt: skip
def test_what_is_kept_says_what_each_case_says(cases, period, kind, by, days):
    """R10, R13, R14."""
    today = date.max if days is None else period.start + timedelta(days=days)
    counted = totals(cases, period, kind, by, today)
    total, groups, lists = one_by_one(cases, period, kind, by, today)
    assert counted.groups() == (total, groups)
    for group in groups:
        for figure in held_totals.FIGURES:
            said = "cases" if figure == "days" else figure
            assert counted.behind(figure, group.key)[0] == lists.get((said, group.key), [])
    report = made(cases, start=period.start, end=period.end, kind=kind, today=today)
    figures = report.figures
    assert (total.cases, total.late) == (figures.count("closed_cases"), figures.count("late"))
    assert total.open_late == figures.count("open_late")
    assert total.days == sum(days for days, _ in figures.samples["days_used"])


@quick
@given(histories(), periods(), st.sampled_from(SPLITS), st.data())
def test_the_groups_that_tell_of_a_case_are_known(cases, period, by, data):
    hidden = data.draw(st.integers(1, len(cases)))
    counted = totals(cases, period, "ENQ", by)
    alone = totals(cases[hidden - 1 : hidden], period, "ENQ", by)
    assert counted.holding({hidden: "x"}) == {group.key for group in alone.groups()[1]}


@quick
@given(st.lists(st.tuples(st.text(), st.none() | st.text(), st.integers(0, 9)), min_size=1), st.none() | st.just(0))
def test_whatever_people_are_called_is_kept_as_it_is(parts, late):
    holders, days = [(unit, person) for unit, person, _ in parts], [float(days) for *_, days in parts]
    assert holding.unwritten(holding.written(holders, days, late)) == (late, list(zip(holders, days, strict=True)))
