"""The second factor (TOTP, RFC 6238): setting it up, signing in with it, codes for once, guessing, taking it away."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from bot.__main__ import main
from routing.domain.permissions import TokenScope
from routing.service.accounts import authentication, lockout, second_factor, tokens
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Audit, RecoveryCode, Staff
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.security.test_security_sessions import OTHER, PASSWORD, account, inside, sign_in


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@pytest.fixture
def strict(database_url):
    """A service whose administrators and officers have to have a second factor."""
    with Service(database_url, ONESTOP_SECOND_FACTOR="admin, officer") as service:
        yield service


def code_of(secret: str, now: datetime, later: int = 0) -> str:
    """What the person's device shows, so many seconds later."""
    return pyotp.TOTP(secret).at(now + timedelta(seconds=later))


def set_up(service, visitor, page=None):
    """Set a second factor up at the desk; gives the secret and the codes for once."""
    offered = visitor.send(page or visitor.get("/desk/second-factor"), "/second-factor/begin")
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', offered.html)[1].replace(" ", "")
    assert offered.outline.broken_rules() == []
    done = visitor.send(offered, "/second-factor/confirm", code=code_of(secret, service.now))
    assert done.status == 200, done.text
    return secret, re.findall(r"<code>([A-Z2-9-]{19})</code>", done.html)


@pytest.fixture
def may(service):
    """Somebody with a second factor: e-mail, secret, codes for once. Thirty seconds later the first code is old."""
    address = account(service)
    secret, codes = set_up(service, sign_in(service, address))
    service.later(seconds=60)
    return address, secret, codes


def half(service, address, password=PASSWORD):
    """The password given, and the page that asks for the code."""
    visitor = Visitor(service)
    page = visitor.send(visitor.get("/desk/sign-in"), "/desk/sign-in", email=address, password=password)
    return visitor, page


def give(visitor, page, code):
    return visitor.send(page, "/desk/sign-in/code", code=code)


def actions(service):
    with service.runtime.database.reading() as session:
        return list(session.scalars(select(Audit.action).order_by(Audit.id)))


def test_a_code_is_asked_for_after_the_password_and_leads_where_one_wanted(service, may):
    address, secret, codes = may
    assert len(set(codes)) == second_factor.CODES
    number = service.opened()
    visitor = Visitor(service)
    asked = visitor.get(f"/desk/cases/{number}")
    page = visitor.send(asked, "/desk/sign-in", email=address, password=PASSWORD)
    assert page.path == f"/desk/sign-in/code?next=/desk/cases/{number}"
    assert page.outline.broken_rules() == []
    before = visitor.cookies["sid"]
    done = give(visitor, page, code_of(secret, service.now))
    assert (done.status, done.path) == (200, f"/desk/cases/{number}")
    assert visitor.cookies["sid"] != before
    visitor.cookies["sid"] = before
    assert not inside(visitor)
    assert actions(service)[-1] == "sign_in"


def test_the_password_alone_opens_nothing(service, may):
    """Pages, calls, the list of sessions, the page for another password: all as if nobody were signed in."""
    visitor, _page = half(service, may[0])
    for path in ("/desk", "/desk/cases", "/desk/password", "/desk/sessions", "/desk/second-factor", "/desk/queue"):
        assert visitor.get(path, follow=False).answer.headers["location"].startswith("/desk/sign-in"), path
    assert visitor.get("/api/v1/me", follow=False).status == 401
    for path, data in (
        ("/desk/password", {"current": PASSWORD, "password": OTHER, "again": OTHER}),
        ("/desk/second-factor/begin", {}),
        ("/desk/second-factor/confirm", {"code": "000000"}),
        ("/desk/sessions/end-others", {}),
    ):
        visitor.ask("POST", path, data=data, follow=False)
    assert not inside(sign_in(service, may[0], OTHER))
    with service.runtime.database.reading() as session:
        assert account_store.staff_by_email(session, may[0]).totp_secret == may[1]


def test_the_password_waits_five_minutes_for_its_code(service, may):
    visitor, page = half(service, may[0])
    service.later(minutes=5, seconds=1)
    assert give(visitor, page, code_of(may[1], service.now)).path == "/desk/sign-in"
    assert visitor.get("/desk/sign-in/code").path == "/desk/sign-in"


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_differ_by_half_a_minute(service, may, seconds, good):
    service.later(seconds=120)
    visitor, page = half(service, may[0])
    code = code_of(may[1], service.now, seconds)
    assert inside_after(visitor, page, code) is good


def inside_after(visitor, page, code):
    give(visitor, page, code)
    return inside(visitor)


