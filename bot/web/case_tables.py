"""Cases in a table as an office keeps them: which column says what, told by a mapping file.

Each row becomes a history of contract §6 and goes through the same checks as a line of one. What is said here are only
the slips of the table itself: a day nobody can read, a word the mapping does not know, each by its cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from bot.web.sheets import Cell, Line, headed, shown
from knowledge.calendar.office_calendar import TAIPEI
from knowledge.calendar.republic import read_moment, roc_digits
from knowledge.files import yaml_text
from knowledge.files.yaml_text import YamlRefusedError
from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.domain.reporting.history import WORDS, Refusal

_TOP = ("columns", "values", "defaults", "events", "times", "repeat", "agency")
_TEXTS = ("number", "kind", "category", "topic", "channel", "park", "unit", "language", "subject", "alert")
_FIRM = {"firm": "name", "ubn": "ubn"}
_INSTANTS = ("received_at", "first_contact_at")
_COLUMNS = (*_TEXTS, *_FIRM, *_INSTANTS, "confidential")
_NEEDED = ("kind", "category", "channel", "unit", "received_at")
_TIMES = {"received_at": "09:00", "first_contact_at": "09:00"}
_EVENT_TIME = "12:00"
_LAST_TIME = "17:00"
_SAID = {"park": "園區「", "number": "案號「", "unit": "欄位 unit", "ubn": "firm.ubn"}
"""How a refusal names a field other than by its name."""
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Dated:
    """Columns of which an event is made, where the column ``at`` of a row holds a day.

    ``fields``: of the event, each with its column; ``same``: what the event says in every row.
    """

    event: str
    at: str
    fields: Mapping[str, str]
    same: Mapping[str, Any]
    usual: time


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMapping:
    """What a mapping file says, checked."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, Any]
    events: Sequence[Dated]
    times: Mapping[str, time]
    repeat: frozenset[str]
    agency: str | None


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be used; ``cell`` as the spreadsheet names it."""

    row: int
    cell: str
    heading: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.row} 列 {self.cell}「{self.heading}」：{self.message}"


@dataclass(slots=True)
class Converted:
    """Lines of histories by the rows they stand in (an empty one for a row that is none), and the cells refused."""

    lines: list[str] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)
    unfinished: dict[int, str] = field(default_factory=dict)
    """Rows with refused cells, as far as they could be read: their other cells are looked at too."""
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of each field of a case, the letter and the heading of its column."""

    def located(self, refusal: Refusal) -> BadCell | None:
        """The cell that a refusal of the history that a row became is about, where it names a field."""
        for name, (letter, heading) in self.columns.items():
            named = _SAID.get(name, f"欄位 {name}")
            if named in refusal.reason:
                return BadCell(refusal.line, f"{letter}{refusal.line}", heading, refusal.reason)
        return None

    def in_words(self, refusal: Refusal) -> str:
        """A refusal with its cell, or its row alone."""
        return str(self.located(refusal) or f"第 {refusal.line} 列：{refusal.reason}")


def read_mapping(text: str, name: str) -> CaseMapping:
    """The mapping of a YAML file.

    Raises:
        Invalid: it is no YAML or says what mappings do not have; names file and field (``mapping_invalid``).
    """
    try:
        raw = yaml_text.read(text)
    except YamlRefusedError as error:
        raise _wrong(name, error.slips[0].field, error.slips[0].message) from None
    return _MappingReader(name).mapping(raw)


def _wrong(file: str, place: str, message: str) -> Invalid:
    return Invalid(f"{file}：{place}：{message}", field=place, code="mapping_invalid")


