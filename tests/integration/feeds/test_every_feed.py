"""What holds of every source there is: rows in the documents, figures, and what the notice of privacy says of it."""

from __future__ import annotations

import json
import re

import pytest

from bot.feed_client import HttpFeedClient
from routing.service.feeds import runner
from routing.service.feeds.catalogue import FEEDS
from tests.architecture.tree import ROOT
from tests.harness.databases import migrated
from tests.harness.feed_server import Said, archive, atom, cap, feed_server, water_stop
from tests.harness.pages import Visitor
from tests.harness.service import Service

FIGURES = ("failing", "matched", "skipped", "proposed", "applied")
POWER = "高雄區營業處,C1150001,更換設備,2026/11/18 08:30~16:00,無,高雄市楠梓區全區,1911"
UBN = "04595257"


@pytest.fixture
def server():
    with feed_server() as server:
        closure = cap("[停班停課通知]高雄市:明天停止上班、停止上課。", sent="2026-11-16T08:00:00+08:00")
        stop = water_stop(案件日期時間="2026-11-18 09:00:00", 恢復日期時間="2026-11-18 17:00:00")
        server.at("/taipower", archive(POWER))
        server.at("/water", json.dumps([stop]))
        server.at("/closures", atom(("closure.cap", "高雄市")))
        server.at("/closure.cap", closure)
        server.at(f"/registry/{UBN}", json.dumps([{"Business_Accounting_NO": UBN, "Company_Name": "晴川精密"}]))
        yield server


@pytest.fixture
def service(database_url, server):
    urls = {f"ONESTOP_FEED_{name.upper()}_URL": f"{server.url}/{name}" for name in FEEDS}
    urls["ONESTOP_FEED_REGISTRY_URL"] += "/{ubn}"
    with Service(database_url, **urls) as service:
        service.opened(firm={"name": "晴川精密", "ubn": UBN})
        yield service


def run_all(service):
    done = runner.run_due(service.runtime, service.runtime.feeds, HttpFeedClient(), now=service.now)
    return {one.feed: one for one in done}


def figures(service):
    found = re.findall(r'^onestop_feed_(\w+)\{feed="(\w+)"\} (\S+)$', service.ask("GET", "/metrics").text, re.MULTILINE)
    return {(feed, name): float(value) for name, feed, value in found}


def test_every_source_shows_when_it_was_read_well_and_what_came_of_it(service, server):
    done = run_all(service)
    assert {name: (one.outcome, one.matched, one.proposed) for name, one in done.items()} == dict.fromkeys(
        FEEDS, ("ok", 1, 1)
    )
    before = figures(service)
    assert {feed for feed, _ in before} == set(FEEDS)
    for name in FEEDS:
        assert before[name, "last_good_timestamp_seconds"] == service.now.timestamp()
        assert [before[name, figure] for figure in FIGURES[:4]] == [0.0, 1.0, 0.0, 1.0]
        assert (name, "applied") in before
    good_at = service.now
    service.later(hours=1)
    # The firm is known for a month: nothing is to be asked of the register, so that it cannot fail.
    for path in ("/taipower", "/water", "/closures"):
        server.says[path] = Said(b"down", 503)
    run_all(service)
    after = figures(service)
    for name in ("taipower", "water", "closures"):
        assert (after[name, "failing"], after[name, "last_good_timestamp_seconds"]) == (1.0, good_at.timestamp())
        assert after[name, "matched"] == 1.0
    page = Visitor(service, "adam").get("/desk/admin/feeds").text
    assert page.count("503") >= 3


@pytest.mark.parametrize("name", FEEDS)
def test_every_source_has_its_rows_in_the_documents(name):
    setting = f"ONESTOP_FEED_{name.upper()}_URL"
    assert re.search(rf"^\| `{name}` \| `{setting}` \|", (ROOT / "docs/feeds.md").read_text("utf-8"), re.MULTILINE)
    assert f"| `{setting}` |" in (ROOT / "docs/settings.md").read_text("utf-8")


def test_the_notice_of_privacy_names_the_register_which_alone_is_sent_something(tmp_path_factory, service, server):
    run_all(service)
    assert {path for path, _ in server.asked} == {
        "/taipower",
        "/water",
        "/closures",
        "/closure.cap",
        f"/registry/{UBN}",
    }
    urls = {f"ONESTOP_FEED_{name.upper()}_URL": f"https://{name}.example/{{ubn}}" for name in FEEDS}
    with migrated("sqlite", tmp_path_factory.mktemp("elsewhere")) as url, Service(url, **urls) as elsewhere:
        notice = Visitor(elsewhere).get("/privacy").text
    assert "您提供的統一編號會傳送至 registry.example" in notice
    assert [name for name in FEEDS if f"{name}.example" in notice] == ["registry"]
