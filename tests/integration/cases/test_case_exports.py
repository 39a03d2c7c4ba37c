"""The queue and the list of cases as files: the rows of the page, and nothing that becomes a formula."""

import csv
import io
import zipfile

import pytest

from bot.desk.cases.exports import said_of_rest
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.cases.test_queue_marks import asks_to_be_called, failed


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_queue_as_a_file_holds_what_the_page_shows_in_its_order(service):
    called = service.opened(subject="=HYPERLINK(1)")
    late = service.opened(subject="逾限的", received_at="2026-11-02T09:00:00+08:00")
    service.later(minutes=5)
    asks_to_be_called(service, called)
    failed(service, late)
    alice = Visitor(service, "alice")
    page = alice.get("/desk")
    link = next(one for one in page.outline.links if "/desk/queue/file.csv" in one)
    answer = alice.get(link).answer
    assert 'filename="queue-20261116-0905.csv"' in answer.headers["content-disposition"]
    found = rows(answer)
    assert [(row["分組"], row["案號"], row["回電時段"]) for row in found] == [
        ("請求回電", called, "下午"), ("已逾限", late, ""),
    ]  # fmt: skip
    assert found[0]["主旨"] == "'=HYPERLINK(1)"
    assert (found[1]["提醒"], found[1]["剩餘工作天"], found[1]["逾限"]) == ("訊息未送達、尚未開啟", "-7", "是")
    only = rows(alice.get(f"{link}&mark=undelivered".replace("mark=&", "")).answer)
    assert [row["案號"] for row in only] == [late]


@pytest.mark.parametrize("ending", ["ods", "xlsx"])
@pytest.mark.parametrize("path", ["/desk/queue", "/desk/cases"])
def test_workbooks_hold_the_cases_with_title_and_notes(service, path, ending):
    number = service.opened()
    answer = Visitor(service, "alice").get(f"{path}/file.{ending}").answer
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    text = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert number in text
    assert "115.11.16 09:00 製表" in text


def test_the_list_as_a_file_holds_every_page_that_fits(service):
    numbers = [service.opened() for _ in range(3)]
    service.post("alice", f"/cases/{numbers[0]}/close", {"outcome": "withdrawn", "summary": "撤回。"})
    sue = Visitor(service, "sue")
    assert {row["案號"] for row in rows(sue.get("/desk/cases/file.csv").answer)} == set(numbers)
    page = sue.get("/desk/cases?status=closed")
    link = next(one for one in page.outline.links if "/desk/cases/file.csv" in one)
    assert [row["案號"] for row in rows(sue.get(link).answer)] == numbers[:1]
    assert sue.get("/desk/cases/file.pdf").status == 404


def test_a_file_shows_nobody_what_the_page_does_not(service):
    number = service.opened()
    service.post("alice", f"/cases/{number}/confidential", {"confidential": True})
    for path in ("/desk/queue/file.csv?view=all", "/desk/cases/file.csv"):
        assert number not in Visitor(service, "carol").get(path).text
        assert number in Visitor(service, "alice").get(path).text
        assert Visitor(service, "tai").get(path).status == 403


def test_a_file_that_does_not_hold_all_says_so_in_its_name_and_its_note():
    """CSV has no place but its name."""
    part, note = said_of_rest(10_000)
    assert part == "-first-10000"
    assert "前 10,000 件" in note


def test_a_file_of_all_that_fits_says_nothing_of_more(service):
    service.opened()
    answer = Visitor(service, "sue").get("/desk/cases/file.csv").answer
    assert "first" not in answer.headers["content-disposition"]
