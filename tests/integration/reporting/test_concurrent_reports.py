"""Reports are counted one at a time, however many are asked for at once."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from bot.web.limits import counting
from tests.harness.pages import Visitor
from tests.harness.service import Service

ASKED = {"from": "2026-10-01", "to": "2026-10-31"}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_eight_reports_wait_for_their_turn_and_hold_up_nothing_else(service):
    service.opened(received_at="2026-10-01T10:00:00+08:00")
    alice = Visitor(service, "alice")
    answers = []

    def ask():
        answers.append(service.get("sue", "/turnaround", **ASKED))

    with counting.turn():
        waiting = [threading.Thread(target=ask) for _ in range(8)]
        for one in waiting:
            one.start()
        time.sleep(0.5)
        assert answers == []
        assert alice.get("/desk").status == 200
    for one in waiting:
        one.join()
    assert [(answer.status_code, answer.json()["received"]) for answer in answers] == [(200, 1)] * 8


def test_more_than_ten_are_told_to_come_again(service):
    sue = Visitor(service, "sue")
    with ExitStack() as crowd:
        for _ in range(counting.WAITING):
            assert counting._ROOM.acquire(blocking=False)
            crowd.callback(counting._ROOM.release)
        answer = service.get("sue", "/turnaround", **ASKED)
        page = sue.get("/desk/turnaround", params=ASKED)
    assert (answer.status_code, answer.json()["code"]) == (503, "reports_busy")
    assert (page.status, "稍候再試" in page.text) == (503, True)
    assert service.get("sue", "/turnaround", **ASKED).status_code == 200