class _MappingReader:
    """Reads one file; each refusal names file and field."""

    def __init__(self, file: str) -> None:
        self._file = file

    def mapping(self, raw: Any) -> CaseMapping:
        top = self._table(raw, "-")
        self._known(top, _TOP, "-")
        columns = self._texts(top.get("columns"), "columns")
        self._known(columns, _COLUMNS, "columns")
        values = {
            name: self._texts(known, f"values.{name}")
            for name, known in self._table(top.get("values") or {}, "values").items()
        }
        defaults = self._table(top.get("defaults") or {}, "defaults")
        self._known(defaults, _COLUMNS, "defaults")
        for name in _NEEDED:
            if name not in columns and name not in defaults:
                raise _wrong(self._file, "columns", f"缺少必要的欄位 {name}；請對照一欄，或在 defaults 給一個值")
        agency = top.get("agency")
        if "number" not in columns and not (isinstance(agency, str) and re.fullmatch("[A-Z]{2,4}", agency)):
            raise _wrong(self._file, "agency", "沒有案號欄時，請給二至四個大寫字母，案號依受理日與列序編定")
        given = self._texts(top.get("times") or {}, "times")
        self._known(given, (*_INSTANTS, *WORDS), "times")
        times = {
            name: self._time(given.get(name, _TIMES.get(name, "")), f"times.{name}") for name in {**_TIMES, **given}
        }
        repeat = top.get("repeat") or []
        if not isinstance(repeat, list) or any(not isinstance(one, str) for one in repeat):
            raise _wrong(self._file, "repeat", "必須是表頭名稱的清單")
        listed = top.get("events") or []
        if not isinstance(listed, list):
            raise _wrong(self._file, "events", "必須是清單")
        return CaseMapping(
            columns=columns, values=values, defaults=defaults, times=times, repeat=frozenset(map(_squeezed, repeat)),
            events=[self._event(one, f"events[{place}]", times) for place, one in enumerate(listed, start=1)],
            agency=agency if isinstance(agency, str) else None,
        )  # fmt: skip

    def _event(self, raw: Any, place: str, times: Mapping[str, time]) -> Dated:
        table = self._table(raw, place)
        word, at = table.get("event"), table.get("at")
        if word not in WORDS:
            raise _wrong(self._file, f"{place}.event", f"「{word}」是未知的事件；可用：{'、'.join(WORDS)}")
        if not isinstance(at, str):
            raise _wrong(self._file, f"{place}.at", "請給日期所在的表頭")
        kind = EventKind(word)
        same = self._table(table.get("same") or {}, f"{place}.same")
        fields = {name: value for name, value in table.items() if name not in ("event", "at", "same")}
        for named, where in ((fields, place), (same, f"{place}.same")):
            self._known(named, ("by", *WORDS[kind]), where)
        usual = times.get(word) or self._time(_LAST_TIME if kind is EventKind.CLOSED else _EVENT_TIME, place)
        return Dated(word, at, self._texts(fields, place), same, usual)

    def _table(self, raw: Any, place: str) -> Mapping[str, Any]:
        if not isinstance(raw, dict):
            raise _wrong(self._file, place, "必須是「名稱: 值」的對照")
        return raw

    def _texts(self, raw: Any, place: str) -> dict[str, str]:
        return {str(name): str(value) for name, value in self._table(raw, place).items()}

    def _known(self, table: Mapping[str, Any], names: Sequence[str], place: str) -> None:
        for name in table:
            if name not in names:
                raise _wrong(self._file, place, f"沒有「{name}」這一項；可用：{'、'.join(names)}")

    def _time(self, written: str, place: str) -> time:
        found = _TIME.fullmatch(written)
        if found is None:
            raise _wrong(self._file, place, f"時刻「{written}」請寫如 09:00")
        return time(int(found[1]), int(found[2]), tzinfo=TAIPEI)


def _squeezed(heading: object) -> str:
    """A heading without blanks and line breaks, which tables have for looks."""
    return _SPACES.sub("", str(heading))


