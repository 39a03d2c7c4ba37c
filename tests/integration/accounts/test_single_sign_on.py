"""Signing in by the agency's identity provider, over HTTP, with everything that can be wrong with it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import delete, select

from bot.app import build_runtime
from bot.oidc import OidcProvider
from bot.settings import Settings, SettingsError, load_settings
from routing.domain.errors import SignInError
from routing.service.accounts import authentication, sessions
from routing.store.accounts.queries import staff_by_email
from routing.store.accounts.schema import Audit, KnownAddress, SignInFailure, SignInState, StaffIdentity, WebSession
from tests.harness.cast import email
from tests.harness.oidc_provider import CLIENT, SECRET, oidc_provider
from tests.harness.pages import Visitor
from tests.harness.service import MONDAY, Service

SENTENCES = SignInError.SENTENCES
BACK = "/desk/sign-in/oidc/back"


def serving(database_url, provider, **more):
    return Service(
        database_url, ONESTOP_OIDC_ISSUER=provider.url, ONESTOP_OIDC_CLIENT_ID=CLIENT,
        ONESTOP_OIDC_CLIENT_SECRET=SECRET, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def playing(tmp_path_factory):
    """The product and its provider, both by the product's clock."""
    clock = []
    url = f"sqlite:///{tmp_path_factory.mktemp('oidc') / 'desk.db'}"
    with oidc_provider(lambda: clock[0].now if clock else MONDAY) as provider, serving(url, provider) as service:
        clock.append(service)
        yield service, provider


@pytest.fixture
def both(playing):
    """The same, nobody linked and nothing tried, an hour later so that nothing is known from before."""
    service, provider = playing
    for name, value in {
        "key": "first", "published": ["first"], "algorithm": "RS256", "lies": {}, "userinfo": {}, "metadata": {},
        "status": None, "drips": 0.0,
    }.items():  # fmt: skip
        setattr(provider, name, value)
    service.later(hours=2)
    service.app.state.runtime = service.runtime
    with service.runtime.database.writing() as session:
        for table in (StaffIdentity, SignInState, SignInFailure, KnownAddress, WebSession):
            session.execute(delete(table))
    provider.person(email("alice"))
    provider.asked.clear()
    return service, provider


def go(visitor, provider, path="/desk/sign-in/oidc"):
    """To the provider and what it leads back to: a path of ours."""
    left = visitor.get(path, follow=False)
    assert left.status == 303, left.text
    back = urlsplit(provider.visit(left.answer.headers["location"]))
    return f"{back.path}?{back.query}"


def signed_in(service, provider, path="/desk/sign-in/oidc"):
    """A new browser's way through it, and the page that it ends on."""
    visitor = Visitor(service)
    return visitor, visitor.get(go(visitor, provider, path))


def how(service, who="alice"):
    with service.runtime.database.reading() as session:
        return [row.how for row in session.scalars(select(WebSession)) if row.staff_id == staff(service, who).id]


def staff(service, who):
    with service.runtime.database.reading() as session:
        return staff_by_email(session, email(who))


def trail(service, action):
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == action, Audit.at == service.now).order_by(Audit.id))
        return [(row.actor, row.subject, row.detail) for row in rows]


def test_staff_sign_in_and_out_by_their_own_link(both):
    """OIDC Core 3.1.2: to the provider and back to where the person wanted to go."""
    service, provider = both
    number = service.opened()
    visitor = Visitor(service)
    page = visitor.get(f"/desk/cases/{number}")
    assert page.outline.broken_rules() == []
    link = next(link for link in page.outline.links if "/oidc" in link)
    landed = visitor.get(go(visitor, provider, link))
    assert (landed.status, landed.path) == (200, f"/desk/cases/{number}")
    assert visitor.get("/desk/sessions").text.count("單一登入") == 1
    assert trail(service, "sign_in") == [(email("alice"), email("alice"), {"how": "oidc"})]
    assert [row[1] for row in trail(service, "identity.link")] == [email("alice")]
    out = visitor.send(landed, "/desk/sign-out")
    assert (out.path, "一併登出" in out.text, how(service)) == ("/desk/sign-in?out=oidc", True, [])
    away = visitor.get("/desk/sign-in/oidc/out", follow=False).answer.headers["location"]
    assert away.startswith(f"{provider.url}/out?")
    assert parse_qs(urlsplit(away).query)["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/desk/sign-in"]


