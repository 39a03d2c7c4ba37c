"""An account changes its unit, role or password at the desk, and no open case is left with who is gone."""

import pytest
from sqlalchemy import select

from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Audit
from routing.store.cases import queries as case_store
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

BOB = {"email": email("bob"), "name": "王小明", "role": "officer", "unit": "用地工程科"}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def account(service, who):
    with service.runtime.database.reading() as session:
        return account_store.staff_by_email(session, email(who))


def change(service, by="adam", **form):
    return Visitor(service, by).ask("POST", "/desk/admin/staff/edit", data=form)


def test_an_account_is_edited_from_a_form_that_holds_what_it_is(service):
    adam = Visitor(service, "adam")
    page = adam.get(f"/desk/admin/staff/edit?email={email('alice')}")
    assert not page.outline.broken_rules()
    before = account(service, "alice")
    done = adam.send(page, "/staff/edit", name="林小姐")
    assert "帳號已更新" in done.text
    after = account(service, "alice")
    assert (after.name, after.role, after.unit, after.categories) == (
        "林小姐", before.role, before.unit, before.categories,
    )  # fmt: skip
    with service.runtime.database.reading() as session:
        assert "staff.change" in session.scalars(select(Audit.action)).all()


def test_who_moves_to_another_unit_hands_open_cases_on(service):
    number = service.opened()
    with service.runtime.database.reading() as session:
        holder = case_store.by_number(session, number).assignee
    person = account(service, holder.partition("@")[0])
    other = "投資服務科" if person.unit != "投資服務科" else "環安勞動科"
    form = {"email": person.email, "name": person.name, "role": person.role, "unit": other}
    refused = change(service, **form)
    assert refused.status == 422
    assert "請選擇由誰接辦" in refused.text
    assert account(service, holder.partition("@")[0]).unit == person.unit
    assert change(service, **form, to=person.email).status == 422
    assert "帳號已更新" in change(service, **form, to="auto").text
    with service.runtime.database.reading() as session:
        assert case_store.by_number(session, number).assignee != person.email
        assert case_store.by_number(session, number).unit == person.unit


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "請填寫姓名"), ({"role": "king"}, "請選擇角色"), ({"unit": "火星科"}, "查無單位"),
        ({"unit": ""}, "承辦人必須屬於一個單位"), ({"role": "partner"}, "協力機關帳號必須指定機關"),
        ({"email": email("adam"), "role": "officer"}, "不能變更自己的角色"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_comes_back_as_typed(service, wrong, said):
    page = change(service, **{**BOB, **wrong})
    assert page.status == 422
    assert said in page.text


def test_another_first_password_ends_sessions_and_is_changed_at_the_next_sign_in(service):
    bob = Visitor(service, "bob")
    assert bob.get("/desk").status == 200
    adam = Visitor(service, "adam")
    page = adam.get(f"/desk/admin/staff/edit?email={email('bob')}")
    assert adam.send(page, "/staff/password", password="短").status == 422
    assert "初始密碼" in adam.send(page, "/staff/password", password="quiet-river-lantern-42").text
    assert account(service, "bob").first_password
    assert bob.get("/desk").path.startswith("/desk/sign-in")
    own = Visitor(service, "adam").ask(
        "POST", "/desk/admin/staff/password", data={"email": email("adam"), "password": "quiet-river-lantern-42"}
    )
    assert own.status == 422


def test_only_administrators_edit(service):
    assert change(service, "sue", **BOB).status == 403
    assert Visitor(service, "alice").get(f"/desk/admin/staff/edit?email={email('bob')}").status == 403
    assert Visitor(service, "adam").get("/desk/admin/staff/edit?email=nobody@x").status == 404


def test_topics_that_somebody_handles_stand_in_the_form_and_are_kept(service):
    """Before: who handled topics was without any after the next change of the account, and got every case."""
    adam = Visitor(service, "adam")
    ticked = {**BOB, "category-land": "1", "category-trade": "1", "category-labour": "1"}
    assert "帳號已更新" in change(service, **ticked).text
    assert set(account(service, "bob").categories) == {"land", "trade", "labour"}
    page = adam.get(f"/desk/admin/staff/edit?email={email('bob')}")
    assert not page.outline.broken_rules()
    assert "帳號已更新" in adam.send(page, "/staff/edit", name="王小明").text
    assert set(account(service, "bob").categories) == {"land", "trade", "labour"}
