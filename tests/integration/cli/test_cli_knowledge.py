"""`onestop understand` and `knowledge` say what the service says: what was approved and taught counts."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import main
from routing.domain.decision import Thresholds
from routing.service.knowledge_admin import answer_quality
from routing.store.knowledge_admin.schema import Correction
from tests.harness.databases import migrated_file
from tests.harness.few_entries import approved, drafted
from tests.harness.service import Service

ENTRY = "land-lease-renewal"
ANSWER = "請於租期屆滿前備妥申請書，向用地工程科提出。"


@pytest.fixture
def onestop(tmp_path, monkeypatch, capsys):
    """Runs a command in this process on the database of that address; gives exit code, output and complaints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONESTOP_DATA_DIR", str(tmp_path / "data"))

    def run(url, *arguments, typed=""):
        monkeypatch.setenv("ONESTOP_DATABASE_URL", url)
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return run


@pytest.fixture
def changed(database_url):
    """A database in which an entry was approved, two texts were put right and the threshold was raised."""
    with Service(database_url) as service:
        approved(service, "sue", drafted(service, "alice", ENTRY, answer=ANSWER))
        with service.runtime.writing() as (session, _):
            question = service.runtime.knowledge.active(session).base.entry(ENTRY).question
            for kind, text, more in (
                ("category", "停車場在哪裡繳費", {"category": "tax"}), ("counter", question, {"entry_id": ENTRY}),
            ):  # fmt: skip
                session.add(Correction(kind=kind, text=text, state="live", author="alice", at=service.now, **more))
    return database_url, question


def understood(onestop, url, *texts):
    typed = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts))
    code, said, complaint = onestop(url, "understand", "--jsonl", typed=typed)
    assert code == 0
    return [json.loads(line) for line in said.splitlines()], complaint


def test_understanding_is_that_of_the_service(onestop, changed, tmp_path):
    url, question = changed
    (asked, parking), complaint = understood(onestop, url, question, "停車場在哪裡繳費")
    assert complaint == ""
    assert {row["id"]: row["answer"] for row in asked["faq"]}[ENTRY] == ANSWER
    assert asked["decision"] != "answer", "an officer said that these words do not ask for it"
    assert parking["category"] == "tax"
    (asked, parking), complaint = understood(onestop, f"sqlite:///{tmp_path / 'none.db'}", question, "停車場在哪裡繳費")
    assert (asked["decision"], asked["faq"][0]["id"]) == ("answer", ENTRY)
    assert asked["faq"][0]["answer"] != ANSWER
    assert parking["category"] != "tax"
    assert complaint.startswith("注意：")
    assert complaint.count("\n") == 1
    assert not (tmp_path / "none.db").exists()


def test_what_is_sure_enough_is_what_verdicts_made_of_it(onestop, database_url):
    service = Service(database_url)
    question = "營業稅幾月要報"
    assert understood(onestop, database_url, question)[0][0]["decision"] == "answer"
    with service.runtime.writing() as (session, _):
        now, shipped = service.now, Thresholds.shipped()
        found, entries = answer_quality.measured(session, shipped, now=now)
        raised = replace(found, derived=replace(found.derived, threshold=1.0, changed=True))
        answer_quality.keep(session, shipped, (raised, entries), now=now)
    service.runtime.database.dispose()
    assert understood(onestop, database_url, question)[0][0]["decision"] == "choose"


def test_entries_are_those_of_the_service(onestop, tmp_path):
    url = migrated_file(tmp_path / "desk.db")
    with Service(url) as service:
        approved(service, "sue", drafted(service, "alice", ENTRY, answer=ANSWER))
    code, said, complaint = onestop(url, "knowledge", "export")
    assert (code, complaint) == (0, "")
    assert ANSWER in said
    code, said, complaint = onestop(url, "knowledge", "check")
    assert (code, complaint) == (0, "")
    assert "0 項錯誤" in said


def test_a_database_of_another_schema_is_left_alone_and_named(onestop, empty_database_url):
    if empty_database_url.startswith("sqlite"):
        Path(empty_database_url.removeprefix("sqlite:///")).touch()
    rows, complaint = understood(onestop, empty_database_url, "你好")
    assert rows[0]["category"] == "smalltalk"
    assert "onestop migrate" in complaint
    assert complaint.count("\n") == 1
