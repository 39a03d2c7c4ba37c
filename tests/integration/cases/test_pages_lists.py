"""The queue, the list of cases, entering a case, deliveries and administration, as people of each role meet them."""

import re

import pytest
from sqlalchemy import select

from routing.domain.unsend import TAKEN_BACK
from routing.service.maintenance import retention
from routing.service.messaging import quota
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Message
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Inbox
from routing.store.office_calendar.schema import ClosureRow
from tests.harness.branch import Played, add_contact
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

PASSWORD = "a good long password"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('lists') / 'desk.db'}") as service:
        yield service


def row_of(service, number):
    with service.runtime.database.reading() as session:
        return store.by_number(session, number)


def group_of(page, number):
    """The heading of the queue's group in which a case stands."""
    start = page.html.index(number)
    section = page.html.rindex('id="group-', 0, start)
    return page.html[section + len('id="group-') :].split('"')[0]


@pytest.mark.parametrize("who", ["alice", "sue", "adam", "tai"])
@pytest.mark.parametrize(
    "path",
    ["/desk", "/desk?view=all", "/desk/cases", "/desk/new", "/desk/deliveries", "/desk/turnaround",
     "/desk/turnaround?kind=all&by=month", "/desk/turnaround?by=officer", "/desk/admin/staff", "/desk/admin/absences",
     "/desk/admin/calendar", "/desk/admin/keeping", "/desk/admin/withdrawn", "/desk/admin/running",
     "/desk/admin/audit",
     "/desk/cases/KP-1151116-9999", "/desk/nothing", "/privacy"],
)  # fmt: skip
def test_every_page_keeps_the_rules_of_the_house_whether_allowed_or_not(service, who, path):
    """One h1, its language, labels, a way past the navigation, nothing inline that the policy would refuse."""
    page = Visitor(service, who).get(path)
    assert page.outline.broken_rules() == []
    assert page.status in {200, 403, 404}
    assert "script-src 'self'" in page.answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("alice", "/desk/admin/staff", 403), ("sue", "/desk/admin/audit", 403), ("adam", "/desk/admin/audit", 200),
        ("tai", "/desk/new", 403), ("tai", "/desk/deliveries", 403), ("tai", "/desk/turnaround", 403),
        ("alice", "/desk/turnaround", 200), ("alice", "/desk/turnaround?by=officer", 403),
        ("sue", "/desk/turnaround?by=officer", 200), ("alice", "/desk/turnaround/file.ods?by=officer", 403),
        ("adam", "/desk/admin/nothing", 404), ("sue", "/desk/admin/keeping", 403),
        ("sue", "/desk/admin/withdrawn", 403),
    ],
)  # fmt: skip
def test_who_may_open_what(service, who, path, status):
    assert Visitor(service, who).get(path).status == status


