"""After the case of an emergency is open: what is not known of the firm is asked, one thing at a time, never before."""

from __future__ import annotations

from dataclasses import replace

from routing.domain.dialogue import alarms, menu
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.state import State, Step
from routing.domain.dialogue.turn import AddToCase, Effect, FillDetails, Result, Turn
from routing.domain.messages import Outgoing, Text

_ORDER = (
    (Step.PHONE, "phone"), (Step.FIRM, "firm_name"), (Step.CONTACT, "contact_name"), (Step.PARK, "park"),
)  # fmt: skip
"""What is asked, the telephone first: somebody may have to call at once."""


def missing(state: State) -> Step | None:
    """What to ask next; None where everything is known."""
    return next((step for step, name in _ORDER if not getattr(state, name)), None)


def begins(state: State) -> State:
    """The state in which a case is asked about; that of a new conversation if nothing is missing.

    Somebody in distress is asked for a telephone and nothing else.
    """
    step = missing(state)
    if state.alert == alarms.DISTRESS and step is not Step.PHONE:
        return State()
    return (
        replace(state, step=step, pending=(), alert=None, anew=None, gently=state.alert == alarms.DISTRESS or None)
        if step is not None
        else State()
    )


def goes_on(turn: Turn, state: State, question: Outgoing | None) -> Result:
    """An answer came: it stands with the case at once. ``question``: the next one; None where that was the last."""
    effects: tuple[Effect, ...] = (FillDetails(number=state.filling or "", state=state),)
    if question is None or state.gently:
        done = Text(turn.say("filling.done"), quick=menu.usual(turn))
        return Result(state=State(last_enquiry=state.last_enquiry), messages=(done,), effects=effects)
    return Result(state=state, messages=(question,), effects=effects)


def added(turn: Turn, question: Outgoing) -> Result:
    """Instead of an answer came more about the matter: it joins the case, and the question stands."""
    number = turn.state.filling
    if number is None or not turn.message_ids:
        return Result(state=turn.state, messages=(question,))
    text = Text(turn.say("opening.media_kept"))
    add = AddToCase(number=number, message_ids=turn.message_ids, reason=Reason.TAPPED)
    return Result(state=turn.state, messages=(text, question), effects=(add,))
