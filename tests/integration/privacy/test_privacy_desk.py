"""Requests about personal data at the desk, by forms without scripts, and the page behind the signed link."""

import pytest

from routing.service.privacy import personal_data
from routing.store.conversation.schema import Contact, Message
from tests.harness.branch import add_contact
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@pytest.fixture
def sue(service):
    return Visitor(service, "sue")


def link(service):
    """A link of somebody who wrote one thing."""
    with service.runtime.writing() as (session, office):
        contact = session.get(Contact, add_contact(session, "U1", now=service.now, name="王小姐"))
        session.add(
            Message(
                contact_id=contact.id, direction="in", kind="text", text="<b>路燈不亮</b>", at=service.now, via="line"
            )
        )
        return personal_data.link(session, office, contact, now=service.now)


def test_a_request_on_paper_is_entered_with_the_clock_of_the_law_and_reminded_of(service, sue):
    page = sue.send(
        sue.get("/desk/privacy"), "/desk/privacy/requests", right="access", asked_by="王小姐", channel="letter"
    )
    assert "已登錄個資請求" in page.text
    assert "115.12.01" in page.text
    assert not page.outline.broken_rules()
    assert "個資請求 1 件" in sue.get("/desk").text
    assert "個資請求 1 件" not in Visitor(service, "alice").get("/desk").text
    service.later(days=16)
    assert "已逾期限 1 件" in Visitor(service, "sue").get("/desk").text


def test_it_is_extended_and_decided_with_a_reason(service, sue):
    sue.send(sue.get("/desk/privacy"), "/desk/privacy/requests", right="erasure", asked_by="王小姐", channel="phone")
    page = sue.send(sue.get("/desk/privacy"), "/extend", reason="需調閱紙本檔案")
    assert "已延長" in page.text
    assert not page.offers("/extend")
    page = sue.send(page, "/grant", reason="已刪除通訊錄")
    assert "已同意" in page.text
    assert "已刪除通訊錄" in page.text
    assert not page.offers("/grant")


def test_a_refused_form_keeps_what_was_typed(sue):
    page = sue.send(sue.get("/desk/privacy"), "/desk/privacy/requests", right="", asked_by="王小姐", channel="letter")
    assert page.status == 422
    assert page.form("/desk/privacy/requests").fields["asked_by"] == "王小姐"


def test_the_link_opens_a_page_and_a_file_and_then_no_more(service):
    path = link(service).removeprefix("http://127.0.0.1:8000")
    visitor = Visitor(service)
    page = visitor.get(path)
    assert "王小姐" in page.text
    assert "<b>路燈不亮</b>" in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    assert not page.outline.broken_rules()
    assert visitor.get(f"{path}?format=json").answer.json()["person"]["name"] == "王小姐"
    service.later(minutes=31)
    assert visitor.get(path).status == 404


def test_a_link_is_signed_with_the_secret_of_the_settings(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'a.db'}", ONESTOP_SECRET_KEY="one-secret-key") as one:
        path = link(one).removeprefix("http://127.0.0.1:8000")
        assert Visitor(one).get(path).status == 200
    other = Service(f"sqlite:///{tmp_path / 'a.db'}", ONESTOP_SECRET_KEY="another-secret-key")
    assert Visitor(other).get(path).status == 404
    other.runtime.database.dispose()
