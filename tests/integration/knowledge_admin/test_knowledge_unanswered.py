"""What was asked and not answered, by week and likeness; online services from their table to a firm's phone."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import from_plain
from routing.service.conversation import commands as conversation_commands
from routing.service.knowledge_admin import conflicts, online_services, unanswered
from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact, Enquiry, Message
from routing.store.messaging.schema import Outbox
from tests.harness.chat import words_of
from tests.harness.few_entries import actor, few, process, with_few_entries
from tests.harness.service import MONDAY, Service

WEEK = date(2026, 11, 16)


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def asked(service, firm, text, *, decision="hand_over", verdict=None, faq=None, at=MONDAY, erased=False):
    with service.runtime.writing() as (session, _):
        row = session.scalars(select(Firm).where(Firm.name == firm)).one_or_none()
        if row is None:
            row = Firm(name=firm, created_at=at)
            session.add(row)
            session.flush()
        contact = Contact(firm_id=row.id, name="林小萍", created_at=at, dialogue={})
        session.add(contact)
        session.flush()
        message = Message(
            contact_id=contact.id, direction="in", kind="text", text="" if erased else text, at=at, via="line",
            erased_at=at if erased else None,
        )  # fmt: skip
        session.add(message)
        session.flush()
        session.add(
            Enquiry(
                contact_id=contact.id, message_id=message.id, at=at, language="zh-TW", category="land",
                decision=decision, confidence=0.6, faq=faq, verdict=verdict,
            )
        )  # fmt: skip


def week(service, first_day=WEEK, who="alice"):
    with service.runtime.reading() as (session, _):
        return unanswered.week(session, actor(who), first_day)


def test_the_same_question_of_several_firms_is_one_line_with_its_firms_counted(service):
    asked(service, "甲申光電股份有限公司", "租約正本弄丟了可以補發嗎 我電話0912345678")
    asked(service, "乙酉化工有限公司", "土地租約正本不見了 要怎麼補發", decision="choose")
    asked(service, "乙酉化工有限公司", "租約正本弄丟補發 乙酉化工林小萍")
    asked(service, "丙戌食品", "停車證怎麼申請")
    found = week(service)
    first, second = found.gaps
    assert (first.firms, first.asked, second.firms) == (2, 3, 1)
    shown = " ".join(first.examples)
    assert "〔電話〕" in shown
    for secret in ("0912345678", "乙酉", "林小萍"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"decision": "hand_over"}, True),
        ({"decision": "choose"}, True),
        ({"decision": "choose", "verdict": "chosen", "faq": "land-lease-renewal"}, False),
        ({"decision": "choose", "verdict": "helpful"}, False),
        ({"decision": "answer", "faq": "land-lease-renewal"}, False),
        ({"decision": "answer", "faq": "land-lease-renewal", "verdict": "helpful"}, False),
        ({"decision": "answer", "faq": "land-lease-renewal", "verdict": "not_helpful"}, True),
        ({"decision": "chat"}, False),
        ({"decision": "hand_over", "erased": True}, False),
    ],
)
def test_what_counts_as_not_answered(service, given, counts):
    asked(service, "甲", "租約補發", **given)
    assert bool(week(service).gaps) is counts


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (datetime(2026, 11, 15, 23, 59, 59, tzinfo=TAIPEI), False),
        (datetime(2026, 11, 16, 0, 0, tzinfo=TAIPEI), True),
        (datetime(2026, 11, 22, 23, 59, 59, tzinfo=TAIPEI), True),
        (datetime(2026, 11, 23, 0, 0, tzinfo=TAIPEI), False),
    ],
)
def test_a_week_begins_and_ends_at_midnight_in_taipei(service, at, counts):
    """R12: the day border is Taipei's."""
    asked(service, "甲", "租約補發", at=at)
    assert bool(week(service).gaps) is counts


@pytest.mark.parametrize("filed", [True, False])
def test_what_whoever_has_a_confidential_case_asks_is_in_no_list(service, filed):
    """Filed to the case or asked beside it; made public again, it counts again."""
    number = service.opened()
    asked(service, "甲", "租約補發")
    with service.runtime.writing() as (session, _):
        case = session.scalars(select(Case).where(Case.number == number)).one()
        said = session.scalars(select(Message).where(Message.text == "租約補發")).one()
        case.contact_id = said.contact_id
        said.case_id = case.id if filed else None
    for confidential in (True, False):
        done = service.post("alice", f"/cases/{number}/confidential", {"confidential": confidential})
        assert done.status_code == 200
        found = week(service, who="sue")
        assert (bool(found.gaps), found.asked) == (not confidential, 0 if confidential else 1)


