"""The pages of the knowledge desk, as people with and without rights see them."""

import pytest

from routing.service.knowledge_admin.active import written
from tests.harness.few_entries import approved, drafted, few, with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service

PAGES = (
    "", "/drafts", "/try", "/try?q=%E7%BA%8C%E7%A7%9F", "/try?q=%E5%81%9C%E9%9B%BB%E4%BA%86", "/expiry", "/unanswered",
    "/unanswered?week=115.11.10", "/conflicts", "/corrections", "/services", "/exchange", "/new", "/fill",
    "/entries/land-lease-renewal", "/entries/land-lease-renewal?lang=ja", "/entries/land-lease-renewal/edit",
    "?q=%E7%BA%8C%E7%A7%9F&category=land&state=live", "?state=hand_over", "?page=99",
)  # fmt: skip
ENTRY = "/desk/knowledge/entries/land-lease-renewal"


@pytest.fixture
def service(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        yield with_few_entries(service)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_the_house_rules(service, path):
    drafted(service, "alice", answer="新的回答。")
    page = Visitor(service, "bob").get(f"/desk/knowledge{path}")
    assert page.status == 200
    assert page.outline.broken_rules() == []


@pytest.mark.parametrize("path", ["", "/drafts", "/try", "/unanswered", "/export", "/corrections", "/services"])
def test_partners_and_strangers_see_nothing(service, path):
    assert Visitor(service, "tai").get(f"/desk/knowledge{path}").status == 403
    assert Visitor(service).get(f"/desk/knowledge{path}").path.startswith("/desk/sign-in")


def test_what_waits_for_approval_and_the_versions_of_an_entry_come_a_page_at_a_time(service):
    for n in range(22):
        drafted(service, "alice", answer=f"第 {n} 個回答。")
    sue = Visitor(service, "sue")
    page = sue.get("/desk/knowledge/drafts")
    (older,) = [link for link in page.outline.links if "cursor=" in link]
    last = sue.get(older)
    assert (page.html.count('id="draft-'), last.html.count('id="draft-')) == (20, 2)
    assert [words for words in ("第 0 個回答", "第 1 個回答", "第 2 個回答") if words in last.text] == [
        "第 0 個回答", "第 1 個回答",
    ]  # fmt: skip
    assert "待核定22" in page.text
    for _ in range(2):
        sue.send(page, "/reject", note="請再查證")
        page = sue.get("/desk/knowledge/drafts")
    assert sue.get(f"{ENTRY}?page=9").outline.broken_rules() == []


def test_an_unknown_entry_is_not_found(service):
    assert Visitor(service, "bob").get("/desk/knowledge/entries/nothing").status == 404
    assert Visitor(service, "bob").get("/desk/knowledge/entries/nothing/edit").status == 404


def test_slips_stand_beside_their_fields_and_what_was_typed_stays(service):
    alice = Visitor(service, "alice")
    page = alice.get(f"{ENTRY}/edit")
    again = alice.send(page, "/drafts", answer="字" * 301, phrasings_en="one", review="2020-01-01")
    assert again.status == 422
    for words in ("301 字，超過 300 字", "1 句，至少要 4 句", "複查日應晚於查證日"):
        assert words in again.text
    assert again.form("/drafts").fields["answer"] == "字" * 301
    assert again.outline.broken_rules() == []
    assert not Visitor(service, "bob").get("/desk/knowledge/drafts").offers("/approve")


def test_a_preview_keeps_nothing_and_shows_the_card(service):
    alice = Visitor(service, "alice")
    form = alice.get(f"{ENTRY}/edit").form("/drafts")
    page = alice.ask("POST", "/desk/knowledge/preview", data={**form.fields, "answer": "看看這個樣子。"})
    assert page.status == 200
    assert "看看這個樣子。" in page.text
    assert "系統自動回答" in page.text
    assert "目前沒有待核定的草稿" in alice.get("/desk/knowledge/drafts").text


def test_from_form_to_approval(service):
    alice, bob = Visitor(service, "alice"), Visitor(service, "bob")
    kept = alice.send(alice.get(f"{ENTRY}/edit"), "/drafts", answer="請於期滿前提出。", note="依條文改寫")
    assert kept.path.startswith(ENTRY)
    assert "草稿已儲存" in kept.text
    assert not kept.offers("/approve")
    service.later(minutes=1)
    done = bob.send(bob.get(ENTRY), "/approve")
    assert "已核定" in done.text
    assert "依條文改寫" in done.text
    assert "請於期滿前提出。" in alice.get(ENTRY).text


def test_a_draft_goes_back_with_a_reason_only(service):
    edit = drafted(service, "alice", answer="新的回答。")
    bob = Visitor(service, "bob")
    assert bob.ask("POST", f"/desk/knowledge/drafts/{edit}/reject", data={"note": " "}).status == 409
    assert "已退回" in bob.ask("POST", f"/desk/knowledge/drafts/{edit}/reject", data={"note": "請補依據"}).text


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("carol", 403), ("tai", 403)])
def test_who_may_not_approve_is_refused_by_the_service_too(service, who, status):
    edit = drafted(service, "alice", answer="新的回答。")
    assert Visitor(service, who).ask("POST", f"/desk/knowledge/drafts/{edit}/approve").status == status


