"""個資法 §6: what may not be kept is unreadable before it is stored, in every table, and the firm is told."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.line.webhook import split
from routing.service.messaging import inbox
from routing.service.office_context import OfficeContextProvider
from routing.store.conversation.schema import Message
from routing.store.messaging import inbox as store
from routing.store.messaging.inbox import PartitionKey
from routing.store.messaging.schema import Inbox
from tests.harness.branch import LINE, branch_on, reader
from tests.harness.databases import BOTH

ID = "A123456789"
TEXT = {"type": "text", "id": "1", "text": f"圍牆外的樹倒了，我的身分證是{ID}"}


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        yield branch


def comes(branch, message, **more):
    event = {
        "type": "message", "mode": "active", "timestamp": 1000, "source": {"type": "user", "userId": "U1"},
        "webhookEventId": "e1", "replyToken": "t", "message": message, **more,
    }  # fmt: skip
    events = split(json.dumps({"events": [event]}).encode(), now=branch.now)
    assert ID not in events[0].raw
    with branch.database.engine.begin() as connection:
        store.take_in(connection, events, now=branch.now - timedelta(seconds=3))
    inbox.work_partition(
        branch.database,
        OfficeContextProvider(branch.office),
        reader(),
        LINE,
        PartitionKey("line", "U1"),
        holder="w",
        now=lambda: branch.now,
    )


def told(branch):
    return json.dumps([row.payload for row in branch.outbox()], ensure_ascii=False)


def test_an_identity_number_is_in_no_row_and_the_firm_is_told(branch):
    comes(branch, TEXT)
    with branch.database.reading() as session:
        (message,) = session.scalars(select(Message))
        (event,) = session.scalars(select(Inbox))
    assert message.text == "圍牆外的樹倒了，我的身分證是〔身分證號已遮蔽〕"
    assert ID not in event.raw + told(branch)
    assert branch.office.sentences.say("masked", "zh-TW") in told(branch)


def test_a_file_name_is_masked_too(branch):
    comes(branch, {"type": "file", "id": "2", "fileName": f"{ID}_申請書.pdf", "fileSize": 3})
    assert branch.office.sentences.say("masked", "zh-TW") in told(branch)


def test_an_emergency_is_met_with_its_numbers_first(branch):
    comes(branch, {**TEXT, "text": f"廠房失火了，快來，我是{ID}"})
    kinds = [message.get("tone") for message in branch.outbox()[0].payload]
    assert kinds[0] == "alert"
    assert branch.office.sentences.say("masked", "zh-TW") in told(branch)


def test_who_wrote_no_such_thing_is_told_nothing_of_it_whatever_an_event_claims(branch):
    comes(branch, {**TEXT, "text": "圍牆外的樹倒了"}, masked=["national_id"])
    assert branch.office.sentences.say("masked", "zh-TW") not in told(branch)
