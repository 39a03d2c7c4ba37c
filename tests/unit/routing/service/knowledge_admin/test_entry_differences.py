"""What changed in an entry, as whoever approves it reads it."""

from __future__ import annotations

from routing.service.knowledge_admin.versions import difference


def test_days_change_as_a_whole_and_stand_by_the_calendar_of_the_republic() -> None:
    law = {"law": "某法", "article": "§1", "read": "2026-11-27"}
    before = {"verified": "2026-11-28", "review": "2027-05-28", "basis": [law]}
    after = {"verified": "2026-11-30", "review": "2027-05-28", "basis": [{**law, "read": "2026-11-30"}]}
    told = {change.name: [(piece.side, piece.text) for piece in change.pieces] for change in difference(before, after)}
    assert told["查證日期"] == [("removed", "115.11.28"), ("added", "115.11.30")]
    assert "複查日期" not in told
    assert [side for side, _ in told["依據"]] == ["removed", "added"]
    assert "115.11.30" in told["依據"][1][1]


def test_what_only_looks_like_a_day_is_left_as_it_was_written() -> None:
    (change,) = difference({"verified": "2026-11-28"}, {"verified": "2026-13-40"})
    assert [piece.text for piece in change.pieces] == ["115.11.28", "2026-13-40"]
