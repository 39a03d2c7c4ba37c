"""The same bounds on SQLite and PostgreSQL, and the same tax number on every way in (faults-2 15, 16, 18)."""

import json

import pytest
from sqlalchemy import func, select

from routing.domain.errors import Invalid
from routing.service.cases import histories
from routing.service.maintenance import backups
from routing.store.accounts.schema import Staff
from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact
from routing.store.office_calendar.schema import ClosureRow
from routing.store.session import Database
from tests.harness.databases import BOTH, migrated
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service
from tests.integration.knowledge_admin.test_uploads import onestop

STAFF = {"email": "new@kp.example", "name": "新同仁", "role": "admin", "unit": "", "password": "a long enough one"}
CLOSURE = {"day": "2026-11-20", "county": "高雄市", "part": "full", "district": "", "source": ""}
PLACES = [
    ("前鎮區", "前鎮區"),
    ("前鎮", "前鎮區"),
    ("前鎮 區", "前鎮區"),
    ("高雄市前鎮區", "前鎮區"),
    ("前镇区", "前鎮區"),
]


@pytest.fixture(scope="module", params=BOTH)
def service(request, tmp_path_factory):
    with migrated(request.param, tmp_path_factory.mktemp("bounds")) as url, Service(url) as service:
        yield service


def counted(service, table):
    with service.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize(
    ("page", "form", "words"),
    [
        ("staff/add", {**STAFF, "name": "長" * 81}, "姓名請在 80 字以內"),
        ("staff/add", {**STAFF, "email": "x" * 200 + "@kp.example"}, "電子郵件"),
        ("staff/add", {**STAFF, "name": "   "}, "姓名"),
        ("calendar/close", {**CLOSURE, "source": "https://example.gov.tw/" + "a" * 600}, "公告依據請在 500 字以內"),
        ("calendar/close", {**CLOSURE, "district": "很長的區名" * 9}, "這個鄉鎮市區"),
        ("calendar/close", {**CLOSURE, "district": "沒有這區"}, "高雄市沒有「沒有這區」這個鄉鎮市區"),
        ("calendar/close", {**CLOSURE, "district": "板橋區"}, "高雄市沒有"),
        ("calendar/close", {**CLOSURE, "county": "火星"}, "請選擇縣市"),
    ],
)
def test_what_is_too_long_or_unknown_is_refused_with_its_field(service, page, form, words):
    """Before: taken by SQLite, a 500 on PostgreSQL; a district of any name was taken by both and closed nothing."""
    before = counted(service, Staff), counted(service, ClosureRow)
    refused = Visitor(service, "adam").ask("POST", f"/desk/admin/{page}", data=form, follow=False)
    assert refused.status == 422
    assert words in refused.text
    assert (counted(service, Staff), counted(service, ClosureRow)) == before


@pytest.mark.parametrize(("typed", "kept"), PLACES)
def test_a_district_is_kept_by_its_full_name_and_closed_once(service, typed, kept):
    form = {**CLOSURE, "district": typed}
    Visitor(service, "adam").ask("POST", "/desk/admin/calendar/close", data=form, follow=False)
    with service.runtime.database.reading() as session:
        assert list(session.scalars(select(ClosureRow.district))) == [kept]
    again = Visitor(service, "adam").ask("POST", "/desk/admin/calendar/close", data=form, follow=False)
    assert again.status == 422
    assert "已登錄" in again.text


