"""Law texts by hash: a newer text that reads otherwise stops the answers that rest on it, and no others."""

import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from bot.cli.knowledge import knowledge_app
from knowledge.entries import Basis
from knowledge.law.bulk import BulkError, read_bulk
from knowledge.law.clauses import Clause, Clauses, articles, day, digest, read_store, write_store
from knowledge.law.importing import difference, keep, newer, state
from knowledge.loading import DATA, load_knowledge
from knowledge.overlay import lay_over
from knowledge.vocabulary import Category, EntryKind
from tests.unit.knowledge.conftest import make_entry

OLD = "興建前應申請許可。\n許可期間為二年。"
NEW = "興建前應申請許可。\n許可期間為三年。"


def entry(article="§8", version="2022-05-11", clause=()):
    basis = Basis(law="某法", article=article, url="", version=version, clause=clause)
    return make_entry("land-x", Category.LAND, EntryKind.ANSWER, "某事？", ["某事"], basis=(basis,))


def clause(text, version, article="§8"):
    return Clause(law="某法", article=article, version=version, text=text)


def official(text, modified="20260801"):
    articles_ = [
        {"ArticleType": "C", "ArticleNo": "", "ArticleContent": "第 一 章 總則"},
        {"ArticleType": "A", "ArticleNo": "第 8 條", "ArticleContent": text.replace("\n", "\r\n")},
        {"ArticleType": "A", "ArticleNo": "第 8-1 條", "ArticleContent": "另定之。"},
    ]
    law = {"LawName": "某法", "LawURL": "", "LawModifiedDate": modified, "LawArticles": articles_}
    return {"UpdateDate": "2026/8/3 上午 12:00:00", "Laws": [law]}


SPLIT = {
    "法規名稱": "某法", "最新異動日期": "20260801",
    "法規內容": [
        {"編章節": "第 一 章 總則"},
        {"條號": "第 8 條", "條文內容": NEW},
        {"條號": "第 8-1 條", "條文內容": "另定之。"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("raw", [official(NEW), SPLIT, [SPLIT]])
def test_the_bulk_formats_of_the_law_database_are_read(tmp_path, raw):
    path = tmp_path / "ChLaw.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8-sig")
    found = list(read_bulk(path))
    assert [(c.law, c.article, c.version) for c in found] == [
        ("某法", "§8", "2026-08-01"), ("某法", "§8-1", "2026-08-01"),
    ]  # fmt: skip
    assert found[0].sha256 == digest(NEW)


def test_a_zipped_file_is_read(tmp_path):
    path = tmp_path / "ChLaw.json.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ChLaw.json", json.dumps(official(NEW)))
    assert len(list(read_bulk(path))) == 2


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"Laws": 3}', "not json"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BulkError):
        list(read_bulk(path))


@pytest.mark.parametrize(
    ("cited", "found"),
    [("§8", ("§8",)), ("§7、§8-1", ("§7", "§8-1")), ("附表一", ()), ("", ())],
)
def test_the_articles_of_a_basis(cited, found):
    assert articles(cited) == found


def test_versions_are_dates():
    assert (day("20180801"), day("2018-08-01版"), day("")) == ("2018-08-01", "2018-08-01", "")


def test_layout_does_not_change_a_hash():
    assert digest("一、\n  （一）甲") == digest("一、（一）甲")


def test_an_answer_whose_article_changed_is_stopped_until_its_owner_names_the_newer_text():
    store = Clauses.of([clause(OLD, "2022-05-11"), clause(NEW, "2026-08-01")])
    (stopped,) = store.stop([entry()])
    assert stopped.stopped == "某法§8（2022-05-11 → 2026-08-01）"
    assert stopped.expired(date(2026, 11, 2))
    (confirmed,) = store.stop([entry(version="2026-08-01")])
    assert not confirmed.stopped
    (by_hash,) = store.stop([entry(clause=(digest(NEW),))])
    assert not by_hash.stopped


