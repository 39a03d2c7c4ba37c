"""A stored case is found however its words are written, on both databases."""

import html
import re
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.cases.case_list import PAGE
from knowledge.calendar.office_calendar import local
from routing.domain.permissions import Actor, Role
from routing.domain.search_words import certain, glob, pattern, stretches
from routing.service.cases import queries as case_queries
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service

WRITTEN = [
    ("臺電停電通知沒有收到", "台電"), ("臺灣精密股份有限公司", "台灣精密"), ("ＡＢＣ廠房", "abc"), ("裡面", "裏面"),
    ("峯昇工業", "峰昇"), ("07-3611212", "073611212"), ("0912-345-678", "0912345678"), ("臺電停電通知", "臺電 通知"),
    ("統編 04595257（欄位）", "０４５９５２５７"), ("折扣 100% (含稅)", "100% (含"),
]  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_a_case_is_found_however_its_words_are_written(service):
    opened = {}
    for stored, _ in WRITTEN:
        answer = service.post("sue", "/cases", {**PHONE_CASE, "text": stored})
        opened[stored] = answer.json()["number"]
    for stored, asked in WRITTEN:
        found = [case["number"] for case in service.get("sue", "/cases", q=asked).json()["items"]]
        assert opened[stored] in found, asked
        assert len(found) < len(WRITTEN) / 2, asked
    number = opened["裡面"]
    for dash in ("–", "－", "−"):
        written = number.replace("-", dash).replace("K", "Ｋ")
        assert [case["number"] for case in service.get("sue", "/cases", q=written).json()["items"]] == [number]


@pytest.mark.parametrize(
    ("word", "letters"),
    [("停電通知", "停電通知"), ("台電營業處", "電營業處"), ("100%含稅", "含稅"), ("0912", ""), ("abc廠", "廠")],
)
def test_letters_that_are_written_in_one_way_alone_are_looked_for_first(word, letters):
    assert certain(word) == letters


def test_park_letter_number_telephone_and_words_apart_find_a_case_on_its_row_or_in_its_words(service):
    number = service.post("sue", "/cases", {
        **PHONE_CASE, "park": "林園", "phone": "0912-345-678", "text": "廠房屋頂漏水 請派員", "subject": "屋頂漏水",
        "doc_no": "晴字第1150000123號", "firm": "Acme 精密",
    }).json()["number"]  # fmt: skip
    other = service.post("sue", "/cases", {**PHONE_CASE, "park": "楠梓", "phone": "0912-345-999"}).json()["number"]
    finds = {
        "林園": [number], "晴字第1150000123號": [number], "1150000123": [number], "晴字": [number], "345678": [number],
        "5678": [number], "屋頂 林園": [number], "漏水 acme": [number], "acme 5678": [number], "漏水 楠梓": [],
        "0912": [], "345-999": [other], "屋頂 1150000123": [number], number[-4:]: [number], "[漏水]": [], "漏*水": [],
        "漏?": [], "%": [], "_": [], "水 漏": [number], "漏 水 林園": [number], "漏 電": [],
    }  # fmt: skip
    for asked, wanted in finds.items():
        found = [case["number"] for case in service.get("sue", "/cases", q=asked).json()["items"]]
        assert found == wanted, asked


def test_a_telephone_with_an_extension_is_found_by_its_number_and_by_its_last_digits(service):
    """Before: who looked for the number of a firm's switchboard found none of the cases with an extension behind it."""
    made = {
        phone: service.post("sue", "/cases", {**PHONE_CASE, "phone": phone}).json()["number"]
        for phone in ("07-3611212#12", "(07)361-4545 分機 305", "07-3616789轉8", "0912-777-888")
    }
    finds = {
        "3611212": "07-3611212#12", "07-361-1212": "07-3611212#12", "1212": "07-3611212#12",
        "073614545": "(07)361-4545 分機 305", "4545": "(07)361-4545 分機 305", "305": "(07)361-4545 分機 305",
        "6789": "07-3616789轉8", "777888": "0912-777-888", "0912777": "0912-777-888",
    }  # fmt: skip
    for asked, phone in finds.items():
        found = [case["number"] for case in service.get("sue", "/cases", q=asked).json()["items"]]
        assert found == [made[phone]], asked
    assert service.get("sue", "/cases", q="9127").json()["items"] == []


