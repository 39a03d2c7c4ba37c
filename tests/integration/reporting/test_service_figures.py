"""Consultations, supplements and answers of firms in a period: the same at each door, and each opens its list."""

import csv
import html
import io
import re

import pytest

from bot.web.service_tables import TITLES
from tests.harness.odd_histories import odd_lines
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import at, line, take_in

JANUARY = "from=2026-01-01&to=2026-01-31"
PERIOD = {"from": "2026-01-01", "to": "2026-01-31"}


def ask_firm(day, hour=10):
    return [
        at(f"2026-01-{day:02}T{hour}:00:00", "waiting", on="firm", message="請補圖"),
        at(f"2026-01-{day:02}T{hour + 1}:00:00", "resumed"),
    ]


LINES = [
    line("2026-01-05T09:00:00+08:00", events=[*ask_firm(6), *ask_firm(7)]),
    line("2026-01-05T09:30:00+08:00", serial=2, events=ask_firm(8)),
    line("2026-01-05T09:40:00+08:00", serial=3, events=[
        at("2026-01-06T10:00:00", "waiting", on="agency", agency="taipower"), at("2026-01-08T10:00:00", "resumed"),
    ]),
    line("2026-01-05T09:50:00+08:00", serial=4, events=[
        *ask_firm(9), at("2026-02-02T10:00:00", "kind", kind="PET", reason="改"),
    ]),
]  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        take_in(service, LINES)
        yield service


def test_what_was_missing_is_counted_by_the_kind_of_then_and_opens_its_cases(service):
    """The fourth case became a petition in February: in January it is an enquiry."""
    told = service.get("sue", "/turnaround/service", **PERIOD).json()
    enquiries = told["supplements"][0]
    assert (enquiries["kind"], enquiries["received"], enquiries["told"], enquiries["often"]) == ("ENQ", 4, 3, 1)
    assert (enquiries["rate"], enquiries["mean_times"], enquiries["once_rate"]) == (0.75, 4 / 3, 0.75)
    assert told["supplements"][1]["rate"] is None
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/turnaround/service?{JANUARY}")
    assert page.outline.broken_rules() == []
    links = {link.split("figure=")[1]: link for link in page.outline.links if "/service/cases?" in link}
    shares = {f"{name}&key=ENQ" for name in ("told", "often", "rate", "mean", "once")}
    assert set(links) == shares | {one for one in links if one.startswith("asked")} | {
        one for one in links if one.startswith(("answered", "ended"))
    }
    assert "共 3 件" in sue.get(links["told&key=ENQ"]).text
    assert "共 3 件" in sue.get(links["rate&key=ENQ"]).text
    times = re.findall(r"KP-1150105-000(\d)|(\d) 次", sue.get(links["mean&key=ENQ"]).html.split("<tbody>")[1])
    assert [one[1] for one in times if one[1]] == ["2", "1", "1"]
    assert [one[0] for one in times if one[0]][:2] == ["1", "1"]
    often = sue.get(links["often&key=ENQ"])
    assert "KP-1150105-0001" in often.text
    assert "KP-1150105-0002" not in often.text
    assert sue.get(f"/desk/turnaround/service/cases?{JANUARY}&figure=x").status == 422


def test_page_api_and_files_say_it_in_the_same_words(service):
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/turnaround/service?{JANUARY}").text
    for key, title in TITLES.items():
        answer = service.get("sue", "/turnaround/service", **PERIOD, format="csv", table=key)
        assert sue.get(f"/desk/turnaround/service/file.csv?{JANUARY}&table={key}").answer.content == answer.content
        head, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        for word in (title, *head, *(row[0] for row in rows)):
            assert word in page
    for ending in ("ods", "xlsx"):
        assert sue.get(f"/desk/turnaround/service/file.{ending}?{JANUARY}").status == 200
    assert service.get("sue", "/turnaround/service", **PERIOD, format="csv").status_code == 422
    assert service.get("tai", "/turnaround/service", **PERIOD).status_code == 403


def test_whom_cases_waited_for_adds_up_to_the_days_used(database_url):
    """Trap R15: agencies and the desk are all of the days used; days of the firm lie beside them."""
    with Service(database_url) as service:
        assert not take_in(service, list(odd_lines(80, 7))).refusals
        year = {"from": "2025-01-01", "to": "2025-12-31"}
        told = {one["kind"]: one for one in service.get("sue", "/turnaround/service", **year).json()["waited"]}
        for kind, one in told.items():
            report = service.get("sue", "/turnaround", **year, kind=kind).json()
            days = report["days_used"]
            assert (one["closed_cases"], one["firm"]) == (report["closed_cases"], report["waiting_days"]["firm"])
            assert one["agency"] == report["waiting_days"]["agency"]
            if days["n"]:
                assert one["agency"] + one["desk"] == one["days_used"] == pytest.approx(days["mean"] * days["n"])
                assert one["desk"] >= 0
            else:
                assert one["desk"] is one["days_used"] is None
        assert sum(one["agency"] or 0 for one in told.values()) > 0
        sue = Visitor(service, "sue")
        page = sue.get("/desk/turnaround/service", params=year)
        section = page.html.split('id="waited"')[1].split("</section>")[0]
        assert page.outline.broken_rules() == []
        assert all("<a " in cell or cell in {"0", "—"} for cell in re.findall(r"<td[^>]*>(.*?)</td>", section))
        for link in re.findall(r'href="([^"]+)"', section):
            assert sue.get(html.unescape(link)).status == 200


