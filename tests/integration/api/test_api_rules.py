"""Who may do what, versions, repeats, and input of every kind, over HTTP on both databases (contract §5)."""

import functools
import operator
import threading

import pytest

from routing.service import idempotency
from tests.harness.cast import email
from tests.harness.service import PHONE_CASE, Service

REPLY = {"text": "已電話說明。", "via": "phone"}
STEPS = {
    "messages": REPLY,
    "assignment": {"assignee": email("bob")},
    "category": {"category": "tax", "reason": "x"},
    "kind": {"kind": "PET", "reason": "x"},
    "wait": {"on": "firm", "message": "x"},
    "extension": {"days": 1, "reason": "x"},
    "close": {"outcome": "withdrawn", "summary": "x"},
    "confidential": {"confidential": True},
}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@pytest.fixture
def sqlite(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'onestop.db'}") as service:
        yield service


def problem(answer, status, code=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert code is None or body["code"] == code
    return body


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic eDp5"}])
def test_nobody_gets_in_without_a_token(sqlite, authorization):
    for path in ("/cases", "/cases/KP-1151116-0001", "/me", "/staff", "/knowledge", "/deliveries", "/turnaround"):
        problem(sqlite.ask("GET", f"/api/v1{path}", headers=authorization), 401, "unauthenticated")
    problem(sqlite.ask("POST", "/api/v1/cases", headers=authorization, json=PHONE_CASE), 401, "unauthenticated")


def test_officers_write_their_units_cases_and_only_read_others(service):
    number = service.opened()
    assert service.get("carol", f"/cases/{number}").status_code == 200
    for name, body in STEPS.items():
        problem(service.post("carol", f"/cases/{number}/{name}", body), 403, "forbidden")
    assert service.post("bob", f"/cases/{number}/messages", REPLY).status_code == 201
    for who in ("sue", "adam"):
        assert service.post(who, f"/cases/{number}/messages", REPLY).status_code == 201


def test_another_units_confidential_case_does_not_exist(service):
    number = service.opened()
    assert service.post("alice", f"/cases/{number}/confidential", {"confidential": True}).status_code == 200
    problem(service.get("carol", f"/cases/{number}"), 404, "not_found")
    for name, body in STEPS.items():
        problem(service.post("carol", f"/cases/{number}/{name}", body), 404, "not_found")
    assert service.get("carol", "/cases").json()["items"] == []
    for who in ("bob", "sue", "adam"):
        assert [item["number"] for item in service.get(who, "/cases").json()["items"]] == [number]


def test_figures_of_colleagues_are_for_leaders(service):
    query = {"from": "2026-10-01", "to": "2026-10-31", "by": "officer"}
    problem(service.get("alice", "/turnaround", **query), 403, "forbidden")
    assert service.get("sue", "/turnaround", **query).status_code == 200


def test_a_partner_sees_only_what_was_asked_of_its_agency(service):
    asked, other = service.asked_of("taipower"), service.opened()
    assert [item["number"] for item in service.get("tai", "/cases").json()["items"]] == [asked]
    assert service.get("tai", f"/cases/{asked}").status_code == 200
    problem(service.get("tai", f"/cases/{other}"), 404)
    problem(service.get("nina", f"/cases/{asked}"), 404)
    assert service.get("nina", "/cases").json()["items"] == []
    for path in ("/staff", "/deliveries", "/turnaround?from=2026-01-01&to=2026-01-31"):
        problem(service.ask("GET", f"/api/v1{path}", headers=service.headers("tai")), 403)
    problem(service.post("tai", "/cases", PHONE_CASE), 403)


def test_a_partner_answers_and_nothing_else(service):
    number = service.asked_of("taipower")
    assert service.post("alice", f"/cases/{number}/messages", {"text": "內部", "internal": True}).status_code == 201
    for name, body in STEPS.items():
        problem(service.post("tai", f"/cases/{number}/{name}", body), 403)
    read = service.get("tai", f"/cases/{number}")
    assert [message["text"] for message in read.json()["messages"]] == ["請協助確認契約容量。"]
    problem(service.post("tai", f"/cases/{number}/resume"), 409, "answer_missing")
    answer, path = {"text": "容量足夠。", "internal": True}, f"/cases/{number}/messages"
    problem(service.post("tai", path, answer, If_Match='"1"'), 412)
    answered = service.post("tai", path, answer, If_Match=read.headers["etag"])
    assert (answered.status_code, answered.json()["status"]) == (201, "in_progress")
    problem(service.post("tai", path, answer), 404)
    problem(service.get("tai", f"/cases/{number}"), 404)
    assert "容量足夠。" in service.get("alice", f"/cases/{number}").text


def test_a_stale_if_match_is_412_and_changes_nothing(service):
    number = service.opened()
    tag = service.get("alice", f"/cases/{number}").headers["etag"]
    first = service.post("alice", f"/cases/{number}/messages", REPLY, If_Match=tag)
    assert first.status_code == 201
    problem(service.post("bob", f"/cases/{number}/messages", REPLY, If_Match=tag), 412, "stale_version")
    again = service.post("bob", f"/cases/{number}/messages", REPLY, If_Match=first.headers["etag"])
    assert again.status_code == 201
    assert service.post("bob", f"/cases/{number}/messages", REPLY, If_Match="*").status_code == 201
    problem(service.post("bob", f"/cases/{number}/messages", REPLY, If_Match='"x"'), 412)


def test_a_repeat_gets_the_first_answer_and_has_no_effect(service):
    number = service.opened()
    first = service.post("alice", f"/cases/{number}/messages", REPLY, Idempotency_Key="k1")
    again = service.post("alice", f"/cases/{number}/messages", dict(reversed(REPLY.items())), Idempotency_Key="k1")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert service.get("alice", f"/cases/{number}").json()["version"] == first.json()["version"]
    other = service.post("alice", f"/cases/{number}/messages", {**REPLY, "text": "x"}, Idempotency_Key="k1")
    problem(other, 422, "idempotency_key_reused")
    elsewhere = service.post("alice", "/cases", PHONE_CASE, Idempotency_Key="k1")
    problem(elsewhere, 422, "idempotency_key_reused")
    mine = service.post("bob", f"/cases/{number}/messages", REPLY, Idempotency_Key="k1")
    assert mine.json()["version"] == first.json()["version"] + 1
    service.now += idempotency.KEPT
    service.later(seconds=1)
    assert service.post("alice", f"/cases/{number}/messages", REPLY, Idempotency_Key="k1").json()["version"] > 3


def test_a_repeat_of_a_refusal_is_refused_though_the_case_moved_on(service):
    number = service.opened()
    close = {"outcome": "answered", "summary": "x"}
    problem(service.post("alice", f"/cases/{number}/close", close, Idempotency_Key="k"), 409, "no_answer_given")
    assert service.post("alice", f"/cases/{number}/messages", REPLY).status_code == 201
    problem(service.post("alice", f"/cases/{number}/close", close, Idempotency_Key="k"), 409, "no_answer_given")
    assert service.post("alice", f"/cases/{number}/close", close, Idempotency_Key="k2").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_an_impossible_key_is_refused(sqlite, key):
    problem(sqlite.post("alice", "/cases", PHONE_CASE, Idempotency_Key=key), 422, "invalid")


def test_many_at_once_with_one_key_make_one_case(service):
    answers = []

    def send():
        answers.append(service.post("alice", "/cases", PHONE_CASE, Idempotency_Key="one"))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["number"] for answer in answers} == {"KP-1151116-0001"}
    assert len(service.get("alice", "/cases").json()["items"]) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "KP-1151116-9999"), ("status", "closed"), ("unit", "投資服務科"),
        ("assigned_to", "x@y"), ("version", 9),
        ("imported", True), ("confidential", True), ("first_contact_at", "2026-11-16T08:00:00+08:00"), ("id", 1),
    ],
)  # fmt: skip
def test_a_new_case_takes_no_field_but_its_own(sqlite, field, value):
    """S7: nothing is assigned that is not named."""
    assert problem(sqlite.post("alice", "/cases", {**PHONE_CASE, field: value}), 422, "invalid")["field"] == field
    number = sqlite.opened()
    for name, body in STEPS.items():
        if field not in body:
            problem(sqlite.post("alice", f"/cases/{number}/{name}", {**body, field: value}), 422)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "fax"}, "channel"), ({"category": "smalltalk"}, "category"), ({"kind": "XXX"}, "kind"),
        ({"text": ""}, "text"), ({"text": 5}, "text"), ({"text": "x" * 4001}, "text"), ({"text": "a\x00b"}, "text"),
        ({"park": "火星"}, "park"), ({"phone": "0" * 41}, "phone"), ({"contact": ["x"]}, "contact"),
        ({"received_at": "2026-11-16T09:00:00"}, "received_at"), ({"received_at": 1763254800}, "received_at"),
        ({"received_at": "2026-11-16T09:00:01+08:00"}, "received_at"), ({"received_at": "yesterday"}, "received_at"),
        ({"received_at": "2023-12-31T09:00:00+08:00"}, "received_at"), ({"firm": {"ubn": "1234567"}}, "firm"),
    ],
)  # fmt: skip
def test_a_new_case_that_cannot_be_used_says_which_field(sqlite, changes, field):
    found = problem(sqlite.post("alice", "/cases", {**PHONE_CASE, **changes}), 422, "invalid")
    assert found["field"].split(".")[0] == field


