"""What the audit trail says is read by people: every action and every field that is written has its word."""

import re
from pathlib import Path

import routing
from bot.web.audit_names import CLEARED
from bot.web.audit_words import in_words, subject_in_words
from bot.web.words import WORDS
from routing.store.maintenance import retention

_ACTION = re.compile(r'(?:action=|audit\(\w+, |_audit\((?:[\w.]+, )+)"([a-z_]+\.[a-z_]+)"')


def test_every_action_that_is_written_has_a_word():
    sources = [path.read_text("utf-8") for path in Path(routing.__file__).parent.rglob("*.py")]
    written = {found for text in sources for found in _ACTION.findall(text)}
    assert len(written) > 80
    assert sorted(written - WORDS["action"].keys()) == []


def test_fields_and_values_are_words():
    detail = {
        "kind": "PET",
        "via": "phone",
        "to_firm": True,
        "topic": None,
        "files": [1, 2],
        "was": {"category": "tax"},
    }
    assert dict(in_words(detail)) == {
        "性質": "人民陳情", "方式": "電話", "傳送給廠商": "是", "主題": "無", "檔案編號": "1、2", "原為": "類別 稅務",
    }  # fmt: skip
    assert dict(in_words({"how": "oidc", "why": "oidc_unknown"})) == {
        "登入方式": "單一登入", "原因": "單一登入成功，但這個電子郵件不是本系統啟用中的帳號",
    }  # fmt: skip
    assert list(in_words({"odd": "x"})) == [("odd", "x")]


def test_days_and_numbers_of_cases_are_in_words_of_the_agency():
    assert dict(in_words({"due_on": "2026-12-08"})).popitem()[1] == "115.12.08"
    assert dict(in_words({"due_on": "2026-13-40"})).popitem()[1] == "2026-13-40"
    assert subject_in_words("3 cases") == "3 件案件"
    assert subject_in_words("database") == "資料庫"
    assert subject_in_words("KP-1151130-0001") == "KP-1151130-0001"


def test_what_a_clearing_took_away_is_in_words():
    found = dict(in_words({"first_answers": 0, "files": 2}, "retention.run"))
    assert found == {"重送時沿用的回應": "0", "檔案": "2"}
    kinds = set(re.findall(r'yield\s+\(?\s*"(\w+)"', Path(retention.__file__).read_text("utf-8")))
    assert len(kinds) > 15
    assert sorted(kinds - CLEARED.keys()) == []
