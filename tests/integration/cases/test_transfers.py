"""A case that goes to somebody else: with a reason, correcting what the window understood, and new to who gets it."""

import pytest
from sqlalchemy import select

from routing.store.accounts.schema import Audit
from routing.store.cases import queries as case_store
from routing.store.conversation.schema import Enquiry, Message
from routing.store.knowledge_admin.schema import Correction
from tests.harness.branch import add_contact
from tests.harness.cast import SERVICE, email
from tests.harness.few_entries import with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service

WORDS = "契稅要去哪裡繳，晴川精密的王大明想知道"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def misread(service, *, text=WORDS, category="land"):
    """A case that came by LINE and whose words the window took for another category."""
    number = service.opened(text="另一段", contact="王大明")
    with service.runtime.database.writing() as session:
        row = case_store.by_number(session, number)
        contact = add_contact(session, f"U{number}", now=service.now)
        said = Message(
            case_id=row.id, contact_id=contact, direction="in", kind="text", text=text, at=service.now, via="line"
        )
        session.add(said)
        session.flush()
        session.add(Enquiry(contact_id=contact, message_id=said.id, case_id=row.id, at=service.now, language="zh-TW",
                            category=category, decision="hand_over", confidence=0.4, offered=[]))  # fmt: skip
    return number


def learned(service):
    with service.runtime.database.reading() as session:
        rows = session.scalars(select(Correction).order_by(Correction.id))
        return [(row.text, row.kind, row.category, row.state, row.author, row.case_number) for row in rows]


def test_the_right_category_is_learned_from_a_transfer_as_a_correction_in_trial(service):
    number = misread(service)
    moved = service.post("alice", f"/cases/{number}/category", {"category": "tax", "reason": "問契稅"})
    assert (moved.status_code, moved.json()["unit"]) == (200, SERVICE)
    [(text, kind, category, state, author, of_case)] = learned(service)
    assert (kind, category, state, author, of_case) == ("category", "tax", "trial", email("alice"), number)
    assert "契稅要去哪裡繳" in text
    assert "王大明" not in text
    assert "類別應為稅務" in Visitor(service, "sue").get("/desk/knowledge/corrections").text
    with service.runtime.database.reading() as session:
        trail = [tuple(row) for row in session.execute(select(Audit.action, Audit.subject))]
    assert ("correction.category", number) in trail


def test_a_second_transfer_takes_the_first_ones_correction_back(service):
    number = misread(service)
    service.post("alice", f"/cases/{number}/category", {"category": "tax", "reason": "問契稅"})
    service.post("sue", f"/cases/{number}/category", {"category": "construction", "reason": "其實是建廠"})
    assert [row[2:4] for row in learned(service)] == [("tax", "withdrawn"), ("construction", "trial")]
    service.post("sue", f"/cases/{number}/category", {"category": "land", "reason": "原來沒錯"})
    assert [row[3] for row in learned(service)] == ["withdrawn", "withdrawn"]


@pytest.mark.parametrize(
    "case", ["confidential", "understood rightly", "entered by staff", "nothing left of the words"]
)
def test_nothing_is_learned_where_there_is_nothing_to_learn_from(service, case):
    number = misread(service, text="王大明" if case.startswith("nothing") else WORDS,
                     category="tax" if case == "understood rightly" else "land")  # fmt: skip
    if case == "entered by staff":
        number = service.opened()
    if case == "confidential":
        service.post("alice", f"/cases/{number}/confidential", {"confidential": True})
    assert service.post("sue", f"/cases/{number}/category", {"category": "tax", "reason": "x"}).status_code == 200
    assert learned(service) == []


def test_a_page_asks_why_a_case_goes_to_another_unit_and_the_receiver_reads_it(service):
    number = misread(service)
    alice = Visitor(service, "alice")
    refused = alice.step(number, "assignment", assignee=email("carol"), category="tax")
    assert (refused.status, "改分至其他單位，請填寫理由" in refused.text) == (422, True)
    assert refused.form("/assignment", "category").fields["category"] == "tax"
    assert learned(service) == []
    alice.step(number, "assignment", assignee=email("carol"), category="tax", reason="問的是契稅")
    read = service.get("carol", f"/cases/{number}").json()
    assert (read["unit"], read["assignee"], read["category"]) == (SERVICE, email("carol"), "tax")
    assert read["marks"] == ["new"]
    assert [one["reason"] for one in read["events"][-2:]] == ["問的是契稅", "問的是契稅"]
    assert [row[2] for row in learned(service)] == ["tax"]
    page = Visitor(service, "carol").get(f"/desk/cases/{number}")
    assert "問的是契稅" in page.text
    assert 'tag-new">新<' in page.html


def test_a_colleague_of_the_same_unit_takes_a_case_without_a_word_and_a_program_as_before(service):
    number = service.opened()
    assert "已改分" in Visitor(service, "alice").step(number, "assignment", assignee=email("bob")).text
    assert service.post("bob", f"/cases/{number}/assignment", {"assignee": email("carol")}).status_code == 200
    given = {"assignee": email("bob"), "reason": "續由原承辦人辦理"}
    assert service.post("sue", f"/cases/{number}/assignment", given).status_code == 200
    assert service.get("bob", f"/cases/{number}").json()["events"][-1]["reason"] == "續由原承辦人辦理"