def test_a_page_of_ours_is_left_by_link_only_and_the_policy_stays(both):
    """No form leads to the provider: ``form-action 'self'`` holds for what a form is led on to, as well."""
    service, provider = both
    page = Visitor(service).get("/desk/sign-in")
    assert "form-action 'self'" in page.answer.headers["content-security-policy"]
    assert all("/oidc" not in form.action for form in page.outline.forms)
    answer = Visitor(service).get("/desk/sign-in/oidc?next=https://evil.example/", follow=False).answer
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    assert provider.url not in cookie
    assert signed_in(service, provider, "/desk/sign-in/oidc?next=https://evil.example/")[1].path == "/desk"


CLAIMS = {
    "another nonce": ({"nonce": "another"}, "oidc_token"),
    "no nonce": ({"nonce": None}, "oidc_token"),
    "another audience": ({"aud": "another"}, "oidc_token"),
    "two audiences, nobody named": ({"aud": [CLIENT, "another"]}, "oidc_token"),
    "for another party": ({"azp": "another"}, "oidc_token"),
    "another issuer": ({"iss": "https://evil.example"}, "oidc_token"),
    "over": ({"exp": int(MONDAY.timestamp()) - 86400}, "oidc_token"),
    "not yet": ({"iat": int(MONDAY.timestamp()) + 86400 * 30}, "oidc_token"),
    "endless": ({"exp": "never"}, "oidc_token"),
    "of another access token": ({"at_hash": "x"}, "oidc_token"),
    "nobody": ({"sub": ""}, "oidc_token"),
    "a name that no database takes": ({"sub": "a\0b"}, "oidc_token"),
    "not verified": ({"email_verified": False}, "oidc_unverified"),
    "verified is not said": ({"email_verified": None}, "oidc_unverified"),
    "no e-mail": ({"email": None}, "oidc_unverified"),
    "another's once its letters are small": ({"email": "alice@\u212ap.example"}, "oidc_unverified"),
    "an unknown person": ({"email": "stranger@kp.example"}, "oidc_unknown"),
}


@pytest.mark.parametrize(("lies", "code"), CLAIMS.values(), ids=CLAIMS)
def test_what_is_not_right_signs_nobody_in_and_is_told(both, lies, code):
    service, provider = both
    provider.lies = lies
    visitor, page = signed_in(service, provider)
    assert (page.status, SENTENCES[code] in page.text) == (200, True), page.text
    assert page.outline.broken_rules() == []
    assert visitor.get("/desk").path.startswith("/desk/sign-in")
    (refused,) = trail(service, "sign_in.refused")
    assert (refused[2]["how"], refused[2]["why"]) == ("oidc", code)
    assert "kp.example" not in str(refused)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_the_token_does_not_choose_how_it_is_checked(both, algorithm):
    """RFC 8725, 3.1: neither no signature nor one by the public key as if it were a secret."""
    service, provider = both
    provider.algorithm = algorithm
    assert SENTENCES["oidc_token"] in signed_in(service, provider)[1].text


def test_clocks_may_differ_by_two_minutes(both):
    service, provider = both
    at = int(service.now.timestamp())
    provider.lies = {"iat": at + 110, "exp": at - 110}
    assert signed_in(service, provider)[1].path == "/desk"
    provider.lies = {"exp": at - 130}
    assert SENTENCES["oidc_token"] in signed_in(service, provider)[1].text


def test_changed_keys_are_found_and_unknown_ones_do_not_make_us_ask_on(both):
    service, provider = both
    assert signed_in(service, provider)[1].path == "/desk"
    provider.key, provider.published = "second", ["first", "second"]
    service.later(minutes=1)
    assert signed_in(service, provider)[1].path == "/desk"
    provider.key = "third"
    provider.asked.clear()
    for _ in range(3):
        assert SENTENCES["oidc_token"] in signed_in(service, provider)[1].text
    assert provider.asked.count("/keys") == 0
    provider.key, provider.published = "first", ["second"]
    service.later(minutes=1)
    assert signed_in(service, provider)[1].path == "/desk", "known until keys are read anew"
    service.later(hours=1, minutes=1)
    assert SENTENCES["oidc_token"] in signed_in(service, provider)[1].text


