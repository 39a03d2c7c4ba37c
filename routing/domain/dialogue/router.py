"""Which handler takes a turn: by what was done, and by what we asked last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from knowledge.distress import in_distress
from routing.domain.decision import Action
from routing.domain.dialogue import (
    about_us,
    after_closing,
    alarms,
    colleagues,
    faq,
    filling,
    intake_form,
    menu,
    my_cases,
    my_data,
    outages,
    pending,
    placed,
)
from routing.domain.dialogue.everyday import WITH_WORDS
from routing.domain.dialogue.placement import Kind, Placement, Reason, asks_for_a_person, asks_how_far
from routing.domain.dialogue.state import OPENING, Step
from routing.domain.dialogue.turn import AddToCase, NoteEnquiry, Result, Turn
from routing.domain.dialogue.typed_commands import tapped
from routing.domain.inbound import InboundKind
from routing.domain.messages import Text

_WHERE_IS_MY_CASE, _SOMEBODY_PLEASE = "other-case-status", "other-human"
"""Entries that are also asked for with a button of ours."""


def _somebody(turn: Turn) -> Result:
    """A person is wanted: about an open case, or by opening one."""
    return my_cases.person(turn) if any(not case.closed for case in turn.cases) else _person(turn)


def _category(turn: Turn) -> Result:
    return intake_form.change_category(turn) if turn.state.step in OPENING else faq.category(turn)


def _stay(turn: Turn) -> Result:
    """Another tab of the menu was opened, or the keyboard: nothing was said."""
    return Result(state=turn.state)


_ACTIONS: dict[str, Callable[[Turn], Result]] = {
    "open_case": intake_form.begin,
    "confirm_case": intake_form.confirm,
    "change_details": intake_form.change_details,
    "cancel": menu.cancelled,
    "menu": menu.to_menu,
    "park": intake_form.park,
    "category": _category,
    "faq": faq.chosen,
    "kind": faq.kind,
    "helpful": faq.helpful,
    "not_helpful": faq.not_helpful,
    "my_cases": my_cases.my_cases,
    "case": my_cases.case,
    "add_to_case": my_cases.add_to_case,
    "new_matter": my_cases.move,
    "move": my_cases.move,
    "supplied": my_cases.supplied,
    "withdraw": my_cases.withdraw,
    "pieces": pending.show,
    "cut": intake_form.cut,
    "reopen": after_closing.reopen,
    "rate": after_closing.rate,
    "call_me": my_cases.call_me,
    "language": my_cases.language,
    "tab": _stay,
    "privacy": my_data.privacy,
    "my_data": my_data.my_data,
    "progress": about_us.progress,
    "hours": about_us.hours,
    "quiet": about_us.quiet,
    "upset": about_us.upset,
    "which": about_us.which,
    "person": _somebody,
    "change_detail": intake_form.change_detail,
    "firm": intake_form.firm,
    "take_up": intake_form.take_up,
    "bind": colleagues.bind,
    "colleagues": colleagues.colleagues,
    "unbind": colleagues.unbind,
    "share": colleagues.share,
}

ACTIONS = frozenset(_ACTIONS)
"""Every ``action`` that a postback may carry (contract §4, and ours)."""

_ASIDE = frozenset({"my_cases", "upset", "case", "progress", "hours", "quiet", "privacy", "faq"})
"""What can be looked at while a case is being opened."""

_LEAVES_FILLING = frozenset({
    "open_case", "new_matter", "move", "withdraw", "call_me", "person", "add_to_case", "reopen", "supplied",
})  # fmt: skip
"""What ends the questions after an emergency: the firm has gone on to something else."""

OLD_IS_STALE = frozenset({
    "confirm_case", "change_details", "cancel", "park", "reopen", "rate", "category", "menu", "change_detail", "firm",
    "take_up", "supplied", "withdraw", "cut",
})  # fmt: skip
"""Actions that must not undo a newer state when they come late (trap L3)."""


def _words(turn: Turn) -> Result:
    text = turn.inbound.text.strip()
    if in_distress(text):
        return faq.asked(replace(turn, state=menu.idle(turn.state)))
    data = tapped(turn)
    if data is not None and data["action"] in ACTIONS:
        inbound = replace(turn.inbound, kind=InboundKind.POSTBACK, data=data)
        if WITH_WORDS in data:
            return intake_form.begin(faq.begun(turn))
        kept = turn.message_ids if data["action"] == "reopen" else ()
        result = _postback(
            replace(turn, inbound=inbound, message_ids=kept, words=turn.before, understanding=None, decision=None)
        )
        return _seen_by_officer(turn, data, result)
    if _says_nothing(text):
        return _nodded(turn)
    return _after_alarm(turn, text) or _spoken(turn)


def _after_alarm(turn: Turn, text: str) -> Result | None:
    """After an emergency was told: that it is over, or that help is on its way."""
    if turn.state.alert is None or turn.state.step is not Step.IDLE:
        return None
    kept = replace(turn, state=pending.remember(turn, leads=False))
    if alarms.is_helped(text):
        return alarms.helped(kept)
    quiet = turn.understanding is None or turn.understanding.alert is None
    return alarms.over(kept) if quiet and alarms.is_over(text) else None


def _seen_by_officer(turn: Turn, data: Mapping[str, str], result: Result) -> Result:
    """Who asks how far one of his cases is, is angry or would take it back: its officer sees the words too."""
    still_open = [case for case in turn.cases if not case.closed]
    case = next((case for case in still_open if case.number == data.get("number")), None)
    if data["action"] == "upset" and len(still_open) == 1:
        case = still_open[0]
    if case is None or data["action"] not in {"case", "withdraw", "upset"}:
        return result
    seen = AddToCase(number=case.number, message_ids=turn.message_ids, reason=Reason.SUBJECT, piece=False, quiet=True)
    return replace(result, effects=(*result.effects, seen))


def _nodded(turn: Turn) -> Result:
    """Emoji alone change nothing: what was asked last still stands, and the ways on are shown."""
    if turn.state.step in {Step.REASON, Step.BIND}:
        return menu.cancelled(turn)
    if turn.state.step is not Step.IDLE:
        return again(turn)
    words = turn.small_reply("ok") or turn.say("greeting.body")
    return Result(state=turn.state, messages=(Text(words, quick=menu.usual(turn)),))


def _spoken(turn: Turn) -> Result:
    """Words of the firm's own: first whose they are, then what is made of them."""
    if turn.state.filling and filling.over(turn):
        turn = replace(turn, state=filling.left(turn.state))
    step = turn.state.step
    opening = step in OPENING
    answers = intake_form.answered_by(turn) if opening else step is Step.ADDING and not (turn.sure and turn.asks)
    placement = placed.placed(turn, answers=answers)
    if placement.kind is Kind.ANSWER:
        return intake_form.told(turn) if opening else my_cases.adding(turn)
    if opening:
        return _while_opening(turn, placement)
    if placement.kind is not Kind.EMERGENCY and (told := _told(turn)):
        return told
    if placement.kind is Kind.CASE:
        return placed.to_case(turn, placement)
    if placement.kind is Kind.ASK:
        return placed.ask(turn, placement)
    keeps = turn.state.number if step is Step.ADDING and placement.kind is Kind.NEW else None
    state = turn.state
    turn = replace(turn, state=menu.idle(state))
    result = _meant(turn) or outages.beside(turn, faq.asked(turn))
    return replace(result, state=replace(result.state, step=Step.ADDING, number=keeps)) if keeps else result


