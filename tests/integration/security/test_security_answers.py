"""S12 and S13: what every answer carries and never carries: headers, secrets, people; logs, figures, addresses."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import io
import json
import logging
import sys
from urllib.parse import unquote

import httpx
import pytest
import structlog
from sqlalchemy.exc import OperationalError

from bot.line import webhook
from bot.web import logs
from routing.service.messaging.inbox_writer import Intake
from tests.harness.cast import email
from tests.harness.guards import GUARDS
from tests.harness.hostile_input import routes
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service
from tests.integration.security.test_security_matrix import attached

SECRETS = {
    "LINE_CHANNEL_SECRET": "canary-channel-secret", "LINE_CHANNEL_ACCESS_TOKEN": "canary-access-token",
    "ONESTOP_SECRET_KEY": "canary-secret-key", "ONESTOP_METRICS_TOKEN": "canary-metrics-token",
}  # fmt: skip
PERSON = {"firm": "canary-firm", "contact": "canary-person", "phone": "0900-canary", "text": "A123456789 canary-words"}
CANARIES = ("canary", "A123456789", "ost_", "$argon2", "Traceback", 'File "', ".py")
ALWAYS = {
    "x-content-type-options": "nosniff", "referrer-policy": "same-origin", "cross-origin-opener-policy": "same-origin",
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('answers') / 'desk.db'}", **SECRETS) as service:
        service.app.state.intake = Intake(service.runtime.database, lambda: None)
        yield service
        service.app.state.intake.stop()


@pytest.fixture
def logged(monkeypatch):
    """Everything that is logged, as it leaves the process."""
    stream = io.StringIO()
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    monkeypatch.setattr(sys, "stderr", stream)
    structlog.reset_defaults()
    logs.configure("DEBUG")
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def calm(service, method, path, **given):
    """An answer also where the application raises: what a server would send."""

    async def asking():
        transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **given)

    return asyncio.run(asking())


def held(answer) -> None:
    """The headers that no answer lacks (ASVS 3.4)."""
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy or "unsafe-inline" not in policy
    kind = answer.headers.get("content-type", "")
    assert not kind.startswith("text/") or "charset" in kind
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers


@pytest.mark.parametrize(("method", "path"), sorted(GUARDS))
def test_every_route_answers_with_the_headers_and_nothing_is_kept_by_browsers(service, method, path):
    """S13: for somebody and for nobody, found or not."""
    assert (method, path) in routes(service.app)
    for who in (None, "adam"):
        got = (
            Visitor(service, who).ask(method, path, follow=False, data={"a": "b"} if method == "POST" else None).answer
        )
        held(got)
        assert got.headers["cache-control"] in {"no-store", "private, no-store"} or path.startswith("/static")


STRANGE = [
    ("GET", "/nothing"), ("GET", "/desk/nothing"), ("GET", "/api/v1/nothing"), ("DELETE", "/api/v1/cases"),
    ("PUT", "/desk"), ("POST", "/healthz"), ("GET", "/static/nothing.js"), ("GET", "/static/desk.css"),
    ("GET", "/desk/"),
    ("OPTIONS", "/desk"), ("TRACE", "/desk"), ("POST", "/api/v1/cases"), ("GET", "/api/v1/cases?limit=x"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), STRANGE)
def test_what_is_refused_is_refused_in_the_same_dress(service, method, path):
    answer = calm(service, method, path, headers=service.headers("adam"), content=b"{")
    held(answer)
    assert answer.status_code < 500
    if path.startswith("/api/") and answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"code", "detail", "status"} <= set(answer.json())


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/api/v1/docs", "/docs/oauth2-redirect"])
def test_there_is_no_explorer(service, path):
    assert calm(service, "GET", path).status_code == 404


@pytest.mark.parametrize("error", [ValueError, OperationalError], ids=["mistake", "database"])
@pytest.mark.parametrize("path", ["/desk/cases", "/api/v1/cases"])
def test_a_failure_says_little_and_wears_the_headers(service, logged, monkeypatch, path, error):
    """S12, S13: a code and a sentence; nothing of the program, of anybody's words, or of a secret."""

    def fall(*_args, **_values):
        words = 'canary-words of 王小姐\n{"event": "forged"}'
        raise error(words, {"q": words}, Exception(words)) if error is OperationalError else error(words)

    monkeypatch.setattr(service.runtime.database, "reading", fall)
    answer = calm(
        service, "GET", path, params={"q": "canary-query"}, headers={**service.headers("adam"), "Cookie": "sid=x"}
    )
    assert answer.status_code == (503 if error is OperationalError else 500)
    held(answer)
    for canary in CANARIES:
        assert canary not in answer.text
        assert canary not in logged.getvalue().replace(".py:", "")
    assert all(json.loads(line)["level"] == "error" for line in logged.getvalue().splitlines())