def test_times_of_a_step_need_an_offset_and_lie_between_receipt_and_now(sqlite):
    number = sqlite.opened()
    sqlite.later(hours=1)
    for at in ("2026-11-16T09:30:00", "2026-11-16T08:59:59+08:00", "2026-11-16T10:00:01+08:00", ""):
        body = {**REPLY, "at": at}
        assert problem(sqlite.post("alice", f"/cases/{number}/messages", body), 422)["field"] == "at"
    body = {"kind": "APP", "reason": "x", "filed_at": "2026-11-16T09:30:00"}
    assert problem(sqlite.post("alice", f"/cases/{number}/kind", body), 422)["field"] == "filed_at"
    body = {"on": "firm", "message": "x", "until": "2026-11-15"}
    assert problem(sqlite.post("alice", f"/cases/{number}/wait", body), 422)["field"] == "until"


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"null", b'"x"', b'{"text": "\xff"}', b"[" * 10_000])
def test_a_body_that_is_no_object_is_422(sqlite, body):
    number = sqlite.opened()
    headers = {**sqlite.headers("alice"), "Content-Type": "application/json"}
    problem(sqlite.ask("POST", f"/api/v1/cases/{number}/messages", content=body, headers=headers), 422)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "open"}, "status"), ({"kind": "enq"}, "kind"), ({"category": "x"}, "category"),
        ({"unit": "x"}, "unit"),
        ({"overdue": "maybe"}, "overdue"), ({"waiting_on": "me"}, "waiting_on"), ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"), ({"limit": "x"}, "limit"), ({"cursor": "x"}, "cursor"),
        ({"cursor": "9" * 30}, "cursor"),
        ({"q": "a\x00b"}, "q"), ({"stauts": "closed"}, "stauts"),
    ],
)  # fmt: skip
def test_an_unknown_query_names_its_field(sqlite, query, field):
    assert problem(sqlite.get("alice", "/cases", **query), 422, "invalid")["field"].split(".")[0] == field


