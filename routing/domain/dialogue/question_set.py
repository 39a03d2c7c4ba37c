"""A question set (題組), asked behind the receipt of a case of its matter: one at a time, skipped, stopped or changed.

Each answer stands with the case as soon as it is given. Questions of the firm's own are answered in between, and what
stood is asked again.
"""

from __future__ import annotations

from dataclasses import replace

from knowledge.land import skips
from knowledge.question_sets import AnswerKind, Question
from routing.domain.asked_sets import Asked, heard, shown
from routing.domain.decision import Action
from routing.domain.dialogue import faq, menu, placed
from routing.domain.dialogue.placement import Reason, says_other_matter
from routing.domain.dialogue.state import State, Step
from routing.domain.dialogue.turn import CaseCard, Effect, KeepAnswers, Result, Turn
from routing.domain.messages import Button, Card, Outgoing, Row, Text, postback


def begins(turn: Turn, number: str, asked: Asked) -> tuple[State, tuple[Outgoing, ...]]:
    """Behind the receipt: what it is for, and the first question."""
    turn = replace(turn, state=State(number=number))
    title = asked.set.title[turn.language]
    intro = Text(turn.say("question.intro", title=title, n=len(asked.set.questions)))
    state, messages = _next(turn, asked)
    return state, (intro, *messages)


def question(turn: Turn) -> Result:
    """``question``: the questions are gone through (``number``); ``what`` is answered by ``value``, or asked anew."""
    case, asked = turn.own_case, turn.questions
    what, value = turn.inbound.data.get("what", ""), turn.inbound.data.get("value", "")
    if case is None or case.closed or asked is None:
        return menu.expired(turn)
    turn = replace(turn, state=replace(menu.idle(turn.state), number=case.number))
    if what == "stop":
        return _stopped(turn)
    if not what:
        state, messages = _next(turn, asked)
        return Result(state=state, messages=messages)
    one = asked.set.question(what)
    if one is None or (value not in {"", "skip"} and one.choice(value) is None):
        return menu.expired(turn)
    if not value:
        return Result(state=_asking(turn, what), messages=(_question(turn, asked, one),))
    changed = asked.skip(what) if value == "skip" else asked.answer(what, value)
    return _kept(turn, case, changed)


def told(turn: Turn) -> Result | None:
    """Words while a question of these stands; None where they are something else, and go their own way."""
    standing = _standing(turn)
    if standing is None or turn.quoted not in {None, turn.state.number}:
        return None
    case, asked, one = standing
    text = turn.inbound.text
    if skips(text):
        return _kept(turn, case, asked.skip(one.id))
    answer = heard(one, text)
    if one.kind is AnswerKind.CHOICE and answer is not None:
        return _taken(turn, case, asked, one, answer)
    if (aside := _aside(turn, case, asked, one)) is not None:
        return aside
    if says_other_matter(text):
        return None
    return _taken(turn, case, asked, one, answer)


def _taken(turn: Turn, case: CaseCard, asked: Asked, one: Question, answer: str | None) -> Result:
    """Words that are an answer; else they stay with the case, and the same is asked once more."""
    if answer is not None:
        return _kept(turn, case, asked.answer(one.id, answer, turn.message_ids))
    said = Text(turn.say(f"question.again.{one.kind}"))
    filed = placed.quietly(turn, case, Reason.ASKED)
    return Result(state=turn.state, messages=(said, _question(turn, asked, one)), effects=(filed,))


def file(turn: Turn) -> Result | None:
    """A picture or document while a question stands: it goes to the case, and answers a question that asks for one."""
    standing = _standing(turn)
    if standing is None or not turn.files_now:
        return None
    case, asked, one = standing
    if one.kind is AnswerKind.FILE:
        return _kept(turn, case, asked.answer(one.id, str(turn.files_now), turn.message_ids))
    filed = placed.filed(turn, case, Reason.ASKED)
    return replace(filed, state=turn.state, messages=(*filed.messages, _question(turn, asked, one)))


def again(turn: Turn) -> Result:
    """What was asked last, once more."""
    standing = _standing(turn)
    if standing is None:
        return Result(state=menu.idle(turn.state), messages=menu.greeting(turn))
    _, asked, one = standing
    return Result(state=turn.state, messages=(_question(turn, asked, one),))


