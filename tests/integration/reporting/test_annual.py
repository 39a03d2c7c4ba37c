"""The yearly papers at every door: tables that join the reports, figures entered by hand, and what a seal keeps."""

from __future__ import annotations

import io
import json

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from bot.web.words import WORDS
from routing.domain.reporting.annual import digest
from routing.store.cases.schema import Case
from routing.store.reporting.schema import AnnualSeal
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import LINES, at, line, take_in

ENTRY = {
    "section": "surroundings",
    "label": "停車位",
    "figure": "12 格",
    "evidence": "經園字第 1 號",
    "owner": "營運管理科",
}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        take_in(service, LINES)
        yield service


def tables(papers):
    return {table["key"]: table for table in papers["tables"]}


def test_the_tables_say_what_the_reports_say_and_each_figure_leads_to_its_cases(service):
    papers = service.get("sue", "/annual/114").json()
    assert (papers["year"], papers["from"], papers["to"], papers["finished"]) == (
        2025,
        "2025-01-01",
        "2025-12-31",
        True,
    )
    found = tables(papers)
    for row, kind in zip(found["time"]["rows"], ("ENQ", "PET", "APP"), strict=True):
        report = service.get("sue", "/turnaround", **{"from": "2025-01-01", "to": "2025-12-31", "kind": kind}).json()
        names = ("closed_cases", "on_time", "extended", "late", "set_aside", "open_late", "on_time_rate")
        assert [cell["value"] for cell in row[1:8]] == [report[name] for name in names]
        assert [cell["value"] for cell in row[8:11]] == [
            report["days_used"][part] for part in ("mean", "median", "p90")
        ]
    months, total = found["volume_month"]["rows"][:-1], found["volume_month"]["rows"][-1]
    assert sum(row[1]["value"] for row in months) == total[1]["value"] > 0
    link = next(cell["cases"] for cell in found["time"]["rows"][0][4:] if cell["value"])
    assert "KP-" in Visitor(service, "sue").get(link).text
    assert found["base_year"]["notes"] == ["基準年建立中。"]
    assert len(found["late"]["rows"]) == sum(row[4]["value"] for row in found["time"]["rows"])


def test_what_came_outside_office_hours_is_what_the_calendar_says_case_by_case(service):
    rows = {row[0]: row[1]["value"] for row in tables(service.get("sue", "/annual/114").json())["inclusion"]["rows"]}
    with service.runtime.reading() as (session, office):
        received = list(session.scalars(select(Case.received_at).where(Case.number.like("KP-114%"))))
        outside = [one for one in received if not office.calendar.is_open(one, office.offices.own_office)]
    assert rows["受理案件"] == len(received) > len(outside) > 0
    assert rows["上班時間外受理"] == len(outside)


def test_what_is_sealed_stays_and_a_later_change_is_a_revision_that_says_why(service):
    first = service.post("sue", "/annual/2025/seal", {})
    assert (first.status_code, first.json()["revision"]) == (201, 0)
    before = service.get("sue", "/annual/114").json()
    assert (before["sealed"]["sha256"], before["changed_since"]) == (before["sha256"], False)
    again = service.post("sue", "/annual/114/seal", {})
    assert (again.status_code, again.json()["code"]) == (409, "annual_sealed")
    closed = [at("2025-03-05T11:00:00", "closed", outcome="withdrawn")]
    assert take_in(service, [line("2025-03-05T10:00:00+08:00", serial=900, events=closed)]).imported == 1
    assert service.post("sue", "/annual/114/entries", ENTRY).status_code == 201
    after = service.get("sue", "/annual/114").json()
    assert (after["tables"], after["sha256"], after["changed_since"]) == (before["tables"], before["sha256"], True)
    live = service.get("sue", "/annual/114", live="true").json()
    assert tables(live)["surroundings"]["rows"] == [["停車位", "12 格", "經園字第 1 號", "營運管理科"]]
    assert live["sealed"] is None
    assert service.post("sue", "/annual/114/seal", {}).status_code == 422
    second = service.post("adam", "/annual/114/seal", {"reason": "補登案件"}).json()
    assert (second["revision"], second["reason"]) == (1, "補登案件")
    assert service.get("sue", "/annual/114").json()["tables"] == live["tables"]
    assert service.get("sue", "/annual/114", revision=0).json()["tables"] == before["tables"]
    assert service.get("sue", "/annual/114", revision=7).status_code == 404
    assert service.get("sue", "/annual/112").status_code == 422


