"""Reads the knowledge files and checks them; each slip is named by file, entry and field.

KnowledgeError        the files cannot be used; carries every Problem found
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from knowledge.entries import (
    Basis,
    Category,
    EntryKind,
    FaqEntry,
    KnowledgeBase,
    ParkKind,
    Phrasing,
    Smalltalk,
    Term,
    Wording,
)
from knowledge.language.text import normalise

DATA = Path(__file__).parent / "data"
"""The knowledge that ships with the product."""

ANSWER_LIMIT = 300
"""Characters of an answer a busy reader takes in on a phone; the rest goes into `details`."""
PHRASINGS_NEEDED = {"zh": 12, "en": 4, "ja": 4}
UNITS = ("用地工程科", "營運管理科", "環安勞動科", "投資服務科")

_REQUIRED = (
    "id",
    "category",
    "topic",
    "kind",
    "question",
    "answer",
    "en",
    "ja",
    "verified",
    "review",
    "unit",
    "phrasings",
)
_OPTIONAL = ("parks", "details", "basis", "facts", "prepare", "where", "duration", "related")
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


class KnowledgeError(Exception):
    """The knowledge files cannot be used; `problems` says what to mend where."""

    code = "knowledge_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class _Reader:
    """Takes fields out of one raw entry and notes what is wrong with them."""

    def __init__(self, file: str, raw: Mapping[str, Any], problems: list[Problem]) -> None:
        self.file, self.raw, self.problems = file, raw, problems
        self.entry = str(raw.get("id", "?"))

    def note(self, field: str, message: str, *, warning: bool = False) -> None:
        self.problems.append(Problem(file=self.file, entry=self.entry, field=field, message=message, warning=warning))

    def text(self, field: str, *, needed: bool = False) -> str:
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
        value = self.raw.get(field) or []
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.note(field, "應為文字清單")
            return ()
        return tuple(v.strip() for v in value)

    def choice(self, field: str, kind: type[_E], default: _E | None = None) -> _E:
        value = self.raw.get(field, default)
        try:
            return kind(str(value))
        except ValueError:
            self.note(field, f"「{value}」不是可用的值，可用：{'、'.join(kind)}")
            return next(iter(kind))

    def day(self, field: str) -> date:
        value = self.raw.get(field)
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.note(field, "應為日期，例如 2026-11-22")
            return date.min

    def wording(self, field: str) -> Wording:
        value = self.raw.get(field)
        if not isinstance(value, dict):
            self.note(field, "應有 question 與 answer")
            return Wording(question="", answer="")
        for part in ("question", "answer"):
            if not isinstance(value.get(part), str) or not value[part].strip():
                self.note(f"{field}.{part}", "不可空白")
        return Wording(question=str(value.get("question", "")).strip(), answer=str(value.get("answer", "")).strip())

    def basis(self) -> tuple[Basis, ...]:
        value = self.raw.get("basis") or []
        if not isinstance(value, list):
            self.note("basis", "應為清單")
            return ()
        found = []
        for number, item in enumerate(value, 1):
            if not isinstance(item, dict) or not str(item.get("law", "")).strip():
                self.note(f"basis[{number}]", "應有 law（法規或網頁名稱）")
                continue
            parts = {
                k: str(item.get(k) if item.get(k) is not None else "").strip()
                for k in ("law", "article", "url", "version")
            }
            found.append(Basis(**parts))
        return tuple(found)

    def phrasings(self) -> dict[str, tuple[str, ...]]:
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


def _entry(reader: _Reader) -> FaqEntry:
    for field in reader.raw:
        if field not in _REQUIRED + _OPTIONAL:
            reader.note(str(field), "沒有這個欄位")
    for field in _REQUIRED:
        if field not in reader.raw:
            reader.note(field, "缺這個欄位")
    return FaqEntry(
        id=reader.text("id", needed=True),
        category=reader.choice("category", Category),
        topic=reader.text("topic", needed=True),
        kind=reader.choice("kind", EntryKind),
        parks=reader.choice("parks", ParkKind, ParkKind.ANY),
        question=reader.text("question", needed=True),
        answer=reader.text("answer", needed=True),
        details=reader.text("details"),
        en=reader.wording("en"),
        ja=reader.wording("ja"),
        basis=reader.basis(),
        facts=reader.texts("facts"),
        verified=reader.day("verified"),
        review=reader.day("review"),
        unit=reader.text("unit", needed=True),
        prepare=reader.texts("prepare"),
        where=reader.text("where"),
        duration=reader.text("duration"),
        related=reader.texts("related"),
        phrasings=reader.phrasings(),
    )


def _check_entry(entry: FaqEntry, reader: _Reader) -> None:
    if entry.category is Category.SMALLTALK:
        reader.note("category", "寒暄寫在 smalltalk.yaml")
    if entry.id and not all(c.islower() or c.isdigit() or c == "-" for c in entry.id):
        reader.note("id", "只可用小寫英文、數字與連字號")
    if len(entry.answer) > ANSWER_LIMIT:
        reader.note("answer", f"{len(entry.answer)} 字，超過 {ANSWER_LIMIT} 字，其餘移到 details")
    if entry.kind is EntryKind.ANSWER and not entry.basis:
        reader.note("basis", "可回答的條目至少要有一個依據")
    if entry.review <= entry.verified and entry.verified != date.min:
        reader.note("review", "複查日應晚於查證日")
    if entry.unit and entry.unit not in UNITS:
        reader.note("unit", f"「{entry.unit}」不是可用的科別，可用：{'、'.join(UNITS)}")
    for group, needed in PHRASINGS_NEEDED.items():
        count = len(entry.phrasings.get(group, ()))
        if count < needed:
            reader.note(f"phrasings.{group}", f"{count} 句，至少要 {needed} 句")


def _check_together(readers: list[tuple[_Reader, FaqEntry]]) -> None:
    first_file: dict[str, str] = {}
    spoken: dict[str, str] = {}
    ids = {entry.id for _, entry in readers}
    for reader, entry in readers:
        if entry.id in first_file:
            reader.note("id", f"與 {first_file[entry.id]} 的條目重複")
        first_file.setdefault(entry.id, reader.file)
        for other in entry.related:
            if other not in ids:
                reader.note("related", f"沒有「{other}」這個條目", warning=True)
        for group, texts in entry.phrasings.items():
            for text in texts:
                key = normalise(text)
                owner = spoken.setdefault(key, entry.id)
                if not key:
                    reader.note(f"phrasings.{group}", f"「{text}」沒有可比對的文字")
                elif owner != entry.id:
                    reader.note(f"phrasings.{group}", f"「{text}」與條目 {owner} 的問法相同", warning=True)


def read_yaml(path: Path, problems: list[Problem]) -> Any:
    """The content of a YAML file, or None with the problem noted."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, UnicodeDecodeError) as error:
        message = f"讀不到檔案（{error.__class__.__name__}）"
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"第 {mark.line + 1} 行" if mark else "不明位置"
        message = f"{line} 不是正確的 YAML"
    problems.append(Problem(file=path.name, entry="-", field="-", message=message))
    return None


