"""What a firm looks for that looks for land: asked after its case is open, said freely, skipped or changed.

It stands with the case as soon as it is said.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from knowledge.land import MEASURED, form_of, goes_anywhere, heard, label, seeks_land, skips, stops
from routing.domain.decision import Action
from routing.domain.dialogue import faq, menu, placed
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.state import State, Step
from routing.domain.dialogue.turn import CaseCard, Effect, KeepNeed, Result, Turn
from routing.domain.land import needs
from routing.domain.land.needs import FORMS, QUESTIONS, Need
from routing.domain.messages import Button, Card, Outgoing, Row, Text, postback

CATEGORIES = frozenset({"land", "construction", "other"})
_BY_FIGURES = frozenset({"utilities", "environment"})
_ASKING = re.compile(r"[?？]|嗎|吗|か[。.]?$")
_OPEN_FOR = timedelta(minutes=30)
"""So long after the last answer free words still change what was said."""


def wanted(category: str | None, text: str) -> bool:
    """Whether the case that was just opened looks for land or a building."""
    # 需要5000㎡廠房、用電1000kW is taken for a matter of power by its figures; what is looked for decides.
    sized = category in _BY_FIGURES and form_of(text) is not None and heard(text).measures
    return (category in CATEGORIES or bool(sized)) and seeks_land(text)


def begins(turn: Turn, number: str, text: str) -> tuple[State, Need, tuple[Outgoing, ...]]:
    """Behind the receipt: the first question that the case's own words have not answered."""
    need = needs.told(Need(), text, turn.parks, turn.find_park) or Need()
    state, asked = _next(replace(turn, state=State(number=number)), need)
    return state, need, (Text(turn.say("need.intro")), *asked)


def need(turn: Turn) -> Result:
    """``need``: the questions are gone through (``number``); ``what`` is answered by ``value``, or asked anew."""
    case, what, value = turn.own_case, turn.inbound.data.get("what", ""), turn.inbound.data.get("value", "")
    if case is None or case.closed or (what and what not in {*QUESTIONS, "stop"}):
        return menu.expired(turn)
    turn = replace(turn, state=replace(menu.idle(turn.state), number=case.number))
    held = turn.need or Need()
    if what == "stop":
        return _summed(turn, held)
    if not what:
        state, asked = _next(turn, held)
        return Result(state=state, messages=asked)
    if not value:
        return Result(state=_asking(turn, what), messages=(_question(turn, what),))
    changed = held.skip(what) if value == "skip" else _chosen(turn, held, what, value)
    return menu.expired(turn) if changed is None else _kept(turn, case, changed)


def _chosen(turn: Turn, held: Need, what: str, value: str) -> Need | None:
    """What a button answered; None if it is none of ours."""
    if what == "form" and value in FORMS:
        return replace(held.without("form"), form=value)
    if what == "where":
        park = next((park for park in turn.parks if park.id == value), None)
        return replace(held.without("where"), parks=(park.name,)) if park is not None else None
    return None


def told(turn: Turn) -> Result | None:
    """Words while a question of these stands; None where they are something else, and go their own way."""
    case = next((one for one in turn.cases if one.number == turn.state.number and one.own and not one.closed), None)
    asked = turn.state.need_at
    if case is None or turn.quoted not in {None, case.number} or (asked is None and _long_since(turn)):
        return None
    held, text = turn.need or Need(), turn.inbound.text
    changed = needs.told(held, text, turn.parks, turn.find_park, asked=asked)
    if asked is not None and stops(text):
        return _summed(turn, held)
    answers = asked is not None and changed is not None and _answers(turn, held, changed, asked)
    if not answers and ((aside := _aside(turn, asked)) is not None or turn.asks):
        return aside
    if changed is None:
        return _again(turn, case, asked) if asked is not None else None
    return _kept(turn, case, changed)


def _answers(turn: Turn, held: Need, changed: Need, asked: str) -> bool:
    """Whether words surely answer the question that stands, whatever else they look like: 大寮或林園都可以."""
    text = turn.inbound.text
    if asked in changed.skipped:
        return skips(text) or (asked == "where" and goes_anywhere(text))
    if _ASKING.search(text) or (turn.sure and turn.asks):
        return False
    if asked == "features":
        return changed.features != held.features
    return asked in {"where", "form", *MEASURED} and changed.has(asked) and changed != held


def _aside(turn: Turn, asked: str | None) -> Result | None:
    """A question with an answer of ours is answered, thanks pass; what was asked is asked again."""
    decision = turn.decision
    if asked is None or decision is None:
        return None
    question = _question(turn, asked)
    match = decision.match if turn.sure and turn.asks else None
    if match is not None and match.entry.kind.value != "hand_over":
        answered = faq.answer(turn, match.entry, state=turn.state)
        return replace(answered, state=turn.state, messages=(*answered.messages, question))
    chats = decision.action is Action.CHAT and needs.told(Need(), turn.inbound.text, (), turn.find_park) is None
    return Result(state=turn.state, messages=(question,)) if chats and not _skips(turn) else None


