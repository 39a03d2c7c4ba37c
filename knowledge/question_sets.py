"""Question sets (題組): what must be asked of a matter so that its first filing is complete (一次告知).

Shipped ones lie in data/question_sets; the branch's own are versions approved at the desk and stand in their place.
Nothing is asked that no entry or article calls for: each set names where its questions come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

from knowledge.entries import KnowledgeBase
from knowledge.files import yaml_text
from knowledge.files.dumping import BlockDumper
from knowledge.files.fields import FieldReader, Problem
from knowledge.language.text import normalise
from knowledge.loading import unit_names
from knowledge.vocabulary import CASE_CATEGORIES, READING_LANGUAGES, Category
from knowledge.wording import reading_language

MOST_QUESTIONS = 12
MOST_CHOICES = 8
"""Quick replies under a question, beside the two that skip it and end the set; LINE shows thirteen."""
ASKED_LONGEST = 200
NAME_LONGEST = 20
"""Characters of a choice or of a question's name: what a quick reply shows whole."""
MOST_SETS = 200
_SET_FIELDS = frozenset({
    "id", "category", "topic", "words", "unit", "title", "entries", "basis", "verified", "stopped", "questions",
})  # fmt: skip
_QUESTION_FIELDS = frozenset({"id", "kind", "name", "ask", "choices", "source"})
_CHOICE_FIELDS = frozenset({"id", *READING_LANGUAGES})

Words = Mapping[str, str]
"""The same in each of the languages that firms read."""


