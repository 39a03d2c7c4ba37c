"""What a signed-in person or a token is refused stands in the audit trail, bounded, without words of the request."""

import pytest
from sqlalchemy import select

from routing.service.accounts import refused_access
from routing.store.accounts.schema import Audit
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import MONDAY, Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def noted(service, *, end=True):
    """Refusals in the trail: who, of what, and the details; ``end``: those that are yet to be counted up, too."""
    refusals = service.app.state.access_refusals
    if end:
        refusals.settle(now=service.now)
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == refused_access.REFUSED).order_by(Audit.id))
        return [(row.actor, row.subject, row.detail) for row in rows]


def confidential(service):
    """A case of Alice's that other units may not know of."""
    number = service.opened()
    made = service.post("sue", f"/cases/{number}/confidential", {"confidential": True})
    assert made.status_code == 200, made.text
    return number


def test_a_hidden_case_at_a_page_and_a_call_is_noted_with_its_number(service):
    number = confidential(service)
    assert Visitor(service, "carol").get(f"/desk/cases/{number}?q=secret+words").status == 404
    assert service.get("carol", f"/cases/{number}").status_code == 404
    (page, call) = noted(service)
    assert page[:2] == call[:2] == (email("carol"), number)
    assert page[2] == {"route": "GET /desk/cases/{number}", "refused": ["not_found"], "times": 1}
    assert {**call[2], "token": ""} == {
        "route": "GET /api/v1/cases/{number}", "refused": ["not_found"], "times": 1, "token": "",
    }  # fmt: skip
    assert len(call[2]["token"]) == 12


def test_a_page_that_is_not_for_somebody_is_noted_by_name(service):
    assert Visitor(service, "alice").get("/desk/admin/staff").status == 403
    ((actor, subject, detail),) = noted(service)
    assert (actor, subject) == (email("alice"), "staff")
    assert detail == {"route": "GET /desk/admin/{name}", "refused": ["forbidden"], "times": 1}


def test_a_writing_call_is_noted_with_its_code_also_under_an_idempotency_key(service):
    number = service.opened()
    body = {"text": "x", "internal": False, "via": "phone"}
    assert service.post("carol", f"/cases/{number}/messages", body).status_code == 403
    assert service.post("carol", f"/cases/{number}/close", {"outcome": "answered", "summary": "x"},
                        Idempotency_Key="k" * 16).status_code == 403  # fmt: skip
    assert [(subject, detail["route"], detail["refused"]) for _, subject, detail in noted(service)] == [
        (number, "POST /api/v1/cases/{number}/messages", ["forbidden"]),
        (number, "POST /api/v1/cases/{number}/close", ["forbidden"]),
    ]


def test_whoever_tries_numbers_leaves_two_entries_a_minute_with_the_count_and_the_first_of_them(service):
    for n in range(40):
        assert service.get("carol", f"/cases/KP-1151116-{n:04}").status_code == 404
    rows = noted(service, end=False)
    service.later(seconds=59)
    service.ask("GET", "/healthz")
    assert noted(service, end=False) == rows
    service.later(seconds=1)
    service.ask("GET", "/healthz")
    rows = noted(service)
    assert [(detail["times"], len(subject.split())) for _, subject, detail in rows] == [(1, 1), (39, 10)]
    assert rows[1][1].startswith("KP-1151116-0001 KP-1151116-0002 ")
    assert service.get("carol", "/cases/KP-1151116-9999").status_code == 404
    assert [detail["times"] for _, _, detail in noted(service)] == [1, 39, 1]


def test_whoever_tries_every_route_is_bounded_too():
    counted, now = refused_access.Counted(), MONDAY
    caller = refused_access.Caller("carol@kp.example")
    first = [counted.add(caller, f"GET /{n}", "-", "forbidden", now=now) for n in range(500)]
    ended = counted.over(now, all_of_them=True)
    assert len([one for one in first if one]) == refused_access.MOST_ROUTES + 1
    assert [(one.route, one.times) for one in ended] == [(refused_access.ELSEWHERE, 479)]
    assert counted.over(now, all_of_them=True) == []


def test_words_in_an_address_are_not_kept(service):
    assert Visitor(service, "alice").get("/desk/cases/陳小姐 07-0000000").status == 404
    assert [(subject, detail["route"]) for _, subject, detail in noted(service)] == [("…", "GET /desk/cases/{number}")]


def test_what_is_no_refusal_of_a_known_person_is_not_noted(service):
    number = service.opened()
    assert service.get("alice", f"/cases/{number}").status_code == 200
    assert service.ask("GET", f"/api/v1/cases/{number}").status_code == 401
    assert Visitor(service, "alice").get("/desk/no-such-page-at-all").status == 404
    assert service.post("alice", f"/cases/{number}/messages", {"odd": 1}).status_code == 422
    assert noted(service) == []


def test_an_administrator_finds_it_by_person_number_and_action(service):
    number = confidential(service)
    service.get("carol", f"/cases/{number}")
    assert noted(service)
    admin = Visitor(service, "adam")
    for query in (f"actor={email('carol')}", f"subject={number}", "action=access.refused"):
        page = admin.get(f"/desk/admin/audit?{query}")
        assert page.outline.broken_rules() == []
        for words in ("存取遭拒", "頁面或介面：GET /api/v1/cases/{number}", "拒絕原因：查無，或不得得知", "次數：1"):
            assert words in page.text, (query, words)
