"""From a case to the knowledge: corrections are masked, tried, live everywhere, and go with their message."""

import pytest
from sqlalchemy import select

from knowledge.overlay import Kind
from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.service.knowledge_admin import case_drafts, corrections
from routing.service.knowledge_admin.trial_evaluation import EvaluationQuestion, Figures, held_out, objection
from routing.service.knowledge_admin.trial_runner import Trials
from routing.store.accounts.schema import Audit
from routing.store.conversation.schema import Message
from routing.store.knowledge_admin.schema import Correction
from tests.harness.few_entries import actor, few, process, with_few_entries
from tests.harness.service import Service

WORDS = "我是晴川精密的陳小姐，廠房租約再續怎麼跑流程？電話 07-821-1234 統編 12345675"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


@pytest.fixture
def number(service):
    return service.opened(text=WORDS)


def first_message(session):
    return session.scalars(select(Message).where(Message.direction == "in").order_by(Message.id)).first()


def propose(service, number, *, who="alice", text=WORDS, kind=Kind.PHRASING, entry_id="land-standard-renewal", **more):
    with service.runtime.writing() as (session, _):
        known = service.runtime.knowledge.active(session)
        message = first_message(session).id
        return corrections.propose(
            session, actor(who), known, number, message_id=message, text=text, kind=kind, entry_id=entry_id,
            now=service.now, **more,
        )  # fmt: skip


def rows(service):
    with service.runtime.reading() as (session, _):
        return session.scalars(select(Correction).order_by(Correction.id)).all()


def tried(service, questions=()):
    trials = Trials(
        database=service.runtime.database, knowledge=service.runtime.knowledge, questions=lambda: questions
    )  # fmt: skip
    return trials.turn(lambda: service.now)


def test_personal_data_is_masked_before_it_becomes_a_phrasing_whatever_the_officer_sends(service, number):
    propose(service, number)
    text = rows(service)[0].text
    assert "廠房租約再續怎麼跑流程" in text
    for secret in ("晴川", "陳小姐", "821", "12345675", "〔"):
        assert secret not in text


def test_a_correction_is_tried_then_live_in_every_process(service, number):
    other, reader = process(service)
    reader.understander()
    propose(service, number, text="廠房租約再續怎麼跑流程")
    assert not other.refresh(reader)
    question = EvaluationQuestion(text="標準廠房租約到期", category="land", right=("land-standard-renewal",))
    assert tried(service, [question]) == 1
    row = rows(service)[0]
    assert row.state == "live"
    assert row.report["before"]["faq_asked"] == row.report["after"]["faq_asked"] > 1
    assert other.refresh(reader)
    read, _ = reader.read("廠房租約再續怎麼跑流程", None, today=service.now.date())
    assert read.faq[0].entry_id == "land-standard-renewal"
    assert tried(service) == 0


def test_a_correction_that_does_harm_is_refused_with_its_figures(service, number):
    known = few().entry("land-lease-renewal").phrasings["zh"][1]
    propose(service, number, text=f"{known}？", kind=Kind.COUNTER, entry_id="land-lease-renewal")
    question = EvaluationQuestion(text=known, category="land", right=("land-lease-renewal",))
    assert tried(service, [question]) == 1
    row = rows(service)[0]
    assert row.state == "refused"
    assert "命中率" in row.report["objection"]
    with service.runtime.reading() as (session, _):
        assert service.runtime.knowledge.active(session).taught == ()


def test_a_harmful_one_does_not_hold_up_the_others(service, number):
    known = few().entry("land-lease-renewal").phrasings["zh"][1]
    propose(service, number, text=f"{known}？", kind=Kind.COUNTER, entry_id="land-lease-renewal")
    propose(service, number, text="停車場在哪裡繳費", kind=Kind.CATEGORY, entry_id=None, category="other")
    questions = [EvaluationQuestion(text=known, category="land", right=("land-lease-renewal",))]
    while tried(service, questions):
        pass
    assert [row.state for row in rows(service)] == ["refused", "live"]


def test_a_message_that_was_taken_back_becomes_no_phrasing(service, number):
    with service.runtime.writing() as (session, _):
        message = first_message(session)
        message.text, message.erased_at = "", service.now
    with pytest.raises(Invalid) as refused:
        propose(service, number)
    assert refused.value.code == "not_teachable"