def _skips(turn: Turn) -> bool:
    return needs.told(Need(), turn.inbound.text, (), turn.find_park, asked="area") == Need().skip("area")


def _again(turn: Turn, case: CaseCard, asked: str) -> Result:
    """Nothing of it was understood: the words stay with the case, and the same is asked once more."""
    key = "need.again.where" if asked == "where" else "need.again.figure" if asked in MEASURED else f"need.ask.{asked}"
    again = _question(turn, asked, said=turn.say(key))
    return Result(state=turn.state, messages=(again,), effects=(placed.quietly(turn, case, Reason.ASKED),))


def again(turn: Turn) -> Result:
    """What was asked last, in another language."""
    asked = turn.state.need_at
    if asked is None:
        return Result(state=turn.state, messages=(_summary(turn, turn.need or Need()),))
    return Result(state=turn.state, messages=(_question(turn, asked),))


def _kept(turn: Turn, case: CaseCard, changed: Need) -> Result:
    state, messages = _next(turn, changed)
    effects: tuple[Effect, ...] = (KeepNeed(number=case.number, need=changed),)
    if turn.message_ids:
        effects = (*effects, placed.quietly(turn, case, Reason.ASKED))
    return Result(state=state, messages=messages, effects=effects)


def _next(turn: Turn, held: Need) -> tuple[State, tuple[Outgoing, ...]]:
    """The next question, or what was said."""
    missing = held.missing
    if missing:
        return _asking(turn, missing[0]), (_question(turn, missing[0]),)
    return _asking(turn, None), (_summary(turn, held),)


def _summed(turn: Turn, held: Need) -> Result:
    return Result(state=_asking(turn, None), messages=(_summary(turn, held),))


def _asking(turn: Turn, what: str | None) -> State:
    return State(
        step=Step.NEED, number=turn.state.number, need_at=what, asked_at=turn.inbound.at.isoformat(),
        last_enquiry=turn.state.last_enquiry,
    )  # fmt: skip


def _long_since(turn: Turn) -> bool:
    asked = turn.state.asked_at
    return asked is None or turn.inbound.at - datetime.fromisoformat(asked) > _OPEN_FOR


def _button(turn: Turn, key: str, **values: str) -> Button:
    label = turn.say(key)
    data = postback("need", number=turn.state.number or "", **values)
    return Button(label=label, data=data, shown=label)


def _question(turn: Turn, what: str, *, said: str = "") -> Outgoing:
    words = said or turn.say(f"need.ask.{what}")
    quick = (_button(turn, "button.need_skip", what=what, value="skip"), _button(turn, "button.need_stop", what="stop"))
    if what == "form":
        forms = tuple(_button(turn, f"plot.form.{form}", what=what, value=form) for form in FORMS)
        return Card(title=words, buttons=forms, quick=quick)
    if what == "where":
        parks = tuple(
            Button(
                label=park.label(turn.language), shown=park.label(turn.language),
                data=postback("need", number=turn.state.number or "", what=what, value=park.id),
            )
            for park in turn.parks
        )  # fmt: skip
        anywhere = _button(turn, "button.need_anywhere", what=what, value="skip")
        return Card(title=words, buttons=(*parks, anywhere), quick=quick)
    return Text(words, quick=quick)


def _summary(turn: Turn, held: Need) -> Card:
    """What was said, each item to be changed by a tap."""
    rows = tuple(Row(turn.say(f"need.field.{what}"), shown(turn, held, what)) for what in QUESTIONS)
    change = tuple(_button(turn, f"need.field.{what}", what=what) for what in QUESTIONS)
    return Card(
        title=turn.say("need.title"), body=turn.say("need.done"), rows=rows, quick=(*change, *menu.usual(turn)[1:])
    )


def shown(turn: Turn, held: Need, what: str) -> str:
    """An answer as the firm reads it."""
    if what in held.measures:
        return needs.range_shown(held.measures[what], what)
    if what == "where":
        parks = [park.label(turn.language) for park in turn.parks if park.name in held.parks]
        return turn.say("list.and").join((*parks, *held.districts)) or turn.say("need.none")
    if what == "form":
        return turn.say(f"plot.form.{held.form}") if held.form else turn.say("need.none")
    if what == "features":
        more = (held.note,) if held.note else tuple(label(one, turn.language) for one in held.features)
        return turn.say("list.and").join(more) or turn.say("need.none")
    said = getattr(held, what) if what in {"industry", "when"} else None
    return label(said, turn.language) if said else turn.say("need.none")