def test_an_expired_entry_is_said_to_be_and_not_answered(service):
    approved(service, "sue", drafted(service, "sue", verified="2025-01-01", review="2026-11-01"))
    bob = Visitor(service, "bob")
    assert "已過複查日" in bob.get("/desk/knowledge").text
    assert "已過複查日" in bob.get("/desk/knowledge/expiry").text
    service.runtime.knowledge.refresh(service.runtime.reader)
    tried = bob.get("/desk/knowledge/try?q=土地租約快到期，可以續租嗎？")
    assert "已過複查日，不回答" in tried.text


def test_a_file_out_and_in(service):
    alice = Visitor(service, "alice")
    out = alice.get("/desk/knowledge/export?category=land")
    assert out.answer.headers["content-disposition"].startswith("attachment")
    assert "utilities-water-plan-fee" not in out.html
    changed = out.html.replace(few().entry("land-find-platform").question, "哪裡查得到空地？")
    page = alice.ask("POST", "/desk/knowledge/import", files={"file": ("x.yaml", changed.encode())})
    assert "已建立 1 份草稿" in page.text
    wrong = alice.ask("POST", "/desk/knowledge/import", data={"text": written(few().entries).replace("unit:", "u:")})
    assert wrong.status == 422
    assert "未匯入任何條目" in wrong.text
    binary = alice.ask("POST", "/desk/knowledge/import", files={"file": ("x.yaml", b"\xff\xfe\x00")})
    assert binary.status == 422


def test_from_a_case_to_an_answer_with_its_source(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    assert f"/desk/knowledge/cases/{number}" in alice.get(f"/desk/cases/{number}").outline.links
    page = alice.get(f"/desk/knowledge/cases/{number}")
    assert page.outline.broken_rules() == []
    reply = alice.get(f"/desk/knowledge/cases/{number}/reply?faq=land-standard-renewal")
    fields = reply.form("/reply").fields
    assert few().entry("land-standard-renewal").answer in fields["text"]
    assert "依據" in fields["text"]
    sent = alice.send(reply, "/reply")
    assert sent.path.startswith(f"/desk/cases/{number}")


def test_from_a_case_to_a_correction_and_to_a_new_entry(service):
    number = service.opened(text="標準廠房續租流程？我是陳小姐 0912345678")
    alice = Visitor(service, "alice")
    page = alice.get(f"/desk/knowledge/cases/{number}?q=續租")
    fields = page.form("/teach").fields
    taught = alice.ask("POST", f"/desk/knowledge/cases/{number}/teach", data={**fields, "kind": "phrasing"})
    assert "已收到修正" in taught.text
    assert "試驗中" in alice.get("/desk/knowledge/corrections").text
    refused = alice.ask("POST", f"/desk/knowledge/cases/{number}/teach", data={**fields, "kind": "phrasing"})
    assert refused.status == 422
    assert "同樣的修正" in refused.text
    new = alice.get(f"/desk/knowledge/new?case={number}")
    assert "標準廠房續租流程" in new.form("/drafts").fields["phrasings_zh"]
    assert "0912345678" not in new.html


def test_other_units_do_not_teach_from_a_case(service):
    number = service.opened()
    assert Visitor(service, "carol").get(f"/desk/knowledge/cases/{number}").status == 403
    assert Visitor(service, "tai").get(f"/desk/knowledge/cases/{number}").status == 403


def test_an_address_of_an_online_service_is_kept_or_refused_with_what_was_typed(service):
    alice = Visitor(service, "alice")
    page = alice.get("/desk/knowledge/services")
    wrong = alice.send(page, "/services/land-matching", address="http://land.example")
    assert wrong.status == 422
    assert wrong.form("/services/land-matching").fields["address"] == "http://land.example"
    done = alice.send(page, "/services/land-matching", address="https://land.example/")
    assert "已儲存" in done.text
    assert "https://land.example/" in done.outline.links
    assert not page.offers("/services/eplatform")


def test_the_page_of_conflicts_is_found_under_its_former_address(service):
    moved = service.ask("GET", "/desk/knowledge/doubles")
    assert (moved.status_code, moved.headers["location"]) == (301, "/desk/knowledge/conflicts")
