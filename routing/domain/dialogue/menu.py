"""What is offered again and again: the menu, the way back, the way to a person."""

from __future__ import annotations

from dataclasses import replace

from knowledge.vocabulary import CASE_CATEGORIES, READING_LANGUAGES
from routing.domain.dialogue.state import OPENING, State, Step
from routing.domain.dialogue.turn import Result, Turn
from routing.domain.messages import Button, Card, Outgoing, Text, postback

_ABOUT = 40
"""Characters of what was dropped that are said again."""


def button(turn: Turn, key: str, action: str, *, primary: bool = False, **values: str | int) -> Button:
    """A button whose label is a sentence of ours; its tap shows as the firm's own words."""
    label = turn.say(key)
    return Button(label=label, data=postback(action, **values), shown=label, primary=primary)


def open_case(turn: Turn, *, primary: bool = False) -> Button:
    """The way to a person."""
    return button(turn, "button.open_case", "open_case", primary=primary)


def cancel(turn: Turn) -> Button:
    """The way back."""
    return button(turn, "button.cancel", "cancel")


def category_buttons(turn: Turn) -> tuple[Button, ...]:
    """The six categories."""
    return tuple(button(turn, f"category.{name}", "category", category=name) for name in CASE_CATEGORIES)


def usual(turn: Turn) -> tuple[Button, ...]:
    """Under most messages: a person, the own cases, the menu."""
    return (open_case(turn), button(turn, "button.my_cases", "my_cases"), button(turn, "button.menu", "menu"))


def hours(turn: Turn) -> str:
    """A sentence on office hours if the office is closed now and it was not said yet; else nothing."""
    return turn.say("hours.closed", opening=turn.closed_until) if turn.closed_until and not turn.hours_told else ""


def greeting(turn: Turn) -> tuple[Outgoing, ...]:
    """Who we are and what can be asked."""
    body = "\n".join(part for part in (turn.say("greeting.body"), hours(turn), turn.say("greeting.pick")) if part)
    languages = tuple(
        Button(label=lang.own_name, data=postback("language", lang=lang), shown=lang.own_name)
        for lang in READING_LANGUAGES
        if lang != turn.language
    )
    card = Card(
        title=turn.say("greeting.title"), body=body, buttons=category_buttons(turn),
        quick=(*usual(turn)[:2], *languages),
    )  # fmt: skip
    return (card,)


def to_menu(turn: Turn) -> Result:
    """Back to the beginning; what was gathered is let go."""
    return Result(state=State(last_enquiry=turn.state.last_enquiry), messages=greeting(turn))


def cancelled(turn: Turn) -> Result:
    """The firm went back, or has nothing more to add: nothing is opened, its messages stay where they are."""
    if turn.state.step in OPENING and not turn.state.filling:
        return _dropped(turn)
    text = turn.say("cancelled")
    if turn.state.step is Step.ADDING and turn.state.number:
        text = turn.say("adding.done", number=turn.state.number)
    if turn.state.filling:
        text = turn.say("filling.skipped")
    if turn.state.step is Step.REASON:
        text = turn.say("rated.done")
    if turn.state.step is Step.NEED:
        text = turn.say("need.stopped")
    if turn.state.step is Step.QUESTIONS:
        text = turn.say("question.stopped", number=turn.state.number)
    state = State(pending=(), last_enquiry=turn.state.last_enquiry)
    return Result(state=state, messages=(Text(text, quick=usual(turn)),))


def _dropped(turn: Turn) -> Result:
    """What is dropped is said, and can be taken up again."""
    words = " ".join(turn.before.split())
    about = words if len(words) <= _ABOUT else f"{words[: _ABOUT - 1]}…"
    text = turn.say("cancelled.about", about=about) if about else turn.say("cancelled")
    again = (button(turn, "button.take_up", "take_up"),) if turn.state.pending else ()
    dropped = {**turn.state.plain(), "dropped": None}
    state = State(last_enquiry=turn.state.last_enquiry, dropped=dropped if again else None)
    return Result(state=state, messages=(Text(text, quick=(*again, *usual(turn))),))


def expired(turn: Turn) -> Result:
    """An old button: say so, change nothing, offer what is current (trap L21)."""
    return Result(state=turn.state, messages=(Text(turn.say("expired"), quick=usual(turn)),))


def idle(state: State) -> State:
    """The same conversation with nothing asked."""
    return replace(state, step=Step.IDLE, number=None)
