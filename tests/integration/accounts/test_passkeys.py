"""Passkeys: made, used and taken away, by a device that does as it should and by one that does not."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.__main__ import main
from routing.domain.errors import SignInError
from routing.store.accounts.schema import Audit, Passkey, WebSession
from tests.harness.authenticator import PRESENT, Authenticator
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

SENTENCES = SignInError.SENTENCES
HERE = "http://localhost:8000"


@pytest.fixture
def service(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}", ONESTOP_BASE_URL=HERE) as service:
        yield service


def device(**changes):
    return replace(Authenticator(HERE, "localhost"), **changes)


def options(page):
    return html.unescape(re.search(r'data-options="([^"]+)"', page.html)[1])


def made(visitor, key, name="辦公室電腦"):
    page = visitor.send(visitor.get("/desk/passkeys"), "/passkeys/begin")
    assert page.outline.broken_rules() == []
    return visitor.send(page, "/passkeys/add", credential=key.made(options(page)), name=name)


def asked(service, **more):
    visitor = Visitor(service)
    page = visitor.send(visitor.get("/desk/sign-in", params=more), "/sign-in/passkey")
    assert page.outline.broken_rules() == []
    return visitor, page


def used(service, key, **more):
    visitor, page = asked(service, **more)
    return visitor, visitor.send(page, "/passkey/check", credential=key.used(options(page)))


def trail(service, action):
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id))
        return [(row.actor, row.subject, row.detail) for row in rows]


@pytest.fixture
def key(service):
    """Alice's device."""
    key = device()
    assert "已新增通行金鑰" in made(Visitor(service, "alice"), key).text
    return key


def test_one_is_made_used_and_taken_away(service, key):
    number = service.opened()
    alice, page = used(service, key, next=f"/desk/cases/{number}")
    assert (page.status, page.path) == (200, f"/desk/cases/{number}")
    assert "通行金鑰" in alice.get("/desk/sessions").text
    assert trail(service, "sign_in") == [(email("alice"), email("alice"), {"how": "passkey"})]
    page = alice.get("/desk/passkeys")
    assert page.outline.broken_rules() == []
    assert "辦公室電腦" in page.text
    bob = Visitor(service, "bob")
    (row,) = re.findall(r'name="id" value="(\d+)"', page.html)
    assert bob.ask("POST", "/desk/passkeys/remove", data={"id": row}).status == 404
    assert "已刪除" in alice.send(page, "/passkeys/remove").text
    assert SENTENCES["passkey_unknown"] in used(service, key)[1].text
    assert [action for action in ("passkey.add", "passkey.remove") if trail(service, action)[0][0] == email("alice")]


def test_it_is_as_good_as_a_second_factor_and_no_way_around_single_sign_on(service, key):
    adams = device()
    made(Visitor(service, "adam"), adams)
    rules = {"second_factor": "officer,admin", "oidc_roles": "admin"}
    strict = service.settings.model_copy(update=rules)
    service.app.state.runtime = replace(service.runtime, settings=strict)
    assert used(service, key)[1].path == "/desk"
    assert SENTENCES["oidc_required"] in used(service, adams)[1].text


