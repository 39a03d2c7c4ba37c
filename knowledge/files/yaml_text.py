"""YAML that people send, read so that nothing in it can stop or fill the process.

The text is taken event by event: size, depth and number of values are bounded before anything is built, references
(``&a``, ``*a``) are not followed, and a key that stands twice in one place is refused instead of winning silently.
What YAML takes for a day or a number and that is none (``2027-02-30``, five thousand digits) comes as ``Unread``, so
that whoever wants the field names it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import yaml

MOST_BYTES = 8 * 1024 * 1024
"""Of one file. All that ships together is about 1 MiB."""
TOO_LARGE = f"檔案超過 {MOST_BYTES // 2**20} MB，請分批處理"
MOST_DEPTH = 20
"""Lists and mappings within each other; an entry needs four."""
MOST_VALUES = 500_000
MOST_DIGITS = 40
"""Of a number; no field holds one that long."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})


class Unread(str):
    """The words of a value that looks like a day or a number and is none."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong, and where: the entry (its ``id``, or its place in the list) and the path of the field in it."""

    entry: str
    field: str
    message: str


class YamlRefusedError(Exception):
    """The text cannot be used; ``slips`` says why, at least one."""

    def __init__(self, slips: list[Slip]) -> None:
        self.slips = slips
        super().__init__(slips[0].message)


def read(text: str) -> Any:
    """The content of a YAML text (or JSON, which is YAML): lists, mappings and plain values.

    Raises:
        YamlRefusedError: it is no YAML, too large or too deep, refers to other parts of itself, or says a key twice.
    """
    text = text.removeprefix("\ufeff")
    try:
        if len(text.encode("utf-8")) > MOST_BYTES:
            raise _refused(TOO_LARGE)
    except UnicodeError:
        raise _refused("檔案含有無法儲存的字元") from None
    return _Builder(text).content()


def _refused(message: str) -> YamlRefusedError:
    return YamlRefusedError([Slip("-", "-", message)])


@cache
def _values() -> Any:
    """What makes days, numbers and truth values of their words."""
    return yaml.constructor.SafeConstructor()


class _Builder:
    """Builds values from events; recursion is no deeper than ``MOST_DEPTH``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._loader: Any = None
        self._left = MOST_VALUES
        self._entry = "-"
        self._names: dict[str, str] = {}
        """Entries by their place in the list, once their ids were read."""
        self._path: list[str] = []
        self._slips: list[Slip] = []

    def content(self) -> Any:
        """The one document there is; None for an empty text."""
        try:
            self._loader = _LOADER(self._text)
            self._next()
            if isinstance(self._next(), yaml.StreamEndEvent):
                return None
            found = self._value(self._next(), 0)
            self._next()
            after = self._next()
            if not isinstance(after, yaml.StreamEndEvent):
                raise self._stopped(after, "起有第二份文件（---），請合為一份")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f"第 {mark.line + 1} 行" if mark else "不明位置"
            self._slips.append(Slip(self._entry, "-", f"{where} 不是正確的 YAML"))
            raise YamlRefusedError(self._named()) from None
        finally:
            if self._loader is not None:
                self._loader.dispose()
        if self._slips:
            raise YamlRefusedError(self._named())
        return found

    def _next(self) -> Any:
        return self._loader.get_event()

    def _note(self, event: Any, message: str) -> None:
        path = "".join(part if part.startswith("[") else f".{part}" for part in self._path[:6])
        line = event.start_mark.line + 1
        self._slips.append(Slip(self._entry, path.removeprefix(".") or "-", f"第 {line} 行{message}"))

    def _stopped(self, event: Any, message: str) -> YamlRefusedError:
        self._note(event, message)
        return YamlRefusedError(self._named())

    def _named(self) -> list[Slip]:
        return [replace(slip, entry=self._names.get(slip.entry, slip.entry)) for slip in self._slips]

    def _value(self, event: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise self._stopped(event, f"：內容超過 {MOST_VALUES} 項，請分批處理")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._stopped(event, "使用了參照（& 或 *），請把內容直接寫出")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth >= MOST_DEPTH:
            raise self._stopped(event, f"：層次超過 {MOST_DEPTH} 層")
        return self._list(depth) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(depth)

    def _list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            place = f"[{len(found) + 1}]"
            if depth == 0:
                self._entry = f"第 {len(found) + 1} 筆"
            else:
                self._path.append(place)
            found.append(self._value(event, depth + 1))
            if depth:
                self._path.pop()
        return found

    def _mapping(self, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._stopped(event, "的欄位名稱不是文字")
            key = self._value(event, depth)
            self._path.append(str(key)[:80])
            if key in found:
                self._note(event, "重複了這個欄位")
            found[key] = value = self._value(self._next(), depth + 1)
            self._path.pop()
            if depth == 1 and key == "id" and isinstance(value, str):
                self._names.setdefault(self._entry, value[:80])
        return found

    def _scalar(self, event: Any) -> Any:
        tag, value = event.tag, event.value
        if tag is None or tag == "!":
            tag = self._loader.resolve(yaml.ScalarNode, value, event.implicit if tag is None else (False, True))
        if tag == _TEXT:
            return value
        if tag in _NUMBERS and len(value) > MOST_DIGITS:
            return Unread(value)
        try:
            return _values().construct_object(yaml.ScalarNode(tag, value))
        except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError):
            return Unread(value)