def test_partners_see_no_list(service):
    with pytest.raises(Forbidden):
        week(service, who="tai")


def test_entries_that_collide_are_pointed_out():
    base = few()
    words = base.entry("land-lease-renewal").phrasings["zh"][-1]
    other = base.entry("land-standard-renewal")
    twin = type(other)(**{
        **{name: getattr(other, name) for name in other.__slots__}, "id": "land-twin", "duration": "",
        "answer": "應於期滿前9個月提出。", "phrasings": {"zh": (f"{words}？",)},
    })  # fmt: skip
    colliding = type(base)(entries=(*base.entries, twin), lexicon=base.lexicon)
    (near,) = conflicts.near_phrasings(colliding)
    assert {near.entry.id, near.other.id} == {"land-lease-renewal", "land-twin"}
    assert ("land-standard-renewal", "land-twin") in {
        (one.entry.id, one.other.id) for one in conflicts.other_numbers(colliding)
    }
    assert conflicts.near_phrasings(base) == ()


def located(service, who="alice", service_id="land-matching", address="https://land.example.gov.tw/", day=None):
    with service.runtime.writing() as (session, office):
        verified = day or service.now.date()
        online_services.locate(
            session, office, actor(who), service_id, address=address, verified=verified, now=service.now
        )


def test_an_address_is_entered_by_its_unit_and_live_in_every_process(service):
    other, reader = process(service)
    reader.understander()
    with pytest.raises(Forbidden):
        located(service, who="carol")
    with pytest.raises(NotFound):
        located(service, service_id="nothing")
    with pytest.raises(Invalid):
        located(service, address="http://land.example.gov.tw/")
    with pytest.raises(Invalid):
        located(service, day=service.now.date() + timedelta(days=1))
    assert not [one for one in reader.services if one.usable]
    located(service)
    other.refresh(reader)
    assert [one.id for one in reader.services if one.usable] == ["land-matching"]
    located(service, address="")
    other.refresh(reader)
    assert not [one for one in reader.services if one.usable]


def said(service, number, **given):
    """One thing a firm does on LINE, and what it is sent."""
    runtime = service.runtime
    inbound = Inbound(channel="line", at=service.now, user_id="U1", reply_token=f"token{number}", **given)
    with runtime.writing() as (session, office):
        conversation_commands.take(session, office, runtime.reader, inbound, now=service.now, token_until=None)
    service.later(seconds=5)
    with runtime.reading() as (session, _):
        return session.scalars(select(Outbox).order_by(Outbox.id.desc())).first().payload


def test_from_the_answer_online_and_from_being_stuck_there_to_a_case_that_says_so(service):
    service.runtime.reader.understander()
    plain = said(service, 1, kind=InboundKind.POSTBACK, data={"action": "faq", "id": "land-find-platform"})
    # At first contact the privacy notice stands before the answer.
    answer = next(message for message in plain if "buttons" in message)
    assert not [b for b in answer["buttons"] if b["label"] == "線上申辦"]
    located(service)
    service.runtime.knowledge.refresh(service.runtime.reader)
    card = said(service, 2, kind=InboundKind.POSTBACK, data={"action": "faq", "id": "land-find-platform"})[0]
    apply, stuck = card["buttons"][:2]
    assert (apply["label"], apply["url"]) == ("線上申辦", "https://land.example.gov.tw/")
    assert stuck["label"] == "我卡住了"
    assert stuck["data"].startswith("action=open_case&from=service")
    data = {"action": "open_case", "from": "service", "id": "land-matching", "faq": "land-find-platform"}
    said(service, 3, kind=InboundKind.POSTBACK, data=data)
    for step, text in enumerate(("晴川精密有限公司", "林小萍", "07-0000000", "楠梓"), 4):
        shown = said(service, step, kind=InboundKind.TEXT, text=text, message_id=f"m{step}")
    assert "用地媒合資訊平台" in words_of(from_plain(shown))
    said(service, 9, kind=InboundKind.POSTBACK, data={"action": "confirm_case"})
    with service.runtime.reading() as (session, _):
        case = session.scalars(select(Case)).one()
    assert case.subject.startswith("線上申辦遇到問題：單一窗口服務與用地媒合資訊平台")
    assert (case.category, case.unit) == ("land", "用地工程科")
