"""Takes the fields out of one raw entry of a knowledge file and notes what is wrong with each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from knowledge.entries import Aspect, Basis, Fill, Tariff, Wording
from knowledge.files.yaml_text import Unread

PHRASINGS_NEEDED = {"zh": 12, "en": 4, "ja": 4}
LONGEST = {"id": 80, "topic": 40, "question": 200, "answer": 1000, "details": 2000}
"""Characters of a field, far above what a phone shows; the id's is what the database holds."""
LONGEST_OTHER = 500
MOST_ITEMS = 300
"""Items of a list, phrasings of a language among them."""
_BASIS = ("law", "article", "paragraph", "url", "version")
_TARIFF = frozenset({"item", "item_en", "item_ja", "units", "price", "law", "article"})
_TARIFF_MORE = frozenset({"first", "included", "minimum", "words", "named_only"})
_FILL = ("question", "unit")
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


def unstorable(text: str) -> bool:
    """Whether a text holds what no database keeps: NUL, or half of a surrogate pair."""
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def day_of(value: object) -> date | None:
    """A day, as YAML or JSON holds it; None if it is none."""
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value)[:40])
    except ValueError:
        return None


class FieldReader:
    """Takes fields out of one raw entry and notes what is wrong with them."""

    def __init__(self, file: str, raw: Mapping[Any, Any], problems: list[Problem]) -> None:
        self.file, self.raw, self.problems = file, raw, problems
        self.entry = str(raw.get("id", "?"))[: LONGEST["id"]]

    def note(self, field: str, message: str, *, warning: bool = False) -> None:
        """Keep a problem of this entry."""
        self.problems.append(
            Problem(file=self.file, entry=self.entry, field=field[:80], message=message, warning=warning)
        )

    def noted(self, field: str) -> bool:
        """Whether something is wrong with this field of the entry already."""
        return any(problem.field == field and problem.entry == self.entry for problem in self.problems)

    def _checked(self, field: str, text: str) -> str:
        """The text without blanks around it; one that is too long or cannot be kept is noted."""
        most = LONGEST.get(field.rpartition(".")[2], LONGEST_OTHER)
        if len(text) > most:
            self.note(field, f"{len(text)} 字，超過 {most} 字")
        if unstorable(text):
            self.note(field, "含有無法儲存的字元")
        return text.strip()

    def text(self, field: str, *, needed: bool = False) -> str:
        """A text, empty if it is missing."""
        value = self.raw.get(field)
        if value is None:
            value = ""
        if not isinstance(value, str) or isinstance(value, Unread):
            self.note(field, "應為文字（數字、日期或含冒號、符號者請加引號）")
            return str(value)[: LONGEST["id"]]
        if needed and not value.strip():
            self.note(field, "不可空白")
        return self._checked(field, value)

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts."""
        return self._list(field, self.raw.get(field) or [], "應為文字清單")

    def _list(self, field: str, value: object, otherwise: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(v, str) and not isinstance(v, Unread) for v in value):
            self.note(field, otherwise)
            return ()
        if len(value) > MOST_ITEMS:
            self.note(field, f"{len(value)} 項，超過 {MOST_ITEMS} 項")
            return ()
        return tuple(self._checked(field, v) for v in value)

    def choice(self, field: str, kind: type[_E], default: _E | None = None, *, among: Iterable[_E] = ()) -> _E:
        """A word of a fixed list (``among``: of some of it); its first one where it is another, which is noted."""
        value, usable = self.raw.get(field, default), tuple(among) or tuple(kind)
        found = next((one for one in usable if one == str(value)), None)
        if found is None:
            self.note(field, f"「{str(value)[:40]}」不是可用的值，可用：{'、'.join(usable)}")
        return found or usable[0]

    def day(self, field: str) -> date:
        """A day that exists; the first of all where there is none, which is noted."""
        value = self.raw.get(field)
        found = day_of(value)
        if found is None:
            shown = f"「{str(value)[:40]}」不是存在的日期；" if value not in (None, "") else ""
            self.note(field, f"{shown}應為日期，例如 2026-11-22")
        return found or date.min

    def wording(self, field: str) -> Wording:
        """Question and answer in a foreign language; both or neither, since they may be written later."""
        value = self.raw.get(field)
        if value is None or (isinstance(value, dict) and not any(value.values())):
            return Wording(question="", answer="")
        if not isinstance(value, dict):
            self.note(field, "應有 question 與 answer")
            return Wording(question="", answer="")
        found = {}
        for part in ("question", "answer"):
            said = value.get(part)
            if not isinstance(said, str) or isinstance(said, Unread) or not said.strip():
                self.note(f"{field}.{part}", "不可空白")
                said = ""
            found[part] = self._checked(f"{field}.{part}", said)
        return Wording(**found)

    def basis(self) -> tuple[Basis, ...]:
        """The sources."""
        value = self.raw.get("basis") or []
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            self.note("basis", "應為清單")
            return ()
        found = []
        for number, item in enumerate(value, 1):
            if not isinstance(item, dict) or not str(item.get("law", "")).strip():
                self.note(f"basis[{number}]", "應有 law（法規或網頁名稱）")
                continue
            parts = {part: self._part(f"basis[{number}].{part}", item.get(part)) for part in _BASIS}
            clause = item.get("clause") or []
            hashes = self._list(
                f"basis[{number}].clause", [clause] if isinstance(clause, str) else clause, "應為文字清單"
            )
            found.append(Basis(**parts, read=self._read_day(number, item.get("read")), clause=hashes))
            unknown = ", ".join(str(k)[:40] for k in item if k not in (*_BASIS, "read", "clause"))
            if unknown:
                self.note(f"basis[{number}]", f"沒有這些欄位：{unknown}")
        return tuple(found)

    def _part(self, field: str, value: object) -> str:
        if isinstance(value, list | dict):
            self.note(field, "應為文字")
            return ""
        return self._checked(field, str(value) if value is not None else "")

    def _read_day(self, number: int, value: Any) -> date | None:
        if not value:
            return None
        read = day_of(value)
        if read is None:
            self.note(f"basis[{number}]", "read 應為日期，例如 2026-11-22")
        return read

    def aspects(self) -> tuple[Aspect, ...]:
        """What the answer states, each once."""
        found = []
        for name in self.texts("aspects"):
            if name in set(Aspect):
                found.append(Aspect(name))
            else:
                self.note("aspects", f"「{name[:40]}」不是可用的值，可用：{'、'.join(Aspect)}")
        return tuple(dict.fromkeys(found))

    def fill(self) -> Fill | None:
        """What the branch is asked to fill in."""
        value = self.raw.get("fill")
        if not value:
            return None
        if not isinstance(value, dict) or not str(value.get("question", "")).strip() or value.keys() - _FILL:
            self.note("fill", "應有 question（要本分局回答的問題），可有 unit（單位）")
            return None
        return Fill(**{part: self._part(f"fill.{part}", value.get(part)) for part in _FILL})

    def tariff(self) -> tuple[Tariff, ...]:
        """The rows of a tariff; a row that is not whole is noted."""
        value = self.raw.get("tariff") or []
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            self.note("tariff", "應為清單")
            return ()
        rows = [self._tariff_row(f"tariff[{number}]", item) for number, item in enumerate(value, 1)]
        return tuple(row for row in rows if row is not None)

    def _tariff_row(self, field: str, item: object) -> Tariff | None:
        if not isinstance(item, dict) or item.keys() - _TARIFF - _TARIFF_MORE or _TARIFF - item.keys():
            self.note(field, f"應有 {'、'.join(sorted(_TARIFF))}，可有 {'、'.join(sorted(_TARIFF_MORE))}")
            return None
        money = {name: self._money(f"{field}.{name}", item.get(name)) for name in ("price", "first", "minimum")}
        included = item.get("included", 1)
        if money["price"] is None or isinstance(included, bool) or not isinstance(included, int) or included < 1:
            self.note(field, "price 應為每單位金額，included 應為 1 以上的整數")
            return None
        units = self._list(f"{field}.units", item["units"], "應為文字清單")
        if not units:
            self.note(f"{field}.units", "不可空白")
        texts = ("item", "item_en", "item_ja", "law", "article")
        return Tariff(
            **{name: self._part(f"{field}.{name}", item[name]) for name in texts},
            units=units, price=money["price"], first=money["first"], included=included,
            minimum=money["minimum"] or Decimal(0), named_only=item.get("named_only") in (True, "true"),
            words=self._list(f"{field}.words", item.get("words") or [], "應為文字清單"),
        )  # fmt: skip

    def _money(self, field: str, value: object) -> Decimal | None:
        """An amount of NT$, also with decimals or as a part (1/4000); None where there is none."""
        if value in (None, ""):
            return None
        whole, _, part = str(value).replace(",", "").partition("/")
        try:
            found = Decimal(whole) / Decimal(part) if part else Decimal(whole)
        except ArithmeticError:
            found = Decimal(-1)
        if not found.is_finite() or found < 0:
            self.note(field, "應為 0 以上的金額（元），可用小數或 1/4000")
            return None
        return found

    def phrasings(self) -> dict[str, tuple[str, ...]]:
        """The ways of asking, by language."""
        value = self.raw.get("phrasings")
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.note("phrasings", "應為 zh、en、ja 三組問法")
            return {}
        found = {}
        for group, texts in value.items():
            if group not in PHRASINGS_NEEDED:
                self.note(f"phrasings.{group}", "語言只可為 zh、en、ja")
            else:
                found[group] = self._list(f"phrasings.{group}", texts, "應為文字清單（數字或含冒號者請加引號）")
        return found