def _told(turn: Turn) -> Result | None:
    """What we asked for besides the details of a case: number and code of a firm, the reason for a score."""
    if turn.state.step is Step.BIND:
        return colleagues.told(turn)
    return after_closing.reason(turn) if turn.state.step is Step.REASON else None


_NAMES_A_CASE = frozenset({Reason.QUOTED, Reason.NUMBER})


def _while_opening(turn: Turn, placement: Placement) -> Result:
    """Words that answer nothing, while a case is being opened: that goes on, unless there is an emergency."""
    if placement.kind is Kind.EMERGENCY:
        state = filling.left(turn.state) if turn.state.filling else menu.idle(turn.state)
        return faq.asked(replace(turn, state=state))
    if placement.kind is Kind.CASE and placement.reason in _NAMES_A_CASE:
        filed = placed.to_case(turn, placement)
        asked = intake_form.again(replace(turn, words=turn.before))
        return replace(filed, messages=(*filed.messages, *asked.messages))
    return intake_form.meanwhile(turn)


def _says_nothing(text: str) -> bool:
    """Emoji alone are like a sticker; a lone question mark asks something."""
    return not any(character.isalnum() or character in "?？" for character in text)


def _meant(turn: Turn) -> Result | None:
    """Some questions have something better than an answer: the cases themselves, or the way to a person."""
    decision = turn.decision
    match = decision.match if decision is not None and decision.action is Action.ANSWER else None
    far = decision is not None and decision.reason == "unknown" and turn.understanding is not None
    offered = turn.understanding.faq[:1] if far and turn.understanding is not None else ()
    if decision is not None and decision.action is Action.CHOOSE:
        offered = decision.choices
    if offered:
        likely, text = offered[0], turn.inbound.text
        alone = len(offered) == 1 and not far
        meant = {_WHERE_IS_MY_CASE: alone or asks_how_far(text), _SOMEBODY_PLEASE: alone or asks_for_a_person(text)}
        match = likely if meant.get(likely.entry.id) else None
    alert = turn.understanding is not None and turn.understanding.alert is not None
    if match is None or alert:
        return None
    name = match.entry.id
    if name == _WHERE_IS_MY_CASE:
        result = my_cases.my_cases(turn)
        if not turn.cases:
            # What it is about may be the beginning of a case: an application that was filed on paper.
            result = replace(result, state=pending.remember(turn))
    elif name == _SOMEBODY_PLEASE:
        result = _somebody(turn)
    else:
        return None
    return replace(result, effects=(NoteEnquiry(faq=name), *result.effects))


