"""Bodies that nobody meant to send: good webhooks with something removed, replaced, flipped, nested or blown up."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from tests.harness.simulator import Json

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**400, -(2**63) - 1, 2**53, 1e308, 0.1, "", "\x00", "a\x00b", "\ud800", "\udfff\ud83d",
    "x" * 5000, "null", "𠮷" * 50, "\u202e", "'; DROP TABLE inbox; --", [], {}, [[]], [None], {"": None},
    {"type": "text"}, [1, "2", {}], {"a": {"b": {"c": {}}}}, "text", "user", "group", "1" * 90,
)  # fmt: skip
ROOTS: tuple[bytes, ...] = (
    b"", b" ", b"null", b"true", b"[]", b"{}", b'"events"', b"0", b"{", b'{"events"', b'{"events":[}', b"\xff\xfe",
    b"\x00", b'{"events":null}', b'{"events":{}}', b'{"events":"[]"}', b'{"events":[NaN]}',
    b'{"events":[Infinity,-Infinity]}',
    b'{"events":[' + b"[" * 5000 + b"]" * 5000 + b"]}", b"[" * 100_000, b'{"a":' * 50_000, b'{"events":[]}' * 2,
    b'{"events":[{"type":"message","timestamp":' + b"9" * 5000 + b"}]}", b'{"events":[1e999]}', b"\xef\xbb\xbf{}",
    '{"events":[]}'.encode("utf-16"), b'{"events":[],"events":5}', b'{"events":[{"type":"\\ud800"}]}',
    b'{"events":["' + b"x" * 99_999,
    b'{"events":[{"type":"message","webhookEventId":"\\u0000","source":{"userId":"\\ud800"},"message":{"type":"text"}}]}',
)  # fmt: skip


def good_events(place: int) -> list[Json]:
    """One event of each usual kind, by a person of its own."""
    source = {"type": "user", "userId": f"U{place:032x}"}
    base = {"source": source, "mode": "active", "timestamp": 1_795_000_000_000, "replyToken": f"{place:032x}",
            "deliveryContext": {"isRedelivery": False}}  # fmt: skip
    message = {"id": f"56{place:016d}", "quoteToken": "q"}
    kinds: list[Json] = [
        {
            "type": "message",
            "message": {**message, "type": "text", "text": "你好", "emojis": [{"index": 0, "length": 1}]},
        },
        {"type": "message", "message": {**message, "type": "image", "contentProvider": {"type": "line"}}},
        {"type": "message", "message": {**message, "type": "file", "fileName": "租約.pdf", "fileSize": 10}},
        {
            "type": "message",
            "message": {**message, "type": "location", "title": "楠梓", "latitude": 22.7, "longitude": 120.3},
        },
        {"type": "message", "message": {**message, "type": "sticker", "packageId": "1", "stickerId": "2"}},
        {"type": "postback", "postback": {"data": "action=my_cases", "params": {"date": "2026-11-22"}}},
        {"type": "follow", "follow": {"isUnblocked": False}},
        {"type": "unfollow"},
        {"type": "unsend", "unsend": {"messageId": f"56{place:016d}"}},
    ]
    return [{**base, "webhookEventId": f"01GOOD{place:08d}{at:012d}", **kind} for at, kind in enumerate(kinds)]


def mutant(number: int) -> bytes:
    """The malformed body with this number; the same number gives the same bytes."""
    if number < len(ROOTS):
        return ROOTS[number]
    dice = random.Random(number)
    event = copy.deepcopy(dice.choice(good_events(number)))
    body: Any = {"destination": "U" + "0" * 32, "events": [event]}
    for _ in range(dice.randint(1, 3)):
        _damage(body, dice)
    escaped = json.dumps(body, ensure_ascii=dice.random() < 0.7, allow_nan=True)
    raw = escaped.encode("utf-8", "surrogatepass")
    if dice.random() < 0.2:
        flipped = bytearray(raw)
        for _ in range(dice.randint(1, 4)):
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        raw = bytes(flipped)
    if dice.random() < 0.05:
        raw = raw[: dice.randrange(len(raw))]
    return raw


def _damage(body: Any, dice: random.Random) -> None:
    """Remove, replace or wrap something somewhere below the root."""
    places = [(holder, key) for holder, key in _places(body) if holder is not body or dice.random() < 0.2]
    if not places:
        return
    holder, key = dice.choice(places)
    what = dice.randrange(4)
    if what == 0:
        del holder[key]
    elif what == 1:
        holder[key] = copy.deepcopy(dice.choice(ODD))
    elif what == 2:
        holder[key] = _nested(holder[key], dice.choice((1, 3, 200)))
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(dice.choice(ODD)))
    else:
        holder[dice.choice(("type", "new", "", "userId", "events", "timestamp"))] = copy.deepcopy(dice.choice(ODD))


def _nested(value: Any, depth: int) -> Any:
    for level in range(depth):
        value = [value] if level % 2 else {"in": value}
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    keys: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        found.append((value, key))
        found.extend(_places(value[key]))
    return found
