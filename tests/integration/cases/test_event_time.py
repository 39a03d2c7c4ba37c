"""What we know of a firm follows the time at which things happened, not the order in which they came."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.line.webhook import split
from routing.domain.errors import DeliveryError, Invalid
from routing.ports import Profile
from routing.service.cases import commands as case_commands
from routing.service.conversation.profiles import Names
from routing.service.messaging import inbox
from routing.service.office_context import OfficeContextProvider
from routing.store.conversation.schema import Contact, ContactAddress, Message
from routing.store.messaging import inbox as store
from routing.store.messaging.schema import Inbox
from tests.harness.branch import LINE, Played, branch_on, cast, push, reader
from tests.harness.cast import SUE
from tests.harness.chat import Chat
from tests.harness.databases import BOTH


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast(branch)
        yield branch


@pytest.fixture
def chat(branch):
    return Chat(branch)


def happens(branch, kind, *, ago=0.0, event_id=None, source=None, **more):
    """Something LINE tells of comes in now, having happened so many seconds ago, and is worked on."""
    at = int((branch.now - timedelta(seconds=ago)).timestamp() * 1000)
    event = {
        "type": kind, "mode": "active", "timestamp": at, "source": source or {"type": "user", "userId": "U1"},
        "webhookEventId": event_id or f"{kind}-{at}", "deliveryContext": {"isRedelivery": bool(ago)}, **more,
    }  # fmt: skip
    events = split(json.dumps({"destination": "x", "events": [event]}).encode(), now=branch.now)
    with branch.database.engine.begin() as connection:
        store.take_in(connection, events, now=branch.now - timedelta(seconds=3))
    for one in events:
        inbox.work_partition(
            branch.database,
            OfficeContextProvider(branch.office),
            reader(),
            LINE,
            one.partition,
            holder="w",
            now=lambda: branch.now,
        )


def words(text, message_id="101"):
    return {"replyToken": "r" * 32, "message": {"type": "text", "id": message_id, "text": text}}


PHOTO = {"replyToken": "r" * 32, "message": {"type": "image", "id": "103", "contentProvider": {"type": "line"}}}
GROUP = {"type": "group", "groupId": "C0", "userId": "U1"}


def reply_code(branch, number):
    """Why a LINE reply to this case is refused, if it is."""
    try:
        with branch.hold(number, SUE) as locked:
            case_commands.reply(locked, "已處理", notify=push)
    except Invalid as refused:
        return refused.code
    return None


def test_a_message_older_than_the_blocking_does_not_make_a_firm_reachable(branch, chat):
    number = chat.opens()
    branch.later(1)
    happens(branch, "unfollow")
    happens(branch, "message", ago=1, **words("補充：在 A 棟旁"))
    assert not chat.reachable
    assert reply_code(branch, number) == "unreachable"


def test_a_blocking_older_than_the_return_does_not_make_it_unreachable(branch, chat):
    number = chat.opens()
    branch.later(1)
    happens(branch, "follow", replyToken="r" * 32, follow={"isUnblocked": True})
    happens(branch, "unfollow", ago=1)
    assert chat.reachable
    assert reply_code(branch, number) is None


def test_a_message_after_the_blocking_makes_it_reachable_again(branch, chat):
    chat.opens()
    happens(branch, "unfollow", ago=60)
    happens(branch, "message", **words("我回來了"))
    assert chat.reachable


def test_words_in_a_group_say_nothing_of_blocking(branch, chat):
    number = chat.opens()
    branch.later(1)
    happens(branch, "unfollow", ago=4)
    happens(branch, "message", source=GROUP, **words("大家午安", "102"))
    assert not chat.reachable
    assert reply_code(branch, number) == "unreachable"


def test_a_photo_older_than_the_wait_is_kept_in_the_case_and_the_wait_stands(branch, chat):
    number = chat.opens()
    branch.later(1)
    with branch.hold(number, SUE) as locked:
        case_commands.wait(locked, "firm", message="請補租約影本", notify=push)
    branch.later(0.1)
    happens(branch, "message", ago=1800, **PHOTO)
    assert branch.row(number).status == "waiting_firm"
    assert [message.kind for message in branch.messages(number)][-1] == "image"
    assert not branch.case(number).firm_answered
    branch.later(0.1)
    happens(branch, "message", **words("租約影本如附件", "104"))
    assert branch.case(number).firm_answered


def test_old_words_for_the_case_leave_the_wait_too(branch, chat):
    number = chat.opens()
    branch.later(1)
    with branch.hold(number, SUE) as locked:
        case_commands.wait(locked, "firm", message="請補租約影本", notify=push)
    branch.later(0.1)
    happens(branch, "message", ago=1800, **words("樹還在那邊，圍牆也歪了"))
    assert branch.row(number).status == "waiting_firm"
    assert branch.messages(number)[-1].text == "樹還在那邊，圍牆也歪了"


def test_a_wait_on_a_firm_that_blocked_us_is_refused_like_a_reply(branch, chat):
    number = chat.opens()
    branch.later(1)
    happens(branch, "unfollow")
    with pytest.raises(Invalid) as refused, branch.hold(number, SUE) as locked:
        case_commands.wait(locked, "firm", message="請補租約影本", notify=push)
    assert (refused.value.code, refused.value.field) == ("unreachable", "on")
    assert branch.row(number).status != "waiting_firm"
    with branch.hold(number, SUE) as locked:
        case_commands.wait(locked, "agency", agency="taipower", message="請查電力", notify=push)
    assert branch.row(number).status == "waiting_agency"


def test_a_case_from_the_telephone_may_wait_for_its_firm(branch):
    """Its firm is told by the channel it came by, and blocking is no matter of it."""
    number = branch.open()
    with branch.hold(number, SUE) as locked:
        case_commands.wait(locked, "firm", message="已電話請補租約影本", notify=push)
    assert branch.row(number).status == "waiting_firm"


@pytest.mark.parametrize("source", [GROUP, {"type": "room", "roomId": "R0", "userId": "U1"}, {"type": "group"}])
def test_nothing_that_people_say_in_a_group_is_kept(branch, source):
    """Not even in the events as they came; nor is anybody made a contact by it."""
    happens(branch, "message", source=source, **words("群組裡的私事", "102"))
    happens(branch, "message", source=source, event_id="file",
            message={"type": "file", "id": "103", "fileName": "群組裡的私事.pdf", "fileSize": 3})  # fmt: skip
    with branch.database.reading() as session:
        assert session.scalars(select(Message)).all() == session.scalars(select(Contact)).all() == []
        kept = list(session.scalars(select(Inbox)))
    assert [row.state for row in kept] == ["done", "done"]
    assert not any("私事" in str(json.loads(row.raw)) or "U1" in row.raw + row.user_key for row in kept)
    assert branch.outbox() == []


@pytest.mark.parametrize(("said", "kept"), [("王\ud83d明", "王明"), ("王\x00明", "王明"), ("\ud83d", "")])
def test_a_name_that_no_database_holds_is_kept_without_the_bad_character_once(branch, said, kept):
    branch.contact("U1")
    branch.contact("U2")
    profiles = {"U1": Profile(said), "U2": Profile("林小姐")}
    asked = []

    def ask(user):
        asked.append(user)
        return profiles[user]

    assert Names(branch.database, {"line": Played(profile=ask)}).learn() == 2
    assert Names(branch.database, {"line": Played(profile=ask)}).learn() == 0
    assert sorted(asked) == ["U1", "U2"]
    with branch.database.reading() as session:
        query = select(ContactAddress.address, Contact.display_name).join(Contact)
        names = {row[0]: row[1] for row in session.execute(query)}
    assert names == {"U1": kept, "U2": "林小姐"}


def test_a_channel_that_is_down_says_nothing_of_its_people_and_is_asked_about_others_meanwhile(branch):
    """A failure that passes is not kept as an answer: the name is learnt when the channel tells it."""
    contacts = {user: branch.contact(user) for user in ("U1", "U2")}
    down, asked = {"U1", "U2"}, []

    def ask(user):
        asked.append(user)
        if user in down:
            raise DeliveryError("LINE 暫時無法服務。", code="line_down")
        return Profile("林小姐") if user == "U1" else None

    def name(user):
        with branch.database.reading() as session:
            return session.get(Contact, contacts[user]).display_name

    names = Names(branch.database, {"line": Played(profile=ask)})
    assert (names.learn(), names.learn(), sorted(asked)) == (2, 0, ["U1", "U2"])
    down.clear()
    contacts["U3"] = branch.contact("U3")
    assert (names.learn(), asked[-1], name("U1"), name("U2"), name("U3")) == (1, "U3", None, None, "")
    assert Names(branch.database, {"line": Played(profile=ask)}).learn() == 2
    assert (name("U1"), name("U2")) == ("林小姐", "")


def test_whoever_blocks_us_takes_name_and_telephone_along_and_the_case_keeps_its_own(branch):
    """個人資料保護法 §11(3), 檔案法 §12: the contact's data goes with its purpose; a case file holds what it held."""
    contact = branch.contact(name="王小明", phone="0912-345678", display_name="小明", reachable=True)
    number = branch.open(contact_id=contact)
    told = branch.row(number).contact_name, branch.row(number).contact_phone
    happens(branch, "unfollow")
    with branch.database.reading() as session:
        kept = session.get(Contact, contact)
        assert (kept.display_name, kept.name, kept.phone, kept.dialogue) == ("", None, None, {})
    assert (branch.row(number).contact_name, branch.row(number).contact_phone) == told
    branch.later(1)
    happens(branch, "follow", replyToken="r" * 32)
    with branch.database.reading() as session:
        assert session.get(Contact, contact).display_name is None  # asked for anew
    assert branch.row(number).contact_id == contact


def test_a_block_that_was_taken_back_before_it_came_in_takes_nothing(branch):
    contact = branch.contact(name="王小明", phone="0912-345678", reachable=True)
    happens(branch, "follow", replyToken="r" * 32)
    happens(branch, "unfollow", ago=60)
    with branch.database.reading() as session:
        assert session.get(Contact, contact).name == "王小明"
