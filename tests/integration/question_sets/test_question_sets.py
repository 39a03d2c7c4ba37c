"""Question sets (題組): versions that another person approves, what a case was asked and answered, and the figure."""

from __future__ import annotations

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from knowledge.question_sets import shipped
from routing.domain.asked_sets import asked_from, heard
from routing.domain.dialogue.state import Step
from routing.store.question_sets import queries
from tests.harness.branch import Branch
from tests.harness.chat import Chat, words_of
from tests.harness.pages import Visitor
from tests.harness.service import Service

LANGUAGES = ("zh-TW", "en", "ja")
ORIGIN = "要申請原產地證明書"
POWER = "想問這邊饋線還有沒有容量，我們要增設用電"
_SAID = dict.fromkeys(("zh-TW", "en", "ja"), "用電地點")


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def body(**changes):
    return {
        "id": "feeder-capacity", "category": "utilities", "topic": "power", "words": ["饋線"], "unit": "營運管理科",
        "title": dict.fromkeys(("zh-TW", "en", "ja"), "供電"), "entries": ["utilities-feeder-capacity"],
        "verified": "2026-11-29", "questions": [{"id": "place", "name": _SAID, "ask": _SAID}], "note": "改短",
        **changes,
    }  # fmt: skip


def test_a_draft_is_approved_by_another_person_and_old_versions_stay(service):
    made = service.post("carol", "/question-sets", body())
    assert (made.status_code, made.json()["state"], made.headers["location"]) == (
        201, "draft", "/api/v1/question-sets/feeder-capacity",
    )  # fmt: skip
    number = made.json()["version"]
    path = f"/question-sets/drafts/{number}/approval"
    assert service.post("carol", path, {"approve": True}).status_code == 403
    assert service.post("tai", path, {"approve": True}).status_code == 403
    assert service.post("sue", path, {"approve": False}).json()["field"] == "note"
    service.later(minutes=1)
    second = service.post("carol", "/question-sets", body(note="再短")).json()["version"]
    assert service.get("alice", "/question-sets/feeder-capacity").json()["standing"]["version"] == 0
    service.later(minutes=1)
    assert service.post("sue", path, {"approve": True}).json()["state"] == "approved"
    assert service.post("sue", path, {"approve": True}).status_code == 409
    stale = service.post("sue", f"/question-sets/drafts/{second}/approval", {"approve": True})
    assert stale.status_code == 412
    whole = service.get("alice", "/question-sets/feeder-capacity").json()
    assert (whole["standing"]["version"], [one["version"] for one in whole["versions"]]) == (number, [second, number])
    assert (whole["versions"][1]["author"], whole["versions"][1]["approver"]) == ("carol@kp.example", "sue@kp.example")
    unchanged = service.post("carol", "/question-sets", body())
    assert (unchanged.status_code, unchanged.json()["code"]) == (422, "nothing_changed")
    wrong = service.post("carol", "/question-sets", body(entries=["no-such"]))
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
        422, "question_set_invalid", "entries",
    )  # fmt: skip
    first = service.get("alice", "/question-sets", limit=3).json()
    rest = service.get("alice", "/question-sets", limit=50, cursor=first["next_cursor"]).json()
    ids = [one["id"] for one in (*first["items"], *rest["items"])]
    assert (len(ids), ids, rest["next_cursor"]) == (8, sorted(ids), None)


def test_drafts_and_versions_come_a_page_at_a_time_each_once(service):
    made = [service.post("carol", "/question-sets", body(note=f"第{n}稿")).json()["version"] for n in range(22)]
    first = service.get("alice", "/question-sets/feeder-capacity", limit=15).json()
    rest = service.get("alice", "/question-sets/feeder-capacity", limit=15, cursor=first["next_cursor"]).json()
    assert [one["version"] for one in (*first["versions"], *rest["versions"])] == made[::-1]
    assert (first["standing"], rest["next_cursor"]) == (rest["standing"], None)
    assert service.get("alice", "/question-sets/feeder-capacity", cursor="x").status_code == 422
    for path in ("/desk/knowledge/questions", "/desk/knowledge/questions/sets/feeder-capacity"):
        page = Visitor(service, "sue").get(path)
        assert page.outline.broken_rules() == []
        (older,) = [link for link in page.outline.links if "cursor=" in link]
        last = Visitor(service, "sue").get(older)
        assert (page.html.count('id="draft-'), last.html.count('id="draft-')) == (20, 2)
        assert "回到最新" in last.text


