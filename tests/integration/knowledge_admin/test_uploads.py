"""What an officer uploads to the knowledge desk, and what the command imports: refused in a sentence, never a crash.

Issue 6.1: one upload ended the process; others cost a gigabyte, gave a 500 or won silently.
"""

import subprocess
import sys

import pytest

from tests.harness.databases import BOTH, migrated
from tests.harness.few_entries import with_few_entries
from tests.harness.pages import Visitor
from tests.harness.processes import ROOT
from tests.harness.service import Service
from tests.unit.knowledge.files.test_yaml_text import BOMB
from tests.unit.knowledge.test_loading import GOOD

DAY, TWICE = "review: 2027-05-22", "answer: 答覆"
SENT = {
    "brackets": ("[" * 30_000, "層次"), "braces": ("{a: " * 30_000, "層次"), "dashes": ("- " * 30_000, "層次"),
    "bomb": (BOMB, "參照"), "no such day": (GOOD.replace(DAY, "review: 2027-02-30"), "land-x：review"),
    "id a day": (GOOD.replace("id: land-x", "id: 2026-99-99"), "2026-99-99：id"),
    "long number": (GOOD.replace("topic: rent", f"topic: {'9' * 5000}"), "land-x：topic"),
    "key twice": (GOOD.replace(TWICE, f"{TWICE}\n  answer: 舊的"), "land-x：answer"),
    "nul": (GOOD.replace(TWICE, 'answer: "答\\0"'), "land-x：answer"), "half": ('- id: "\\ud800"', "YAML"),
    "nothing": ("", "沒有條目"), "number": ("3", "清單"), "no YAML": ("- [", "YAML"),
}  # fmt: skip
NAMES = ["..", ".", "/", "a/../b.yaml", "C:\\x\\知識.yaml", "長" * 300 + ".yaml", "a\x07b.yaml", "a\x00b.yaml", " "]


@pytest.fixture(scope="module", params=BOTH)
def service(request, tmp_path_factory):
    with migrated(request.param, tmp_path_factory.mktemp("uploads")) as url, Service(url) as service:
        yield with_few_entries(service)


def upload(service, content, name="新增.yaml"):
    given = {"files": {"file": (name, content)}, "data": {"text": ""}}
    return Visitor(service, "alice").ask("POST", "/desk/knowledge/import", follow=False, **given)


@pytest.mark.parametrize("kind", SENT)
@pytest.mark.parametrize("way", ["file", "pasted"])
def test_no_upload_does_more_than_be_refused(service, kind, way):
    text, word = SENT[kind]
    if way == "file":
        page = upload(service, text.encode())
    else:
        data = {"text": text}
        page = Visitor(service, "alice").ask("POST", "/desk/knowledge/import", data=data, follow=False)
    assert page.status == 422
    assert word in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize("name", NAMES)
def test_no_file_name_does_more_than_be_shown(service, name):
    """Before: ``..`` was taken for a folder and gave a 500."""
    assert upload(service, GOOD.replace(DAY, "review: 2027-02-30").encode(), name).status == 422
    taken = upload(service, GOOD.replace(TWICE, f"answer: 答覆{NAMES.index(name)}").encode(), name)
    assert (taken.status, taken.answer.headers["location"]) == (303, "/desk/knowledge/exchange?done=1")


@pytest.mark.parametrize("content", [b"\xff\xfe-\x00", "- 甲".encode("big5"), b"\x89PNG\r\n", b"PK\x03\x04" * 50])
def test_a_file_that_is_no_text_is_refused(service, content):
    assert upload(service, content).status == 422


def test_a_mark_before_the_text_is_no_part_of_it(service):
    assert upload(service, b"\xef\xbb\xbf" + GOOD.encode()).status == 303
    data = {"text": "\ufeff" + GOOD.replace(TWICE, "answer: 另一答覆")}
    assert Visitor(service, "alice").ask("POST", "/desk/knowledge/import", data=data, follow=False).status == 303


def onestop(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], check=False, cwd=folder, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["brackets", "bomb", "no such day", "long number", "key twice"])
@pytest.mark.parametrize("command", ["check", "import"])
def test_the_commands_refuse_the_same_in_lines(tmp_path, command, kind):
    text, word = SENT[kind]
    (tmp_path / "neu.yaml").write_text(text, encoding="utf-8")
    done = onestop(tmp_path, "knowledge", command, "neu.yaml")
    assert done.returncode == 1
    assert word in done.stderr
    assert "neu.yaml：" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2
