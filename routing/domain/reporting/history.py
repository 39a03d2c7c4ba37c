"""Case histories: one JSON object a line, in and out (contract §6).

A line is read strictly, because what is imported becomes figures: each refusal names its line and says why.
Whether a history was *lawful* is not asked; a history is what happened.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.calendar.republic import roc_written, western_year
from knowledge.offices.directory import Offices
from knowledge.vocabulary import CASE_CATEGORIES, Channel, Language
from routing.domain import steps
from routing.domain.case import Case, Event, EventKind, Kind, Opening, Outcome, apply, begin, fold
from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.reporting import attached
from routing.domain.reporting.attached import Attached
from routing.domain.reporting.fields import (
    choice,
    day_or_instant,
    instant,
    no_unknown,
    optional_text,
    refuse,
    required,
    text,
)  # fmt: skip
from routing.domain.tax_number import check_ubn

EARLIEST = datetime(2024, 1, 1, tzinfo=TAIPEI)
"""Nothing before this is taken in: the working calendar begins here."""

MOST_CHARACTERS = 4_000_000
"""Of a line; a case with a thousand long messages fits."""

_NUMBER = re.compile(r"[A-Z]{2,4}-([0-9]{3})([0-9]{2})([0-9]{2})-([0-9]{4})")
_JSON = json.JSONEncoder(ensure_ascii=False).encode
_KINDS, _OUTCOMES = frozenset(Kind), frozenset(Outcome)
_FIELDS = frozenset({
    "number", "kind", "category", "topic", "channel", "park", "unit", "language", "firm", "subject",
    "first_contact_at", "received_at", "alert", "confidential", "events", *attached.FIELDS,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWords:
    """The words a history may use. Units and parks are the branch's data.

    ``park`` gives the short name of a park for any of its names, None for a park that is not known.
    """

    units: frozenset[str]
    park: Callable[[str], str | None]
    categories: frozenset[str] = frozenset(CASE_CATEGORIES)
    channels: frozenset[str] = frozenset(Channel)
    languages: frozenset[str] = frozenset(Language)

    @classmethod
    def of(cls, offices: Offices) -> KnownWords:
        """The words of the branch as its data stand."""

        @cache
        def short_name(written: str) -> str | None:
            park = offices.park(written)
            return park.name if park is not None else None

        return cls(units=frozenset(unit.name for unit in offices.units), park=short_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """A case as its opening and its events in order of time."""

    opening: Opening
    events: tuple[Event, ...]
    states: tuple[Case, ...] | None = dataclasses.field(default=None, compare=False, repr=False)
    """The case after each event, where reading it has folded them."""
    attached: Attached = attached.NOTHING

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
        record = read_object(line)
        raw = record.get("number")
        number = raw if isinstance(raw, str) else None
        return _history(record, known, now)
    except Invalid as error:
        return Refusal(line=lineno, reason=error.message, number=number)


def read(lines: Iterable[str], known: KnownWords, now: datetime) -> Iterator[CaseHistory | Refusal | Repeat]:
    """Read a file: empty lines are passed over, a number may come twice only with the same history."""
    seen: dict[str, bytes] = {}

    def earlier(number: str, mark: bytes) -> bytes | None:
        found = seen.setdefault(number, mark)
        return None if found is mark else found

    for lineno, line in enumerate(lines, start=1):
        bare = stripped(line, lineno)
        if bare:
            result = parse_line(bare, lineno, known, now)
            again = None if isinstance(result, Refusal) else said_before(result.number, lineno, digest(result), earlier)
            yield again or result


def stripped(line: str, lineno: int) -> str:
    """The line without the blanks around it, and without what marks the beginning of a file."""
    return line.removeprefix("\ufeff").strip() if lineno == 1 else line.strip()


def said_before(
    number: str, lineno: int, mark: bytes, earlier: Callable[[str, bytes], bytes | None]
) -> Refusal | Repeat | None:
    """What becomes of a line whose number came before in the file; None if it did not.

    ``earlier`` gives the digest that a number had before, or keeps this one.
    """
    before = earlier(number, mark)
    if before is None:
        return None
    if before == mark:
        return Repeat(line=lineno, number=number)
    return Refusal(line=lineno, reason=f"案號 {number} 在本檔中重複，且歷程不同。", number=number)


def digest(history: CaseHistory) -> bytes:
    """Equal for equal histories, however they were spelt; tells a repeated line from a contradicting one.

    It is of all that ``dump`` writes, without the cost of writing it as JSON.
    """
    opening, events = history.opening, history.events
    said = (
        opening.number, opening.kind.value, opening.category, opening.topic, opening.channel, opening.park,
        opening.unit, opening.language, opening.firm_name, opening.firm_ubn, opening.subject,
        opening.first_contact_at.timestamp(), opening.received_at.timestamp(), opening.alert, _confidential(events),
        [_said(written) for event in sorted(events, key=_at) for written in _in_words(event)], history.attached.mark(),
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).digest()


_at = attrgetter("at")


def _said(event: Event) -> tuple[Any, ...]:
    """What ``write`` writes of an event."""
    data, kind = event.data, event.kind
    if kind is EventKind.WAITING and data.get("unit"):
        data = {**data, "agency": data["unit"]}
    said = [(name, data[name]) for name in WORDS[kind] if data.get(name) is not None]
    return event.at.timestamp(), kind.value, event.by, said


def dump(history: CaseHistory) -> str:
    """The canonical line, without a line break: fixed order of keys, times with +08:00, events in order of time.

    Events that histories have no word for (ratings, requests for an extension, …) are left out; whether the case is
    confidential, what emergency it told of, what it was asked and its letters are fields, written where there is any.
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
    record |= history.attached.plain()
    events = sorted(history.events, key=_at)
    record["events"] = [write(written) for event in events for written in _in_words(event)]
    return _JSON(record)


