"""Which handler takes a turn: by what was done, and by what we asked last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from knowledge.distress import in_distress
from knowledge.everyday import load_everyday
from knowledge.land import skips
from routing.domain.decision import SURE_CATEGORY, Action
from routing.domain.dialogue import (
    about_us,
    after_closing,
    alarms,
    colleagues,
    facts_read,
    faq,
    filling,
    intake_form,
    land_need,
    menu,
    my_cases,
    my_data,
    outages,
    pending,
    placed,
    pointing,
    question_set,
    topics,
    unread,
)
from routing.domain.dialogue.everyday import WITH_WORDS
from routing.domain.dialogue.facts_told import facts_in, presents
from routing.domain.dialogue.placement import (
    Kind,
    Placement,
    Reason,
    asks_for_a_call,
    asks_for_a_person,
    asks_how_far,
    asks_to_come,
    names_more,
    says_other_matter,
    sent_by_mistake,
)
from routing.domain.dialogue.state import OPENING, Step
from routing.domain.dialogue.supplements import only_says_all
from routing.domain.dialogue.turn import CaseCard, NoteEnquiry, Result, Turn
from routing.domain.dialogue.typed_commands import tapped
from routing.domain.inbound import InboundKind
from routing.domain.messages import Text

_WHERE_IS_MY_CASE, _SOMEBODY_PLEASE = "other-case-status", "other-human"
"""Entries that are also asked for with a button of ours."""


_SAME_ALARM = timedelta(hours=1)
"""So long after its case was opened further danger belongs to the same emergency."""


_ANGRY = frozenset("😡🤬😠👿💢😤👎🖕")


def _somebody(turn: Turn) -> Result:
    """A person is wanted: about an open case, or by opening one; who asks to be called is asked when it suits."""
    still_open = [case.number for case in turn.cases if not case.closed and case.own]
    if still_open and turn.inbound.kind is InboundKind.TEXT and asks_for_a_call(turn.inbound.text):
        number = still_open[0]
        data = {"number": number} if len(still_open) == 1 else {"for": "call_me"}
        turn = replace(turn, inbound=replace(turn.inbound, data=data))
        return my_cases.call_me(turn) if len(still_open) == 1 else about_us.which(turn)
    return my_cases.person(turn) if any(not case.closed for case in turn.cases) else _person(turn)


def _category(turn: Turn) -> Result:
    return intake_form.change_category(turn) if turn.state.step in OPENING else faq.category(turn)


def _call_me(turn: Turn) -> Result:
    """About a case, or about the one that is being opened."""
    return my_cases.call_me(turn) if "number" in turn.inbound.data else intake_form.when(turn)


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
    "call_me": _call_me,
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
    "need": land_need.need,
    "question": question_set.question,
    "topics": topics.topics,
    "notice": topics.notice,
}

ACTIONS = frozenset(_ACTIONS)
"""Every ``action`` that a postback may carry (contract §4, and ours)."""

_ASIDE = frozenset({"my_cases", "upset", "case", "progress", "hours", "quiet", "privacy", "faq", "topics", "notice"})
"""What can be looked at while a case is being opened, or a question set asked."""
_ASKED_AGAIN = OPENING | {Step.QUESTIONS}

_LEAVES_FILLING = frozenset({
    "open_case", "new_matter", "move", "withdraw", "call_me", "person", "add_to_case", "reopen", "supplied",
})  # fmt: skip
"""What ends the questions after an emergency: the firm has gone on to something else."""

OLD_IS_STALE = frozenset({
    "confirm_case", "change_details", "cancel", "park", "reopen", "rate", "category", "menu", "change_detail", "firm",
    "take_up", "supplied", "withdraw", "cut", "need", "question",
})  # fmt: skip
"""Actions that must not undo a newer state when they come late (trap L3)."""


def _words(turn: Turn) -> Result:
    text, turn = turn.inbound.text.strip(), _left_to_officer(turn)
    if in_distress(text):
        return faq.asked(replace(turn, state=menu.idle(turn.state)))
    if turn.state.step in {Step.NEED, Step.QUESTIONS} and skips(text) and (skipped := _told(turn)):
        return skipped
    data = tapped(turn)
    if data is not None and data["action"] in ACTIONS:
        inbound = replace(turn.inbound, kind=InboundKind.POSTBACK, data=data)
        if WITH_WORDS in data:
            return intake_form.begin(replace(faq.begun(turn), inbound=replace(turn.inbound, data=data)))
        kept = turn.message_ids if data["action"] == "reopen" else ()
        result = _postback(
            replace(turn, inbound=inbound, message_ids=kept, words=turn.before, understanding=None, decision=None)
        )
        return _seen_by_officer(turn, data, result)
    slip = sent_by_mistake(text) and turn.state.step is Step.IDLE and not turn.officer_expects
    if _says_nothing(text) or slip:
        return _nodded(turn)
    case = _alarm_case(turn)
    of_alarm = _of_alarm_case(turn, case) if case is not None else None
    return of_alarm or _after_alarm(turn, text) or _spoken(turn)


def _left_to_officer(turn: Turn) -> Turn:
    """Once the officer of a case has written, what we were asking of it stands back: the answers are the officer's."""
    if turn.state.step not in {Step.NEED, Step.QUESTIONS}:
        return turn
    case = next((case for case in turn.cases if case.number == turn.state.number and not case.closed), None)
    if case is None:
        return turn
    # The officer of another case who has written since we began to ask is answered first as well.
    asks = filling.has_written(case, since=case) or case.officer_at is not None
    asks = asks or any(filling.has_written(one, since=case) for one in turn.cases if not one.closed)
    return replace(turn, state=menu.idle(turn.state)) if asks else turn


