"""A firm and the cases it has: what they are, where they stand, adding to them, how they went."""

from __future__ import annotations

from dataclasses import replace

from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.dialogue import faq, menu
from routing.domain.dialogue.faq import remember
from routing.domain.dialogue.state import State, Step
from routing.domain.dialogue.turn import AddToCase, AskCall, CaseCard, Result, SetLanguage, Turn
from routing.domain.inbound import InboundKind
from routing.domain.messages import Button, Card, Carousel, Row, Text

ID_DIGITS = 18
"""Longest number of a message that a button may carry."""
_TITLE = 60


def _mine(turn: Turn) -> CaseCard | None:
    """The case a button names, if it is this firm's; nobody can reach another's by typing its number."""
    return turn.own_case


def _card(turn: Turn, case: CaseCard, *, steps: bool) -> Card:
    rows = [Row(turn.say("case.state"), case.status)]
    if not case.closed:
        rows += [Row(turn.say("case.now"), case.now), Row(turn.say("case.promised"), case.promised)]
    rows += [
        Row(turn.say("case.number"), case.number),
        Row(turn.say("case.category"), case.category),
        Row(turn.say("case.unit"), case.unit),
        Row(turn.say("case.officer"), case.officer or turn.say("case.nobody_yet")),
    ]
    if steps:
        rows += [Row(when, what) for when, what in case.steps[-6:]]
    return Card(
        title=_short(case.subject) or case.number, label=case.status, rows=tuple(rows),
        buttons=_buttons(turn, case, whole=steps),
        footer=turn.say("case.binding"), tone="wait" if case.waits_on_firm else "done" if case.closed else "info",
        alt="｜".join(part for part in (_short(case.subject), case.status, case.now, case.promised) if part),
        quick=menu.usual(turn),
    )  # fmt: skip


def _short(subject: str) -> str:
    return subject if len(subject) <= _TITLE else subject[: _TITLE - 1].rstrip() + "…"


def _buttons(turn: Turn, case: CaseCard, *, whole: bool) -> tuple[Button, ...]:
    number = case.number
    buttons = [] if whole else [menu.button(turn, "button.case", "case", number=number)]
    if case.closed:
        return (*buttons, menu.button(turn, "button.reopen", "reopen", number=number))
    return (
        menu.button(turn, "button.add_to_case", "add_to_case", number=number, primary=True),
        *buttons,
        menu.button(turn, "button.call_me", "call_me", number=number),
    )


def my_cases(turn: Turn) -> Result:
    """All of the firm's cases, open ones first."""
    state = menu.idle(turn.state)
    if not turn.cases:
        return Result(state=state, messages=(Text(turn.say("my_cases.none"), quick=menu.usual(turn)),))
    cards = tuple(_card(turn, case, steps=False) for case in turn.cases[:10])
    title = turn.say("my_cases.title", n=len(turn.cases))
    return Result(state=state, messages=(Carousel(cards=cards, alt=title, quick=menu.usual(turn)),))


def person(turn: Turn) -> Result:
    """Somebody is wanted while cases are open: about one of them, or about another matter."""
    result = my_cases(turn)
    return replace(result, messages=(Text(turn.say("person.which")), *result.messages))


def case(turn: Turn) -> Result:
    """One case: where it stands and what happened."""
    found = _mine(turn)
    if found is None:
        return menu.expired(turn)
    return Result(state=menu.idle(turn.state), messages=(_card(turn, found, steps=True),))


def add_to_case(turn: Turn) -> Result:
    """What comes next belongs to this case; with ``message`` it is what was just said."""
    found = _mine(turn)
    if found is None or found.closed:
        return menu.expired(turn)
    said = turn.inbound.data.get("message", "")
    if said.isdigit() and int(said) in turn.state.pending:
        rest = tuple(pending for pending in turn.state.pending if pending != int(said))
        text = Text(turn.say("added", number=found.number), quick=menu.usual(turn))
        state = replace(menu.idle(turn.state), pending=rest)
        return Result(
            state=state, messages=(text,), effects=(AddToCase(number=found.number, message_ids=(int(said),)),)
        )
    state = State(step=Step.ADDING, number=found.number, last_enquiry=turn.state.last_enquiry)
    return again(replace(turn, state=state))


def again(turn: Turn) -> Result:
    """Ask for what there is to add."""
    done = menu.button(turn, "button.done", "cancel")
    text = Text(turn.say("adding.ask", number=turn.state.number), quick=(done,))
    return Result(state=turn.state, messages=(text,))


def adding(turn: Turn) -> Result:
    """Something to add came; more may follow until the firm says it is done."""
    number, message = turn.state.number, turn.message_id
    if number is None or message is None or not any(c.number == number and not c.closed for c in turn.cases):
        # Closed meanwhile: what comes is a matter of its own, and must not be lost.
        turn = replace(turn, state=menu.idle(turn.state))
        return faq.asked(turn) if turn.inbound.kind is InboundKind.TEXT else faq.media(turn)
    thanks = turn.understanding is not None and turn.understanding.category.value == "smalltalk"
    ends = turn.inbound.kind is not InboundKind.STICKER and not thanks
    done = menu.button(turn, "button.done", "cancel")
    again = menu.button(turn, "button.case", "case", number=number)
    text = Text(turn.say("adding.more", number=number), quick=(done, again))
    add = AddToCase(number=number, message_ids=(message,), ends_wait=ends)
    return Result(state=turn.state, messages=(text,), effects=(add,))


def new_matter(turn: Turn) -> Result:
    """What went to a waiting case is a matter of its own: it becomes the beginning of another case."""
    said = turn.inbound.data.get("message", "")
    if not said.isdigit() or len(said) > ID_DIGITS:
        return menu.expired(turn)
    state = State(pending=(int(said),), last_enquiry=turn.state.last_enquiry)
    text = Text(turn.say("new_matter"), quick=(menu.open_case(turn), *menu.usual(turn)[1:]))
    return Result(state=state, messages=(text,))


def call_me(turn: Turn) -> Result:
    """The officer is asked to call."""
    found = _mine(turn)
    if found is None:
        return menu.expired(turn)
    parts = (turn.say("call_asked", number=found.number, phone=turn.known.phone or "—"), menu.hours(turn))
    text = Text("\n".join(part for part in parts if part), quick=menu.usual(turn))
    return Result(state=turn.state, messages=(text,), effects=(AskCall(number=found.number),))


def language(turn: Turn) -> Result:
    """The firm chose its language; the sentence comes in the new one."""
    chosen = turn.inbound.data.get("lang", "")
    if chosen not in READING_LANGUAGES:
        return menu.expired(turn)
    return Result(state=turn.state, messages=(), effects=(SetLanguage(language=chosen),))


def unsupported(turn: Turn) -> Result:
    """A kind of message we do not know: it is kept, and a person can look (trap L5)."""
    state = remember(turn)
    return Result(state=state, messages=(Text(turn.say("strange"), quick=menu.usual(turn)),))
