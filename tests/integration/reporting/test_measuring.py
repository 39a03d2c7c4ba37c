"""What is kept of each case for reports: right after every event, closure and import, and mended where it is not."""

import json
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from knowledge.calendar.office_calendar import local
from routing.domain.reporting import statistics
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, GroupBy, Wanted
from routing.service.cases import histories
from routing.service.office_calendar import commands as calendar_commands
from routing.service.reporting import measuring, turnaround
from routing.store.maintenance import meta as meta_store
from routing.store.reporting import queries as report_store
from routing.store.reporting.schema import CaseSpell, SpellBlock
from tests.harness.counting import about, statements
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import LINES, at, line

SPANS = [
    Period(date(2025, 1, 1), date(2025, 1, 31)), Period(date(2025, 2, 5), date(2025, 3, 20)),
    Period(date(2024, 12, 1), date(2025, 6, 30)), Period(date(2026, 11, 1), date(2026, 11, 30)),
]  # fmt: skip
WANTED = [Wanted(period=span, kind=kind, by=by) for span in SPANS for kind in ("ENQ", ALL) for by in (None, *GroupBy)]


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def take_in(service, lines=LINES):
    with service.runtime.writing() as (session, office):
        histories.import_histories(session, office, lines, skip_bad=False, now=service.now)


def told(service):
    """Letter by letter, as a report is known again."""
    with service.runtime.reading() as (session, office):
        assert measuring.is_ready(session, office)
        return [
            json.dumps(made.report.as_json()) for made in turnaround.make_all(session, office, WANTED, now=service.now)
        ]


def days_used(said):
    return [one["days_used"] for one in map(json.loads, said) if "days_used" in one]


def folded(service):
    with service.runtime.reading() as (session, office):
        made = statistics.reports(
            report_store.histories(session), WANTED, calendar=office.calendar, offices=office.offices,
            rules_version=turnaround.RULES_VERSION, today=local(service.now).date(),
        )  # fmt: skip
        return [json.dumps(report.as_json()) for report in made]


def spells(service):
    with service.runtime.reading() as (session, _office):
        found = session.scalars(select(CaseSpell).order_by(CaseSpell.case_id, CaseSpell.since))
        return [{name: value for name, value in vars(row).items() if name[0] != "_" and name != "id"} for row in found]


def blocks(service):
    with service.runtime.reading() as (session, _office):
        return set(session.scalars(select(SpellBlock.block)))


def test_reports_say_what_the_fold_says_with_and_without_blocks(service):
    """R13, R14."""
    take_in(service)
    assert told(service) == folded(service)
    assert measuring.make_blocks(service.runtime, today=None) == len(blocks(service)) > 5
    assert told(service) == folded(service)


def test_a_month_printed_before_anything_is_measured_is_no_revision_afterwards(service):
    """R13: a fresh database, filled and asked before a worker has looked; the same figures are known again."""
    take_in(service)
    asked = {"from": "2025-01-01", "to": "2025-12-31"}

    def given():
        return service.get("sue", "/turnaround", **asked, by="unit").text

    with service.runtime.writing() as (session, _office):
        meta_store.put(session, "measuring.basis", "")
    before = given()
    assert '"revised":false' in before.replace(" ", "")
    measuring.turn(service.runtime, now=service.now)
    assert given() == before


def test_what_is_imported_into_an_empty_database_counts_without_a_worker(database_url):
    with Service(database_url) as service:
        with service.runtime.writing() as (session, _office):
            for name in ("measuring", "measuring.basis", "measuring.figures"):
                meta_store.put(session, name, "")
        assert histories.import_beside_service(service.runtime, LINES, skip_bad=False, now=service.now).imported
        with service.runtime.reading() as (session, office):
            assert measuring.is_ready(session, office)
        assert told(service) == folded(service)


def test_every_step_at_the_desk_is_measured_at_once(service):
    """R1, R14."""
    number = service.opened()
    for name, body in {
        "messages": {"text": "已說明。", "via": "phone"},
        "kind": {"kind": "PET", "reason": "改"},
        "category": {"category": "construction", "topic": None, "reason": "改"},
        "wait": {"on": "firm", "message": "請補圖", "until": "2026-11-30"},
        "resume": {},
        "extension": {"days": 5, "reason": "現勘"},
        "close": {"outcome": "answered", "summary": "完成"},
        "reopen": {"reason": "補問"},
    }.items():
        service.later(hours=20)
        assert service.post("sue", f"/cases/{number}/{name}", body).status_code < 300, name
        assert told(service) == folded(service), name
    before = spells(service)
    assert measuring.rebuild(service.runtime) == 0
    assert spells(service) == before


