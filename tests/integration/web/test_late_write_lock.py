"""No request holds the one write lock of SQLite before its caller and its body are known."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import event

from routing.service.accounts import authentication, passwords
from tests.harness.hostile_input import routes
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.security.test_security_matrix import objects
from tests.integration.security.test_security_sessions import PASSWORD, account

SOON = 3.0
"""Seconds; whoever waits for the lock waits fifteen."""
COUNTED = {"/desk/sign-in"}
"""Attempts are counted, which is writing."""


@pytest.fixture
def service(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        yield service


@contextmanager
def somebody_writes(service):
    """Another process holds the write lock meanwhile."""
    with service.runtime.database.engine.begin():
        yield


def unsafe(service) -> list[tuple[str, str]]:
    values = objects(service)["own"]
    values = {**values, "delivery_id": values["outbox_id"], "name": "staff", "deed": "add", "step": "note"}
    found = []
    for method, path in routes(service.app):
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", value)  # noqa: PLW2901 - filled in
        if method != "GET" and path not in COUNTED:
            found.append((method, path.replace("{", "").replace("}", "")))
    return found


def promptly(ask):
    began = time.monotonic()
    answer = ask()
    assert time.monotonic() - began < SOON
    return answer


def test_nobodys_request_waits_for_no_writer(service):
    """Every unsafe route, without a caller and with an invented one; also those that send a message again."""
    ways = unsafe(service)
    assert any("resend" in path for _method, path in ways)
    with somebody_writes(service):
        for method, path in ways:
            for headers in ({}, {"Authorization": "Bearer ost_invented"}, {"Cookie": "sid=invented"}):
                headers = {"Origin": "http://127.0.0.1:8000", **headers}  # noqa: PLW2901
                answer = promptly(
                    lambda method=method, path=path, headers=headers: service.ask(
                        method, path, headers=headers, data={"text": "x"}
                    )
                )
                # The identity provider's own call is refused with what its protocol names.
                refused = {400} if path == "/desk/sign-in/oidc/ended" else {303, 401, 404, 422}
                assert answer.status_code in refused, path


def test_a_body_that_is_refused_waits_for_no_writer(service):
    number = service.opened()
    with somebody_writes(service):
        for body in ({"text": 1}, {}, {"text": "x", "unknown": 1}):
            answer = promptly(lambda body=body: service.post("alice", f"/cases/{number}/messages", body))
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_whoever_may_not_add_an_account_waits_for_no_writer(service):
    alice = Visitor(service, "alice")
    with somebody_writes(service):
        page = promptly(lambda: alice.ask("POST", "/desk/admin/staff/add", data={"email": "x@kp.example"}))
    assert page.status == 403


def test_signing_out_of_nothing_waits_for_no_writer(service):
    visitor = Visitor(service)
    visitor.cookies["sid"] = "invented"
    with somebody_writes(service):
        assert promptly(lambda: visitor.ask("POST", "/desk/sign-out", follow=False)).status == 303


def test_a_page_is_read_though_its_session_cannot_be_noted(service):
    """A database that nobody can write to can still be read."""
    alice = Visitor(service, "alice")
    service.later(minutes=5)
    with read_only(service):
        assert alice.get("/desk").status == 200


@contextmanager
def read_only(service):
    """Every connection refuses to write, as on a disk that was mounted so."""
    engine = service.runtime.database.engine
    engine.dispose()

    def refuse(connection, _record):
        connection.execute("PRAGMA query_only=ON")

    event.listen(engine, "connect", refuse)
    try:
        yield
    finally:
        event.remove(engine, "connect", refuse)
        engine.dispose()


def test_no_hash_is_worked_out_inside_a_transaction(service):
    """Another password and a new account: while the lock is held by others, hashing goes on, and only then waits."""
    may = account(service)
    with service.runtime.database.reading() as session:
        kept = authentication.active(session, may).password_hash
    with somebody_writes(service):
        assert promptly(lambda: passwords.another(kept, (), "quite another password")).value.startswith("$argon2id$")


def test_a_crowd_at_the_sign_in_page_is_told_to_come_again_and_stops_nobody_else(service):
    """Eight attempts may be under way; the ninth gets 503 at once, and other pages are served."""
    may = account(service)
    alice = Visitor(service, "alice")
    data = {"email": may, "password": PASSWORD}
    with ExitStack() as crowd:
        for _ in range(passwords.WAITING):
            crowd.enter_context(passwords.turn())
        answer = promptly(lambda: Visitor(service).ask("POST", "/desk/sign-in", data=data))
        assert (answer.status, "sign_in_busy" in answer.html) == (503, True)
        assert promptly(lambda: alice.get("/desk")).status == 200
    assert Visitor(service).ask("POST", "/desk/sign-in", data=data).status == 200


def test_hashing_gives_way():
    """On Linux the threads that work out hashes come after everybody else's."""
    own = passwords._POOL.run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert own >= os.getpriority(os.PRIO_PROCESS, 0) + 5 or own == 19