def test_no_code_is_taken_twice(service, may):
    """RFC 6238, 5.2: neither the same one, nor an older one that would still be in time."""
    address, secret, _codes = may
    code, older = code_of(secret, service.now), code_of(secret, service.now, -30)
    assert inside_after(*half(service, address), code)
    assert not inside_after(*half(service, address), code)
    assert not inside_after(*half(service, address), older)
    service.later(seconds=30)
    assert inside_after(*half(service, address), code_of(secret, service.now))


def test_the_code_that_set_it_up_does_not_sign_in(service):
    address = account(service)
    secret, _codes = set_up(service, sign_in(service, address))
    assert not inside_after(*half(service, address), code_of(secret, service.now))


def test_the_same_code_twice_at_once_is_taken_once(service, may):
    address, secret, _codes = may
    taken, at_once = [], threading.Barrier(6)

    def sign():
        at_once.wait()
        with service.runtime.database.writing() as session:
            staff = account_store.staff_by_email(session, address)
            code = code_of(secret, service.now)
            taken.append(second_factor.check(session, staff, code, address=None, now=service.now))

    threads = [threading.Thread(target=sign) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken)[-2:] == [False, True]


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(service, may):
    """S10: also when the right password is given again and again in between."""
    address, secret, _codes = may
    for guess in range(lockout.MAX_FAILURES):
        visitor, page = half(service, address)
        assert give(visitor, page, f"{guess:06}").status == 401
    assert actions(service)[-1] == "sign_in.locked"
    rows = len(actions(service))
    assert give(visitor, page, code_of(secret, service.now)).status == 401
    assert not inside(visitor)
    assert not inside(sign_in(service, address))
    assert len(actions(service)) == rows
    service.later(minutes=16)
    assert inside_after(*half(service, address), code_of(secret, service.now))


def test_a_code_for_once_is_good_once(service, may):
    address, secret, codes = may
    visitor, page = half(service, address)
    assert inside_after(visitor, page, codes[0].lower().replace("-", " "))
    assert "second_factor.recovery" in actions(service)
    assert "尚餘 9 組" in visitor.get("/desk/second-factor").text
    assert not inside_after(*half(service, address), codes[0])
    assert inside_after(*half(service, address), code_of(secret, service.now))
    with service.runtime.database.reading() as session:
        kept = str(list(session.scalars(select(RecoveryCode.code_sha256))))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_codes_for_once_are_renewed_against_a_code(service, may):
    address, secret, codes = may
    visitor, page = half(service, address)
    give(visitor, page, code_of(secret, service.now))
    service.later(seconds=30)
    refused = visitor.send(visitor.get("/desk/second-factor"), "/second-factor/codes", code="000000")
    assert refused.status == 422
    renewed = visitor.send(refused, "/second-factor/codes", code=code_of(secret, service.now))
    fresh = re.findall(r"<code>([A-Z2-9-]{19})</code>", renewed.html)
    assert len(fresh) == second_factor.CODES
    assert not inside_after(*half(service, address), codes[1])
    assert inside_after(*half(service, address), fresh[1])


def test_it_is_stopped_against_a_code_unless_the_role_has_to_have_it(service, may):
    address, secret, codes = may
    visitor, page = half(service, address)
    give(visitor, page, code_of(secret, service.now))
    assert visitor.send(visitor.get("/desk/second-factor"), "/second-factor/remove", code="000000").status == 422
    assert "已停用" in visitor.send(visitor.get("/desk/second-factor"), "/second-factor/remove", code=codes[3]).text
    assert inside(sign_in(service, address))


def test_a_session_left_open_is_no_way_to_set_one_up(service):
    """Whoever sits down at it later signs in again, and cannot."""
    address = account(service)
    visitor = sign_in(service, address)
    service.later(minutes=11)
    page = visitor.get("/desk/second-factor")
    assert not page.offers("/second-factor/begin")
    refused = visitor.ask("POST", "/desk/second-factor/begin")
    assert (refused.status, "再登入" in refused.text) == (422, True)


def test_a_wrong_code_while_setting_up_shows_the_same_picture_again(service):
    visitor = sign_in(service, account(service))
    offered = visitor.send(visitor.get("/desk/second-factor"), "/second-factor/begin")
    again = visitor.send(offered, "/second-factor/confirm", code="12345")
    picture = re.compile(r"<svg.*?</svg>", re.DOTALL)
    assert again.status == 422
    assert picture.search(again.html)[0] == picture.search(offered.html)[0]
    assert "style=" not in again.html
    assert "viewBox" in picture.search(again.html)[0]
    assert visitor.ask("POST", "/desk/second-factor/begin").status == 200
    assert not visitor.get("/desk/second-factor").offers("/second-factor/codes")


