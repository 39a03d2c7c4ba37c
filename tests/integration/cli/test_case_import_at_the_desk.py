"""Cases of a spreadsheet at the desk: every bad cell is named, and what is taken in is what the command takes in."""

from __future__ import annotations

import io

import pytest

from bot.desk.admin.case_import import EXAMPLE
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.unit.bot.web.test_case_tables import MAP, TABLE

PATH = "/desk/admin/case-import"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def as_csv(rows, encoding="utf-8-sig"):
    return "\n".join(",".join(row) for row in rows).encode(encoding)


def send(service, body, *, who="adam", mapping=MAP, **fields):
    files = {"file": ("cases.csv", io.BytesIO(body))} if body is not None else {"file": ("", b"")}
    return Visitor(service, who).ask("POST", PATH, data={"mapping": mapping, **fields}, files=files)


def cases(service):
    return {one["number"]: one for one in service.get("sue", "/cases").json()["items"]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "big5"])
def test_a_table_is_looked_at_and_then_taken_in_as_it_was_shown(service, encoding):
    page = send(service, as_csv(TABLE, encoding))
    assert (page.status, page.outline.broken_rules()) == (200, [])
    assert "可匯入 2 件" in page.text
    assert cases(service) == {}
    (form,) = [one for one in page.outline.forms if one.fields.get("take")]
    done = send(service, None, mapping=form.fields["mapping"], held=form.fields["held"], take="yes")
    assert "案件已匯入" in done.text
    found = cases(service)
    assert found["KP-1150105-0001"]["status"] == "closed"
    assert found["KP-1150105-0001"]["received_at"][:10] == "2026-01-05"
    # An empty cell of a merged column says what the one above says.
    assert found["KP-1150105-0002"]["unit"] == "用地工程科"
    assert "沒有新的案件；2 件先前已匯入" in send(service, as_csv(TABLE, encoding)).text
    audit = Visitor(service, "adam").get("/desk/admin/audit").text
    assert "adam" in audit


def test_every_bad_cell_is_named_and_nothing_is_taken_in(service):
    bad = [TABLE[0], ["KP-1150105-0001", "無此科", "115.13.1", *TABLE[1][3:]], TABLE[2]]
    bad[2] = [*bad[2][:5], "天文", *bad[2][6:]]
    for take in ({}, {"take": "yes"}):
        page = send(service, as_csv(bad), **take)
        for cell in ("B2「科別」", "C2「受理日期」：日期「115.13.1」無法判讀", "F3「類別」"):
            assert cell in page.text
        assert "沒有匯入任何案件" in page.text
        assert page.form(PATH).fields["mapping"].strip() == MAP.strip()
    assert cases(service) == {}


def test_a_mapping_or_a_file_that_cannot_be_used_is_said_and_kept(service):
    for mapping, body in (("columns: [", as_csv(TABLE)), (MAP, b"\x00\x01"), (MAP, b"")):
        page = send(service, body, mapping=mapping)
        assert (page.status, page.outline.broken_rules()) == (422, [])
        assert page.form(PATH).fields["mapping"].strip() == mapping.strip()
    assert send(service, as_csv([TABLE[0], *TABLE[1:] * 1001])).status == 422
    for who in ("alice", "sue", "tai"):
        assert send(service, as_csv(TABLE), who=who).status == 403


def test_the_example_on_the_page_reads_the_worked_example_of_the_manual(service):
    assert "可匯入 2 件" in send(service, as_csv(TABLE), mapping=EXAMPLE).text