def test_figures_by_hand_are_checked_and_a_base_year_is_compared_with(service):
    for changes, field in (
        ({"label": " "}, "label"), ({"section": "strategy"}, "dimension"), ({"section": "nothing"}, "section"),
        ({"section": "base_year", "figure": "去年"}, "figure"), ({"section": "base_year", "figure": "115"}, "figure"),
    ):  # fmt: skip
        answer = service.post("sue", "/annual/115/entries", {**ENTRY, **changes})
        assert (answer.status_code, answer.json()["field"]) == (422, field), changes
    made = service.post("sue", "/annual/115/entries", {**ENTRY, "section": "base_year", "figure": "114"}).json()
    papers = service.get("sue", "/annual/115").json()
    rows = tables(papers)["base_year"]["rows"]
    assert (papers["base_year"], papers["finished"], len(rows)) == (2025, False, 9)
    assert rows[0][:2] == ["一般諮詢", "第 1 季"]
    assert rows[0][3]["value"] > 0
    assert rows[0][6] is None
    gone = service.ask("DELETE", f"/api/v1/annual/115/entries/{made['id']}", headers=service.headers("sue"))
    assert gone.status_code == 200
    assert service.get("sue", "/annual/115").json()["base_year"] is None


def test_page_file_and_api_hold_the_same_tables_and_only_leaders_see_them(service):
    papers = service.get("sue", "/annual/114").json()
    sue = Visitor(service, "sue")
    page = sue.get("/desk/annual/114")
    assert page.outline.broken_rules() == []
    for table in papers["tables"]:
        assert table["title"] in page.text
    assert papers["sha256"] in page.text
    for form in ("ods", "xlsx"):
        answer = service.get("sue", "/annual/114", format=form)
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        names = book.sheet_names
        assert len(names) == len(set(names)) == len(papers["tables"]) + 1
        for table, name in zip(papers["tables"], names[1:], strict=True):
            rows = book.get_sheet_by_name(name).to_python()
            assert rows[0][: len(table["columns"])] == table["columns"]
            for written, row in zip(rows[1:], table["rows"], strict=False):
                values = [cell["value"] if isinstance(cell, dict) else cell for cell in row]
                for one, other in zip(written, values, strict=False):
                    # XLSX holds sixteen digits of a number.
                    assert (one or 0) == (pytest.approx(other) if isinstance(other, float) else other or 0)
    assert service.get("alice", "/annual/114").status_code == 403
    assert Visitor(service, "alice").get("/desk/annual/114").status == 403
    entered = sue.send(page, "/desk/annual/114/entries", **ENTRY)
    assert "停車位" in entered.text
    sealed = sue.send(entered, "/desk/annual/114/seal")
    assert "Sue" in sealed.text or "封存後" not in sealed.text
    assert service.get("sue", "/annual/114").json()["sealed"]["revision"] == 0


def test_what_is_refused_comes_back_as_it_was_typed(service):
    """Words of an entry, and the reason of a revision that changes nothing."""
    sue = Visitor(service, "sue")
    page = sue.get("/desk/annual/114")
    for changes, said in (
        ({"section": "strategy"}, "構面請選擇"), ({"section": "late"}, "查無這個案號"),
        ({"section": "base_year"}, "基準年請填民國年"),
    ):  # fmt: skip
        again = sue.send(page, "/desk/annual/114/entries", **{**ENTRY, **changes})
        assert (again.status, again.outline.broken_rules()) == (422, [])
        assert said in again.text
        for name in ("label", "figure", "evidence", "owner"):
            assert ENTRY[name] in again.html, name
        assert f'value="{changes["section"]}" selected' in again.html
        assert again.html.count('aria-invalid="true"') == 1
    number = tables(service.get("sue", "/annual/114").json())["late"]["rows"][0][0]
    taken = sue.send(page, "/desk/annual/114/entries", **{**ENTRY, "section": "late", "label": number})
    assert taken.status == 200
    assert tables(service.get("sue", "/annual/114").json())["late"]["rows"][0][-2:] == ["12 格", "經園字第 1 號"]
    sealed = sue.send(taken, "/desk/annual/114/seal")
    again = sue.send(sealed, "/desk/annual/114/seal", reason="再封存一次")
    assert again.status == 409
    assert "內容與已封存者相同" in again.text
    assert "再封存一次" in again.html