def _in_words(event: Event) -> Sequence[Event]:
    """An event in the words of histories, which know one wait at a time: who is asked during one begins the next."""
    if event.kind is EventKind.CONSULTED:
        at, waiting = replace(event, kind=EventKind.RESUMED, data={}), replace(event, kind=EventKind.WAITING)
        return at, replace(waiting, data={**event.data, "on": "agency"})
    return (event,) if event.kind in WORDS else ()


def _confidential(events: Iterable[Event]) -> bool:
    said = [event for event in events if event.kind is EventKind.CONFIDENTIAL]
    return bool(said and said[-1].data["confidential"])


def read_object(line: str) -> dict[str, Any]:
    """The object of a line."""
    if len(line) > MOST_CHARACTERS:
        refuse(f"超過 {MOST_CHARACTERS:,} 字。")
    try:
        record = _DECODER.decode(line)
    except (ValueError, RecursionError):
        refuse("不是有效的 JSON。")
    if not isinstance(record, dict):
        refuse("每一行必須是一個 JSON 物件。")
    return record


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            refuse(f"同一物件內有重複的欄位「{name[:80]}」。")
        seen.add(name)
    return record


def _no_constant(name: str) -> None:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_constant)


def _history(record: Mapping[str, Any], known: KnownWords, now: datetime) -> CaseHistory:
    if not record.keys() <= _FIELDS:
        no_unknown(record, _FIELDS, where="案件")
    received_at = instant(required(record, "received_at"), "received_at", EARLIEST, now)
    opening = _opening(record, known, received_at, now)
    marks = () if not _flag(record, "confidential") else (_made_confidential(received_at),)
    raw = required(record, "events")
    if not isinstance(raw, list):
        refuse("欄位 events 必須是陣列。")
    reader = Reader(units=known.units, categories=known.categories, earliest=EARLIEST, now=now)
    events, states = reader.read_states(opening, raw)
    bare = record.keys().isdisjoint(attached.FIELDS)
    beside = attached.NOTHING if bare else attached.read(record, received_at, now)
    return CaseHistory(opening=opening, events=marks + events, states=None if marks else states, attached=beside)


def _opening(record: Mapping[str, Any], known: KnownWords, received_at: datetime, now: datetime) -> Opening:
    first_contact = record.get("first_contact_at")
    first_contact_at = (
        received_at if first_contact is None else instant(first_contact, "first_contact_at", EARLIEST, now)
    )
    if first_contact_at > received_at:
        refuse("first_contact_at 晚於 received_at，時間順序不符。")
    park = read_park(record, known)
    name, ubn = read_firm(record)
    return Opening(
        number=read_number(record, received_at),
        kind=Kind(choice(record, "kind", _KINDS)),
        category=choice(record, "category", known.categories),
        topic=optional_text(record, "topic"),
        channel=choice(record, "channel", known.channels),
        park=park,
        unit=choice(record, "unit", known.units),
        language=choice(record, "language", known.languages)
        if record.get("language") is not None
        else Language.ZH_TW.value,
        subject=optional_text(record, "subject") or "",
        first_contact_at=first_contact_at,
        received_at=received_at,
        firm_name=name,
        firm_ubn=ubn,
        alert=optional_text(record, "alert"),
    )


def read_park(record: Mapping[str, Any], known: KnownWords) -> str | None:
    """The park's short name."""
    written = optional_text(record, "park")
    park = None if written is None else known.park(written)
    if park is None and written is not None:
        refuse(f"園區「{written}」不在園區名單內。")
    return park