def test_nothing_of_people_or_secrets_leaves_through_logs_figures_or_addresses(service, logged):
    """S12: canaries through entering, answering, asking, closing, failing, signing in and LINE's webhook."""
    number = service.opened(**PERSON)
    with_file = attached(service, number)
    for step, body in (
        ("messages", {"text": "canary-answer\nforged line", "via": "letter", "doc_no": "canary-doc"}),
        ("wait", {"on": "firm", "message": "canary-wait"}), ("resume", {}),
        ("close", {"outcome": "answered", "summary": "canary-end"}),
        ("messages", {"text": "canary", "nonsense": "canary"}), ("reopen", {"reason": "canary-reason"}),
    ):  # fmt: skip
        service.post("alice", f"/cases/{number}/{step}", body)
    alice = Visitor(service, "alice")
    visited = [
        alice.step(number, "note", text="canary-note\r\nforged"),
        alice.get(f"/desk/files/{with_file['media_id']}"),
    ]
    form = {**PHONE_CASE, **PERSON}
    visited += [alice.ask("POST", "/desk/new", data=form), alice.ask("POST", "/desk/new", data={**form, "kind": "x"})]
    stranger = Visitor(service)
    data = {"email": "canary@kp.example", "password": "canary-password"}
    refused = stranger.ask("POST", "/desk/sign-in", data=data)
    visited.append(refused)
    body = json.dumps({"events": [{"type": "message", "message": {"text": "canary-line\nforged"}}, "canary"]}).encode()
    for signature in ("canary", sign(body)):
        calm(service, "POST", "/line/webhook", content=body, headers={"x-line-signature": signature})
    figures = service.ask("GET", "/metrics", headers={"Authorization": "Bearer canary-metrics-token"})
    assert figures.status_code == 200
    ready = service.ask("GET", "/readyz").text + service.ask("GET", "/healthz").text
    for canary in CANARIES:
        assert canary not in logged.getvalue()
        assert canary not in figures.text + ready
        assert not any(canary in unquote(page.path) for page in visited), canary
    assert "canary-password" not in refused.html
    assert all(json.loads(line) for line in logged.getvalue().splitlines())


def sign(body):
    return base64.b64encode(hmac.new(SECRETS["LINE_CHANNEL_SECRET"].encode(), body, hashlib.sha256).digest()).decode()


def test_the_trail_names_who_and_what_but_no_words(service):
    """S12: the audit trail is about deeds."""
    number = service.opened(**PERSON)
    service.post("alice", f"/cases/{number}/messages", {"text": "canary-note", "internal": True})
    page = Visitor(service, "adam").get("/desk/admin/audit")
    assert email("alice") in page.text
    assert "canary" not in page.text


METRICS = [
    ({}, False), ({"Authorization": "Bearer wrong"}, False), ({"Authorization": "Bearer canary-metrics-toke"}, False),
    ({"Authorization": "Bearer canary-metrics-token"}, True), ({"X-Forwarded-For": "127.0.0.1"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "shown"), METRICS)
def test_figures_are_for_whoever_has_the_token(service, headers, shown):
    assert service.ask("GET", "/metrics", headers=headers).status_code == (200 if shown else 404)


PASSED_ON = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", "X-Forwarded-Host", "X-Forwarded-Proto"]


@pytest.mark.parametrize("header", [None, *PASSED_ON])
def test_without_a_token_figures_are_for_this_machine_and_nobody_behind_a_proxy_on_it(tmp_path, header):
    """What a proxy says only ever takes a right away (ASVS 4.1.3)."""
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        answer = service.ask("GET", "/metrics", headers={header: "127.0.0.1"} if header else {})
    assert answer.status_code == (404 if header else 200)


def test_headers_of_a_proxy_change_no_address_and_no_cookie(service):
    """S13: nobody becomes https, another host or another address by saying so."""
    said = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
    }
    for path in ("/", "/desk", "/desk/cases", "/desk/admin"):
        answer = Visitor(service).ask("GET", path, headers=said, follow=False).answer
        assert "evil.example" not in answer.text + str(answer.headers)
        assert answer.headers["location"].startswith("/")


