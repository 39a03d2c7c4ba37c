"""The case page: each step as a form that works without JavaScript, and what a person sees when one is refused."""

import pytest

from routing.domain.permissions import SYSTEM
from routing.service.cases.locked_case import find
from routing.store.cases import queries as store
from routing.store.conversation.schema import Message
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Outbox
from tests.harness.branch import add_contact
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

XSS = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('case') / 'desk.db'}") as service:
        yield service


@pytest.fixture
def alice(service):
    return Visitor(service, "alice")


def state(service, number):
    with service.runtime.database.reading() as session:
        return find(session, number, SYSTEM)[1]


def messages(service, number):
    with service.runtime.database.reading() as session:
        row = store.by_number(session, number)
        return [(m.direction, m.via, m.text) for m in store.messages(session, row.id)]


def on_line(service, number, *, reachable=True):
    """Give the case a LINE contact."""
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        row.contact_id = add_contact(session, f"U{number}", now=service.now, reachable=reachable)
        return row.contact_id


def sent(service, number):
    with service.runtime.database.reading() as session:
        row = store.by_number(session, number)
        return [message.reason for message in reversed(outbox_store.listing(session, case_id=row.id))]


def test_the_whole_life_by_forms_alone_on_both_databases(database_url):
    """Contract §5: pages do what the API does, through the same services."""
    with Service(database_url) as service:
        number = service.opened()
        on_line(service, number)
        alice, sue = Visitor(service, "alice"), Visitor(service, "sue")
        assert "已確認案件性質" in alice.step(number, "kind", kind="ENQ").text
        answered = alice.step(number, "reply", text="請備妥租約影本。", via="line")
        assert "已登錄回復。廠商將收到通知" in answered.text
        assert state(service, number).status == "in_progress"
        alice.step(number, "note", text="已查前案。")
        waiting = alice.step(number, "wait_firm", message="請補：1. 租約 2. 印鑑", until="2026-11-20")
        assert "請廠商於 115.11.20 前提供" in waiting.text
        assert state(service, number).status == "waiting_firm"
        service.later(days=1)
        alice, sue = Visitor(service, "alice"), Visitor(service, "sue")
        assert "已恢復辦理" in alice.step(number, "resume").text
        seen = alice.step(number, "extension", days="2", reason="須現勘")
        assert "限辦日期由 115.11.20 改為 115.11.24" in seen.text
        assert state(service, number).pending_extension is None
        assert "待主管核定" in alice.send(seen, "/extension").text
        assert not alice.get(f"/desk/cases/{number}").offers("/approval")
        approved = sue.step(number, "approval", approve="yes")
        assert "已核定展期" in approved.text
        asked = alice.step(number, "consult", of="agency:taipower", consent="no_data", question="請確認饋線。")
        assert "通知已保留" in asked.text
        assert state(service, number).status == "waiting_agency"
        alice.step(number, "resume")
        closed = alice.step(number, "close", outcome="answered", summary="已說明。")
        assert "已辦結" in closed.text
        assert state(service, number).status == "closed"
        assert "已重新開啟" in alice.step(number, "reopen", reason="廠商補問").text
        assert state(service, number).reopened == 1
        alice.step(number, "category", category="tax", reason="房屋稅")
        assert state(service, number).unit == "投資服務科"
        sue.step(number, "assignment", assignee=email("bob"), reason="熟悉本案")
        assert state(service, number).assignee == email("bob")
        sue.step(number, "confidential")
        assert state(service, number).confidential
        assert sent(service, number) == [
            "replied", "waiting_firm", "resumed", "extended", "waiting_agency", "agency_answered", "closed", "survey",
            "reopened", "moved", "assigned",
        ]  # fmt: skip


def test_an_answer_given_by_telephone_is_recorded_with_its_time_and_number(service, alice):
    number = service.opened(received_at="2026-11-16T08:00:00+08:00")
    page = alice.step(number, "reply", text="電話說明", via="phone", at="2026-11-16T08:40", doc_no="高屏字第1號")
    assert state(service, number).first_reply_at.isoformat() == "2026-11-16T00:40:00+00:00"
    assert "文號 高屏字第1號" in page.text
    assert "本案不另發通知" in page.text


