"""When a message is tried again, and when it is left to a person."""

from datetime import timedelta

import pytest

from routing.domain.errors import DeliveryError
from routing.domain.retry import BACKOFF, KEY_LIFE, Again, Stop, Unknown, after_failure
from tests.factories import at

NOW = at(1)


def fails(kind="push", *, attempt=1, first=NOW, jitter=0.0, **what):
    error = DeliveryError("x", **what)
    return after_failure(kind, error, attempt=attempt, first_try_at=first, now=NOW, jitter=jitter)


TABLE = [
    ("L12: a push whose outcome is unknown is tried again with its key", "push", {"unknown": True}, Again),
    ("O4: a temporary refusal is tried again", "push", {}, Again),
    ("O4: a permanent one is not", "push", {"permanent": True}, Stop),
    ("L13: a spent quota is for a person", "push", {"quota": True, "retry_after": 60.0}, Stop),
    ("L11: a reply whose outcome is unknown is left alone", "reply", {"unknown": True}, Unknown),
    ("L9: a refused reply is not tried again as a reply", "reply", {}, Stop),
    ("a reply is never tried again, whatever LINE asks for", "reply", {"retry_after": 3.0}, Stop),
]


@pytest.mark.parametrize(("kind", "what", "decision"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE])
def test_what_follows_a_failure(kind, what, decision):
    """L9, L11, L12, L13, O4"""
    assert isinstance(fails(kind, **what), decision)


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
    assert timedelta(hours=24) > KEY_LIFE
