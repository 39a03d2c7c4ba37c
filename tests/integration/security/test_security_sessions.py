"""S8 to S10: writes from other sites, how sessions begin and end, guessing passwords, changing them."""

from __future__ import annotations

import threading
from statistics import median
from time import process_time

import pytest
from sqlalchemy import func, select

from bot.__main__ import main
from routing.domain.permissions import Role
from routing.service.accounts import authentication, lockout
from routing.service.accounts.passwords import hash_password
from routing.store.accounts.schema import Audit, WebSession
from routing.store.cases.schema import CaseEvent
from tests.harness.branch import branch_on
from tests.harness.cast import email
from tests.harness.databases import BOTH
from tests.harness.guards import FORMS
from tests.harness.hostile_input import routes
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.security.test_security_matrix import objects

PASSWORD = "a good long password"
OTHER = "quite another password"


@pytest.fixture
def service(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        yield service


def account(service, name="may"):
    """A new officer's e-mail; the password is PASSWORD."""
    with service.runtime.database.writing() as session:
        authentication.add_staff(
            session, email=email(name), name=name, role=Role.OFFICER, unit="用地工程科", categories=(), agency=None,
            password=hash_password(PASSWORD), now=service.now,
        )  # fmt: skip
    return email(name)


def sign_in(service, address, password=PASSWORD, cookies=None):
    visitor = Visitor(service)
    visitor.cookies.update(cookies or {})
    visitor.ask("POST", "/desk/sign-in", data={"email": address, "password": password})
    return visitor


def inside(visitor) -> bool:
    return visitor.get("/desk", follow=False).status == 200


ELSEWHERE = [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8001"}, {"Sec-Fetch-Site": "none"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"},
    {"Origin": ""}, {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
    {"Origin": "https://evil.example", "Authorization": "Basic YTpi"},
]  # fmt: skip


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_no_write_from_elsewhere_changes_anything(service, headers):
    """S8: every unsafe page and call, with the cookie of an administrator."""
    values = objects(service)["own"]
    adam = Visitor(service, "adam")
    before = state_of(service)
    headers = {"Origin": "", **headers}
    for method, path in routes(service.app):
        if method == "GET":
            continue
        for name, value in {**values, "delivery_id": values["outbox_id"], "name": "staff", "deed": "add"}.items():
            path = path.replace(f"{{{name}}}", value)  # noqa: PLW2901 - filled in
        path = path.replace("{step}", "note").replace("{", "").replace("}", "")  # noqa: PLW2901
        answer = adam.ask(method, path, headers=headers, data=FORMS["note"], follow=False).answer
        assert (answer.status_code, "cross_site" in answer.text) == (403, True), path
    assert state_of(service) == before
    assert inside(adam)


def test_no_other_site_signs_anybody_in(service):
    """S8: without a cookie too, or a person would work in somebody else's account."""
    data = {"email": account(service), "password": PASSWORD}
    for headers in ELSEWHERE:
        answer = Visitor(service).ask("POST", "/desk/sign-in", data=data, headers=headers, follow=False).answer
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def state_of(service) -> list[int]:
    with service.runtime.database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in (CaseEvent, Audit, WebSession)]


def test_a_session_that_somebody_planted_is_not_taken_over(service):
    """S9: a token from before signing in, ours or invented, is worth nothing afterwards."""
    may = account(service)
    planted = sign_in(service, may).cookies["sid"]
    for token in (planted, "invented"):
        victim = sign_in(service, may, cookies={"sid": token})
        assert victim.cookies["sid"] != token
        thief = Visitor(service)
        thief.cookies["sid"] = token
        assert not inside(thief)
        assert inside(victim)


def test_a_session_is_not_taken_from_an_address_or_a_header(service):
    token = Visitor(service, "alice").cookies["sid"]
    for given in ({"params": {"sid": token}}, {"headers": {"Authorization": f"Bearer {token}"}}):
        assert Visitor(service).get("/desk", follow=False, **given).status == 303


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "https://desk.example"])
def test_the_cookie_as_it_is_set_and_taken_back(tmp_path, base):
    """S9: HttpOnly, SameSite, no Domain; under https Secure and bound to the host by its name."""
    with Service(f"sqlite:///{tmp_path / 'desk.db'}", ONESTOP_BASE_URL=base) as service:
        visitor = Visitor(service)
        data = {"email": account(service), "password": PASSWORD}
        given = visitor.ask("POST", "/desk/sign-in", data=data, follow=False).answer.headers["set-cookie"]
        taken = visitor.ask("POST", "/desk/sign-out", follow=False).answer.headers["set-cookie"]
    for cookie in (given, taken):
        parts = cookie.split("; ")
        https = base.startswith("https")
        assert parts[0].startswith("__Host-sid=" if https else "sid=")
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(parts)
        assert ("Secure" in parts) is https
        assert not any(part.startswith("Domain") for part in parts)


