"""Land over HTTP and by the command: the list with its preview, the case page, the calls, and who may."""

from __future__ import annotations

import pytest

from bot.__main__ import main
from routing.store.cases import queries as store
from tests.harness.branch import add_contact
from tests.harness.databases import migrated
from tests.harness.pages import Visitor
from tests.harness.service import Service

HEAD = "編號,園區,類型,面積(坪),資料日期\n"
GOOD = HEAD + "A-1,楠梓,廠房,250,115.11.01\nA-2,楠梓,土地,900,115.11.01\n"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def upload(visitor, text, **fields):
    return visitor.ask("POST", "/desk/plots/import", data=fields, files={"file": ("清冊.csv", text.encode("cp950"))})


def on_line(service, number):
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        row.contact_id = add_contact(session, f"U{number}", now=service.now)


def test_a_list_is_looked_at_then_taken_in_and_chosen_plots_go_to_the_firm(service):
    alice = Visitor(service, "alice")
    bad = upload(alice, HEAD + "A-1,火星,廠房,很大,115.11.01\n")
    assert "第 2 列「園區」「火星」：不認得這個園區。" in bad.text
    assert "第 2 列「面積(坪)」「很大」" in bad.text
    assert "確認匯入" not in bad.text
    seen = upload(alice, GOOD)
    assert "共 2 筆，匯入後取代 楠梓 的現有用地" in seen.text
    assert service.get("alice", "/plots").json()["items"] == []
    done = alice.send(seen, "/desk/plots/import")
    assert "已匯入用地清冊" in done.text
    assert "826.4 ㎡" in done.text
    number = service.opened()
    on_line(service, number)
    entered = alice.step(number, "need", where="楠梓", form="building", area="兩三百坪", power="500 kW")
    assert "661.2 ㎡（200 坪） – 991.7 ㎡（300 坪）" in entered.text
    assert "用電待確認" in entered.text
    assert "不符的用地與原因（1 筆）" in entered.text
    refused = alice.step(number, "need", area="很大")
    assert "無法判讀" in refused.text
    assert refused.form("/need").fields["area"] == "很大"
    ids = {one["code"]: one["id"] for one in service.get("alice", "/plots", park="楠梓").json()["items"]}
    none = alice.step(number, "plots")
    assert "請至少選擇一筆用地" in none.text
    version = none.form("/plots").fields["version"]
    chosen = {"version": version, f"plot.{ids['A-1']}": "on"}
    sent = alice.ask("POST", f"/desk/cases/{number}/plots", data=chosen)
    assert "已傳送所選用地" in sent.text
    assert "傳送 1 筆用地資料" in sent.text
    assert "未說明" not in Visitor(service, "sue").get("/desk/plots/unmet").text


def test_the_calls_answer_as_the_contract_says(service):
    alice = Visitor(service, "alice")
    alice.send(upload(alice, GOOD), "/desk/plots/import")
    first = service.get("alice", "/plots", limit=1).json()
    assert (first["items"][0]["code"], first["items"][0]["area_ping"], first["items"][0]["fresh"]) == ("A-1", 250, True)
    rest = service.get("alice", "/plots", limit=1, cursor=first["next_cursor"]).json()
    assert ([one["code"] for one in rest["items"]], rest["next_cursor"]) == (["A-2"], None)
    assert service.get("alice", "/plots", form="land", min_area=1000, q="A-").json()["items"][0]["code"] == "A-2"
    for query in ({"park": "火星"}, {"form": "x"}, {"cursor": "x"}, {"unknown": "1"}):
        assert service.get("alice", "/plots", **query).status_code == 422
    assert service.get("tai", "/plots").status_code == 403
    number = service.opened()
    on_line(service, number)
    need = service.post("alice", f"/cases/{number}/need", {"where": "楠梓", "area": "250 坪"})
    assert need.json()["parks"] == ["楠梓"]
    shown = service.get("alice", f"/cases/{number}/plots").json()
    assert [(one["code"], one["verdict"], one["sendable"]) for one in shown["items"]] == [
        ("A-1", "yes", True), ("A-2", "no", True),
    ]  # fmt: skip
    ids = [one["id"] for one in shown["items"]]
    assert service.post("carol", f"/cases/{number}/plots", {"plots": ids}).status_code == 403
    sent = service.post("alice", f"/cases/{number}/plots", {"plots": ids})
    assert (sent.status_code, sent.json()["status"]) == (201, "in_progress")
    assert service.get("sue", "/plots/unmet").json()["unmet"] == 0
    service.later(days=20)
    old = service.post("alice", f"/cases/{number}/plots", {"plots": ids})
    assert (old.status_code, old.json()["code"], old.json()["field"]) == (422, "plot_outdated", "plots")
    assert service.get("alice", "/plots", fresh=True).json()["items"] == []


def test_the_command_names_each_bad_cell_and_changes_nothing_until_a_list_is_whole(tmp_path, monkeypatch, capsys):
    with migrated("sqlite", tmp_path) as url:
        monkeypatch.setenv("ONESTOP_DATABASE_URL", url)
        monkeypatch.chdir(tmp_path)
        path = tmp_path / "清冊.csv"

        def run(text, *more):
            path.write_bytes(text.encode("utf-8-sig"))
            with pytest.raises(SystemExit) as left:
                main(["plots", "import", str(path), *more])
            out = capsys.readouterr()
            return left.value.code or 0, out.out + out.err

        assert run(HEAD + "A-1,火星,廠房,很大,115.01.01\n")[0] == 1
        code, said = run(HEAD + "A-1,楠梓,廠房,250,115.01.01\n", "--dry-run")
        assert (code, "預覽，沒有匯入" in said, "已逾 30 日" in said) == (0, True, True)
        code, said = run(HEAD + "A-1,楠梓,廠房,250,115.01.01\n")
        assert (code, "已匯入 1 筆，其中新增 1 筆" in said) == (0, True)
        code, said = run("編號,面積\nA,1\n")
        assert (code, "找不到欄位：園區" in said) == (2, True)
