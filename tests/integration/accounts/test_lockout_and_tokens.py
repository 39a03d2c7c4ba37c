"""Lockout by account and by address, the ways out, and API tokens that end."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from sqlalchemy import func, select
from starlette.requests import Request

from bot.__main__ import main
from bot.web.limits.origin import address_of
from routing.domain.errors import NotFound
from routing.service.accounts import authentication, lockout, tokens
from routing.store.accounts.schema import Audit, SignInFailure
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.security.test_security_sessions import OTHER, PASSWORD, account, inside, sign_in

OFFICE, STRANGER = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def attempt(service, address, who, password="wrong"):  # noqa: S107 - no password of anybody
    """One attempt from an address: True, False, or None if it is refused without looking."""
    with service.runtime.database.writing() as session:
        made = authentication.admit(session, who, address=address, now=service.now)
    if made is None:
        return None
    fits = made.fits(password)
    with service.runtime.database.writing() as session:
        return authentication.settle(session, made, who, fits=fits, now=service.now) is not None


def count(service, table, *conditions):
    with service.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions))


def locks(service):
    with service.runtime.database.reading() as session:
        return [(lock.email, lock.address, lock.failures) for lock in lockout.locks(session, now=service.now)]


def test_a_stranger_locks_nobody_out_of_the_own_office(service):
    """Five failures lock the account, but not at an address where its person is known; there only those count."""
    may = account(service)
    assert attempt(service, OFFICE, may, PASSWORD)
    for _ in range(lockout.MAX_FAILURES):
        assert attempt(service, STRANGER, may) is False
    assert attempt(service, STRANGER, may, PASSWORD) is None
    assert attempt(service, "192.0.2.1", may, PASSWORD) is None
    assert attempt(service, OFFICE, may, PASSWORD) is True


def test_five_failures_at_the_own_office_lock_there_too(service):
    may = account(service)
    assert attempt(service, OFFICE, may, PASSWORD)
    for _ in range(lockout.MAX_FAILURES):
        assert attempt(service, OFFICE, may) is False
    assert attempt(service, OFFICE, may, PASSWORD) is None
    service.later(minutes=16)
    assert attempt(service, OFFICE, may, PASSWORD)


def test_one_guess_at_each_of_a_thousand_accounts_ends_after_twenty(service):
    """S10: the spray from one address is stopped; whoever is known there, and everybody elsewhere, signs in."""
    may = account(service)
    assert attempt(service, STRANGER, may, PASSWORD)
    looked_at = sum(attempt(service, STRANGER, email(f"somebody{n}"), "Password2026") is False for n in range(60))
    assert looked_at == lockout.MAX_FAILURES_OF_ADDRESS
    assert attempt(service, STRANGER, email("bob"), "x") is None
    assert attempt(service, STRANGER, may, PASSWORD)
    assert attempt(service, OFFICE, email("carol"), "x") is False
    assert count(service, SignInFailure) == lockout.MAX_FAILURES_OF_ADDRESS + 1
    assert locks(service) == [(None, STRANGER, lockout.MAX_FAILURES_OF_ADDRESS)]


def test_the_spray_at_the_page(service):
    """The same over HTTP; who is locked out writes nothing more, and the trail says from where."""
    for number in range(30):
        assert not inside(sign_in(service, email(f"somebody{number}"), "Password2026"))
    assert count(service, SignInFailure) == lockout.MAX_FAILURES_OF_ADDRESS
    assert count(service, Audit, Audit.action == "sign_in.refused") == lockout.MAX_FAILURES_OF_ADDRESS
    assert count(service, Audit, Audit.action == "sign_in.locked") == 1
    assert not inside(sign_in(service, account(service)))


def test_an_administrator_unlocks_at_the_desk(service):
    """The way out, for an account and for an address; both are audited."""
    may = account(service)
    for _ in range(lockout.MAX_FAILURES):
        sign_in(service, may, "wrong")
    assert not inside(sign_in(service, may))
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/access")
    assert may in page.text
    assert page.outline.broken_rules() == []
    assert "已解除登入鎖定" in adam.send(page, "/access/unlock").text
    assert inside(sign_in(service, may))
    for number in range(lockout.MAX_FAILURES_OF_ADDRESS):
        sign_in(service, email(f"somebody{number}"), "x")
    other = account(service, "june")
    assert not inside(sign_in(service, other))
    adam.send(adam.get("/desk/admin/access"), "/access/unlock")
    assert inside(sign_in(service, other))
    assert count(service, Audit, Audit.action == "sign_in.unlock") == 2


def test_only_administrators_unlock_and_revoke(service):
    for who in ("alice", "sue", "tai"):
        visitor = Visitor(service, who)
        assert visitor.get("/desk/admin/access").status == 403
        for deed, data in (("unlock", {"email": email("bob")}), ("revoke", {"token": "0" * 12})):
            assert visitor.ask("POST", f"/desk/admin/access/{deed}", data=data).status == 403


def test_tokens_die_with_a_change_of_password(service):
    """Whoever had the old password could have made one."""
    may = account(service)
    with service.runtime.database.writing() as session:
        service.tokens["may"] = tokens.create(session, may, days=1, now=service.now)
    assert service.get("may", "/me").status_code == 200
    here = sign_in(service, may)
    here.send(here.get("/desk/password"), "/desk/password", current=PASSWORD, password=OTHER, again=OTHER)
    assert inside(here)
    assert service.get("may", "/me").status_code == 401


def test_tokens_are_listed_and_revoked_at_the_desk(service):
    adam = Visitor(service, "adam")
    with service.runtime.database.reading() as session:
        alice = next(token for token in tokens.listing(session, now=service.now) if token.email == email("alice"))
    page = adam.get("/desk/admin/access")
    assert alice.id in page.text
    assert not any(token in page.html for token in service.tokens.values())
    answer = adam.ask("POST", "/desk/admin/access/revoke", data={"token": alice.id})
    assert "權杖已撤銷" in answer.text
    assert service.get("alice", "/me").status_code == 401
    assert service.get("bob", "/me").status_code == 200
    assert adam.ask("POST", "/desk/admin/access/revoke", data={"token": alice.id}).status == 404
    assert count(service, Audit, Audit.action == "token.revoke") == 1


@pytest.mark.parametrize("wrong", ["", "%", "0" * 12, "_" * 12, "zz", "a"])
def test_what_names_no_token_revokes_none(service, wrong):
    with service.runtime.database.writing() as session, pytest.raises(NotFound):
        tokens.revoke(session, wrong, now=service.now, by="cli")
    assert service.get("alice", "/me").status_code == 200


def test_the_commands(service, monkeypatch, capsys):
    """`token list`, `token revoke`, `staff locked`, `staff unlock`."""
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.settings.database_url)

    def onestop(*words):
        with pytest.raises(SystemExit) as left:
            main(list(words))
        return left.value.code, capsys.readouterr().out

    code, listed = onestop("token", "list", "--email", email("alice"))
    assert (code, "使用中" in listed, service.tokens["alice"] in listed) == (0, True, False)
    assert onestop("token", "revoke", listed.split("\t")[0])[0] == 0
    assert service.get("alice", "/me").status_code == 401
    assert "已撤銷" in onestop("token", "list", "--email", email("alice"))[1]
    assert onestop("token", "revoke", "nothing")[0] == 1
    assert onestop("staff", "unlock")[0] == 2
    assert onestop("staff", "unlock", "nobody@kp.example")[0] == 2
    assert onestop("staff", "unlock", email("alice"))[0] == 0
    assert onestop("staff", "unlock", "--address", OFFICE)[0] == 0
    assert onestop("staff", "locked") == (0, "")


def request(peer, *forwarded):
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "client": (peer, 1), "headers": headers, "path": "/", "method": "GET"})


PROXIES = (ip_network("10.0.0.0/8"),)
SEEN = [
    ("203.0.113.7", (), (), "203.0.113.7"),
    ("9.9.9.9", ("1.2.3.4",), PROXIES, "9.9.9.9"),
    ("10.0.0.5", ("1.2.3.4, 203.0.113.7",), PROXIES, "203.0.113.7"),
    ("10.0.0.5", ("1.2.3.4", "203.0.113.7, 10.0.0.9"), PROXIES, "203.0.113.7"),
    ("10.0.0.5", (), PROXIES, None), ("10.0.0.5", ("junk",), PROXIES, None),
    ("127.0.0.1", (), (), "127.0.0.1"), ("127.0.0.1", ("1.2.3.4",), (), None),
    ("2001:db8:1:2:3:4:5:6", (), (), "2001:db8:1:2::/64"), ("::ffff:203.0.113.7", (), (), "203.0.113.7"),
    ("testclient", (), (), None),
]  # fmt: skip


@pytest.mark.parametrize(("peer", "forwarded", "trusted", "address"), SEEN)
def test_whose_word_on_the_address_is_taken(peer, forwarded, trusted, address):
    """ASVS 4.1.3: only of proxies that are named, and from the right."""
    assert address_of(request(peer, *forwarded), trusted) == address


def test_a_proxy_that_is_none_is_refused_at_start():
    with pytest.raises(ValueError, match="ONESTOP_TRUSTED_PROXIES"):
        Service("sqlite://", ONESTOP_TRUSTED_PROXIES="everybody")
