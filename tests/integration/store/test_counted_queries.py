"""Lists and batches ask the database as often for many as for few."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge.writing import as_yaml
from routing.domain.case import EventKind
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.messaging import outbox
from routing.store.messaging import outbox as outbox_store
from routing.store.reporting import queries as report_store
from tests.harness.branch import LINE
from tests.harness.cast import ALICE
from tests.harness.counting import about, statements
from tests.harness.few_entries import ENTRIES, actor, drafted, few, with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.knowledge_admin.test_knowledge_unanswered import asked, week


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def test_the_page_of_drafts_asks_as_often_for_four_entries_as_for_one(service):
    alice, page = Visitor(service, "alice"), "/desk/knowledge/drafts"
    drafted(service, "bob", ENTRIES[0], question="甲？")
    alice.get(page)
    with statements(service.runtime.database) as one:
        alice.get(page)
    for entry_id in ENTRIES:
        for words in ("乙？", "丙？", "丁？"):
            drafted(service, "bob", entry_id, question=words)
    with statements(service.runtime.database) as many:
        shown = alice.get(page).text
    assert len(many) == len(one)
    assert shown.count("丁？") >= len(ENTRIES)


def test_a_draft_is_stale_only_if_a_version_was_approved_after_it(service):
    """The rule is worked out from the versions that are loaded already."""
    early = drafted(service, "bob", question="甲？")
    service.later(minutes=1)
    late = drafted(service, "bob", question="乙？")
    service.later(minutes=1)
    with service.runtime.writing() as (session, _):
        entry_versions.approve(
            session, actor("alice"), service.runtime.knowledge.active(session), late, now=service.now
        )
    service.later(minutes=1)
    after = drafted(service, "bob", question="丙？")
    with service.runtime.reading() as (session, _):
        found = entry_versions.drafts(session, service.runtime.knowledge.active(session))
    assert [(one.row.id, one.stale) for one in found.items] == [(after, False), (early, True)]


@pytest.mark.postgres
def test_an_import_of_four_entries_asks_as_often_as_one_of_one(postgres_url):
    """On SQLite, which is in the process, each row is a statement of its own all the same."""

    def imported(number, words):
        text = as_yaml(few().entries[:number]).replace("question: ", f"question: {words}")
        with service.runtime.writing() as (session, _):
            known = service.runtime.knowledge.active(session)
            with statements(service.runtime.database) as sent:
                made = entry_versions.import_text(session, actor("alice"), known, text, name="a.yaml", now=service.now)
        assert len(made) == number
        return len(sent)

    with Service(postgres_url) as empty:
        service = with_few_entries(empty)
        assert imported(4, "新") == imported(1, "再新")


def test_the_list_of_unanswered_questions_asks_as_often_for_many_firms_as_for_one(service):
    asked(service, "甲申光電", "停車證怎麼申請")
    with statements(service.runtime.database) as one:
        assert week(service).asked == 1
    for number in range(8):
        asked(service, f"第{number}號化工", f"停車證怎麼申請 第{number}號化工")
    with statements(service.runtime.database) as many:
        found = week(service)
    assert found.asked == 9
    assert len(many) == len(one)
    assert "號化工" not in " ".join(text for gap in found.gaps for text in gap.examples)


def test_known_histories_are_found_by_their_numbers_alone(database_url):
    """Before: each chunk of a file that was given again had PostgreSQL look at every case (20 ms at 100,000)."""
    with Service(database_url) as service:
        numbers = [service.opened() for _ in range(2)]
        with service.runtime.reading() as (session, _office), statements(service.runtime.database) as sent:
            found = report_store.known(session, numbers)
        assert set(found) == set(numbers)
        (asked,) = about(sent, "FROM service_case")
        assert "service_case.id >" not in asked
        assert " LIMIT " not in asked


def test_many_messages_are_leased_with_as_many_statements_as_one(branch):
    def lease(number):
        contacts = [branch.contact(f"U{number}-{index}") for index in range(number)]
        with branch.database.writing() as session:
            ids = [
                outbox_store.put(
                    session, channel="line", contact_id=contact, payload=[], reason="answer", now=branch.now
                ).id
                for contact in contacts
            ]
        with branch.database.writing() as session, statements(branch.database) as sent:
            batch = outbox.lease_messages(session, LINE, now=branch.now, limit=number)
            session.flush()
        assert [one.id for one in batch] == ids
        assert {one.to for one in batch} == {f"U{number}-{index}" for index in range(number)}
        return len(sent)

    assert lease(8) == lease(1)


def test_writing_events_reads_none_of_those_before(branch, number):
    with branch.hold(number, ALICE) as locked, statements(branch.database) as sent:
        for _ in range(5):
            locked.record(EventKind.NOTE)
    assert about(sent, "FROM case_event") == []


def test_time_never_runs_backwards_in_a_case_and_what_happened_earlier_takes_its_place(branch, number):
    """A machine's clock is behind; then an answer by phone is entered that was given before."""
    with branch.hold(number, ALICE) as locked:
        locked.record(EventKind.NOTE)
        ahead = locked.case.last_at
    branch.later(-0.5)
    with branch.hold(number, ALICE) as locked:
        locked.record(EventKind.NOTE)
        locked.record(EventKind.REPLIED, at=ahead - timedelta(minutes=50), via="phone")
        held = locked.case
    assert branch.events(number)[-2].at == ahead
    assert held == branch.case(number)
    assert held.last_at == ahead