def test_lists_are_narrowed_and_paged_newest_first(service):
    numbers = [service.post("alice", "/cases", {**PHONE_CASE, "text": f"第 {n} 案"}).json()["number"] for n in range(5)]
    tax = service.post("alice", "/cases", {**PHONE_CASE, "category": "tax", "firm": "玉山嶺"}).json()["number"]
    service.post("sue", f"/cases/{numbers[0]}/wait", {"on": "firm", "message": "x"})
    service.post("sue", f"/cases/{numbers[1]}/close", {"outcome": "withdrawn", "summary": "x"})
    service.post("sue", f"/cases/{numbers[2]}/assignment", {"assignee": None})

    def found(**query):
        return [item["number"] for item in service.get("sue", "/cases", **query).json()["items"]]

    assert found() == [tax, *reversed(numbers)]
    assert (
        found(category="tax") == found(unit="投資服務科") == found(assignee=email("carol")) == found(q="玉山") == [tax]
    )
    assert found(waiting_on="firm") == found(status="waiting_firm") == [numbers[0]]
    assert found(status="closed,waiting_firm") == found(status=["closed", "waiting_firm"]) == [numbers[1], numbers[0]]
    assert found(assignee="none") == found(status="received") == [numbers[2]]
    assert found(q="第 3 案") == [numbers[3]]
    assert found(kind="PET") == found(overdue="true") == []
    service.later(days=10)
    assert set(found(overdue="true")) == {tax, *numbers[2:]}
    pages, cursor = [], None
    while True:
        page = service.get("sue", "/cases", limit=4, **({"cursor": cursor} if cursor else {})).json()
        pages.append([item["number"] for item in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [len(page) for page in pages] == [4, 2]
    assert functools.reduce(operator.iadd, pages, []) == found()


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", '"; DROP TABLE service_case; --', "%", "_", "\\", "😀", "{{7*7}}", "%s"]
)
def test_what_looks_like_code_is_only_text(service, text):
    number = service.opened(text=text, firm=f"公司{text}", contact=text)
    service.opened(text="尋常")
    assert [item["number"] for item in service.get("sue", "/cases", q=text).json()["items"]] == [number]
    assert service.get("sue", f"/cases/{number}").json()["messages"][0]["text"] == text
    problem(service.get("sue", "/cases", unit=text), 422)
    assert service.get("sue", "/cases", assignee=text).json()["items"] == []


@pytest.mark.parametrize("number", ["KP-1151116-0001", "x", "%00", "'", "KP-1151116-0001-0001-0001-0001"])
def test_a_number_that_is_none_is_404_or_422(sqlite, number):
    answer = sqlite.ask("GET", f"/api/v1/cases/{number}", headers=sqlite.headers("alice"))
    problem(answer, answer.status_code)
    assert answer.status_code in {404, 422}


def test_who_is_asking_and_colleagues(sqlite):
    assert sqlite.get("alice", "/me").json() == {
        "email": email("alice"), "name": "alice", "role": "officer", "unit": "用地工程科", "agency": None,
    }  # fmt: skip
    people = sqlite.get("alice", "/staff").json()["items"]
    assert {person["email"] for person in people} == {email(name) for name in sqlite.tokens}
    assert not any("password" in key for person in people for key in person)


def test_knowledge_is_listed_with_sources_and_paged(sqlite):
    first = sqlite.get("alice", "/knowledge", limit=2, category="land").json()
    assert [item["category"] for item in first["items"]] == ["land", "land"]
    assert {"id", "question", "answer", "basis", "verified", "review"} <= set(first["items"][0])
    second = sqlite.get("alice", "/knowledge", limit=2, category="land", cursor=first["next_cursor"]).json()
    assert second["items"][0]["id"] > first["items"][1]["id"]
    problem(sqlite.get("alice", "/knowledge", category="x"), 422)


def test_the_api_describes_itself(sqlite):
    document = sqlite.ask("GET", "/api/v1/openapi.json").json()
    calls = {path for path in document["paths"] if path.startswith("/api/v1/cases/{number}/")}
    assert {path.rsplit("/", 1)[-1] for path in calls} >= {*STEPS, "resume", "approval", "reopen"}
    case = document["paths"]["/api/v1/cases/{number}/close"]["post"]
    assert {"200", "401", "403", "404", "409", "412", "422"} <= set(case["responses"])
    schema = case["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Case"}
    parts = document["components"]["schemas"]
    read = sqlite.get("alice", f"/cases/{sqlite.opened()}").json()["case"]
    there_if_something_waits = {"marks", "call", "undelivered", "firm_spoke_at", "partner_answered_at", "snoozed_until"}
    there_if_unread = {"unread"}
    there_if_joined = {"merged_into", "links", "incident"}
    assert set(parts["Case"]["properties"]) - set(read) == there_if_something_waits | there_if_unread | there_if_joined
    assert set(read) <= set(parts["Case"]["properties"])
    assert parts["Case"]["properties"]["received_at"]["anyOf"][0] == {"type": "string", "format": "date-time"}
    refused = case["responses"]["409"]["content"]["application/problem+json"]["schema"]
    assert {"type", "title", "status", "code", "detail"} <= set(refused["properties"])
