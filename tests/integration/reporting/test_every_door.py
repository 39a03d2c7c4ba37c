"""Generated years of cases: what page, API, CSV, XLSX and ODS say is what a second hand counts, in every grouping."""

import re
from datetime import date, datetime

import pytest

from bot.web import sheets
from bot.web.report_tables import LABELS, PARTS, rate
from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.reporting.statistics import GroupBy
from routing.service.office_calendar import commands as calendar_commands
from routing.service.reporting import measuring
from routing.store.reporting import queries as report_store
from tests.bench.scale import lines
from tests.harness import second_hand
from tests.harness.odd_histories import odd_lines
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import take_in

SPLITS = (GroupBy.UNIT, GroupBy.CATEGORY, GroupBy.OFFICER)
SPAN = (date(2025, 1, 20), date(2025, 12, 31))
QUERY = {"from": SPAN[0].isoformat(), "to": SPAN[1].isoformat()}
TOLD = {
    **dict.fromkeys(("days_used", "gross_days", "first_reply_minutes"), tuple(PARTS)),
    "waiting_days": ("firm", "agency"), "reclassified": ("in", "out"),
}  # fmt: skip
"""Parts of figures that are several."""


def flat(figures):
    """The figures by the headings of files."""
    found = {}
    for name, value in figures.items():
        if isinstance(value, dict) and name in TOLD:
            for part in TOLD[name]:
                label = LABELS.get(f"{name}.{part}") or f"{LABELS[name]}－{PARTS[part]}"
                found[label] = value[part]
        elif name in LABELS:
            found[LABELS[name]] = value
    return found


def read(content):
    head, *rows = [line.cells for line in sheets.read(content)]
    return [dict(zip(head, row, strict=False)) for row in rows]


def number(cell):
    return float(cell) if cell not in {None, ""} else None


def _near(rows, groups):
    """Each row is that of a group, whatever their order; a mean may differ in its last digit."""
    return all(any(_same(row, list(flat(group).values())) for group in groups) for row in rows)


def _same(row, counted):
    """Empty where the other is, and else the same number."""
    pairs = list(zip(row, counted, strict=True))
    alike = [(one, other) for one, other in pairs if one is not None and other is not None]
    return all((one is None) == (other is None) for one, other in pairs) and all(
        one == pytest.approx(other, rel=1e-14) for one, other in alike
    )


@pytest.mark.parametrize("given", [list(lines(120, 23)), list(odd_lines(120, 7))], ids=["usual", "odd"])
def test_every_door_says_what_the_second_hand_counts(database_url, given):
    """Of usual histories, and of odd ones; days on which the office was closed are entered when the cases are over."""
    with Service(database_url) as service:
        taken = take_in(service, given)
        assert not taken.refusals
        for day in (date(2025, 2, 5), date(2025, 7, 7), date(2025, 12, 31)):
            with service.runtime.writing() as (session, _office):
                calendar_commands.close(
                    session, service.runtime.office_provider, day=day, county="高雄市", district=None, part="full",
                    source="", now=service.now,
                )  # fmt: skip
        measuring.measure_remaining(service.runtime)
        sue = Visitor(service, "sue")
        with service.runtime.reading() as (session, office):
            cases = list(report_store.histories(session))
            calendar, offices = office.calendar, office.offices
        today = datetime.astimezone(service.now, TAIPEI).date()
        for kind in ("ENQ", "PET"):
            for by in SPLITS:
                whole, groups = second_hand.count(
                    cases, *SPAN, kind, by.value, calendar=calendar, offices=offices, today=today
                )
                told = service.get("sue", "/turnaround", **QUERY, kind=kind, by=by.value).json()
                assert flat(told) == pytest.approx(flat(whole), rel=1e-14)
                assert {one["key"] for one in told["groups"]} == set(groups)
                for ending in ("csv", "xlsx", "ods"):
                    content = sue.get(
                        f"/desk/turnaround/file.{ending}?from={SPAN[0]}&to={SPAN[1]}&kind={kind}&by={by.value}"
                    ).answer.content
                    rows = read(content)
                    assert len(rows) == 1 + len(groups)
                    names = list(flat(whole))
                    there = [[number(row[label]) for label in names] for row in rows]
                    assert there[0] == pytest.approx(list(flat(whole).values()), rel=1e-14), (kind, by, ending)
                    assert _near(there[1:], list(groups.values())), (kind, by, ending)
            page = sue.get(f"/desk/turnaround?from={SPAN[0]}&to={SPAN[1]}&kind={kind}").html
            tiles = re.search(r'<ul class="figures">(.*?)</ul>', page, re.DOTALL)[1]
            shown = [re.sub("<[^>]*>", "", one) for one in re.findall(r"<strong>(.*?)</strong>", tiles)]
            assert shown[0] == rate(whole["on_time_rate"])
            assert shown[3:] == [str(whole[name]) for name in ("received", "closed_cases", "late", "open_late")]
