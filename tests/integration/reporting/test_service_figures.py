"""Consultations, supplements and answers of firms in a period: the same at each door, and each opens its list."""

import csv
import io

import pytest

from bot.web.service_tables import TITLES
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
    assert set(links) == {"told&key=ENQ", "often&key=ENQ"} | {one for one in links if one.startswith("asked")} | {
        one for one in links if one.startswith("answered")
    }
    assert "共 3 件" in sue.get(links["told&key=ENQ"]).text
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
    html = Visitor(service, "sue").get(f"/desk/turnaround{path}").html
    assert html.count('<p class="print-only agency">經濟部產業園區管理局高屏分局') == 1
    assert html.count("<span>核章</span>") == 1
