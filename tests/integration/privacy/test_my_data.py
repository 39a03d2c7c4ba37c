"""The notice at first contact, and a person's own data: shown, handed over, deleted within the clocks of the law."""

import json
from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select

from routing.domain.errors import NotFound, StepNotAllowed
from routing.domain.messages import from_plain
from routing.domain.permissions import Role
from routing.service.privacy import personal_data
from routing.service.privacy import requests as data_requests
from routing.store.accounts.schema import Audit
from routing.store.conversation.schema import Contact, ContactAddress, Enquiry, Message
from routing.store.messaging.schema import Inbox
from tests.harness.branch import branch_on, cast_in_every_unit
from tests.harness.cast import SUE
from tests.harness.chat import Chat, actions_of, buttons_of, said, words_of
from tests.harness.databases import BOTH
from tests.integration.conversation.test_after_closing import close

LOOSE = "想請問園區外面的路是誰在管"


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast_in_every_unit(branch)
        branch.staff("adam", Role.ADMIN)
        yield branch


@pytest.fixture
def chat(branch):
    return Chat(branch)


def noticed(answer):
    return "/privacy" in words_of(answer)


def listing(branch, *, decided=False):
    with branch.database.reading() as session:
        return data_requests.listing(session, branch.actor(SUE), decided=decided, now=branch.now)


def decide(branch, request_id, *, grant=True):
    with branch.database.writing() as session:
        data_requests.decide(
            session, branch.office, branch.actor(SUE), request_id, grant=grant, reason="查核無誤", now=branch.now
        )


def opened(branch, answer):
    """What stands behind the link in an answer."""
    url = next(button.url for button in buttons_of(answer) if button.url and "/my-data/" in button.url)
    with branch.database.reading() as session:
        return personal_data.opened(session, branch.office, url.rsplit("/", 1)[1], now=branch.now)


@pytest.mark.parametrize("first", ["follow", "text", "photo", "tap"])
def test_the_notice_comes_with_the_first_contact_and_once(branch, chat, first):
    """compliance A4: version and time are kept of each person."""
    acts = {
        "follow": chat.follow,
        "text": lambda: chat.text("您好"),
        "photo": chat.photo,
        "tap": lambda: chat.tap("menu"),
    }
    assert noticed(acts[first]())
    assert (chat.contact.notice_version, chat.contact.notice_at) == (branch.office.notice.version, branch.now)
    assert not noticed(chat.text("您好"))


def test_the_notice_is_in_the_language_of_the_firm(chat):
    assert "Privacy notice" in words_of(chat.text("Hello, how do I lease land in your park?"))


def test_numbers_to_call_come_before_the_notice(chat):
    answer = chat.text("工廠失火了，火很大！")
    assert "119" in words_of(answer[:1])
    assert noticed(answer[1:])


def test_a_firm_that_is_not_known_reads_it_again_before_it_is_asked_who_it_is(chat):
    """contract §4"""
    chat.text("圍牆外的大樹倒下來了，想請人來看")
    assert noticed(chat.tap("open_case"))


def test_whoever_saw_an_earlier_version_sees_the_new_one(branch, chat):
    """compliance A5: a changed recipient is a new version."""
    chat.text("您好")
    with branch.database.writing() as session:
        session.scalars(select(Contact)).one().notice_version = "2020-01"
    assert noticed(chat.text("您好"))


def test_privacy_offers_the_notice_and_the_three_rights(branch, chat):
    answer = chat.tap("privacy")
    assert branch.office.notice.version in words_of(answer)
    offered = [dict(parse_qsl(button.data or "")).get("what") for button in buttons_of(answer)]
    assert [what for what in offered if what] == ["show", "export", "delete"]


def test_what_is_kept_is_shown_masked(chat):
    chat.opens()
    shown = words_of(chat.tap("my_data", what="show"))
    assert "陳＊＊" in shown
    assert "212" in shown
    for whole in ("陳小姐", "07-3611212", "晴川精密"):
        assert whole not in shown


def test_the_copy_holds_all_that_the_person_said_and_nothing_of_staff(branch, chat):
    number = chat.opens("圍牆外的大樹倒下來了")
    with branch.hold(number) as locked:
        from_staff = Message(
            case_id=locked.row.id, contact_id=locked.row.contact_id, direction="note", kind="text", text="內部註記",
            at=branch.now, via="line",
        )  # fmt: skip
        locked.session.add(from_staff)
    data = opened(branch, chat.tap("my_data", what="export"))
    assert data["person"]["name"] == "陳小姐"
    assert [case["number"] for case in data["cases"]] == [number]
    said_words = [message["text"] for message in data["messages"]]
    assert "圍牆外的大樹倒下來了" in said_words
    assert "內部註記" not in json.dumps(data, ensure_ascii=False)


def test_the_link_ends_after_half_an_hour_and_is_good_for_nobody_else(branch, chat):
    chat.opens()
    other = Chat(branch, "U2")
    other.text("您好")
    answer = chat.tap("my_data", what="export")
    url = next(button.url for button in buttons_of(answer) if button.url and "/my-data/" in button.url)
    token = url.rsplit("/", 1)[1]
    row_id, rest = token.split("-", 1)
    forged = f"{int(row_id) + 1}-{rest}"
    for wrong in (forged, token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token + "0", ""):
        with pytest.raises(NotFound), branch.database.reading() as session:
            personal_data.opened(session, branch.office, wrong, now=branch.now)
    branch.later(0.6)
    with pytest.raises(NotFound) as over, branch.database.reading() as session:
        personal_data.opened(session, branch.office, token, now=branch.now)
    assert over.value.code == "link_over"