def test_the_form_names_what_is_wrong_shows_the_chat_and_keeps_a_draft(service):
    carol, sue = Visitor(service, "carol"), Visitor(service, "sue")
    page = carol.get("/desk/knowledge/questions/sets/feeder-capacity/edit")
    filled = page.form("/questions/drafts").fields
    wrong = carol.ask(
        "POST", "/desk/knowledge/questions/preview", data={**filled, "q0.ask.en": "", "entries": "none-such"}
    )
    assert wrong.status == 422
    assert "第 1 題" in wrong.text
    assert "沒有這些條目：none-such" in wrong.text
    good = carol.ask("POST", "/desk/knowledge/questions/preview", data={**filled, "q0.ask.zh-TW": "在哪裡用電？"})
    assert (good.status, "在哪裡用電？" in good.text, "略過這題" in good.text) == (200, True, True)
    saved = carol.ask("POST", "/desk/knowledge/questions/drafts", data={**filled, "q0.ask.zh-TW": "在哪裡用電？"})
    assert "已儲存為草稿" in saved.text
    listed = sue.get("/desk/knowledge/questions")
    assert "待核定草稿" in listed.text
    set_page = sue.get("/desk/knowledge/questions/sets/feeder-capacity")
    done = sue.send(set_page, "/approve")
    assert "已核定" in done.text
    assert "在哪裡用電？" in done.text
    exported = sue.get("/desk/knowledge/questions/export").answer
    assert "在哪裡用電？" in exported.text
    same = carol.ask("POST", "/desk/knowledge/questions/import", files={"file": ("a.yaml", exported.content)})
    assert "已建立 0 份草稿" in same.text
    bad = carol.ask(
        "POST", "/desk/knowledge/questions/import",
        files={"file": ("b.yaml", exported.text.replace("營運管理科", "某科").encode())},
    )  # fmt: skip
    assert (bad.status, "b.yaml：feeder-capacity：unit：" in bad.text) == (422, True)
    assert sue.get("/desk/knowledge/questions/sets/feeder-capacity?lang=ja").outline.broken_rules() == []
    assert page.outline.broken_rules() == []


def test_answers_stand_with_the_case_by_an_officer_too(service):
    number = service.opened("alice", category="other", text=ORIGIN, subject=ORIGIN)
    before = service.get("alice", f"/cases/{number}/answers").json()
    assert (before["set"], before["asked_at"], {one["state"] for one in before["answers"]}) == (
        "origin-certificate", None, {"open"},
    )  # fmt: skip
    wrong = service.post("alice", f"/cases/{number}/answers", {"answers": {"released": "很多"}})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "released")
    assert service.post("alice", f"/cases/{number}/answers", {"answers": {"none": "1"}}).status_code == 422
    answered = service.post("alice", f"/cases/{number}/answers", {"answers": {"released": "已放行", "form": ""}}).json()
    assert [(one["question"], one["state"], one["value"], one["shown"]) for one in answered["answers"]] == [
        ("released", "answered", "released", "已放行"), ("declaration", "open", None, None),
        ("form", "open", None, None),
    ]  # fmt: skip
    assert answered["by"] == "alice@kp.example"
    alice = Visitor(service, "alice")
    page = alice.send(alice.get(f"/desk/cases/{number}"), "/answers", **{"answer.declaration": "AB/15/123/45678"})
    assert ("已更新題組答案" in page.text, "AB/15/123/45678" in page.text) == (True, True)
    assert page.outline.broken_rules() == []
    assert "登錄題組答案" in Visitor(service, "adam").get("/desk/admin/audit").text
    land = service.opened()
    refused = service.post("alice", f"/cases/{land}/answers", {"answers": {}})
    assert (refused.status_code, service.get("alice", f"/cases/{land}/answers").json()["set"]) == (409, None)


def test_the_figure_with_and_without_a_set_is_the_same_everywhere(service):
    asked = service.opened("alice", category="other", text=ORIGIN, subject=ORIGIN)
    service.post("alice", f"/cases/{asked}/answers", {"answers": {"released": "已放行"}})
    plain = service.opened("alice", category="other", text="出口簽審怎麼辦", subject="出口簽審怎麼辦")
    for number in (asked, plain):
        service.post("sue", f"/cases/{number}/category", {"category": "other", "topic": "trade", "reason": "測試"})
    waited = service.post("sue", f"/cases/{plain}/wait", {"on": "firm", "message": "請補報單"})
    assert waited.status_code == 200, waited.text
    year = service.now.year
    papers = service.get("sue", f"/annual/{year}").json()
    table = next(one for one in papers["tables"] if one["key"] == "question_sets")
    told = [[cell["value"] if isinstance(cell, dict) else cell for cell in row] for row in table["rows"]]
    rows = {(row[0], row[1]): row[2:] for row in told}
    assert rows["原產地證明書", "已提問"] == [1, 0, 0, None, pytest.approx(1 / 3)]
    assert rows["原產地證明書", "未提問"] == [1, 1, 1, 1, None]
    assert rows["合計（同主題只計一次）", "未提問"][:3] == [1, 1, 1]
    behind = {row[1]: row[2] for row in table["rows"] if row[0] == "原產地證明書"}
    for said, number in (("已提問", asked), ("未提問", plain)):
        assert number in Visitor(service, "sue").get(behind[said]["cases"]).text
    page = Visitor(service, "sue").get(f"/desk/annual/{year}")
    assert "七之一、題組與補正" in page.text
    sheets = CalamineWorkbook.from_filelike(
        io.BytesIO(service.get("sue", f"/annual/{year}", format="ods").content)
    )  # fmt: skip
    cells = [row for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python()]
    assert ["原產地證明書", "未提問", 1.0, 1.0] in [row[:4] for row in cells]
    alone = Visitor(service, "sue").ask("GET", f"/desk/annual/{year}/file.csv?table=question_sets")
    called = service.get("sue", f"/annual/{year}", format="csv", table="question_sets")
    assert alone.answer.content == called.content
    lines = list(csv.reader(io.StringIO(called.content.decode("utf-8-sig"))))
    assert lines == [table["columns"], *[["" if cell is None else str(cell) for cell in row] for row in told]]
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(service.get("sue", f"/annual/{year}", format="xlsx", table="question_sets").content)
    )
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet == [table["columns"], *[["" if cell is None else cell for cell in row] for row in told]]
    for asked in ({"format": "csv"}, {"format": "csv", "table": "none"}):
        assert service.get("sue", f"/annual/{year}", **asked).status_code == 422