def test_what_came_back_comes_back_once_and_to_its_own_browser(both):
    service, provider = both
    visitor = Visitor(service)
    kept = go(visitor, provider)
    begun = dict(visitor.cookies)
    assert SENTENCES["oidc_state"] in Visitor(service).get(kept).text
    other = Visitor(service)
    go(other, provider)
    assert SENTENCES["oidc_state"] in other.get(kept).text
    assert visitor.get(kept).path == "/desk"
    again = Visitor(service)
    again.cookies.update(begun)
    assert SENTENCES["oidc_state"] in again.get(kept).text
    assert [row[2]["what"] for row in trail(service, "sign_in.refused")] == ["replayed"]
    late = Visitor(service)
    kept = go(late, provider)
    service.later(minutes=11)
    assert SENTENCES["oidc_state"] in late.get(kept).text


def test_a_code_of_somebody_else_is_worth_nothing(both):
    """PKCE and state: the attacker's code in the victim's browser, and the victim's in the attacker's."""
    service, provider = both
    attacker, victim = Visitor(service), Visitor(service)
    theirs, mine = go(attacker, provider), go(victim, provider)
    code, state = (parse_qs(urlsplit(path).query) for path in (theirs, mine))
    page = victim.get(f"{BACK}?code={code['code'][0]}&state={state['state'][0]}&iss={provider.url}")
    assert SENTENCES["oidc_token"] in page.text
    assert how(service) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("error=access_denied&error_description=<b>x</b>", "oidc_denied"),
        ("", "oidc_denied"),
        ("code=made-up&iss={issuer}", "oidc_token"),
        ("code=made-up&iss=https://evil.example", "oidc_answer"),
        ("code=made-up", "oidc_answer"),
    ],
)
def test_what_the_provider_says_in_the_address_is_not_believed(both, query, code):
    """Core 3.1.2.6, RFC 9207."""
    service, provider = both
    visitor = Visitor(service)
    state = parse_qs(urlsplit(go(visitor, provider)).query)["state"][0]
    page = visitor.get(f"{BACK}?state={state}&{query.format(issuer=provider.url)}")
    assert SENTENCES[code] in page.text
    assert "<b>x" not in page.html


def test_a_disabled_account_stays_out_as_an_unknown_one_does(both):
    service, provider = both
    adam = Visitor(service, "adam")
    adam.ask("POST", "/desk/admin/staff/disable", data={"email": email("bob")})
    provider.person(email("bob"))
    assert SENTENCES["oidc_unknown"] in signed_in(service, provider)[1].text
    adam.ask("POST", "/desk/admin/staff/enable", data={"email": email("bob")})
    assert signed_in(service, provider)[1].path == "/desk"


def test_an_address_given_to_somebody_else_opens_nothing(both):
    """ASVS 6.8.1: the provider's own name for a person counts, from the first time on."""
    service, provider = both
    assert signed_in(service, provider)[1].path == "/desk"
    provider.person(email("alice"), sub="somebody-new")
    assert SENTENCES["oidc_other"] in signed_in(service, provider)[1].text
    provider.person(email("bob"), sub=f"sub-{email('alice')}")
    assert SENTENCES["oidc_other"] in signed_in(service, provider)[1].text
    adam = Visitor(service, "adam")
    done = adam.send(adam.get("/desk/admin/staff"), "/staff/identity", email=email("alice"))
    assert ("已解除單一登入連結" in done.text, how(service)) == (True, [])
    provider.person(email("alice"), sub="somebody-new")
    assert signed_in(service, provider)[1].path == "/desk"


def test_a_second_factor_is_asked_unless_the_provider_did(both):
    service, provider = both
    secret = pyotp.random_base32()
    with service.runtime.database.writing() as session:
        staff_by_email(session, email("alice")).totp_secret = secret
    try:
        visitor, page = signed_in(service, provider)
        assert page.path == "/desk/sign-in/code?next=/desk"
        assert visitor.get("/desk").path.startswith("/desk/sign-in")
        entered = visitor.send(page, "/desk/sign-in/code", code=pyotp.TOTP(secret).at(service.now))
        assert (entered.path, how(service)) == ("/desk", ["oidc"])
        provider.person(email("alice"), amr=["pwd", "otp"])
        assert signed_in(service, provider)[1].path == "/desk"
        assert sorted(how(service)) == ["oidc", "oidc_mfa"]
    finally:
        with service.runtime.database.writing() as session:
            staff_by_email(session, email("alice")).totp_secret = None


