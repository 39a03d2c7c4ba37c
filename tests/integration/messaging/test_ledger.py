"""The push ledger: what each message cost, the month's sums and forecast, and the policies, by page, call and file."""

from datetime import date, datetime, timedelta

import pytest

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, Role
from routing.ports import Limits
from routing.service.messaging import ledger as service_ledger
from routing.service.messaging import quota
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Outbox
from tests.harness.branch import LINE, Played, add_contact, branch_on
from tests.harness.databases import BOTH
from tests.harness.few_entries import with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service

SUE = Actor(name="sue", role=Role.SUPERVISOR)
PLAIN = Limits(messages=5, token_life=None, key_life=timedelta(hours=1), free_replies=False)


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        yield branch


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def row(session, now, reason="answer", *, contact=None, **values):
    contact = contact or add_contact(session, None, now=now)
    made = outbox_store.put(session, channel="line", contact_id=contact, payload=[], reason=reason, now=now)
    for name, value in values.items():
        setattr(made, name, value)
    session.flush()
    return made


def month(branch, name=None):
    with branch.database.reading() as session:
        found = service_ledger.month_of(name, branch.now)
        return service_ledger.ledger(session, branch.office, SUE, found, now=branch.now)


@pytest.mark.parametrize(("kind", "state", "carried", "limits", "cost"), [
    ("reply", "accepted", False, LINE.limits, "reply"), ("reply", "unknown", False, LINE.limits, "reply"),
    ("reply", "accepted", True, LINE.limits, "reply"), ("push", "accepted", False, LINE.limits, "push"),
    ("push", "pending", False, LINE.limits, "push"), ("push", "accepted", True, LINE.limits, "free"),
    ("push", "parked", False, LINE.limits, "free"), ("push", "dead", False, LINE.limits, "free"),
    ("push", "cancelled", False, LINE.limits, "free"), ("push", "accepted", False, PLAIN, "free"),
    ("push", "accepted", False, None, "free"),
])  # fmt: skip
def test_what_a_message_costs(kind, state, carried, limits, cost):
    """A call is counted once, whatever it holds; a reply, and what is not sent, costs nothing."""
    assert service_ledger.cost_of(kind, state, limits, carried=carried) == cost


def test_the_sums_of_a_month_and_the_share_that_was_free(branch):
    sent = {"state": "accepted", "accepted_at": branch.now}
    with branch.database.writing() as session:
        for _ in range(3):
            row(session, branch.now, kind="reply", **sent)
        pushed = row(session, branch.now, "closed", **sent)
        row(session, branch.now, "survey", carrier_id=pushed.id, **sent)
        row(session, branch.now, "assigned", state="parked")
        row(session, branch.now, "replied", state="dead", error="quota")
    found = month(branch)
    assert found.totals == {"reply": 3, "push": 1, "free": 1}
    assert (found.share, found.not_sent, found.parked, found.held_spent) == (0.8, 2, 1, 1)
    assert found.sums["survey"] == {"reply": 0, "push": 0, "free": 1}


def test_an_empty_month_has_no_share_and_no_forecast(branch):
    found = month(branch)
    assert (found.share, found.pushes_a_case) == (None, None)
    assert found.forecasts[0].pushes is None


def test_a_message_belongs_to_the_month_in_which_it_was_sent(branch):
    """S17, R12: Taipei's month; a notice parked in March and handed over in April is April's."""
    late = datetime(2026, 3, 31, 23, 30, tzinfo=TAIPEI)
    with branch.database.writing() as session:
        row(session, late, kind="reply", state="accepted", accepted_at=late)
        row(session, late, "assigned", state="accepted", accepted_at=late + timedelta(hours=1))
    branch.now = late + timedelta(hours=2)
    assert month(branch, "2026-03").totals == {"reply": 1, "push": 0, "free": 0}
    assert month(branch).totals == {"reply": 0, "push": 1, "free": 0}


def test_the_forecast_goes_on_like_the_last_weeks(branch):
    """Two pushes a working day for ten days: so many for each working day that is left, on what was used."""
    for day in range(14):
        at = branch.now + timedelta(days=day)
        with branch.database.writing() as session:
            for _ in range(2 if at.weekday() < 5 else 0):
                row(session, at, "replied", state="accepted", accepted_at=at)
    branch.now += timedelta(days=13, hours=1)
    (found,) = month(branch).forecasts
    left = branch.office.calendar.working_days_between(branch.now.date(), date(2026, 3, 31))
    per_day = 20 / found.days
    assert (found.used, found.limit) == (20, None)
    assert found.pushes == pytest.approx(20 + per_day * left, abs=1)


def test_lines_own_count_stands_where_it_is_higher(branch):
    """It counts what was sent from LINE's own console too."""
    quota.ask_if_due(branch.database, Played(quota=lambda: (200, 170)), now=branch.now)
    found = month(branch)
    assert (found.forecasts[0].used, found.forecasts[0].limit) == (170, 200)
    assert found.low == ("line",)
    assert "survey" in found.held_back


