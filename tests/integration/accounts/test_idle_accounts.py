"""Accounts that nobody uses are closed, and no open case is left with them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.service.accounts import idle
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Audit, Staff
from routing.store.cases import queries as case_store
from tests.harness.cast import CAST, email
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def close(service, days=90):
    return idle.close(service.runtime, days, now=service.now)


def used(service, *people):
    """They sign in now."""
    with service.runtime.database.writing() as session:
        for person in people:
            account_store.staff_by_email(session, email(person)).used_at = service.now


def open_accounts(service):
    with service.runtime.database.reading() as session:
        return {person.email for person in account_store.all_staff(session, active=True)}


def test_whoever_was_not_there_for_so_long_is_closed_and_the_cases_go_to_others(service):
    """附表十, 帳號管理 (中)."""
    number = service.opened()
    with service.runtime.database.reading() as session:
        holder = case_store.by_number(session, number).assignee.partition("@")[0]
    assert close(service) == [], "what is not noted yet counts from now"
    service.later(days=91)
    used(service, *(name for name in CAST if name != holder))
    assert close(service) == [email(holder)]
    assert email(holder) not in open_accounts(service)
    with service.runtime.database.reading() as session:
        case = case_store.by_number(session, number)
        assert case.assignee != email(holder)
        entry = session.scalars(select(Audit).where(Audit.action == "staff.disable")).one()
        assert (entry.actor, entry.subject, entry.detail) == ("系統", email(holder), {"idle_days": 90})
    assert "閒置日數" in Visitor(service, "adam").get("/desk/admin/audit?q=staff.disable").text


def test_it_is_looked_at_once_a_day_and_only_where_the_agency_has_set_a_bound(service):
    close(service)
    service.later(days=91)
    used(service, *(name for name in CAST if name != "alice"))
    assert close(service, days=None) == []
    assert close(service) == [email("alice")]
    with service.runtime.writing() as (session, _):
        account_store.staff_by_email(session, email("alice")).disabled_at = None
    assert close(service) == [], "not twice a day"
    service.later(days=1)
    assert close(service) == [email("alice")]


def test_an_account_that_was_opened_again_begins_anew(service):
    close(service)
    service.later(days=91)
    used(service, *(name for name in CAST if name != "alice"))
    close(service)
    Visitor(service, "adam").ask("POST", "/desk/admin/staff/enable", data={"email": email("alice")})
    service.later(days=1)
    assert close(service) == []
    assert email("alice") in open_accounts(service)


def test_the_last_administrator_and_whoever_is_on_leave_stay(service):
    close(service)
    service.later(days=91)
    today = service.now.date()
    with service.runtime.writing() as (session, _):
        alice = account_store.staff_by_email(session, email("alice"))
        away = {"staff_id": alice.id, "first_day": today - timedelta(days=80), "last_day": today + timedelta(days=80)}
        session.add(account_store.Absence(**away, deputy_id=None))
        administrators = set(session.scalars(select(Staff.email).where(Staff.role == "admin")))
    closed = close(service)
    assert closed
    left = open_accounts(service)
    assert email("alice") in left
    assert len(left & administrators) == 1