def test_the_list_counts_what_fits_and_marks_what_was_looked_for(service):
    for at in range(3):
        service.post("sue", "/cases", {**PHONE_CASE, "text": f"臺電停電 {at}", "subject": "臺電<b>停電</b>"})
    service.post("sue", "/cases", {**PHONE_CASE, "park": "林園", "text": "只在文字裡提到臺電", "subject": "廠房漏水"})
    page = Visitor(service, "sue").get("/desk/cases?q=台電").html
    assert "共 4 件符合「台電」" in page
    assert page.count("<mark>臺電</mark>&lt;b&gt;停電&lt;/b&gt;") == 3
    assert "共 1 件符合「漏水 林園」" in (two := Visitor(service, "sue").get("/desk/cases?q=漏水+林園").html)
    assert "廠房<mark>漏水</mark>" in two
    assert "<mark>林園</mark>" in two
    assert "<mark>" not in (every := Visitor(service, "sue").get("/desk/cases").html)
    assert "共 4 件符合。" in every


def test_a_search_of_the_queue_leads_on_to_all_cases(service):
    """It looks at open cases of one's own alone, and found nothing of a colleague's case without a word."""
    service.post("sue", "/cases", {**PHONE_CASE, "text": "廠房漏水", "subject": "廠房漏水", "category": "tax"})
    alice = Visitor(service, "alice")
    page = alice.get("/desk?view=mine&q=漏水")
    assert "目前限「我的案件」" in page.text
    link = next(one for one in page.outline.links if one.startswith("/desk/cases?q="))
    assert "廠房<mark>漏水</mark>" in alice.get(link).html
    assert "在全部案件" not in alice.get("/desk?view=mine").text


def test_what_fits_is_counted_over_all_pages(service):
    for at in range(PAGE + 2):
        service.post("sue", "/cases", {**PHONE_CASE, "text": f"漏水 {at}", "subject": f"漏水 {at}"})
    sue = Visitor(service, "sue")
    first = sue.get("/desk/cases?q=漏水").html
    second = sue.get(html.unescape(re.search(r'href="(/desk/cases[?][^"]*cursor=[^"]*)"', first)[1])).html
    assert [f"共 {PAGE + 2} 件符合「漏水」" in page for page in (first, second)] == [True, True]
    assert second.count("<mark>漏水</mark>") == 2


@pytest.mark.parametrize(("text", "q", "found"), [
    ("臺電與台電", "台電", ["臺電", "台電"]), ("請回電 07-3611212", "073611212", ["07-3611212"]),
    ("ＡＢＣ廠", "abc", ["ＡＢＣ"]), ("漏水又停電", "停電 漏水", ["漏水", "停電"]), ("甲乙", "丙", []), ("", "甲", []),
    ("甲乙", " ", []), ("a.c abc", "a.c", ["a.c"]),
])  # fmt: skip
def test_what_was_looked_for_is_found_again_in_a_text(text, q, found):
    cut = stretches(text, q)
    assert [part for part, hit in cut if hit] == found
    assert "".join(part for part, _ in cut) == text


SIGNS = "臺台ＡaＢ9９-–－()（%％_[］]^!?*\\/ 漏"


@given(st.text(SIGNS, min_size=1, max_size=5), st.text(SIGNS, min_size=1, max_size=14))
def test_marking_loses_no_sign(word, text):
    assert "".join(part for part, _ in stretches(text, word)) == text
    assert any(hit for _, hit in stretches(text + word, word)) or not word.strip()


@given(st.text(SIGNS, min_size=1, max_size=5), st.text(SIGNS, min_size=1, max_size=14))
def test_the_glob_of_sqlite_says_what_the_pattern_says(word, text):
    """For numbers it may find more, never less; the pattern is asked then."""
    quick, exact = glob(word)
    with closing(sqlite3.connect(":memory:")) as database:
        found = bool(database.execute("SELECT ? GLOB ?", (text, quick)).fetchone()[0])
    wanted = re.search(pattern(word), text) is not None
    assert found == wanted if exact else found or not wanted


@pytest.mark.parametrize("order", ["newest", "oldest", "promised"])
def test_a_first_page_counted_in_one_pass_is_the_page_and_the_count(service, order):
    for at in range(7):
        more = {"kind": "PET"} if at % 2 else {}
        service.post("sue", "/cases", {**PHONE_CASE, "text": f"漏水 {at}", "subject": f"漏水 {at}", **more})
        service.later(hours=7)
    boss = Actor(name="sue", email=email("sue"), role=Role.SUPERVISOR)
    with service.runtime.reading() as (session, office):
        for q, most in (("漏水", 50), ("漏水", 5), (None, 50), ("查無此事", 50)):
            wanted = replace(case_queries.wanted(boss, today=local(service.now).date(), q=q), order=order)
            page = case_queries.list_cases(session, office, boss, wanted, limit=3, cursor=None, now=service.now)
            count = case_queries.count_cases(session, boss, wanted, most=most)
            assert case_queries.list_counted(session, office, boss, wanted, limit=3, most=most, now=service.now) == (
                page,
                count,
            )
