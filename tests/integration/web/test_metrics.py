"""What /metrics gives, what docs/metrics.md says of it, and what the dashboard draws are the same names."""

import json
import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from knowledge.calendar.office_calendar import local
from routing.store.maintenance import meta
from routing.store.messaging.schema import Inbox, Outbox
from tests.architecture.tree import ROOT
from tests.harness.pages import Visitor
from tests.harness.service import Service

DOCUMENTED = dict(
    re.findall(
        r"^\| `(onestop_\w+)` \| (gauge|histogram) ", (ROOT / "docs/metrics.md").read_text("utf-8"), re.MULTILINE
    )
)
DASHBOARD = json.loads((ROOT / "deploy/onestop-grafana.json").read_text(encoding="utf-8"))


@pytest.fixture
def service(database_url):
    elsewhere = {"ONESTOP_FEED_WATER_URL": "http://127.0.0.1:9/water", "ONESTOP_LLM_URL": "http://127.0.0.1:9/v1"}
    public = "https://window.example"
    with Service(database_url, ONESTOP_LLM_MODEL="taide", ONESTOP_BASE_URL=public, **elsewhere) as service:
        yield service


def busy(service):
    """One of everything that is counted."""
    now = service.now
    with service.runtime.database.writing() as session:
        meta.put(session, "quota:line", json.dumps([f"{local(now):%Y-%m}", 200, 150]))
        until = (now + timedelta(days=40)).isoformat()
        meta.put(session, "copied", json.dumps([now.isoformat(), 900, [12, 4096, 3, 1, 0]]))
        meta.put(session, "certificate", json.dumps(["window.example", now.isoformat(), until, None]))
        session.add(Inbox(channel="line", webhook_event_id="aside", user_key="U1", event_at=0, received_at=now,
                          raw="{}", state="quarantined", attempts=5, due_at=now, error="ValueError"))  # fmt: skip
        for n in range(20):
            session.add(Outbox(kind="reply", retry_key=f"k{n}", channel="line", reason="answer", payload=[],
                               created_at=now - timedelta(seconds=60 + n), due_at=now, state="accepted",
                               accepted_at=now - timedelta(seconds=60)))  # fmt: skip
    Visitor(service).ask("POST", "/desk/sign-in", data={"email": "nobody@kp.example", "password": "wrong"})
    service.ask("POST", "/line/webhook", content=b"{}")


def samples(service):
    found = families(service.ask("GET", "/metrics").text)
    return {(one.name, *sorted(one.labels.values())): one.value for family in found for one in family.samples}


def test_what_is_measured_is_documented_and_nothing_else(service):
    busy(service)
    found = {family.name: family.type for family in families(service.ask("GET", "/metrics").text)}
    assert found == {name: kind for name, kind in DOCUMENTED.items() if name in found}
    assert set(DOCUMENTED) - set(found) == set()


def test_what_the_dashboard_draws_is_measured():
    drawn = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    names = {name for expression in drawn for name in re.findall(r"onestop_\w+", expression)}
    known = set(DOCUMENTED) | {
        f"{name}_{part}"
        for name, kind in DOCUMENTED.items()
        if kind == "histogram"
        for part in ("bucket", "count", "sum")
    }
    assert names - known == set()
    assert len(names) > 12
    assert {name for name in DOCUMENTED if "_feed_" in name or "_assist_" in name} - names == set()


def test_the_figures_are_those_of_the_work(service):
    busy(service)
    found = samples(service)
    assert found["onestop_inbox_set_aside",] == 1
    assert found["onestop_quota_used", "line"] / found["onestop_quota_limit", "line"] == 0.75
    assert (found["onestop_answer_seconds", "0.5"], found["onestop_answer_seconds", "1"]) == (10, 19)
    assert found["onestop_sign_ins", "sign_in.refused"] == 1
    assert found["onestop_webhook_seconds_count", "401"] >= 1
    assert found["onestop_request_seconds_count", "4xx", "desk"] >= 1
    assert found["onestop_database_bytes",] > 10_000


def test_the_page_says_what_an_administrator_needs_without_a_monitoring_system(service):
    busy(service)
    page = Visitor(service, "adam").get("/desk/admin/running")
    assert page.outline.broken_rules() == []
    for words in ("1 則事件無法處理", "150 / 200（75%）", "ValueError", "失敗 1", "台水停水公告"):
        assert words in page.text
    assert Visitor(service, "sue").get("/desk/admin/running").status == 403


def test_an_answer_names_its_request_for_the_logs(service):
    first, second = (service.ask("GET", path).headers["x-request-id"] for path in ("/privacy", "/nowhere"))
    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert first != second
