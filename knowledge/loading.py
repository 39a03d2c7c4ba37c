"""Reads the knowledge files and checks them; each slip is named by file, entry and field.

KnowledgeError        the files cannot be used; carries every Problem found
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from knowledge.entries import FaqEntry, KnowledgeBase, Phrasing, Smalltalk, Term
from knowledge.files.fields import PHRASINGS_NEEDED, FieldReader, Problem
from knowledge.files.yaml_text import MOST_BYTES, TOO_LARGE, YamlRefusedError
from knowledge.files.yaml_text import read as read_text
from knowledge.language.text import normalise
from knowledge.law.clauses import FOLDER, read_store
from knowledge.offices import directory as offices
from knowledge.vocabulary import ENTRY_PARK_KINDS, Category, EntryKind, ParkKind

__all__ = [
    "DATA",
    "PHRASINGS_NEEDED",
    "KnowledgeError",
    "Problem",
    "load_knowledge",
    "read_bodies",
    "read_entries",
    "read_knowledge",
    "read_sent",
    "read_thresholds",
    "read_yaml",
]

DATA = Path(__file__).parent / "data"
"""The knowledge that ships with the product."""

ANSWER_LIMIT = 300
"""Characters of an answer a busy reader takes in on a phone; the rest goes into `details`."""

_REQUIRED = (
    "id",
    "category",
    "topic",
    "kind",
    "question",
    "answer",
    "verified",
    "review",
    "unit",
)
_OPTIONAL = ("parks", "details", "en", "ja", "basis", "facts", "prepare", "where", "duration", "related", "aspects",
    "fill", "tariff", "phrasings",
)  # fmt: skip


class KnowledgeError(Exception):
    """The knowledge files cannot be used; `problems` says what to mend where."""

    code = "knowledge_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


def _entry(reader: FieldReader) -> FaqEntry:
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
        parks=reader.choice("parks", ParkKind, ParkKind.ANY, among=ENTRY_PARK_KINDS),
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
        aspects=reader.aspects(),
        fill=reader.fill(),
        tariff=reader.tariff(),
        phrasings=reader.phrasings(),
    )


def _check_tariff(entry: FaqEntry, reader: FieldReader) -> None:
    cited = {(basis.law, basis.article) for basis in entry.basis}
    for number, row in enumerate(entry.tariff, 1):
        if (row.law, row.article) not in cited:
            reader.note(f"tariff[{number}]", f"{row.law}{row.article} 不在依據之列")


def _check_entry(entry: FaqEntry, reader: FieldReader, units: Iterable[str]) -> None:
    if entry.category is Category.SMALLTALK:
        reader.note("category", "寒暄寫在 smalltalk.yaml")
    if entry.id and not all(c.islower() or c.isdigit() or c == "-" for c in entry.id):
        reader.note("id", "只可用小寫英文、數字與連字號")
    if len(entry.answer) > ANSWER_LIMIT:
        reader.note("answer", f"{len(entry.answer)} 字，超過 {ANSWER_LIMIT} 字，其餘移到 details")
    if entry.kind is EntryKind.ANSWER and not entry.basis:
        reader.note("basis", "可回答的條目至少要有一個依據")
    if entry.kind is EntryKind.ANSWER and entry.fill:
        reader.note("fill", "只用於轉專人的條目")
    _check_tariff(entry, reader)
    if entry.review <= entry.verified and date.min not in {entry.review, entry.verified}:
        reader.note("review", "複查日應晚於查證日")
    if entry.unit and entry.unit not in units:
        reader.note("unit", f"「{entry.unit}」不是可用的科別，可用：{'、'.join(units)}")
    for group, needed in PHRASINGS_NEEDED.items():
        count = len(entry.phrasings.get(group, ()))
        if count < needed and entry.speaks(group) and not reader.noted(f"phrasings.{group}"):
            reader.note(f"phrasings.{group}", f"{count} 句，至少要 {needed} 句才容易問到，可日後補上", warning=True)


def _check_together(readers: list[tuple[FieldReader, FaqEntry]]) -> None:
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
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        return _content(raw.decode("utf-8-sig"), path.name, problems)
    except OSError as error:
        message = f"讀不到檔案（{error.strerror or error.__class__.__name__}）"
    except UnicodeDecodeError:
        # A file cut off in the middle of a letter is too large before it is anything else.
        message = "檔案不是 UTF-8 文字" if len(raw) <= MOST_BYTES else TOO_LARGE
    problems.append(Problem(file=path.name, entry="-", field="-", message=message))
    return None


def _content(text: str, name: str, problems: list[Problem]) -> Any:
    try:
        return read_text(text)
    except YamlRefusedError as refused:
        problems += [Problem(file=name, entry=s.entry, field=s.field, message=s.message) for s in refused.slips]
        return None


def read_entries(
    paths: Iterable[Path], replaced_by: Iterable[Path] = (), *, units: tuple[str, ...] | None = None
) -> tuple[tuple[FaqEntry, ...], tuple[Problem, ...]]:
    """All entries of these files with every problem found; those of `replaced_by` take the place of the same id.

    `units`: the names an entry may give as its unit; those of the shipped offices unless given.
    """
    problems: list[Problem] = []
    own = [pair for path in replaced_by for pair in _read_list(read_yaml(path, problems), path.name, problems, units)]
    own_ids = {entry.id for _, entry in own}
    shipped = [
        pair
        for path in paths
        for pair in _read_list(read_yaml(path, problems), path.name, problems, units)
        if pair[1].id not in own_ids
    ]
    _check_together([*shipped, *own])
    return tuple(entry for _, entry in (*shipped, *own)), tuple(problems)


def read_sent(text: str, name: str) -> tuple[tuple[FaqEntry, ...], tuple[Problem, ...]]:
    """The entries of a knowledge file given as text, and every problem in it; ``name`` is what problems call it."""
    problems: list[Problem] = []
    content = _content(text, name, problems)
    entries, found = read_bodies(content, name) if content is not None else ((), ())
    return entries, (*problems, *found)


def read_bodies(bodies: Any, name: str) -> tuple[tuple[FaqEntry, ...], tuple[Problem, ...]]:
    """Entries from plain values, checked by exactly what checks the files."""
    problems: list[Problem] = []
    pairs = list(_read_list(bodies, name, problems))
    _check_together(pairs)
    return tuple(entry for _, entry in pairs), tuple(problems)


def unit_names(folder: Path = offices.SHIPPED) -> tuple[str, ...]:
    """The branch's units, as the office data name them. Raises OfficeDataError if those cannot be used."""
    return tuple(unit.name for unit in offices.load_offices(folder).units)