def test_secrets_are_compared_in_constant_time(monkeypatch, service):
    """The signature and the token of the figures go through hmac.compare_digest, whole."""
    compared = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda one, other: compared.append((one, other)) or compare(one, other))
    assert not webhook.signed("secret", b"{}", "x")
    service.ask("GET", "/metrics", headers={"Authorization": "Bearer wrong"})
    assert len(compared) == 2


TRAVERSALS = [
    "/static/../app.py", "/static/..%2f..%2fapp.py", "/static/%2e%2e/%2e%2e/settings.py", "/static/....//app.py",
    "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/..%5c..%5capp.py",
    "/static/vendor/../../../pyproject.toml",
    "/static/vendor/%2e%2e/%2e%2e/__init__.py", "/static/desk.css%00.py", "/desk/turnaround/file.csv%2f..%2fx",
    "/desk/files/..%2f..%2fetc%2fpasswd", "/desk/admin/..%2f..%2fapp",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_address_leads_out_of_its_folder(service, path):
    answer = calm(service, "GET", path, headers=service.headers("adam"))
    assert answer.status_code in {404, 422}
    assert "import " not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.html", "text/html"), ("x.svg", "image/svg+xml"), ('a"; filename="evil.exe', "application/pdf"),
     ("a\r\nSet-Cookie: sid=evil", "text/html"), ("../../etc/passwd", "application/x-sh"),
     ("收據.pdf", "application/pdf"),
     ("a.jpg", "image/jpeg")],
)  # fmt: skip
def test_a_file_of_a_firm_is_kept_apart_whatever_it_calls_itself(service, name, kind):
    """S13: an attachment that no browser runs; its name is data, not a header."""
    values = attached(service, service.opened(), name=name, kind=kind)
    api = service.get("alice", f"/cases/{values['number']}/files/{values['media_id']}")
    page = Visitor(service, "alice").get(f"/desk/files/{values['media_id']}").answer
    for answer in (api, page):
        held(answer)
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-type"].split(";")[0] not in {"text/html", "image/svg+xml", "text/xml"}
        disposition = answer.headers["content-disposition"]
        assert disposition.startswith("attachment") or answer.headers["content-type"] == "image/jpeg"
        assert not {"/", "\\", "\r", "\n"} & set(disposition.replace("UTF-8''", ""))
        assert disposition.count('"') <= 2
    assert "sandbox" in page.headers["content-security-policy"]


SIZES = [("/desk/sign-in", "application/x-www-form-urlencoded"), ("/api/v1/cases", "application/json"),
         ("/desk/knowledge/import", "application/x-www-form-urlencoded")]  # fmt: skip


@pytest.mark.parametrize(("path", "kind"), SIZES)
@pytest.mark.parametrize("told", [True, False], ids=["told", "chunked"])
def test_a_body_beyond_the_limit_is_cut_off(service, path, kind, told):
    """Whether its length is told or not, and before anybody has to be signed in."""
    sent = 0

    async def chunks():
        nonlocal sent
        for _ in range(64):
            sent += 64 * 1024
            yield b"x" * 64 * 1024

    headers = {"Content-Type": kind, **({"Content-Length": str(4 * 1024 * 1024)} if told else {})}
    answer = calm(service, "POST", path, content=chunks(), headers=headers)
    assert answer.status_code in {400, 413, 422}
    held(answer)


def test_a_length_that_is_no_number_is_refused(service):
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", "²".encode())]
    answer = calm(service, "POST", "/desk/sign-in", content=b"a=b", headers=headers)
    assert answer.status_code in {401, 413}


@pytest.mark.parametrize(
    ("method", "signed", "status"), [("POST", True, 200), ("POST", False, 401), ("GET", False, 405)]
)
def test_the_webhook_wears_its_headers_too(service, method, signed, status):
    """It stands before everything else, so it dresses itself."""
    headers = {"x-line-signature": sign(b'{"events": []}')} if signed else {}
    answer = calm(service, method, "/line/webhook", content=b'{"events": []}', headers=headers)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
