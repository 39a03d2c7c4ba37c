"""Roads and districts of parks are the branch's: an administrator fills them in, and the next reading goes by them."""

from __future__ import annotations

import json

import pytest

from bot.feed_client import HttpFeedClient
from routing.service.feeds import runner
from tests.harness.feed_server import feed_server, water_stop
from tests.harness.pages import Visitor
from tests.harness.service import Service

PARKS = "/desk/admin/directory/parks"


@pytest.fixture
def server():
    with feed_server() as server:
        yield server


@pytest.fixture
def service(database_url, server):
    stop = water_stop(
        影響行政區="大寮區",
        停水地區="大寮區鳳林三路、華東路一帶",
        案件日期時間="2026-11-19 09:00:00",
        恢復日期時間="2026-11-19 17:00:00",
    )
    url = server.at("/water", json.dumps([stop]), headers={"ETag": '"v1"'})
    with Service(database_url, ONESTOP_FEED_WATER_URL=url) as service:
        yield service


def read(service):
    found = runner.run(
        service.runtime, service.runtime.feeds["water"], HttpFeedClient(), now=service.now, asked=True
    )  # fmt: skip
    assert found is not None
    return found


def test_a_road_that_an_administrator_enters_is_matched_from_the_next_reading_and_no_longer_when_taken_out(service):
    assert read(service).matched == 0
    adam = Visitor(service, "adam")
    adam.send(adam.get(f"{PARKS}/dafa"), f"{PARKS}/dafa", roads="華東路\n大有一街")
    service.later(minutes=20)
    done = read(service)
    assert (done.outcome, done.matched, done.proposed) == ("ok", 1, 1)
    assert "大發" in adam.get("/desk/admin/feeds").text
    drafted = Visitor(service, "sue").get("/desk/notices").text
    assert "預定停水：大發產業園區" in drafted
    assert "道路" in adam.get("/desk/admin/audit").text
    adam.send(adam.get(f"{PARKS}/dafa"), f"{PARKS}/dafa", roads="")
    service.later(minutes=20)
    assert read(service).matched == 0
    adam.send(adam.get(f"{PARKS}/dafa"), f"{PARKS}/dafa", roads="華東路", district="鳳山區")
    service.later(minutes=20)
    assert read(service).matched == 0
