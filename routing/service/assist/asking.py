"""Asking a language model about a case, in three parts of which the middle one holds no transaction.

``prepare`` writes down what will be asked; the caller asks; ``finish`` keeps the answer, if it may still be kept.
Nothing here, nor anything that it imports, can send a message: an answer is text that an officer may take into a form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.entries import FaqEntry
from knowledge.language.placeholders import Placeholders
from routing.domain.assist import outputs, prompts
from routing.domain.assist.outputs import Source, State, Use
from routing.domain.assist.prompts import LANGUAGES, Prompt
from routing.domain.assist.switch import Endpoint
from routing.domain.errors import Invalid, ModelError, NotFound
from routing.domain.permissions import Actor
from routing.service.assist import material, switch
from routing.store.accounts import queries as account_store
from routing.store.assist import queries as store
from routing.store.assist.schema import AssistOutput
from routing.store.cases import queries as case_store
from routing.store.cases.schema import Case as CaseRow

MOST_POINTS, MOST_TEXT = 1000, 2000
_STATES = {"model_stopped": State.STOPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an officer asks for.

    ``points``: their own, for a reply. Of a translation: ``text``, or a message of the case, and into which language.
    """

    use: Use
    points: str = ""
    text: str = ""
    message_id: int | None = None
    language: str = "zh-TW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A question that is written down and may be asked. The marks' meaning is in memory only."""

    output_id: int
    number: str
    wanted: Wanted
    prompt: Prompt
    marks: Placeholders = field(repr=False)
    sources: tuple[Source, ...] = ()
    left_out: int = 0
    original: str = ""


def prepare(
    session: Session, actor: Actor, number: str, wanted: Wanted, *, endpoint: Endpoint | None,
    entries: Sequence[FaqEntry] = (), now: datetime,
) -> Prepared:  # fmt: skip
    """Write down what is asked: who, about which case, and all the words that will go out.

    Raises:
        NotFound, Forbidden: as for any step of the case. Invalid: there is nothing to ask about, or too much.
        StepNotAllowed: the case is confidential (``assist_confidential``), or it is turned off (``assist_off``).
    """
    row = material.case_of(session, actor, number)
    endpoint = switch.require_on(session, endpoint)
    marks = material.marks_for(session, row)
    sources: tuple[Source, ...] = ()
    original, left_out = "", 0
    if wanted.use is Use.TRANSLATION:
        original = marks.hide(material.without_sensitive(_to_translate(session, row, wanted)))
        prompt = prompts.of_text(original, wanted.language)
    else:
        if len(wanted.points) > MOST_POINTS:
            raise Invalid(f"要點請在 {MOST_POINTS} 字以內。", field="points")
        found = material.gathered(session, row, wanted.use, marks, entries=entries, points=wanted.points)
        if not found.sources:
            raise Invalid("本案沒有可供整理的內容。", code="assist_nothing")
        sources, left_out = found.sources, found.left_out
        prompt = prompts.of_sources(wanted.use, sources, found.subject)
    output = AssistOutput(
        case_id=row.id, use=wanted.use.value, state=State.ASKED.value, by=actor.email or actor.name, at=now,
        model=endpoint.model, host=endpoint.host, rules=prompts.VERSION, prompt=prompt.text, masked=marks.count,
    )  # fmt: skip
    session.add(output)
    session.flush()
    asked = {"model": endpoint.model, "host": endpoint.host, "masked": marks.count}
    _audit(session, actor, row, output, "assist.asked", at=now, **asked)
    return Prepared(
        output_id=output.id, number=row.number, wanted=wanted, prompt=prompt, marks=marks, sources=sources,
        left_out=left_out, original=original,
    )  # fmt: skip


def _to_translate(session: Session, row: CaseRow, wanted: Wanted) -> str:
    if wanted.language not in LANGUAGES:
        raise Invalid(f"language 必須是 {'、'.join(LANGUAGES)} 之一。", field="language")
    text = wanted.text
    if wanted.message_id is not None:
        said = next((one for one in case_store.messages(session, row.id) if one.id == wanted.message_id), None)
        if said is None or said.erased_at is not None:
            raise NotFound("本案沒有這則訊息。")
        text = said.text
    if not text.strip():
        raise Invalid("請填寫要翻譯的文字。", field="text")
    if len(text) > MOST_TEXT:
        raise Invalid(f"要翻譯的文字請在 {MOST_TEXT} 字以內。", field="text")
    return text.strip()


def finish(
    session: Session, actor: Actor, prepared: Prepared, said: str | ModelError, *, endpoint: Endpoint | None,
    milliseconds: int, now: datetime,
) -> AssistOutput:  # fmt: skip
    """Keep what came of it. Not the words of an answer that came too late.

    That is one after the switch was turned off, or after the case lost the words that were asked about.
    """
    output = store.output(session, prepared.output_id, lock=True)
    row = case_store.by_id(session, output.case_id) if output is not None else None
    if output is None or row is None:
        raise NotFound("找不到這次草擬。")
    output.milliseconds = milliseconds
    if output.erased_at is not None or not switch.state(session, endpoint).on:
        output.state, output.problem = State.STOPPED.value, "model_stopped"
    elif isinstance(said, ModelError):
        output.state, output.problem = _STATES.get(said.code, State.FAILED).value, said.code
    else:
        _keep(output, prepared, said, now)
    _audit(
        session, actor, row, output, "assist.answered", at=now, state=output.state, problem=output.problem,
        sentences=output.sentences, unproven=output.unproven,
    )  # fmt: skip
    return output


def _keep(output: AssistOutput, prepared: Prepared, said: str, now: datetime) -> None:
    marks, output.answered_at = prepared.marks, now

    def leaks(text: str) -> tuple[str, ...]:
        return (*marks.leaks(text), *marks.strange(text))

    try:
        if prepared.wanted.use is Use.TRANSLATION:
            found = outputs.translation(said, prepared.original, leaks)
            shown = outputs.shown_translation(found, marks.restore)
            result: dict[str, Any] = {
                **shown.plain(), "original": marks.restore(prepared.original), "language": prepared.wanted.language,
                "message": prepared.wanted.message_id,
            }  # fmt: skip
            output.sentences, output.unproven = 1, int(bool(shown.lost or shown.added))
        else:
            sentences = [
                outputs.shown(one, marks.restore) for one in outputs.sentences(said, prepared.sources, leaks)
            ]  # fmt: skip
            result = {
                "sentences": [one.plain() for one in sentences], "left_out": prepared.left_out,
                "sources": {source.id: source.label for source in prepared.sources},
            }  # fmt: skip
            output.sentences, output.unproven = len(sentences), sum(bool(one.gaps) for one in sentences)
    except ModelError as error:
        output.state, output.problem, output.answer = State.FAILED.value, error.code, outputs.storable(said)
        return
    output.state, output.answer, output.result = State.READY.value, outputs.storable(said), result


def _audit(
    session: Session, actor: Actor, row: CaseRow, output: AssistOutput, action: str, *, at: datetime, **detail: Any
) -> None:
    """Who asked what of whom, and how it went; the words are in the output's row, and none of them here."""
    told = {"output": output.id, "use": output.use, **detail}
    account_store.audit(
        session, at=at, actor=actor.email or actor.name, action=action, subject=row.number,
        detail={name: value for name, value in told.items() if value is not None},
    )  # fmt: skip
