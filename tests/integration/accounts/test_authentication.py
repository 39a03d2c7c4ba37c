"""Passwords, lockout, sessions and tokens (資通系統防護基準: 身分驗證管理)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from routing.domain.errors import Invalid, Unauthenticated
from routing.domain.permissions import Role, SignInRules
from routing.service.accounts import authentication, lockout, passwords, tokens
from routing.service.accounts.passwords import hash_password
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import ApiToken, Audit, Staff, WebSession
from tests.harness.branch import branch_on
from tests.harness.cast import LAND
from tests.harness.databases import BOTH

GOOD = "sparrow lantern ridge"
EMAIL = "alice@kp.example"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        add(branch)
        yield branch


def add(branch, **changes):
    values = {
        "email": EMAIL, "name": "王小姐", "role": Role.OFFICER, "unit": LAND, "categories": (), "agency": None,
        "password": GOOD, **changes,
    }  # fmt: skip
    values["password"] = hash_password(values["password"])
    with branch.database.writing() as session:
        return authentication.add_staff(session, **values, now=branch.now).email


def check(branch, email=EMAIL, password=GOOD):
    with branch.database.writing() as session:
        attempt = authentication.admit(session, email, now=branch.now)
    if attempt is None:
        return False
    with branch.database.writing() as session:
        fits = attempt.fits(password)
        return authentication.settle(session, attempt, email, fits=fits, now=branch.now) is not None


def begin(branch):
    with branch.database.writing() as session:
        return authentication.begin_session(session, account_store.staff_by_email(session, EMAIL), now=branch.now)


def who(branch, token):
    with branch.database.reading() as session:
        return authentication.who_by_session(session, token, now=branch.now, rules=SignInRules())


def actions(branch):
    with branch.database.reading() as session:
        return list(session.scalars(select(Audit.action).order_by(Audit.id)))


@pytest.mark.parametrize("email", [EMAIL, " Alice@KP.example "])
def test_the_right_password_signs_in_and_is_audited(branch, email):
    assert check(branch, email)
    assert actions(branch)[-1] == "sign_in"


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@kp.example", GOOD), (EMAIL, ""), ("", "")])
def test_a_wrong_one_does_not_and_names_nobody(branch, email, password):
    assert not check(branch, email, password)
    with branch.database.reading() as session:
        last = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert (last.action, last.actor, "@" in last.subject) == ("sign_in.refused", "-", False)


@pytest.mark.parametrize("email", [EMAIL, "nobody@kp.example"])
def test_five_failures_lock_an_account_for_a_quarter_of_an_hour(branch, email):
    for _ in range(lockout.MAX_FAILURES):
        assert not check(branch, email, "wrong")
    assert not check(branch, email)
    assert actions(branch)[-1] == "sign_in.locked"
    branch.now += account_store.SIGN_IN_WINDOW - timedelta(seconds=1)
    assert not check(branch, email)
    branch.now += timedelta(seconds=2)
    assert check(branch, email) is (email == EMAIL)


def test_one_accounts_failures_do_not_lock_another(branch):
    for _ in range(lockout.MAX_FAILURES):
        check(branch, "bob@kp.example", "wrong")
    assert check(branch)


def test_signing_in_forgets_the_failures_before(branch):
    for _ in range(2):
        for _ in range(lockout.MAX_FAILURES - 1):
            assert not check(branch, password="wrong")
        assert check(branch)


def test_an_unknown_account_costs_a_hash_as_well(branch):
    """Time tells nobody which accounts exist: the same hash is worked out against a password nobody has."""
    with branch.database.reading() as session:
        kept = account_store.staff_by_email(session, EMAIL).password_hash
    nobody = passwords.NOBODY
    assert nobody.rsplit("$", 2)[0] == kept.rsplit("$", 2)[0]


def test_what_is_kept_is_neither_password_nor_token(branch):
    token = begin(branch)
    with branch.database.writing() as session:
        api = tokens.create(session, EMAIL, days=1, now=branch.now)
        kept = str([
            *session.execute(select(Staff.password_hash)), *session.execute(select(WebSession.token_sha256)),
            *session.execute(select(ApiToken.token_sha256)),
        ])  # fmt: skip
    assert "$argon2id$" in kept
    for secret in (GOOD, token, api):
        assert secret not in kept


def test_a_session_ends_without_use(branch):
    token = begin(branch)
    branch.now += authentication.IDLE
    assert who(branch, token)[0].email == EMAIL
    branch.now += timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        who(branch, token)


def test_a_session_in_use_ends_after_its_life(branch):
    token = begin(branch)
    for _ in range(int(authentication.LIFE / authentication.IDLE)):
        branch.now += authentication.IDLE
        assert who(branch, token)[1]
        with branch.database.writing() as session:
            authentication.keep_session(session, token, now=branch.now)
    branch.now += timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        who(branch, token)


def test_use_is_noted_once_a_minute(branch):
    token = begin(branch)
    branch.now += timedelta(seconds=60)
    assert not who(branch, token)[1]
    branch.now += timedelta(seconds=1)
    assert who(branch, token)[1]


def test_signing_out_ends_this_session_alone(branch):
    first, second = begin(branch), begin(branch)
    with branch.database.writing() as session:
        authentication.end_session(session, first, now=branch.now)
    assert actions(branch)[-1] == "sign_out"
    assert who(branch, second)
    with pytest.raises(Unauthenticated):
        who(branch, first)


def test_old_sessions_are_cleared_away(branch):
    begin(branch)
    branch.now += authentication.LIFE + timedelta(seconds=1)
    begin(branch)
    with branch.database.reading() as session:
        assert session.scalars(select(func.count()).select_from(WebSession)).one() == 1


def test_a_disabled_account_is_out_everywhere_at_once(branch):
    token = begin(branch)
    with branch.database.writing() as session:
        api = tokens.create(session, EMAIL, days=1, now=branch.now)
        assert tokens.look_up(session, api, writes=True, now=branch.now).actor.email == EMAIL
    branch.disable(EMAIL)
    with pytest.raises(Unauthenticated):
        who(branch, token)
    with branch.database.reading() as session:
        assert tokens.look_up(session, api, writes=False, now=branch.now).why == "revoked"
    assert not check(branch)
    with branch.database.writing() as session, pytest.raises(Invalid):
        tokens.create(session, EMAIL, days=1, now=branch.now)


@pytest.mark.parametrize("token", ["", "ost_guess", "祕密"])
def test_a_guessed_token_is_nobodys(branch, token):
    with branch.database.reading() as session:
        assert tokens.look_up(session, token, writes=False, now=branch.now).why == "unknown"
    with pytest.raises(Unauthenticated):
        who(branch, token)


def test_a_token_is_new_each_time_and_says_what_it_is(branch):
    with branch.database.writing() as session:
        made = {tokens.create(session, EMAIL, days=1, now=branch.now) for _ in range(3)}
    assert len(made) == 3
    assert all(token.startswith("ost_") and len(token) > 40 for token in made)


WRONG = [
    ({"email": "nobody"}, "email"), ({"email": EMAIL.upper()}, "email"), ({"email": "a@" + "b" * 200}, "email"),
    ({"email": "x@kp.example", "unit": None}, "unit"), ({"email": "x@kp.example", "password": "x" * 11}, "password"),
    ({"email": "x@kp.example", "password": "x" * 129}, "password"),
    ({"email": "x@kp.example", "role": Role.PARTNER}, "agency"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_an_account_that_cannot_be_made_names_its_field(branch, changes, field):
    with pytest.raises(Invalid) as refused:
        add(branch, **changes)
    assert refused.value.field == field


@pytest.mark.parametrize("length", [12, 128])
def test_passwords_of_allowed_length(branch, length):
    password = ("晴川早餐蛋餅豆漿酸辣湯" * 12)[:length]
    add(branch, email="x@kp.example", password=password)
    assert check(branch, "x@kp.example", password)


def test_disabling_nobody_is_refused(branch):
    with branch.database.writing() as session, pytest.raises(Invalid):
        authentication.disable_staff(session, "nobody@kp.example", now=branch.now)
