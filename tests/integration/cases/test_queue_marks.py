"""What wants an officer beside the dates: a call asked for, a message that did not arrive, who spoke last, what is new.

The same on the page, in the API and on both databases (traps O5, O7, S11; contract §3, §9).
"""

from contextlib import contextmanager

import pytest
from sqlalchemy import select

from routing.domain.dialogue.placement import Reason
from routing.domain.permissions import FIRM
from routing.service.cases import from_firm, locked_case
from routing.store.accounts.schema import Audit
from routing.store.cases import queries as store
from routing.store.conversation.schema import Message
from routing.store.messaging import outbox as outbox_store
from tests.harness.branch import add_contact
from tests.harness.cast import email
from tests.harness.counting import statements
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


@contextmanager
def firm_of(service, number):
    with service.runtime.writing() as (session, office):
        yield locked_case.change(session, office, number, FIRM, now=service.now)


def firm_writes(service, number, text="補充說明：坐落 12-3 地號"):
    with firm_of(service, number) as locked:
        said = Message(case_id=locked.row.id, direction="in", kind="text", text=text, at=service.now, via="line")
        locked.session.add(said)
        locked.session.flush()
        from_firm.firm_message(locked, said, piece=False, placed_by=Reason.NUMBER)


def asks_to_be_called(service, number, when="afternoon"):
    with firm_of(service, number) as locked:
        from_firm.ask_call(locked, when)


def failed(service, number, state="dead", *, reason="replied", error=None):
    """A message to the firm that did not arrive."""
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        contact = add_contact(session, f"U{number}{service.now}{state}", now=service.now)
        message = outbox_store.put(
            session, channel="line", contact_id=contact, case_id=row.id, payload=[], reason=reason, now=service.now
        )
        message.state, message.error = state, error
        return message.id


def marks(service, number, who="alice"):
    return service.get(who, f"/cases/{number}").json().get("marks", [])


def found(service, who="alice", **query):
    return [item["number"] for item in service.get(who, "/cases", **query).json()["items"]]


def group(page, name):
    """The part of the queue with a group's cases, as HTML."""
    start = page.html.find(f'id="group-{name}"')
    return page.html[start : page.html.index("</section>", start)] if start >= 0 else ""


def tally(page, name):
    start = page.html.index(f'<li class="tally-{name}')
    return int(page.html[page.html.index("<strong>", start) + 8 : page.html.index("</strong>", start)])


def opened_and_seen(service, who="alice"):
    number = service.opened()
    Visitor(service, who).get(f"/desk/cases/{number}")
    return number


def test_a_firm_that_writes_before_the_first_reply_has_answered(service):
    number = opened_and_seen(service)
    service.later(minutes=5)
    assert marks(service, number) == []
    firm_writes(service, number)
    assert marks(service, number) == ["firm_spoke"]
    assert found(service, mark="firm_spoke") == [number]
    page = Visitor(service, "alice").get("/desk")
    assert number in group(page, "answered")
    assert "等我方（廠商已回應）" in page.text
    service.later(minutes=5)
    service.post("alice", f"/cases/{number}/messages", {"text": "已收到。", "via": "phone"})
    assert (marks(service, number), found(service, mark="firm_spoke")) == ([], [])


def test_a_call_asked_for_stands_first_with_the_hours_that_suit(service):
    late = service.opened(received_at="2026-11-02T09:00:00+08:00")
    called = service.opened()
    service.later(minutes=5)
    asks_to_be_called(service, called)
    read = service.get("alice", f"/cases/{called}").json()
    assert (read["marks"][0], read["call"]["when"], read["call"]["tries"]) == ("call", "afternoon", 0)
    page = Visitor(service, "alice").get("/desk")
    assert "請回電：下午" in group(page, "call")
    assert page.html.index("group-call") < page.html.index("group-overdue")
    assert late in group(page, "overdue")
    whole = Visitor(service, "alice").get(f"/desk/cases/{called}")
    assert "廠商請求回電，方便時段：下午" in whole.text