class AnswerKind(StrEnum):
    """What answers a question."""

    TEXT = "text"
    NUMBER = "number"
    """Words with a figure in them."""
    CHOICE = "choice"
    FILE = "file"
    """A picture or a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers that can be tapped."""

    id: str
    words: Words

    def shown(self, language: str | None) -> str:
        """As the firm reads it."""
        return self.words[reading_language(language)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``name``: what the answer is called in a list; ``source``: the point of the entry or article behind it."""

    id: str
    kind: AnswerKind
    name: Words
    ask: Words
    choices: tuple[Choice, ...] = ()
    source: str = ""

    def choice(self, name: str) -> Choice | None:
        """A choice by its id."""
        return next((one for one in self.choices if one.id == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """What is asked of one matter. ``words``: any of them in the case's words makes it this matter; none: the topic.

    ``entries``: the entries of the knowledge base that its questions come from; ``basis``: laws, where no entry says
    it. ``stopped``: it is asked no more.
    """

    id: str
    category: Category
    topic: str | None
    words: tuple[str, ...]
    unit: str
    title: Words
    entries: tuple[str, ...]
    basis: tuple[str, ...]
    verified: date
    questions: tuple[Question, ...]
    stopped: bool = False

    def question(self, name: str) -> Question | None:
        """A question by its id."""
        return next((one for one in self.questions if one.id == name), None)

    def as_data(self) -> dict[str, Any]:
        """As the YAML and JSON of it; what is empty is left out."""
        found = {
            "id": self.id, "category": str(self.category), "topic": self.topic, "words": list(self.words),
            "unit": self.unit, "title": _plain(self.title), "entries": list(self.entries), "basis": list(self.basis),
            "verified": self.verified.isoformat(), "stopped": self.stopped,
            "questions": [_question_data(one) for one in self.questions],
        }  # fmt: skip
        return {name: value for name, value in found.items() if value not in (None, [], False)}


def _plain(words: Words) -> dict[str, str]:
    return {str(language): words[language] for language in READING_LANGUAGES}


def _question_data(question: Question) -> dict[str, Any]:
    found = {
        "id": question.id, "kind": str(question.kind), "name": _plain(question.name), "ask": _plain(question.ask),
        "choices": [{"id": one.id, **_plain(one.words)} for one in question.choices], "source": question.source,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in ("", [])}


def written(sets: Iterable[QuestionSet]) -> str:
    """Sets as the YAML that they are edited in; reading it again gives the same."""
    return yaml.dump(
        [one.as_data() for one in sets], Dumper=BlockDumper, allow_unicode=True, sort_keys=False, width=110
    )


def read_text(
    text: str, name: str, base: KnowledgeBase | None = None, *, units: Sequence[str] | None = None
) -> tuple[tuple[QuestionSet, ...], tuple[Problem, ...]]:
    """The sets of a file given as text, and every problem in it; ``name`` is what problems call it."""
    try:
        content = yaml_text.read(text)
    except yaml_text.YamlRefusedError as refused:
        return (), tuple(Problem(file=name, entry=s.entry, field=s.field, message=s.message) for s in refused.slips)
    return read_bodies(content, name, base, units=units)


def read_bodies(
    bodies: Any, name: str, base: KnowledgeBase | None = None, *, units: Sequence[str] | None = None
) -> tuple[tuple[QuestionSet, ...], tuple[Problem, ...]]:
    """Sets from plain values. ``base``: the entries that they may name; ``units``: the units, as usual unless given."""
    problems: list[Problem] = []
    if bodies is None:
        return (), ()
    if not isinstance(bodies, list):
        return (), (Problem(file=name, entry="-", field="-", message="應為題組清單"),)
    if len(bodies) > MOST_SETS:
        return (), (Problem(file=name, entry="-", field="-", message=f"超過 {MOST_SETS} 組"),)
    found: dict[str, QuestionSet] = {}
    for number, raw in enumerate(bodies, 1):
        if not isinstance(raw, dict):
            problems.append(Problem(file=name, entry=f"第 {number} 筆", field="-", message="題組應為欄位與值"))
            continue
        one = _Reader(name, raw, problems, base, units if units is not None else unit_names()).whole()
        if one.id in found:
            problems.append(Problem(file=name, entry=one.id, field="id", message="代號重複"))
        found[one.id] = one
    return tuple(found.values()), tuple(problems)


class _Reader:
    """Reads one set and notes what is wrong with it."""

    def __init__(
        self, file: str, raw: Mapping[Any, Any], problems: list[Problem], base: KnowledgeBase | None,
        units: Sequence[str],
    ) -> None:  # fmt: skip
        self.fields, self.base, self.units = FieldReader(file, raw, problems), base, units

    def whole(self) -> QuestionSet:
        """The set, as far as it can be read."""
        fields = self.fields
        _known(fields, fields.raw, _SET_FIELDS, "")
        name = fields.text("id", needed=True)
        if name and not _usable(name):
            fields.note("id", "僅可用小寫英文字母、數字與連字號")
        unit = fields.text("unit", needed=True)
        if unit and unit not in self.units:
            fields.note("unit", f"「{unit[:40]}」不是本分局的單位，可用：{'、'.join(self.units)}")
        stopped = fields.raw.get("stopped", False)
        if not isinstance(stopped, bool):
            fields.note("stopped", "應為 true 或 false")
        found = QuestionSet(
            id=name, category=fields.choice("category", Category, among=CASE_CATEGORIES),
            topic=fields.text("topic") or None, words=fields.texts("words"), unit=unit,
            title=self._words(fields.raw.get("title"), "title", 60), entries=fields.texts("entries"),
            basis=fields.texts("basis"), verified=fields.day("verified"), stopped=stopped is True,
            questions=self._questions(),
        )  # fmt: skip
        self._check(found)
        return found

    def _check(self, found: QuestionSet) -> None:
        note = self.fields.note
        if not found.topic and not found.words:
            note("topic", "請填主題，或以 words 列出案由會出現的詞")
        if not found.entries and not found.basis:
            note("entries", "請填知識庫條目（entries）或法規依據（basis）：題目不得沒有來源")
        short = [word for word in found.words if len(normalise(word)) < 2]
        if short:
            note("words", f"「{short[0]}」太短，至少兩個字")
        if self.base is not None:
            gone = [name for name in found.entries if self.base.entry(name) is None]
            if gone:
                note("entries", f"沒有這些條目：{'、'.join(gone)}")

    def _questions(self) -> tuple[Question, ...]:
        value = self.fields.raw.get("questions")
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_QUESTIONS:
            self.fields.note("questions", f"應為 1 到 {MOST_QUESTIONS} 題的清單")
            return ()
        found: dict[str, Question] = {}
        for place, raw in self._rows(value, "questions"):
            one = self._question(raw, place)
            if one.id in found:
                self.fields.note(f"{place}.id", "代號重複")
            found[one.id] = one
        return tuple(found.values())

    def _rows(self, value: Iterable[object], place: str) -> Iterator[tuple[str, Mapping[Any, Any]]]:
        """Where each part of a list stands, and its fields; what has none is noted and left out."""
        for number, raw in enumerate(value, 1):
            at = f"{place}[{number}]"
            if isinstance(raw, dict):
                yield at, raw
            else:
                self.fields.note(at, "應為欄位與值")

    def _question(self, raw: Mapping[Any, Any], place: str) -> Question:
        _known(self.fields, raw, _QUESTION_FIELDS, f"{place}.")
        part = FieldReader(self.fields.file, {"id": self.fields.entry, "kind": raw.get("kind", "text")}, [])
        kind = part.choice("kind", AnswerKind)
        if part.problems:
            self.fields.note(f"{place}.kind", part.problems[0].message)
        choices = self._choices(raw.get("choices"), place)
        if (kind is AnswerKind.CHOICE) != bool(choices):
            self.fields.note(f"{place}.choices", "選擇題要有選項，其他題型不可有")
        source = raw.get("source") or ""
        if not isinstance(source, str) or len(source) > ASKED_LONGEST:
            self.fields.note(f"{place}.source", f"應為 {ASKED_LONGEST} 字以內的文字")
            source = ""
        return Question(
            id=self._id(raw, place), kind=kind, name=self._words(raw.get("name"), f"{place}.name", NAME_LONGEST * 2),
            ask=self._words(raw.get("ask"), f"{place}.ask", ASKED_LONGEST), choices=choices, source=source.strip(),
        )  # fmt: skip

    def _choices(self, value: object, place: str) -> tuple[Choice, ...]:
        if not value:
            return ()
        if not isinstance(value, list) or not 2 <= len(value) <= MOST_CHOICES:
            self.fields.note(f"{place}.choices", f"應為 2 到 {MOST_CHOICES} 個選項的清單")
            return ()
        found: dict[str, Choice] = {}
        for at, raw in self._rows(value, f"{place}.choices"):
            _known(self.fields, raw, _CHOICE_FIELDS, f"{at}.")
            spoken = {language: raw.get(language) for language in READING_LANGUAGES}
            one = Choice(id=self._id(raw, at), words=self._words(spoken, at, NAME_LONGEST))
            if one.id in found or one.id in {"skip", "stop"}:
                self.fields.note(f"{at}.id", "代號重複，或為保留字")
            found[one.id] = one
        return tuple(found.values())

    def _id(self, raw: Mapping[Any, Any], place: str) -> str:
        value = raw.get("id")
        if not isinstance(value, str) or not _usable(value) or len(value) > 40:
            self.fields.note(f"{place}.id", "應為 40 字以內的小寫英文字母、數字與連字號（數字或 yes、no 請加引號）")
            return str(value)[:40]
        return value

    def _words(self, value: object, place: str, most: int) -> Words:
        found: dict[str, str] = {}
        held = value if isinstance(value, dict) else {}
        for language in READING_LANGUAGES:
            said = held.get(str(language))
            if not isinstance(said, str) or not said.strip():
                self.fields.note(f"{place}.{language}", "不可空白（數字、日期或 yes、no 請加引號）")
                said = ""
            elif len(said) > most:
                self.fields.note(f"{place}.{language}", f"{len(said)} 字，超過 {most} 字")
            elif "\x00" in said or any("\ud800" <= letter <= "\udfff" for letter in said):
                self.fields.note(f"{place}.{language}", "含有無法儲存的字元")
                said = ""
            found[language] = said.strip()
        return MappingProxyType(found)


def _known(fields: FieldReader, raw: Mapping[Any, Any], known: frozenset[str], place: str) -> None:
    unknown = "、".join(str(key)[:40] for key in raw if str(key) not in known)
    if unknown:
        fields.note(f"{place}-", f"沒有這些欄位：{unknown}")


def _usable(name: str) -> bool:
    plain = name.replace("-", "")
    return plain.isascii() and plain.isalnum() and name == name.lower()


@cache
def shipped() -> tuple[QuestionSet, ...]:
    """The sets that come with the product. Raises ValueError: a file must be mended first."""
    folder = resources.files("knowledge") / "data" / "question_sets"
    found: list[QuestionSet] = []
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.name.endswith(".yaml"):
            sets, problems = read_text(path.read_text(encoding="utf-8"), path.name)
            if problems:
                raise ValueError(str(problems[0]))
            found += sets
    return tuple(found)


def set_for(
    sets: Iterable[QuestionSet], category: str, topic: str | None, text: str, fold: Callable[[str], str] = normalise
) -> QuestionSet | None:
    """The set of a matter: the one with the longest of its words in the text, else that of the topic without words."""
    folded, of_category = fold(text), [one for one in sets if one.category == category and not one.stopped]
    best: tuple[int, QuestionSet] | None = None
    for one in of_category:
        longest = max((len(word) for word in map(fold, one.words) if word and word in folded), default=0)
        if longest and (best is None or longest > best[0]):
            best = longest, one
    if best is not None:
        return best[1]
    return next((one for one in of_category if topic and one.topic == topic and not one.words), None)
