"""A small fixed history by which the words of the statistics are explained: invented cases of March 2026.

The figures of the explanation are those that the engine counts from it, by the shipped calendar without closures.
"""

from __future__ import annotations

from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.case import Event, EventKind, Kind, Opening
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.periods import Period

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
FIRST, SECOND = "用地工程科", "投資服務科"


def _at(day: int, hour: int, *, month: int = 3, minute: int = 0) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour, minute), TAIPEI)


def _event(at: datetime, kind: EventKind, **data: Any) -> Event:
    return Event(at=at, kind=kind, data=MappingProxyType(data))


def _closed(at: datetime, outcome: str = "answered") -> Event:
    return _event(at, EventKind.CLOSED, outcome=outcome)


def _case(name: str, received_at: datetime, *events: Event) -> CaseHistory:
    opening = Opening(
        number=name, kind=Kind.ENQ, category="land", topic=None, channel="phone", park=None, unit=FIRST,
        language="zh-TW", subject=name, first_contact_at=received_at, received_at=received_at,
    )  # fmt: skip
    return CaseHistory(opening=opening, events=events)


CASES = (
    _case(
        "甲", _at(26, 10, month=2), _event(_at(2, 9), EventKind.WAITING, on="agency"),
        _event(_at(4, 11), EventKind.RESUMED), _closed(_at(4, 15)),
    ),
    _case("乙", _at(2, 10), _event(_at(2, 11, minute=30), EventKind.REPLIED), _closed(_at(4, 10))),
    _case(
        "丙", _at(5, 10), _event(_at(6, 9), EventKind.WAITING, on="firm"), _event(_at(11, 9), EventKind.RESUMED),
        _closed(_at(12, 16)),
    ),
    _case("丁", _at(9, 10), _event(_at(11, 10), EventKind.EXTENDED, days=3), _closed(_at(16, 10))),
    _case("戊", _at(16, 10), _event(_at(23, 14), EventKind.TRANSFERRED, unit=SECOND), _closed(_at(23, 16))),
    _case("己", _at(18, 10), _closed(_at(18, 15)), _event(_at(24, 9), EventKind.REOPENED), _closed(_at(25, 11))),
    _case("庚", _at(20, 10), _closed(_at(23, 10), "withdrawn")),
    _case("辛", _at(24, 10)),
)  # fmt: skip
"""What each shows: 甲 asked an agency, 丙 waited on the firm, 丁 was extended, 戊 was late and handed over, 己 was
reopened, 庚 was withdrawn, 辛 is open and late."""
