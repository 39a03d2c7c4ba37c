"""Versions of entries on both databases: who may, what is active where, and files out and in."""

import pytest
from sqlalchemy import select

from routing.domain.errors import Forbidden, Invalid, StaleVersion, StepNotAllowed
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import body_of, written
from routing.store.accounts.schema import Audit
from tests.harness.few_entries import actor, approved, drafted, few, process, with_few_entries
from tests.harness.service import Service

ANSWER = "新的回答：請於期滿前提出。"


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield with_few_entries(service)


def active_entry(service, entry_id="land-lease-renewal"):
    with service.runtime.reading() as (session, _):
        return service.runtime.knowledge.active(session).base.entry(entry_id)


def test_a_draft_changes_nothing_until_somebody_else_of_the_unit_approves_it(service):
    edit = drafted(service, "alice", answer=ANSWER)
    assert active_entry(service).answer != ANSWER
    service.later(minutes=1)
    assert approved(service, "bob", edit) == "land-lease-renewal"
    assert active_entry(service).answer == ANSWER


@pytest.mark.parametrize(("who", "why"), [("alice", "its author"), ("carol", "another unit"), ("tai", "a partner")])
def test_a_draft_is_not_approved_by(service, who, why):
    edit = drafted(service, "alice", answer=ANSWER)
    with pytest.raises(Forbidden):
        approved(service, who, edit)
    assert active_entry(service).answer != ANSWER


@pytest.mark.parametrize("who", ["sue", "adam"])
def test_leaders_approve_also_what_they_wrote(service, who):
    approved(service, who, drafted(service, who, answer=ANSWER))
    assert active_entry(service).answer == ANSWER


def test_an_entry_moved_to_another_unit_is_approved_by_the_unit_that_has_it(service):
    edit = drafted(service, "carol", unit="投資服務科")
    with pytest.raises(Forbidden):
        approved(service, "carol", edit)
    approved(service, "alice", edit)
    assert active_entry(service).unit == "投資服務科"


def test_a_draft_is_decided_once_and_not_over_a_newer_version(service):
    first, second = drafted(service, "alice", answer=ANSWER), drafted(service, "alice", answer="另一個")
    service.later(minutes=1)
    approved(service, "bob", first)
    with pytest.raises(StepNotAllowed):
        approved(service, "bob", first)
    with pytest.raises(StaleVersion):
        approved(service, "bob", second)
    assert active_entry(service).answer == ANSWER


def test_a_draft_with_a_slip_and_one_that_changes_nothing_are_refused(service):
    with pytest.raises(Invalid, match="300"):
        drafted(service, "alice", answer="字" * 301)
    with pytest.raises(Invalid) as nothing:
        drafted(service, "alice")
    assert nothing.value.code == "nothing_changed"


def test_an_approval_is_live_in_every_process_without_a_restart(service):
    processes = [process(service), process(service)]
    for known, reader in processes:
        assert reader.understander().base.entry("land-lease-renewal").answer != ANSWER
        assert not known.refresh(reader)
    edit = drafted(service, "alice", answer=ANSWER)
    service.later(seconds=1)
    assert not processes[0][0].refresh(processes[0][1])
    approved(service, "bob", edit)
    for known, reader in processes:
        assert known.refresh(reader)
        assert reader.understander().base.entry("land-lease-renewal").answer == ANSWER
        assert not known.refresh(reader)


def test_versions_say_who_changed_what(service):
    with service.runtime.reading() as (session, _):
        said = active_entry(service).phrasings
    phrasings = {
        **{k: list(v) for k, v in said.items()},
        "zh": [*said["zh"][1:], "租約到期續約找誰"],
    }
    edit = drafted(service, "alice", review="2026-12-31", phrasings=phrasings)
    service.later(minutes=1)
    approved(service, "sue", edit)
    with service.runtime.reading() as (session, _):
        known = service.runtime.knowledge.active(session)
        version = entry_versions.versions(session, known, "land-lease-renewal")[0]
        audit = session.scalars(select(Audit.action).where(Audit.subject == "land-lease-renewal")).all()
    changes = {change.name: [(piece.side, piece.text) for piece in change.pieces] for change in version.changes}
    assert set(changes) == {"複查日期", "問法"}
    assert changes["問法"] == [("removed", f"中文：{said['zh'][0]}"), ("added", "中文：租約到期續約找誰")]
    assert "".join(text for side, text in changes["複查日期"] if side != "removed") == "115.12.31"
    assert (version.row.author, version.row.approver) == (actor("alice").email, actor("sue").email)
    assert audit == ["knowledge.draft", "knowledge.approved"]


def imported(service, text, who="alice"):
    with service.runtime.writing() as (session, _):
        known = service.runtime.knowledge.active(session)
        return entry_versions.import_text(session, actor(who), known, text, name="edited.yaml", now=service.now)


def test_a_file_that_was_exported_comes_in_again_without_a_draft(service):
    assert imported(service, written(few().entries)) == []


def test_an_edited_file_becomes_drafts_of_what_it_changed(service):
    text = written(few().entries).replace(few().entry("land-find-platform").question, "哪裡可以查到空地？")
    (edit,) = imported(service, text)
    assert active_entry(service, "land-find-platform").question != "哪裡可以查到空地？"
    approved(service, "bob", edit)
    assert active_entry(service, "land-find-platform").question == "哪裡可以查到空地？"


def test_one_slip_and_nothing_of_a_file_is_taken(service):
    bodies = written(few().entries).replace("review: ", "reviewed: ", 1).replace("question: ", "question: 新", 2)
    with pytest.raises(Invalid, match=r"未匯入任何條目.*reviewed"):
        imported(service, bodies)
    with service.runtime.reading() as (session, _):
        assert entry_versions.drafted(session) == {}


@pytest.mark.parametrize("text", ["", "[]", "a: b: c", "只是文字", "- 1"])
def test_what_is_no_knowledge_file_is_refused_in_words(service, text):
    with pytest.raises(Invalid):
        imported(service, text)


def test_a_version_that_can_no_longer_be_read_is_left_out_and_the_rest_stays(service):
    approved(service, "sue", drafted(service, "sue", answer=ANSWER))
    with service.runtime.writing() as (session, _):
        row = entry_versions.store.edits(session, entry_id="land-lease-renewal")[0]
        row.body = {**row.body, "review": "someday"}
    fresh, _ = process(service)
    with service.runtime.reading() as (session, _):
        base = fresh.active(session).base
    assert body_of(base.entry("land-lease-renewal")) == body_of(few().entry("land-lease-renewal"))
