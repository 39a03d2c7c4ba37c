"""Verdicts become a threshold once a day, in every process; the desk shows how right direct answers were."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.domain.decision import Thresholds
from routing.service.knowledge_admin import answer_quality
from routing.service.maintenance import daily
from routing.service.maintenance.retention import Periods
from routing.store.accounts.schema import Audit
from routing.store.conversation.schema import Contact, Enquiry, Message
from routing.store.knowledge_admin.schema import Correction
from routing.store.maintenance import meta as meta_store
from tests.harness.branch import branch_on, cast
from tests.harness.chat import Chat
from tests.harness.few_entries import approved, drafted, process, with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service

ENTRY, OTHER = "land-lease-renewal", "land-find-platform"
SHIPPED = Thresholds.shipped()


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def judged(service, number, *, verdict="helpful", probability=0.95, decision="answer", days=1, kind=None, entry=None):
    """Some enquiries answered with the entry (or offering it first), judged alike."""
    at = service.now - timedelta(days=days)
    with service.runtime.writing() as (session, _):
        contact = Contact(created_at=at, dialogue={})
        session.add(contact)
        session.flush()
        for _ in range(number):
            message = Message(contact_id=contact.id, direction="in", kind="text", text="租約到期", at=at, via="line")
            session.add(message)
            session.flush()
            answered = decision == "answer"
            enquiry = Enquiry(
                contact_id=contact.id, message_id=message.id, at=at, language="zh-TW", category="land",
                decision=decision, confidence=0.9, probability=probability, verdict=verdict,
                faq=ENTRY if answered or verdict == "chosen" else None, offered=[] if answered else [ENTRY, OTHER],
            )  # fmt: skip
            session.add(enquiry)
            if kind is not None:
                correction = Correction(
                    text="租約到期", kind=kind, entry_id=entry, message_id=message.id, author="alice", at=at,
                    state="trial",
                )  # fmt: skip
                session.add(correction)


def a_day_passes(service):
    service.later(days=1)
    daily.run(service.runtime, Periods(), service.runtime.files, now=service.now)


def audited(service):
    with service.runtime.reading() as (session, _):
        return list(session.scalars(select(Audit).where(Audit.action == "knowledge.threshold")))


def test_a_days_run_changes_what_every_running_process_answers_directly(service):
    processes = [process(service), process(service)]
    judged(service, 10, verdict="not_helpful", probability=0.93)
    judged(service, 70, probability=0.96)
    for known, reader in processes:
        known.refresh(reader)
        assert reader.thresholds == SHIPPED
    a_day_passes(service)
    for known, reader in processes:
        known.refresh(reader)
        assert reader.thresholds.answer == 0.96
        assert (reader.thresholds.margin, reader.shipped) == (SHIPPED.margin, SHIPPED)
    (line,) = audited(service)
    assert (line.detail["before"], line.detail["threshold"], line.detail["n"]) == (SHIPPED.answer, 0.96, 70)
    a_day_passes(service)
    assert len(audited(service)) == 1


def test_few_verdicts_change_nothing(service):
    known, reader = process(service)
    judged(service, 59, verdict="not_helpful")
    a_day_passes(service)
    known.refresh(reader)
    assert reader.thresholds == SHIPPED
    assert audited(service) == []


def test_verdicts_older_than_half_a_year_are_forgotten(service):
    known, reader = process(service)
    judged(service, 80, verdict="not_helpful", days=178)
    a_day_passes(service)
    known.refresh(reader)
    assert reader.thresholds.answer == 0.995
    service.later(days=2)
    a_day_passes(service)
    known.refresh(reader)
    assert reader.thresholds == SHIPPED
    assert len(audited(service)) == 2


@pytest.mark.parametrize(
    ("given", "answered", "offered"),
    [
        ({}, [True], []),
        ({"verdict": "not_helpful"}, [False], []),
        ({"verdict": None}, [], []),
        ({"probability": None}, [], []),
        ({"kind": "phrasing", "entry": OTHER}, [False], []),
        ({"verdict": None, "kind": "phrasing", "entry": OTHER}, [False], []),
        ({"kind": "phrasing", "entry": ENTRY}, [True], []),
        ({"kind": "counter", "entry": ENTRY}, [False], []),
        ({"kind": "counter", "entry": OTHER}, [True], []),
        ({"decision": "hand_over"}, [], []),
        ({"decision": "choose", "verdict": "chosen"}, [], [True]),
        ({"decision": "choose", "verdict": None}, [], [False]),
        ({"decision": "choose", "verdict": "chosen", "kind": "counter", "entry": ENTRY}, [], [False]),
    ],
)
def test_what_counts_as_right(service, given, answered, offered):
    judged(service, 1, **given)
    with service.runtime.reading() as (session, _):
        found = answer_quality.collected(session, since=service.now - timedelta(days=answer_quality.DAYS))
    assert [[one.right for one in part] for part in found] == [answered, offered]


def test_a_threshold_derived_from_another_release_waits_for_the_next_run(service):
    judged(service, 80, verdict="not_helpful")
    a_day_passes(service)
    with service.runtime.writing() as (session, _):
        kept = meta_store.read(session, answer_quality.KEY)
        meta_store.put(session, answer_quality.KEY, kept.replace(f'"shipped": {SHIPPED.answer}', '"shipped": 0.5'))
        assert answer_quality.active_thresholds(session, SHIPPED) == SHIPPED


def shown(service):
    page = Visitor(service, "alice").get("/desk/knowledge/unanswered")
    assert page.outline.broken_rules() == []
    return page.text


def test_the_desk_says_how_right_direct_answers_were(service):
    assert "尚未由判定結果統計，沿用出廠門檻" in shown(service)
    judged(service, 30)
    a_day_passes(service)
    assert "樣本不足（30 件），沿用出廠門檻" in shown(service)
    judged(service, 39)
    judged(service, 1, verdict="not_helpful")
    a_day_passes(service)
    for words in ("直接回答的實際正確率 98.6%（70 件", f"門檻 {SHIPPED.answer:.3f}", "出廠門檻達到目標"):
        assert words in shown(service)


@pytest.fixture
def branch():
    with branch_on("sqlite") as branch:
        cast(branch)
        yield branch


def noted(branch):
    with branch.database.reading() as session:
        return session.scalars(select(Enquiry).order_by(Enquiry.id.desc()).limit(1)).one()


def test_a_conversation_keeps_the_probability_of_what_it_answered(branch):
    Chat(branch).text("土地租約到期可以續租嗎")
    row = noted(branch)
    assert (row.decision, row.faq is not None) == ("answer", True)
    assert row.probability >= SHIPPED.answer


def test_a_conversation_keeps_the_probability_of_an_offer_that_was_nearly_an_answer(branch):
    chat = Chat(branch)
    unsure = {"decision": "choose", "probability": True}
    asked = ("租約快到了", "續租要怎麼辦理嗎", "用水計畫書審查費", "廠房出租可以嗎", "租金多少", "工作證怎麼申請")
    found = []
    for words in asked:
        chat.text(words)
        row = noted(branch)
        found.append({"decision": row.decision, "probability": row.probability is not None})
        assert row.probability is None or row.offered or row.faq
        if row.decision == "choose" and row.probability is not None:
            assert row.probability < SHIPPED.answer + max(SHIPPED.by_aspect.values())
    assert unsure in found


def test_an_entry_that_helped_later_does_not_make_the_direct_answer_right(branch):
    chat = Chat(branch)
    chat.text("土地租約到期可以續租嗎")
    answered = noted(branch).faq
    chat.tap("not_helpful", faq=answered)
    chat.tap("faq", id=OTHER)
    chat.tap("helpful", faq=OTHER)
    row = noted(branch)
    assert (row.faq, row.verdict) == (answered, "not_helpful")


TWO = "標準廠房租金怎麼算？另外營業稅多久申報一次？"


def both(branch):
    with branch.database.reading() as session:
        return list(session.scalars(select(Enquiry).order_by(Enquiry.id)))


def test_two_matters_of_one_message_are_noted_and_judged_each_by_itself(branch):
    chat = Chat(branch)
    chat.text(TWO)
    first, second = both(branch)
    assert (first.message_id, first.decision, second.decision) == (second.message_id, "answer", "answer")
    assert (first.category, second.category) == ("land", "tax")
    assert min(first.probability, second.probability) >= 0.7
    chat.tap("not_helpful", faq=first.faq)
    chat.tap("helpful", faq=second.faq)
    assert [row.verdict for row in both(branch)] == ["not_helpful", "helpful"]


@pytest.mark.parametrize(("named", "right"), [(0, [True, True]), (1, [True, True]), (None, [False, False])])
def test_a_correction_for_one_of_two_matters_says_nothing_of_the_other(branch, named, right):
    chat = Chat(branch)
    chat.text(TWO)
    rows = both(branch)
    for row in rows:
        chat.tap("helpful", faq=row.faq)
    since = branch.now - timedelta(days=1)
    with branch.database.writing() as session:
        session.add(Correction(
            text=TWO, kind="phrasing", entry_id=OTHER if named is None else rows[named].faq, state="trial",
            message_id=rows[0].message_id, author="alice", at=branch.now,
        ))  # fmt: skip
        session.flush()
        answered, _ = answer_quality.collected(session, since=since)
    assert [one.right for one in answered] == right


def in_base(service):
    with service.runtime.reading() as (session, _):
        return service.runtime.knowledge.active(session)


def test_an_entry_that_is_wrong_more_often_than_agreed_is_stopped_until_it_is_verified_again(service):
    service.later(days=60)
    judged(service, 3)
    judged(service, 2, verdict="not_helpful")
    judged(service, 3, verdict="not_helpful", days=2)
    assert not in_base(service).base.entry(ENTRY).stopped
    a_day_passes(service)
    stopped = in_base(service).base.entry(ENTRY)
    assert stopped.stopped == "判定 8 件，不對 5 件"
    assert stopped.expired(service.now.date())
    assert "判定 8 件，不對 5 件" in Visitor(service, "bob").get(f"/desk/knowledge/entries/{ENTRY}").text
    draft = drafted(service, "alice", verified=service.now.date().isoformat(), review="2099-01-01", answer="新的回答。")
    approved(service, "bob", draft)
    assert not in_base(service).base.entry(ENTRY).stopped


@pytest.mark.parametrize(("right", "wrong"), [(0, 4), (5, 0), (19, 1), (8, 1)])
def test_few_verdicts_or_mostly_right_ones_stop_nothing(service, right, wrong):
    service.later(days=60)
    judged(service, right)
    judged(service, wrong, verdict="not_helpful")
    a_day_passes(service)
    found = in_base(service)
    assert not found.base.entry(ENTRY).stopped
    assert answer_quality.realised_of(found.base.entry(ENTRY), found.judged).n == right + wrong
