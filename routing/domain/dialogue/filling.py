"""After the case of an emergency is open: what is not known of the firm is asked, one thing at a time, never before."""

from __future__ import annotations

from dataclasses import replace

from routing.domain.dialogue import alarms, menu, placed
from routing.domain.dialogue.answers import fits
from routing.domain.dialogue.naming import named_in
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.state import State, Step
from routing.domain.dialogue.turn import CaseCard, Effect, FillDetails, Result, Turn
from routing.domain.messages import Outgoing, Text

_ORDER = (
    (Step.PHONE, "phone"), (Step.FIRM, "firm_name"), (Step.CONTACT, "contact_name"), (Step.PARK, "park"),
)  # fmt: skip
"""What is asked, the telephone first: somebody may have to call at once."""

_DIGITS = 6
"""So many at least has a telephone number."""


def missing(state: State) -> Step | None:
    """What to ask next; None where everything is known."""
    return next(iter(all_missing(state)), None)


def all_missing(state: State) -> tuple[Step, ...]:
    """What is not known, in the order in which it is asked."""
    return tuple(step for step, name in _ORDER if not getattr(state, name))


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
    """Instead of an answer came more about the matter: it joins the case, can be moved, and the question stands."""
    case = next((case for case in turn.cases if case.number == turn.state.filling), None)
    if case is None or not turn.message_ids:
        return Result(state=turn.state, messages=(question,))
    filed = placed.filed(turn, case, Reason.TAPPED)
    return replace(filed, messages=(*filed.messages, question))


def left(state: State) -> State:
    """The conversation without the question: what is not known of the firm is no longer asked for."""
    return State(
        last_entry=state.last_entry, last_category=state.last_category, last_message=state.last_message,
        last_enquiry=state.last_enquiry, hours_told=state.hours_told,
    )  # fmt: skip


def over(turn: Turn) -> bool:
    """Whether the question no longer holds: the words name a case, or are for the officer who has written since."""
    case = next((case for case in turn.cases if case.number == turn.state.filling), None)
    if case is None or case.closed or named_in(turn.inbound.text, turn.cases).plain:
        return True
    asked = any(has_written(one, since=case) for one in turn.cases if not one.closed)
    return asked and not _plainly_answers(turn)


def has_written(case: CaseCard, *, since: CaseCard) -> bool:
    """Whether this case's officer wrote, or asked for something, after that case was opened."""
    if case.number == since.number and (case.waits_on_firm or case.person):
        return True
    return case.officer_at is not None and (since.received_at is None or case.officer_at >= since.received_at)


def _plainly_answers(turn: Turn) -> bool:
    step, text = turn.state.step, turn.inbound.text
    if step is Step.PARK:
        return fits(step, text) and turn.find_park(text.strip()) is not None
    return step is Step.PHONE and fits(step, text) and sum(map(str.isdigit, text)) >= _DIGITS
