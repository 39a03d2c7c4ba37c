"""YAML that people send: bounded before anything is built, and refused in words."""

import time

import pytest

from knowledge.files.yaml_text import MOST_BYTES, MOST_DEPTH, MOST_VALUES, Unread, YamlRefusedError, read
from knowledge.loading import read_bodies, read_entries, read_sent
from knowledge.writing import as_yaml
from tests.unit.knowledge.test_loading import GOOD

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[" * 30_000, "層"), ("{a: " * 30_000, "層"), ("- " * 30_000, "層"), (BOMB, "參照"), ("- &a [*a]", "參照"),
        ("- *nobody", "參照"), ("? [a]\n: b", "欄位名稱"), ("{[a]: b}", "欄位名稱"), ("--- a\n--- b", "第二份文件"),
        ("- a\n- [", "YAML"), ("\x00", "YAML"), ("- \ud800", "字元"), ("%YAML 9.9\n---\n", "YAML"),
        ("- x\n" * (MOST_VALUES + 1), "項"), ("- " + "長" * (MOST_BYTES // 3) + "\n- b", "MB"),
    ],
)  # fmt: skip
def test_what_would_fill_or_stop_a_process_is_refused_at_once(text, word):
    """Before: 30,000 brackets ended the process (segmentation fault); the references took seconds and gigabytes."""
    started = time.monotonic()
    with pytest.raises(YamlRefusedError) as refused:
        read(text)
    assert word in str(refused.value)
    assert time.monotonic() - started < 10


def test_what_is_within_the_bounds_is_read():
    assert read("[" * MOST_DEPTH + "]" * MOST_DEPTH) is not None
    assert read("") is None
    assert read("\ufeff- 甲") == ["甲"]
    assert read("- {a: 1, b: true, c: 1.5, d: null, e: '2026-99-99'}") == [
        {"a": 1, "b": True, "c": 1.5, "d": None, "e": "2026-99-99"}
    ]


@pytest.mark.parametrize(
    "value", ["2026-99-99", "2027-02-30", "9" * 5000, "0b" + "1" * 500, "!!timestamp soon", "!!int 甲",
              "!!binary é", "!!python/object/apply:os.system [x]", "!own x", "2026-01-01 99:99:99"],
)  # fmt: skip
def test_what_only_looks_like_a_value_is_kept_as_words_that_nobody_mistakes(value):
    (found,) = read(f"- {value}")
    assert isinstance(found, Unread) or found == ["x"]


def slips(text, name="新增.yaml"):
    return [str(problem) for problem in read_sent(text, name)[1] if not problem.warning]


@pytest.mark.parametrize(
    ("old", "new", "entry", "field"),
    [
        ("id: land-x", "id: 2026-99-99", "2026-99-99", "id"),
        ("id: land-x", f"id: {'9' * 5000}", "9" * 80, "id"),
        ("id: land-x", f"id: {'a' * 81}", "a" * 80, "id"),
        ("topic: rent", f"topic: {'9' * 5000}", "land-x", "topic"),
        ("topic: rent", f"topic: {'長' * 41}", "land-x", "topic"),
        ("review: 2027-05-22", "review: 2027-02-30", "land-x", "review"),
        ("verified: 2026-11-22", "verified: 2026-11-22 10:00:00", "land-x", "verified"),
        ("answer: 答覆", "answer: 答覆\n  answer: 舊的答覆", "land-x", "answer"),
        ("en: {question: q,", "en: {question: q, question: q,", "land-x", "en.question"),
        ("basis: [{law: 某法,", "basis: [{law: 某法, law: 他法,", "land-x", "basis[1].law"),
        ("answer: 答覆", 'answer: "答\\0覆"', "land-x", "answer"),
        ("question: 問題", 'question: "\\ud800"', "land-x", "-"),
        ("{law: 某法,", "{law: [某法],", "land-x", "basis[1].law"),
        ("[one, two, three, four]", f"[{','.join(map(str, range(301)))}]", "land-x", "phrasings.en"),
        ("[one, two, three, four]", "[one, two, three, 2026-99-99]", "land-x", "phrasings.en"),
        ("facts: [L01]", "facts: *x", "land-x", "facts"),
        ("facts: [L01]", f"facts: {'[' * 30_000}", "land-x", "facts"),
    ],
)  # fmt: skip
def test_each_slip_is_a_line_that_names_file_entry_and_field(old, new, entry, field):
    """Before: tracebacks for the days and numbers, and of two answers the last one won."""
    assert old in GOOD
    found = slips(GOOD.replace(old, new, 1))
    assert any(line.startswith(f"新增.yaml：{entry}：{field}") for line in found), found
    assert len(found) == 1
    assert len(found[0]) < 300


def test_a_slip_is_named_by_the_entrys_id_wherever_that_stands():
    text = "- answer: a\n  answer: b\n  id: land-late\n- question: q\n  question: q\n"
    assert [line.split("：")[1:3] for line in slips(text)] == [["land-late", "answer"], ["第 2 筆", "question"]]


def test_values_are_checked_like_files():
    (body,) = read(GOOD)
    assert read_bodies([body], "草稿")[1] == ()
    assert [problem.field for problem in read_bodies([{**body, "answer": "\x00"}], "草稿")[1]] == ["answer"]
    assert read_bodies("words", "草稿")[1]


@pytest.mark.parametrize("raw", [b"\xff\xfe-\x00", b"\xef\xbb\xbf" + GOOD.encode(), "- 甲".encode("utf-16")])
def test_a_file_with_a_mark_is_read_and_another_encoding_refused(tmp_path, raw):
    path = tmp_path / "new.yaml"
    path.write_bytes(raw)
    entries, problems = read_entries([path])
    if raw.startswith(b"\xef"):
        assert (len(entries), problems) == (1, ())
    else:
        assert [problem.message for problem in problems] == ["檔案不是 UTF-8 文字"]


def test_a_folder_or_a_file_too_large_is_a_problem(tmp_path):
    (tmp_path / "large.yaml").write_bytes("長".encode() * (MOST_BYTES // 3 + 1))
    assert ["MB" in problem.message for problem in read_entries([tmp_path / "large.yaml"])[1]] == [True]
    assert len(read_entries([tmp_path])[1]) == 1


def test_what_is_written_has_no_references_and_reads_back(tmp_path):
    entries, _ = read_sent(GOOD + GOOD.replace("land-x", "land-y").replace("一一", "一二"), "x.yaml")
    again, problems = read_sent(as_yaml(entries), "x.yaml")
    assert again == entries
    assert [problem for problem in problems if not problem.warning] == []