def test_the_queue_groups_work_in_the_order_it_wants_doing(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        late = service.opened(received_at="2026-11-09T09:00:00+08:00")
        today = service.opened(received_at="2026-11-11T09:00:00+08:00")
        new = service.opened()
        waiting = service.asked_of()
        nobody = service.opened()
        service.post("sue", f"/cases/{nobody}/assignment", {"assignee": None})
        alice = Visitor(service, "alice")
        alarm = alice.send(
            alice.get("/desk/new"), "/desk/new", category="utilities", text="整區停電", alert="outage_power"
        ).outline.h1[0]
        page = Visitor(service, "sue").get("/desk")
        groups = {number: group_of(page, number) for number in (late, today, new, waiting, nobody)}
        assert groups == {
            late: "overdue", today: "due_today", new: "new", waiting: "waiting", nobody: "unassigned",
        }  # fmt: skip
        assert page.html.index(alarm) < page.html.index(late)
        assert "緊急：停電" in page.text
        assert "已逾限 2 個工作天" in page.text
        mine = alice.get("/desk")
        assert nobody in mine.html
        assert "整區停電" not in mine.text


def test_the_open_queue_is_sent_again_only_when_it_changed(service):
    alice = Visitor(service, "alice")
    html = alice.get("/desk?view=all").html
    seen = html.split("seen=")[1][:16]
    poll = {"view": "all", "seen": seen}
    assert alice.get("/desk/queue", params=poll).status == 204
    number = service.opened(category="construction")
    changed = alice.get("/desk/queue", params=poll)
    assert changed.status == 200
    assert number in changed.html
    assert "<h1" not in changed.html


def test_the_queue_and_the_list_are_narrowed_by_forms(service):
    land, tax = service.opened(text="找得到的土地案"), service.opened(text="稅務案", category="tax")
    sue = Visitor(service, "sue")
    queue = sue.get("/desk?view=all")
    assert tax not in sue.send(queue, "/desk", category="land").html
    assert land in sue.send(queue, "/desk", q="找得到的").html
    listed = sue.get("/desk/cases")
    found = sue.send(listed, "/desk/cases", q="找得到的", category="land", status="assigned")
    assert land in found.html
    assert tax not in found.html
    assert "沒有符合條件的案件" in sue.send(listed, "/desk/cases", q="百分之%").text


def test_the_list_goes_on_from_page_to_page(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        numbers = [service.post("alice", "/cases", {
            "channel": "phone", "category": "land", "text": f"第 {n} 件", "kind": "ENQ", "firm": "甲", "contact": "乙",
            "phone": "07-1", "park": "楠梓",
        }).json()["number"] for n in range(52)]  # fmt: skip
        sue = Visitor(service, "sue")
        first = sue.get("/desk/cases")
        assert numbers[-1] in first.html
        assert numbers[1] not in first.html
        following = next(link for link in first.outline.links if "cursor=" in link)
        second = sue.get(following)
        assert numbers[0] in second.html
        assert numbers[1] in second.html
        assert numbers[2] not in second.html


@pytest.mark.parametrize("path", ["/desk/cases?cursor=x", "/desk/turnaround?from=morgen", "/desk/turnaround?kind=X",
                                  "/desk/turnaround?from=2026-02-01&to=2026-01-01"])  # fmt: skip
def test_an_address_that_makes_no_sense_gets_a_page_that_says_so(service, path):
    page = Visitor(service, "sue").get(path)
    assert page.status == 422
    assert page.outline.broken_rules() == []


def test_a_telephone_call_becomes_a_case_with_its_own_time_of_receipt(service):
    alice = Visitor(service, "alice")
    made = alice.send(
        alice.get("/desk/new"), "/desk/new", channel="phone", category="land", firm="聽濤精密有限公司", ubn="12345675",
        contact="李先生", phone="07-123-4567", park="楠梓", text="想了解租金\n還有管理費", kind="PET",
        received_at="2026-11-16T08:35",
    )  # fmt: skip
    assert made.status == 200
    assert "案件已受理" in made.text
    assert made.outline.h1 == ["想了解租金"]
    row = row_of(service, made.path.split("/")[-1].split("?")[0])
    assert (row.channel, row.kind, row.contact_phone) == ("phone", "PET", "07-123-4567")
    assert row.received_at.isoformat() == "2026-11-16T00:35:00+00:00"
    assert 'href="tel:07-123-4567"' in made.html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": " "}, "請填寫廠商反映的內容"), ({"ubn": "123"}, "統一編號必須是 8 位數字"),
        ({"category": ""}, "請選擇類別"),
        ({"received_at": "2027-01-01T09:00"}, "受理時間必須在 2024 年之後"), ({"received_at": "x"}, "請輸入日期與時間"),
    ],
)  # fmt: skip
def test_a_refused_case_comes_back_as_it_was_typed(service, typed, words):
    alice = Visitor(service, "alice")
    sent = {"category": "land", "text": "內容", "firm": "留著的廠商名", **typed}
    page = alice.send(alice.get("/desk/new"), "/desk/new", **sent)
    assert page.status == 422
    assert words in page.text
    assert page.form("/desk/new").fields["firm"] == "留著的廠商名"


