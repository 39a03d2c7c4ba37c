"""The command line: every command, one clear line for whatever goes wrong, copies and periods (contract §1)."""

import gzip
import io
import json
import os
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.__main__ import COMMANDS, main
from routing.domain.errors import Invalid
from routing.service.maintenance import backups, retention
from routing.store.conversation.schema import Media, Message
from routing.store.messaging.schema import Inbox, Outbox
from routing.store.session import Database
from tests.harness.branch import add_contact
from tests.harness.databases import migrated_file
from tests.harness.service import MONDAY, PHONE_CASE, Service

GOLDEN = Path(__file__).parents[2] / "golden" / "histories.jsonl"
PASSWORD = "sparrow lantern ridge"


@pytest.fixture
def onestop(tmp_path, monkeypatch, capsys):
    """Runs a command on a database of the test's own; gives exit code, what it said and what it complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONESTOP_DATABASE_URL", f"sqlite:///{tmp_path / 'onestop.db'}")

    def run(*arguments, typed=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return run


@pytest.fixture
def migrated(onestop):
    assert onestop("migrate")[0] == 0
    return onestop


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"demo", "richmenu"}))
def test_every_command_has_help(onestop, command):
    code, said, _ = onestop(command, "--help")
    assert code == 0
    assert f"Usage: onestop {command}" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("nosuch",), ("migrate", "--nosuch"), ("serve", "--port", "0"), ("serve", "--port", "x"),
        ("calendar", "check", "x"),
        ("turnaround", "--from", "2025-02-30", "--to", "2025-03-01"), ("turnaround", "--from", "2025-02-01"),
        ("turnaround", "--from", "2025-02-01", "--to", "2025-01-01"), ("cases", "import", "missing.jsonl"),
        ("turnaround", "--from", "2025-02-01", "--to", "2025-02-28", "--kind", "X"), ("token", "create"),
        ("staff", "add", "--email", "a@b.tw", "--name", "x", "--role", "king", "--password-stdin"),
        ("staff", "add", "--email", "a@b.tw", "--name", "x", "--role", "officer", "--password-stdin"),
        ("staff", "disable", "nobody@b.tw"), ("token", "create", "--email", "nobody@b.tw"), ("restore", "missing"),
        ("calendar", "close", "2026-11-30", "--county", "火星"), ("retention", "run", "--audit", "179"),
        ("calendar", "close", "2026-11-30", "--county", "高雄市", "--part", "noon"), ("deadline", "--limit", "6d"),
    ],
)  # fmt: skip
def test_bad_arguments_end_with_2_and_one_line(migrated, arguments):
    code, said, complaint = migrated(*arguments, typed=PASSWORD + "\n")
    assert (code, said) == (2, "")
    assert complaint.startswith("錯誤：")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONESTOP_TYPO", "1"), ("ONESTOP_DATABASE_URL", "mysql://x"), ("ONESTOP_AGENCY_CODE", "kp"),
        ("ONESTOP_DATABASE_URL", "postgresql+psycopg://x@127.0.0.1:1/x"), ("ONESTOP_CLOCK_OFFSET", "soon"),
        ("ONESTOP_KEEP_AUDIT", "179"), ("ONESTOP_KEEP_CHAT", "0"), ("ONESTOP_KEEP_CHAT", "long"),
    ],
)  # fmt: skip
def test_settings_and_databases_that_cannot_be_used_are_one_line(migrated, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    code, said, complaint = migrated("staff", "list")
    assert (code, said, complaint.count("\n")) == (1, "", 1)


def test_an_unmigrated_database_says_what_mends_it(onestop):
    code, _, complaint = onestop("staff", "list")
    assert code == 1
    assert "onestop migrate" in complaint


def test_staff_and_tokens(migrated):
    added = ("staff", "add", "--email", "A@kp.example", "--name", "甲", "--role", "officer", "--unit", "用地工程科",
             "--categories", "land,construction", "--password-stdin")  # fmt: skip
    assert migrated(*added, typed=PASSWORD)[0] == 0
    assert migrated(*added, typed=PASSWORD)[0] == 2
    assert migrated("staff", "list")[1] == "a@kp.example\t甲\tofficer\t用地工程科\t啟用\n"
    code, said, _ = migrated("token", "create", "--email", "a@kp.example")
    assert code == 0
    assert said.splitlines()[-1].startswith("ost_")
    assert migrated("staff", "disable", "a@kp.example")[0] == 0
    assert migrated("staff", "list")[1].endswith("停用\n")
    assert migrated("token", "create", "--email", "a@kp.example")[0] == 2


def test_histories_in_and_out_and_the_report(migrated, tmp_path):
    assert migrated("cases", "import", GOLDEN)[0] == 0
    code, said, _ = migrated("cases", "export")
    assert (code, said) == (0, GOLDEN.read_text("utf-8"))
    code, said, _ = migrated("turnaround", "--from", "2025-02-01", "--to", "2025-02-28", "--by", "unit")
    report = json.loads(said)
    assert (code, report["closed_cases"], report["on_time"]) == (0, 21, 14)
    assert sum(group["closed_cases"] for group in report["groups"]) == 21
    period = ("--from", "2025-02-01", "--to", "2025-02-28")
    code, said, _ = migrated("turnaround", *period, "--by", "unit", "--base", "113")
    base = json.loads(said)["base"]
    assert (code, base["from"], base["to"]) == (0, "2024-02-01", "2024-02-29")
    assert (base["moved"][1]["figure"], base["moved"][1]["now"], base["moved"][4]["change"]) == ("closed_cases", 21, 7)
    assert migrated("turnaround", *period, "--base", "114")[0] == 2
    code, said, _ = migrated("turnaround", *period, "--held")
    held = json.loads(said)
    assert (code, held["closed_cases"], held["late"]) == (0, 21, 7)
    assert held["days"] == pytest.approx(report["days_used"]["mean"] * 21)
    assert sum(group["days"] for group in held["groups"]) == held["days"]
    assert migrated("turnaround", *period, "--held", "--by", "park")[0] == 2
    code, said, _ = migrated("turnaround", *period, "--bot")
    assert (code, json.loads(said)["asked"], json.loads(said)["sent"][0]["month"]) == (0, 0, "2025-02")
    code, said, _ = migrated("outlook", "--unit", "用地工程科")
    assert (code, json.loads(said)["unit"], json.loads(said)["due_count"]) == (0, "用地工程科", 0)
    code, said, _ = migrated("outlook", "--format", "csv", "--table", "people")
    assert (code, "承辦人" in said, "代理人" in said) == (0, True, True)
    for command in (("outlook",), ("annual", "114")):
        code, said, complaint = migrated(*command, "--format", "csv")
        assert (code, said) == (2, "")
        assert complaint.count("（") > 4, "it names the tables"
        assert "請以 table 指定" in complaint
    assert migrated("outlook", "--unit", "無此科")[0] == 2
    code, said, _ = migrated("open-data", *period, "--by", "unit")
    rows = [row for row in json.loads(said)["rows"] if row["group"] == "合計" and row["kind"] == "一般諮詢"]
    assert (code, [row["closed_cases"] for row in rows]) == (0, [21])
    assert migrated("open-data", *period, "--by", "officer")[0] == 2
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{\n" + GOLDEN.read_text("utf-8"), "utf-8")
    code, said, complaint = migrated("cases", "import", bad)
    assert (code, said) == (1, "")
    assert complaint.startswith("第 1 行")
    assert migrated("cases", "import", bad, "--skip-bad")[0] == 0
    bad.write_bytes(b"\xff\xfe")
    assert migrated("cases", "import", bad)[0] == 2


def test_the_calendar_is_closed_and_opened_and_the_deadline_follows(migrated):
    asked = ("deadline", "--received", "2026-11-26T10:00+08:00", "--limit", "3d", "--office", "KH", "--json")
    code, said, complaint = migrated(*asked)
    assert code == 0, complaint
    before = json.loads(said)["due_on"]
    assert migrated("calendar", "close", "2026-11-27", "--county", "高雄市", "--source", "人事行政總處")[0] == 0
    assert "2026-11-27 高雄市 停班" in migrated("calendar", "check", "2026")[1]
    assert json.loads(migrated(*asked)[1])["due_on"] > before
    assert migrated("calendar", "open", "2026-11-27", "--county", "高雄市")[0] == 0
    assert json.loads(migrated(*asked)[1])["due_on"] == before
    assert migrated("calendar", "open", "2026-11-27")[0] == 1


def test_a_calendar_file_replaces_its_years_and_a_bad_one_changes_nothing(migrated, tmp_path):
    file = tmp_path / "2027.csv"
    published = Path("knowledge/data/calendar/2026.csv")
    shipped = (Path(__file__).parents[3] / published).read_text("utf-8-sig")
    file.write_text(shipped, "utf-8")
    assert migrated("calendar", "import", file)[0] == 0
    file.write_text(shipped.replace("20260105,一,0", "20260105,二,0"), "utf-8")
    code, _, complaint = migrated("calendar", "import", file)
    assert code == 2
    assert "B6「星期」" in complaint


def test_the_calculator_works_before_there_is_a_database(onestop):
    code, said, complaint = onestop("deadline", "--received", "2026-02-11T10:00+08:00", "--limit", "6d", "--json")
    assert (code, complaint) == (0, "")
    assert json.loads(said)["due_on"] == "2026-02-26"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_a_copy_put_back_is_the_same_database_and_goes_on_counting(service, tmp_path):
    number = service.opened()
    copy = tmp_path / "copy.gz"
    counts = backups.write(service.runtime.database, copy, now=service.now)
    assert counts["service_case"] == 1
    with pytest.raises(Invalid, match="已存在"):
        backups.write(service.runtime.database, copy, now=service.now)
    with pytest.raises(Invalid, match="不是空的"):
        backups.read(service.runtime.database, copy)
    other = Database(migrated_file(tmp_path / "other.db"))
    assert backups.read(other, copy) == counts
    again = tmp_path / "again.gz"
    backups.write(other, again, now=service.now)
    assert gzip.decompress(again.read_bytes()) == gzip.decompress(copy.read_bytes())
    other.dispose()
    assert number == "KP-1151116-0001"


def test_nobody_but_its_owner_reads_a_copy_whole_or_not(tmp_path):
    """Also what is left of one that broke off, and where such a rest lay open from before."""
    database = Database(migrated_file(tmp_path / "onestop.db"))
    rest = tmp_path / "copy.gz.part"
    rest.write_text("x")
    rest.chmod(0o666)
    usual = os.umask(0)
    try:
        whole = tmp_path / "copy.gz"
        backups.write(database, whole, now=MONDAY)
        with database.engine.begin() as connection:
            connection.execute(text("DROP TABLE recovery_code"))
        with pytest.raises(DBAPIError):
            backups.write(database, tmp_path / "broken.gz", now=MONDAY)
    finally:
        os.umask(usual)
        database.dispose()
    left = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.gz*")}
    assert left == {"copy.gz": 0o600, "broken.gz.part": 0o600}


@pytest.mark.postgres
def test_postgres_numbers_new_rows_after_those_put_back(postgres_url, tmp_path):
    with Service(f"sqlite:///{tmp_path / 'onestop.db'}") as service:
        service.opened()
        backups.write(service.runtime.database, tmp_path / "copy.gz", now=service.now)
        tokens = service.tokens
    target = Database(postgres_url)
    backups.read(target, tmp_path / "copy.gz")
    target.dispose()
    moved = Service(postgres_url)
    moved.tokens = tokens
    assert moved.post("alice", "/cases", PHONE_CASE).json()["number"] == "KP-1151116-0002"
    moved.runtime.database.dispose()


@pytest.mark.parametrize("harm", ["cut", "changed", "longer", "other"])
def test_a_harmed_copy_is_refused_and_leaves_the_database_empty(tmp_path, harm):
    with Service(f"sqlite:///{tmp_path / 'onestop.db'}") as service:
        service.opened()
        backups.write(service.runtime.database, tmp_path / "copy.gz", now=service.now)
    lines = gzip.decompress((tmp_path / "copy.gz").read_bytes()).splitlines(keepends=True)
    harmed = {
        "cut": lines[:-1],
        "changed": [line.replace(b"alice", b"malice") for line in lines],
        "longer": [*lines, b"{}\n"],
        "other": [b'{"format": "something else"}\n'],
    }[harm]
    (tmp_path / "harmed.gz").write_bytes(gzip.compress(b"".join(harmed)))
    database = Database(migrated_file(tmp_path / "empty.db"))
    with pytest.raises(Invalid):
        backups.read(database, tmp_path / "harmed.gz")
    assert sum(backups.write(database, tmp_path / "after.gz", now=MONDAY).values()) == 0
    database.dispose()


def test_what_is_past_its_period_is_erased_and_cases_are_kept(service):
    number = service.opened()
    old = service.now - timedelta(days=400)
    with service.runtime.writing() as (session, _office):
        contact = add_contact(session, now=old)
        loose = Message(contact_id=contact, direction="in", kind="text", text="閒聊", at=old, via="line")
        session.add_all([
            loose,
            Inbox(channel="line", webhook_event_id="e", user_key="U1", event_at=0, received_at=old, raw="{}",
                  state="done", due_at=old),
            Outbox(channel="line", kind="push", retry_key="r", contact_id=contact, reason="x", payload=[{"a": 1}],
                   created_at=old, due_at=old, state="accepted"),
        ])  # fmt: skip
        session.flush()
        session.add(
            Media(message_id=loose.id, channel="line", external_id="m", key="ab/cd", file_name="a", state="stored")
        )
    periods = retention.Periods(inbox=30, chat=180, files=30, sent=180, audit=730, sign_in=180)
    with service.runtime.writing() as (session, _office):
        counted = retention.run(session, periods, now=service.now, dry_run=True)
    with service.runtime.writing() as (session, _office):
        erased = retention.run(session, periods, now=service.now)
        assert retention.run(session, periods, now=service.now)["chat_messages"] == 0
    assert counted == erased
    kinds = ("inbox_bodies", "files", "chat_messages", "sent_messages")
    assert {name: erased[name] for name in kinds} == dict.fromkeys(kinds, 1)
    service.later(days=1500)
    with service.runtime.writing() as (session, _office):
        retention.run(session, periods, now=service.now)
    assert service.get("sue", f"/cases/{number}").json()["messages"][0]["text"] == PHONE_CASE["text"]


def test_the_command_follows_the_settings_and_names_what_has_no_period(migrated, monkeypatch):
    code, said, complaint = migrated("retention", "run", "--dry-run")
    assert code == 0
    assert "chat_messages" not in said
    assert "inbox、chat、contacts、sent、audit、sign_in" in complaint
    monkeypatch.setenv("ONESTOP_KEEP_CHAT", "180")
    code, said, complaint = migrated("retention", "run", "--files", "30")
    assert code == 0
    assert {"chat_messages\t0", "files\t0"} <= set(said.splitlines())
    assert "inbox、contacts、sent、audit、sign_in" in complaint


@pytest.mark.parametrize("periods", [{"audit": 179}, {"sign_in": 1}, {"inbox": 0}])
def test_logs_stay_at_least_half_a_year(periods):
    with pytest.raises(Invalid, match="不得少於"):
        retention.Periods(**periods)
