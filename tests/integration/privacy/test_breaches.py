"""Personal data that got out: entered by a form, everybody affected as one file; what the public is told of files."""

from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import load_workbook as calamine
from sqlalchemy import select

from routing.store.accounts.schema import Audit
from routing.store.conversation.schema import Contact, Message
from routing.store.privacy import breaches as breach_store
from tests.harness.branch import add_contact
from tests.harness.pages import Visitor
from tests.harness.service import Service

FORM = {
    "level": "2", "facts": "備份硬碟遺失", "effects": "聯絡人姓名與電話", "measures": "已報警、更換密碼", "support": "",
}  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@pytest.fixture
def sue(service):
    return Visitor(service, "sue")


def wrote(service, external_id, name, *, days_ago):
    with service.runtime.writing() as (session, _office):
        at = service.now - timedelta(days=days_ago)
        contact = session.get(Contact, add_contact(session, external_id, now=at, name=name))
        contact.phone = "07-3611212"
        session.add(Message(contact_id=contact.id, direction="in", kind="text", text="你好", at=at, via="line"))


def people(sue, breach=1):
    page = sue.get(f"/desk/privacy/breaches/{breach}/file.csv")
    assert page.status == 200
    return page.answer.content.decode("utf-8-sig")


def test_everybody_affected_is_one_file_with_the_facts_and_it_is_noted_who_took_it(service, sue):
    """compliance A14: the form's fields, and the list of affected persons in one step."""
    wrote(service, "U1", "王小姐", days_ago=3)
    number = service.opened(text="路燈不亮")
    page = sue.send(sue.get("/desk/privacy/breaches"), "/desk/privacy/breaches", **FORM)
    assert not page.outline.broken_rules()
    assert "備份硬碟遺失" in page.text
    assert "72 小時內" in page.text
    found = people(sue)
    for words in ("王小姐", "07-3611212", number, "可送達"):
        assert words in found
    sheet = calamine(BytesIO(sue.get("/desk/privacy/breaches/1/file.xlsx").answer.content))
    rows = [row for name in sheet.sheet_names for row in sheet.get_sheet_by_name(name).to_python()]
    told = [str(cell) for row in rows for cell in row]
    for words in ("王小姐", "事實：備份硬碟遺失", "因應措施：已報警、更換密碼"):
        assert words in told
    with service.runtime.reading() as (session, _office):
        noted = session.scalars(select(Audit).where(Audit.action.startswith("breach.")).order_by(Audit.id))
        assert [(one.action, one.subject) for one in noted] == [
            ("breach.entered", "breach 1"), *[("breach.list", "breach 1")] * 2,
        ]  # fmt: skip
    assert "登錄個資事故" in Visitor(service, "adam").get("/desk/admin/audit").text


def test_only_the_cases_named_are_within_reach(service, sue):
    wrote(service, "U1", "王小姐", days_ago=3)
    number = service.opened(text="路燈不亮")
    sue.send(sue.get("/desk/privacy/breaches"), "/desk/privacy/breaches", **FORM, numbers=f"{number.lower()}、")
    found = people(sue)
    assert number in found
    assert "王小姐" not in found


def test_who_came_after_the_days_is_not_affected(service, sue):
    wrote(service, "U1", "王小姐", days_ago=30)
    wrote(service, "U2", "李先生", days_ago=1)
    until = (service.now - timedelta(days=10)).date().isoformat()
    sue.send(sue.get("/desk/privacy/breaches"), "/desk/privacy/breaches", **FORM, until=until)
    found = people(sue)
    assert "王小姐" in found
    assert "李先生" not in found


def test_the_persons_told_is_noted_once(service, sue):
    page = sue.send(sue.get("/desk/privacy/breaches"), "/desk/privacy/breaches", **FORM)
    page = sue.send(page, "/told")
    assert "已通知" in page.text
    assert sue.ask("POST", "/desk/privacy/breaches/1/told").status == 409


@pytest.mark.parametrize(
    "wrong",
    [{"facts": ""}, {"level": "5"}, {"level": ""}, {"known_at": "2030-01-01T00:00"}, {"numbers": "KP-1000101-0001"},
     {"since": "2026-11-02", "until": "2026-11-01"}, {"effects": "長" * 4001}],
)  # fmt: skip
def test_a_form_that_cannot_be_used_keeps_what_was_typed(sue, wrong):
    page = sue.ask("POST", "/desk/privacy/breaches", data={**FORM, **wrong})
    assert page.status == 422
    assert "已報警、更換密碼" in page.html


def test_the_inventory_is_shown_to_administrators_and_published_for_everybody(service):
    """compliance A1, A10: the public text is made of the inventory."""
    page = Visitor(service, "adam").get("/desk/admin/inventory")
    assert not page.outline.broken_rules()
    for words in ("廠商聯絡人資料檔", "contact_address", "未設定，不刪除", "檔案保存年限"):
        assert words in page.text
    public = Visitor(service).get("/privacy/files")
    assert not public.outline.broken_rules()
    for words in ("廠商聯絡人資料檔", "特定目的", "LINE 使用者識別碼", "高屏分局"):
        assert words in public.text
    assert "contact_address" not in public.text


def test_more_people_are_found_than_one_statement_takes(service):
    wrote(service, "U1", "王小姐", days_ago=3)
    with service.runtime.reading() as (session, _office):
        found = breach_store.contacts(session, range(1, 70_001))
        assert [one.name for one in found.values()] == ["王小姐"]
        assert breach_store.firms(session, range(1, 70_001)) == {}
