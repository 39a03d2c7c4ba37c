"""The webhook receiver without a web server: signatures over bytes, bodies taken apart, bad events set aside."""

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.line.webhook import NotACallbackError, signed, split
from tests.harness.branch import MONDAY


def sign(secret, body):
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@given(st.binary(max_size=200))
def test_a_signature_is_over_the_raw_bytes(body):
    """L7: also over bytes that are no text."""
    good = sign("secret", body)
    assert signed("secret", body, good)
    assert not signed("other", body, good)
    assert not signed("secret", body + b" ", good)
    assert not signed("secret", body, good.lower() if good != good.lower() else good + "x")


@pytest.mark.parametrize("signature", [None, "", "x", "簽章", "=" * 44, "\x00"])
def test_a_missing_or_strange_signature_is_refused_quietly(signature):
    """L6"""
    assert not signed("secret", b"{}", signature)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"events": {}}', b'{"events": null}', b"{", b"[" * 100_000]
)
def test_what_is_no_list_of_events_is_said_to_be_none(body):
    with pytest.raises(NotACallbackError):
        split(body, now=MONDAY)


def events(*values):
    return split(json.dumps({"events": list(values)}).encode(), now=MONDAY)


EVENT = {"type": "follow", "webhookEventId": "01ABC", "timestamp": 1000, "source": {"type": "user", "userId": "U1"}}


def test_an_event_keeps_its_id_its_time_its_user_and_its_words():
    (found,) = events(EVENT)
    assert (found.webhook_event_id, found.event_at, found.user_key, found.quarantine) == ("01ABC", 1000, "U1", None)
    assert json.loads(found.raw) == EVENT


def test_the_consoles_verification_has_no_events():
    """L8"""
    assert events() == []


def test_a_bad_event_inside_a_good_body_is_set_aside_alone():
    """L4"""
    found = events(EVENT, 7, None, {"no": "type"}, {**EVENT, "webhookEventId": "2"})
    assert [one.quarantine for one in found] == [None, "not_an_event", "not_an_event", "not_an_event", None]


@pytest.mark.parametrize("stamp", [None, "1000", -1, 0, True, 2**60, 1.5])
def test_a_strange_timestamp_is_replaced_by_now(stamp):
    (found,) = events({**EVENT, "timestamp": stamp})
    assert found.event_at == int(MONDAY.timestamp() * 1000)


def test_an_absurdly_long_number_does_not_lose_the_body():
    body = json.dumps({"events": [EVENT, {**EVENT, "x": 0}]}).replace('"x": 0', '"x": ' + "9" * 5000).encode()
    assert len(split(body, now=MONDAY)) == 2


@pytest.mark.parametrize("event_id", [None, "", 5, {}])
def test_an_event_without_id_is_known_by_its_own_bytes(event_id):
    """L1"""
    first, again, other = events({**EVENT, "webhookEventId": event_id}, {**EVENT, "webhookEventId": event_id},
                                 {**EVENT, "webhookEventId": event_id, "timestamp": 2})  # fmt: skip
    assert first.webhook_event_id == again.webhook_event_id != other.webhook_event_id
    assert first.webhook_event_id.startswith("?")


@given(st.text(max_size=200))
def test_identifiers_fit_every_database(text):
    (found,) = events({**EVENT, "webhookEventId": text, "source": {"userId": text}})
    for value in (found.webhook_event_id, found.user_key):
        assert len(value) <= 80
        assert value.isascii()
        assert value.isprintable()


@pytest.mark.parametrize(
    ("source", "key"), [({"groupId": "G"}, "G"), ({"roomId": "R"}, "R"), ({}, "-"), ("x", "-"), (None, "-")]
)
def test_who_has_no_user_id_shares_a_partition(source, key):
    """L26"""
    assert events({**EVENT, "source": source})[0].user_key == key


DEEP = '{"type": "message", "message": ' + '{"a": [",]}\\"", ' * 50_000 + "1" + "]}" * 50_000 + "}"


def test_an_event_that_nests_without_end_is_set_aside_alone():
    """Before: the whole body was refused with 400, and with it the good events beside (contract §4)."""
    good = json.dumps(EVENT)
    body = f'{{"destination": "U", "x": [1, {{"events": [2]}}], "events": [{good}, {DEEP}, {good}]}}'.encode()
    first, deep, last = split(body, now=MONDAY)
    assert (first.quarantine, deep.quarantine, last.quarantine) == (None, "not_an_event", None)
    assert len(deep.raw) < 100
    assert (first.raw, first.webhook_event_id) == (last.raw, last.webhook_event_id)
    assert first.raw == split(json.dumps({"events": [EVENT]}).encode(), now=MONDAY)[0].raw


@pytest.mark.parametrize("body", ["[" * 100_000, '{"events": {"a": ' + "[" * 100_000, '{"x": ' + DEEP + "}"])
def test_depth_without_a_list_of_events_is_no_list_of_events(body):
    with pytest.raises(NotACallbackError):
        split(body.encode(), now=MONDAY)
