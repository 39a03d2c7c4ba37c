"""What the official calendar and the announcements say: single days, closures, and the reading of the published file.

The file is that of 行政院人事行政總處 (data.gov.tw dataset 14718): columns 西元日期,星期,是否放假,備註, where 是否放假
is 2 for a day off and 0 for a day of work.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache
from importlib.resources import files

from knowledge.calendar.weekdays import CHINESE
from knowledge.files import yaml_text
from knowledge.language.text import normalise

COLUMNS = ("西元日期", "星期", "是否放假", "備註")
COUNTIES = (
    *("臺北市", "新北市", "桃園市", "臺中市", "臺南市", "高雄市", "基隆市", "新竹市", "嘉義市", "新竹縣", "苗栗縣"),
    *("彰化縣", "南投縣", "雲林縣", "嘉義縣", "屏東縣", "宜蘭縣", "花蓮縣", "臺東縣", "澎湖縣", "金門縣", "連江縣"),
)
"""The counties and cities whose heads announce closures (天然災害停止上班及上課作業辦法 §9)."""
MOST_BYTES = 1024 * 1024
"""Of a published file; a year takes 8 KiB."""
_YEARS = range(2000, 2200)
_DATE = re.compile(r"(\d{4})[-/]?(\d{1,2})[-/]?(\d{1,2})", re.ASCII)
_LONGEST_NOTE = 200
_SPAN = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")


class CalendarError(ValueError):
    """The calendar cannot be used or read as it is; ``message`` (Traditional Chinese) says where and what to do."""

    code = "calendar_invalid"

    def __init__(
        self, message: str, *, code: str | None = None, line: int | None = None, column: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        if code is not None:
            self.code = code


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """One day as announced: ``off`` or not, with the remark of the published file."""

    date: date
    off: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """A handling office. Closures reach it by its county and, where they name one, its district."""

    id: str
    county: str
    district: str | None = None
    name: str = ""


def formal(place: str) -> str:
    """A place as its office writes it: with 臺, where 台 is written as well."""
    return place.strip().replace("台", "臺")


def same_place(left: str, right: str) -> bool:
    """Whether two names of counties or districts mean the same place (臺 and 台 are both written)."""
    return formal(left) == formal(right)


def find_county(text: str) -> str | None:
    """The county's full name, whether it is written with 臺 or 台; None if there is none of that name."""
    return next((county for county in COUNTIES if same_place(county, text)), None)


@cache
def _districts() -> dict[str, tuple[str, ...]]:
    text = (files("knowledge") / "data" / "offices" / "districts.yaml").read_text("utf-8")
    return {county: tuple(names.split()) for county, names in yaml_text.read(text).items()}


def districts() -> dict[str, tuple[str, ...]]:
    """The districts (鄉鎮市區) of each county, by their full names."""
    return _districts()


def find_district(county: str, text: str) -> str | None:
    """The full name of a district of the county (鄉鎮市區); None if it has none of that name.

    It may be written in simplified characters, with blanks, with the county before it, or without its last character.
    """
    written = normalise(text).replace(" ", "")
    known = {normalise(name): name for name in _districts().get(county, ())}
    short = {name[:-1]: full for name, full in known.items()}
    place = normalise(county)
    said = (written, written.removeprefix(place), written.removeprefix(place[:-1]))
    return next((names[one] for names in (known, short) for one in said if one in names), None)


def parse_part(part: str, sessions: Sequence[tuple[time, time]]) -> tuple[time, time]:
    """The hours a closure takes: ``full``, ``am``, ``pm`` or ``HH:MM-HH:MM``.

    The forenoon ends with the first session and the afternoon begins with the last (24:00 is written as ``time.max``).

    Raises:
        CalendarError: none of the four, or an end not after its beginning.
    """
    if part == "full":
        return time.min, time.max
    if part == "am":
        return time.min, sessions[0][1]
    if part == "pm":
        return sessions[-1][0], time.max
    found = _SPAN.fullmatch(part)
    if found is None:
        raise CalendarError(f"停班範圍「{part}」無法判讀；請填 full、am、pm 或 HH:MM-HH:MM。")
    start, end = (_read_time(text, part) for text in found.groups())
    if end <= start:
        raise CalendarError(f"停班範圍「{part}」的結束時間須晚於開始時間。")
    return start, end


def _read_time(text: str, part: str) -> time:
    hour, minute = (int(number) for number in text.split(":"))
    if (hour, minute) == (24, 0):
        return time.max
    if hour > 23 or minute > 59:
        raise CalendarError(f"停班範圍「{part}」的「{text}」不是有效時間。")
    return time(hour, minute)


