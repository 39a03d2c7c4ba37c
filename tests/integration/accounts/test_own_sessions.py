"""Where one is signed in: seen, ended by its person or an administrator, and over with the next request."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from bot.__main__ import main
from routing.service.accounts.sessions import browser_of
from routing.store.accounts.schema import Audit
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.security.test_security_sessions import PASSWORD, account, inside, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_a_person_sees_where_the_account_is_signed_in_and_ends_one(service):
    address = account(service)
    here, there = sign_in(service, address), Visitor(service)
    there.ask("POST", "/desk/sign-in", data={"email": address, "password": PASSWORD}, headers={"User-Agent": FIREFOX})
    page = here.get("/desk/sessions")
    assert page.outline.broken_rules() == []
    assert "Firefox・Windows" in page.text
    assert "127.0.0.1" in page.text
    assert not any(visitor.cookies["sid"] in page.html for visitor in (here, there))
    began = time.monotonic()
    assert "立即生效" in here.send(page, "/sessions/end").text
    assert not inside(there)
    assert time.monotonic() - began < 1
    assert inside(here)


def test_a_person_ends_all_others_at_once(service):
    address = account(service)
    others = [sign_in(service, address) for _ in range(3)]
    here = sign_in(service, address)
    here.send(here.get("/desk/sessions"), "/sessions/end-others")
    assert [inside(one) for one in (*others, here)] == [False, False, False, True]
    assert not here.get("/desk/sessions").offers("/sessions/end-others")


def test_nobody_ends_a_session_of_somebody_else_but_an_administrator(service):
    alice, bob, adam = (Visitor(service, who) for who in ("alice", "bob", "adam"))
    page = adam.get("/desk/admin/access")
    ids = [form.fields["id"] for form in page.outline.forms if form.action.endswith("/access/session")]
    assert len(ids) == 2
    for one in ("", "%", "0" * 12):
        assert bob.ask("POST", "/desk/sessions/end", data={"id": one}).status == 404
    for one in ids:
        assert bob.ask("POST", "/desk/admin/access/session", data={"id": one}).status == 403
    for one in ids:
        bob.ask("POST", "/desk/sessions/end", data={"id": one})
    assert inside(alice)
    assert not inside(bob)
    for one in [form.fields["id"] for form in adam.get("/desk/admin/access").outline.forms if "id" in form.fields]:
        adam.ask("POST", "/desk/admin/access/session", data={"id": one})
    assert not inside(alice)
    assert inside(adam)
    assert adam.ask("POST", "/desk/admin/access/session", data={"id": "0" * 12}).status == 404
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "session.end")).all()
    assert (email("adam"), email("alice")) in {(row.actor, row.subject) for row in rows}


def test_the_commands(service, monkeypatch, capsys):
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.settings.database_url)
    address = account(service)
    here = sign_in(service, address)

    def onestop(*words):
        with pytest.raises(SystemExit) as left:
            main(["staff", *words])
        return left.value.code, capsys.readouterr().out

    monkeypatch.setenv("ONESTOP_CLOCK_OFFSET", str(service.now.timestamp() - time.time()))  # noqa: TID251 - the service's
    code, listed = onestop("sessions")
    assert (code, address in listed) == (0, True)
    assert onestop("sign-out", address)[0] == 0
    assert not inside(here)
    assert onestop("sign-out", "nobody@kp.example")[0] == 2


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (FIREFOX, "Firefox・Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140", "Edge・Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "Safari・iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome・Android"),
        ("", None),
        ("\x00" * 5000, None),
    ],
)  # fmt: skip
def test_which_browser_it_says_it_is(said, name):
    assert browser_of(said) == name
