"""Takes the fields out of one raw entry of a knowledge file and notes what is wrong with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from knowledge.entries import Aspect, Basis, Fill, Wording

PHRASINGS_NEEDED = {"zh": 12, "en": 4, "ja": 4}
_BASIS = ("law", "article", "paragraph", "url", "version")
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One slip in a knowledge file. `warning` ones do not stop the files from being used."""

    file: str
    entry: str
    field: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}：{self.entry}：{self.field}：{self.message}"


class FieldReader:
    """Takes fields out of one raw entry and notes what is wrong with them."""

    def __init__(self, file: str, raw: Mapping[str, Any], problems: list[Problem]) -> None:
        self.file, self.raw, self.problems = file, raw, problems
        self.entry = str(raw.get("id", "?"))

    def note(self, field: str, message: str, *, warning: bool = False) -> None:
        """Note what is wrong with a field; a warning does not stop the entry from being used."""
        self.problems.append(Problem(file=self.file, entry=self.entry, field=field, message=message, warning=warning))

    def text(self, field: str, *, needed: bool = False) -> str:
        """A field's text; '' when it is left out."""
        value = self.raw.get(field, "")
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.note(field, "應為文字（含冒號或符號請加引號）")
            return str(value)
        if needed and not value.strip():
            self.note(field, "不可空白")
        return value.strip()

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.raw.get(field) or []
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.note(field, "應為文字清單")
            return ()
        return tuple(v.strip() for v in value)

    def choice(self, field: str, kind: type[_E], default: _E | None = None) -> _E:
        """One of the values of an enumeration."""
        value = self.raw.get(field, default)
        try:
            return kind(str(value))
        except ValueError:
            self.note(field, f"「{value}」不是可用的值，可用：{'、'.join(kind)}")
            return next(iter(kind))

    def day(self, field: str) -> date:
        """A date; the earliest one where it cannot be read."""
        value = self.raw.get(field)
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.note(field, "應為日期，例如 2026-11-22")
            return date.min

    def wording(self, field: str) -> Wording:
        """Question and answer in another language."""
        value = self.raw.get(field)
        if not isinstance(value, dict):
            self.note(field, "應有 question 與 answer")
            return Wording(question="", answer="")
        for part in ("question", "answer"):
            if not isinstance(value.get(part), str) or not value[part].strip():
                self.note(f"{field}.{part}", "不可空白")
        return Wording(question=str(value.get("question", "")).strip(), answer=str(value.get("answer", "")).strip())

    def basis(self) -> tuple[Basis, ...]:
        """The sources."""
        value = self.raw.get("basis") or []
        if not isinstance(value, list):
            self.note("basis", "應為清單")
            return ()
        found = []
        for number, item in enumerate(value, 1):
            if not isinstance(item, dict) or not str(item.get("law", "")).strip():
                self.note(f"basis[{number}]", "應有 law（法規或網頁名稱）")
                continue
            parts = {k: str(v if (v := item.get(k)) is not None else "").strip() for k in _BASIS}
            clause = item.get("clause") or ()
            hashes = tuple(str(c).strip() for c in ([clause] if isinstance(clause, str) else clause))
            found.append(Basis(**parts, read=self._read_day(number, item.get("read")), clause=hashes))
            unknown = ", ".join(str(k) for k in item if k not in (*_BASIS, "read", "clause"))
            if unknown:
                self.note(f"basis[{number}]", f"沒有這些欄位：{unknown}")
        return tuple(found)

    def _read_day(self, number: int, value: Any) -> date | None:
        if not value or isinstance(value, date):
            return value or None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.note(f"basis[{number}]", "read 應為日期，例如 2026-11-22")
            return None

    def aspects(self) -> tuple[Aspect, ...]:
        """What the answer states, each once."""
        found = []
        for name in self.texts("aspects"):
            if name in set(Aspect):
                found.append(Aspect(name))
            else:
                self.note("aspects", f"「{name}」不是可用的值，可用：{'、'.join(Aspect)}")
        return tuple(dict.fromkeys(found))

    def fill(self) -> Fill | None:
        """What the branch is asked to fill in."""
        value = self.raw.get("fill")
        if not value:
            return None
        if (
            not isinstance(value, dict)
            or not str(value.get("question", "")).strip()
            or set(value) - {"question", "unit"}
        ):
            self.note("fill", "應有 question（要本分局回答的問題），可有 unit（單位）")
            return None
        return Fill(question=str(value["question"]).strip(), unit=str(value.get("unit") or "").strip())

    def phrasings(self) -> dict[str, tuple[str, ...]]:
        """The ways of asking, by language."""
        value = self.raw.get("phrasings")
        if not isinstance(value, dict):
            self.note("phrasings", "應為 zh、en、ja 三組問法")
            return {}
        found = {}
        for group, texts in value.items():
            if group not in PHRASINGS_NEEDED:
                self.note(f"phrasings.{group}", "語言只可為 zh、en、ja")
            elif not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
                self.note(f"phrasings.{group}", "應為文字清單（數字或含冒號者請加引號）")
            else:
                found[group] = tuple(t.strip() for t in texts)
        return found
