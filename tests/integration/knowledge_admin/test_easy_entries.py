"""An officer writes a question and an answer in Chinese; the rest may come later, or the system does it."""

import pytest

from routing.service.knowledge_admin import versions
from routing.service.knowledge_admin.active import body_of
from tests.harness.few_entries import ENTRIES, few, with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service

NEW = "/desk/knowledge/new"
PARROTS = {
    "question": "辦公室可以養鸚鵡嗎？", "answer": "可以，請先向管理委員會登記。", "category": "other",
    "basis": "園區公告", "unit": "投資服務科",
}  # fmt: skip


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def kept(visitor, **more):
    return visitor.send(visitor.get(NEW), "/drafts", **{**PARROTS, **more})


def standing(service):
    with service.runtime.reading() as (session, _):
        return service.runtime.knowledge.active(session).base.entries


def test_question_and_answer_in_chinese_are_enough(service):
    page = kept(Visitor(service, "alice"))
    assert "草稿已儲存" in page.text
    assert page.outline.broken_rules() == []
    entry_id = page.path.split("/entries/")[1].split("?")[0]
    assert entry_id.startswith("other-")
    service.later(minutes=1)
    sue = Visitor(service, "sue")
    assert "已核定" in sue.send(sue.get(f"/desk/knowledge/entries/{entry_id}"), "/approve").text
    entry = next(one for one in standing(service) if one.id not in ENTRIES)
    assert (entry.id, entry.speaks("zh-TW"), entry.speaks("en")) == (entry_id, True, False)
    assert "en" not in body_of(entry)


def test_what_stands_already_is_shown_before_it_is_kept(service):
    alice, question = Visitor(service, "alice"), few().entry("land-lease-renewal").question
    page = kept(alice, question=question)
    assert page.status == 422
    assert "已有相近的條目" in page.text
    assert "/desk/knowledge/entries/land-lease-renewal" in page.outline.links
    assert page.outline.broken_rules() == []
    assert "目前沒有待核定的草稿" in alice.get("/desk/knowledge/drafts").text
    fields = {**page.form("/drafts").fields, "go_on": "yes"}
    assert "草稿已儲存" in alice.ask("POST", "/desk/knowledge/drafts", data=fields).text


def test_a_draft_that_waits_is_near_too(service):
    alice = Visitor(service, "alice")
    kept(alice)
    again = kept(alice, question="辦公室可以養鸚鵡？")
    assert "已有相近的條目" in again.text
    assert "待核定草稿" in again.text


def test_an_id_that_is_taken_is_refused(service):
    page = kept(Visitor(service, "alice"), id="land-lease-renewal")
    assert page.status == 422
    assert "已有條目使用" in page.text


def test_a_first_draft_is_written_on(service):
    alice = Visitor(service, "alice")
    page = kept(alice)
    entry_id = page.path.split("/entries/")[1].split("?")[0]
    with service.runtime.reading() as (session, _):
        edit = versions.waiting(session)[0].id
    form = alice.get(f"/desk/knowledge/entries/{entry_id}/edit?draft={edit}")
    assert "草稿已儲存" in alice.send(form, "/drafts", answer="可以，請先登記。").text


def test_words_not_codes(service):
    alice = Visitor(service, "alice")
    missing = kept(alice, category="")
    assert "請從清單選一項" in missing.text
    fields = {**alice.get(NEW).form("/drafts").fields, **PARROTS, "aspect_allowed": "yes"}
    fields["related"] = few().entry("land-lease-renewal").question
    page = alice.ask("POST", "/desk/knowledge/drafts", data=fields)
    for words in ("要不要、可不可以", "不分園區", "一般事項"):
        assert words in page.text
    assert "allowed" not in page.text
    assert few().entry("land-lease-renewal").question in page.text
