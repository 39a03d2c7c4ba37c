"""`onestop deadline`: its JSON, its page and its refusals (contract §1)."""

import json

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.deadline import deadline_command
from knowledge.calendar.office_calendar import known_closures, load_calendar
from knowledge.offices.directory import load_offices

APP = typer.Typer()
APP.command()(deadline_command(lambda: (load_calendar().with_closures(known_closures()), load_offices())))


def run(*arguments):
    return CliRunner().invoke(APP, list(arguments))


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_json_has_every_field_of_the_contract():
    """Example A."""
    data = answer("--received", "2026-02-11T10:00+08:00", "--limit", "6d", "--finished", "2026-02-24T16:00+08:00")
    assert set(data) == {
        *("due_on", "due_at", "days_used", "gross_days"),
        *("business_minutes", "provisional", "rules", "days"),
    }
    assert (data["due_on"], data["due_at"], data["days_used"], data["gross_days"]) == ("2026-02-26", None, 4, 13)
    assert data["provisional"] is False
    assert all(rule["text"] and rule["source"] for rule in data["rules"])
    assert data["days"][0] == {"date": "2026-02-12", "weekday": "四", "status": "counted", "number": 1, "why": "上班日"}


def test_hours_are_answered_with_the_taipei_offset():
    data = answer("--received", "2026-02-13T09:00Z", "--limit", "4h")
    assert data["due_at"] == "2026-02-23T12:00:00+08:00"
    assert data["days_used"] is None


def test_pauses_and_extensions_may_be_repeated():
    data = answer(
        *("--received", "2026-03-02T10:00+08:00", "--limit", "3d", "--extend", "1", "--extend", "2"),
        *("--pause", "2026-03-03T10:00+08:00..2026-03-05T10:00+08:00"),
        *("--pause", "2026-03-05T10:00+08:00..2026-03-09T10:00+08:00"),
    )
    assert data["due_on"] == "2026-03-16"


@pytest.mark.parametrize(
    ("office", "due"),
    [
        (None, "2025-07-10"),
        ("KH", "2025-07-10"),
        ("kh", "2025-07-10"),
        ("屏東縣", "2025-07-10"),
        ("台北市信義區", "2025-07-09"),
    ],
)
def test_the_office_decides_which_closures_count(office, due):
    """Examples G1 and G2, S6."""
    more = ("--office", office) if office else ()
    assert answer("--received", "2025-07-04T10:00+08:00", "--limit", "3d", *more)["due_on"] == due


def test_the_page_is_readable():
    result = run("--received", "2026-01-05T10:00+08:00", "--limit", "3d", "--finished", "2026-01-09T10:00+08:00")
    assert result.exit_code == 0
    assert "限辦日期　2026-01-08（星期四）" in result.stdout
    assert "逾限辦結" in result.stdout
    assert "適用規則" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--received", "2026-02-11T10:00", "--limit", "6d"), "缺少時區"),
        (("--received", "2026-02-11", "--limit", "6d"), "缺少時區"),
        (("--received", "yesterday", "--limit", "6d"), "不是有效時間"),
        (("--received", "0001-01-01T00:00+08:00", "--limit", "6d"), "超出可計算的範圍"),
        (("--received", "2026-02-11T10:00+08:00", "--limit", "6x"), "期限「6x」"),
        (("--received", "2026-02-11T10:00+08:00", "--limit", "6d", "--pause", "soon"), "--pause「soon」"),
        (
            ("--received", "2026-02-11T10:00+08:00", "--limit", "6d", "--pause", "2026-02-12..2026-02-13"),
            "缺少時區",
        ),
        (("--received", "2026-02-11T10:00+08:00", "--limit", "6d", "--extend", "0"), "--extend"),
        (("--received", "2026-02-11T10:00+08:00", "--limit", "6d", "--office", "火星市"), "--office「火星市」"),
        (("--received", "2026-02-11T10:00+08:00", "--limit", "6d", "--finished", "2026-02-10T10:00+08:00"), "辦結時間"),
    ],
)
def test_bad_input_ends_with_exit_2_and_one_line(arguments, words):
    """S17 among them."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""