def test_a_seal_is_not_said_to_differ_for_words_and_links_of_another_program(service):
    """Only figures and what was entered make what is counted another; a sealed year stays whole."""
    sue = Visitor(service, "sue")
    assert service.post("sue", "/annual/114/seal", {}).status_code == 201
    with service.runtime.writing() as (session, _office):
        (kept,) = session.scalars(select(AnnualSeal))
        content = json.loads(kept.content)
        for table in content["tables"]:
            table["notes"] = ["以前之說明"]
            table["rows"] = [
                [cell["value"] if isinstance(cell, dict) else cell for cell in row] for row in table["rows"]
            ]
        kept.content, kept.sha256 = json.dumps(content), digest(content)
    assert service.get("sue", "/annual/114").json()["changed_since"] is False
    assert "封存後案件或登錄有變動" not in sue.get("/desk/annual/114").text


def test_every_figure_that_is_counted_leads_to_its_list(service):
    """The yearly papers, as they are judged: no number of them stands without what is behind it."""
    assert service.post("sue", "/annual/114/entries", ENTRY).status_code == 201
    papers = {one["key"]: one["rows"] for one in service.get("sue", "/annual/114").json()["tables"]}
    bare = {
        (key, row[0])
        for key, rows in papers.items()
        for row in rows
        for cell in row[1:]
        if isinstance(cell, int | float) and key != "late"
    }
    # No case stands behind what was approved.
    assert bare == {("bot", "核定之知識條目（次）")}
    cells = [cell for rows in papers.values() for row in rows for cell in row[1:] if isinstance(cell, dict)]
    sue, opened = Visitor(service, "sue"), {cell["cases"]: cell["value"] for cell in cells if cell["value"]}
    assert {"inclusion", "question_sets", "bot", "supplements", "proactive"} < set(papers)
    for address, value in opened.items():
        page = sue.get(address)
        assert page.status == 200, address
        counts_cases = any(one in address for one in ("figure=outside", "figure=received", "set.received"))
        if counts_cases and isinstance(value, int):
            assert f"共 {value} 件" in page.text, address


def test_channels_and_languages_stand_in_the_order_of_their_lists(service):
    """By their words, as on the page of a period, and not by codes that nobody sees."""
    papers = tables(service.get("sue", "/annual/114").json())
    words = list(WORDS["channel"].values())
    channels = [row[0] for row in papers["volume_channel"]["rows"][:-1]]
    assert channels == sorted(channels, key=words.index)
    said = [f"語言：{one}" for one in WORDS["language"].values()]
    languages = [row[0] for row in papers["inclusion"]["rows"] if row[0] in said]
    assert languages == sorted(languages, key=said.index)
    assert len(channels) > 1


def test_a_late_case_is_opened_from_the_papers(service):
    papers = tables(service.get("sue", "/annual/114").json())
    page = Visitor(service, "sue").get("/desk/annual/114")
    numbers = [row[0] for row in papers["late"]["rows"]]
    assert numbers
    assert all(f'href="/desk/cases/{number}"' in page.html for number in numbers)


def test_figures_of_partners_supplements_answers_and_the_bot_lead_to_their_lists(service):
    papers = {one["key"]: one["rows"] for one in service.get("sue", "/annual/114").json()["tables"]}
    cells = [
        cell
        for key in ("consultations", "supplements", "satisfaction", "bot")
        for row in papers[key]
        for cell in row[1:]
        if row[0] != "核定之知識條目（次）"
    ]
    assert cells
    assert all(isinstance(cell, dict) for cell in cells)
    sue = Visitor(service, "sue")
    opened = [cell["cases"] for cell in cells if cell["value"]]
    assert opened
    for address in opened:
        assert sue.get(address).status == 200, address
