"""What a firm says after an answer of ours that is no question of its own: yes, that one; or more of that matter."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.understand import Understanding
from routing.domain.decision import Action, Decision
from routing.domain.dialogue import menu, pending, placed
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import JudgeAnswer, NoteEnquiry, Result, Turn
from routing.domain.messages import Card

_YES = re.compile(
    r"(?:對+|對的|對啊|是|是的|沒錯|就是這個|嗯+|好像是|yes|yep|yeah|right|that'?s it|はい|そうです)[。.!！~～\s]*",
    re.IGNORECASE,
)
_LIKELY = 0.5
"""With this confidence words are of a field; below they may be of any."""
_UNLIKE = 0.3
"""Entries that are less likely than this are not offered for words that are no question."""


def handle(turn: Turn, understanding: Understanding, decision: Decision) -> Result | None:
    """The answer to such words; None where they are a matter of their own."""
    if turn.state.last_entry is None:
        return None
    if decision.action is Action.CHAT and _says_yes(turn):
        result = _to_unit(turn, replace(turn.state, offered=()))
        return replace(result, effects=(JudgeAnswer(verdict="chosen", faq=turn.state.last_entry),))
    unknown = decision.action is Action.CHOOSE or decision.reason == "unknown"
    if not unknown or not _tells_more(turn, understanding, decision):
        return None
    result = _to_unit(turn, replace(pending.remember(turn, leads=False), offered=()))
    return replace(result, effects=(NoteEnquiry(),))


def _says_yes(turn: Turn) -> bool:
    """Whether the one question that was guessed is said to be the right one."""
    return turn.state.offered == (turn.state.last_entry,) and bool(_YES.fullmatch(turn.inbound.text.strip()))


def _tells_more(turn: Turn, understanding: Understanding, decision: Decision) -> bool:
    """No question, like nothing that the base knows, and of no other field for all that can be said."""
    if turn.asks or pending.long_since(turn.state, turn.inbound.at):
        return False
    if understanding.confidence >= _LIKELY and understanding.category.value not in {turn.state.category, "other"}:
        return False
    return all(match.probability < _UNLIKE for match in decision.choices)


def _to_unit(turn: Turn, state: State) -> Result:
    """What was said is kept, and the way to the unit that deals with such matters is shown."""
    unit = turn.unit_of(state.category or "other", state.topic)
    card = Card(
        title=turn.say("more.title"), body=turn.say("more.body", unit=unit),
        buttons=(menu.open_case(turn, primary=True), *placed.add_buttons(turn), menu.cancel(turn)),
        quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=state, messages=(card,))
