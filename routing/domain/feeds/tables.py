"""Rows of a source, by our names for its fields: CSV or JSON, with every disguise that public files wear."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.calendar.republic import western_year
from knowledge.feeds import Fields
from routing.domain.errors import FeedError

Row = Mapping[str, str]

MOST_ROWS = 200_000
_LONGEST_CELL = 4000
_BLANK = frozenset({"", "null", "none", "nan", "無", "-", "[]", "n/a"})
_YEARS = range(2000, 2200)


def decoded(body: bytes) -> str:
    """The text of a file in UTF-8, with or without a mark, or in Big5. Raises FeedError: neither."""
    for encoding in ("utf-8-sig", "cp950"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FeedError("內容的編碼不是 UTF-8 或 Big5。", code="feed_unreadable")


def csv_rows(text: str, fields: Fields) -> list[Row]:
    """The rows of a CSV. Raises FeedError where a required column is missing."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [cell.strip().removeprefix("\ufeff") for cell in next(reader, [])]
        columns = _columns(header, fields)
        rows: list[Row] = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append({name: bare(cells[at]) if at < len(cells) else "" for name, at in columns.items()})
            if len(rows) > MOST_ROWS:
                raise FeedError("內容的筆數過多。", code="feed_too_large")
    except csv.Error:
        raise FeedError("CSV 格式錯誤。", code="feed_unreadable") from None
    return rows


def json_list(text: str) -> list[Any]:
    """A JSON list. Raises FeedError: something else, such as a page or a word of warning with status 200."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedError("內容不是 JSON。", code="feed_unreadable") from None
    if not isinstance(value, list):
        raise FeedError("內容不是清單；可能是登入提示或錯誤訊息。", code="feed_unreadable")
    if len(value) > MOST_ROWS:
        raise FeedError("內容的筆數過多。", code="feed_too_large")
    return value


def json_rows(values: Sequence[Any], fields: Fields) -> list[Row]:
    """The rows of a JSON list of objects. Raises FeedError where a required field stands in none of them.

    A single row may leave a field out: some sources write no key for what they do not know.
    """
    if not all(isinstance(value, dict) for value in values):
        raise FeedError("清單的內容不是物件。", code="feed_unreadable")
    evened = [{str(key).strip().removeprefix("\ufeff"): cell for key, cell in value.items()} for value in values]
    if evened:
        _columns(list(dict.fromkeys(key for value in evened for key in value)), fields)
    return [
        {name: bare(_first(value, names)) for name, names in fields.names.items()}
        for value in evened
    ]  # fmt: skip


def _first(value: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The cell under the first of the names that has one. A list is its words; an object says nothing that is known."""
    cell = next((value[name] for name in names if value.get(name) is not None), "")
    if isinstance(cell, list):
        cell = "、".join(str(one) for one in cell if isinstance(one, (str, int)))
    return "" if isinstance(cell, dict) else cell


def _columns(header: Sequence[str], fields: Fields) -> dict[str, int]:
    found = {}
    for field, names in fields.names.items():
        at = next((header.index(name) for name in names if name in header), None)
        if at is not None:
            found[field] = at
    missing = [fields.names[field][0] for field in fields.required if field not in found]
    if missing:
        raise FeedError(f"來源缺少欄位：{'、'.join(missing)}。", code="feed_fields")
    return found


def bare(cell: Any) -> str:
    """A cell's words: without blanks around them and brackets of a list; empty where the source says "null" or 無."""
    text = " ".join(unicodedata.normalize("NFKC", str(cell)).replace("\x00", "").split())
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1].strip()
    return "" if text.casefold() in _BLANK else text[:_LONGEST_CELL]


def usable(found: int, skipped: int) -> None:
    """Refuse a source of which most rows cannot be read. Raises FeedError."""
    if skipped > found:
        raise FeedError(f"{found + skipped} 筆中有 {skipped} 筆無法判讀，未採用。", code="feed_unreadable")


_DAY = (
    r"(?:(?P<{0}y>\d{{3,4}})[/.-](?P<{0}m>\d{{1,2}})[/.-](?P<{0}d>\d{{1,2}})|(?P<{0}c>\d{{7,8}}))"
    r"(?:\([一二三四五六日]\))?"
)
_SECONDS = r"(?::\d{2}(?:\.\d+)?)?"
_CLOCK = r"\d{1,2}:?\d{2}"
_WINDOW = re.compile(
    _DAY.format("a") + rf"\s*(?P<from>{_CLOCK}){_SECONDS}\s*~\s*"
    rf"(?:{_DAY.format('b')}\s*)?(?P<to>{_CLOCK}){_SECONDS}"
)  # fmt: skip
_INSTANT = re.compile(
    _DAY.format("a") + rf"(?:[T\s]+(?P<half>上午|下午)?\s*(?P<from>{_CLOCK}){_SECONDS}(?P<zone>Z|\+08:?00)?)"
)
_TO = re.compile(r"\s*(?:[~∼〜‐‑‒–—―-]|至|到)\s*(?=\d)")
"""What stands between two times; days are written with slashes by then."""


def window(text: str) -> tuple[datetime, datetime] | None:
    """A stretch as Taipower writes it, `2026/09/05 09:00~16:00` or `1140318 1300~1630`, in Taipei time.

    One that ends before it begins ends on the next day; None where it cannot be read.
    """
    found = _WINDOW.fullmatch(_with_one_sign(unicodedata.normalize("NFKC", text).strip()))
    if found is None:
        return None
    start = _at(found, "a", found["from"])
    named = found["by"] or found["bc"]
    end = _at(found, "b" if named else "a", found["to"])
    if start is None or end is None:
        return None
    if end <= start and not named:
        end += timedelta(days=1)
    return (start, end) if end > start else None


_HYPHENED = re.compile(r"(\d{3,4})-(\d{1,2})-(\d{1,2})(?!\d)")


def _with_one_sign(text: str) -> str:
    """The text with days in slashes and every dash, tilde or 至 between its times as the one that is read."""
    return _TO.sub("~", _HYPHENED.sub(r"\1/\2/\3", text))


def instant(text: str) -> datetime | None:
    """An instant as Taiwan Water writes it, without a zone or with Taipei's own; None where it cannot be read."""
    found = _INSTANT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    at = _at(found, "a", found["from"])
    if at is None or (found["half"] and not 1 <= int(found["from"].replace(":", "")) // 100 <= 12):
        return None
    if found["half"]:
        at += timedelta(hours=12 * ((found["half"] == "下午") - (at.hour == 12)))
    return at + timedelta(hours=8) if found["zone"] == "Z" else at


def _at(found: re.Match[str], day: str, clock: str) -> datetime | None:
    compact = found[f"{day}c"]
    if compact:
        year, month, date_ = compact[:-4], compact[-4:-2], compact[-2:]
    else:
        year, month, date_ = found[f"{day}y"], found[f"{day}m"], found[f"{day}d"]
    number = western_year(int(year)) if len(year) == 3 else int(year)
    hour, minute = divmod(int(clock.replace(":", "")), 100)
    if number not in _YEARS or minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    try:
        midnight = datetime(number, int(month), int(date_), tzinfo=TAIPEI)
    except ValueError:
        return None
    return midnight + timedelta(hours=hour, minutes=minute)


def files_named(names: Sequence[str]) -> Iterator[str]:
    """Of the files in an archive those that hold rows: CSV, not the manifest and not descriptions of columns."""
    for name in names:
        last = name.replace("\\", "/").rpartition("/")[2].casefold()
        if last.endswith(".csv") and last != "manifest.csv" and not last.startswith(("schema-", "._")):
            yield name