def _standing(turn: Turn) -> tuple[CaseCard, Asked, Question] | None:
    """The open case of the conversation, its questions, and the one that stands."""
    case = next((one for one in turn.cases if one.number == turn.state.number and one.own and not one.closed), None)
    asked = turn.questions
    one = asked.set.question(turn.state.question_at or "") if asked is not None else None
    return (case, asked, one) if case is not None and asked is not None and one is not None else None


def _aside(turn: Turn, case: CaseCard, asked: Asked, one: Question) -> Result | None:
    """A question of the firm's is answered, offered an answer, or left to its officer; thanks pass. We ask again."""
    decision, stands = turn.decision, _question(turn, asked, one)
    if decision is None:
        return None
    match = decision.match if turn.sure and turn.asks else None
    if match is not None and match.entry.kind.value != "hand_over":
        answered = faq.answer(turn, match.entry, state=turn.state)
    elif decision.action is Action.CHAT and not (one.kind is AnswerKind.NUMBER and heard(one, turn.inbound.text)):
        return Result(state=turn.state, messages=(stands,))
    elif turn.asks and decision.choices:
        answered = faq.offered(turn, turn.state)
    elif turn.asks:
        answered = placed.filed(turn, case, Reason.ASKED)
    else:
        return None
    return replace(answered, state=turn.state, messages=(*answered.messages, stands))


def _kept(turn: Turn, case: CaseCard, changed: Asked) -> Result:
    state, messages = _next(turn, changed)
    effects: tuple[Effect, ...] = (KeepAnswers(number=case.number, asked=changed),)
    if turn.message_ids:
        effects = (placed.quietly(turn, case, Reason.ASKED), *effects)
    return Result(state=state, messages=messages, effects=effects)


def _next(turn: Turn, asked: Asked) -> tuple[State, tuple[Outgoing, ...]]:
    """The next question, or what was answered."""
    missing = asked.missing
    one = asked.set.question(missing[0]) if missing else None
    if one is not None:
        return _asking(turn, one.id), (_question(turn, asked, one),)
    return menu.idle(turn.state), (_summary(turn, asked),)


def _stopped(turn: Turn) -> Result:
    go_on = menu.button(turn, "button.question_go_on", "question", number=turn.state.number or "")
    said = Text(turn.say("question.stopped", number=turn.state.number), quick=(go_on, *menu.usual(turn)[1:]))
    return Result(state=menu.idle(turn.state), messages=(said,))


def _asking(turn: Turn, what: str) -> State:
    return State(
        step=Step.QUESTIONS, number=turn.state.number, question_at=what, last_enquiry=turn.state.last_enquiry
    )  # fmt: skip


def _button(turn: Turn, label: str, **values: str) -> Button:
    return Button(label=label, data=postback("question", number=turn.state.number or "", **values), shown=label)


def _question(turn: Turn, asked: Asked, one: Question) -> Text:
    """A question with its place, its choices, and the ways past it."""
    at = next(at for at, other in enumerate(asked.set.questions, 1) if other.id == one.id)
    said = turn.say("question.ask", at=at, of=len(asked.set.questions), ask=one.ask[turn.language])
    choices = tuple(
        _button(turn, choice.shown(turn.language), what=one.id, value=choice.id) for choice in one.choices
    )  # fmt: skip
    ways = (
        _button(turn, turn.say("button.question_skip"), what=one.id, value="skip"),
        _button(turn, turn.say("button.question_stop"), what="stop"),
    )
    return Text(said, quick=(*choices, *ways))


def _summary(turn: Turn, asked: Asked) -> Card:
    """What was answered, each to be changed by a tap."""
    rows = tuple(Row(one.name[turn.language], _shown(turn, asked, one)) for one in asked.set.questions)
    change = tuple(_button(turn, one.name[turn.language], what=one.id) for one in asked.set.questions)
    return Card(
        title=asked.set.title[turn.language], body=turn.say("question.done", number=turn.state.number), rows=rows,
        tone="done", quick=(*change, *menu.usual(turn)[1:])[:13],
    )  # fmt: skip


def _shown(turn: Turn, asked: Asked, one: Question) -> str:
    given = asked.answers.get(one.id)
    if given is None:
        return turn.say("question.none")
    return turn.say("question.file") if one.kind is AnswerKind.FILE else shown(one, given.value, turn.language)
