"""What stands with a case beside its events, as its history has it: what it was asked (題組), and its letters (公文).

Both are fields that a history may leave out (docs/import.md). Which message gave an answer is not said: a message that
was imported cannot be taken back by its writer any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.question_sets import AnswerKind
from routing.domain import letters
from routing.domain.asked_sets import LONGEST, Asked, asked_from
from routing.domain.letters import Letter, letter_from
from routing.domain.reporting.fields import choice, instant, no_unknown, optional_text, refuse, required, text

FIELDS = ("questions", "letters")
HOW = ("hand", "file")
"""How the number of a letter came back."""
_QUESTIONS = frozenset({"set", "version", "answers", "skipped", "asked_at", "updated_at", "by"})
_LETTER = frozenset({"letter", "by", "at", "doc_no", "sent_on", "numbered_by", "numbered_at", "how"})
_PARTS = frozenset(one.name for one in fields(Letter)) - {"doc_no", "sent_on"}
_MOST_LETTERS, _MOST_VERSION, _LONGEST_BY = 200, 2**31 - 1, 200
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOnce:
    """What a case was asked, when, and who entered it last (None: the firm)."""

    asked: Asked
    asked_at: datetime
    updated_at: datetime
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A letter and, once it has gone out, its number; ``how`` is one of ``HOW``."""

    letter: Letter
    by: str
    at: datetime
    doc_no: str | None = None
    sent_on: date | None = None
    numbered_by: str | None = None
    numbered_at: datetime | None = None
    how: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """All that stands beside the events; the letters in the order in which they were made."""

    questions: AskedOnce | None = None
    letters: tuple[KeptLetter, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON values in canonical order; what is not there is left out."""
        found: dict[str, Any] = {}
        if self.questions is not None:
            found["questions"] = _questions_plain(self.questions)
        if self.letters:
            found["letters"] = [_letter_plain(one) for one in self.letters]
        return found

    def mark(self) -> str:
        """Equal for what says the same; empty for nothing."""
        return _JSON(self.plain()) if self.questions is not None or self.letters else ""


NOTHING = Attached()


def _questions_plain(one: AskedOnce) -> dict[str, Any]:
    found: dict[str, Any] = {
        "set": one.asked.set.as_data(), "version": one.asked.version,
        "answers": {name: answer.value for name, answer in one.asked.answers.items()},
        "skipped": list(one.asked.skipped), "asked_at": _written(one.asked_at), "updated_at": _written(one.updated_at),
        "by": one.by,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in (None, [])}


def _letter_plain(one: KeptLetter) -> dict[str, Any]:
    parts = {name: value for name, value in one.letter.plain().items() if name in _PARTS and value}
    found: dict[str, Any] = {
        "letter": parts, "by": one.by, "at": _written(one.at), "doc_no": one.doc_no,
        "sent_on": one.sent_on.isoformat() if one.sent_on is not None else None, "numbered_by": one.numbered_by,
        "numbered_at": _written(one.numbered_at) if one.numbered_at is not None else None, "how": one.how,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _written(at: datetime) -> str:
    return at.astimezone(TAIPEI).isoformat()


def read(record: Mapping[str, Any], received_at: datetime, now: datetime) -> Attached:
    """What a history says beside its events.

    Args:
        record: the line as an object.
        received_at: aware; nothing of this is older.
        now: aware; nothing of this is newer.

    Raises:
        Invalid: with the reason, for the first of it that cannot be used.
    """
    raw = record.get("letters", [])
    if not isinstance(raw, list) or len(raw) > _MOST_LETTERS:
        refuse(f"欄位 letters 必須是陣列，最多 {_MOST_LETTERS} 份。")
    kept = tuple(_letter(_object(one, "letters"), received_at, now) for one in raw)
    if any(later.at < earlier.at for earlier, later in pairwise(kept)):
        refuse("欄位 letters 的時間順序不符。")
    asked = record.get("questions")
    return Attached(
        questions=None if asked is None else _questions(_object(asked, "questions"), received_at, now), letters=kept
    )


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        refuse(f"欄位 {field} 必須是物件。")
    return value


def _questions(given: Mapping[str, Any], received_at: datetime, now: datetime) -> AskedOnce:
    no_unknown(given, _QUESTIONS, where="questions")
    version = required(given, "version")
    if type(version) is not int or not 0 <= version <= _MOST_VERSION:
        refuse("欄位 questions.version 必須是 0 以上的整數。")
    answers, skipped = _object(given.get("answers", {}), "questions.answers"), given.get("skipped", [])
    if not isinstance(skipped, list):
        refuse("欄位 questions.skipped 必須是陣列。")
    body = _object(required(given, "set"), "questions.set")
    text(_JSON(body), "questions.set")
    asked = asked_from(dict(body), version, {})
    if asked is None:
        refuse("欄位 questions.set 不是可用的題組。")
    for name, given_value in answers.items():
        question, value = asked.set.question(name), text(given_value, f"questions.answers.{name}")
        if question is None or not value or len(value) > LONGEST:
            refuse(f"欄位 questions.answers 的「{name}」不是這個題組的題目，或答案空白、超過 {LONGEST} 字。")
        if question.kind is AnswerKind.CHOICE and question.choice(value) is None:
            refuse(f"欄位 questions.answers 的「{name}」沒有選項「{value}」。")
        asked = asked.answer(name, value)
    for name in skipped:
        if not isinstance(name, str) or asked.set.question(name) is None or name in asked.answers:
            refuse(f"欄位 questions.skipped 的「{name}」不是這個題組未答的題目。")
        asked = asked.skip(name)
    begun = instant(required(given, "asked_at"), "questions.asked_at", received_at, now)
    return AskedOnce(
        asked=asked, asked_at=begun, by=_person(given, "by"),
        updated_at=instant(required(given, "updated_at"), "questions.updated_at", begun, now),
    )  # fmt: skip


def _letter(given: Mapping[str, Any], received_at: datetime, now: datetime) -> KeptLetter:
    no_unknown(given, _LETTER, where="letters")
    parts = _object(required(given, "letter"), "letters.letter")
    no_unknown(parts, _PARTS, where="letters.letter")
    listed = {one.name for one in fields(Letter) if one.name in {"contacts", "points", "to", "copies"}}
    for name, value in parts.items():
        for one in value if isinstance(value, list) and name in listed else [value]:
            text(one, f"letters.letter.{name}")
        if name in listed and not isinstance(value, list):
            refuse(f"欄位 letters.letter.{name} 必須是陣列。")
    letter = letter_from(parts)
    letters.require_whole(letter)
    at = instant(required(given, "at"), "letters.at", received_at, now)
    by = _needed_person(given, "by")
    if given.get("doc_no") is None:
        if given.keys() & {"sent_on", "numbered_by", "numbered_at", "how"}:
            refuse("欄位 letters 沒有 doc_no，卻有其登錄。")
        return KeptLetter(letter=letter, by=by, at=at)
    return KeptLetter(
        letter=letter, by=by, at=at, doc_no=letters.number_checked(text(given["doc_no"], "letters.doc_no")),
        sent_on=_day(given), numbered_by=_needed_person(given, "numbered_by"),
        numbered_at=instant(required(given, "numbered_at"), "letters.numbered_at", at, now),
        how=choice(given, "how", HOW),
    )  # fmt: skip


def _day(given: Mapping[str, Any]) -> date | None:
    written = optional_text(given, "sent_on")
    try:
        return date.fromisoformat(written) if written is not None else None
    except ValueError:
        refuse(f"欄位 letters.sent_on 的日期「{written}」格式不符；例如 2026-11-16。")


def _needed_person(given: Mapping[str, Any], field: str) -> str:
    return _person(given, field) or refuse(f"缺少必要的欄位 letters.{field}。")


def _person(given: Mapping[str, Any], field: str) -> str | None:
    value = optional_text(given, field)
    if value is not None and len(value) > _LONGEST_BY:
        refuse(f"欄位 {field} 過長。")
    return value or None