def test_another_password_ends_every_session_but_gives_this_one_a_new_token(service):
    """S9: after a change of password."""
    may = account(service)
    here, elsewhere = sign_in(service, may), sign_in(service, may)
    old = here.cookies["sid"]
    page = here.send(here.get("/desk/password"), "/desk/password", current=PASSWORD, password=OTHER, again=OTHER)
    assert (page.status, "密碼已更新" in page.text) == (200, True)
    assert inside(here)
    assert not inside(elsewhere)
    here.cookies["sid"] = old
    assert not inside(here)
    assert not inside(sign_in(service, may))
    assert inside(sign_in(service, may, OTHER))


REFUSED = [
    ("current", {"current": "wrong"}), ("current", {"current": ""}), ("again", {"again": "something else"}),
    ("password", {"password": "short", "again": "short"}), ("password", {"password": PASSWORD, "again": PASSWORD}),
    ("password", {"password": "x" * 129, "again": "x" * 129}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "typed"), REFUSED)
def test_a_change_that_is_refused_changes_nothing_and_shows_no_password(service, field, typed):
    may = account(service)
    here = sign_in(service, may)
    form = {"current": PASSWORD, "password": OTHER, "again": OTHER, **typed}
    page = here.send(here.get("/desk/password"), "/desk/password", **form)
    assert page.status == 422
    assert page.outline.broken_rules() == []
    assert not any(value in page.html for value in (PASSWORD, OTHER))
    assert inside(here)
    assert inside(sign_in(service, may))


def test_an_open_session_is_no_way_to_guess_the_password(service):
    """S10: at the page for another password, attempts count as at sign-in."""
    may = account(service)
    here = sign_in(service, may)
    for guess in range(lockout.MAX_FAILURES):
        here.ask("POST", "/desk/password", data={"current": f"guess {guess}", "password": OTHER, "again": OTHER})
    here.ask("POST", "/desk/password", data={"current": PASSWORD, "password": OTHER, "again": OTHER})
    assert not inside(sign_in(service, may, OTHER))
    service.later(minutes=16)
    assert inside(sign_in(service, may))


def test_an_administrator_gives_another_password_from_the_command_line(tmp_path, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("ONESTOP_DATABASE_URL", url)
    with Service(url) as service:
        may = account(service)
        here = sign_in(service, may)

        def reset(*arguments, typed=OTHER):
            monkeypatch.setattr("sys.stdin", iter_lines(typed))
            with pytest.raises(SystemExit) as left:
                main(["staff", "password", *arguments])
            return left.value.code

        assert reset(may) == 2
        assert reset("nobody@kp.example", "--password-stdin") == 2
        assert reset(may, "--password-stdin", typed="short") == 2
        assert inside(here)
        assert reset(may, "--password-stdin") == 0
        assert OTHER not in "".join(capsys.readouterr())
        assert not inside(here)
        assert sign_in(service, may, OTHER).get("/desk").path.startswith("/desk/password")


class iter_lines:  # noqa: N801 - a file of one line
    def __init__(self, line):
        self.line = line

    def readline(self):
        return self.line + "\n"


@pytest.mark.parametrize("database", BOTH)
def test_many_guesses_at_once_are_no_more_than_one_after_another(database):
    """S10: at most five passwords are looked at, however many come together."""
    with branch_on(database) as branch:
        branch.staff("alice")
        admitted, at_once = [], threading.Barrier(12)

        def guess():
            at_once.wait()
            with branch.database.writing() as session:
                admitted.append(authentication.admit(session, email("alice"), now=branch.now))

        threads = [threading.Thread(target=guess) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(admitted) == 12
    assert sum(one is not None for one in admitted) == lockout.MAX_FAILURES


def test_a_thousand_guesses_at_one_account_look_at_five_passwords(service):
    """S10."""
    may = account(service)
    with service.runtime.database.writing() as session:
        admitted = [authentication.admit(session, may, now=service.now) for _ in range(1000)]
    assert sum(one is not None for one in admitted) == lockout.MAX_FAILURES


def test_time_does_not_tell_which_accounts_there_are(service):
    """S10: the passwords of a known and an unknown account take as long, medians beside each other."""
    may = account(service)
    with service.runtime.database.writing() as session:
        known = authentication.admit(session, may, now=service.now)
        unknown = authentication.admit(session, "nobody@kp.example", now=service.now)
    took = {known: [], unknown: []}
    for _ in range(15):
        for attempt, times in took.items():
            began = process_time()
            assert not attempt.fits("a wrong password")
            times.append(process_time() - began)
    first, second = (median(times) for times in took.values())
    assert abs(first - second) / max(first, second) < 0.25


def test_a_password_that_changed_meanwhile_signs_nobody_in(service):
    may = account(service)
    with service.runtime.database.writing() as session:
        attempt = authentication.admit(session, may, now=service.now)
    with service.runtime.database.writing() as session:
        authentication.set_password(session, may, hash_password(OTHER), now=service.now)
    with service.runtime.database.writing() as session:
        assert authentication.settle(session, attempt, may, fits=True, now=service.now) is None
