"""Roles that have to come by the agency's identity provider, and the way back while it is down (ONESTOP_OIDC_ROLES)."""

from __future__ import annotations

import pytest

from bot.__main__ import main
from bot.app import build_runtime
from bot.settings import Settings, SettingsError, load_settings
from routing.domain.permissions import Actor, Role
from routing.service.accounts import authentication
from tests.harness.oidc_provider import oidc_provider
from tests.harness.pages import Visitor
from tests.harness.service import MONDAY
from tests.integration.accounts.test_single_sign_on import SENTENCES, serving, signed_in, trail
from tests.integration.security.test_security_sessions import PASSWORD, account


@pytest.fixture
def single(tmp_path, monkeypatch):
    """A service whose administrators and officers come by single sign-on alone; its provider; May, an officer."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    with (
        oidc_provider(lambda: MONDAY) as provider,
        serving(url, provider, ONESTOP_OIDC_ROLES="admin,officer") as service,
    ):
        for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "ROLES"):
            monkeypatch.setenv(f"ONESTOP_OIDC_{name}", getattr(service.settings, f"oidc_{name.lower()}"))
        monkeypatch.setenv("ONESTOP_DATABASE_URL", url)
        may = account(service)
        yield service, provider, may


def by_password(service, address, password=PASSWORD):
    visitor = Visitor(service)
    page = visitor.get("/desk/sign-in")
    return visitor, visitor.send(page, "/desk/sign-in", email=address, password=password)


def test_a_role_that_has_to_use_it_is_told_so_by_whoever_knows_the_password(single):
    """ONESTOP_OIDC_ROLES. A wrong password is told what it always is: the role is nobody's to know."""
    service, provider, may = single
    visitor, page = by_password(service, may)
    assert (page.status, SENTENCES["oidc_required"] in page.text) == (403, True)
    assert page.outline.broken_rules() == []
    assert visitor.get("/desk").path.startswith("/desk/sign-in")
    assert trail(service, "sign_in.refused") == [("-", may, {"why": "oidc_required"})]
    wrong = by_password(service, may, "wrong password")[1]
    assert (wrong.status, SENTENCES["oidc_required"] in wrong.text) == (401, False)
    for _ in range(5):
        assert by_password(service, may)[1].status == 403, "a right password locks nobody out"
    provider.person(may)
    assert signed_in(service, provider)[1].path == "/desk"
    assert Visitor(service, "alice").get("/desk").path.startswith("/desk/sign-in"), "a session by password is over"
    assert Visitor(service, "sue").get("/desk").path == "/desk", "supervisors may use either"
    assert service.get("alice", "/me").status_code == 200, "programs go on"


def test_the_command_line_lets_somebody_in_while_the_provider_is_down(single, capsys):
    """The way back for the last administrator: docs/runbook.md."""
    service, provider, may = single
    provider.status = 503
    assert onestop("staff", "allow-password", may, "--hours", "0") == 2
    assert onestop("staff", "allow-password", "no@kp.example") == 2
    with service.runtime.database.writing() as session:
        authentication.allow_password(session, Actor(name="cli", role=Role.ADMIN), may, hours=4, now=service.now)
    visitor, page = by_password(service, may)
    assert page.path == "/desk"
    assert trail(service, "password.allow") == [("cli", may, {"hours": 4})]
    service.later(hours=3, minutes=40)
    visitor = by_password(service, may)[0]
    service.later(minutes=19)
    assert visitor.get("/desk").path == "/desk"
    service.later(minutes=2)
    assert visitor.get("/desk").path.startswith("/desk/sign-in")
    assert by_password(service, may)[1].status == 403
    assert onestop("staff", "allow-password", may) == 0
    assert f"{may} 可用密碼登入至" in capsys.readouterr().out


def onestop(*words):
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return left.value.code


def test_roles_that_have_to_use_what_there_is_not_are_refused_at_the_start():
    with pytest.raises(SettingsError, match="ONESTOP_OIDC_ISSUER"):
        build_runtime(Settings(_env_file=None, ONESTOP_OIDC_ROLES="admin"))
    with pytest.raises(SettingsError, match="ONESTOP_OIDC_ROLES"):
        load_settings({}, _env_file=None, ONESTOP_OIDC_ROLES="everybody")