def _after_alarm(turn: Turn, text: str) -> Result | None:
    """After an emergency was told: that it is over, that help is on its way, who they are, or more of it."""
    state = turn.state
    if state.step is not Step.IDLE or not alarms.lately(state, turn.inbound.at) or turn.quoted is not None:
        return None
    quiet = turn.understanding is None or turn.understanding.alert is None or alarms.is_restored(text)
    if state.alert is None:
        return _over_later(turn) if quiet and not turn.officer_expects and alarms.is_over(text) else None
    kept = replace(turn, state=pending.remember(turn, leads=False))
    if alarms.is_helped(text):
        return alarms.helped(kept)
    if alarms.asks_whom(text) or (quiet and alarms.asks_to_report(text)):
        return alarms.met(turn, state.alert, state)
    if not quiet:
        return None
    return alarms.over(kept) if alarms.is_over(text) else _more_of_alarm(kept, text)


def _alarm_case(turn: Turn) -> CaseCard | None:
    """The open case of the emergency that was told not long ago."""
    if not alarms.lately(turn.state, turn.inbound.at) or turn.quoted is not None:
        return None
    return next((case for case in turn.cases if case.alert and case.own and not case.closed), None)


def _of_alarm_case(turn: Turn, case: CaseCard) -> Result | None:
    """What is told of an emergency whose case is open goes to that case: help is there, worse, over, to be reported.

    Numbers to call are shown once more where danger is told of; a question that stood stands again.
    """
    text, read = turn.inbound.text, turn.understanding
    danger = read is not None and read.alert is not None and not (alarms.is_helped(text) or alarms.is_over(text))
    heard = alarms.is_helped(text) or (alarms.is_over(text) and not turn.officer_expects)
    to_report = alarms.asks_to_report(text) and case.alert is not None
    late = case.received_at is None or turn.inbound.at - case.received_at > _SAME_ALARM
    if not (heard or to_report or danger) or (danger and late):
        return None
    filed = placed.filed(turn, case, Reason.SUBJECT)
    messages = filed.messages
    if to_report or danger:
        kind = read.alert.value if danger and read is not None and read.alert is not None else case.alert or ""
        messages = (*alarms.met(turn, kind, turn.state).messages, *messages)
    if turn.state.filling:
        messages = (*messages, *intake_form.again(turn).messages)
    return replace(filed, messages=messages)


def _over_later(turn: Turn) -> Result:
    """Something else was spoken of since the alarm: that it is over stands with its case, if one was opened."""
    case = next((case for case in turn.cases if case.alert and case.own and not case.closed), None)
    return placed.filed(turn, case, Reason.SUBJECT) if case is not None else alarms.over(turn)


def _more_of_alarm(turn: Turn, text: str) -> Result | None:
    told = facts_in(text, turn.find_park)
    if told:
        return alarms.noted(replace(turn, state=facts_read.taken(turn.state, told)), told)
    return alarms.noted(turn) if _more_of_it(turn) else None


def _more_of_it(turn: Turn) -> bool:
    """Whether words after an emergency only tell more of it: nothing that the base knows, and of no other field."""
    decision, understanding = turn.decision, turn.understanding
    if decision is None or understanding is None or turn.asks or turn.officer_expects:
        return False
    if decision.action in {Action.ANSWER, Action.CHAT} or pending.long_since(turn.state, turn.inbound.at):
        return False
    if unread.is_unread(turn.inbound.text):
        return False
    if outages.announced(turn):
        return False
    other = understanding.confidence >= SURE_CATEGORY and understanding.category.value != turn.state.category
    return not other and not says_other_matter(turn.inbound.text)


