"""Which handler takes a turn: by what was done, and by what we asked last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from routing.domain.dialogue import asking, following, menu, opening
from routing.domain.dialogue.state import OPENING, Step
from routing.domain.dialogue.turn import Result, Turn
from routing.domain.inbound import InboundKind

_BACK = {"取消", "返回", "回主選單", "主選單", "選單", "cancel", "menu", "back", "キャンセル", "メニュー", "戻る"}


def _category(turn: Turn) -> Result:
    return opening.change_category(turn) if turn.state.step in OPENING else asking.category(turn)


_ACTIONS: dict[str, Callable[[Turn], Result]] = {
    "open_case": opening.begin,
    "confirm_case": opening.confirm,
    "change_details": opening.change_details,
    "cancel": menu.cancelled,
    "menu": menu.to_menu,
    "park": opening.park,
    "category": _category,
    "faq": asking.chosen,
    "helpful": asking.helpful,
    "not_helpful": asking.not_helpful,
    "my_cases": following.my_cases,
    "case": following.case,
    "add_to_case": following.add_to_case,
    "new_matter": following.new_matter,
    "reopen": following.reopen,
    "rate": following.rate,
    "call_me": following.call_me,
    "language": following.language,
}

ACTIONS = frozenset(_ACTIONS)
"""Every ``action`` that a postback may carry (contract §4, and ours)."""

OLD_IS_STALE = frozenset({"confirm_case", "change_details", "cancel", "park", "reopen", "rate", "category", "menu"})
"""Actions that must not undo a newer state when they come late (trap L3)."""


def _words(turn: Turn) -> Result:
    text = turn.inbound.text.strip()
    if text.lower() in _BACK:
        return menu.cancelled(turn) if turn.state.step in OPENING else menu.to_menu(turn)
    alert = turn.understanding is not None and turn.understanding.alert is not None
    if turn.state.step in OPENING and not alert:
        return opening.told(turn)
    if turn.state.step is Step.ADDING and not alert:
        return following.adding(turn)
    return asking.asked(replace(turn, state=menu.idle(turn.state)))


def _file(turn: Turn) -> Result:
    if turn.state.step is Step.ADDING:
        return following.adding(turn)
    return opening.told(turn) if turn.state.step in OPENING else asking.media(turn)


def _follow(turn: Turn) -> Result:
    return Result(state=turn.state, messages=menu.greeting(turn))


def _postback(turn: Turn) -> Result:
    handler = _ACTIONS.get(turn.inbound.data.get("action", ""))
    return handler(turn) if handler else menu.expired(turn)


_KINDS: dict[InboundKind, Callable[[Turn], Result]] = {
    InboundKind.TEXT: _words,
    InboundKind.MEDIA: _file,
    InboundKind.LOCATION: _file,
    InboundKind.POSTBACK: _postback,
    InboundKind.FOLLOW: _follow,
    InboundKind.STRANGE: following.strange,
}


def handle(turn: Turn) -> Result:
    """The turn's result. Stickers and what does not concern us change nothing and get no answer (trap L19)."""
    handler = _KINDS.get(turn.inbound.kind)
    return handler(turn) if handler else Result(state=turn.state)