@pytest.mark.parametrize("name", ["2026-13", "2026-4", "115-03", "2026-04", "x", "2026-03-01"])
def test_a_month_that_is_none_or_lies_ahead_is_refused(branch, name):
    with pytest.raises(Invalid):
        service_ledger.month_of(name, branch.now)


def test_the_ledger_by_call_is_paged_and_says_what_stands_in_the_contract(service):
    with service.runtime.database.writing() as session:
        for _ in range(3):
            row(session, service.now, kind="reply", state="accepted", accepted_at=service.now)
    first = service.get("alice", "/ledger", limit=2).json()
    assert set(first["items"][0]) >= {"at", "number", "reason", "cost", "state"}
    assert (first["items"][0]["cost"], first["totals"]["reply"]) == ("reply", 3)
    second = service.get("alice", "/ledger", limit=2, cursor=first["next_cursor"]).json()
    assert (len(second["items"]), second["next_cursor"]) == (1, None)
    assert service.get("alice", "/ledger", month="2026-99").status_code == 422


def test_the_ledger_as_a_page_and_as_a_file(service):
    with service.runtime.database.writing() as session:
        row(session, service.now, "replied", state="accepted", accepted_at=service.now)
        row(session, service.now, "assigned", state="parked")
    quota.ask_if_due(service.runtime.database, Played(quota=lambda: (200, 170)), now=service.now)
    page = Visitor(service, "alice").get("/desk/ledger").text
    for words in ("計費推播", "承辦人更新通知", "額度 200 則", "保留中的通知"):
        assert words in page
    for ending in ("csv", "xlsx", "ods"):
        answer = Visitor(service, "alice").get(f"/desk/ledger/file.{ending}").answer
        assert answer.status_code == 200
        assert f"ledger-{service.now:%Y-%m}.{ending}" in answer.headers["content-disposition"]
    text = Visitor(service, "alice").get("/desk/ledger/file.csv").answer.text
    assert text.count("\n") == 3
    assert "計費推播" in text
    assert Visitor(service, "alice").get("/desk/ledger/file.exe").status == 404


def test_those_who_lead_are_told_on_their_own_list_that_messages_run_low(service):
    quota.ask_if_due(service.runtime.database, Played(quota=lambda: (200, 170)), now=service.now)
    assert "推播則數已使用 85%" in Visitor(service, "sue").get("/desk").text
    assert "推播則數已使用" not in Visitor(service, "alice").get("/desk").text


def test_policies_are_set_at_the_desk_and_by_call_with_a_reason(service):
    adam = Visitor(service, "adam")
    data = {"notice": "assigned", "when": "hours", "hours": "4", "holds": "1", "why": "主管要求"}
    assert "推播規則已更新" in adam.ask("POST", "/desk/admin/notices/set", data=data).text
    page = adam.get("/desk/admin/notices").text
    assert "逾時未取即推播（4 小時）" in page
    assert "主管要求" in page
    refused = adam.ask("POST", "/desk/admin/notices/set", data={**data, "why": ""})
    assert (refused.status, "請填寫變更原因" in refused.text) == (422, True)
    answer = service.post("adam", "/notice-policies/assigned", {"when": "never", "reason": "改回"})
    assert (answer.status_code, answer.json()["when"], answer.json()["shipped"]) == (200, "never", False)
    fixed = service.post("adam", "/notice-policies/closed", {"when": "never", "reason": "x"})
    assert (fixed.status_code, fixed.json()["code"]) == (422, "notice_fixed")
    assert service.post("adam", "/notice-policies/nothing", {"when": "never", "reason": "x"}).status_code == 404
    assert service.post("adam", "/notice-policies/assigned", {"when": "never"}).status_code == 422
    assert service.post("sue", "/notice-policies/assigned", {"when": "never", "reason": "x"}).status_code == 403
    found = {one["notice"]: one for one in service.get("alice", "/notice-policies").json()["items"]}
    assert (found["assigned"]["set_by"], found["closed"]["fixed"]) == ("adam@kp.example", True)
    trail = adam.get("/desk/admin/audit").text
    assert "變更推播規則" in trail
    assert "改回" in trail


def test_parked_messages_are_shown_with_the_others_and_can_be_sent_now(service):
    with service.runtime.database.writing() as session:
        made = row(session, service.now, "assigned", state="parked").id
    page = Visitor(service, "sue").get("/desk/deliveries?state=parked").text
    assert "立即推播" in page
    assert Visitor(service, "sue").ask("POST", f"/desk/deliveries/{made}/resend", follow=False).status == 303
    with service.runtime.database.reading() as session:
        assert session.get(Outbox, made).state == "pending"