def test_deliveries_lists_what_wants_a_person_and_never_what_was_in_an_event(service):
    """O5: attempts that ended are listed; a quarantined event shows when and why, not what."""
    number = service.opened()
    with service.runtime.database.writing() as session:
        contact = add_contact(session, "Ublocked", now=service.now, reachable=False)
        row = store.by_number(session, number)
        for state in (outbox_store.DEAD, outbox_store.UNKNOWN, outbox_store.ACCEPTED):
            message = outbox_store.put(
                session,
                channel="line",
                contact_id=contact,
                case_id=row.id,
                payload=[],
                reason="replied",
                now=service.now,
            )
            message.state = state
        session.add(
            Inbox(channel="line", webhook_event_id="01EVENT", user_key="u", event_at=1, received_at=service.now,
                  due_at=service.now, raw='{"text": "a secret"}', state=inbox_store.QUARANTINED, error="unreadable")
        )  # fmt: skip
    alice = Visitor(service, "alice")
    page = alice.get("/desk/deliveries")
    assert page.html.count(f'href="/desk/cases/{number}"') == 2
    assert "廠商已封鎖，請改以電話聯絡" in page.text
    assert "01EVENT" in page.text
    assert "a secret" not in page.html
    resent = alice.send(page, "/resend")
    assert "已排入重送" in resent.text
    assert number in alice.get("/desk/deliveries?state=accepted").html
    service.post("alice", f"/cases/{number}/confidential", {"confidential": True})
    for state in ("dead", "unknown", "accepted", "pending"):
        assert number not in Visitor(service, "carol").get(f"/desk/deliveries?state={state}").html, "hidden cases are"


def test_an_administrator_adds_and_closes_accounts(service):
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/staff")
    refused = adam.send(
        page, "/staff/add", email="new@kp.example", name="新人", role="officer", unit="", password="too short but 12"
    )
    assert refused.status == 422
    assert refused.form("/staff/add").fields["name"] == "新人"
    assert "too short but 12" not in refused.html
    added = adam.send(refused, "/staff/add", unit="用地工程科", password=PASSWORD, **{"category-land": "1"})
    assert "帳號已更新" in added.text
    with service.runtime.database.reading() as session:
        staff = account_store.staff_by_email(session, "new@kp.example")
        assert (staff.unit, staff.categories, staff.disabled_at) == ("用地工程科", ["land"], None)
    adam.ask("POST", "/desk/admin/staff/disable", data={"email": "new@kp.example"})
    own = adam.ask("POST", "/desk/admin/staff/disable", data={"email": email("adam")})
    assert own.status == 422
    assert "不能停用自己的帳號" in own.text
    with service.runtime.database.reading() as session:
        assert account_store.staff_by_email(session, "new@kp.example").disabled_at is not None
    assert "staff.add" not in adam.get("/desk/admin/audit").text
    assert "新增帳號" in adam.get("/desk/admin/audit").text


def test_an_absence_with_a_deputy_is_entered_and_taken_back(service):
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/absences")
    typed = {"email": email("bob"), "first": "2026-11-18", "last": "2026-11-20", "deputy": email("alice")}
    assert "115.11.18 至 115.11.20" in adam.send(page, "/absences/add", **typed).text
    twice = adam.send(page, "/absences/add", **typed)
    assert "已登錄過請假" in twice.text
    assert adam.send(page, "/absences/add", **{**typed, "deputy": email("bob")}).status == 422
    assert adam.send(page, "/absences/add", **{**typed, "last": "2026-11-01"}).status == 422
    gone = adam.send(adam.get("/desk/admin/absences"), "/absences/remove")
    assert "目前沒有請假" in gone.text


def test_a_closure_moves_the_dates_of_open_cases_and_its_withdrawal_moves_them_back(service):
    """S4: a calendar that changes recomputes what is open."""
    number = service.opened()
    before = row_of(service, number).due_on
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/calendar")
    entered = adam.send(page, "/calendar/close", day="2026-11-17", county="高雄市", part="full", source="市府公告")
    assert "停班紀錄已更新" in entered.text
    assert (row_of(service, number).due_on - before).days == 1
    assert adam.send(page, "/calendar/close", day="2026-11-17", county="高雄市", part="full").status == 422
    assert adam.send(page, "/calendar/close", day="2026-11-18", county="高雄市", part="hours").status == 422
    with service.runtime.database.reading() as session:
        closure = session.scalars(select(ClosureRow)).one()
    adam.ask("POST", "/desk/admin/calendar/withdraw", data={"id": str(closure.id)})
    assert row_of(service, number).due_on == before
    assert adam.ask("POST", "/desk/admin/calendar/withdraw", data={"id": str(closure.id)}).status == 404


