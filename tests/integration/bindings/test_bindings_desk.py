"""A code given out and a leaver cut off at the desk, by forms without scripts."""

import re

import pytest
from sqlalchemy import select

from routing.service.bindings import commands as bindings
from routing.store.cases.schema import Case
from routing.store.conversation.schema import Contact
from tests.harness.branch import add_contact
from tests.harness.pages import Visitor
from tests.harness.service import Service

FIRM = {"name": "晴川精密有限公司", "ubn": "04595257"}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_an_officer_gives_out_a_code_that_is_shown_once_and_cuts_off_who_has_left(service):
    number = service.opened(firm=FIRM)
    alice = Visitor(service, "alice")
    page = alice.send(alice.get(f"/desk/cases/{number}"), "/bindings/code")
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", page.text).group()
    assert page.answer.headers["cache-control"] == "no-store"
    assert not page.outline.broken_rules()
    assert code not in alice.get(f"/desk/cases/{number}").text
    with service.runtime.database.writing() as session:
        contact = session.get(Contact, add_contact(session, "U1", now=service.now, name="王小姐"))
        assert bindings.bind(session, contact, ubn="04595257", code=code.replace("-", ""), now=service.now)
        firm_id = session.scalars(select(Case.firm_id).where(Case.number == number)).one()
    page = alice.get(f"/desk/cases/{number}")
    assert "王小姐" in page.text
    assert not page.outline.broken_rules()
    page = alice.send(page, "/end")
    assert "已解除綁定" in page.text
    with service.runtime.database.reading() as session:
        assert bindings.colleagues(session, firm_id) == []


def test_other_units_read_who_is_bound_and_change_nothing(service):
    number = service.opened(firm=FIRM)
    page = Visitor(service, "carol").get(f"/desk/cases/{number}")
    assert not page.offers("/bindings/code")
    assert Visitor(service, "carol").ask("POST", f"/desk/cases/{number}/bindings/code").status == 403
