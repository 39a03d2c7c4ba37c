"""Every door for a spreadsheet takes the forms in which offices send one: CSV in their encodings, XLSX, ODS, merged."""

from __future__ import annotations

import io
from datetime import date

import pytest

from bot.__main__ import main
from bot.desk.admin.case_import import EXAMPLE
from routing.store.cases.schema import Firm
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.harness.spreadsheets import FORMS, sent

CASES = [
    ("案號", "科別", "受理日期", "廠商", "統編", "類別", "事由", "分案日", "承辦人", "回復日", "結案日", "結果"),
    ("KP-1150105-0001", "用地工程科", date(2026, 1, 5), "甲公司", None, "土地", "續租", *[None] * 5),
    ("KP-1150105-0002", "用地工程科", date(2026, 1, 5), "乙公司", None, "土地", "退租", *[None] * 5),
    ("KP-1150106-0001", "營運管理科", date(2026, 1, 6), "丙公司", None, "水電", "停電", *[None] * 5),
]
PLOTS = [
    ("園區", "編號", "類型", "面積", "資料日期"),
    ("楠梓", "A-1", "廠房", 800, date(2026, 11, 1)),
    ("楠梓", "A-2", "廠房", 850, date(2026, 11, 1)),
    ("前鎮", "B-1", "土地", 5000, date(2026, 11, 2)),
]
FIRMS = [
    ("統一編號", "公司名稱", "電子郵件"),
    ("12345675", "晴川精密", "b@example.com"),
    ("22099131", "新進精機", None),
]
TITLE = "一一五年度清冊"


@pytest.fixture
def service(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'doors.db'}") as service:
        yield service


@pytest.fixture
def onestop(service, monkeypatch, capsys, tmp_path):
    """Runs a command with a file; gives exit code and what was said."""
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.runtime.database.url)

    def run(*words, body):
        file = tmp_path / "sent"
        file.write_bytes(body)
        with pytest.raises(SystemExit) as left:
            main([*words[:2], str(file), *words[2:]])
        said = capsys.readouterr()
        return left.value.code or 0, said.out + said.err

    return run


def at_desk(service, path, body, **fields):
    return Visitor(service, "adam").ask("POST", path, data=fields, files={"file": ("清冊", io.BytesIO(body))})


def cases(service):
    found = service.get("sue", "/cases").json()["items"]
    return sorted((one["number"], one["unit"], one["received_at"][:10], one["subject"]) for one in found)


TAKEN = [(row[0], row[1], row[2].isoformat(), row[6]) for row in CASES[1:]]


@pytest.mark.parametrize("form", FORMS)
def test_cases_at_the_desk(service, form):
    body = sent(CASES, form, title=TITLE, merged=(1,))
    assert "可匯入 3 件" in at_desk(service, "/desk/admin/case-import", body, mapping=EXAMPLE).text
    assert cases(service) == []
    taken = at_desk(service, "/desk/admin/case-import", body, mapping=EXAMPLE, take="yes")
    assert "案件已匯入" in taken.text
    assert cases(service) == TAKEN


@pytest.mark.parametrize("form", FORMS)
def test_a_bad_cell_of_cases_is_named_as_the_spreadsheet_names_it(service, form):
    bad = [CASES[0], CASES[1], ("KP-1150105-0002", "用地工程科", "115.13.1", *CASES[2][3:]), CASES[3]]
    page = at_desk(service, "/desk/admin/case-import", sent(bad, form, title=TITLE), mapping=EXAMPLE, take="yes")
    assert "C4「受理日期」：日期「115.13.1」無法判讀" in page.text
    assert cases(service) == []


@pytest.mark.parametrize("form", FORMS)
def test_cases_by_the_command(service, onestop, tmp_path, form):
    told = tmp_path / "map.yaml"
    told.write_text(EXAMPLE, "utf-8")
    left, said = onestop("cases", "import", "--map", str(told), body=sent(CASES, form, title=TITLE, merged=(1,)))
    assert left == 0, said
    assert cases(service) == TAKEN


def plots(service):
    found = service.get("alice", "/plots").json()["items"]
    return sorted((one["code"], one["park"], one["area"], one["as_of"]) for one in found)


PLOTS_TAKEN = [(row[1], row[0], float(row[3]), row[4].isoformat()) for row in PLOTS[1:]]


@pytest.mark.parametrize("form", FORMS)
def test_plots_at_the_desk_and_by_the_command(service, onestop, form):
    """Merged cells are those of a workbook: what a CSV leaves empty is empty, and named."""
    merged = (0,) if form in {"xlsx", "ods"} else ()
    body = sent(PLOTS, form, title=TITLE, merged=merged)
    assert "共 3 筆" in at_desk(service, "/desk/plots/import", body).text
    assert plots(service) == []
    assert "已匯入用地清冊" in at_desk(service, "/desk/plots/import", body, take="yes").text
    assert plots(service) == PLOTS_TAKEN
    left, said = onestop("plots", "import", body=body)
    assert (left, "已匯入 3 筆，其中新增 0 筆" in said) == (0, True)


@pytest.mark.parametrize("form", FORMS)
def test_firms_by_the_command(service, onestop, form):
    left, said = onestop("firms", "import", body=sent(FIRMS, form, title=TITLE))
    assert (left, "新增 2 家" in said) == (0, True)
    with service.runtime.reading() as (session, _office):
        assert sorted((one.ubn, one.name) for one in session.query(Firm)) == [
            ("12345675", "晴川精密"), ("22099131", "新進精機"),
        ]  # fmt: skip