def test_a_call_is_ticked_off_by_whoever_reached_the_firm(service):
    """Not reached, it stands; both are events of the history and in the audit trail."""
    number = opened_and_seen(service)
    service.later(minutes=5)
    asks_to_be_called(service, number, "morning")
    alice = Visitor(service, "alice")
    form = {"version": str(service.get("alice", f"/cases/{number}").json()["version"]), "note": "分機忙線"}
    tried = alice.ask("POST", f"/desk/cases/{number}/called", data={**form, "reached": "no"})
    assert "未接通，回電請求仍保留" in tried.text
    assert "已去電 1 次未接通" in tried.text
    assert "未接通 1 次" in group(alice.get("/desk"), "call")
    service.later(minutes=30)
    done = service.post("bob", f"/cases/{number}/called", {"reached": True, "note": "改下週會勘"})
    assert (done.status_code, done.json().get("call"), done.json().get("marks")) == (200, None, None)
    events = service.get("alice", f"/cases/{number}").json()["events"]
    assert [(one["event"], one["by"], one["note"]) for one in events[-2:]] == [
        ("call_tried", email("alice"), "分機忙線"), ("called", email("bob"), "改下週會勘"),
    ]  # fmt: skip
    page = alice.get(f"/desk/cases/{number}")
    assert "去電未接通" in page.text
    assert "已聯繫上廠商" in page.text
    assert group(alice.get("/desk"), "call") == ""
    assert service.get("alice", f"/cases/{number}").json()["first_reply_at"] is None, "a call alone is no reply (S10)"
    with service.runtime.database.reading() as session:
        trail = session.execute(select(Audit.action, Audit.actor).where(Audit.subject == number)).all()
    assert ("case.call_tried", email("alice")) in [tuple(row) for row in trail]
    assert ("case.called", email("bob")) in [tuple(row) for row in trail]


def test_an_answer_by_telephone_is_the_call_and_one_in_writing_only_after_a_try(service):
    spoken, written = service.opened(), service.opened()
    service.later(minutes=5)
    for number in (spoken, written):
        asks_to_be_called(service, number)
    service.later(minutes=5)
    service.post("alice", f"/cases/{spoken}/messages", {"text": "已電話說明。", "via": "phone"})
    service.post("alice", f"/cases/{written}/messages", {"text": "以公文說明。", "via": "letter"})
    assert found(service, mark="call") == [written]
    service.post("alice", f"/cases/{written}/called", {"reached": False})
    service.later(minutes=5)
    service.post("alice", f"/cases/{written}/messages", {"text": "再以公文說明。", "via": "letter"})
    assert found(service, mark="call") == []


def test_closing_a_case_forgets_no_call(service):
    """The firm still waits for it; only whoever takes its case back does not."""
    number = opened_and_seen(service)
    service.later(minutes=5)
    asks_to_be_called(service, number)
    service.post("alice", f"/cases/{number}/close", {"outcome": "declined", "summary": "不予受理，理由如說明。"})
    page = Visitor(service, "alice").get("/desk")
    assert number in group(page, "call")
    assert "辦結" in group(page, "call")
    service.later(minutes=5)
    assert service.post("alice", f"/cases/{number}/called", {"reached": True}).status_code == 200
    assert number not in Visitor(service, "alice").get("/desk").html
    taken = service.opened()
    asks_to_be_called(service, taken)
    service.post("alice", f"/cases/{taken}/close", {"outcome": "withdrawn", "summary": "廠商撤回。"})
    assert found(service, mark="call") == []


@pytest.mark.parametrize(("state", "error", "words"), [
    ("dead", "quota", "無法送出"), ("unknown", "timeout", "結果不明"), ("cancelled", "blocked", "廠商已封鎖"),
])  # fmt: skip
def test_a_message_that_did_not_arrive_is_on_the_row_in_the_tally_and_in_the_page_head(service, state, error, words):
    number, other = opened_and_seen(service), opened_and_seen(service)
    service.later(minutes=5)
    failed(service, number, state, error=error)
    failed(service, other, "accepted")
    failed(service, other, "cancelled", error="overtaken")
    failed(service, other, "dead", reason="survey")
    page = Visitor(service, "alice").get("/desk")
    assert f"訊息未送達：{words}" in group(page, "undelivered")
    assert (tally(page, "undelivered"), "有 1 件案件的訊息未送達廠商" in page.text) == (1, True)
    assert "訊息未送達" in Visitor(service, "alice").get(f"/desk/cases/{number}").text.replace("則訊息未", "訊息未")
    read = service.get("alice", f"/cases/{number}").json()
    told = "blocked" if state == "cancelled" else state
    assert (read["marks"], read["undelivered"]) == (
        ["undelivered"], {"count": 1, "reason": "replied", "state": told},
    )  # fmt: skip
    assert found(service, mark="undelivered") == [number]
    listed = Visitor(service, "alice").get("/desk/cases?mark=undelivered")
    assert number in listed.html
    assert other not in listed.html