def test_deleting_is_asked_about_once_and_nothing_goes_before(branch, chat):
    chat.text(LOOSE)
    answer = chat.tap("my_data", what="delete")
    assert {"my_data", "cancel"} <= actions_of(answer)
    assert listing(branch) == []
    with branch.database.reading() as session:
        assert LOOSE in [row.text for row in session.scalars(select(Message))]


def test_without_cases_everything_goes_at_once(branch, chat):
    chat.text(LOOSE)
    contact_id = chat.contact.id
    assert said(chat.tap("my_data", what="delete", sure="yes"), "data.deleted")
    with branch.database.reading() as session:
        row = session.get(Contact, contact_id)
        assert (row.name, row.phone, row.firm_said, row.display_name) == (None, None, None, "")
        assert session.scalars(select(ContactAddress)).all() == []
        assert [message.text for message in session.scalars(select(Message))] == [""]
        assert session.scalars(select(Enquiry)).all() == []
    (line,) = listing(branch, decided=True)
    assert (line.row.state, line.row.decided_by) == ("done", "系統")
    assert noticed(chat.text("您好"))


def test_with_cases_they_stay_and_the_firm_is_told_why_and_until_when(branch, chat):
    """compliance A8, B1: the archive stays; the clock runs by the law's count."""
    number = chat.opens("圍牆外的大樹倒下來了")
    chat.text("另外問一下" + LOOSE)
    answer = chat.tap("my_data", what="delete", sure="yes")
    (line,) = listing(branch)
    assert line.row.due_on == date(2026, 4, 1)
    assert said(answer, "data.deleting", n=1, due="2026/4/1")
    assert line.open_cases == (number,)
    assert line.row.gone["messages"] == 4
    texts = [message.text for message in branch.messages(number)]
    assert texts == ["圍牆外的大樹倒下來了"]
    assert branch.row(number).contact_name == "陳小姐"


def test_granted_the_closed_cases_are_narrowed_and_the_person_forgotten(branch, chat):
    number = chat.opens()
    chat.tap("my_data", what="delete", sure="yes")
    (line,) = listing(branch)
    with pytest.raises(StepNotAllowed) as early:
        decide(branch, line.row.id)
    assert early.value.code == "cases_open"
    close(branch, number)
    decide(branch, line.row.id)
    row = branch.row(number)
    assert (row.confidential, row.contact_id, row.contact_name) == (True, None, "陳小姐")
    with branch.database.reading() as session:
        assert session.scalars(select(ContactAddress)).all() == []
        assert session.scalars(select(Contact.phone)).all() == [None]
    assert listing(branch) == []
    assert said(chat.tap("my_cases"), "my_cases.none")


def test_a_refusal_is_told_with_its_reason_and_changes_nothing(branch, chat):
    number = chat.opens()
    chat.tap("my_data", what="delete", sure="yes")
    (line,) = listing(branch)
    decide(branch, line.row.id, grant=False)
    told = from_plain(branch.outbox()[-1].payload)
    assert said(told, "data.refused", reason="查核無誤")
    assert branch.row(number).contact_id is not None
    with pytest.raises(StepNotAllowed):
        decide(branch, line.row.id)


def test_it_is_extended_once_before_it_is_due_and_the_reason_is_told(branch, chat):
    chat.opens()
    chat.tap("my_data", what="delete", sure="yes")
    (line,) = listing(branch)

    def extend():
        with branch.database.writing() as session:
            data_requests.extend(
                session, branch.office, branch.actor(SUE), line.row.id, reason="件數多", now=branch.now
            )

    extend()
    (again,) = listing(branch)
    assert again.row.due_on - line.row.due_on >= timedelta(days=30)
    assert said(from_plain(branch.outbox()[-1].payload), "data.extended", reason="件數多", due="2026/5/4")
    with pytest.raises(StepNotAllowed) as twice:
        extend()
    assert twice.value.code == "request_extended"


def test_the_trail_says_what_was_done_without_a_word_of_it(branch, chat):
    chat.opens("圍牆外的大樹倒下來了")
    chat.text(LOOSE)
    chat.tap("my_data", what="export")
    chat.tap("my_data", what="delete", sure="yes")
    with branch.database.reading() as session:
        rows = [row for row in session.scalars(select(Audit)) if row.action.startswith("privacy.")]
    assert {row.action for row in rows} == {"privacy.export_link", "privacy.erasure_asked"}
    trail = json.dumps([(row.actor, row.subject, row.detail) for row in rows], ensure_ascii=False)
    for word in ("陳小姐", "07-3611212", "大樹", LOOSE, "U1"):
        assert word not in trail


def test_the_events_that_carried_the_words_are_emptied_too(branch, chat):
    chat.text(LOOSE)
    with branch.database.writing() as session:
        session.add(
            Inbox(
                channel="line", webhook_event_id="e1", user_key="U1", event_at=1, received_at=branch.now,
                raw=json.dumps({"x": LOOSE}),
                state="done", due_at=branch.now,
            )
        )  # fmt: skip
    chat.tap("my_data", what="delete", sure="yes")
    with branch.database.reading() as session:
        assert [row.raw for row in session.scalars(select(Inbox))] == ["{}"]
