"""What a case was asked by a question set, and what was answered: the set as it was then, answer by answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from knowledge.language.text import normalise
from knowledge.question_sets import AnswerKind, Question, QuestionSet, read_bodies
from routing.domain.dialogue.ordinals import picked

LONGEST = 500
"""Characters of an answer; what is longer stands with the case as a message."""
_FIGURE = re.compile(r"[0-9０-９一二三四五六七八九十百千萬万兩零〇]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``value``: the id of a choice, the firm's words, or how many files. ``messages``: in which it was said."""

    value: str
    messages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A case's questions. ``version``: of the desk; 0: as shipped. ``skipped``: left out by the firm."""

    set: QuestionSet
    version: int
    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    skipped: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still to be asked."""
        return tuple(
            one.id for one in self.set.questions if one.id not in self.answers and one.id not in self.skipped
        )  # fmt: skip

    def answer(self, question: str, value: str, messages: tuple[int, ...] = ()) -> Asked:
        """With an answer in place of the one that stood."""
        left = tuple(one for one in self.skipped if one != question)
        given = Answer(value=value[:LONGEST], messages=messages)
        return replace(self, answers=MappingProxyType({**self.answers, question: given}), skipped=left)

    def skip(self, question: str) -> Asked:
        """Without an answer to a question, and none is asked for."""
        kept = {name: one for name, one in self.answers.items() if name != question}
        return replace(self, answers=MappingProxyType(kept), skipped=tuple(dict.fromkeys((*self.skipped, question))))

    def without_message(self, message: int) -> Asked:
        """As if a message had not been written: it was taken back."""
        kept = {name: one for name, one in self.answers.items() if message not in one.messages}
        return replace(self, answers=MappingProxyType(kept))

    def plain(self) -> dict[str, Any]:
        """The answers as JSON values."""
        return {
            "answers": {
                name: {"value": one.value, "messages": list(one.messages)} for name, one in self.answers.items()
            },
            "skipped": list(self.skipped),
        }  # fmt: skip


def asked_from(body: dict[str, Any], version: int, plain: Mapping[str, Any]) -> Asked | None:
    """What ``plain`` wrote with its set; None where a program that is not ours wrote the set."""
    sets, problems = read_bodies([body], "case", units=[str(body.get("unit", ""))])
    if problems or not sets:
        return None
    answers = {
        name: Answer(value=str(one["value"]), messages=tuple(one.get("messages", ())))
        for name, one in (plain.get("answers") or {}).items()
    }
    return Asked(
        set=sets[0], version=version, answers=MappingProxyType(answers), skipped=tuple(plain.get("skipped") or ())
    )  # fmt: skip


def heard(question: Question, text: str) -> str | None:
    """The answer that words give; None where they give none. Of a choice: said in any language, or by its place."""
    words = " ".join(text.split())
    if not words or question.kind is AnswerKind.FILE:
        return None
    if question.kind is AnswerKind.CHOICE:
        return _chosen(question, words)
    if question.kind is AnswerKind.NUMBER and not _FIGURE.search(words):
        return None
    return words[:LONGEST]


def _chosen(question: Question, words: str) -> str | None:
    said = normalise(words)
    exact = [one.id for one in question.choices if said in {normalise(label) for label in one.words.values()}]
    if exact:
        return exact[0]
    place = picked(words, len(question.choices))
    if place is not None:
        return question.choices[place].id
    # 還沒備妥 holds 備妥: only words that hold one choice alone say it.
    held = [
        one.id for one in question.choices if any(normalise(label) in said for label in one.words.values() if label)
    ]
    return held[0] if len(held) == 1 and not _DENIES.search(said) else None


_DENIES = re.compile(r"[不没未沒無无]|\bnot\b|\bno\b|ない|ません")


def shown(question: Question, value: str, language: str | None) -> str:
    """An answer as it is read: a choice by its words."""
    choice = question.choice(value) if question.kind is AnswerKind.CHOICE else None
    return choice.shown(language) if choice is not None else value
