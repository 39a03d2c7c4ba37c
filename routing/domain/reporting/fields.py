"""The fields of a record in a file of histories: what they hold, or why it cannot be used, in Traditional Chinese."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from routing.domain.errors import Invalid

_MOST_SHOWN = 300


def refuse(reason: str) -> NoReturn:
    """Give up on the line; the reader adds its number."""
    # A line may hold letters that nothing can show, in the name of a field, say.
    raise Invalid(reason[:_MOST_SHOWN].encode("utf-8", "replace").decode(), code="history_refused")


def no_unknown(record: Mapping[str, Any], allowed: Collection[str], *, where: str) -> None:
    """Refuse a field that histories do not have."""
    for field in record:
        if field not in allowed:
            refuse(f"{where}含有未知的欄位「{field}」。")


def required(record: Mapping[str, Any], field: str) -> Any:
    """The value of a field that must be there and not be null."""
    value = record.get(field)
    if value is None:
        refuse(f"缺少必要的欄位 {field}。")
    return value


def text(value: Any, field: str) -> str:
    """A string that every database and file can hold: no NUL, no half of a surrogate pair."""
    if type(value) is str and value.isascii() and "\x00" not in value:
        return value
    if not isinstance(value, str):
        refuse(f"欄位 {field} 必須是文字。")
    if not _storable(value):
        refuse(f"欄位 {field} 含有無法儲存的字元。")
    return value


def _storable(value: str) -> bool:
    try:
        return b"\x00" not in value.encode()
    except UnicodeEncodeError:
        return False


def optional_text(record: Mapping[str, Any], field: str) -> str | None:
    """A string, or None where the field is missing or null."""
    value = record.get(field)
    return None if value is None else text(value, field)


def choice(record: Mapping[str, Any], field: str, allowed: Collection[str]) -> str:
    """A word of a fixed list."""
    given = record.get(field)
    if type(given) is str and given in allowed:
        return given
    value = text(required(record, field), field)
    if value not in allowed:
        refuse(f"欄位 {field} 的值「{value}」不在可用的清單內。")
    return value


def instant(value: Any, field: str, earliest: datetime, now: datetime) -> datetime:
    """An aware instant as UTC, not before ``earliest`` and not after ``now``."""
    try:
        given = datetime.fromisoformat(value)
        if earliest <= given <= now:
            return given.astimezone(UTC)
    except (TypeError, ValueError):
        pass  # it is said below what is wrong with it
    moment = aware(value, field)
    if moment > now:
        refuse(f"欄位 {field} 的時間「{value}」在未來。")
    if moment < earliest:
        refuse(f"欄位 {field} 的時間「{value}」早於 {earliest.year} 年。")
    return moment.astimezone(UTC)


def aware(value: Any, field: str) -> datetime:
    """An instant written with its offset, as it was written."""
    try:
        moment = datetime.fromisoformat(text(value, field))
    except ValueError:
        refuse(f"欄位 {field} 的時間「{value}」格式不符；例如 2025-01-03T10:03:00+08:00。")
    if moment.utcoffset() is None:
        refuse(f"欄位 {field} 的時間「{value}」沒有時差；請加上 +08:00。")
    return moment


def day_or_instant(value: Any, field: str) -> str:
    """A date, or an aware instant; kept as it was written, for it is only shown."""
    written = text(value, field)
    try:
        date.fromisoformat(written)
    except ValueError:
        aware(written, field)
    return written
