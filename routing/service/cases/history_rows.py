"""A case history as the rows that it becomes: folded, dated and measured before any transaction begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from routing.domain.case import Event, EventKind
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.spells import COLUMNS, Measuring
from routing.service.cases import locked_case
from routing.store.bulk import Row, instant_text, json_text
from routing.store.cases import attached as attached_store
from routing.store.cases.bulk import MESSAGE_ID, NewCase
from routing.store.reporting import queries as report_store

_DIRECTIONS = {
    EventKind.MESSAGE: "in",
    EventKind.REPLIED: "out",
    EventKind.NOTE: "note",
    EventKind.CLOSED: "out",
}
"""Which way an event's words went; those of a wait go to the firm or stay among staff."""
_LONGEST = {"to": 200, "agency": 20, "topic": 40}
_LONGEST_REFERRED = 80
"""Of the agency to which a case was referred, which may be any."""
_OPENED = (
    "number", "opened", "channel", "language", "park", "subject", "alert", "first_contact_at", "received_at", "refs",
    "imported",
)  # fmt: skip
_PROJECTED = (
    "kind", "status", "category", "topic", "unit", "assignee", "waiting_on", "waiting_agency", "consulting", "due_on",
    "promised_on", "closed_at", "outcome", "first_reply_at", "firm_spoke_at", "piece_at", "call_asked_at", "call_when",
    "call_tries", "partner_answered_at", "pending_extension", "extension_refused_to", "merged_into", "watched",
    "snoozed_until", "incident_id", "confidential", "late",
)  # fmt: skip
_projected = itemgetter(*_PROJECTED)
_spell: Callable[[Mapping[str, Any]], Row] = itemgetter(*COLUMNS)
NAMES = (*_OPENED, *_PROJECTED, "version")
"""The columns of a case, in the order of its row."""


def too_long(one: CaseHistory) -> str | None:
    """Why a history cannot be kept as it is, if a field of it is too long."""
    if len(one.opening.topic or "") > 40 or len(one.opening.alert or "") > 20:
        return "欄位 topic 最多 40 字，alert 最多 20 字。"
    for position, event in enumerate(one.events, start=1):
        most_of = {**_LONGEST, "agency": _LONGEST_REFERRED} if event.kind is EventKind.CLOSED else _LONGEST
        long = [name for name in event.data if name in most_of and len(event.data[name] or "") > most_of[name]]
        if long or len(event.by or "") > 200:
            return f"第 {position} 個事件的欄位 {long[0] if long else 'by'} 過長。"
    return None


@dataclass(frozen=True, slots=True)
class Preparing:
    """Makes rows by the calendar and offices that hold now."""

    how: Measuring
    now: datetime
    _now: str | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_now", instant_text(self.now))

    def rows(self, one: CaseHistory) -> NewCase:
        """The rows of a history whose number is new."""
        opening = one.opening
        messages, events = self._events(one)
        spells, case, dates = self.how.measured(opening, one.events, one.states)
        state = locked_case.projection(case, dates or self.how.standing(case, self.now))
        opened = {
            "kind": opening.kind.value, "category": opening.category, "topic": opening.topic, "unit": opening.unit,
            "subject": opening.subject, "firm": {"name": opening.firm_name, "ubn": opening.firm_ubn},
        }  # fmt: skip
        numbers = [event.data.get("doc_no") for event in one.events] + [kept.doc_no for kept in one.attached.letters]
        refs = list(dict.fromkeys(number for number in numbers if number))
        row = (
            opening.number, json_text(opened), opening.channel, opening.language, opening.park, opening.subject[:200],
            opening.alert, instant_text(opening.first_contact_at), instant_text(opening.received_at), _list_text(refs),
            True, *[_plain(value) for value in _projected(state)], len(one.events),
        )  # fmt: skip
        rows = [_spell(spell.__dict__) for spell in spells]
        firm = opening.firm_name, opening.firm_ubn
        beside = attached_store.rows_of(one.attached)
        return NewCase(opening.number, firm, bool(case.consultations), row, messages, events, rows, beside)

    def _events(self, one: CaseHistory) -> tuple[list[Row], list[Row]]:
        """The messages of events that have words, and all events; an event's words stand in its message alone."""
        messages: list[Row] = []
        events: list[Row] = []
        now = self._now
        for seq, event in enumerate(one.events, start=1):
            at, data = instant_text(event.at), event.data
            field_name = report_store.words_field(event.kind)
            text = data.get(field_name)
            if text and event.kind in report_store.WITH_WORDS:
                messages.append((_direction(event), "text", text, at, event.by, *_way(event, one.opening.channel)))
                rest = _data_text(tuple([item for item in data.items() if item[0] != field_name]))
                # So that erasing the words there erases them.
                written = f"{{{MESSAGE_ID}{len(messages)}{', ' if len(rest) > 2 else ''}{rest[1:]}"
            else:
                written = _data_text(tuple(data.items()))
            events.append((seq, at, now, event.kind.value, event.by, written))
        return messages, events


@lru_cache(maxsize=2048)
def _data_text(items: tuple[tuple[str, Any], ...]) -> str:
    """What an event says, as JSON: most say what very many say."""
    return json_text(dict(items))


def _list_text(values: list[Any]) -> str:
    return json_text(values) if values else "[]"


def _direction(event: Event) -> str:
    return _DIRECTIONS.get(event.kind) or ("out" if event.data["on"] == "firm" else "note")


def _way(event: Event, channel: str) -> tuple[str, str | None]:
    return (event.data.get("via") or channel)[:12], (event.data.get("doc_no") or "")[:60] or None


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, list):
        return _list_text(value)
    return value.isoformat() if isinstance(value, date) else value