@pytest.mark.parametrize(
    ("store", "article"),
    [
        ([clause(OLD, "2022-05-11"), clause(OLD, "2026-08-01")], "§8"),
        ([clause(OLD, "2022-05-11"), clause(NEW, "2026-08-01", "§9")], "§8"),
        ([clause(NEW, "2026-08-01")], "§8"),
        ([clause(OLD, "2022-05-11"), clause(NEW, "2020-01-01")], "§8"),
        ([], "§8"),
    ],
)
def test_a_new_date_another_article_an_older_text_or_an_unknown_one_stops_nothing(store, article):
    (found,) = Clauses.of(store).stop([entry(article)])
    assert not found.stopped


def test_what_changed_is_shown_and_what_cannot_be_compared_is_named():
    store = Clauses.of([clause(OLD, "2022-05-11"), clause(NEW, "2026-08-01")])
    found = state([entry(), replace(entry("§9"), id="land-y")], store)
    assert (found.stored, found.unknown) == (1, ("某法 §9（2022-05-11）",))
    assert difference(found.changes[0]) == ["-許可期間為二年。", "+許可期間為三年。"]


def test_only_newer_texts_of_cited_articles_are_taken():
    known = Clauses.of([clause(OLD, "2022-05-11")])
    found = [clause(NEW, version) for version in ("2026-08-01", "2022-05-11", "2019-01-01")]
    assert newer([entry()], known, [*found, clause(NEW, "2026-08-01", "§99")]) == (found[0],)


def test_a_store_reads_what_it_wrote(tmp_path):
    store = Clauses.of([clause(OLD, "2022-05-11"), clause(NEW, "2026-08-01", "§9")])
    assert write_store(tmp_path, store) == 2
    assert read_store([tmp_path]) == store
    assert keep(tmp_path, [clause(NEW, "2026-08-01")]) == 3


def test_texts_below_the_branchs_own_folder_stop_what_is_shipped_and_what_was_edited(tmp_path):
    shipped = load_knowledge()
    first = next(e for e in shipped.entries if e.basis and read_store([DATA]).read_for(e.basis[0]))
    read = read_store([DATA]).read_for(first.basis[0])[0]
    keep(tmp_path, [replace(read, version="2099-01-01", text="本條刪除。")])
    again = load_knowledge(overlay=tmp_path)
    assert again.entry(first.id).stopped
    assert not shipped.entry(first.id).stopped
    edited = read_store([DATA, tmp_path]).stop([first])
    assert lay_over(shipped, edited).entry(first.id).stopped


def test_shipped_answers_rest_on_texts_that_are_stored_and_unchanged():
    """Nearly all: a few laws are in none of the sources at the version that was read."""
    store, entries = read_store([DATA]), load_knowledge().entries
    found = state(entries, store)
    assert found.changes == ()
    assert found.stored / (found.stored + len(found.unknown)) > 0.8, "python -m knowledge.build.clauses"
    assert all(clause.text for clause in store.every())


def test_the_command_shows_what_changed_takes_it_in_and_stops_the_answer(tmp_path):
    shipped = read_store([DATA])
    first = next(e for e in load_knowledge().entries if e.basis and shipped.read_for(e.basis[0]))
    read = shipped.read_for(first.basis[0])[0]
    law = official("本條刪除。", "20990101")
    law["Laws"][0] |= {"LawName": read.law}
    law["Laws"][0]["LawArticles"][1]["ArticleNo"] = f"第 {read.article.removeprefix('§')} 條"
    path = tmp_path / "ChLaw.json"
    path.write_text(json.dumps(law, ensure_ascii=False), encoding="utf-8")
    app = knowledge_app(lambda: tmp_path / "own")
    tried = CliRunner().invoke(app, ["clauses", "--dry-run", str(path)])
    assert f"停用：{first.id}（" in tried.stdout
    assert "+本條刪除。" in tried.stdout
    assert not (tmp_path / "own").exists()
    assert CliRunner().invoke(app, ["clauses", str(path)]).exit_code == 0
    assert load_knowledge(overlay=tmp_path / "own").entry(first.id).stopped
    assert f"停用：{first.id}（" in CliRunner().invoke(app, ["clauses"]).stdout


def test_the_command_refuses_another_file_in_one_line(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("[]x", encoding="utf-8")
    result = CliRunner().invoke(knowledge_app(lambda: tmp_path), ["clauses", str(path)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