def test_questions_that_ended_without_an_answer_are_told_so_that_all_add_up(service):
    """The third case went on without what the agency said having been entered."""
    (partner,) = service.get("sue", "/turnaround/service", **PERIOD).json()["partners"]
    assert [partner[name] for name in ("asked", "answered", "ended", "waiting")] == [1, 0, 1, 0]
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/turnaround/service?{JANUARY}")
    (link,) = [one for one in page.outline.links if "figure=ended" in one]
    assert "KP-1150105-0003" in sue.get(link).text


def test_whom_questions_were_put_to_is_counted_and_opens_its_cases(database_url):
    with Service(database_url) as service:
        number = service.asked_of("taipower")
        day = f"{service.now:%Y-%m-%d}"
        told = service.get("sue", "/turnaround/service", **{"from": day, "to": day}).json()
        (partner,) = told["partners"]
        assert (partner["of"], partner["asked"], partner["waiting"], partner["median_days"]) == ("taipower", 1, 1, None)
        sue = Visitor(service, "sue")
        page = sue.get(f"/desk/turnaround/service?from={day}&to={day}")
        links = [link for link in page.outline.links if "/service/cases?" in link]
        assert len(links) == 2
        for link in links:
            assert number in sue.get(link).text


def test_the_months_beside_the_chart_open_their_cases(service):
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/turnaround?{JANUARY}")
    months = page.html.split('id="months"')[1].split("</tbody>")[0]
    assert "/desk/turnaround/cases?from=2026-01-01&amp;to=2026-01-31&amp;kind=ENQ&amp;figure=received" in months


PAGES = [
    "",
    "/held",
    "/bot",
    "/week",
    "/service",
    "/cases?figure=received",
    "/held/cases?figure=cases",
    "/bot/asked?figure=asked",
]


@pytest.mark.parametrize("path", PAGES)
def test_on_paper_every_page_of_figures_says_whose_it_is_and_who_signs(service, path):
    page = Visitor(service, "sue").get(f"/desk/turnaround{path}").html
    assert page.count('<p class="print-only agency">經濟部產業園區管理局高屏分局') == 1
    assert page.count("<span>核章</span>") == 1


@pytest.mark.parametrize("figure", ["told", "rate", "mean", "often", "once"])
def test_the_list_behind_a_figure_is_a_file_as_other_lists_are(service, figure):
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/turnaround/service/cases?{JANUARY}&figure={figure}&key=ENQ")
    assert page.outline.broken_rules() == []
    shown = list(dict.fromkeys(re.findall(r"/desk/cases/(KP-[0-9-]+)", page.html)))
    for ending in ("csv", "xlsx", "ods"):
        link = f"/desk/turnaround/service/cases/file.{ending}?{JANUARY}&figure={figure}&key=ENQ"
        assert link in page.outline.links
        answer = sue.get(link).answer
        assert answer.status_code == 200
        if ending == "csv":
            rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
            assert [row["案號"] for row in rows] == shown
            assert ("補正（次）" in rows[0]) == (figure == "mean")
    assert sue.get(f"/desk/turnaround/service/cases/file.csv?{JANUARY}&figure=x").status == 422


def test_a_median_opens_its_cases_with_the_middle_marked(database_url):
    """Contract §9: of answers after one, two and three working days the second is the median."""
    with Service(database_url) as service:
        day = f"{service.now:%Y-%m-%d}"
        numbers = [service.asked_of("taipower") for _ in range(3)]
        for number in numbers:
            service.later(days=1)
            waiting = service.get("sue", "/consultations").json()["items"]
            (asked,) = [one for one in waiting if one["number"] == number]
            answer = {"result": "found", "text": "已修復"}
            assert service.post("tai", f"/consultations/{asked['id']}/answer", answer).status_code < 300
        days = {"from": day, "to": f"{service.now:%Y-%m-%d}"}
        (partner,) = service.get("sue", "/turnaround/service", **days).json()["partners"]
        assert (partner["answered"], partner["median_days"]) == (3, 2.0)
        sue = Visitor(service, "sue")
        page = sue.get("/desk/turnaround/service", params=days)
        (opened,) = [link for link in page.outline.links if "figure=median" in link]
        rows = sue.get(opened).html.split("<tbody>")[1].split("</tr>")[:-1]
        assert [re.findall(r"/(KP-[0-9-]+)", row) for row in rows] == [[number] for number in reversed(numbers)]
        assert [re.findall(r"(\d)\.0 日", row) for row in rows] == [["3"], ["2"], ["1"]]
        assert ["中位數" in row for row in rows] == [False, True, False]
