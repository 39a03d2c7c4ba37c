"""When a message is tried again, and when it is left to a person."""

from datetime import timedelta

import pytest

from routing.domain.errors import DeliveryError
from routing.domain.retry import (
    BACKOFF,
    LAST_WORD,
    REPLY_BACKOFF,
    Again,
    Presumed,
    Push,
    Stop,
    Unknown,
    after_push,
    after_reply,
)
from tests.harness.branch import at

NOW = at(1)
KEY_LIFE = timedelta(hours=23)


def fails(*, attempt=1, first=NOW, jitter=0.0, **what):
    return after_push(
        DeliveryError("x", **what), attempt=attempt, first_try_at=first, key_life=KEY_LIFE, now=NOW, jitter=jitter
    )


def unsaid(*, left=40.0, attempt=1, doubtful=False, jitter=0.0, **what):
    """A reply fails, ``left`` seconds before its token's end."""
    until = NOW + timedelta(seconds=left)
    error = DeliveryError("x", **what)
    return after_reply(error, attempt=attempt, doubtful=doubtful, token_until=until, now=NOW, jitter=jitter)


TABLE = [
    ("L12: a push whose outcome is unknown is tried again with its key", {"unknown": True}, Again),
    ("O4: a temporary refusal is tried again", {}, Again),
    ("O4: a permanent one is not", {"permanent": True}, Stop),
    ("L13: a spent quota is for a person", {"quota": True, "retry_after": 60.0}, Stop),
]


@pytest.mark.parametrize(("what", "decision"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE])
def test_what_follows_a_failed_push(what, decision):
    """L12, L13, O4"""
    assert isinstance(fails(**what), decision)


TOKEN = {"code": "reply_token", "permanent": True}
REPLIES = [
    ("L11: unknown, and its token is good", {"unknown": True}, Again),
    ("nothing was sent, and its token is good", {"code": "not_sent"}, Again),
    ("too many requests, and its token is good", {"code": "rate_limited", "retry_after": 5.0}, Again),
    ("L9: LINE refused the token, and no try can have used it", TOKEN, Push),
    ("LINE refused the token, and a try may have used it", {**TOKEN, "doubtful": True}, Presumed),
    ("LINE refused the message itself", {"code": "refused", "permanent": True}, Push),
    ("L9: the time is over, and nothing was sent", {"code": "not_sent", "left": 0.1}, Push),
    ("L11: the time is over, and it may have arrived", {"unknown": True, "left": 0.1}, Unknown),
    ("L11: the time is over, and an earlier try may have arrived", {"doubtful": True, "left": 0.1}, Unknown),
    ("LINE asks for more time than is left", {"retry_after": 60.0}, Push),
    ("LINE asks for more time than is left, and it may have arrived", {"retry_after": 60.0, "doubtful": True}, Unknown),
]


@pytest.mark.parametrize(("what", "decision"), [r[1:] for r in REPLIES], ids=[r[0] for r in REPLIES])
def test_what_follows_a_failed_reply(what, decision):
    """L9, L11; contract §4"""
    assert isinstance(unsaid(**what), decision)


@pytest.mark.parametrize(("attempt", "seconds"), [*enumerate(REPLY_BACKOFF, start=1), (40, REPLY_BACKOFF[-1])])
def test_a_reply_waits_for_seconds_only(attempt, seconds):
    """A token lives for a minute: many tries fit into it."""
    assert unsaid(attempt=attempt) == Again(NOW + timedelta(seconds=seconds))
    assert unsaid(attempt=attempt, jitter=1.0) == Again(NOW + timedelta(seconds=seconds * 1.25))


def test_the_last_try_of_a_reply_comes_just_before_its_tokens_end():
    assert unsaid(left=3.0, attempt=9) == Again(NOW + timedelta(seconds=3.0) - LAST_WORD)
    assert isinstance(unsaid(left=LAST_WORD.total_seconds(), attempt=9), Push)


def test_what_is_pushed_instead_keeps_to_the_time_line_asked_for():
    assert unsaid(retry_after=60.0) == Push(NOW + timedelta(seconds=60))
    assert unsaid(left=0.0) == Push(NOW)


@pytest.mark.parametrize(("attempt", "seconds"), list(enumerate(BACKOFF, start=1)))
def test_waits_grow(attempt, seconds):
    assert fails(attempt=attempt) == Again(NOW + timedelta(seconds=seconds))
    assert fails(attempt=attempt, jitter=1.0) == Again(NOW + timedelta(seconds=seconds * 1.25))


def test_attempts_are_capped():
    """O5"""
    assert isinstance(fails(attempt=len(BACKOFF) + 1), Stop)


def test_the_channel_may_ask_for_more_time_but_not_for_less():
    """L13"""
    assert fails(retry_after=90.0) == Again(NOW + timedelta(seconds=90))
    assert fails(attempt=5, retry_after=1.0) == Again(NOW + timedelta(seconds=600))


def test_a_retry_key_is_not_used_beyond_its_life():
    """L12: LINE forgets keys after a day; the same one would then be a new message."""
    assert isinstance(fails(attempt=2, first=NOW - KEY_LIFE + timedelta(seconds=6)), Again)
    assert isinstance(fails(attempt=2, first=NOW - KEY_LIFE), Stop)
