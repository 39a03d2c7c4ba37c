"""Tables of cases and lists of firms by the command, in the forms in which offices send them."""

from __future__ import annotations

import json

import pytest

from bot.__main__ import main
from bot.web.tables import Format, Table, write
from routing.store.cases.schema import Firm
from tests.harness.service import Service
from tests.unit.bot.web.test_case_tables import MAP, NOW, TABLE


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@pytest.fixture
def onestop(service, monkeypatch, capsys):
    """Runs a command on the service's database; gives exit code, what it said and what it complained of."""
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.runtime.database.url)

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return left.value.code, said.out.strip(), said.err.strip()

    return run


def test_a_table_in_any_form_becomes_the_same_cases_and_its_bad_cells_are_named(service, onestop, tmp_path):
    told, out = tmp_path / "map.yaml", tmp_path / "out"
    told.write_text(MAP, "utf-8")
    bad = [list(row) for row in TABLE]
    bad[2][2] = "115.2.30"
    bad[1][1] = "不存在科"
    csv = tmp_path / "cases.csv"
    csv.write_bytes("\r\n".join(",".join(row) for row in bad).encode("cp950"))
    for options, code in (((), 1), (("--dry-run",), 1)):
        left, said, complained = onestop("cases", "import", csv, "--map", told, *options)
        assert (left, "僅檢查" in said) == (code, bool(options))
        assert "第 2 列 B2「科別」：單位" in complained or "第 2 列 B2「科別」：欄位 unit" in complained
        assert "第 3 列 C3「受理日期」：日期「115.2.30」無法判讀" in complained
    assert onestop("cases", "export")[1] == ""
    table = Table(title="x", columns=TABLE[0], rows=TABLE[1:], notes=(), made_at=NOW)
    for form in (Format.XLSX, Format.ODS):
        out = tmp_path / f"cases.{form}"
        out.write_bytes(write(table, form))
        left, said, _ = onestop("cases", "import", out, "--map", told)
        assert left == 0
        assert said == ("匯入 2 件" if form is Format.XLSX else "匯入 0 件") + (
            "，略過已有 0 件，不合格 0 列" if form is Format.XLSX else "，略過已有 2 件，不合格 0 列"
        )
    numbers = [json.loads(line)["number"] for line in onestop("cases", "export")[1].splitlines()]
    assert numbers == ["KP-1150105-0001", "KP-1150105-0002"]
    left, _, complained = onestop("cases", "import", out)
    assert left == 2
    assert "--map" in complained


def test_a_list_of_firms_adds_and_writes_nothing_over(service, onestop, tmp_path):
    with service.runtime.writing() as (session, _office):
        session.add(Firm(name="12345675", ubn="12345675", created_at=service.now))
        session.add(Firm(name="範例電子", ubn="04595257", email="a@example.com", created_at=service.now))
    csv = tmp_path / "firms.csv"

    def given(*rows, options=()):
        csv.write_text("\n".join(["統一編號,公司名稱,電子郵件", *rows]), "utf-8-sig")
        return onestop("firms", "import", csv, *options)

    def firms():
        with service.runtime.reading() as (session, _office):
            return sorted((one.ubn, one.name, one.email, one.verified) for one in session.query(Firm))

    before = firms()
    left, _, complained = given(
        "12345675,晴川精密,b@example.com", "4595257,別家,", "1234567x,甲,", "12345675,晴川精密,"
    )
    assert left == 1
    assert [line[:6] for line in complained.splitlines()[:3]] == ["第 3 列「", "第 4 列「", "第 5 列「"]
    assert "已登記為「範例電子」" in complained
    good = (
        "12345675,晴川精密股份有限公司,b@example.com",
        "4595257,範例電子股份有限公司,",
        "22099131,新進精機,c@example.com",
    )
    assert given(*good, options=("--dry-run",))[1].startswith("新增 1 家，補登 1 家，相同 1 家")
    assert firms() == before
    assert given(*good)[:2] == (0, "新增 1 家，補登 1 家，相同 1 家，不合格 0 列")
    assert firms() == [
        ("04595257", "範例電子", "a@example.com", False), ("12345675", "晴川精密股份有限公司", "b@example.com", False),
        ("22099131", "新進精機", "c@example.com", False),
    ]  # fmt: skip
    assert given(*good)[1].startswith("新增 0 家，補登 0 家，相同 3 家")
