"""The bot's figures and the messages of a period: page, API, files and command say the same."""

import csv
import io
import re

import pytest

from routing.store.knowledge_admin.schema import Correction
from routing.store.messaging.schema import Outbox
from tests.harness.pages import Visitor
from tests.harness.service import Service
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
    assert re.findall(r"<td>([^<]*)</td>", total) == [*(str(told[name]) for name in names), "50.00%"]
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