def test_an_e_mail_that_only_userinfo_tells(both):
    service, provider = both
    provider.claims = {"sub": "s1"}
    provider.userinfo = {"email": email("alice"), "email_verified": "true"}
    assert signed_in(service, provider)[1].path == "/desk"
    provider.userinfo |= {"sub": "s2"}
    assert SENTENCES["oidc_answer"] in signed_in(service, provider)[1].text


BROKEN = {
    "down": {"status": 503},
    "refusing": {"status": 404},
    "slow": {"drips": 0.05},
    "somebody else": {"metadata": {"issuer": "https://evil.example"}},
    "without TLS": {"metadata": {"token_endpoint": "http://evil.example/token"}},
    "no place to go": {"metadata": {"authorization_endpoint": "javascript:alert(1)"}},
    "keys of another kind": {"metadata": {"jwks_uri": "http://127.0.0.1:9/keys"}},
}


def ended(service, token):
    return service.ask("POST", "/desk/sign-in/oidc/ended", data={"logout_token": token})


def test_who_signs_out_at_the_provider_is_out_here_at_once(both):
    """Back-Channel Logout 1.0: what the provider opened is over, what a password opened is not."""
    service, provider = both
    one, _ = signed_in(service, provider)
    other, _ = signed_in(service, provider)
    by_password = Visitor(service, "alice")
    assert sorted(how(service)) == ["oidc", "oidc", "password"]
    token = provider.logout_token()
    done = ended(service, token)
    assert (done.status_code, done.content, done.headers["cache-control"]) == (200, b"", "no-store")
    assert [visitor.get("/desk", follow=False).status for visitor in (one, other, by_password)] == [303, 303, 200]
    assert trail(service, "session.end") == [("-", email("alice"), {"by": "oidc", "ended": 2})]
    again, _ = signed_in(service, provider)
    assert ended(service, token).status_code == 200
    assert again.get("/desk").status == 200


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://other.example"}, {"aud": "another"}, {"aud": None}, {"sub": None}, {"jti": None},
        {"events": None}, {"events": {"http://schemas.openid.net/event/other": {}}}, {"nonce": "n"}, {"iat": None},
        {"iat": 1_700_000_000}, {"iat": 4_000_000_000}, {"exp": 1_700_000_000}, {"sub": 5}, {"sub": "x" * 300},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": 1}},
    ],
)  # fmt: skip
def test_what_is_no_word_of_the_provider_ends_nothing(both, lies):
    service, provider = both
    visitor, _ = signed_in(service, provider)
    refused = ended(service, provider.logout_token(**lies))
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_request"})
    assert visitor.get("/desk").status == 200


def test_nobody_else_signs_people_out(both):
    service, provider = both
    visitor, _ = signed_in(service, provider)
    provider.key = "second"
    assert ended(service, provider.logout_token()).status_code == 400
    provider.key, provider.algorithm = "first", "none"
    assert ended(service, provider.logout_token()).status_code == 400
    provider.algorithm = "HS256"
    assert ended(service, provider.logout_token()).status_code == 400
    for token in ("", "x", "a.b.c", "x" * 20_000):
        assert ended(service, token).status_code == 400
    provider.algorithm = "RS256"
    assert ended(service, provider.logout_token(sub="sub-nobody")).status_code == 200
    assert visitor.get("/desk").status == 200
    assert trail(service, "session.end") == []


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_provider_that_fails_is_told_in_words_and_passwords_go_on(both, broken):
    service, provider = both
    for name, value in broken.items():
        setattr(provider, name, value)
    fresh = OidcProvider(provider.url, CLIENT, SECRET, seconds=0.3)
    service.app.state.runtime = replace(service.runtime, identity_provider=fresh)
    visitor = Visitor(service)
    left = visitor.get("/desk/sign-in/oidc", follow=False)
    where = left.answer.headers["location"]
    if where.startswith(provider.url):
        back = urlsplit(provider.visit(where))
        page = visitor.get(f"{back.path}?{back.query}")
    else:
        page = visitor.get(where)
    told = {SENTENCES["oidc_unreachable"], SENTENCES["oidc_answer"]}
    assert any(sentence in page.text for sentence in told)
    assert page.offers("/desk/sign-in")
    asked = len(provider.asked)
    for name in ("status", "drips", "metadata"):
        setattr(provider, name, {"status": None, "drips": 0.0, "metadata": {}}[name])
    if "status" in broken:
        visitor.get("/desk/sign-in/oidc")
        assert len(provider.asked) == asked, "not asked again at once"
    service.later(hours=2)
    assert signed_in(service, provider)[1].path == "/desk"