def _seen_by_officer(turn: Turn, data: Mapping[str, str], result: Result) -> Result:
    """Who asks how far one of his cases is, is angry, would take it back or says when to call: its officer sees it."""
    still_open = [case for case in turn.cases if not case.closed]
    # A merged case that is named goes on in another, which gets the words.
    goes_on = (case for case in turn.cases if not case.closed or case.into)
    case = next((case for case in goes_on if case.number == data.get("number")), None)
    if data["action"] == "upset" and len(still_open) == 1:
        case = still_open[0]
    if case is None or (data["action"] not in {"case", "withdraw", "upset", "progress"} and "when" not in data):
        return result
    return replace(result, effects=(*result.effects, placed.quietly(turn, case, Reason.SUBJECT)))


def _nodded(turn: Turn) -> Result:
    """Emoji alone change nothing: what was asked last still stands, and the ways on are shown."""
    if turn.state.step in {Step.REASON, Step.BIND}:
        return menu.cancelled(turn)
    if turn.state.step is Step.IDLE and _ANGRY & set(turn.inbound.text):
        return about_us.upset(turn)
    if turn.state.step is not Step.IDLE:
        return again(turn)
    words = turn.small_reply("ok") or turn.say("greeting.body")
    return Result(state=turn.state, messages=(Text(words, quick=menu.usual(turn)),))


def _spoken(turn: Turn) -> Result:
    """Words of the firm's own: first whose they are, then what is made of them."""
    if turn.state.filling and (filling.over(turn) or intake_form.begins_another(turn)):
        turn = replace(turn, state=filling.left(turn.state))
    step = turn.state.step
    opening = step in OPENING
    answers = intake_form.answered_by(turn) if opening else step is Step.ADDING and not (turn.sure and turn.asks)
    placement = placed.placed(turn, answers=answers)
    if placement.kind is Kind.ANSWER:
        return intake_form.told(turn) if opening else my_cases.adding(turn)
    if opening:
        return _while_opening(turn, placement)
    if placement.kind is not Kind.EMERGENCY and (told := _named_elsewhere(turn, placement) or _told(turn)):
        return told
    if placement.kind is Kind.CASE:
        return placed.to_case(turn, placement)
    if placement.kind is Kind.ASK:
        return placed.ask(turn, placement)
    keeps = turn.state.number if step is Step.ADDING and placement.kind is Kind.NEW else None
    state = turn.state
    turn = replace(turn, state=menu.idle(state))
    result = (
        colleagues.bind_at_once(turn)
        or _all_is_there(turn)
        or pointing.whom(turn)
        or _meant(turn)
        or _of_itself(turn)
        or outages.beside(turn, faq.asked(turn))
    )
    return replace(result, state=replace(result.state, step=Step.ADDING, number=keeps)) if keeps else result


def _all_is_there(turn: Turn) -> Result | None:
    """都傳了 while nothing waits for it any more: what was sent is there."""
    still_open = any(not case.closed for case in turn.cases)
    return _nodded(turn) if still_open and only_says_all(turn.inbound.text) else None


def _told(turn: Turn) -> Result | None:
    """What we asked for besides the details of a case: number and code of a firm, the reason for a score."""
    if turn.state.step is Step.BIND:
        return colleagues.told(turn)
    if turn.state.step is Step.NEED:
        return land_need.told(turn)
    if turn.state.step is Step.QUESTIONS:
        return question_set.told(turn)
    return after_closing.reason(turn) if turn.state.step is Step.REASON else None


def _named_elsewhere(turn: Turn, placement: Placement) -> Result | None:
    """Words in the middle of a question set that name another case, or quote from it: there they go; we ask again."""
    elsewhere = placement.kind is Kind.CASE and placement.number != turn.state.number
    if turn.state.step is not Step.QUESTIONS or not elsewhere or placement.reason not in _NAMES_A_CASE:
        return None
    filed = placed.to_case(turn, placement)
    return replace(filed, state=turn.state, messages=(*filed.messages, *question_set.again(turn).messages))