WRONG = {
    "another site": ({"origin": "https://evil.example"}, "passkey_refused"),
    "another domain": ({"domain": "evil.example"}, "passkey_refused"),
    "without finger, face or PIN": ({"flags": PRESENT}, "passkey_refused"),
    "a copy that counts anew": ({"count": -1}, "passkey_refused"),
    "another key by the same name": ({"key": Authenticator(HERE, "localhost").key}, "passkey_refused"),
    "a key that nobody has": ({"id": b"x" * 32}, "passkey_unknown"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG.values(), ids=WRONG)
def test_a_device_that_does_otherwise_signs_nobody_in(service, key, changes, code):
    key.count = 5
    assert used(service, key)[1].path == "/desk"
    visitor, page = used(service, replace(key, **changes))
    assert (page.status, SENTENCES[code] in page.text) == (401, True)
    assert visitor.get("/desk").path.startswith("/desk/sign-in")
    assert trail(service, "sign_in.refused")[-1][2]["why"] == code
    assert used(service, key)[1].path == "/desk", "the right one goes on"


@pytest.mark.parametrize("changes", [{"origin": "https://evil.example"}, {"domain": "x"}, {"flags": PRESENT}])
def test_what_is_made_elsewhere_or_unasked_is_not_kept(service, changes):
    page = made(Visitor(service, "alice"), device(**changes))
    assert (page.status, "未通過查驗" in page.text) == (422, True)


def test_an_answer_is_good_once_for_its_own_browser_and_ten_minutes(service, key):
    visitor, page = asked(service)
    answer = key.used(options(page))
    stranger, other = asked(service)
    assert SENTENCES["passkey_refused"] in stranger.send(other, "/passkey/check", credential=answer).text
    cookie = visitor.cookies["passkey"]
    assert visitor.send(page, "/passkey/check", credential=answer).path == "/desk"
    again = Visitor(service)
    again.cookies["passkey"] = cookie
    assert SENTENCES["passkey_state"] in again.send(page, "/passkey/check", credential=answer).text
    visitor, page = asked(service)
    service.later(minutes=11)
    assert SENTENCES["passkey_state"] in visitor.send(page, "/passkey/check", credential=key.used(options(page))).text


NONSENSE = ["", "x", "[]", "{}", '{"id": "é"}', '{"id": 7}', "[" * 9000, '{"id": "' + "A" * 20000]


@pytest.mark.parametrize("sent", NONSENSE)
def test_what_is_no_answer_is_refused(service, sent):
    visitor, page = asked(service)
    assert visitor.send(page, "/passkey/check", credential=sent).status == 401
    alice = Visitor(service, "alice")
    offered = alice.send(alice.get("/desk/passkeys"), "/passkeys/begin")
    assert alice.send(offered, "/passkeys/add", credential=sent, name="x").status == 422


def test_who_is_disabled_or_given_another_password_has_none(service, key):
    """A key made by somebody who knew the old password does not outlive it."""
    adam = Visitor(service, "adam")
    adam.ask("POST", "/desk/admin/staff/disable", data={"email": email("alice")})
    assert SENTENCES["passkey_unknown"] in used(service, key)[1].text
    adam.ask("POST", "/desk/admin/staff/enable", data={"email": email("alice")})
    assert used(service, key)[1].path == "/desk"
    new = {"email": email("alice"), "password": "seven purple kettles hum"}
    assert adam.ask("POST", "/desk/admin/staff/password", data=new).status == 200
    assert SENTENCES["passkey_unknown"] in used(service, key)[1].text


def test_an_administrator_takes_them_away_from_whoever_lost_the_device(service, key, monkeypatch):
    alice, _page = used(service, key)
    adam = Visitor(service, "adam")
    assert "已刪除通行金鑰" in adam.send(adam.get("/desk/admin/staff"), "/staff/passkeys").text
    assert alice.get("/desk").path.startswith("/desk/sign-in")
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.settings.database_url)
    with pytest.raises(SystemExit) as left:
        main(["staff", "remove-passkeys", email("alice")])
    assert left.value.code == 2, "there is none left"


def test_who_signed_in_a_while_ago_or_has_ten_does_so_again_or_removes_one(service):
    alice = Visitor(service, "alice")
    service.later(minutes=11)
    page = alice.ask("POST", "/desk/passkeys/begin")
    assert (page.status, page.offers("/passkeys/begin")) == (422, False)
    bob = Visitor(service, "bob")
    for _ in range(10):
        made(bob, device())
    assert bob.ask("POST", "/desk/passkeys/begin").status == 422
    twice = device()
    made(Visitor(service, "sue"), twice)
    assert "已設定過" in made(Visitor(service, "carol"), twice).text


def test_where_browsers_make_none_there_is_none(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        assert "通行金鑰" not in Visitor(service).get("/desk/sign-in").text
        assert Visitor(service, "alice").get("/desk/passkeys").status == 404
        assert Visitor(service).ask("POST", "/desk/sign-in/passkey").status == 404


def test_on_both_databases(database_url):
    """What SQL differs in: adding, using, the count, removing."""
    with Service(database_url, ONESTOP_BASE_URL=HERE) as service:
        key = device()
        alice = Visitor(service, "alice")
        made(alice, key)
        for _ in range(2):
            assert used(service, key)[1].path == "/desk"
        with service.runtime.database.reading() as session:
            row = session.scalars(select(Passkey)).one()
            assert (row.sign_count, row.last_used_at) == (2, service.now)
            assert "passkey" in set(session.scalars(select(WebSession.how)))
        assert "已刪除" in alice.send(alice.get("/desk/passkeys"), "/passkeys/remove").text
