"""Histories in which happens what happens seldom, the same for a seed.

Reopened twice, of another kind than at first, waiting over the end of a year, extended, with several events at one
instant, closed at midnight or withdrawn, never closed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from knowledge.calendar.office_calendar import TAIPEI
from tests.harness.cast import email

_UNITS = ("用地工程科", "投資服務科", "營運管理科")
_FIRST = datetime(2024, 11, 20, 8, 0, tzinfo=TAIPEI)


class _Told:
    """A history as it goes on. A third of the events come at the instant of the one before, or at a midnight."""

    def __init__(self, chance: Random, at: datetime) -> None:
        self.chance, self.at, self.events = chance, at, list[dict[str, Any]]()

    def then(self, event: str, most_hours: float, **data: Any) -> None:
        how = self.chance.random()
        if how > 0.2:
            self.at += timedelta(seconds=self.chance.randint(0, int(most_hours * 3600)))
        if how > 0.9:
            self.at = self.at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        self.events.append({"at": self.at.isoformat(), "event": event, **data})

    def wait(self) -> None:
        """Days or months, on the firm or on an agency; from one in three it is never said that it went on."""
        going_on = [one["event"] for one in self.events if one["event"] in {"waiting", "resumed", "closed"}]
        if going_on[-1:] == ["waiting"]:
            self.then("resumed", 60)
        firm = self.chance.random() < 0.6
        self.then(
            "waiting", 90, **({"on": "firm", "message": "請補件"} if firm else {"on": "agency", "agency": "taipower"})
        )
        if self.chance.random() > 0.3:
            self.then("resumed", self.chance.choice((2, 60, 1500)))


def odd_lines(count: int, seed: int) -> Iterator[str]:
    """As many histories; of each kind, in the order of their days."""
    chance = Random(seed)
    for number in range(count):
        received = (_FIRST + timedelta(days=number * 400 // count)).replace(
            hour=chance.choice((0, 8, 12, 17, 23)), minute=chance.choice((0, 30, 59)), second=chance.choice((0, 59))
        )
        told, person = _Told(chance, received), email(chance.choice(("olga", "otto", "ivan")))
        unit = chance.choice(_UNITS)
        told.then("assigned", 8, to=person)
        if chance.random() < 0.5:
            told.wait()
        if chance.random() < 0.3:
            kind = chance.choice(("ENQ", "PET", "APP"))
            told.then("kind", 200, kind=kind, filed_at=received.isoformat(), reason="經查為書面申請")
        if chance.random() < 0.3:
            told.then("extended", 40, days=chance.choice((1, 5, 30)), reason="現勘", approved_by=email("sue"))
        if chance.random() < 0.2:
            told.then("transferred", 40, unit=chance.choice(_UNITS), reason="業務移轉")
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            told.then("replied", 200, by=person, via="phone", text="已說明。")
            if chance.random() < 0.3:
                told.wait()
            outcome = chance.choice(("answered", "answered", "answered", "withdrawn", "declined"))
            told.then("closed", 400, outcome=outcome, **({"reason": "無具體內容"} if outcome == "declined" else {}))
            told.then("reopened", chance.choice((1, 3000)), reason="補問")
        if told.events[-1]["event"] == "reopened" and chance.random() < 0.7:
            told.events.pop()
        yield json.dumps({
            "number": f"KP-{received.year - 1911}{received:%m%d}-{number + 1:04d}",
            "kind": chance.choice(("ENQ", "PET")), "category": chance.choice(("land", "tax", "utilities")),
            "topic": None, "channel": chance.choice(("phone", "line")), "park": chance.choice(("楠梓", None)),
            "unit": unit, "language": chance.choice(("zh-TW", "en")), "firm": {"name": "範例精密", "ubn": None},
            "subject": "範例事項", "first_contact_at": received.isoformat(), "received_at": received.isoformat(),
            "events": told.events,
        }, ensure_ascii=False)  # fmt: skip