def _person(turn: Turn) -> Result:
    """These words ask for a case; they are not what it is about."""
    return intake_form.begin(replace(turn, message_ids=(), words=turn.before))


def _file(turn: Turn) -> Result:
    if turn.state.step is Step.ADDING:
        return my_cases.adding(turn)
    placement = placed.placed(turn, answers=turn.state.step in OPENING)
    if placement.kind is Kind.CASE:
        return placed.to_case(turn, placement)
    if placement.kind is Kind.ANSWER:
        return intake_form.told(turn)
    return placed.ask(turn, placement) if placement.kind is Kind.ASK else faq.media(turn)


def _follow(turn: Turn) -> Result:
    return Result(state=turn.state, messages=menu.greeting(turn))


def _postback(turn: Turn) -> Result:
    name = turn.inbound.data.get("action", "")
    handler = _ACTIONS.get(name)
    if handler is None:
        return menu.expired(turn)
    if name in _ASIDE and turn.state.step in OPENING:
        return _aside(turn, handler)
    if turn.state.filling and name in _LEAVES_FILLING:
        turn = replace(turn, state=filling.left(turn.state))
    return handler(turn)


def _aside(turn: Turn, handler: Callable[[Turn], Result]) -> Result:
    """In the middle of opening a case: it is answered, nothing is dropped, and what was asked last is asked again."""
    result = handler(turn)
    return replace(result, state=turn.state, messages=(*result.messages, *again(turn).messages))


_KINDS: dict[InboundKind, Callable[[Turn], Result]] = {
    InboundKind.TEXT: _words,
    InboundKind.MEDIA: _file,
    InboundKind.LOCATION: _file,
    InboundKind.POSTBACK: _postback,
    InboundKind.FOLLOW: _follow,
    InboundKind.STRANGE: my_cases.unsupported,
}


def handle(turn: Turn) -> Result:
    """The turn's result. Stickers and what does not concern us change nothing and get no answer (trap L19).

    Out of hours that is said once; what is said again until the office opens leaves it out.
    """
    handler = _KINDS.get(turn.inbound.kind)
    if handler is None:
        return Result(state=turn.state)
    turn = replace(turn, state=replace(turn.state, withdrawing=None), withdrawing=turn.state.withdrawing)
    told = turn.state.hours_told if turn.closed_until is not None else None
    turn = replace(turn, hours_told=told is not None and told == turn.closed_until)
    result = handler(turn)
    hours = menu.hours(turn)
    if hours and any(hours in getattr(message, "body", "") for message in result.messages):
        told = turn.closed_until
    return _named(turn, replace(result, state=replace(result.state, hours_told=told)))


def _named(turn: Turn, result: Result) -> Result:
    """After an officer has written it is shown that these are not the officer's words."""
    if turn.person is None:
        return result
    speaker = turn.say("speaker.bot")
    return replace(result, messages=tuple(replace(message, speaker=speaker) for message in result.messages))


def again(turn: Turn) -> Result:
    """What we asked last, once more: the firm reads another language now."""
    step = turn.state.step
    if step in OPENING:
        return intake_form.again(turn)
    return my_cases.again(turn) if step is Step.ADDING else Result(state=turn.state, messages=menu.greeting(turn))
