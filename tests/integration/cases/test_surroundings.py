"""Around a case on its page: the system's part of the talk, folded, and the firm's other cases."""

from datetime import timedelta

import pytest

from routing.domain.messages import Button, Card, Text, to_plain
from routing.store.cases import queries as store
from routing.store.messaging import outbox
from routing.store.messaging.schema import Outbox
from tests.harness.branch import add_contact
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def told(service, contact_id, words, *, about=None, reason="answer", taken=True, **changes):
    """A message of ours to a contact, which the channel took."""
    with service.runtime.database.writing() as session:
        row = outbox.put(
            session, channel="line", contact_id=contact_id, payload=to_plain([words]), reason=reason, case_id=about,
            now=changes.pop("at", service.now),
        )  # fmt: skip
        row.accepted_at = service.now if taken else None
        for name, value in changes.items():
            setattr(row, name, value)


def contact_of(service, number):
    with service.runtime.database.reading() as session:
        row = store.by_number(session, number)
        return row.contact_id, row.id


def test_what_the_system_said_stands_folded_in_the_talk_where_it_was_said(service):
    """Before: officers read 「略過」 without the question that it answers."""
    number = service.opened_on_line()
    contact, about = contact_of(service, number)
    asked = Text("預定什麼時候開始用電？", quick=(Button(label="略過這題", data="action=x"),))
    told(service, contact, asked, about=about)
    told(service, contact, Card(title="已受理您的案件", body="會儘快回復。"), about=about)
    service.later(minutes=1)
    service.post("alice", f"/cases/{number}/messages", {"text": "請提供電號。", "via": "phone"})
    service.later(minutes=1)
    told(service, contact, Text("好的，已記錄。"), about=about)
    page = Visitor(service, "alice").get(f"/desk/cases/{number}")
    assert not page.outline.broken_rules()
    in_order = (
        "系統訊息 2 則", "預定什麼時候開始用電？", "〔選項：略過這題〕", "已受理您的案件", "請提供電號。",
        "系統訊息 1 則", "好的，已記錄。",
    )  # fmt: skip
    places = [page.html.index(said) for said in in_order]
    assert places == sorted(places)


def test_of_the_talk_that_led_to_a_case_its_answers_are_shown_and_no_others(service):
    number = service.opened_on_line()
    contact, about = contact_of(service, number)
    with service.runtime.database.writing() as session:
        row = store.by_number(session, number)
        row.first_contact_at = row.received_at - timedelta(minutes=5)
        received = row.received_at
    other = add_other(service)
    told(service, contact, Text("您想問的是哪一個？"), at=received - timedelta(minutes=3))
    told(service, contact, Text("上星期的另一件事"), at=received - timedelta(days=7))
    told(service, other, Text("別家的對話"), at=received - timedelta(minutes=3))
    told(service, contact, Text("還沒送到"), about=about, taken=False)
    told(service, contact, Text("同仁提醒事項"), about=about, reason="reminder")
    told(service, contact, Text("請提供電號。"), about=about, reason="replied")
    told(service, contact, Text("已清除的話"), about=about, erased_at=service.now)
    html = Visitor(service, "alice").get(f"/desk/cases/{number}").html
    assert "您想問的是哪一個？" in html
    for hidden in ("上星期的另一件事", "別家的對話", "還沒送到", "同仁提醒事項", "已清除的話"):
        assert hidden not in html
    assert "請提供電號。" not in html  # it stands in the talk as the officer's own words, never as the system's


def add_other(service):
    with service.runtime.database.writing() as session:
        return add_contact(session, "U-other", now=service.now)


def test_a_case_lists_the_other_cases_of_its_firm_that_this_person_may_see(service):
    number = service.opened(firm={"name": "同一家精密"}, text="第一件事")
    second = service.opened(firm={"name": "同一家精密"}, text="第二件事")
    hidden = service.opened(firm={"name": "同一家精密"}, text="保密的事")
    strange = service.opened(firm={"name": "別家光電"}, text="別家的事")
    service.post("alice", f"/cases/{hidden}/confidential", {"confidential": True})
    shown = Visitor(service, "carol").get(f"/desk/cases/{number}").html
    listed = shown[shown.index('id="others"') :]
    assert second in listed
    assert hidden not in shown
    assert strange not in shown
    assert hidden in Visitor(service, "alice").get(f"/desk/cases/{number}").html
    assert 'id="others"' not in Visitor(service, "alice").get(f"/desk/cases/{strange}").html


def test_erased_messages_hold_nothing(service):
    """What has run out is kept as a row without words; the page of its case opens."""
    number = service.opened_on_line()
    contact, about = contact_of(service, number)
    with service.runtime.database.writing() as session:
        row = outbox.put(
            session, channel="line", contact_id=contact, payload=[], reason="erased", case_id=about, now=service.now
        )
        row.accepted_at = service.now
        assert isinstance(row, Outbox)
    assert "系統訊息" not in Visitor(service, "alice").get(f"/desk/cases/{number}").html
