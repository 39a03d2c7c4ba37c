"""Fields that say what an entry states, on which text it rests, and what only the branch can add."""

from datetime import date

import pytest

from knowledge.entries import Aspect, Fill
from knowledge.loading import read_entries
from knowledge.writing import as_yaml

ENTRY = """
- id: land-rent-due
  category: land
  topic: rent
  kind: hand_over
  question: 租金什麼時候繳？
  answer: 由承辦人說明。
  en: {question: When is rent due?, answer: An officer will answer.}
  ja: {question: 賃料の納期は？, answer: 担当者がお答えします。}
  verified: 2026-11-01
  review: 2027-05-01
  unit: 用地工程科
  phrasings:
    zh: [租一, 租二, 租三, 租四, 租五, 租六, 租七, 租八, 租九, 租十, 租百, 租千]
    en: [one, two, three, four]
    ja: [あ, い, う, え]
"""
MORE = """
  aspects: [deadline, how_much]
  fill: {question: 每期租金的繳納日是哪一天？, unit: 日}
  basis:
    - {law: 某法, article: §3, paragraph: 第2項, url: '', version: '2025-01-01', read: 2026-11-28, clause: [abc, def]}
"""


def read(tmp_path, text):
    path = tmp_path / "land-rent.yaml"
    path.write_text(text, encoding="utf-8")
    entries, problems = read_entries([path])
    return entries[0], [str(p) for p in problems]


def test_an_entry_names_its_aspects_its_clause_and_what_the_branch_fills_in(tmp_path):
    entry, problems = read(tmp_path, ENTRY + MORE)
    assert problems == []
    assert entry.aspects == (Aspect.DEADLINE, Aspect.HOW_MUCH)
    assert entry.fill == Fill(question="每期租金的繳納日是哪一天？", unit="日")
    basis = entry.basis[0]
    assert (basis.paragraph, basis.read, basis.clause) == ("第2項", date(2026, 11, 28), ("abc", "def"))
    assert basis.label == "某法§3第2項"


@pytest.mark.parametrize("text", [ENTRY, ENTRY + MORE])
def test_written_and_read_again_it_is_the_same(tmp_path, text):
    entry, _ = read(tmp_path, text)
    again, problems = read(tmp_path, as_yaml([entry]))
    assert (again, problems) == (entry, [])


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ("  aspects: [dead_line]\n", "aspects"),
        ("  fill: {unit: 元}\n", "fill"),
        ("  fill: {question: 多少？, units: 元}\n", "fill"),
        ("  basis: [{law: 某法, read: yesterday}]\n", "basis[1]"),
        ("  basis: [{law: 某法, paragaph: 第1項}]\n", "basis[1]"),
    ],
)
def test_a_slip_in_them_is_named(tmp_path, extra, field):
    _, problems = read(tmp_path, ENTRY + extra)
    assert [p for p in problems if f"：{field}：" in p]


def test_an_answer_has_nothing_for_the_branch_to_fill_in(tmp_path):
    _, problems = read(tmp_path, (ENTRY + MORE).replace("kind: hand_over", "kind: answer"))
    assert [p for p in problems if "：fill：" in p]
