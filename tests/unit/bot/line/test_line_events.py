"""Raw LINE events to what they mean; whatever LINE may send, reading it never raises."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line.events import read_event
from routing.domain.inbound import InboundKind

SOURCE = {"type": "user", "userId": "U1"}


def read(**event):
    return read_event(json.dumps({"source": SOURCE, **event}), event_at=1_772_413_200_000)


def message(**values):
    return read(type="message", replyToken="t", message={"id": "1", **values})


KINDS = [
    ({"type": "text", "text": "您好"}, InboundKind.TEXT),
    ({"type": "image"}, InboundKind.MEDIA),
    ({"type": "video"}, InboundKind.MEDIA),
    ({"type": "audio"}, InboundKind.MEDIA),
    ({"type": "file", "fileName": "a.pdf", "fileSize": 10}, InboundKind.MEDIA),
    ({"type": "location", "title": "廠", "address": "楠梓"}, InboundKind.LOCATION),
    ({"type": "sticker", "packageId": "1"}, InboundKind.STICKER),
    ({"type": "hologram"}, InboundKind.UNSUPPORTED),
    ({"type": "text"}, InboundKind.UNSUPPORTED),
    ({"type": "text", "text": 7}, InboundKind.UNSUPPORTED),
    ({}, InboundKind.UNSUPPORTED),
]


@pytest.mark.parametrize(("body", "kind"), KINDS)
def test_messages_by_kind(body, kind):
    """L5"""
    inbound = message(**body)
    assert (inbound.kind, inbound.message_id, inbound.reply_token, inbound.user_id) == (kind, "1", "t", "U1")


@pytest.mark.parametrize(
    ("event", "kind"),
    [({"type": "follow"}, InboundKind.FOLLOW), ({"type": "unfollow"}, InboundKind.UNFOLLOW),
     ({"type": "unsend", "unsend": {"messageId": "9"}}, InboundKind.UNSEND),
     ({"type": "videoPlayComplete"}, InboundKind.IGNORED), ({}, InboundKind.IGNORED),
     ({"type": ["message"]}, InboundKind.IGNORED)],
)  # fmt: skip
def test_other_events(event, kind):
    assert read(**event).kind is kind


def test_a_postback_is_a_query_string():
    inbound = read(type="postback", postback={"data": "action=case&number=KP-1150302-0001&x=%E5%A5%BD"})
    assert inbound.data == {"action": "case", "number": "KP-1150302-0001", "x": "好"}


def test_the_instant_is_lines_own():
    assert message(type="text", text="x").at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert read_event("{}", event_at=2**60).at.year == 1970


SILENT = [
    ({"source": SOURCE}, False), ({"source": {"userId": "U1"}}, False), ({"mode": "standby"}, True),
    ({"source": {"type": "group", "groupId": "G", "userId": "U1"}}, True), ({"source": {"type": "room"}}, True),
    ({"source": {}}, True), ({"source": {"type": "universe", "userId": "U1"}}, False),
]  # fmt: skip


@pytest.mark.parametrize(("event", "silent"), SILENT)
def test_only_a_talk_of_two_is_answered(event, silent):
    """L26"""
    inbound = read(type="follow", **event)
    assert (inbound.silent or inbound.shared) is silent


def test_a_redelivery_is_known():
    assert read(type="follow", deliveryContext={"isRedelivery": True}).redelivered


@pytest.mark.parametrize(("size", "kept"), [(10, 10), (2**31 - 1, 2**31 - 1), (2**31, None), (-1, None), ("x", None)])
def test_a_size_that_no_database_takes_does_not_lose_the_file(size, kept):
    assert message(type="file", fileName="a", fileSize=size).size == kept


def test_text_keeps_what_databases_can_hold():
    assert message(type="text", text="a\x00b\ud800c").text == "ab?c"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_keys = st.sampled_from(["type", "message", "source", "postback", "unsend", "replyToken", "deliveryContext", "mode"])
_fields = st.sampled_from(["type", "id", "text", "data", "messageId", "userId", "fileSize", "isRedelivery"])
_values = _json | st.sampled_from(["message", "postback", "unsend", "follow"]) | st.dictionaries(_fields, _json)


@given(st.dictionaries(_keys, _values) | _json, st.integers(-(2**62), 2**62))
def test_nothing_that_is_json_makes_reading_fail(event, at):
    """L5, L26"""
    inbound = read_event(json.dumps(event), event_at=at)
    assert inbound.at.tzinfo is not None
    assert inbound.size is None or 0 <= inbound.size < 2**31
