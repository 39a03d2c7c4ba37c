"""The events of a case history: which words there are, which fields each may carry, and in what order they may come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.calendar import TAIPEI
from routing.domain import steps
from routing.domain.case import Case, Event, EventKind, Kind, Opening, Outcome, apply, begin
from routing.domain.errors import StepNotAllowed
from routing.domain.reporting.history_fields import choice, day_or_instant, instant, no_unknown, refuse, required, text

WORDS: dict[EventKind, tuple[str, ...]] = {
    EventKind.ASSIGNED: ("to", "unit", "reason"),
    EventKind.MESSAGE: ("via", "text", "doc_no"),
    EventKind.REPLIED: ("via", "text", "doc_no"),
    EventKind.NOTE: ("text",),
    EventKind.WAITING: ("on", "agency", "until", "reason", "message"),
    EventKind.RESUMED: ("reason",),
    EventKind.EXTENDED: ("days", "reason", "approved_by"),
    EventKind.CATEGORY: ("category", "topic", "unit", "reason"),
    EventKind.KIND: ("kind", "filed_at", "reason"),
    EventKind.TRANSFERRED: ("unit", "agency", "reason"),
    EventKind.CLOSED: ("outcome", "summary", "reason"),
    EventKind.REOPENED: ("reason",),
}
"""The twelve events of contract §6 and the fields of each beside ``at``, ``event`` and ``by``, in the order written."""

_NEEDED = {
    EventKind.WAITING: "on",
    EventKind.EXTENDED: "days",
    EventKind.CATEGORY: "category",
    EventKind.KIND: "kind",
    EventKind.CLOSED: "outcome",
}
_TO_MEANS = {EventKind.TRANSFERRED: "unit", EventKind.CATEGORY: "category", EventKind.KIND: "kind"}
"""``assigned`` says ``to``; whoever writes ``to`` for these as well means this field."""

MOST_DAYS = 366
"""An extension of more days than a year has is a slip."""


def write(event: Event) -> dict[str, Any]:
    """The event as JSON, in canonical order; fields without a value are left out, except to whom it was assigned."""
    record: dict[str, Any] = {"at": event.at.astimezone(TAIPEI).isoformat(), "event": event.kind.value}
    if event.kind is EventKind.ASSIGNED:
        record["to"] = event.data.get("to")
    if event.by is not None:
        record["by"] = event.by
    for field in WORDS[event.kind]:
        if event.data.get(field) is not None:
            record[field] = event.data[field]
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the events of one history; ``now`` and ``earliest`` bound their times."""

    units: frozenset[str]
    categories: frozenset[str]
    earliest: datetime
    now: datetime

    def read(self, opening: Opening, records: Sequence[Any]) -> tuple[Event, ...]:
        """All events, each allowed by the state that the ones before it made.

        Raises:
            Invalid: with the reason, for the first event that cannot be used.
        """
        case = begin(opening)
        last = opening.received_at
        events = []
        for position, record in enumerate(records, start=1):
            event = self._event(record, f"第 {position} 個事件")
            if event.at < last:
                refuse(f"第 {position} 個事件的時間「{record['at']}」早於前一事件或受理時間，時間順序不符。")
            case = _step(case, event, position)
            last = event.at
            events.append(event)
        return tuple(events)

    def _event(self, record: Any, where: str) -> Event:
        if not isinstance(record, dict):
            refuse(f"{where}必須是物件。")
        word = text(required(record, "event"), "event")
        if word not in WORDS:
            refuse(f"{where}「{word}」是未知的事件。")
        kind = EventKind(word)
        fields = _with_to_read(kind, record)
        no_unknown(fields, ("at", "event", "by", *WORDS[kind]), where=f"{where}（{word}）")
        if kind in _NEEDED:
            required(fields, _NEEDED[kind])
        if kind is EventKind.ASSIGNED and "to" not in fields:
            refuse(f"{where}（assigned）缺少必要的欄位 to。")
        if kind is EventKind.TRANSFERRED and fields.get("unit") is None and fields.get("agency") is None:
            refuse(f"{where}（transferred）缺少必要的欄位 unit。")
        data = {name: self._value(name, fields) for name in WORDS[kind] if fields.get(name) is not None}
        by = fields.get("by")
        return Event(
            at=instant(required(fields, "at"), "at", self.earliest, self.now),
            kind=kind,
            by=None if by is None else text(by, "by"),
            data=data,
        )

    def _value(self, field: str, record: Mapping[str, Any]) -> Any:
        check = _CHECKS.get(field)
        return text(record[field], field) if check is None else check(self, record)


def _with_to_read(kind: EventKind, record: Mapping[str, Any]) -> Mapping[str, Any]:
    meant = _TO_MEANS.get(kind)
    if meant is None or "to" not in record or meant in record:
        return record
    return {meant if field == "to" else field: value for field, value in record.items()}


def _step(case: Case, event: Event, position: int) -> Case:
    try:
        steps.check(case, event.kind)
    except StepNotAllowed as error:
        refuse(f"第 {position} 個事件（{event.kind.value}）：{error.message}")
    return apply(case, event)


def _unit(reader: Reader, record: Mapping[str, Any]) -> str:
    unit = text(record["unit"], "unit")
    if unit not in reader.units:
        refuse(f"單位「{unit}」不在單位名單內。")
    return unit


def _filed_at(reader: Reader, record: Mapping[str, Any]) -> str:
    filed = instant(record["filed_at"], "filed_at", reader.earliest, reader.now)
    return filed.astimezone(TAIPEI).isoformat()


def _days(_reader: Reader, record: Mapping[str, Any]) -> int:
    days = record["days"]
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        refuse(f"欄位 days 必須是 1 到 {MOST_DAYS} 的整數。")
    return days


_CHECKS: dict[str, Callable[[Reader, Mapping[str, Any]], Any]] = {
    "unit": _unit,
    "category": lambda reader, record: choice(record, "category", reader.categories),
    "filed_at": _filed_at,
    "days": _days,
    "on": lambda _reader, record: choice(record, "on", ("firm", "agency")),
    "kind": lambda _reader, record: choice(record, "kind", frozenset(Kind)),
    "outcome": lambda _reader, record: choice(record, "outcome", frozenset(Outcome)),
    "until": lambda _reader, record: day_or_instant(record["until"], "until"),
}