def _read_list(
    content: Any, name: str, problems: list[Problem], units: tuple[str, ...] | None = None
) -> Iterator[tuple[FieldReader, FaqEntry]]:
    known = unit_names() if units is None else units
    if content is None:
        return
    if not isinstance(content, list):
        problems.append(Problem(file=name, entry="-", field="-", message="應為條目清單"))
        return
    for number, raw in enumerate(content, 1):
        if not isinstance(raw, dict):
            problems.append(Problem(file=name, entry=f"第 {number} 筆", field="-", message="條目應為欄位與值"))
            continue
        reader = FieldReader(name, raw, problems)
        entry = _entry(reader)
        _check_entry(entry, reader, known)
        yield reader, entry


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
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
        reader = FieldReader(path.name, raw, problems)
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
    """The knowledge under `directory` and everything that is wrong with it; its units are those of `offices` there.

    Entries under `overlay` (a directory of the branch's own, with faq/*.yaml) replace shipped ones of the same id.
    Newer law texts there (clauses/*.yaml) stop the entries whose article reads otherwise.
    """
    shipped = sorted((directory / "faq").glob("*.yaml"))
    own = sorted((overlay / "faq").glob("*.yaml")) if overlay else []
    folder = directory / offices.SHIPPED.name
    units = unit_names(folder) if folder.exists() else unit_names()
    entries, found = read_entries(shipped, replaced_by=own, units=units)
    problems = list(found)
    if overlay and any((overlay / FOLDER).glob("*.yaml")):
        entries = read_store([directory, overlay]).stop(entries)
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
    if directory == DATA and not (overlay and any(overlay.glob("*/*.yaml"))):
        return _shipped()
    return _checked(directory, overlay)


@cache
def _shipped() -> KnowledgeBase:
    """What comes with the product: nobody writes into that folder while a process runs."""
    return _checked(DATA, None)


def _checked(directory: Path, overlay: Path | None) -> KnowledgeBase:
    base, problems = read_knowledge(directory, overlay)
    errors = [p for p in problems if not p.warning]
    if errors:
        raise KnowledgeError(errors)
    return base


def read_thresholds(directory: Path = DATA) -> dict[str, Any]:
    """The measured thresholds of the decision, with the note that says how they were measured."""
    raw: dict[str, Any] = yaml.safe_load((directory / "model" / "thresholds.yaml").read_text(encoding="utf-8"))
    return raw
