"""Question sets and what cases answered, as the API takes and answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StrictBool

from bot.api.schemas.answers import Representation
from bot.api.schemas.requests import Limit, Query, Word
from bot.web.fields import Body, Text, WrittenInstant
from knowledge.question_sets import AnswerKind, QuestionSet
from routing.domain.pagination import Page
from routing.service.question_sets.active import Standing
from routing.service.question_sets.asking import CaseAsked
from routing.service.question_sets.versions import Version

_Words = dict[str, Annotated[Text, Field(max_length=200)]]
_Name = Annotated[Text, Field(min_length=1, max_length=80)]
_Lines = Annotated[list[Annotated[Text, Field(max_length=200)]], Field(max_length=100)]


class SetsQuery(Query):
    """Pages, by id; ``cursor``: the id after which the page begins."""

    limit: Limit = 50
    cursor: Annotated[str, Field(max_length=80)] | None = None


class VersionsQuery(Query):
    """Pages of a set's versions."""

    limit: Limit = 50
    cursor: Word | None = None


class QuestionBody(Body):
    """``kind``: text, number, choice or file. ``name``, ``ask`` and each of ``choices`` by language."""

    id: _Name
    kind: AnswerKind = AnswerKind.TEXT
    name: _Words
    ask: _Words
    choices: Annotated[list[_Words], Field(max_length=20)] = Field(default_factory=list)
    source: Annotated[Text, Field(max_length=200)] = ""


class SetBody(Body):
    """A set as its YAML has it. Without ``words`` it is asked of the whole topic; a source is needed."""

    id: _Name
    category: Annotated[Text, Field(max_length=20)]
    topic: Annotated[Text, Field(max_length=40)] | None = None
    words: _Lines = Field(default_factory=list)
    unit: _Name
    title: _Words
    entries: _Lines = Field(default_factory=list)
    basis: _Lines = Field(default_factory=list)
    verified: Annotated[Text, Field(max_length=10)]
    stopped: StrictBool = False
    questions: Annotated[list[QuestionBody], Field(min_length=1, max_length=20)]
    note: Annotated[Text, Field(max_length=300)] = ""

    def as_data(self) -> dict[str, Any]:
        """As the file has it."""
        body = self.model_dump(exclude={"note"}, mode="json")
        return {**body, "topic": body["topic"] or ""}


class SetApprovalBody(Body):
    """The decision of another person than who wrote it; a refusal says why."""

    approve: StrictBool
    note: Annotated[Text, Field(max_length=300)] | None = None


class AnswersBody(Body):
    """Answers by question id: the id of a choice or its words, else text; empty: no answer."""

    answers: Annotated[dict[str, Annotated[Text, Field(max_length=500)]], Field(max_length=40)]


class SetOption(Representation):
    """A choice."""

    id: str
    words: dict[str, str]


class SetQuestion(Representation):
    """A question as firms read it."""

    id: str
    kind: AnswerKind
    name: dict[str, str]
    ask: dict[str, str]
    choices: list[SetOption]
    source: str


class QuestionSetShown(Representation):
    """A set. ``version`` 0: as it ships."""

    id: str
    version: int
    category: str
    topic: str | None
    words: list[str]
    unit: str
    title: dict[str, str]
    entries: list[str]
    basis: list[str]
    verified: str
    stopped: bool
    questions: list[SetQuestion]

    @classmethod
    def of(cls, one: QuestionSet, version: int) -> QuestionSetShown:
        """One set."""
        questions = [
            SetQuestion(
                id=each.id, kind=each.kind, name=_words(each.name), ask=_words(each.ask), source=each.source,
                choices=[SetOption(id=choice.id, words=_words(choice.words)) for choice in each.choices],
            )
            for each in one.questions
        ]  # fmt: skip
        return cls(
            id=one.id, version=version, category=str(one.category), topic=one.topic, words=list(one.words),
            unit=one.unit, title=_words(one.title), entries=list(one.entries), basis=list(one.basis),
            verified=one.verified.isoformat(), stopped=one.stopped, questions=questions,
        )  # fmt: skip


def _words(words: Any) -> dict[str, str]:
    return {str(language): said for language, said in words.items()}


class SetPage(Representation):
    """Some sets."""

    items: list[QuestionSetShown]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Sequence[Standing], limit: int) -> SetPage:
        """The first of them."""
        shown = [QuestionSetShown.of(one.set, one.version) for one in found[:limit]]
        return cls(items=shown, next_cursor=shown[-1].id if len(found) > limit else None)


class SetVersion(Representation):
    """A version: draft, approved or rejected."""

    version: int
    set: str
    state: str
    author: str
    approver: str | None
    note: str
    at: WrittenInstant
    decided_at: WrittenInstant | None

    @classmethod
    def of(cls, version: Version) -> SetVersion:
        """One of them."""
        row = version.row
        return cls(
            version=row.id, set=row.set_id, state=row.state, author=row.author, approver=row.approver, note=row.note,
            at=row.at, decided_at=row.decided_at,
        )  # fmt: skip


class SetWhole(Representation):
    """A set with a page of its versions, the newest first; ``standing`` null while none is approved."""

    standing: QuestionSetShown | None
    versions: list[SetVersion]
    next_cursor: str | None

    @classmethod
    def whole(cls, standing: Standing | None, found: Page[Version]) -> SetWhole:
        """One of them."""
        shown = QuestionSetShown.of(standing.set, standing.version) if standing is not None else None
        versions = [SetVersion.of(one) for one in found.items]
        return cls(standing=shown, versions=versions, next_cursor=found.next_cursor)


class GivenAnswer(Representation):
    """A question with its answer; ``value``: of a choice its id. ``state``: answered, skipped or open."""

    question: str
    name: str
    state: str
    value: str | None
    shown: str | None


class CaseAnswers(Representation):
    """What a case was asked: the set as it was then. ``by``: who entered it last; null: the firm."""

    set: str | None
    title: str | None
    version: int | None
    asked_at: WrittenInstant | None
    updated_at: WrittenInstant | None
    by: str | None
    answers: list[GivenAnswer]

    @classmethod
    def of(cls, found: CaseAsked | None) -> CaseAnswers:
        """What is known."""
        if found is None:
            return cls(set=None, title=None, version=None, asked_at=None, updated_at=None, by=None, answers=[])
        asked = found.asked
        given = []
        for one in asked.set.questions:
            answer = asked.answers.get(one.id)
            choice = one.choice(answer.value) if answer is not None else None
            state = "answered" if answer is not None else "skipped" if one.id in asked.skipped else "open"
            value = answer.value if answer is not None else None
            shown = choice.shown(None) if choice is not None else value
            given.append(GivenAnswer(question=one.id, name=one.name["zh-TW"], state=state, value=value, shown=shown))
        return cls(
            set=asked.set.id, title=asked.set.title["zh-TW"], version=asked.version, asked_at=found.asked_at,
            updated_at=found.updated_at, by=found.by, answers=given,
        )  # fmt: skip