def test_a_block_is_given_up_as_soon_as_one_of_its_cases_moves(service):
    take_in(service)
    measuring.rebuild(service.runtime)
    before = blocks(service)
    with service.runtime.reading() as (session, _office):
        asked = report_store.histories(session)
        number = next(one.number for one in asked if one.case().closed is not None)
    assert service.post("sue", f"/cases/{number}/reopen", {"reason": "補問"}).status_code < 300
    assert blocks(service) < before
    assert told(service) == folded(service)


def test_a_closure_measures_anew_what_it_moves_and_its_withdrawal_again(service):
    """S4."""
    take_in(service)
    measuring.rebuild(service.runtime)
    before = told(service)
    with service.runtime.writing() as (session, _office):
        calendar_commands.close(
            session, service.runtime.office_provider, day=date(2025, 2, 12), county="高雄市", district=None,
            part="full", source="", now=service.now,
        )  # fmt: skip
    measuring.measure_remaining(service.runtime)
    assert told(service) == folded(service)
    assert days_used(told(service)) != days_used(before)
    with service.runtime.writing() as (session, _office):
        calendar_commands.reopen(
            session, service.runtime.office_provider, day=date(2025, 2, 12), county=None, district=None,
            now=service.now,
        )  # fmt: skip
    measuring.measure_remaining(service.runtime)
    assert told(service) == folded(service) == before


def test_a_closure_entered_late_is_one_truth_in_lists_page_and_report(service):
    """Received on Monday, due on Thursday, closed on Friday; then Wednesday was a typhoon day."""
    events = [at("2025-02-14T10:00:00", "replied", by="a@kp.example", text="好", via="phone"),
              at("2025-02-14T11:00:00", "closed", outcome="answered")]  # fmt: skip
    take_in(service, [line("2025-02-10T10:00:00+08:00", events=events)])

    def late():
        listed = service.get("sue", "/cases", overdue="true").json()["items"]
        shown = service.get("sue", "/cases/KP-1140210-0001").json()["case"]
        with service.runtime.reading() as (session, office):
            report = turnaround.report(
                session, office, start=date(2025, 2, 1), end=date(2025, 2, 28), now=service.now
            )  # fmt: skip
        return len(listed), shown["overdue"], shown["due_on"], report["late"]

    assert late() == (1, True, "2025-02-13", 1)
    with service.runtime.writing() as (session, _office):
        calendar_commands.close(
            session, service.runtime.office_provider, day=date(2025, 2, 12), county="高雄市", district=None,
            part="full", source="", now=service.now,
        )  # fmt: skip
    measuring.measure_remaining(service.runtime)
    assert late() == (0, False, "2025-02-14", 0)


def test_what_is_measured_by_another_calendar_is_not_reported(service):
    """While cases are yet to be measured reports fold, and say the same."""
    take_in(service)
    with service.runtime.writing() as (session, office):
        session.execute(update(CaseSpell).values(days_used=99.0))
        measuring.begin(session, office)
    with service.runtime.reading() as (session, office):
        assert not measuring.is_ready(session, office)
        said = [
            json.dumps(made.report.as_json()) for made in turnaround.make_all(session, office, WANTED, now=service.now)
        ]
    assert said == folded(service)
    assert measuring.measure_remaining(service.runtime) > 30
    assert told(service) == folded(service)


def test_a_database_of_before_is_measured_by_the_first_worker(service):
    take_in(service)
    kept = spells(service)
    with service.runtime.writing() as (session, _office):
        session.execute(delete(CaseSpell))
        for key in ("measuring", "measuring.basis"):
            measuring.meta_store.put(session, key, "")
    with service.runtime.reading() as (session, office):
        assert not measuring.is_ready(session, office)
    measuring.turn(service.runtime, now=service.now)
    assert spells(service) == kept
    assert told(service) == folded(service)


def test_the_nightly_sample_mends_what_differs_and_names_it(service):
    """R14."""
    take_in(service)
    with service.runtime.writing() as (session, _office):
        session.execute(update(CaseSpell).where(CaseSpell.case_id == 7).values(waited_firm=99))
    wrong = [number for seed in range(8) for number in measuring.check_sample(service.runtime, seed=seed, size=100)]
    assert len(wrong) == 1
    assert told(service) == folded(service)
    assert measuring.check_sample(service.runtime, seed=1, size=100) == []