def test_of_what_is_marked_the_tally_counts_every_case_wherever_it_stands(service):
    """A late case with a message that did not arrive stands among the late ones, and is counted as both."""
    late = service.opened(received_at="2026-11-02T09:00:00+08:00")
    service.later(minutes=5)
    failed(service, late)
    page = Visitor(service, "alice").get("/desk")
    assert late in group(page, "overdue")
    assert (tally(page, "overdue"), tally(page, "undelivered")) == (1, 1)
    link = next(one for one in page.outline.links if "mark=undelivered" in one)
    assert late in Visitor(service, "alice").get(link).html


def test_a_message_that_did_not_arrive_is_settled_by_telling_the_firm_another_way_or_sending_it_again(service):
    told, called, again = (opened_and_seen(service) for _ in range(3))
    service.later(minutes=5)
    ids = {number: failed(service, number, "unknown") for number in (told, called, again)}
    service.later(minutes=5)
    service.post("alice", f"/cases/{told}/messages", {"text": "電話告知。", "via": "phone"})
    service.post("alice", f"/cases/{called}/called", {"reached": False})
    assert set(found(service, mark="undelivered")) == {called, again}
    service.post("alice", f"/cases/{called}/called", {"reached": True})
    service.post("alice", f"/deliveries/{ids[again]}/resend")
    assert found(service, mark="undelivered") == []


def test_an_answer_that_fails_itself_is_not_settled_by_having_been_given(service):
    """The reply is the event, its message the failure: both carry one instant."""
    number = service.opened_on_line()
    Visitor(service, "alice").get(f"/desk/cases/{number}")
    service.later(minutes=5)
    service.post("alice", f"/cases/{number}/messages", {"text": "請備齊文件。", "via": "line"})
    with service.runtime.database.writing() as session:
        for row in outbox_store.listing(session):
            row.state = "dead" if row.reason == "replied" else "accepted"
    assert marks(service, number) == ["undelivered"]


def test_a_closed_case_whose_result_did_not_arrive_stays_in_the_queue(service):
    number = opened_and_seen(service)
    service.later(minutes=5)
    service.post("alice", f"/cases/{number}/close", {"outcome": "declined", "summary": "不予受理，理由如說明。"})
    assert number not in Visitor(service, "alice").get("/desk").html
    failed(service, number, "dead", reason="closed")
    assert number in group(Visitor(service, "alice").get("/desk"), "undelivered")
    service.later(minutes=5)
    service.post("alice", f"/cases/{number}/called", {"reached": True})
    assert number not in Visitor(service, "alice").get("/desk").html


def test_an_agency_that_has_answered_is_said_until_the_team_acts(service):
    number = service.asked_of("taipower")
    service.later(minutes=5)
    assert "partner_spoke" not in marks(service, number)
    service.post("tai", f"/cases/{number}/messages", {"text": "契約容量 99 瓩。", "internal": True})
    assert "partner_spoke" in marks(service, number)
    assert found(service, mark="partner_spoke") == [number]
    page = Visitor(service, "alice").get("/desk")
    assert number in group(page, "partner")
    assert "等我方（夥伴已回復）" in page.text
    assert "夥伴已回復" in Visitor(service, "alice").get(f"/desk/cases/{number}").text
    service.later(minutes=5)
    firm_writes(service, number)
    assert "partner_spoke" in marks(service, number), "the firm's words are not ours"
    service.post("alice", f"/cases/{number}/messages", {"text": "已轉告。", "via": "phone"})
    assert "partner_spoke" not in marks(service, number)


