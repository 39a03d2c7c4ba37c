"""Signing in and out, and how a session ends (資通系統防護基準: 身分驗證管理)."""

from itertools import count

import pytest
from sqlalchemy import func, select

from bot.desk.accounts.sign_in import local_path
from routing.domain.permissions import Role
from routing.service.accounts import authentication
from routing.service.accounts.passwords import hash_password
from routing.store.accounts.schema import SignInFailure, Staff, WebSession
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

PASSWORD = "a good long password"


_ACCOUNTS = count()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('signing') / 'desk.db'}") as service:
        yield service


def account(service, role=Role.OFFICER):
    """A new person's e-mail; their password is PASSWORD."""
    address = f"may{next(_ACCOUNTS)}@kp.example"
    with service.runtime.database.writing() as session:
        authentication.add_staff(
            session, email=address, name="May", role=role, unit="用地工程科", categories=(), agency=None,
            password=hash_password(PASSWORD), now=service.now,
        )  # fmt: skip
    return address


@pytest.fixture
def may(service):
    return account(service)


def sessions_of(service, address):
    with service.runtime.database.reading() as session:
        query = select(func.count()).select_from(WebSession).join(Staff, Staff.id == WebSession.staff_id)
        return session.scalars(query.where(Staff.email == address)).one()


def failures_of(service, address):
    with service.runtime.database.reading() as session:
        query = select(func.count()).select_from(SignInFailure)
        return session.scalars(query.where(SignInFailure.email_sha256 == authentication.digest(address))).one()


def sign_in(visitor, address, password=PASSWORD, **more):
    page = visitor.get("/desk/sign-in", params=more) if more else visitor.get("/desk/sign-in")
    return visitor.send(page, "/desk/sign-in", email=address, password=password)


def test_a_stranger_is_led_to_the_sign_in_page_and_from_there_to_where_they_wanted(service, may):
    number = service.opened()
    visitor = Visitor(service)
    asked = visitor.get(f"/desk/cases/{number}")
    assert asked.path == f"/desk/sign-in?next=/desk/cases/{number}"
    signed = visitor.send(asked, "/desk/sign-in", email=may, password=PASSWORD)
    assert (signed.status, signed.path) == (200, f"/desk/cases/{number}")


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/desk", "/desk"),
        ("/desk/cases/KP-1151116-0001", "/desk/cases/KP-1151116-0001"),
        ("/desk?view=all&q=a", "/desk?view=all&q=a"),
        (None, "/desk"),
        ("", "/desk"),
        ("https://evil.example/", "/desk"),
        ("//evil.example", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/desk//evil.example", "/desk"),
        ("/desk\r\nSet-Cookie: a=b", "/desk"),
        ("/deskevil", "/desk"),
        ("/api/v1/me", "/desk"),
        ("javascript:alert(1)", "/desk"),
    ],
)
def test_nobody_is_led_to_another_site(asked, led_to):
    assert local_path(asked) == led_to


def test_a_form_that_names_another_site_leads_to_the_desk(service, may):
    assert sign_in(Visitor(service), may, next="https://evil.example/").path == "/desk"


def test_the_cookie_is_kept_from_scripts_and_other_sites(service, may):
    answer = Visitor(service).ask("POST", "/desk/sign-in", data={"email": may, "password": PASSWORD}, follow=False)
    cookie = answer.answer.headers["set-cookie"]
    assert cookie.startswith("sid=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_under_https_the_cookie_is_bound_to_the_host_and_secure(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}", ONESTOP_BASE_URL="https://desk.example") as service:
        may = account(service)
        answer = Visitor(service).ask("POST", "/desk/sign-in", data={"email": may, "password": PASSWORD}, follow=False)
    cookie = answer.answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie.split("; ")


def test_signing_in_again_makes_a_new_token_and_ends_the_old_one(service, may):
    visitor = Visitor(service)
    sign_in(visitor, may)
    first = visitor.cookies["sid"]
    visitor.ask("POST", "/desk/sign-in", data={"email": may, "password": PASSWORD})
    assert visitor.cookies["sid"] != first
    assert sessions_of(service, may) == 1


def test_a_refusal_says_the_same_for_a_known_and_an_unknown_account_and_is_counted(service, may):
    known = sign_in(Visitor(service), may, "wrong password")
    visitor = Visitor(service)
    unknown = visitor.send(visitor.get("/desk/sign-in"), "/desk/sign-in", email="no@kp.example", password="x")
    assert (known.status, unknown.status) == (401, 401)
    assert known.text.replace(may, "no@kp.example") == unknown.text
    assert may in known.html
    assert "wrong password" not in known.html
    assert (failures_of(service, may), failures_of(service, "no@kp.example")) == (1, 1)


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(service, may):
    visitor = Visitor(service)
    for _ in range(5):
        assert sign_in(visitor, may, "wrong password").status == 401
    assert sign_in(visitor, may).status == 401
    service.later(minutes=14)
    assert sign_in(visitor, may).status == 401
    service.later(minutes=2)
    assert sign_in(visitor, may).path == "/desk"


def test_signing_out_ends_the_session_on_the_server(service, may):
    visitor = Visitor(service)
    page = sign_in(visitor, may)
    token = visitor.cookies["sid"]
    assert visitor.send(page, "/desk/sign-out").path == "/desk/sign-in"
    assert sessions_of(service, may) == 0
    visitor.cookies["sid"] = token
    assert visitor.get("/desk").path.startswith("/desk/sign-in")


def test_a_session_ends_after_thirty_minutes_without_use(service):
    visitor = Visitor(service, "alice")
    service.later(minutes=29)
    assert visitor.get("/desk").status == 200
    service.later(minutes=29)
    assert visitor.get("/desk").path == "/desk"
    service.later(minutes=31)
    assert visitor.get("/desk").path == "/desk/sign-in?next=/desk"


def test_a_page_that_refreshes_itself_does_not_keep_its_session_alive(service):
    visitor = Visitor(service, "alice")
    for _ in range(3):
        service.later(minutes=10, seconds=1)
        poll = visitor.get("/desk/queue", follow=False, headers={"HX-Request": "true"})
    assert poll.answer.headers["location"].startswith("/desk/sign-in")
    landed = visitor.get("/desk/sign-in?next=/desk/queue", headers={"HX-Request": "true"})
    assert landed.status == 204
    assert landed.answer.headers["hx-redirect"].startswith("/desk/sign-in")


def test_a_disabled_account_is_out_at_once(service):
    visitor = Visitor(service, "bob")
    Visitor(service, "adam").ask("POST", "/desk/admin/staff/disable", data={"email": email("bob")})
    assert visitor.get("/desk").path.startswith("/desk/sign-in")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_sent_from_another_site_is_refused(service, headers):
    number = service.opened()
    visitor = Visitor(service, "alice")
    refused = visitor.ask("POST", f"/desk/cases/{number}/note", data={"version": "2", "text": "x"}, headers=headers)
    assert refused.status == 403
