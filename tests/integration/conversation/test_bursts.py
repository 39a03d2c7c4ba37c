"""Messages that follow each other at once, through the inbox: held, woken, answered once, and lost by no kill."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.service.messaging import inbox
from routing.service.office_context import OfficeContextProvider
from routing.store.conversation.schema import Message
from routing.store.messaging import inbox as store
from routing.store.messaging.inbox import PartitionKey, RawEvent
from tests.harness.branch import LINE, branch_on, reader
from tests.harness.databases import BOTH

U1 = PartitionKey("line", "U1")


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        yield branch


def comes(branch, name, text=None, **message):
    """A text (or a photo) comes in now."""
    at = int(branch.now.timestamp() * 1000)
    event = {
        "type": "message", "webhookEventId": name, "timestamp": at, "mode": "active", "replyToken": f"t{name}",
        "source": {"type": "user", "userId": "U1"},
        "message": {"type": "text" if text else "image", "id": f"m{name}", "text": text, **message},
    }  # fmt: skip
    row = RawEvent(channel="line", webhook_event_id=name, user_key="U1", event_at=at, raw=json.dumps(event))
    with branch.database.engine.begin() as connection:
        store.take_in(connection, [row], now=branch.now)


def work(branch, waits=None, holder="w"):
    return inbox.work_partition(
        branch.database, OfficeContextProvider(branch.office), reader(), LINE, U1, holder=holder,
        now=lambda: branch.now, waits=waits,
    )  # fmt: skip


def passes(branch, seconds):
    branch.now += timedelta(seconds=seconds)


def texts(branch):
    with branch.database.reading() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_short_texts_in_a_row_are_answered_once(branch):
    """L16"""
    waiting = []
    for name, text in (("a", "您好"), ("b", "想請問一下"), ("c", "我們在楠梓")):
        comes(branch, name, text)
        assert work(branch, lambda who, _seconds: waiting.append(who)) == 0
        passes(branch, 1.5)
    assert branch.outbox() == []
    assert waiting == [U1] * 3
    passes(branch, 1)
    assert work(branch) == 3
    assert texts(branch) == ["您好", "想請問一下", "我們在楠梓"]
    (row,) = branch.outbox()
    assert row.reply_token == "tc"


def test_a_complete_question_waits_a_moment_only(branch):
    waiting = []
    comes(branch, "a", "租地要繳多少預約金？")
    assert work(branch, lambda who, _seconds: waiting.append(who)) == 0
    assert waiting == []
    passes(branch, 0.31)
    assert work(branch) == 1
    assert len(branch.outbox()) == 1


@pytest.mark.parametrize("text", ["工廠失火了", "我不想活了"])
def test_danger_waits_for_nothing(branch, text):
    comes(branch, "a", text)
    assert work(branch) == 1
    assert len(branch.outbox()) == 1


def test_a_tap_wakes_what_waits_and_comes_after_it(branch):
    comes(branch, "a", "圍牆外的樹倒了")
    assert work(branch) == 0
    passes(branch, 0.5)
    at = int(branch.now.timestamp() * 1000)
    tap = {
        "type": "postback", "webhookEventId": "b", "timestamp": at, "mode": "active", "replyToken": "tb",
        "source": {"type": "user", "userId": "U1"}, "postback": {"data": "action=open_case"},
    }  # fmt: skip
    row = RawEvent(channel="line", webhook_event_id="b", user_key="U1", event_at=at, raw=json.dumps(tap))
    with branch.database.engine.begin() as connection:
        store.take_in(connection, [row], now=branch.now)
    assert work(branch) == 2
    assert [row.reply_token for row in branch.outbox()] == ["ta", "tb"]


def test_an_album_is_answered_when_its_last_photo_is_there(branch):
    for number in (1, 2, 3):
        comes(branch, f"p{number}", imageSet={"id": "s", "index": number, "total": 3})
        assert work(branch) == (3 if number == 3 else 0)
        passes(branch, 0.3)
    assert len(branch.outbox()) == 1


def test_what_waits_survives_whoever_held_it(branch):
    comes(branch, "a", "您好")
    assert work(branch, holder="killed") == 0
    passes(branch, 2.1)
    assert work(branch, holder="another") == 1
    assert texts(branch) == ["您好"]