def test_whose_role_has_to_have_one_sets_it_up_before_anything_else(strict):
    """附表十, 身分驗證管理; by role through ONESTOP_SECOND_FACTOR."""
    address = account(strict)
    visitor = sign_in(strict, address)
    led = visitor.get("/desk/cases", follow=False)
    assert led.answer.headers["location"] == "/desk/second-factor"
    called = visitor.get("/api/v1/cases", follow=False)
    assert (called.status, called.answer.json()["code"]) == (403, "second_factor_required")
    part = visitor.get("/desk/queue", follow=False, headers={"HX-Request": "true"})
    assert part.answer.headers["HX-Redirect"] == "/desk/second-factor"
    secret, codes = set_up(strict, visitor)
    assert inside(visitor)
    assert not visitor.get("/desk/second-factor").offers("/second-factor/remove")
    refused = visitor.ask("POST", "/desk/second-factor/remove", data={"code": codes[0]})
    assert refused.status == 422
    strict.later(seconds=60)
    assert inside_after(*half(strict, address), code_of(secret, strict.now))
    assert inside(Visitor(strict, "sue"))
    with strict.runtime.database.writing() as session:
        strict.tokens["may"] = tokens.create(session, address, days=1, now=strict.now, scope=TokenScope.READ)
    assert strict.get("may", "/me").status_code == 200


def test_a_first_password_is_changed_before_and_the_code_comes_after(strict):
    Visitor(strict, "adam")
    address = account(strict)
    with strict.runtime.database.writing() as session:
        authentication.active(session, address).first_password = True
    visitor = sign_in(strict, address)
    assert visitor.get("/desk", follow=False).answer.headers["location"] == "/desk/password"
    page = visitor.send(visitor.get("/desk/password"), "/desk/password", current=PASSWORD, password=OTHER, again=OTHER)
    assert page.path == "/desk/second-factor"
    set_up(strict, visitor, page)
    assert inside(visitor)


@pytest.mark.parametrize("roles", ["boss", "admin;officer"])
def test_a_role_that_there_is_not_is_refused_at_start(roles):
    with pytest.raises(ValueError, match="ONESTOP_SECOND_FACTOR"):
        Service("sqlite://", ONESTOP_SECOND_FACTOR=roles)


def test_an_administrator_takes_it_away_and_the_person_is_out_at_once(service, may):
    address, secret, _codes = may
    visitor, page = half(service, address)
    give(visitor, page, code_of(secret, service.now))
    adam = Visitor(service, "adam")
    staff = adam.get("/desk/admin/staff")
    assert staff.outline.broken_rules() == []
    assert "已重設驗證碼" in adam.send(staff, "/staff/second-factor").text
    assert not inside(visitor)
    assert inside(sign_in(service, address))
    assert adam.ask("POST", "/desk/admin/staff/second-factor", data={"email": address}).status == 422
    assert "second_factor.reset" in actions(service)
    for who in ("alice", "sue", "tai"):
        data = {"email": address}
        assert Visitor(service, who).ask("POST", "/desk/admin/staff/second-factor", data=data).status == 403


def test_the_command_takes_it_away(service, may, monkeypatch, capsys):
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.settings.database_url)
    for code in (0, 2):
        with pytest.raises(SystemExit) as left:
            main(["staff", "reset-second-factor", may[0]])
        assert left.value.code == code
    assert may[0] in capsys.readouterr().out
    assert inside(sign_in(service, may[0]))


def test_words_typed_before_the_session_ended_come_through_the_code(service, may):
    address, secret, _codes = may
    number = service.opened()
    visitor = Visitor(service)
    asked = visitor.ask("POST", f"/desk/cases/{number}/note", data={"text": "已電話說明 A12", "version": "2"})
    page = visitor.send(asked, "/desk/sign-in", email=address, password=PASSWORD)
    wrong = give(visitor, page, "000000")
    kept = give(visitor, wrong, code_of(secret, service.now))
    assert "已電話說明 A12" in kept.html
    assert kept.offers(f"/desk/cases/{number}/note")


def test_neither_secret_nor_codes_are_in_the_trail(service, may):
    _address, secret, codes = may
    with service.runtime.database.reading() as session:
        trail = str([(row.subject, row.detail) for row in session.scalars(select(Audit))])
        assert session.scalars(select(Staff.totp_secret).where(Staff.email == email("alice"))).one() is None
    assert not any(word in trail for word in (secret, *codes))
