"""Case histories: one JSON object a line, in and out (contract §6).

A line is read strictly, because what is imported becomes figures: each refusal names its line and says why.
Whether a history was *lawful* is not asked; a history is what happened.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from knowledge.calendar import TAIPEI
from knowledge.offices import CATEGORIES, Offices
from routing.domain.case import Case, Event, EventKind, Kind, Opening, fold
from routing.domain.errors import Invalid
from routing.domain.reporting import history_events
from routing.domain.reporting.history_fields import (
    choice,
    instant,
    no_unknown,
    optional_text,
    refuse,
    required,
    text,
)
from routing.domain.tax_number import check_ubn

EARLIEST = datetime(2024, 1, 1, tzinfo=TAIPEI)
"""Nothing before this is taken in: the working calendar begins here."""

MOST_CHARACTERS = 4_000_000
"""Of a line; a case with a thousand long messages fits."""

CHANNELS = frozenset({"line", "phone", "counter", "letter", "email", "web", "visit", "hotline"})
LANGUAGES = frozenset({"zh-TW", "zh-CN", "en", "ja"})

_NUMBER = re.compile(r"[A-Z]{2,4}-([0-9]{3})([0-9]{2})([0-9]{2})-([0-9]{4})")
_FIELDS = (
    "number",
    "kind",
    "category",
    "topic",
    "channel",
    "park",
    "unit",
    "language",
    "firm",
    "subject",
    "first_contact_at",
    "received_at",
    "alert",
    "confidential",
    "events",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWords:
    """The words a history may use. Units and parks are the branch's data.

    ``park`` gives the short name of a park for any of its names, None for a park that is not known.
    """

    units: frozenset[str]
    park: Callable[[str], str | None]
    categories: frozenset[str] = frozenset(CATEGORIES)
    channels: frozenset[str] = CHANNELS
    languages: frozenset[str] = LANGUAGES

    @classmethod
    def of(cls, offices: Offices) -> KnownWords:
        """The words of the branch as its data stand."""

        def short_name(written: str) -> str | None:
            park = offices.park(written)
            return park.name if park is not None else None

        return cls(units=frozenset(unit.name for unit in offices.units), park=short_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """A case as its opening and its events in order of time."""

    opening: Opening
    events: tuple[Event, ...]

    @property
    def number(self) -> str:
        """服務案號."""
        return self.opening.number

    def case(self) -> Case:
        """The case as it stands after all its events."""
        return fold(self.opening, self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A line that was not taken in, and why, in Traditional Chinese."""

    line: int
    reason: str
    number: str | None = None

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A line that says the same as an earlier line of the file; it is skipped."""

    line: int
    number: str


def parse_line(line: str, lineno: int, known: KnownWords, now: datetime) -> CaseHistory | Refusal:
    """Read one line.

    Args:
        line: one JSON object.
        lineno: its place in the file, from 1, for the refusal.
        known: the units, parks and other words that are allowed.
        now: aware; times after it are refused.

    Returns:
        The history, or the refusal with line number and reason. Never raises for what the line contains.
    """
    number: str | None = None
    try:
        record = _object(line)
        raw = record.get("number")
        number = raw if isinstance(raw, str) else None
        return _history(record, known, now)
    except Invalid as error:
        return Refusal(line=lineno, reason=error.message, number=number)


def read(lines: Iterable[str], known: KnownWords, now: datetime) -> Iterator[CaseHistory | Refusal | Repeat]:
    """Read a file: empty lines are passed over, a number may come twice only with the same history."""
    seen: dict[str, bytes] = {}
    for lineno, line in enumerate(lines, start=1):
        bare = line.removeprefix("\ufeff").strip() if lineno == 1 else line.strip()
        if not bare:
            continue
        result = parse_line(bare, lineno, known, now)
        if isinstance(result, Refusal):
            yield result
            continue
        mark = digest(result)
        earlier = seen.setdefault(result.number, mark)
        if earlier is mark:
            yield result
        elif earlier == mark:
            yield Repeat(line=lineno, number=result.number)
        else:
            yield Refusal(line=lineno, reason=f"案號 {result.number} 在本檔中重複，且歷程不同。", number=result.number)


def digest(history: CaseHistory) -> bytes:
    """Equal for equal histories, however they were spelt; tells a repeated line from a contradicting one."""
    return hashlib.sha256(dump(history).encode()).digest()


def dump(history: CaseHistory) -> str:
    """The canonical line, without a line break: fixed order of keys, times with +08:00, events in order of time.

    Events that histories have no word for (ratings, requests for an extension, …) are left out; whether the case is
    confidential and what emergency it told of are kept as fields, written only where they say something.
    """
    opening = history.opening
    record: dict[str, Any] = {
        "number": opening.number,
        "kind": opening.kind.value,
        "category": opening.category,
        "topic": opening.topic,
        "channel": opening.channel,
        "park": opening.park,
        "unit": opening.unit,
        "language": opening.language,
        "firm": {"name": opening.firm_name, "ubn": opening.firm_ubn},
        "subject": opening.subject,
        "first_contact_at": opening.first_contact_at.astimezone(TAIPEI).isoformat(),
        "received_at": opening.received_at.astimezone(TAIPEI).isoformat(),
    }
    if opening.alert is not None:
        record["alert"] = opening.alert
    if _confidential(history.events):
        record["confidential"] = True
    events = sorted(history.events, key=lambda event: event.at)
    record["events"] = [history_events.write(event) for event in events if event.kind in history_events.WORDS]
    return json.dumps(record, ensure_ascii=False)


def _confidential(events: Iterable[Event]) -> bool:
    said = [event for event in events if event.kind is EventKind.CONFIDENTIAL]
    return bool(said and said[-1].data["confidential"])


def _object(line: str) -> dict[str, Any]:
    if len(line) > MOST_CHARACTERS:
        refuse(f"超過 {MOST_CHARACTERS:,} 字。")
    try:
        record = json.loads(line, object_pairs_hook=_pairs, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        refuse("不是有效的 JSON。")
    if not isinstance(record, dict):
        refuse("每一行必須是一個 JSON 物件。")
    return record


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in pairs:
        if name in record:
            refuse(f"同一物件內有重複的欄位「{name[:80]}」。")
        record[name] = value
    return record


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _history(record: Mapping[str, Any], known: KnownWords, now: datetime) -> CaseHistory:
    no_unknown(record, _FIELDS, where="案件")
    received_at = instant(required(record, "received_at"), "received_at", EARLIEST, now)
    opening = _opening(record, known, received_at, now)
    marks = () if not _flag(record, "confidential") else (_made_confidential(received_at),)
    raw = required(record, "events")
    if not isinstance(raw, list):
        refuse("欄位 events 必須是陣列。")
    reader = history_events.Reader(units=known.units, categories=known.categories, earliest=EARLIEST, now=now)
    return CaseHistory(opening=opening, events=marks + reader.read(opening, raw))


def _opening(record: Mapping[str, Any], known: KnownWords, received_at: datetime, now: datetime) -> Opening:
    first_contact = record.get("first_contact_at")
    first_contact_at = (
        received_at if first_contact is None else instant(first_contact, "first_contact_at", EARLIEST, now)
    )
    if first_contact_at > received_at:
        refuse("first_contact_at 晚於 received_at，時間順序不符。")
    written = optional_text(record, "park")
    park = None if written is None else known.park(written)
    if park is None and written is not None:
        refuse(f"園區「{written}」不在園區名單內。")
    name, ubn = _firm(record)
    return Opening(
        number=_number(record, received_at),
        kind=Kind(choice(record, "kind", frozenset(Kind))),
        category=choice(record, "category", known.categories),
        topic=optional_text(record, "topic"),
        channel=choice(record, "channel", known.channels),
        park=park,
        unit=choice(record, "unit", known.units),
        language=choice(record, "language", known.languages) if record.get("language") is not None else "zh-TW",
        subject=optional_text(record, "subject") or "",
        first_contact_at=first_contact_at,
        received_at=received_at,
        firm_name=name,
        firm_ubn=ubn,
        alert=optional_text(record, "alert"),
    )


def _number(record: Mapping[str, Any], received_at: datetime) -> str:
    number = text(required(record, "number"), "number")
    parts = _NUMBER.fullmatch(number)
    if parts is None or parts[4] == "0000":
        refuse(f"案號「{number}」格式不符；應為「機關代碼-民國年月日-流水號」，例如 KP-1140103-0001。")
    year, month, day = (int(part) for part in parts.groups()[:3])
    received_on = received_at.astimezone(TAIPEI).date()
    if (year + 1911, month, day) != (received_on.year, received_on.month, received_on.day):
        refuse(f"案號「{number}」的日期與受理日 {_republic(received_on)} 不符。")
    return number


def _republic(day: date) -> str:
    return f"{day.year - 1911} 年 {day.month} 月 {day.day} 日"


def _firm(record: Mapping[str, Any]) -> tuple[str | None, str | None]:
    firm = record.get("firm")
    if firm is None:
        return None, None
    if not isinstance(firm, dict):
        refuse("欄位 firm 必須是物件。")
    no_unknown(firm, ("name", "ubn"), where="firm")
    name, ubn = optional_text(firm, "name"), optional_text(firm, "ubn")
    try:
        return name, None if ubn is None else check_ubn(ubn, field="firm.ubn")
    except Invalid as error:
        refuse(f"欄位 firm.ubn：{error.message}")


def _flag(record: Mapping[str, Any], field: str) -> bool:
    value = record.get(field, False)
    if not isinstance(value, bool):
        refuse(f"欄位 {field} 必須是 true 或 false。")
    return value


def _made_confidential(at: datetime) -> Event:
    return Event(at=at.astimezone(UTC), kind=EventKind.CONFIDENTIAL, data={"confidential": True})