def read_entries(
    paths: Iterable[Path], replaced_by: Iterable[Path] = ()
) -> tuple[tuple[FaqEntry, ...], tuple[Problem, ...]]:
    """All entries of these files with every problem found; those of `replaced_by` take the place of the same id."""
    problems: list[Problem] = []
    own = [pair for path in replaced_by for pair in _read_file(path, problems)]
    own_ids = {entry.id for _, entry in own}
    shipped = [pair for path in paths for pair in _read_file(path, problems) if pair[1].id not in own_ids]
    _check_together([*shipped, *own])
    return tuple(entry for _, entry in (*shipped, *own)), tuple(problems)


def _read_file(path: Path, problems: list[Problem]) -> Iterator[tuple[_Reader, FaqEntry]]:
    content = read_yaml(path, problems)
    if content is None:
        return
    if not isinstance(content, list):
        problems.append(Problem(file=path.name, entry="-", field="-", message="應為條目清單"))
        return
    for raw in content:
        if not isinstance(raw, dict):
            problems.append(Problem(file=path.name, entry="?", field="-", message="條目應為欄位與值"))
            continue
        reader = _Reader(path.name, raw, problems)
        entry = _entry(reader)
        _check_entry(entry, reader)
        yield reader, entry


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [f.strip() for f in line.split("\t")]
        if len(fields) not in (2, 3) or fields[1] not in set(Category) or not fields[0]:
            problems.append(
                Problem(file=path.name, entry=f"第 {number} 行", field="-", message="應為「文字<TAB>類別[<TAB>細類]」")
            )
            continue
        yield number, fields


