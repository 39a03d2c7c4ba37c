"""What the desk approves and teaches is active in every process, without a restart."""

from __future__ import annotations

import time

from tests.harness import local_http
from tests.harness.product import Product
from tests.harness.simulator import Phone, words
from tests.harness.waiting import eventually

ENTRY = "land-find-platform"
ADDRESS = "https://land.example.gov.tw/"
SECONDS = 5.0


def asked(firm: Phone) -> str:
    """What the firm reads after picking the entry."""
    seen = len(firm.received())
    firm.do("postback", data=f"action=faq&id={ENTRY}")
    return words(*firm.answer_after(seen))


def test_a_verified_address_is_under_the_answer_of_every_server_and_worker_within_five_seconds(
    deployed: Product,
) -> None:
    """No phrasing changes, so nothing is fitted: what is measured is the way from the desk to the phone."""
    firm = deployed.line.person()
    answered = asked(firm)
    assert "線上申辦" not in answered
    headers = {"Authorization": f"Bearer {deployed.tokens['olga']}"}
    form = {"address": ADDRESS, "verified": ""}
    kept = local_http.post(f"{deployed.url}/desk/knowledge/services/land-matching", data=form, headers=headers)
    assert kept.status_code == 303, kept.text
    since = time.monotonic()
    for port in deployed.ports:
        page = f"http://127.0.0.1:{port}/desk/knowledge/services"
        assert ADDRESS in local_http.get(page, headers=headers).text
    # Any of the workers may answer: each has to know, so several answers in a row must show it.
    right = 0
    while right < 2 * max(deployed.workers, 1):
        assert time.monotonic() - since < SECONDS + 10, "some worker does not know"
        shown = asked(firm)
        known = "線上申辦" in shown
        assert known or time.monotonic() - since < SECONDS, "not live within five seconds"
        right = right + 1 if known else 0
    eventually(lambda: "我卡住了" in asked(firm), what="the way to a person")
