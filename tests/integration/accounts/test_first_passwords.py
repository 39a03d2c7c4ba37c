"""A password that somebody else gave is changed before anything else, and weak ones are refused at every door."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.__main__ import main
from routing.store.accounts.schema import Staff
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.security.test_security_sessions import inside, iter_lines, sign_in

FIRST, OWN, WEAK = "seven purple kettles hum", "nine quiet otters paint", "Password2026!"
THIRD, FOURTH, FIFTH = "four amber lanterns drift", "six velvet turnips wait", "two brass herons sing"
MAY = {"email": email("may"), "name": "王美惠", "role": "officer", "unit": "用地工程科"}


@pytest.fixture
def service(database_url, monkeypatch):
    monkeypatch.setenv("ONESTOP_DATABASE_URL", database_url)
    with Service(database_url) as service:
        yield service


def onestop(monkeypatch, *words, typed):
    monkeypatch.setattr("sys.stdin", iter_lines(typed))
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return left.value.code


def by_desk(service, _monkeypatch, password=FIRST):
    return Visitor(service, "adam").ask("POST", "/desk/admin/staff/add", data={**MAY, "password": password}).status


def by_command(_service, monkeypatch, password=FIRST):
    options = [word for name, value in MAY.items() for word in (f"--{name}", value)]
    return {0: 200, 2: 422}[onestop(monkeypatch, "staff", "add", *options, "--password-stdin", typed=password)]


DOORS = pytest.mark.parametrize("add", [by_desk, by_command], ids=["desk", "command"])


def first_password(service):
    with service.runtime.database.reading() as session:
        return session.scalars(select(Staff.first_password).where(Staff.email == MAY["email"])).one_or_none()


def change(visitor, page, password, current=FIRST):
    return visitor.send(page, "/desk/password", current=current, password=password, again=password)


@DOORS
def test_whoever_signs_in_first_changes_the_password_and_goes_where_they_wanted(service, monkeypatch, add):
    """附表十, 身分驗證管理: a default password is changed at the first sign-in."""
    assert add(service, monkeypatch) == 200
    number = service.opened()
    may = Visitor(service)
    asked = may.get(f"/desk/cases/{number}")
    page = may.send(asked, "/desk/sign-in", email=MAY["email"], password=FIRST)
    assert page.path == f"/desk/password?next=/desk/cases/{number}"
    assert page.outline.broken_rules() == []
    assert "他人設定" in page.text
    assert not page.offers("/desk/new")
    assert "/desk/cases" not in page.outline.links
    done = change(may, page, OWN)
    assert (done.status, done.path) == (200, f"/desk/cases/{number}")
    assert first_password(service) is False
    again = sign_in(service, MAY["email"], OWN)
    assert again.get("/desk", follow=False).status == 200


def test_until_then_nothing_else_is_to_be_had(service, monkeypatch):
    """Pages, parts of pages, calls and forms: all lead to the page for another password."""
    by_desk(service, monkeypatch)
    may = sign_in(service, MAY["email"], FIRST)
    for path in ("/desk", "/desk/cases", "/desk/queue", "/desk/knowledge", "/desk/turnaround"):
        led = may.get(path, follow=False)
        assert (led.status, led.answer.headers["location"]) == (303, "/desk/password")
    part = may.get("/desk/queue", follow=False, headers={"HX-Request": "true"})
    assert (part.status, part.answer.headers["HX-Redirect"]) == (204, "/desk/password")
    called = may.get("/api/v1/cases", follow=False)
    assert (called.status, called.answer.json()["code"]) == (403, "password_required")
    number = service.opened()
    sent = may.ask("POST", f"/desk/cases/{number}/note", data={"text": "已電話說明", "version": "2"}, follow=False)
    assert (sent.status, "已電話說明" in sent.text) == (403, True)
    assert sent.outline.broken_rules() == []
    assert "已電話說明" not in Visitor(service, "alice").get(f"/desk/cases/{number}").text
    assert may.send(may.get("/desk/password"), "/desk/sign-out").path == "/desk/sign-in"


def test_words_typed_before_the_session_ended_are_not_lost_on_the_way(service, monkeypatch):
    """The administrator gives another password while a form is open."""
    by_desk(service, monkeypatch)
    number = service.opened()
    may = Visitor(service)
    path = f"/desk/cases/{number}/note"
    asked = may.ask("POST", path, data={"text": "已電話說明 A12", "version": "2"})
    page = may.send(asked, "/desk/sign-in", email=MAY["email"], password=FIRST)
    assert "他人設定" in page.text
    refused = change(may, page, WEAK)
    assert refused.status == 422
    kept = change(may, refused, OWN)
    assert "已電話說明 A12" in kept.html
    assert kept.offers(path)


def test_a_token_works_meanwhile(service, monkeypatch, capsys):
    """Contract: `staff add`, `token create`, call; no password is in it."""
    by_command(service, monkeypatch)
    capsys.readouterr()
    assert onestop(monkeypatch, "token", "create", "--email", MAY["email"], typed="") == 0
    service.tokens["may"] = capsys.readouterr().out.splitlines()[-1]
    assert service.get("may", "/me").status_code == 200


def test_a_password_that_was_reset_is_a_first_one_again(service, monkeypatch):
    by_desk(service, monkeypatch)
    may = sign_in(service, MAY["email"], FIRST)
    change(may, may.get("/desk/password"), OWN)
    assert onestop(monkeypatch, "staff", "password", MAY["email"], "--password-stdin", typed=THIRD) == 0
    again = sign_in(service, MAY["email"], THIRD)
    assert again.get("/desk").path.startswith("/desk/password")
    assert first_password(service) is True


def test_the_three_passwords_before_are_not_taken_again_and_an_older_one_is(service, monkeypatch, capsys):
    """附表十, 身分驗證管理 (中): at the desk and by command."""
    by_desk(service, monkeypatch)
    may = sign_in(service, MAY["email"], FIRST)
    current = FIRST
    for following in (OWN, THIRD, FOURTH):
        assert change(may, may.get("/desk/password"), following, current).status == 200
        current = following
    for former in (FIRST, OWN, THIRD):
        refused = change(may, may.get("/desk/password"), former, current)
        assert (refused.status, "前 3 次使用的密碼" in refused.text) == (422, True)
        assert onestop(monkeypatch, "staff", "password", MAY["email"], "--password-stdin", typed=former) == 2
        assert "前 3 次使用的密碼" in capsys.readouterr().err
    assert change(may, may.get("/desk/password"), FIFTH, current).status == 200
    assert change(may, may.get("/desk/password"), FIRST, FIFTH).status == 200


@pytest.mark.parametrize("weak", [WEAK, "christopher1984", "王美惠王美惠2026年3月", "may@kp.example"])
def test_weak_passwords_are_refused_at_every_door(service, monkeypatch, capsys, weak):
    """Command, desk, reset and change; what was typed is not shown again."""
    assert by_desk(service, monkeypatch, weak) == 422
    assert by_command(service, monkeypatch, weak) == 422
    assert "太常見" in capsys.readouterr().err
    assert first_password(service) is None
    by_desk(service, monkeypatch)
    assert onestop(monkeypatch, "staff", "password", MAY["email"], "--password-stdin", typed=weak) == 2
    may = sign_in(service, MAY["email"], FIRST)
    refused = change(may, may.get("/desk/password"), weak)
    assert (refused.status, "太常見" in refused.text) == (422, True)
    assert weak not in refused.html.replace(MAY["email"], "")
    assert not inside(may)