def test_a_petition_works_by_the_earlier_of_its_dates_and_is_late_at_the_promise(service):
    """Contract §3: promised_on is the earlier of 30 working days and 30 days by law."""
    number = opened_and_seen(service)
    assert service.post("alice", f"/cases/{number}/kind", {"kind": "PET", "reason": "陳情"}).status_code == 200
    before = service.get("alice", f"/cases/{number}").json()
    assert (before["promised_on"], before["due_on"], before["overdue"]) == ("2026-12-16", "2026-12-29", False)
    service.later(days=30)
    alice = Visitor(service, "alice")
    page = alice.get("/desk")
    assert number in group(page, "due_today")
    assert "預定回復日；限辦 115.12.29" in page.text
    service.later(days=1)
    alice = Visitor(service, "alice")
    page = alice.get("/desk")
    assert number in group(page, "overdue")
    assert "已逾限 1 個工作天" in group(page, "overdue")
    assert found(service, overdue="true") == [number]
    assert service.get("alice", f"/cases/{number}").json()["overdue"] is True
    assert number in alice.get("/desk/cases?overdue=1").html
    assert "以較早之預定回復日計" in alice.get(f"/desk/cases/{number}").text
    service.post("alice", f"/cases/{number}/messages", {"text": "已查明。", "via": "letter"})
    closed = service.post("alice", f"/cases/{number}/close", {"outcome": "answered", "summary": "已查明。"}).json()
    assert closed["overdue"] is True, "what was late stays late"
    report = service.get("sue", "/turnaround", kind="PET", **{"from": "2026-11-01", "to": "2026-12-17"}).json()
    assert (report["on_time"], report["late"]) == (1, 0), "figures go by the due date (contract §8)"


def test_what_somebody_is_given_is_new_to_them_until_they_open_it_or_act(service):
    number = service.opened()
    service.post("alice", f"/cases/{number}/messages", {"text": "已說明。", "via": "phone"})
    assert "new" not in marks(service, number)
    service.post("sue", f"/cases/{number}/assignment", {"assignee": email("carol")})
    assert found(service, "carol", mark="new") == [number]
    carol = Visitor(service, "carol")
    queue = carol.get("/desk")
    assert number in group(queue, "new"), "answered before by another officer, and yet new to her"
    assert 'tag-new">新<' in group(queue, "new")
    Visitor(service, "sue").get(f"/desk/cases/{number}")
    Visitor(service, "alice").get(f"/desk/cases/{number}")
    service.get("carol", f"/cases/{number}")
    assert "new" in marks(service, number, "carol"), "opened by others, or read by a program"
    assert "new" not in marks(service, number, "alice"), "new to whom it was given"
    version = service.get("carol", f"/cases/{number}").json()["version"]
    assert 'tag-new">新<' in carol.get(f"/desk/cases/{number}").html
    assert "new" not in marks(service, number, "carol")
    assert service.get("carol", f"/cases/{number}").json()["version"] == version
    service.post("sue", f"/cases/{number}/assignment", {"assignee": email("bob")})
    assert "new" in marks(service, number, "bob")
    service.post("bob", f"/cases/{number}/messages", {"text": "查核中", "internal": True})
    assert "new" not in marks(service, number, "bob")
    service.post("alice", f"/cases/{number}/assignment", {"assignee": email("alice")})
    assert "new" not in marks(service, number), "taken by oneself"


def test_an_open_queue_notices_what_no_event_of_a_case_says(service):
    number = opened_and_seen(service)
    alice = Visitor(service, "alice")
    service.later(minutes=5)
    page = alice.get("/desk")
    part = page.html[page.html.index('hx-get="') + 8 :].partition('"')[0].replace("&amp;", "&")
    assert alice.get(part).status == 204
    failed(service, number)
    assert "訊息未送達" in alice.get(part).text


def test_the_queue_asks_as_often_for_many_cases_as_for_one(service):
    def asked():
        with statements(service.runtime.database) as sent:
            Visitor(service, "alice").get("/desk?view=all")
        return len(sent)

    first = opened_and_seen(service)
    failed(service, first)
    one = asked()
    for _ in range(6):
        number = opened_and_seen(service)
        failed(service, number)
        asks_to_be_called(service, number)
    assert asked() == one


def test_the_lists_of_programs_ask_as_often_for_many_cases_as_for_one(service):
    def asked():
        with statements(service.runtime.database) as sent:
            service.get("alice", "/cases")
        return len(sent)

    failed(service, service.opened())
    one = asked()
    for _ in range(6):
        failed(service, service.opened())
    assert asked() == one
