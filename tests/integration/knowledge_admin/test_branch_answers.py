"""待本分局填寫: what only the branch can say, asked on one page, kept as drafts that somebody else approves."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from knowledge.entries import Fill, KnowledgeBase
from knowledge.vocabulary import EntryKind
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import Knowledge
from routing.store.accounts.schema import Audit
from tests.harness.cast import email
from tests.harness.few_entries import approved, few, with_few_entries
from tests.harness.pages import Visitor
from tests.harness.service import Service

QUESTION = "標準廠房目前可以租的有哪幾間？"


def with_blank() -> KnowledgeBase:
    base = few()
    entries = [
        replace(e, kind=EntryKind.HAND_OVER, fill=Fill(question=QUESTION, unit="坪"))
        if e.id == "land-find-platform"
        else e
        for e in base.entries
    ]
    return replace(base, entries=tuple(entries))


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        with_few_entries(service)
        known = Knowledge(service.runtime.database, cache=None, shipped=with_blank)
        service.runtime = replace(service.runtime, knowledge=known)
        service.app.state.runtime = service.runtime
        yield service


def test_the_branch_fills_in_what_only_it_knows_and_then_it_is_answered(service):
    alice = Visitor(service, "alice")
    page = alice.get("/desk/knowledge/fill")
    assert QUESTION in page.text
    assert "單位：坪" in page.text
    filled = alice.send(page, "/desk/knowledge/fill/land-find-platform", text="目前可租 B2 棟 3 樓 120 坪。")
    assert filled.path.endswith("?done=filled")
    assert "已有草稿，待核定" in filled.text
    with service.runtime.reading() as (session, _):
        known = service.runtime.knowledge.active(session)
        (draft,) = (version.row.id for version in entry_versions.drafts(session, known).items)
    approved(service, "bob", draft)
    with service.runtime.writing() as (session, _):
        entry = service.runtime.knowledge.active(session).base.entry("land-find-platform")
    assert (entry.kind, entry.answer, entry.fill) == (EntryKind.ANSWER, "目前可租 B2 棟 3 樓 120 坪。", None)
    assert entry.basis[-1].law == "本分局提供"
    assert "目前可租" in entry.en.answer
    assert QUESTION not in alice.get("/desk/knowledge/fill").text


@pytest.mark.parametrize("text", ["", "長" * 301])
def test_nothing_or_too_much_is_refused_on_the_page(service, text):
    alice = Visitor(service, "alice")
    page = alice.send(alice.get("/desk/knowledge/fill"), "/desk/knowledge/fill/land-find-platform", text=text)
    assert page.status == 422
    assert QUESTION in page.text


def test_only_what_is_blank_can_be_filled_in(service):
    page = Visitor(service, "alice").ask("POST", "/desk/knowledge/fill/land-lease-renewal", data={"text": "是"})
    assert page.status == 404


def test_partners_do_not_see_it(service):
    assert Visitor(service, "tai").get("/desk/knowledge/fill").status == 403


LAND = "用地工程科"
NUMBER = "07-361-1212 分機 123"


def _phones(page):
    return page.text.split("承辦單位的電話與分機")[1].split("</section>")[0]


def test_units_whose_own_number_is_not_filled_in_are_listed_first(service):
    """Answers end with the unit's number once the branch has given it; nothing is invented meanwhile."""
    adam = Visitor(service, "adam")
    page = adam.get("/desk/knowledge/fill")
    with service.runtime.reading() as (_, office):
        empty = [unit.name for unit in office.offices.units if not unit.phone]
    assert empty
    assert _phones(page).count("尚未填寫") == len(empty)
    filled = adam.send(page, "/desk/knowledge/phones", unit=LAND, phone=NUMBER)
    assert filled.path.endswith("?done=phone")
    assert _phones(filled).count("尚未填寫") == len(empty) - 1
    assert _phones(filled).index(LAND) > _phones(filled).index(empty[-1])


def test_a_number_is_live_at_once_and_can_be_taken_away(service):
    alice = Visitor(service, "alice")
    alice.send(
        alice.get("/desk/knowledge/fill"), "/desk/knowledge/phones", unit=LAND, phone="０７－３６１－１２１２　分機 123"
    )
    with service.runtime.reading() as (_, office):
        assert office.offices.unit(LAND).phone == NUMBER
    page = alice.get("/desk/knowledge/fill")
    gone = alice.send(page, "/desk/knowledge/phones", unit=LAND, phone="")
    assert gone.path.endswith("?done=phone_gone")
    with service.runtime.reading() as (session, office):
        assert office.offices.unit(LAND).phone == ""
        written = session.scalars(select(Audit).where(Audit.action == "unit.phone").order_by(Audit.id)).all()
    assert [(one.actor, one.subject, one.detail) for one in written] == [
        (email("alice"), LAND, {"was": "", "phone": NUMBER}), (email("alice"), LAND, {"was": NUMBER, "phone": ""}),
    ]  # fmt: skip


@pytest.mark.parametrize("phone", ["不知道", "12", "07-3611212; rm", "1" * 20, "javascript:alert(1)", "07-361 分機"])
def test_what_is_no_telephone_number_is_refused_and_stays_in_the_form(service, phone):
    alice = Visitor(service, "alice")
    page = alice.send(alice.get("/desk/knowledge/fill"), "/desk/knowledge/phones", unit=LAND, phone=phone)
    assert page.status == 422
    assert "請填寫電話號碼" in page.text
    assert f'value="{phone}"' in page.answer.text


@pytest.mark.parametrize(
    ("who", "unit", "status"),
    [("alice", "投資服務科", 403), ("alice", "不存在的科", 404), ("tai", LAND, 403), ("sue", "投資服務科", 200)],
)
def test_a_number_is_filled_in_by_the_own_unit_and_by_who_decides_on_all(service, who, unit, status):
    visitor = Visitor(service, who)
    page = visitor.ask("POST", "/desk/knowledge/phones", data={"unit": unit, "phone": "07-3611212"})
    assert page.status == status


def test_the_page_offers_a_form_for_the_own_unit_alone(service):
    page = Visitor(service, "alice").get("/desk/knowledge/fill")
    assert page.answer.text.count('action="/desk/knowledge/phones"') == 1
    assert "投資服務科：尚未填寫" in _phones(page)
