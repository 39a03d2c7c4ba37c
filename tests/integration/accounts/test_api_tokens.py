"""API tokens with a scope and an end, made by command and at the desk; refusals are audited, and bounded."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.__main__ import main
from routing.domain.errors import Invalid
from routing.domain.permissions import TokenScope
from routing.service.accounts import authentication, tokens
from routing.store.accounts.schema import ApiToken, Audit
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service

INVENTED = "ost_invented-and-of-nobody"


@pytest.fixture
def service(database_url, monkeypatch):
    monkeypatch.setenv("ONESTOP_DATABASE_URL", database_url)
    with Service(database_url) as service:
        yield service


def onestop(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(list(words))
    out, err = capsys.readouterr()
    return left.value.code, out, err


def make(service, who="alice", **given):
    """A token of a person, which the service then uses."""
    with service.runtime.database.writing() as session:
        values = {"days": 30, "now": service.now, **given}
        service.tokens[who] = tokens.create(session, email(who), **values)
    return service.tokens[who]


def refusals(service):
    service.app.state.refusals.settle()
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "token.refused").order_by(Audit.id)).all()
        return [(row.actor, row.subject, row.detail) for row in rows]


def listed(service, who="alice"):
    with service.runtime.database.reading() as session:
        return tokens.listing(session, email=email(who), now=service.now)


def mine(service, who="alice"):
    """The token that the service uses for somebody, as it is listed."""
    shown = authentication.digest(service.tokens[who])[:12]
    return next(token for token in listed(service, who) if token.id == shown)


def test_a_token_that_only_reads_changes_nothing(service):
    number = service.opened()
    make(service, scope=TokenScope.READ)
    assert service.get("alice", f"/cases/{number}").status_code == 200
    for path, body in (("/cases", PHONE_CASE), (f"/cases/{number}/messages", {"text": "x", "internal": True})):
        refused = service.post("alice", path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "token_read_only")
    pages = service.ask(
        "POST", f"/desk/cases/{number}/note", data={"text": "x", "version": "2"}, headers=service.headers("alice")
    )
    assert pages.status_code == 403
    assert len(service.get("alice", f"/cases/{number}").json()["messages"]) == 1
    ((actor, _, detail),) = refusals(service)
    assert (actor, detail["why"]) == (email("alice"), "read_only")


def test_a_token_ends_and_its_holder_is_told(service):
    make(service, days=2)
    service.later(days=1, hours=23)
    assert service.get("alice", "/me").status_code == 200
    assert mine(service).days_left == 0
    service.later(hours=1)
    over = service.get("alice", "/me")
    assert (over.status_code, over.json()["code"]) == (401, "token_expired")
    token = mine(service)
    assert (token.expired, token.days_left) == (True, None)
    assert refusals(service)[0][2] == {"why": "expired", "token": token.id}


def test_a_token_without_an_end_works_until_it_is_revoked(service):
    """Those that were made before tokens had one."""
    service.later(days=4000)
    assert service.get("alice", "/me").status_code == 200
    token = mine(service)
    assert (token.expires_at, token.days_left, token.expired) == (None, None, False)
    with service.runtime.database.writing() as session:
        tokens.revoke(session, token.id, now=service.now, by="cli")
    assert service.get("alice", "/me").json()["code"] == "unauthenticated"


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_lifetime_out_of_range_is_refused(service, days):
    with pytest.raises(Invalid) as refused:
        make(service, days=days)
    assert refused.value.field == "days"


def test_the_last_use_is_noted_every_few_minutes(service):
    make(service)
    assert mine(service).last_used_at is None
    service.get("alice", "/me")
    first = mine(service).last_used_at
    assert first == service.now
    service.later(minutes=4)
    service.get("alice", "/me")
    assert mine(service).last_used_at == first
    service.later(minutes=2)
    service.post("alice", "/cases", PHONE_CASE)
    assert mine(service).last_used_at == service.now


def test_guesses_are_audited_once_a_minute_without_what_was_guessed(service):
    """S10: one entry an address and minute; the token is nowhere."""
    for number in range(40):
        answer = service.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {INVENTED}{number}"})
        assert answer.status_code == 401
    assert refusals(service) == [("-", "127.0.0.1", {"why": "unknown"})]
    service.later(minutes=1, seconds=1)
    service.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {INVENTED}"})
    assert len(refusals(service)) == 2
    with service.runtime.database.reading() as session:
        assert INVENTED not in str([vars(row) for row in session.scalars(select(Audit))])


def test_however_many_addresses_guess_the_trail_grows_by_sixty_a_minute(service):
    """Nobody fills the disk: neither one process's own count nor another's lets more in."""
    for process in range(2):
        if process:
            service.app.state.refusals = type(service.app.state.refusals)(service.runtime.database)
        for number in range(100):
            refusal = tokens.Refusal("unknown")
            service.app.state.refusals.note(refusal, f"198.51.100.{number + 100 * process}", now=service.now)
        assert len(refusals(service)) == tokens.MOST_REFUSALS


def test_the_command_prints_the_token_alone_on_the_last_line(service, capsys):
    """Contract §1; a read-only one, its days and its purpose too."""
    code, out, _ = onestop(capsys, "token", "create", "--email", email("alice"))
    assert code == 0
    assert re.fullmatch(r"ost_[\w-]{43}", out.splitlines()[-1])
    service.tokens["alice"] = out.splitlines()[-1]
    assert service.post("alice", "/cases", PHONE_CASE).status_code == 201
    options = ("--scope", "read", "--days", "7", "--purpose", "統計系統")
    code, out, err = onestop(capsys, "token", "create", "--email", email("alice"), *options)
    assert (code, "7 日" in err) == (0, True)
    service.tokens["alice"] = out.splitlines()[-1]
    assert service.post("alice", "/cases", PHONE_CASE).status_code == 403
    code, out, _ = onestop(capsys, "token", "list", "--email", email("alice"))
    assert "\tread\t統計系統\t" in out
    assert "無期限" in out
    for wrong in (("--days", "0"), ("--scope", "all"), ("--purpose", "長" * 81)):
        assert onestop(capsys, "token", "create", "--email", email("alice"), *wrong)[0] == 2
    with service.runtime.database.reading() as session:
        ends = session.scalars(select(ApiToken.expires_at).where(ApiToken.expires_at.is_not(None))).all()
        rows = session.scalars(select(ApiToken.created_at).where(ApiToken.expires_at.is_not(None))).all()
    assert {end - begun for end, begun in zip(ends, rows, strict=True)} == {timedelta(days=365), timedelta(days=7)}


def test_an_administrator_makes_one_at_the_desk_and_sees_it_once(service):
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/access")
    assert page.form("/access/token").fields["days"] == "365"
    assert page.form("/access/token").fields["scope"] == "read"
    made = adam.send(page, "/access/token", email=email("carol"), purpose="公文系統", days="10")
    assert made.status == 201
    assert made.outline.broken_rules() == []
    (token,) = re.findall(r"ost_[\w-]{43}", made.html)
    service.tokens["carol"] = token
    assert service.get("carol", "/me").json()["email"] == email("carol")
    again = adam.get("/desk/admin/access")
    assert token not in again.html
    assert "公文系統" in again.text
    assert "剩 10 日" in again.text.replace("剩 9 日", "剩 10 日")
    with service.runtime.database.reading() as session:
        row = session.scalars(select(Audit).where(Audit.action == "token.create").order_by(Audit.id.desc())).first()
    assert (row.actor, row.subject, row.detail["scope"], row.detail["days"]) == (
        email("adam"), email("carol"), "read", 10,
    )  # fmt: skip
    assert token not in str(row.detail)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("days", "0"), ("days", "many"), ("purpose", ""), ("scope", "all"), ("email", "nobody@kp.example")],
)
def test_a_form_with_a_slip_comes_back_as_it_was_typed(service, field, typed):
    adam = Visitor(service, "adam")
    data = {"email": email("carol"), "purpose": "公文系統", "days": "10", "scope": "read", field: typed}
    page = adam.ask("POST", "/desk/admin/access/token", data=data)
    assert page.status == 422
    assert page.outline.broken_rules() == []
    assert "ost_" not in page.html
    if field != "purpose":
        assert page.form("/access/token").fields["purpose"] == "公文系統"
    assert len(listed(service, "carol")) == 1


@pytest.mark.parametrize("who", ["alice", "sue", "tai"])
def test_only_administrators_make_tokens(service, who):
    data = {"email": email("adam"), "purpose": "x", "days": "10", "scope": "full"}
    assert Visitor(service, who).ask("POST", "/desk/admin/access/token", data=data).status == 403
    assert len(listed(service, "adam")) == 1