def test_a_stale_form_shows_what_changed_and_keeps_the_text(service, alice):
    """Two people have the same page open; the second is told what the first did."""
    number = service.opened()
    page = alice.get(f"/desk/cases/{number}")
    Visitor(service, "bob").step(number, "note", text="我先打電話給廠商。")
    refused = alice.send(page, "/reply", text="這段話不能弄丟", via="phone")
    assert refused.status == 412
    assert "案件剛由其他同仁更新" in refused.text
    assert "bob　內部註記" in refused.text
    assert refused.form("/reply").fields["text"] == "這段話不能弄丟"
    assert len([m for m in messages(service, number) if m[0] == "out"]) == 0
    again = alice.send(refused, "/reply", via="phone")
    assert again.status == 200
    assert messages(service, number)[-1] == ("out", "phone", "這段話不能弄丟")


def test_a_form_sent_twice_has_its_effect_once(service, alice):
    number = service.opened()
    page = alice.get(f"/desk/cases/{number}")
    assert alice.send(page, "/note", text="一次").status == 200
    assert alice.send(page, "/note", text="一次").status == 412
    assert [m[2] for m in messages(service, number) if m[0] == "note"] == ["一次"]


@pytest.mark.parametrize(
    ("step", "typed", "status", "words"),
    [
        ("reply", {"text": "內容", "via": "line"}, 422, "本案沒有 LINE 聯絡人"),
        ("reply", {"text": "內容", "via": "phone", "at": "2030-01-01T10:00"}, 422, "回復時間必須在受理之後"),
        ("reply", {"text": "內容", "via": "phone", "at": "昨天"}, 422, "請輸入日期與時間"),
        ("reply", {"text": "  ", "via": "phone"}, 422, "請填寫內容"),
        ("wait_firm", {"message": "請補件", "until": "2026-11-01"}, 422, "補件期限不能早於今日"),
        ("consult", {"question": "請協助", "of": ""}, 422, "請選擇會辦機關或單位"),
        ("extension", {"days": "很多", "reason": "現勘"}, 422, "請輸入整數"),
        ("extension", {"days": "0", "reason": "現勘"}, 422, "展期日數必須在 1 到 365 之間"),
        ("close", {"outcome": "answered", "summary": "完成"}, 409, "尚未回復廠商"),
        ("close", {"outcome": "", "summary": "完成"}, 422, "請選擇辦理結果"),
    ],
)
def test_a_refused_step_says_why_keeps_the_text_and_changes_nothing(service, alice, *, step, typed, status, words):
    number = service.opened()
    before = state(service, number)
    page = alice.step(number, step, **typed)
    assert page.status == status
    assert words in page.text
    kept = page.form(f"/{step}").fields
    assert {name: kept[name].strip() for name in typed} == {name: value.strip() for name, value in typed.items()}
    assert state(service, number) == before
    assert len(messages(service, number)) == 1


def test_what_a_firm_wrote_is_shown_as_text_and_never_runs(service, alice):
    number = service.opened(text=XSS, firm=XSS[:60], contact=XSS[:60], phone="javascript:alert(1)")
    page = alice.get(f"/desk/cases/{number}")
    assert page.outline.broken_rules() == []
    assert XSS in page.text
    assert "<img src=x" not in page.html
    assert not any(link.startswith("javascript") for link in page.outline.links)
    assert "<img src=x" not in alice.get("/desk?view=all").html


def test_an_unreachable_firm_is_shown_with_the_advice_to_telephone(service, alice):
    number = service.opened()
    on_line(service, number, reachable=False)
    page = alice.get(f"/desk/cases/{number}")
    assert "廠商已封鎖官方帳號" in page.text
    assert page.form("/reply").fields["via"] == "phone"
    done = alice.step(number, "reply", text="已電話說明", via="phone")
    assert "本案不另發通知" in done.text


def test_a_message_taken_back_leaves_its_place_and_nothing_else(service, alice):
    number = service.opened()
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        session.add(
            Message(case_id=row.id, direction="in", kind="text", text="", at=service.now, via="line",
                    erased_at=service.now)
        )  # fmt: skip
    assert "訊息已收回" in alice.get(f"/desk/cases/{number}").text


def put_file(service, number, content_type, *, erased=False):
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        message = Message(
            case_id=row.id, direction="in", kind="file", text="", at=service.now, via="line",
            erased_at=service.now if erased else None,
        )  # fmt: skip
        session.add(message)
        session.flush()
        media = service.file(message.id, b"bytes", kind=content_type, name="檔案.html")
        session.add(media)
        session.flush()
        return media.id


@pytest.mark.parametrize(
    ("content_type", "shown", "served"),
    [("image/png", True, "image/png"), ("text/html", False, "application/octet-stream"),
     ("image/svg+xml", False, "application/octet-stream")],
)  # fmt: skip
def test_pictures_are_shown_and_everything_else_is_only_kept(service, alice, content_type, shown, served):
    number = service.opened()
    media = put_file(service, number, content_type)
    page = alice.get(f"/desk/cases/{number}")
    assert (f'<img src="/desk/files/{media}"' in page.html) is shown
    file = alice.get(f"/desk/files/{media}").answer
    assert file.headers["content-type"] == served
    assert file.headers["content-disposition"].startswith("inline" if shown else "attachment")
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert file.headers["x-content-type-options"] == "nosniff"