@pytest.mark.parametrize("live", [True, False])
def test_a_message_taken_back_later_takes_its_correction_along(service, number, live):
    """L27: content erased everywhere; that there was something stays."""
    propose(service, number)
    if live:
        assert tried(service) == 1
    with service.runtime.writing() as (session, _):
        message = first_message(session)
        message.text, message.erased_at = "", service.now
    assert tried(service) == 1
    row = rows(service)[0]
    assert (row.text, row.state) == ("", "erased")
    with service.runtime.reading() as (session, _):
        assert service.runtime.knowledge.active(session).taught == ()


@pytest.mark.parametrize(
    ("who", "wrong"), [("carol", Forbidden), ("tai", Forbidden)]
)  # fmt: skip
def test_who_may_not_write_the_case_may_not_teach_from_it(service, number, who, wrong):
    with pytest.raises(wrong):
        propose(service, number, who=who)


def test_a_case_that_is_hidden_stays_hidden(service, number):
    assert service.post("sue", f"/cases/{number}/confidential", {"confidential": True}).status_code == 200
    with pytest.raises(NotFound):
        propose(service, number, who="carol")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"entry_id": "no-such-entry"}, "entry"),
        ({"kind": Kind.CATEGORY, "entry_id": None, "category": "smalltalk"}, "category"),
        ({"text": "07-821-1234"}, "text"),
        ({"text": "續租" * 200}, "text"),
    ],
)
def test_what_cannot_be_taught_is_refused_in_words(service, number, given, field):
    with pytest.raises(Invalid) as refused:
        propose(service, number, **given)
    assert refused.value.field == field


def test_the_same_is_not_taught_twice_and_can_be_taken_back_by_its_unit(service, number):
    made = propose(service, number)
    with pytest.raises(Invalid) as again:
        propose(service, number, who="bob")
    assert again.value.code == "taught_already"
    tried(service)
    with service.runtime.writing() as (session, _):
        known = service.runtime.knowledge.active(session)
        with pytest.raises(Forbidden):
            corrections.withdraw(session, actor("carol"), known, made.id, now=service.now)
        corrections.withdraw(session, actor("bob"), known, made.id, now=service.now)
    with service.runtime.reading() as (session, _):
        assert service.runtime.knowledge.active(session).taught == ()
        actions = session.scalars(select(Audit.action).where(Audit.action.startswith("correction."))).all()
    assert actions == ["correction.phrasing", "correction.live", "correction.withdrawn"]


def test_an_answer_given_becomes_the_beginning_of_an_entry_without_names(service, number):
    reply = {"text": "陳小姐您好，期滿前3個月以書面提出即可，有問題請打 07-361-1212。", "via": "phone"}
    assert service.post("alice", f"/cases/{number}/messages", reply).status_code == 201
    with service.runtime.reading() as (session, _):
        body = case_drafts.from_case(session, actor("alice"), number)
    assert "期滿前3個月以書面提出" in body["answer"]
    assert (body["category"], body["unit"]) == ("land", "用地工程科")
    for secret in ("晴川", "陳小姐", "361"):
        assert secret not in str(body)


def test_an_entry_as_a_reply_names_its_source_and_date():
    entry = few().entry("land-standard-renewal")
    text = case_drafts.as_reply(entry, "zh-TW")
    assert entry.answer in text
    assert entry.basis[0].label in text
    assert f"{entry.verified:%Y/%m/%d}" in text
    assert entry.en.answer in case_drafts.as_reply(entry, "en")


def test_the_tolerance_is_half_a_point():
    before = Figures(faq_right=190, faq_asked=200, category_right=190, category_asked=200)
    slightly = Figures(faq_right=189, faq_asked=200, category_right=190, category_asked=200)
    worse = Figures(faq_right=188, faq_asked=200, category_right=190, category_asked=200)
    assert not objection(before, before)
    assert not objection(before, slightly)
    assert "命中率" in objection(before, worse)


def test_the_held_out_part_is_there_and_always_the_same():
    questions = held_out()
    assert len(questions) > 300
    assert questions == held_out()
    assert {len(question.right) > 0 for question in questions} == {True, False}
