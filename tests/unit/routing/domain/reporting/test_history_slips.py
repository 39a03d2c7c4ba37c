"""A refused history: all of its fields that cannot be used, told at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from knowledge.offices.directory import load_offices
from routing.domain.reporting.history import KnownWords, parse_line
from routing.domain.reporting.history_slips import every_refusal

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KNOWN = KnownWords.of(load_offices())
GOOD = {
    "number": "KP-1150105-0001", "kind": "ENQ", "category": "land", "channel": "phone", "unit": "用地工程科",
    "received_at": "2026-01-05T09:00:00+08:00", "firm": {"name": "晴川精密有限公司", "ubn": None}, "events": [],
}  # fmt: skip


def reasons(**changed):
    line = json.dumps({**GOOD, **changed}, ensure_ascii=False)
    return [one.reason for one in every_refusal(line, 7, KNOWN, NOW)]


def test_a_history_has_none():
    assert reasons() == []


def test_every_field_that_cannot_be_used_is_told():
    firm = {"name": "x", "ubn": "12345678"}
    said = reasons(unit="無此科", park="火星園區", category="漁業", language="xx", firm=firm)
    for part in ("unit", "火星園區", "category", "language", "firm.ubn"):
        assert sum(part in one for one in said) == 1, (part, said)
    assert len(said) == 5


def test_what_is_told_first_is_among_them_and_each_line_is_numbered():
    line = json.dumps({**GOOD, "unit": "無此科", "received_at": "昨天"}, ensure_ascii=False)
    found = every_refusal(line, 7, KNOWN, NOW)
    assert parse_line(line, 7, KNOWN, NOW) in found
    assert {one.line for one in found} == {7}
    assert len(found) == 2


def test_a_step_that_cannot_be_comes_alone_and_no_object_too():
    early = {"at": "2026-01-04T09:00:00+08:00", "event": "closed", "by": "a@example.com", "outcome": "answered"}
    assert len(reasons(events=[early])) == 1
    assert [one.reason for one in every_refusal("[", 1, KNOWN, NOW)] == ["不是有效的 JSON。"]
