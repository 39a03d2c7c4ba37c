"""The bot's figures and the messages of a period: page, API, files and command say the same."""

import csv
import io
import re
from datetime import timedelta

import pytest

from bot.web.bot_tables import BOT
from routing.store.cases.schema import Case
from routing.store.conversation.schema import Enquiry
from routing.store.knowledge_admin.schema import Correction
from routing.store.messaging.schema import Outbox
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.knowledge_admin.test_knowledge_unanswered import asked
from tests.integration.knowledge_admin.test_verdicts import ENTRY, judged

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
QUERY = "from=2026-11-01&to=2026-11-30"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        judged(service, 1)
        judged(service, 1, verdict="not_helpful", kind="counter", entry=ENTRY)
        judged(service, 2, verdict=None, days=2)
        judged(service, 1, verdict=None, decision="choose")
        with service.runtime.writing() as (session, _):
            session.add_all([
                Outbox(channel="line", kind=kind, retry_key=key, reason="replied", payload=[], state="accepted",
                       created_at=service.now, due_at=service.now, accepted_at=service.now)
                for key, kind in (("a", "reply"), ("b", "push"), ("c", "push"))
            ])  # fmt: skip
            assert session.query(Correction).count() == 1
        yield service


def test_page_files_and_programs_say_the_same(service):
    told = service.get("sue", "/turnaround/bot", **NOVEMBER).json()
    names = ("asked", "answered", "offered", "handed_over", "helpful", "not_helpful", "came_back", "wrong", "settled")
    assert tuple(told[name] for name in names) == (5, 4, 1, 0, 1, 1, 1, 1, 2)
    assert told["settled_rate"] == 0.5
    assert [one["language"] for one in told["languages"]] == ["zh-TW"]
    assert told["sent"] == [{"month": "2026-11", "reply": 1, "push": 2, "free": 0, "used": None, "limit": None}]
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/turnaround/bot?{QUERY}")
    assert page.outline.broken_rules() == []
    total = re.search(r'<tfoot><tr><th scope="row">合計</th>(.*?)</tr>', page.html)[1]
    assert re.findall(r"<td>(?:<a [^>]*>)?([^<]*)(?:</a>)?</td>", total) == [
        *(str(told[name]) for name in names),
        "50.00%",
    ]
    assert total.count("<a ") == sum(told[name] > 0 for name in names) + 1, "the share opens those it counts"
    programs = service.get("sue", "/turnaround/bot", **NOVEMBER, format="csv")
    assert sue.get(f"/desk/turnaround/bot/file.csv?{QUERY}").answer.content == programs.content
    rows = list(csv.DictReader(io.StringIO(programs.content.decode("utf-8-sig"))))
    assert [row["語言或月份"] for row in rows] == ["全部", "中文", "115 年 11 月"]
    assert [rows[0]["受詢（次）"], rows[2]["推播（計費）"]] == ["5", "2"]
    for ending in ("ods", "xlsx"):
        assert sue.get(f"/desk/turnaround/bot/file.{ending}?{QUERY}").status == 200


def test_the_team_reads_it_and_partners_do_not(service):
    assert service.get("alice", "/turnaround/bot", **NOVEMBER).status_code == 200
    assert service.get("tai", "/turnaround/bot", **NOVEMBER).status_code == 403
    assert service.get("sue", "/turnaround/bot", **{"from": "2026-11-02", "to": "2026-11-01"}).status_code == 422


def test_every_number_of_the_bot_opens_what_was_asked(service):
    """Counted as the page counts it; words masked; the file has the same rows."""
    told = service.get("sue", "/turnaround/bot", **NOVEMBER).json()
    alice = Visitor(service, "alice")
    page = alice.get(f"/desk/turnaround/bot?{QUERY}")
    links = list(dict.fromkeys(one for one in page.outline.links if "/bot/asked?" in one))
    assert len(links) == 2 * sum(told[name] > 0 for name in BOT), "one language and all"
    for link in links:
        figure = re.search(r"figure=(\w+)", link)[1]
        listed = alice.get(link)
        assert (listed.status, listed.outline.broken_rules()) == (200, [])
        assert f"共 {told[figure]} 則" in listed.text
        rows = alice.get(link.replace("/bot/asked?", "/bot/asked/file.csv?")).answer.content.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(rows)))) == told[figure]
    assert alice.get(f"/desk/turnaround/bot/asked?{QUERY}&figure=nothing").status == 422
    assert alice.get(f"/desk/turnaround/bot/asked?{QUERY}&figure=asked&language=xx").status == 422
    empty = alice.get(f"/desk/turnaround/bot/asked?{QUERY}&figure=asked&language=ja")
    assert "共 0 則" in empty.text
    assert Visitor(service, "tai").get(f"/desk/turnaround/bot/asked?{QUERY}&figure=asked").status == 403


def test_what_belongs_to_a_confidential_case_of_another_unit_is_only_counted(service):
    asked(service, "甲申光電", "租約補發 我電話0912345678", at=service.now)
    asked(service, "乙酉精密", "宿舍漏水了", at=service.now)
    secret = service.opened()
    with service.runtime.writing() as (session, _):
        ours = [one.id for one in session.query(Enquiry).order_by(Enquiry.id.desc()).limit(1)]
        case = session.query(Case).filter(Case.number == secret).one()
        case.confidential, case.unit, case.assignee = True, "投資服務科", None
        session.query(Enquiry).filter(Enquiry.id == ours[0]).update({"case_id": case.id})
    query = f"{QUERY}&figure=handed_over"
    alice, sue = (Visitor(service, who).get(f"/desk/turnaround/bot/asked?{query}") for who in ("alice", "sue"))
    assert "共 2 則" in alice.text
    assert "另有 1 則屬保密案件" in alice.text
    assert "租約補發" in alice.text
    for page in (alice, sue):
        assert "0912345678" not in page.text
        assert "宿舍漏水" not in page.text
    assert (secret in alice.text, secret in sue.text) == (False, True)


def test_messages_by_cost_open_the_ledger_of_these_alone(service):
    sue = Visitor(service, "sue")
    links = [
        one
        for one in sue.get(f"/desk/turnaround/bot?{QUERY}").outline.links
        if "/desk/ledger?" in one and "cost" in one
    ]
    assert [re.search(r"cost=(\w+)", one)[1] for one in links] == ["reply", "push"]
    for link, rows in zip(links, (1, 2), strict=True):
        table = sue.get(link).html.split("訊息，新的在前")[1]
        assert table.count("<tr>") - 1 == rows
        raw = sue.get(link.replace("/desk/ledger?", "/desk/ledger/file.csv?")).answer.content.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(raw)))) == rows
    before = f"/desk/ledger?month=2026-11&cost=push&from=2026-11-01&to={service.now - timedelta(days=3):%Y-%m-%d}"
    assert "這個月沒有訊息" in sue.get(before).text
    whole = sue.get("/desk/ledger?month=2026-11&from=0001-01-01&to=9999-12-31")
    assert (whole.status, whole.html.count("<tr>")) == (200, sue.get("/desk/ledger?month=2026-11").html.count("<tr>"))
