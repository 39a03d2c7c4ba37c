"""The contract's lists and refusals, as an outsider meets them (contract §5, §6)."""

from datetime import timedelta

import pytest

from tests.harness.service import MONDAY, PHONE_CASE, Service


@pytest.fixture
def service(database_url):
    """The product on either database."""
    with Service(database_url) as service:
        yield service


def test_the_list_is_in_order_of_receipt_whatever_was_entered_last(service):
    late, early = (MONDAY - timedelta(days=days) for days in (3, 5))
    numbers = [
        service.post("sue", "/cases", {**PHONE_CASE, "received_at": at.isoformat()}).json()["number"]
        for at in (late, MONDAY, early, late)
    ]
    newest_first = [numbers[1], numbers[3], numbers[0], numbers[2]]
    pages, cursor = [], None
    while True:
        page = service.get("sue", "/cases", limit=1, **({"cursor": cursor} if cursor else {})).json()
        pages += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    whole = [item["number"] for item in service.get("sue", "/cases").json()["items"]]
    assert pages == whole == newest_first


def test_waiting_on_a_closed_case_is_refused_because_it_is_closed(service):
    number = service.post("sue", "/cases", PHONE_CASE).json()["number"]
    service.post("sue", f"/cases/{number}/close", {"outcome": "withdrawn", "summary": "廠商撤回。"})
    refused = service.post("sue", f"/cases/{number}/wait", {"on": "firm", "message": "請補件。"})
    assert refused.status_code == 409
    assert "已辦結" in refused.json()["detail"]