def read_number(record: Mapping[str, Any], received_at: datetime) -> str:
    """The number, which holds the day on which the case was received."""
    number = text(required(record, "number"), "number")
    parts = _NUMBER.fullmatch(number)
    if parts is None or parts[4] == "0000":
        refuse(f"案號「{number}」格式不符；應為「機關代碼-民國年月日-流水號」，例如 KP-1140103-0001。")
    year, month, day = (int(part) for part in parts.groups()[:3])
    received_on = received_at.astimezone(TAIPEI).date()
    if (western_year(year), month, day) != (received_on.year, received_on.month, received_on.day):
        refuse(f"案號「{number}」的日期與受理日 {roc_written(received_on)} 不符。")
    return number


def read_firm(record: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The firm's name and 統一編號."""
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
    EventKind.CLOSED: ("outcome", "summary", "reason", "into", "agency", "consultation", "extension"),
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
_KIND_OF = {kind.value: kind for kind in WORDS}
_ALLOWED = {kind: frozenset({"at", "event", "by", *fields}) for kind, fields in WORDS.items()}
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
    data = dict(event.data)
    if event.kind is EventKind.WAITING and data.get("unit"):
        # A unit that is consulted stands where an agency does.
        data["agency"] = data["unit"]
    for field in WORDS[event.kind]:
        if data.get(field) is not None:
            record[field] = data[field]
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
        return self.read_states(opening, records)[0]

    def read_states(self, opening: Opening, records: Sequence[Any]) -> tuple[tuple[Event, ...], tuple[Case, ...]]:
        """As ``read``, with the case after each event."""
        case = begin(opening)
        last = opening.received_at
        events, states = [], []
        for position, record in enumerate(records, start=1):
            event = self._event(record, position)
            if event.at < last:
                refuse(f"第 {position} 個事件的時間「{record['at']}」早於前一事件或受理時間，時間順序不符。")
            if event.kind is EventKind.CLOSED:
                _fits(opening.number, event, position)
            case = _step(case, event, position)
            last = event.at
            events.append(event)
            states.append(case)
        return tuple(events), tuple(states)

    def _event(self, record: Any, position: int) -> Event:
        if not isinstance(record, dict):
            refuse(f"第 {position} 個事件必須是物件。")
        word = record.get("event")
        kind = _KIND_OF.get(word) if type(word) is str else None
        if kind is None:
            word = text(required(record, "event"), "event")
            refuse(f"第 {position} 個事件「{word}」是未知的事件。")
        fields = _with_to_read(kind, record) if kind in _TO_MEANS else record
        if not fields.keys() <= _ALLOWED[kind]:
            no_unknown(fields, _ALLOWED[kind], where=f"第 {position} 個事件（{word}）")
        needed = _NEEDED.get(kind)
        if needed is not None:
            required(fields, needed)
        if kind is EventKind.ASSIGNED and "to" not in fields:
            refuse(f"第 {position} 個事件（assigned）缺少必要的欄位 to。")
        if kind is EventKind.TRANSFERRED and fields.get("unit") is None and fields.get("agency") is None:
            refuse(f"第 {position} 個事件（transferred）缺少必要的欄位 unit。")
        data = {name: self._value(name, fields) for name in WORDS[kind] if name in fields and fields[name] is not None}
        if kind is EventKind.WAITING and data["on"] == "agency" and data.get("agency") in self.units:
            data["unit"] = data.pop("agency")
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


def _other_number(written: str) -> str:
    if _NUMBER.fullmatch(written) is None:
        refuse(f"欄位 into 的案號「{written}」格式不符；例如 KP-1140103-0001。")
    return written


_ENDINGS = {"into": Outcome.DUPLICATE, "agency": Outcome.REFERRED}
"""Fields of a close that belong to one outcome."""


def _fits(number: str, event: Event, position: int) -> None:
    """Refuse a close that names what its outcome does not have, or merges a case into itself."""
    for field, outcome in _ENDINGS.items():
        if field in event.data and event.data["outcome"] != outcome:
            refuse(f"第 {position} 個事件（closed）：欄位 {field} 只用於 outcome 為 {outcome.value} 的辦結。")
    if event.data.get("into") == number:
        refuse(f"第 {position} 個事件（closed）：案件不能併入自己。")


_CHECKS: dict[str, Callable[[Reader, Mapping[str, Any]], Any]] = {
    "unit": _unit,
    "category": lambda reader, record: choice(record, "category", reader.categories),
    "filed_at": _filed_at,
    "days": _days,
    "on": lambda _reader, record: choice(record, "on", ("firm", "agency")),
    "kind": lambda _reader, record: choice(record, "kind", _KINDS),
    "outcome": lambda _reader, record: choice(record, "outcome", _OUTCOMES),
    "until": lambda _reader, record: day_or_instant(record["until"], "until"),
    "into": lambda _reader, record: _other_number(text(record["into"], "into")),
    "consultation": lambda _reader, record: choice(record, "consultation", steps.CONSULTATION_ENDS),
    "extension": lambda _reader, record: choice(record, "extension", steps.EXTENSION_ENDS),
}