def test_a_file_of_a_message_taken_back_or_of_a_hidden_case_cannot_be_had(service, alice):
    number = service.opened()
    assert alice.get(f"/desk/files/{put_file(service, number, 'image/png', erased=True)}").status == 404
    media = put_file(service, number, "image/png")
    alice.step(number, "confidential")
    assert Visitor(service, "carol").get(f"/desk/files/{media}").status == 404
    assert alice.get(f"/desk/files/{media}").status == 200


def test_a_message_that_did_not_go_out_is_seen_on_the_case_and_sent_again_from_there(service, alice):
    """O5: what is given up is listed for a person."""
    number = service.opened()
    contact = on_line(service, number)
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        dead = outbox_store.put(
            session, channel="line", contact_id=contact, case_id=row.id, payload=[], reason="replied", now=service.now
        )
        dead.state, dead.error = outbox_store.DEAD, "line_400"
        dead_id = dead.id
    page = alice.get(f"/desk/cases/{number}")
    assert "無法送出" in page.text
    done = alice.send(page, f"/deliveries/{dead_id}/resend")
    assert (done.path, done.status) == (f"/desk/cases/{number}?done=resend", 200)
    assert "已排入重送" in done.text
    with service.runtime.database.reading() as session:
        assert session.get(Outbox, dead_id).state == outbox_store.PENDING


def test_another_unit_reads_and_is_offered_nothing(service):
    number = service.opened()
    carol = Visitor(service, "carol")
    page = carol.get(f"/desk/cases/{number}")
    assert page.status == 200
    assert not page.offers("/reply")
    assert "您可以查看，不能變更" in page.text
    refused = carol.ask("POST", f"/desk/cases/{number}/note", data={"version": "2", "text": "x"})
    assert refused.status == 403
    assert refused.outline.broken_rules() == []


def test_a_confidential_case_of_another_unit_sounds_as_if_there_were_none(service, alice):
    number = service.opened()
    alice.step(number, "confidential")
    carol = Visitor(service, "carol")
    hidden, missing = carol.get(f"/desk/cases/{number}"), carol.get("/desk/cases/KP-1151116-9999")
    assert (hidden.status, missing.status) == (404, 404)
    assert hidden.text.replace(number, "") == missing.text.replace("KP-1151116-9999", "")
    assert number not in carol.get("/desk?view=all").html


def test_a_partner_sees_the_question_to_its_agency_and_answers_it(service, alice):
    number = service.opened()
    alice.step(number, "note", text="只給自己人看")
    alice.step(number, "consult", of="agency:taipower", consent="no_data", question="請確認契約容量")
    tai = Visitor(service, "tai")
    page = tai.get(f"/desk/cases/{number}")
    assert "請確認契約容量" in page.text
    assert "只給自己人看" not in page.text
    assert {form.action.rsplit("/", 1)[-1] for form in page.outline.forms} == {"sign-out", "answer"}
    version = str(service.get("tai", f"/cases/{number}").json()["version"])
    closing = {"version": version, "outcome": "declined", "summary": "x"}
    assert tai.ask("POST", f"/desk/cases/{number}/close", data=closing).status == 403
    assert tai.ask("POST", f"/desk/cases/{number}/resume", data={"version": version}).status == 409
    assert tai.ask("POST", f"/desk/cases/{number}/note", data={"version": "1", "text": "再問"}).status == 412
    done = tai.step(number, "answer", text="饋線尚有 500 kW", result="found")
    assert (done.path.split("?")[0], "本件會辦結束" in done.text) == ("/desk", True)
    assert tai.get(f"/desk/cases/{number}").status == 404
    assert state(service, number).status == "in_progress"
    assert "饋線尚有 500 kW" in alice.get(f"/desk/cases/{number}").text
    assert Visitor(service, "nina").get(f"/desk/cases/{number}").status == 404


def test_an_unknown_step_is_no_page(service, alice):
    number = service.opened()
    assert alice.ask("POST", f"/desk/cases/{number}/explode", data={"version": "1"}).status == 404


def test_an_agency_is_offered_with_the_office_that_has_the_park(service, alice):
    page = alice.get(f"/desk/cases/{service.opened()}")
    assert "財政部高雄國稅局" in page.text
