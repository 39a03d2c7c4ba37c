"""Drafts by a language model as programs ask for them and read them. Every text of a model is labelled as such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from bot.api.schemas.answers import Representation
from bot.web.fields import Body, ReadingLanguage, Reason, Text, WrittenInstant
from routing.domain.assist.outputs import Sentence as OneSentence
from routing.domain.assist.outputs import Use
from routing.service.assist.asking import MOST_POINTS, MOST_TEXT, Wanted
from routing.service.assist.switch import Register, UseCounts
from routing.service.assist.using import Output

LABEL = "AI 產生，未經核實"


class AssistanceBody(Body):
    """A ``reply`` from the officer's own ``points`` among others, a ``summary``, or a ``translation``.

    That is of a ``text`` or a ``message`` of the case, into ``language``.
    """

    use: Literal["reply", "summary", "translation"]
    points: Annotated[Text, Field(max_length=MOST_POINTS)] = ""
    text: Annotated[Text, Field(max_length=MOST_TEXT)] = ""
    message: Annotated[StrictInt, Field(ge=1)] | None = None
    language: ReadingLanguage = "zh-TW"

    def wanted(self) -> Wanted:
        """As the service takes it."""
        return Wanted(
            use=Use(self.use), points=self.points, text=self.text, message_id=self.message, language=self.language
        )


class AssistanceMade(Representation):
    """That a model answered; its words are read at ``Location``."""

    id: int
    label: str = LABEL


class Gap(Representation):
    """What no cited source proves: its kind (``number``, ``day``, ``law``, ``no_source`` …) and the words."""

    kind: str
    words: str


class DraftedSentence(Representation):
    """One sentence with the entries and messages that it cites; ``proven``: as far as figures, days and laws go."""

    text: str
    sources: list[str]
    proven: bool
    gaps: list[Gap]

    @classmethod
    def of(cls, one: OneSentence) -> DraftedSentence:
        """One sentence."""
        return cls(text=one.text, sources=list(one.sources), proven=not one.gaps, gaps=_gaps(one.gaps))


class Assistance(Representation):
    """What a model was asked and answered. ``words``: whether the caller may read it; else the texts are empty.

    ``prompt``: all that went out, masked. ``lost`` and ``added``: where a translation differs from ``original``.
    """

    id: int
    use: str
    state: str
    problem: str | None
    label: str
    by: str
    at: WrittenInstant
    model: str
    host: str
    words: bool
    prompt: str
    text: str
    sentences: list[DraftedSentence]
    original: str
    lost: list[Gap]
    added: list[Gap]
    left_out: int
    decided_by: str | None
    decided_at: WrittenInstant | None
    changed: bool | None
    erased_at: WrittenInstant | None

    @classmethod
    def of(cls, output: Output) -> Assistance:
        """One of them."""
        row, result = output.row, output.result
        return cls(
            id=row.id, use=row.use, state=row.state, problem=row.problem, label=LABEL, by=row.by, at=row.at,
            model=row.model, host=row.host, words=output.words, prompt=output.prompt, text=output.text,
            sentences=[DraftedSentence.of(one) for one in output.sentences], original=result.get("original", ""),
            lost=_gaps(result.get("lost", ())), added=_gaps(result.get("added", ())),
            left_out=result.get("left_out", 0), decided_by=row.decided_by, decided_at=row.decided_at,
            changed=row.changed, erased_at=row.erased_at,
        )  # fmt: skip


class AssistanceList(Representation):
    """Everything that was asked in a case, the newest first."""

    items: list[Assistance]


class DecisionBody(Body):
    """Whether the model that the settings name may be asked, and why."""

    on: StrictBool
    reason: Reason


class AssistDecision(Representation):
    """Who decided what, when and why, on which model where."""

    on: bool
    model: str
    host: str
    by: str
    at: WrittenInstant
    reason: str


class AssistUse(Representation):
    """What was asked for one use, by what became of it."""

    use: str
    asked: int
    states: dict[str, int]
    sentences: int
    unproven: int
    changed: int

    @classmethod
    def of(cls, one: UseCounts) -> AssistUse:
        """One use."""
        return cls(
            use=one.use, asked=one.asked, states=dict(one.states), sentences=one.sentences, unproven=one.unproven,
            changed=one.changed,
        )  # fmt: skip


class AssistRegister(Representation):
    """Which model is asked where, for what, whether it may be, who decided so, and what became of it."""

    on: bool
    model: str | None
    host: str | None
    decisions: list[AssistDecision]
    uses: list[AssistUse]
    last_good_at: WrittenInstant | None

    @classmethod
    def of(cls, register: Register) -> AssistRegister:
        """The register."""
        endpoint = register.switch.endpoint
        return cls(
            on=register.switch.on, model=endpoint.model if endpoint else None, host=endpoint.host if endpoint else None,
            decisions=[
                AssistDecision(
                    on=one.on, model=one.endpoint.model, host=one.endpoint.host, by=one.by, at=one.at, reason=one.reason
                )
                for one in register.decisions
            ],
            uses=[AssistUse.of(one) for one in register.uses], last_good_at=register.last_good,
        )  # fmt: skip


def _gaps(found: Iterable[Sequence[str]]) -> list[Gap]:
    return [Gap(kind=kind, words=words) for kind, words in found]
