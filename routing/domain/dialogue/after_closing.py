"""A case is closed: how it went, why, and whether it is open again because it was not solved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from routing.domain.decision import Action
from routing.domain.dialogue import menu, my_cases
from routing.domain.dialogue.answers import asks
from routing.domain.dialogue.naming import goes_on, only_goes_on
from routing.domain.dialogue.state import Step
from routing.domain.dialogue.turn import CaseCard, Rate, RateReason, Reopen, Result, Turn, ids_in, ref_of
from routing.domain.inbound import InboundKind
from routing.domain.messages import Button, Card, Text, postback
from routing.domain.survey import REASON_TIME

_OFFERED = 8


def rate(turn: Turn) -> Result:
    """A score was tapped: it counts at once, and the next words may say why. Too late is said, and changes nothing."""
    found, score = turn.own_case, turn.inbound.data.get("score", "")
    if found is None or not found.closed or score not in {"1", "2", "3", "4", "5"} or found.survey == "none":
        return menu.expired(turn)
    if found.survey == "given":
        # One answer counts; what else there is to say is said in words.
        text = Text(turn.say("rated.given", subject=found.subject), quick=menu.usual(turn))
        return Result(state=turn.state, messages=(text,))
    if found.survey == "lapsed":
        text = Text(turn.say("rated.lapsed", subject=found.subject), quick=menu.usual(turn))
        return Result(state=menu.idle(turn.state), messages=(text,))
    low = int(score) <= 2
    again = menu.button(turn, "button.reopen", "reopen", number=found.number)
    skip = menu.button(turn, "button.no_reason", "cancel")
    text = Text(
        turn.say("rated.low" if low else "rated", subject=found.subject), quick=(again, skip) if low else (skip,)
    )
    state = replace(turn.state, step=Step.REASON, number=found.number, asked_at=turn.inbound.at.isoformat())
    return Result(state=state, messages=(text,), effects=(Rate(number=found.number, score=int(score)),))


def reason(turn: Turn) -> Result | None:
    """What comes after the tap is its reason, kept with it; None where the words are something else.

    A question, words hours later, and what the base surely answers are no reason, nor that it is there again; thanks
    end the matter.
    """
    number, messages, asked = turn.state.number, turn.message_ids, turn.state.asked_at
    case = next((case for case in turn.cases if case.number == number and case.closed), None)
    late = asked is None or turn.inbound.at - datetime.fromisoformat(asked) > REASON_TIME
    known = turn.decision is not None and turn.decision.action in {Action.ANSWER, Action.CHAT}
    still = case is not None and (bool(goes_on(turn.inbound.text, [case])) or only_goes_on(turn.inbound.text))
    if case is None or not messages or late or known or still or asks(turn.inbound.text):
        return None
    other = menu.button(turn, "button.new_matter", "move", message=turn.message_ref)
    again = menu.button(turn, "button.reopen", "reopen", number=case.number)
    text = Text(turn.say("rated.reason", subject=case.subject), quick=(again, other))
    why = tuple(RateReason(number=case.number, message_id=message) for message in messages)
    return Result(
        state=menu.idle(turn.state),
        messages=(text,),
        effects=why,
    )


def reopen(turn: Turn) -> Result:
    """A closed case is not solved; the notice of the reopening is the answer. Without a number: which one is it?

    Words that were typed for it join the case.
    """
    words = ids_in(turn.inbound.data.get("message", ""))
    if turn.message_ids and turn.inbound.kind is InboundKind.POSTBACK:
        words = (*words, *turn.message_ids)
    if "number" in turn.inbound.data:
        found = turn.own_case
        if found is not None and found.into:
            # It goes on in another case: what is still to be said belongs there.
            return my_cases.add_to_case(turn)
        return menu.expired(turn) if found is None or not found.closed else _again(turn, found, words)
    closed = tuple(case for case in turn.cases if case.closed and case.own and not case.into)
    if not closed:
        return my_cases.my_cases(turn)
    return _again(turn, closed[0], words) if len(closed) == 1 else _which(turn, closed, words)


def _again(turn: Turn, case: CaseCard, words: tuple[int, ...]) -> Result:
    return Result(state=menu.idle(turn.state), effects=(Reopen(number=case.number, message_ids=words),))


def _which(turn: Turn, closed: tuple[CaseCard, ...], words: tuple[int, ...]) -> Result:
    kept = {"message": ref_of(words)} if words else {}
    buttons = tuple(
        Button(
            label=f"{case.subject[:30]}（{case.number[-4:]}）",
            data=postback("reopen", number=case.number, **kept),
            shown=case.subject[:60] or case.number,
        )
        for case in closed[:_OFFERED]
    )
    title = turn.say("reopen.which")
    new = menu.open_case(turn)
    card = Card(title=title, body=turn.say("reopen.which_body"), buttons=(*buttons, new))
    state = replace(menu.idle(turn.state), pending=tuple(dict.fromkeys((*turn.state.pending, *words))))
    return Result(state=state, messages=(card,))