_T = TypeVar("_T", Term, Phrasing)


def _table(paths: Iterable[Path], make: Callable[..., _T], problems: list[Problem]) -> tuple[_T, ...]:
    found = []
    for path in paths:
        for _, fields in _rows(path, problems):
            topic = fields[2] if len(fields) == 3 and fields[2] else None
            found.append(make(text=fields[0], category=Category(fields[1]), topic=topic))
    return tuple(found)


def _smalltalk(path: Path, problems: list[Problem]) -> tuple[Smalltalk, ...]:
    content = read_yaml(path, problems) if path.exists() else []
    found = []
    for raw in content if isinstance(content, list) else []:
        if not isinstance(raw, dict) or not raw.get("id"):
            problems.append(Problem(file=path.name, entry="?", field="id", message="缺這個欄位"))
            continue
        reader = _Reader(path.name, raw, problems)
        replies = raw.get("reply") or raw.get("replies") or {}
        if not isinstance(replies, dict) or not replies.get("zh"):
            reader.note("reply.zh", "不可空白")
            replies = {}
        found.append(
            Smalltalk(
                id=str(raw["id"]),
                replies={str(k): str(v).strip() for k, v in replies.items()},
                phrasings=reader.phrasings(),
            )
        )
    return tuple(found)


def read_knowledge(directory: Path = DATA, overlay: Path | None = None) -> tuple[KnowledgeBase, tuple[Problem, ...]]:
    """The knowledge under `directory` and everything that is wrong with it.

    Entries under `overlay` (a directory of the branch's own, with faq/*.yaml) replace shipped ones of the same id.
    """
    shipped = sorted((directory / "faq").glob("*.yaml"))
    own = sorted((overlay / "faq").glob("*.yaml")) if overlay else []
    entries, found = read_entries(shipped, replaced_by=own)
    problems = list(found)
    emergency = read_yaml(directory / "emergency.yaml", problems) if (directory / "emergency.yaml").exists() else {}
    base = KnowledgeBase(
        entries=entries,
        smalltalk=_smalltalk(directory / "smalltalk.yaml", problems),
        emergency=emergency if isinstance(emergency, dict) else {"cards": emergency},
        lexicon=_table(sorted(directory.glob("lexicon*.tsv")), Term, problems),
        phrasings=_table(sorted((directory / "phrasings").glob("*.tsv")), Phrasing, problems),
    )
    return base, tuple(problems)


def load_knowledge(directory: Path = DATA, overlay: Path | None = None) -> KnowledgeBase:
    """The knowledge under `directory` with `overlay` laid over it.

    Raises:
        KnowledgeError: something in the files must be mended first (warnings do not count).
    """
    base, problems = read_knowledge(directory, overlay)
    errors = [p for p in problems if not p.warning]
    if errors:
        raise KnowledgeError(errors)
    return base


def read_thresholds(directory: Path = DATA) -> dict[str, Any]:
    """The measured thresholds of the decision, with the note that says how they were measured."""
    raw: dict[str, Any] = yaml.safe_load((directory / "model" / "thresholds.yaml").read_text(encoding="utf-8"))
    return raw