def test_the_periods_of_keeping_are_shown_with_what_has_none(tmp_path):
    with Service(f"sqlite:///{tmp_path}/kept.db", ONESTOP_KEEP_CHAT="180", ONESTOP_KEEP_FILES="") as kept:
        page = Visitor(kept, "adam").get("/desk/admin/keeping").text
        assert "180 日" in page
        # What is left empty is not set; files that nobody claimed have a period of ours (contract §9: a day).
        assert re.search(r"未成案的檔案\D*1 日", re.sub(r"<[^>]+>", "", page))
        assert page.count("未設定，不刪除") == 6
        assert "尚有保存期限未設定" in page
        with kept.runtime.writing() as (session, _office):
            retention.run(session, kept.settings.periods, now=kept.now, actor="系統")
        assert "最近一次清理：115.11.16" in Visitor(kept, "adam").get("/desk/admin/keeping").text


def test_a_message_taken_back_is_opened_with_a_reason_that_the_trail_keeps(service):
    number = service.opened(text="只在這一件裡說過的話")  # the firm's other cases stand on the page too
    with service.runtime.writing() as (session, _office):
        row = store.by_number(session, number)
        message = session.scalars(select(Message).where(Message.case_id == row.id)).one()
        conversation_store.seal(session, message, case_id=row.id, subject="原案由", now=service.now)
        words, message.text, message.erased_at, where = message.text, "", service.now, message.id
        row.subject = TAKEN_BACK
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/withdrawn")
    assert number in page.text
    assert words not in page.text
    assert adam.ask("POST", f"/desk/admin/withdrawn/{where}/open", data={"reason": " "}).status == 422
    locked = adam.ask("POST", f"/desk/admin/withdrawn/{where}/open", data={"reason": "監察院調卷"})
    assert words in locked.text
    assert locked.answer.headers["cache-control"] == "no-store"
    assert "監察院調卷" in adam.get("/desk/admin/audit").text
    assert words not in adam.get(f"/desk/cases/{number}").text


def test_what_was_taken_back_is_listed_a_part_at_a_time(service):
    number = service.opened()
    with service.runtime.writing() as (session, _office):
        row = store.by_number(session, number)
        first = session.scalars(select(Message).where(Message.case_id == row.id)).one()
        for _ in range(60):
            message = Message(
                contact_id=first.contact_id,
                case_id=row.id,
                direction="in",
                kind="text",
                text="",
                at=service.now,
                via="phone",
            )
            session.add(message)
            session.flush()
            conversation_store.seal(session, message, case_id=row.id, subject="原案由", now=service.now)
    adam, address, seen = Visitor(service, "adam"), "/desk/admin/withdrawn", []
    while address:
        html = adam.get(address).html
        seen += re.findall(r"/desk/admin/withdrawn/(\d+)/open", html)
        found = re.search(r'href="(/desk/admin/withdrawn[?]cursor=\d+)"', html)
        address = found and found[1]
    assert len(seen) == len(set(seen)) >= 60
    assert seen == sorted(seen, key=int, reverse=True)
    wrong = {"reason": " ", "cursor": seen[49]}
    assert f"/withdrawn/{seen[50]}/open" in adam.ask("POST", f"/desk/admin/withdrawn/{seen[0]}/open", data=wrong).html


@pytest.mark.parametrize("deed", ["staff/add", "staff/disable", "absences/add", "calendar/close"])
def test_only_administrators_change_what_administrators_keep(service, deed):
    data = {"email": email("bob"), "first": "2026-11-18", "last": "2026-11-18", "day": "2026-11-18", "part": "full"}
    who = "alice" if deed.startswith("absences/") else "sue"
    assert Visitor(service, who).ask("POST", f"/desk/admin/{deed}", data=data).status == 403


def test_deliveries_warn_before_the_months_messages_are_used_up(service):
    quota.ask_if_due(service.runtime.database, Played(quota=lambda: (200, 170)), now=service.now)
    assert "本月 LINE 推播則數已使用 85%（170／200 則）" in Visitor(service, "alice").get("/desk/deliveries").text