def _of_itself(turn: Turn) -> Result | None:
    """The firm only says who it is: that is kept for its case, and it is asked what it is about."""
    wrong = facts_read.wrong_number(turn)
    if wrong is not None:
        state = replace(turn.state, asked=(facts_read.UBN_AGAIN, ""))
        return Result(state=state, messages=(Text(wrong, quick=menu.usual(turn)),), effects=(NoteEnquiry(),))
    told = facts_in(turn.inbound.text, turn.find_park)
    danger = turn.understanding is not None and turn.understanding.alert is not None
    tells = bool(
        told.phone or told.ubn or (told.person and (told.firm or turn.state.pending))
        or (told.firm and presents(turn.inbound.text))
    )  # fmt: skip
    put_aside = turn.state.dropped is not None and bool(told.firm or told.person)
    if not (tells or put_aside) or turn.sure or danger:
        return None
    if turn.state.dropped:
        # Who tells it now goes on with what was put aside.
        return intake_form.take_up(turn, told)
    still_open = [case for case in turn.cases if not case.closed and case.own]
    if len(still_open) == 1 and not turn.before:
        # Nothing else is under way: a number or a name is for whoever has the case (打這支 0933…).
        return placed.filed(turn, still_open[0], Reason.SUBJECT)
    key = "facts.noted_with" if turn.words and turn.before else "facts.noted"
    text = Text(turn.say(key, facts=told.shown(turn.language)), quick=menu.usual(turn))
    return Result(state=facts_read.taken(turn.state, told), messages=(text,), effects=(NoteEnquiry(),))


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
        if asks_for_a_call(text):
            likely = next((one for one in offered if one.entry.id == _SOMEBODY_PLEASE), likely)
        alone = len(offered) == 1 and not far
        somebody = asks_for_a_person(text) or asks_to_come(text)
        meant = {_WHERE_IS_MY_CASE: alone or asks_how_far(text), _SOMEBODY_PLEASE: alone or somebody}
        match = likely if meant.get(likely.entry.id) else None
    read = turn.understanding
    alert = read is not None and read.alert is not None
    chat = decision is not None and decision.action is Action.CHAT and read is not None
    still_open = [case for case in turn.cases if not case.closed]
    if chat and read is not None and read.smalltalk == "insult" and still_open:
        data = {"action": "upset"}
        return _seen_by_officer(turn, data, about_us.upset(turn))
    if alert:
        return None
    if match is None:
        return _somebody(turn) if _wants_a_visit(turn) or _wants_a_call(turn) else None
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


def _wants_a_call(turn: Turn) -> bool:
    """Whether words ask to be telephoned about a matter of which no entry is sure."""
    decision = turn.decision
    if decision is None:
        return False
    open_choice = decision.action is Action.CHOOSE or decision.reason == "unknown"
    return open_choice and asks_for_a_call(turn.inbound.text)


def _wants_a_visit(turn: Turn) -> bool:
    """Whether words ask for somebody and name no matter, whatever entry has people in it who come."""
    read = turn.understanding
    return read is not None and read.person == "visit" and not read.terms


def _person(turn: Turn) -> Result:
    """These words ask for a case; they are what it is about only where they name a matter too."""
    called = turn.inbound.kind is InboundKind.TEXT and asks_for_a_call(turn.inbound.text)
    data = {"call": "yes"} if called else {}
    terms = turn.understanding.terms if turn.understanding is not None else ()
    text = turn.inbound.text
    everyday = load_everyday().intent(text) is not None
    only_a_person = called or asks_for_a_person(text)
    if not everyday and (not only_a_person or names_more(text, terms)):
        # 可以請人來看嗎 asks for somebody to come, which is what it is about.
        begun = faq.begun(turn)
    else:
        begun = replace(turn, message_ids=(), words=turn.before)
    return intake_form.begin(replace(begun, inbound=replace(turn.inbound, data=data)))


def _file(turn: Turn) -> Result:
    turn = _left_to_officer(turn)
    if turn.state.step is Step.ADDING:
        return my_cases.adding(turn)
    if turn.state.step is Step.QUESTIONS and (answered := question_set.file(turn)):
        return answered
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
    if name in _ASIDE and turn.state.step in _ASKED_AGAIN:
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
    InboundKind.UNSUPPORTED: my_cases.unsupported,
}


def handle(turn: Turn) -> Result:
    """The turn's result. Stickers and what does not concern us change nothing and get no answer (trap L19).

    Out of hours that is said once; what is said again until the office opens leaves it out.
    """
    handler = _KINDS.get(turn.inbound.kind)
    if handler is None:
        return Result(state=turn.state)
    turn = replace(turn, state=replace(turn.state, asked=()), asked=turn.state.asked)
    told = turn.state.hours_told if turn.closed_until is not None else None
    turn = replace(turn, hours_told=told is not None and told == turn.closed_until)
    result = handler(turn)
    if result.state.alarmed_at is None:
        result = replace(result, state=replace(result.state, alarmed_at=turn.state.alarmed_at))
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
    if step is Step.NEED:
        return land_need.again(turn)
    if step is Step.QUESTIONS:
        return question_set.again(turn)
    return my_cases.again(turn) if step is Step.ADDING else Result(state=turn.state, messages=menu.greeting(turn))
