"""Knowledge files are read whole, and every slip is named."""

from shutil import copytree

import pytest

from knowledge.loading import KnowledgeError, load_knowledge, read_entries, read_knowledge
from knowledge.offices.directory import SHIPPED
from knowledge.writing import as_yaml, import_files

GOOD = """
- id: land-x
  category: land
  topic: rent
  kind: answer
  parks: any
  question: 問題
  answer: 答覆
  en: {question: q, answer: a}
  ja: {question: q, answer: a}
  basis: [{law: 某法, article: "§1", url: "", version: "2026-01-01"}]
  facts: [L01]
  verified: 2026-11-22
  review: 2027-05-22
  unit: 用地工程科
  phrasings:
    zh: [一一, 二二, 三三, 四四, 五五, 六六, 七七, 八八, 九九, 十十, 百百, 千千]
    en: [one, two, three, four]
    ja: [ア, イ, ウ, エ]
"""


def problems_of(tmp_path, text):
    path = tmp_path / "land-test.yaml"
    path.write_text(text, encoding="utf-8")
    return read_entries([path])[1]


def test_a_good_entry_has_no_problem(tmp_path):
    assert problems_of(tmp_path, GOOD) == ()


def test_a_unit_that_the_branch_adds_to_its_data_is_a_unit_of_entries(tmp_path):
    copytree(SHIPPED, tmp_path / "offices")
    added = "\n- {name: 產業園區服務科, en: A, ja: B, categories: [land], office: KH, source: https://example.gov.tw}\n"
    with (tmp_path / "offices" / "units.yaml").open("a", encoding="utf-8") as units:
        units.write(added)
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "land.yaml").write_text(
        GOOD.replace("unit: 用地工程科", "unit: 產業園區服務科"), encoding="utf-8"
    )
    base, found = read_knowledge(tmp_path)
    assert [entry.unit for entry in base.entries] == ["產業園區服務科"]
    assert found == ()
    assert [p.field for p in problems_of(tmp_path, GOOD.replace("unit: 用地工程科", "unit: 產業園區服務科"))] == [
        "unit"
    ]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("category: land", "category: lnd", "category"),
        ("kind: answer", "kind: maybe", "kind"),
        ("parks: any", "parks: science", "parks"),
        ("answer: 答覆", f"answer: {'長' * 301}", "answer"),
        ("verified: 2026-11-22", "verified: 昨天", "verified"),
        ("review: 2027-05-22", "review: 2026-01-01", "review"),
        ("unit: 用地工程科", "unit: 不存在科", "unit"),
        ('basis: [{law: 某法, article: "§1", url: "", version: "2026-01-01"}]', "basis: []", "basis"),
        ("question: 問題", "question: ''", "question"),
        ("en: {question: q, answer: a}", "en: {question: q}", "en.answer"),
        ("  facts: [L01]", "  factz: [L01]", "factz"),
        ("[one, two, three, four]", "[one]", "phrasings.en"),
        ("[one, two, three, four]", "[one, 2, three, four]", "phrasings.en"),
        ("id: land-x", "id: Land X", "id"),
    ],
)
def test_each_slip_names_file_entry_and_field(tmp_path, old, new, field):
    found = problems_of(tmp_path, GOOD.replace(old, new, 1))
    assert field in [p.field for p in found]
    assert all(p.file == "land-test.yaml" and p.entry for p in found)


@pytest.mark.parametrize("text", ["- id: [", "just text", "- 3", "\x00"])
def test_what_is_no_knowledge_file_is_a_problem_not_a_crash(tmp_path, text):
    assert problems_of(tmp_path, text)


def test_ids_are_unique_and_related_ones_exist(tmp_path):
    fields = {p.field for p in problems_of(tmp_path, GOOD + GOOD)}
    assert "id" in fields
    assert "related" in {p.field for p in problems_of(tmp_path, GOOD + "  related: [land-nowhere]\n")}


CHINESE_ALONE = GOOD.replace("  en: {question: q, answer: a}\n  ja: {question: q, answer: a}\n", "").split(
    "  phrasings:"
)[0]


def test_an_entry_in_chinese_alone_is_whole_and_answers_in_chinese_alone(tmp_path):
    assert [(p.field, p.warning) for p in problems_of(tmp_path, CHINESE_ALONE)] == [("phrasings.zh", True)]
    entry = read_entries([tmp_path / "land-test.yaml"])[0][0]
    assert [entry.speaks(language) for language in ("zh-TW", "zh-CN", "en", "ja")] == [True, True, False, False]
    (tmp_path / "land-test.yaml").write_text(as_yaml([entry]), encoding="utf-8")
    assert read_entries([tmp_path / "land-test.yaml"])[0] == (entry,)


def test_what_ships_has_no_errors():
    base, problems = read_knowledge()
    few = [p for p in problems if p.warning and p.field.startswith("phrasings") and "至少要" in p.message]
    assert [str(p) for p in (*few, *problems) if not p.warning or p in few] == []
    assert all(entry.speaks(language) for entry in base.entries for language in ("zh-TW", "en", "ja"))
    assert len(base.entries) >= 60
    assert len(base.lexicon) > 1000


def test_written_entries_read_back_the_same(tmp_path):
    path = tmp_path / "land-test.yaml"
    path.write_text(GOOD, encoding="utf-8")
    entries, _ = read_entries([path])
    path.write_text(as_yaml(entries), encoding="utf-8")
    assert read_entries([path]) == (entries, ())


def test_an_import_replaces_by_id_and_takes_nothing_with_a_slip(tmp_path):
    shipped, overlay, file = tmp_path / "shipped", tmp_path / "own", tmp_path / "new.yaml"
    (shipped / "faq").mkdir(parents=True)
    (shipped / "faq" / "land.yaml").write_text(GOOD, encoding="utf-8")
    file.write_text(GOOD.replace("answer: 答覆", "answer: 新的答覆"), encoding="utf-8")
    assert import_files([file], overlay, shipped) == 1
    assert [e.answer for e in load_knowledge(shipped, overlay).entries] == ["新的答覆"]
    file.write_text(GOOD.replace("kind: answer", "kind: maybe"), encoding="utf-8")
    with pytest.raises(KnowledgeError):
        import_files([file], overlay, shipped)
    assert [e.answer for e in load_knowledge(shipped, overlay).entries] == ["新的答覆"]