def test_failures_are_counted_by_address_and_close_it_to_strangers(both):
    """As for passwords: twenty from an address; whoever is known there still comes in."""
    service, provider = both
    assert signed_in(service, provider)[1].path == "/desk"
    provider.person("stranger@kp.example")
    for _ in range(20):
        assert SENTENCES["oidc_unknown"] in signed_in(service, provider)[1].text
    assert [row[2] for row in trail(service, "sign_in.locked")] == [{"address": "127.0.0.1"}]
    provider.person(email("bob"))
    assert SENTENCES["sign_in_limited"] in signed_in(service, provider)[1].text
    provider.person(email("alice"))
    assert signed_in(service, provider)[1].path == "/desk"
    with service.runtime.database.writing() as session:
        session.execute(delete(KnownAddress))
    provider.asked.clear()
    assert SENTENCES["sign_in_limited"] in signed_in(service, provider)[1].text
    assert "/token" not in provider.asked, "nobody is known there: the provider is not asked"


def test_guesses_at_a_password_lock_nobody_out_of_single_sign_on(both):
    service, provider = both
    visitor = Visitor(service)
    for _ in range(6):
        visitor.ask("POST", "/desk/sign-in", data={"email": email("alice"), "password": "x"})
    assert signed_in(service, provider)[1].path == "/desk"


def test_words_typed_before_the_session_ended_are_found_again(both):
    service, provider = both
    number = service.opened()
    typing = Visitor(service)
    path = f"/desk/cases/{number}/note"
    asked = typing.ask("POST", path, data={"text": "已電話說明 A12", "version": "2"})
    assert asked.outline.broken_rules() == []
    assert "尚未登入" in typing.send(asked, "/desk/sign-in/resume").text
    typing.get(go(typing, provider))
    kept = typing.send(asked, "/desk/sign-in/resume")
    assert ("已電話說明 A12" in kept.html, kept.offers(path)) == (True, True)


def test_no_transaction_is_open_while_the_provider_is_asked(database_url):
    """And all of it on both databases: a first sign-in, a second one, a replay."""
    seen = []
    with oidc_provider(lambda: MONDAY) as provider, serving(database_url, provider) as service:
        provider.person(email("alice"))
        asked = provider.answer
        pool = service.runtime.database.engine.pool

        def watching(*given):
            seen.append((given[0], pool.checkedout()))
            return asked(*given)

        provider.answer = watching
        for _ in range(2):
            assert signed_in(service, provider)[1].path == "/desk"
        visitor = Visitor(service)
        kept = go(visitor, provider)
        begun = dict(visitor.cookies)
        visitor.get(kept)
        visitor.cookies = begun
        assert SENTENCES["oidc_state"] in visitor.get(kept).text
    assert {path for path, _ in seen} >= {"/token", "/keys"}
    assert {held for _, held in seen} == {0}


def test_it_is_off_unless_all_three_are_set(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        page = Visitor(service).get("/desk/sign-in")
        assert "單一登入" not in page.text
        for path in ("/desk/sign-in/oidc", f"{BACK}?code=x&state=y", "/desk/sign-in/oidc/out"):
            assert Visitor(service).get(path).path == "/desk/sign-in"
    with pytest.raises(SettingsError, match="ONESTOP_OIDC_CLIENT_SECRET"):
        build_runtime(Settings(_env_file=None, ONESTOP_OIDC_ISSUER="https://sso.example.tw"))
    for wrong in ("http://sso.example.tw", "sso.example.tw", "https://sso.example.tw/?a=b", "https://a@sso.example.tw"):
        with pytest.raises(SettingsError, match="ONESTOP_OIDC_ISSUER"):
            load_settings({}, _env_file=None, ONESTOP_OIDC_ISSUER=wrong)


def test_a_session_of_single_sign_on_is_a_session_like_others(both):
    service, provider = both
    visitor, _ = signed_in(service, provider)
    with service.runtime.database.reading() as session:
        (mine,) = sessions.own(session, visitor.cookies["sid"], now=service.now)
    assert (mine.how, mine.address) == ("oidc", "127.0.0.1")
    service.later(seconds=authentication.IDLE.total_seconds() + 1)
    assert visitor.get("/desk").path.startswith("/desk/sign-in")