def letter_of(place: int) -> str:
    """A column as a spreadsheet names it; ``place`` from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def convert(lines: Sequence[Line], mapping: CaseMapping) -> Converted:
    """The rows of a table as lines of histories.

    Raises:
        Invalid: a column that the mapping names is not in the table (``mapping_invalid``).
    """
    head, rows = headed(lines)
    return _Converter(head, mapping).convert(rows)


class _Converter:
    """One table; ``_serials`` numbers the cases of each day where the table has no numbers of its own."""

    def __init__(self, head: Line, mapping: CaseMapping) -> None:
        self._mapping = mapping
        self._places: dict[str, int] = {}
        for place, cell in enumerate(head.cells):
            self._places.setdefault(_squeezed(shown(cell)), place)
        wanted = [*mapping.columns.values(), *mapping.repeat]
        for dated in mapping.events:
            wanted += [dated.at, *dated.fields.values()]
        missing = [one for one in dict.fromkeys(wanted) if _squeezed(one) not in self._places]
        if missing:
            there = "、".join(shown(cell) for cell in head.cells if cell not in (None, ""))
            raise Invalid(
                f"表格沒有「{'」、「'.join(missing)}」這些表頭；第 {head.number} 列有：{there}。",
                field="columns", code="mapping_invalid",
            )  # fmt: skip
        self._above: dict[int, Cell] = {}
        self._serials: dict[str, int] = {}
        self._made = Converted(columns={
            name: (letter_of(self._places[_squeezed(heading)]), heading) for name, heading in mapping.columns.items()
        })  # fmt: skip
        self._row = 0
        self._cells: Sequence[Cell] = ()

    def convert(self, rows: Sequence[Line]) -> Converted:
        """Every row, those that are refused as empty lines."""
        repeated = {self._places[name] for name in self._mapping.repeat}
        for row in rows:
            cells = list(row.cells) + [None] * (len(self._places) - len(row.cells))
            for place in repeated:
                if cells[place] in (None, ""):
                    cells[place] = self._above.get(place)
                self._above[place] = cells[place]
            self._row, self._cells = row.number, cells
            before = len(self._made.bad)
            record = self._record()
            self._made.lines += [""] * (row.number - 1 - len(self._made.lines))
            good, line = len(self._made.bad) == before, json.dumps(record, ensure_ascii=False)
            self._made.lines.append(line if good else "")
            if not good:
                self._made.unfinished[row.number] = line
        return self._made

    def _record(self) -> dict[str, Any]:
        mapping = self._mapping
        record: dict[str, Any] = {**mapping.defaults}
        for name in _TEXTS:
            if name in mapping.columns and (written := self._word(name, mapping.columns[name])) is not None:
                record[name] = written
        firm = {
            into: written
            for name, into in _FIRM.items()
            if (written := self._word(name, mapping.columns[name]) if name in mapping.columns else record.get(name))
        }
        for name in _FIRM:
            record.pop(name, None)
        record["firm"] = {"name": None, "ubn": None, **firm}
        for name in _INSTANTS:
            if name in mapping.columns and (moment := self._moment(mapping.columns[name], mapping.times[name])):
                record[name] = moment.isoformat()
        if "confidential" in mapping.columns:
            record["confidential"] = self._word("confidential", mapping.columns["confidential"]) in ("true", "是", "密")
        record["events"] = self._events()
        if "number" not in record and "received_at" in record:
            record["number"] = self._number(datetime.fromisoformat(record["received_at"]).date())
        return record

    def _number(self, day: date) -> str:
        key = roc_digits(day)
        self._serials[key] = self._serials.get(key, 0) + 1
        return f"{self._mapping.agency}-{key}-{self._serials[key]:04d}"

    def _events(self) -> list[dict[str, Any]]:
        found: list[tuple[datetime, dict[str, Any]]] = []
        for dated in self._mapping.events:
            at = self._moment(dated.at, dated.usual)
            if at is None:
                continue
            event: dict[str, Any] = {"at": at.isoformat(), "event": dated.event, **dated.same}
            for name, heading in dated.fields.items():
                written = self._word(name, heading)
                if name == "days" and written is not None:
                    event[name] = self._days(heading, written)
                elif written is not None:
                    event[name] = written
            if dated.event == EventKind.ASSIGNED:
                event.setdefault("to", None)
            found.append((at, event))
        return [event for _, event in sorted(found, key=lambda one: one[0])]

    def _days(self, heading: str, written: str) -> int | None:
        if not written.isdecimal():
            self._bad(heading, f"「{written}」不是天數")
            return None
        return int(written)

    def _cell(self, heading: str) -> Cell:
        return self._cells[self._places[_squeezed(heading)]]

    def _word(self, name: str, heading: str) -> str | None:
        """What a cell says, in the words of histories; None where it is empty."""
        written = shown(self._cell(heading)).strip()
        if not written:
            return None
        known = self._mapping.values.get(name)
        if known is None:
            return written
        if written not in known and written not in known.values():
            self._bad(heading, f"「{written}」不在 values.{name} 的對照內")
        return known.get(written, written)

    def _moment(self, heading: str, usual: time) -> datetime | None:
        """The instant of a cell; a day alone is taken at the usual time."""
        cell = self._cell(heading)
        if isinstance(cell, datetime):
            return cell if cell.tzinfo is not None else cell.replace(tzinfo=TAIPEI)
        if isinstance(cell, date):
            return datetime.combine(cell, usual)
        written = shown(cell).strip()
        if not written:
            return None
        found = read_moment(written)
        if found is None:
            self._bad(heading, f"日期「{written}」無法判讀；請寫如 115.1.5、115年1月5日 14:30 或 2026-01-05")
            return None
        day, moment = found
        return datetime.combine(day, usual if moment is None else moment.replace(tzinfo=TAIPEI))

    def _bad(self, heading: str, message: str) -> None:
        place = self._places[_squeezed(heading)]
        self._made.bad.append(BadCell(self._row, f"{letter_of(place)}{self._row}", heading, message))