def test_the_nightly_sample_of_blocks_mends_what_its_spells_do_not_say(service):
    """R13: a block is what reports read; one that lies is found by its spells, and the others stay as they are."""
    take_in(service)
    measuring.make_blocks(service.runtime, today=None)
    true = told(service)
    assert measuring.check_blocks(service.runtime, seed=1, size=1000) == []
    with service.runtime.writing() as (session, _office):
        first, *others = session.scalars(select(SpellBlock).order_by(SpellBlock.block))
        for one in others:
            one.columns, one.held, one.made_as = first.columns, first.held, f"x{one.block}"
        wrong = [one.block for one in others]
    assert told(service) != true
    assert measuring.check_blocks(service.runtime, seed=1, size=1000) == wrong
    assert told(service) == true
    assert measuring.check_blocks(service.runtime, seed=2, size=1000) == []


def test_figures_hold_while_a_new_program_measures_what_gives_the_same_of_them(service):
    """The release before kept no word on who held a case; reports go on from what it kept, days held are folded."""
    take_in(service)
    kept = told(service)
    with service.runtime.writing() as (session, office):
        whole = measuring.basis(office)
        _, _, rest = whole.partition("|")
        measuring.meta_store.put(session, "measuring.basis", f"2|{rest}")
    measuring.begin_if_needed(service.runtime)
    with service.runtime.reading() as (session, office):
        assert measuring.figures_hold(session, office)
        assert not measuring.is_ready(session, office)
        assert measuring.cases_left(session) == 40
        said = [
            json.dumps(made.report.as_json()) for made in turnaround.make_all(session, office, WANTED, now=service.now)
        ]
    assert said == kept
    measuring.measure_remaining(service.runtime)
    assert told(service) == kept
    with service.runtime.writing() as (session, office):
        measuring.begin(session, office)
        assert not measuring.figures_hold(session, office)


def test_while_very_many_cases_are_yet_to_be_measured_nobody_waits_for_minutes(service):
    """Said at each door with how many are left; few are folded at once, and the page says why it is slower."""
    take_in(service)
    days = {"from": "2025-01-01", "to": "2025-03-31"}
    with service.runtime.writing() as (session, office):
        measuring.begin(session, office)
    sue = Visitor(service, "sue")
    assert "時效基礎資料正在重算" in sue.get("/desk/turnaround", params=days).text
    with service.runtime.writing() as (session, _office):
        # As if thirty thousand more were left.
        measuring.meta_store.put(session, "measuring", "-30000|0")
    for path in ("/turnaround", "/turnaround/held", "/turnaround/service"):
        answer = service.get("sue", path, **days)
        assert (answer.status_code, answer.json()["code"]) == (503, "reports_measuring")
        assert "尚餘約 30,040 件" in answer.json()["detail"]
        page = sue.get(f"/desk{path}", params=days)
        assert (page.status, "正在重算" in page.text) == (503, True)
    measuring.measure_remaining(service.runtime)
    assert service.get("sue", "/turnaround", **days).status_code == 200
    assert "正在重算" not in sue.get("/desk/turnaround", params=days).text


def test_a_block_is_read_once_until_it_is_made_anew(service):
    """What a process has read it keeps by the block's digest; what moved, or another program made, is read again."""
    take_in(service)
    measuring.rebuild(service.runtime)
    assert told(service) == folded(service)
    with statements(service.runtime.database) as sent:
        told(service)
    read = about(sent, "spell_block")
    assert read
    assert all("UNION" in one for one in read)
    # Which blocks are not made is worked out before any spell is looked at: asked of each spell, it takes a second.
    assert all("EXCEPT" in one for one in read if "case_spell" in one)
    with service.runtime.reading() as (session, _office):
        number = next(one.number for one in report_store.histories(session) if one.case().closed is not None)
    for step in ("reopen", "close"):
        service.later(hours=1)
        body = {"reason": "補問"} if step == "reopen" else {"outcome": "answered", "summary": "完成"}
        assert service.post("sue", f"/cases/{number}/{step}", body).status_code < 300
        assert told(service) == folded(service)
        measuring.make_blocks(service.runtime, today=None)
        assert told(service) == folded(service)
    with service.runtime.writing() as (session, _office):
        session.execute(update(SpellBlock).values(made_as=None))
    assert told(service) == folded(service)
    assert measuring.make_blocks(service.runtime, today=None) == len(blocks(service))
    with service.runtime.reading() as (session, _office):
        assert None not in set(session.scalars(select(SpellBlock.made_as)))
    assert told(service) == folded(service)
