"""What a firm says after an answer of ours that is no question of its own: yes, that one; or more of that matter."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.entries import FaqEntry
from knowledge.land import heard, seeks_land
from knowledge.language.said import ways
from knowledge.language.text import fold
from knowledge.understand import Understanding
from knowledge.vocabulary import Language
from routing.domain.decision import Action, Decision
from routing.domain.dialogue import menu, pending, placed
from routing.domain.dialogue.facts_told import is_name, is_place
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import JudgeAnswer, NoteEnquiry, Result, Turn
from routing.domain.messages import Card

_YES = re.compile(
    r"(?:對+|對的|對啊|是|是的|沒錯|就是這個|嗯+|好像是|yes|yep|yeah|right|that'?s it|はい|そうです)[。.!！~～\s]*",
    re.IGNORECASE,
)
_DETAIL = ways("placing", "detail")
_WHAT_OF = ways("placing", "what_of")
_AT = re.compile(fold("(?:就|都|是)?(?:在|位於|位在|靠近)"))
_LATIN_WORD, _STEM = re.compile(r"[a-z]{4,}"), 5
_LIKELY = 0.5
"""With this confidence words are of a field; below they may be of any."""
_UNLIKE = 0.15
"""Entries that are less likely than this are not offered for words that are no question."""


def handle(turn: Turn, understanding: Understanding, decision: Decision) -> Result | None:
    """The answer to such words; None where they are a matter of their own."""
    state = turn.state
    begun = pending.has_begun(state, turn.inbound.at)
    if state.last_entry is None and not begun:
        return None
    if decision.action is Action.CHAT and _says_yes(turn):
        result = _to_unit(turn, replace(turn.state, offered=()))
        return replace(result, effects=(JudgeAnswer(verdict="chosen", faq=turn.state.last_entry),))
    text = turn.inbound.text
    only_adds = is_place(text, turn.find_park) or is_name(text) or bool(_DETAIL.search(fold(text.strip())))
    # 在三樓電梯口 says where, whatever the base knows of lifts.
    says_where = is_place(text, turn.find_park) and bool(_AT.match(fold(text.strip())))
    only_adds = only_adds and (says_where or decision.action is not Action.ANSWER)
    if begun and (only_adds or _of_need(turn)) and not turn.asks and not decision.parts:
        return _added(turn)
    unknown = decision.action is Action.CHOOSE or decision.reason == "unknown"
    if not unknown or not _tells_more(turn, understanding, decision):
        return None
    return _added(turn)


def _of_need(turn: Turn) -> bool:
    """Whether words say more of the land or building that was looked for just before: 要天車 asks for no inspection."""
    return seeks_land(turn.before) and heard(turn.inbound.text).anything


def _added(turn: Turn) -> Result:
    """What was said belongs to the matter that was begun; a park that it names is known from now on."""
    park = turn.find_park(turn.inbound.text)
    # It asks nothing, so what was offered may still be picked.
    told = pending.remember(turn, leads=False)
    result = _to_unit(turn, replace(told, park=park.name) if park is not None and park.own else told)
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
    if turn.state.last_entry is None and not understanding.place and (understanding.terms or decision.choices):
        # Nothing was answered yet: only what names no matter of its own adds to the one before.
        return False
    unlike = _UNLIKE if understanding.place is None else 2 * _UNLIKE
    return all(match.probability < unlike for match in decision.choices)


def _to_unit(turn: Turn, state: State) -> Result:
    """What was said is kept, and the way to the unit that deals with such matters is shown."""
    unit = turn.unit_of(state.category or "other", state.topic)
    card = Card(
        title=turn.say("more.title"), body=turn.say("more.body", unit=unit),
        buttons=(menu.open_case(turn, primary=True), *placed.add_buttons(turn), menu.cancel(turn)),
        quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=replace(state, asked=("open_case", "")), messages=(card,))


def says_it_of(entry: FaqEntry, text: str) -> bool:
    """Whether an entry speaks of what a follow-up names (那工讀生呢, and for part-timers?).

    True where it names nothing else.
    """
    found = _WHAT_OF.search(fold(text.strip()))
    named = next(filter(None, found.groups()), "") if found else ""
    wordings = [entry.wording(language) for language in Language]
    told = fold("\n".join((entry.details, *(f"{one.question}\n{one.answer}" for one in wordings))))
    words = [word[:_STEM] for word in _LATIN_WORD.findall(named)]
    parts = words or [named[at : at + 2] for at in range(len(named) - 1)]
    return not parts or any(part in told for part in parts)
