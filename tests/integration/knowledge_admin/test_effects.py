"""What a draft would change for firms: languages at once, and what they asked lately by a trial, before approval."""

import pytest
from sqlalchemy import select

from routing.service.knowledge_admin import effects
from routing.service.knowledge_admin.trial_runner import Trials
from routing.store.conversation.schema import Enquiry, Message
from tests.harness.few_entries import approved, drafted, few, with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.knowledge_admin.test_knowledge_unanswered import asked

ENTRY = "land-lease-renewal"
WORDS = "老廠房合約快到了想接著用"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def try_all(service):
    trials = Trials(database=service.runtime.database, knowledge=service.runtime.knowledge, questions=lambda: ())
    done = 0
    while trials.try_draft(lambda: service.now):
        done += 1
    return done


def taught(service, *more):
    entry = few().entry(ENTRY)
    return {**{group: list(said) for group, said in entry.phrasings.items()}, "zh": [*entry.phrasings["zh"], *more]}


def effects_of(service, draft):
    with service.runtime.reading() as (session, _):
        return effects.effects_of(session, effects.store.edit(session, draft))


def test_it_is_worked_out_when_it_is_asked_for_and_says_which_enquiries_are_answered_by_it(service):
    asked(service, "甲申光電", WORDS)
    asked(service, "乙酉化工", few().entry("utilities-water-plan-fee").question)
    draft = drafted(service, "alice", ENTRY, phrasings=taught(service, WORDS))
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/knowledge/drafts/{draft}/effects")
    assert "尚未以近期提問試算" in page.text
    assert try_all(service) == 0
    page = sue.send(page, "/trial")
    assert "試算中" in page.text
    assert "試算中" in sue.get("/desk/knowledge/drafts").text
    assert (try_all(service), try_all(service)) == (1, 0)
    found = effects_of(service, draft)
    assert (found.looked, found.counts["gained"], found.counts["lost"], found.stale) == (2, 1, 0, False)
    page = sue.get(f"/desk/knowledge/drafts/{draft}/effects")
    assert page.outline.broken_rules() == []
    assert WORDS in page.text
    assert "甲申光電" not in page.text
    assert "新增由本條目回答 1 則" in sue.get("/desk/knowledge/drafts").text
    approved(service, "sue", draft)
    assert effects_of(service, draft).stale
    assert "試算" in Visitor(service, "adam").get("/desk/admin/audit").text


def test_what_is_answered_no_more_is_counted_and_what_may_not_be_read_is_left_out(service):
    question = few().entry(ENTRY).question
    for firm in ("甲申光電", "乙酉化工"):
        asked(service, firm, question)
    draft = drafted(service, "alice", ENTRY, kind="hand_over")
    sue = Visitor(service, "sue")
    sue.ask("POST", f"/desk/knowledge/drafts/{draft}/trial")
    assert try_all(service) == 1
    found = effects_of(service, draft)
    assert (found.counts["lost"], found.looked) == (2, 2)
    with service.runtime.database.writing() as session:
        first = session.scalars(select(Enquiry).order_by(Enquiry.id).limit(1)).one()
        session.get_one(Message, first.message_id).erased_at = service.now
    page = sue.get(f"/desk/knowledge/drafts/{draft}/effects?kind=lost")
    assert page.html.count(question) == 2 + 1


def test_languages_that_are_gained_and_lost_stand_with_the_draft(service):
    lost = drafted(service, "alice", ENTRY, en={"question": "", "answer": ""})
    page = Visitor(service, "sue").get("/desk/knowledge/drafts")
    assert "不再能回答的語言：英文" in page.text
    approved(service, "sue", lost)
    service.later(minutes=1)
    entry = few().entry(ENTRY).wording("en")
    drafted(service, "alice", ENTRY, en={"question": entry.question, "answer": entry.answer})
    assert "新增可回答的語言：英文" in Visitor(service, "sue").get("/desk/knowledge/drafts").text


def test_a_draft_that_was_decided_is_not_tried_and_partners_see_none(service):
    draft = drafted(service, "alice", ENTRY, answer="新的回答。")
    assert Visitor(service, "tai").ask("POST", f"/desk/knowledge/drafts/{draft}/trial").status == 403
    approved(service, "sue", draft)
    assert Visitor(service, "sue").ask("POST", f"/desk/knowledge/drafts/{draft}/trial").status == 409
    assert Visitor(service, "sue").ask("POST", "/desk/knowledge/drafts/999/trial").status == 404
    assert try_all(service) == 0