@dataclass(frozen=True, slots=True)
class Closure:
    """An announced closure (停止上班) of a county or one of its districts, for a day or a part of it.

    ``part`` is ``full``, ``am``, ``pm`` or ``HH:MM-HH:MM`` in Taipei time; ``source`` is the announcement.
    """

    date: date
    county: str
    district: str | None = None
    part: str = "full"
    source: str = field(default="", compare=False)

    def covers(self, office: Office) -> bool:
        """Whether the office lies in the closed county and, if one is named, district."""
        if not office.county or not same_place(self.county, office.county):
            return False
        return not self.district or same_place(self.district, office.district or "")


def _read_date(text: str, line: int) -> date:
    found = _DATE.fullmatch(text.strip())
    try:
        if found and int(found[1]) in _YEARS:
            return date(*(int(number) for number in found.groups()))
    except ValueError:
        found = None
    raise CalendarError(
        f"第 {line} 行：西元日期「{text[:40]}」不是有效日期；應如 20280103。", line=line, column="西元日期"
    )


def read_row(row: Mapping[str, str], line: int) -> OfficialDay:
    """A day out of the cells of a row by their ``COLUMNS``. Raises CalendarError: names line and column."""
    day = _read_date(row["西元日期"], line)
    weekday = CHINESE[day.weekday()]
    written = row["星期"].strip().removeprefix("星期").removeprefix("週")
    if written != weekday:
        raise CalendarError(
            f"第 {line} 行：{day} 是星期{weekday}，檔案寫「{row['星期'][:40]}」。", line=line, column="星期"
        )
    mark = row["是否放假"].strip()
    note = row["備註"].strip()
    if mark not in {"0", "2"}:
        raise CalendarError(
            f"第 {line} 行：是否放假應為 0（上班）或 2（放假），檔案寫「{mark[:40]}」。", line=line, column="是否放假"
        )
    if mark == "0" and day.weekday() >= 5 and not note:
        # Any words will do: the files say 補行上班, those of 2017 to 2020 調整上班.
        raise CalendarError(
            f"第 {line} 行：{day}（星期{weekday}）標為上班，備註卻未寫明（如「補行上班」）。", line=line, column="備註"
        )
    if "\x00" in note or len(note) > _LONGEST_NOTE:
        raise CalendarError(f"第 {line} 行：備註過長，或含有無法儲存的字元。", line=line, column="備註")
    return OfficialDay(day, mark == "2", note)


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise CalendarError(f"第 1 行：缺少欄位 {'、'.join(missing)}；請匯入人事行政總處公布的辦公日曆表。", line=1)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) < len(header):
                raise CalendarError(
                    f"第 {reader.line_num} 行：只有 {len(cells)} 欄，應有 {len(header)} 欄。", line=reader.line_num
                )
            yield reader.line_num, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise CalendarError(f"第 {reader.line_num} 行：CSV 格式錯誤。", line=reader.line_num) from error


def parse_days(text: str) -> tuple[OfficialDay, ...]:
    """The days of a published file, in order; whole years only.

    A year with days missing is refused: what is not listed would silently become a day of work (an unpublished year
    often shows only its 1 January).

    Raises:
        CalendarError: names the line, or the year and its first missing day.
    """
    days: dict[date, OfficialDay] = {}
    for line, row in _rows(text):
        day = read_row(row, line)
        if day.date in days:
            raise CalendarError(f"第 {line} 行：{day.date} 重複。", line=line)
        days[day.date] = day
    if not days:
        raise CalendarError("檔案沒有任何日期。")
    for year in sorted({day.year for day in days}):
        _check_year(year, days)
    return tuple(days[day] for day in sorted(days))


def _check_year(year: int, days: dict[date, OfficialDay]) -> None:
    length = (date(year, 12, 31) - date(year, 1, 1)).days + 1
    every = [date(year, 1, 1) + timedelta(days=offset) for offset in range(length)]
    missing = [day for day in every if day not in days]
    if missing:
        raise CalendarError(f"{year} 年缺 {len(missing)} 日（自 {missing[0]} 起）；辦公日曆須整年匯入。")
    if all(days[day].off for day in every):
        raise CalendarError(f"{year} 年沒有任何上班日。")


def published(days: Iterable[OfficialDay]) -> str:
    """Days in the form in which they are published, so that each year can be replaced alone."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for day in days:
        writer.writerow((f"{day.date:%Y%m%d}", CHINESE[day.date.weekday()], "2" if day.off else "0", day.note))
    return out.getvalue()


def decode_days(raw: bytes) -> str:
    """The text of a published file: UTF-8 with or without a mark, or Big5 as older years were issued.

    Raises:
        CalendarError: neither, or a file far too large.
    """
    if len(raw) > MOST_BYTES:
        raise CalendarError("檔案超過 1 MB；請匯入人事行政總處公布的辦公日曆表。")
    for encoding in ("utf-8-sig", "cp950"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CalendarError("檔案編碼不是 UTF-8 或 Big5。")