def test_words_taken_back_are_no_answer_any_more(branch):
    chat = Chat(branch)
    chat.opens(POWER)
    assert chat.state.step is Step.QUESTIONS
    chat.text("後勁段三小段123地號", message_id="m-place")
    chat.text("500 kW")
    number = chat.numbers[-1]
    chat.unsend("m-place")
    row = answers(branch, number)
    assert (set(row.answers["answers"]), row.answered) == ({"load"}, 1)
    assert "後勁段" not in str(row.answers)


def test_an_emergency_and_a_case_of_another_matter_are_asked_nothing(branch):
    chat = Chat(branch)
    chat.opens()
    assert chat.state.step is Step.IDLE
    assert answers(branch, chat.numbers[-1]) is None


def test_another_persons_case_takes_no_tap(branch):
    chat = Chat(branch)
    chat.opens(POWER)
    other = Chat(branch, "U2")
    said = words_of(other.tap("question", number=chat.numbers[-1], what="place", value="skip"))
    assert "先問" not in said
    assert answers(branch, chat.numbers[-1]).answers == {"answers": {}, "skipped": []}


@pytest.mark.parametrize(
    ("said", "meant"),
    [("已放行", "released"), ("Released", "released"), ("第二個", "before"), ("1", "released"), ("還沒放行", None),
     ("我們是放行前申請的", "before"), ("不知道啦", None), ("", None)],
)  # fmt: skip
def test_a_choice_is_said_in_any_language_or_by_its_place(said, meant):
    asked = asked_from(_of("origin-certificate"), 0, {})
    assert heard(asked.set.question("released"), said) == meant


def _of(name):
    return next(one for one in shipped() if one.id == name).as_data()


def answers(branch, number):
    with branch.database.reading() as session:
        return queries.of_case(session, branch.row(number).id)


def test_a_set_built_at_the_desk_is_asked_by_the_chat_once_another_person_has_approved_it(service):
    carol, sue = Visitor(service, "carol"), Visitor(service, "sue")
    page = carol.get("/desk/knowledge/questions/new")
    words = ("燈桿編號", "Pole number", "灯柱番号"), ("請提供燈桿編號。", "Which pole?", "灯柱の番号は？")
    fields = {
        "id": "street-lamp", "category": "other", "unit": "營運管理科", "verified": "2026-11-10", "words": "閘北路燈",
        "basis": "產業創新條例第50條", "q0.id": "pole", "q0.source": "現場標示",
        **{f"title.{code}": "路燈報修" for code in LANGUAGES},
        **{f"q0.{part}.{code}": text for part, said in zip(("name", "ask"), words, strict=True)
           for code, text in zip(LANGUAGES, said, strict=True)},
    }  # fmt: skip
    draft = carol.send(page, "/questions/drafts", **fields)
    assert "已儲存為草稿" in draft.text
    branch = Branch(service.runtime.database)
    branch.office = service.runtime.office_provider.base
    before = open_case(branch, "閘北路燈不亮", "U1")
    assert "請提供燈桿編號" not in before
    sue.send(sue.get("/desk/knowledge/questions/sets/street-lamp"), "/approve")
    chat = Chat(branch, "U2")
    assert "請提供燈桿編號" in open_case(branch, "閘北路燈不亮", "U2", chat)
    assert "燈桿編號 A-17" in " ".join(words_of(chat.text("A-17")).split())
    shown = carol.get(f"/desk/cases/{chat.numbers[-1]}").text
    assert ("燈桿編號" in shown, "A-17" in shown) == (True, True)


def open_case(branch, text, user, chat=None):
    chat = chat or Chat(branch, user)
    for act in (text, "!open_case", "大盛精密", "王先生", "07-1234567", "!park", "!confirm_case"):
        if act == "!park":
            heard = chat.tap("park", id="nanzih")
        else:
            heard = chat.tap(act[1:]) if act.startswith("!") else chat.text(act)
        branch.later(0.01)
    return words_of(heard)