@pytest.mark.parametrize(("typed", "kept"), PLACES)
def test_the_commands_close_and_open_a_district_however_it_is_written(tmp_path, typed, kept):
    assert onestop(tmp_path, "migrate").returncode == 0
    closed = onestop(tmp_path, "calendar", "close", "2026-11-20", "--county", "高雄市", "--district", typed)
    assert (closed.returncode, f"高雄市{kept}" in closed.stdout) == (0, True)
    locked = onestop(tmp_path, "calendar", "open", "2026-11-20", "--county", "高雄市", "--district", typed)
    assert locked.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--district", "沒有這區"), "沒有「沒有這區」"), (("--district", "長" * 60), "沒有「"),
        (("--source", "a" * 501), "500 字"),
    ],
)  # fmt: skip
def test_the_command_refuses_in_one_line(tmp_path, arguments, words):
    onestop(tmp_path, "migrate")
    refused = onestop(tmp_path, "calendar", "close", "2026-11-20", "--county", "高雄市", *arguments)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (lambda now: Firm(name="長" * 121, created_at=now), "name"),
        (lambda now: Firm(name="甲\x00", created_at=now), "name"),
        (lambda now: Firm(name="甲\ud800", created_at=now), "name"),
        (lambda now: Contact(phone="0" * 41, created_at=now, dialogue={}), "phone"),
    ],
)
def test_no_row_holds_what_only_one_of_the_databases_takes(service, row, field):
    def write():
        with service.runtime.database.writing() as session:
            session.add(row(service.now))

    with pytest.raises(Invalid) as refused:
        write()
    assert refused.value.field == field


def test_a_longer_text_in_a_row_that_stands_is_refused_too(service):
    def write():
        with service.runtime.database.writing() as session:
            session.scalars(select(Staff)).first().name = "長" * 81

    with pytest.raises(Invalid, match="80"):
        write()


def test_a_copy_of_one_database_goes_into_the_other(service, tmp_path):
    service.opened(firm={"name": "長" * 120, "ubn": "04595257"}, contact="長" * 80, subject="長" * 200)
    backups.write(service.runtime.database, tmp_path / "copy", now=service.now)
    other = "postgres" if service.runtime.database.is_sqlite else "sqlite"
    with migrated(other, tmp_path) as url:
        target = Database(url)
        assert backups.read(target, tmp_path / "copy")["service_case"] == counted(service, Case)
        target.dispose()


WRONG = ["12345678", "00000000", "4595257", "123456789", "1234567８", "0459 5257", "", "九九九九九九九九"]


@pytest.mark.parametrize("number", WRONG)
def test_a_wrong_tax_number_is_refused_by_the_api(service, number):
    """faults-2 16. Before: any eight digits were taken."""
    before = counted(service, Case)
    refused = service.post("alice", "/cases", {**PHONE_CASE, "firm": {"name": "甲", "ubn": number}})
    assert (refused.status_code, refused.json()["field"]) == (422, "firm.ubn")
    assert "統一編號" in refused.json()["detail"]
    assert counted(service, Case) == before


@pytest.mark.parametrize("name", ["00000000", "12345678", "4595257"])
def test_digits_in_place_of_a_name_are_a_number_too(service, name):
    refused = service.post("alice", "/cases", {**PHONE_CASE, "firm": name})
    assert (refused.status_code, refused.json()["field"]) == (422, "firm.name")


@pytest.mark.parametrize("typed", ["12345678", "00000000", "4595257", "不知道"])
def test_a_wrong_tax_number_is_refused_at_the_desk(service, typed):
    alice = Visitor(service, "alice")
    page = alice.send(alice.get("/desk/new"), "/desk/new", category="land", text="內容", firm="甲", ubn=typed)
    assert page.status == 422
    assert "統一編號" in page.text


def test_the_desk_takes_a_tax_number_however_it_is_typed(service):
    alice = Visitor(service, "alice")
    typed = "０４５９-５２ ５７"
    assert alice.send(alice.get("/desk/new"), "/desk/new", category="land", text="甲", ubn=typed).status == 200
    with service.runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Firm).where(Firm.ubn == "04595257")) == 1


@pytest.mark.parametrize(("number", "words"), [("12345678", "檢查碼"), ("4595257", "8 位"), ("00000000", "檢查碼")])
def test_a_wrong_tax_number_refuses_the_line_of_an_import(service, number, words):
    line = json.dumps({
        "number": "KP-1141103-9001", "kind": "ENQ", "category": "land", "channel": "phone", "unit": "用地工程科",
        "firm": {"name": "甲", "ubn": number}, "received_at": "2025-11-03T10:00:00+08:00", "events": [],
    })  # fmt: skip
    with service.runtime.writing() as (session, office):
        done = histories.import_histories(session, office, [line], skip_bad=True, now=service.now)
    (refusal,) = done.refusals
    assert (done.imported, refusal.line, "firm.ubn" in refusal.reason, words in refusal.reason) == (0, 1, True, True)
