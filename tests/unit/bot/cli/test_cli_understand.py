"""`onestop understand` as its users see it."""

import json
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.understand import as_data, understand_command
from knowledge.entries import KnowledgeBase
from knowledge.loading import load_knowledge
from knowledge.understand import Understander
from routing.domain.decision import Thresholds, decide

FIELDS = ["id", "language", "category", "topic", "confidence", "decision", "alert", "faq"]


@pytest.fixture
def app():
    app = typer.Typer()
    understander = Understander(KnowledgeBase(entries=()))
    app.command()(understand_command(lambda: (understander, Thresholds(), date(2026, 11, 22))))
    return app


def test_json_lines_carry_exactly_the_fields_of_the_contract(app):
    result = CliRunner().invoke(
        app, ["--jsonl"], input='{"id": 7, "text": "營業稅怎麼申報"}\n\n{"id": "b", "text": ""}\n'
    )
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [list(line) for line in lines] == [FIELDS, FIELDS]
    assert (lines[0]["id"], lines[0]["category"], lines[0]["decision"]) == (7, "tax", "hand_over")


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": 1}', '{"text": 3}'])
def test_a_bad_line_ends_with_2_and_one_clear_line(app, line):
    result = CliRunner().invoke(app, ["--jsonl"], input=line + "\n")
    assert result.exit_code == 2
    assert "第 1 行" in result.output


def test_for_people_it_explains_in_chinese(app):
    result = CliRunner().invoke(app, [], input="整個廠停電了\n")
    assert "緊急：outage_power" in result.stdout
    assert "水電" in result.stdout


@pytest.mark.parametrize("text", ["租地要繳多少預約金", "續租要準備什麼", "契約容量怎麼增加", "bonded goods"])
def test_scores_are_best_first_and_never_rise(text):
    read = Understander(load_knowledge()).understand(text)
    scores = [row["score"] for row in as_data(1, read, decide(read, Thresholds(), date(2026, 11, 23)))["faq"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
