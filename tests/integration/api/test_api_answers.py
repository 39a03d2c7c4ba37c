"""Every answer of the API is what its OpenAPI document says, to the last key; nothing in it was written by hand."""

import json

import jsonschema
import pytest

from bot.api.schemas.answers import Turnaround
from tests.harness.few_entries import with_few_entries
from tests.harness.guards import BODIES
from tests.harness.service import PHONE_CASE, Service
from tests.integration.security.test_security_matrix import attached

PERIOD = {"from": "2026-11-01", "to": "2026-11-30"}
REPORTS = [{"kind": kind, **by} for kind in ("ENQ", "APP", "all") for by in ({}, {"by": "unit"}, {"by": "month"})]
REPORTS.append({"by": "unit", "base": "2024"})


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def resolved(document, schema):
    """A schema with its parts, of which none takes a key that it does not name, unless it says so."""
    closed = json.loads(json.dumps(document["components"]["schemas"]))
    for part in closed.values():
        if part.get("type") == "object" and "properties" in part:
            part.setdefault("additionalProperties", False)
    return {**schema, "components": {"schemas": closed}}


def check(service, document, path, method, answer):
    described = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    kind = answer.headers["content-type"].partition(";")[0]
    jsonschema.validate(answer.json(), resolved(document, described[kind]["schema"]))


def test_answers_are_as_described(service):
    document = service.ask("GET", "/api/v1/openapi.json").json()
    number = service.opened(firm={"name": "晴川精密有限公司", "ubn": "04595257"})
    service.opened(firm={"name": "另一家公司", "ubn": "04595257"})
    asked = service.asked_of()
    sent = attached(service, number)["outbox_id"]
    case = "/api/v1/cases/{number}"
    for name in ("messages", "kind", "wait", "resume", "extension", "extension/approval", "close", "close", "reopen"):
        body = BODIES[name.rpartition("/")[2]]
        answer = service.post("sue", f"/cases/{number}/{name}", body)
        check(service, document, f"{case}/{name}", "post", answer)
    check(service, document, "/api/v1/cases", "post", service.post("alice", "/cases", PHONE_CASE))
    check(service, document, "/api/v1/cases", "post", service.post("alice", "/cases", {}))
    resent = service.post("sue", f"/deliveries/{sent}/resend")
    check(service, document, "/api/v1/deliveries/{delivery_id}/resend", "post", resent)
    policy = service.post("adam", "/notice-policies/assigned", BODIES["{notice}"])
    check(service, document, "/api/v1/notice-policies/{notice}", "post", policy)
    limited = service.post("adam", "/kind-limits", BODIES["kind-limits"])
    check(service, document, "/api/v1/kind-limits", "post", limited)
    path = f"/api/v1/kind-limits/{limited.json()['id']}"
    taken_back = service.ask("DELETE", path, headers=service.headers("adam"))
    check(service, document, "/api/v1/kind-limits/{limit_id}", "delete", taken_back)
    consulted = service.post("alice", f"/cases/{asked}/consultations", BODIES["consultations"])
    check(service, document, f"{case}/consultations", "post", consulted)
    one, answered = consulted.json()["id"], "/api/v1/consultations/{consultation_id}"
    check(service, document, answered, "get", service.get("alice", f"/consultations/{one}"))
    answer = service.post("alice", f"/consultations/{one}/answer", BODIES["answer"])
    check(service, document, f"{answered}/answer", "post", answer)
    made = service.post("alice", "/incidents", BODIES["incidents"])
    check(service, document, "/api/v1/incidents", "post", made)
    incident, at = made.json()["id"], "/api/v1/incidents/{incident_id}"
    for name in ("cases", "messages", "close"):
        body = {"numbers": [asked]} if name == "cases" else BODIES.get(f"{at}/{name}", BODIES.get(name))
        check(service, document, f"{at}/{name}", "post", service.post("alice", f"/incidents/{incident}/{name}", body))
    check(service, document, at, "get", service.get("carol", f"/incidents/{incident}"))
    for who in ("alice", "carol", "sue", "tai"):
        for one in (number, asked):
            check(service, document, case, "get", service.get(who, f"/cases/{one}"))
        for path in (
            "cases",
            "me",
            "staff",
            "deliveries",
            "knowledge",
            "ledger",
            "notice-policies",
            "kind-limits",
            "consultations",
            "incidents",
        ):
            check(service, document, f"/api/v1/{path}", "get", service.get(who, f"/{path}"))
    check(service, document, "/api/v1/satisfaction", "get", service.get("sue", "/satisfaction", **PERIOD))
    for query in REPORTS:
        check(service, document, "/api/v1/turnaround", "get", service.get("sue", "/turnaround", **PERIOD, **query))
    check(service, document, "/api/v1/turnaround/held", "get", service.get("sue", "/turnaround/held", **PERIOD))
    check(service, document, "/api/v1/turnaround/bot", "get", service.get("sue", "/turnaround/bot", **PERIOD))


@pytest.mark.parametrize("query", REPORTS, ids=str)
def test_the_model_of_the_report_has_its_keys_in_their_order_and_loses_no_digit(service, query):
    """The report is written out as it was counted; the model that describes it says the same."""
    for days in (0, 1, 3):
        number = service.opened()
        service.later(days=days, minutes=17)
        service.post("sue", f"/cases/{number}/messages", BODIES["messages"])
        service.post("sue", f"/cases/{number}/close", {"outcome": "answered", "summary": "x"})
    answer = service.get("sue", "/turnaround", **PERIOD, **query)
    read = Turnaround.model_validate_json(answer.text, extra="forbid")
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == answer.json()


def test_a_report_has_the_type_that_its_description_names(service):
    """JSON, or the file that was asked for: whoever makes a client of the description can read both."""
    paths = service.ask("GET", "/api/v1/openapi.json").json()["paths"]
    for path, query, table in (
        ("/turnaround", PERIOD, ""), ("/turnaround/bot", PERIOD, ""),
        ("/turnaround/held", {**PERIOD, "by": "unit"}, ""),
        ("/turnaround/week", {}, "due"), ("/turnaround/service", PERIOD, "partners"), ("/annual/{year}", {}, "time"),
    ):  # fmt: skip
        described = paths[f"/api/v1{path}"]["get"]["responses"]["200"]["content"]
        for form in ("json", "csv", "xlsx", "ods"):
            asked = {**query, "format": form, **({"table": table} if table and form == "csv" else {})}
            address = f"/api/v1{path.format(year=2026)}"
            answer = service.ask("GET", address, headers=service.headers("sue"), params=asked)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].partition(";")[0] in described, (path, form)


def test_a_file_of_a_case_has_a_type_that_its_description_names(service):
    number = service.opened()
    attached(service, number)
    document = service.ask("GET", "/api/v1/openapi.json").json()
    listed = service.ask("GET", f"/api/v1/cases/{number}/files", headers=service.headers("sue")).json()["items"]
    answer = service.ask("GET", f"/api/v1/cases/{number}/files/{listed[0]['id']}", headers=service.headers("sue"))
    described = document["paths"]["/api/v1/cases/{number}/files/{media_id}"]["get"]["responses"]["200"]["content"]
    assert answer.headers["content-type"].partition(";")[0] in described
