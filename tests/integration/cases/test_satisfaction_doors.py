"""Satisfaction as staff enter and read it: form on the case page, call of the API, figures with their number."""

import re

import pytest

from tests.harness.pages import Visitor
from tests.harness.service import Service

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def closed(service, outcome="answered"):
    number = service.opened()
    service.post("alice", f"/cases/{number}/messages", {"text": "已說明", "via": "phone"})
    service.post("alice", f"/cases/{number}/close", {"outcome": outcome, "summary": "完成"})
    return number


def test_an_answer_on_paper_is_entered_on_the_page_of_the_case_and_counted(service):
    number = closed(service)
    alice = Visitor(service, "alice")
    page = alice.step(number, "rating", score="4", via="letter", text="回覆很快")
    assert "已登錄滿意度" in page.text
    assert "4 分（5 分最佳，公文）" in page.text
    assert "回覆很快" in page.text
    assert not page.offers("/rating")
    assert not page.outline.broken_rules()
    figures = service.get("alice", "/satisfaction", **NOVEMBER).json()
    assert (figures["asked"], figures["n"], figures["mean"]) == (0, 1, None)
    for _ in range(4):
        body = {"score": 5, "via": "phone"}
        assert service.post("alice", f"/cases/{closed(service)}/rating", body).status_code == 200
    figures = service.get("alice", "/satisfaction", **NOVEMBER).json()
    assert (figures["n"], figures["mean"], figures["channels"]) == (5, 4.8, {"letter": 1, "phone": 4})
    assert (figures["scores"]["4"], figures["with_reason"]) == (1, 1)


def test_an_open_case_offers_no_satisfaction_and_the_api_refuses_it(service):
    number = service.opened()
    assert not Visitor(service, "alice").get(f"/desk/cases/{number}").offers("/rating")
    assert service.post("alice", f"/cases/{number}/rating", {"score": 4, "via": "phone"}).status_code == 409


@pytest.mark.parametrize(
    ("outcome", "body", "status", "code"),
    [("answered", {"score": 4, "via": "line"}, 422, "invalid"), ("answered", {"score": 6, "via": "phone"}, 422, None),
     ("declined", {"score": 4, "via": "phone"}, 409, "not_surveyed")],
)  # fmt: skip
def test_what_is_no_answer_is_refused(service, outcome, body, status, code):
    answer = service.post("alice", f"/cases/{closed(service, outcome)}/rating", body)
    assert answer.status_code == status
    assert code in {None, answer.json()["code"]}


def test_a_close_has_one_answer(service):
    number = closed(service)
    body = {"score": 5, "via": "phone"}
    assert service.post("alice", f"/cases/{number}/rating", body).status_code == 200
    assert service.post("alice", f"/cases/{number}/rating", body).json()["code"] == "already_rated"


def test_few_answers_show_their_number_alone(service):
    """Too few answers say who gave them; the number stands beside every mean."""
    sue = Visitor(service, "sue")
    address = "/desk/turnaround?from=2026-11-01&to=2026-11-30"
    for place in range(5):
        number = closed(service)
        service.post("alice", f"/cases/{number}/rating", {"score": 3 + place % 3, "via": "phone"})
        text = re.sub(r"\s+", "", sue.get(address).text)
        assert f"收到{place + 1}份回答" in text
        assert ("平均3.8分" in text) == (place == 4)


def test_few_answers_are_told_alike_at_every_door(service):
    """Four answers: their number, and neither mean nor scores, nor whose they are; from five on all of it."""
    sue, days = Visitor(service, "sue"), "from=2026-11-01&to=2026-11-30"
    for place in range(5):
        service.post("alice", f"/cases/{closed(service)}/rating", {"score": 5 - place % 2, "via": "phone"})
        told = place == 4
        plain = service.get("sue", "/satisfaction", **NOVEMBER).json()
        said = service.get("sue", "/turnaround/service", **NOVEMBER).json()["satisfaction"]
        table = service.get("sue", "/turnaround/service", **NOVEMBER, format="csv", table="satisfaction").text
        page = sue.get(f"/desk/turnaround/service?{days}").html
        papers = service.get("sue", "/annual/115").json()["tables"]
        rows = next(one["rows"] for one in papers if one["key"] == "satisfaction")
        annual = {name: cell["value"] for name, cell in rows}
        assert plain["n"] == said["n"] == annual["有效答案"] == place + 1
        scores = {"5": 3, "4": 2, "3": 0, "2": 0, "1": 0} if told else None
        assert plain["scores"] == said["scores"] == scores
        assert [plain[name] is None for name in ("mean", "channels", "with_reason")] == [not told] * 3
        assert annual["5 分"] == (3 if told else None)
        assert ('"5 分",3' in table) == told
        assert ("figure=score5" in page) == told
        assert sue.get(f"/desk/turnaround/service/cases?{days}&figure=score5").status == (200 if told else 422)
        assert sue.get(f"/desk/turnaround/service/cases?{days}&figure=good").status == (200 if told else 422)


def test_each_number_of_the_answers_opens_its_cases(service):
    """On the page of a period too: the mean, the ways by which answers came, and how many gave a reason."""
    sue, days = Visitor(service, "sue"), "from=2026-11-01&to=2026-11-30"
    for place in range(6):
        body = {"score": 5 - place % 2, "via": "phone" if place < 4 else "letter"}
        body |= {"text": "等了很久"} if place == 0 else {}
        assert service.post("alice", f"/cases/{closed(service)}/rating", body).status_code == 200
    page = sue.get(f"/desk/turnaround?{days}")
    section = page.html.split('id="answers"')[1].split("</section>")[0]
    cells = re.findall(r"<td>(.*?)</td>", section)
    assert all("<a " in cell or cell == "0" for cell in cells)
    for figure, count in (("score", 6), ("via.phone", 4), ("via.letter", 2), ("reason", 1)):
        assert f"figure={figure}" in section
        listed = sue.get(f"/desk/turnaround/service/cases?{days}&figure={figure}")
        assert (listed.status, listed.outline.broken_rules()) == (200, [])
        assert f"共 {count} 件" in listed.text
        rows = sue.get(f"/desk/turnaround/service/cases/file.csv?{days}&figure={figure}").answer.text
        assert rows.count("KP-") == count
    worst = sue.get(f"/desk/turnaround/service/cases?{days}&figure=score").text
    assert worst.index("4 分") < worst.index("5 分")
    assert "電話" in sue.get(f"/desk/turnaround/service/cases?{days}&figure=via.phone").text
