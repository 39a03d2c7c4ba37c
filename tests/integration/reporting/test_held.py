"""Days held: read from what is kept of each case, in step with its events, and every number with its list."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy import delete, insert, select, update

from routing.domain.reporting import held_totals
from routing.domain.reporting.held_totals import FIGURES
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import GroupBy
from routing.service.reporting import held, measuring
from routing.store.reporting import spells
from routing.store.reporting.schema import CaseSpell, SpellBlock
from tests.harness.counting import about, statements
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import LINES, at, line
from tests.integration.reporting.test_measuring import SPANS, take_in

NUMBER = "KP-1150107-0001"
HANDED = line("2026-01-07T10:00:00+08:00", events=[
    at("2026-01-07T11:00:00", "assigned", to="阿里"), at("2026-01-14T14:00:00", "transferred", unit="投資服務科"),
    at("2026-01-14T14:05:00", "assigned", to="春嬌"), at("2026-01-14T16:00:00", "closed", outcome="answered"),
])  # fmt: skip
SPLITS = (GroupBy.UNIT, GroupBy.OFFICER)
JANUARY = "from=2026-01-01&to=2026-01-31"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def told(service, *, ready=True):
    """Every figure with the cases behind it."""
    found = []
    with service.runtime.reading() as (session, office):
        assert measuring.is_ready(session, office) == ready
        for span in [*SPANS, Period(date(2026, 1, 1), date(2026, 12, 31))]:
            for kind, by in ((kind, by) for kind in ("ENQ", "PET", "APP") for by in SPLITS):
                report = held.made(session, office, span, kind, by=by, now=service.now)
                lists = [
                    sorted(held.cases_behind(session, report, figure, group.key).numbers)
                    for group in report.groups
                    for figure in FIGURES
                ]
                found.append((report.as_json(), [group.size for group in report.groups], lists))
    return found


def folded(service):
    """The same while nothing is measured yet, so that each history is folded."""
    with service.runtime.writing() as (session, office):
        measuring.begin(session, office)
    said = told(service, ready=False)
    measuring.measure_remaining(service.runtime)
    return said


def test_days_held_are_those_of_the_fold_with_and_without_blocks(service):
    """R13, R14."""
    take_in(service, [*LINES, HANDED])
    true = folded(service)
    assert told(service) == true
    assert any(one[0]["late"] for one in true)
    measuring.make_blocks(service.runtime, today=None)
    assert told(service) == true


def test_blocks_of_before_days_held_were_kept_are_made_again(service):
    take_in(service, [*LINES, HANDED])
    measuring.make_blocks(service.runtime, today=None)
    true = told(service)
    with service.runtime.writing() as (session, _office):
        session.execute(update(SpellBlock).values(held=None))
    assert told(service) == true
    assert measuring.make_blocks(service.runtime, today=None) > 5
    with service.runtime.reading() as (session, _office):
        assert session.scalars(select(SpellBlock.block).where(SpellBlock.held.is_(None))).all() == []
    assert told(service) == true


def test_a_case_that_the_release_before_closes_counts_at_once_and_is_mended(service):
    """R13: while an upgrade rolls, programs of before days held write spells without them."""
    take_in(service, [*LINES, HANDED])
    true = told(service)
    with service.runtime.writing() as (session, _office):
        for spell in session.scalars(select(CaseSpell)):
            values = {one.name: getattr(spell, one.name) for one in CaseSpell.__table__.c if one.name != "held"}
            session.execute(delete(CaseSpell).where(CaseSpell.id == spell.id))
            session.execute(insert(CaseSpell.__table__).values(values))
    assert told(service) == true
    measuring.make_blocks(service.runtime, today=None)
    with service.runtime.reading() as (session, _office):
        kept = spells.read_held(session, held_totals.blocks_of(Period(date(2026, 1, 1), date(2026, 1, 31))))
        assert held_totals.joined(kept).is_whole
        assert any(len(one.words) > 1 for one in kept)
    assert told(service) == true


def test_every_step_at_the_desk_is_in_days_held_at_once(service):
    """R10, R14."""
    number = service.opened()
    for name, body in {
        "assignment": {"assignee": "bob@kp.example"},
        "messages": {"text": "已說明。", "via": "phone"},
        "category": {"category": "construction", "topic": None, "reason": "改"},
        "wait": {"on": "firm", "message": "請補圖", "until": "2026-11-30"},
        "resume": {},
        "close": {"outcome": "answered", "summary": "完成"},
        "reopen": {"reason": "補問"},
    }.items():
        service.later(hours=60)
        assert service.post("sue", f"/cases/{number}/{name}", body).status_code < 300, name
        assert told(service) == folded(service), name
    assert measuring.rebuild(service.runtime) == 0


def test_what_differs_is_mended_by_the_nightly_sample_and_by_the_command(service):
    """R14."""
    take_in(service, [HANDED])
    true = told(service)
    for mend in (
        lambda: measuring.check_sample(service.runtime, seed=1, size=100) == [NUMBER],
        lambda: measuring.rebuild(service.runtime) == 1,
    ):
        with service.runtime.writing() as (session, _office):
            session.execute(update(CaseSpell).values(held='[null,[["x",null,9.0]]]'))
        assert mend()
        assert told(service) == true


def test_days_held_read_no_history(service):
    take_in(service, [*LINES, HANDED])
    sue = Visitor(service, "sue")
    for query in ("", "&by=officer"):
        with statements(service.runtime.database) as sent:
            assert sue.get(f"/desk/turnaround/held?{JANUARY}{query}").status == 200
        assert about(sent, "FROM case_event") == []


def test_every_number_of_a_unit_opens_its_cases(service):
    take_in(service, [HANDED])
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/turnaround/held?{JANUARY}")
    links = [one for one in page.outline.links if "/held/cases?" in one]
    assert len(links) == 5  # Cases and days of both units, late with the first.
    for link in links:
        listed = sue.get(link)
        assert (listed.status, NUMBER in listed.text) == (200, True)
        assert listed.outline.broken_rules() == []
    days = sue.get(f"/desk/turnaround/held/cases?{JANUARY}&figure=days&group=用地工程科").text
    assert "共 1 件" in days
    assert "5.0 日" in days
    answer = sue.get(f"/desk/turnaround/held/cases/file.csv?{JANUARY}&figure=late&group=用地工程科").answer
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["案號"], row["逾限時經手單位"]) == (NUMBER, "用地工程科")
    assert "沒有可顯示的案件" in sue.get(f"/desk/turnaround/held/cases?{JANUARY}&figure=late&group=投資服務科").text
    assert sue.get(f"/desk/turnaround/held/cases?{JANUARY}&figure=nothing&group=用地工程科").status == 422


def test_the_cases_that_a_person_held_are_for_those_who_lead(service):
    take_in(service, [HANDED])
    query = f"{JANUARY}&by=officer&figure=cases&group=阿里"
    assert NUMBER in Visitor(service, "sue").get(f"/desk/turnaround/held/cases?{query}").text
    for path in ("cases", "cases/file.csv"):
        assert Visitor(service, "alice").get(f"/desk/turnaround/held/{path}?{query}").status == 403


def test_a_unit_that_would_tell_of_a_confidential_case_opens_no_list_either(service):
    take_in(service, [HANDED])
    assert service.post("sue", f"/cases/{NUMBER}/confidential", {"confidential": True}).status_code < 300
    alice = Visitor(service, "alice")
    assert "另有 2 組含保密案件" in alice.get(f"/desk/turnaround/held?{JANUARY}").text
    for group in ("用地工程科", "投資服務科"):
        assert NUMBER not in alice.get(f"/desk/turnaround/held/cases?{JANUARY}&figure=cases&group={group}").text
