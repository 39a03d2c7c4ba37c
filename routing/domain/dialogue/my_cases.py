"""A firm and the cases it has: what they are, where they stand, adding to them, how they went."""

from __future__ import annotations

from dataclasses import replace

from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.dialogue import faq, menu, placed
from routing.domain.dialogue.pending import remember, short
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.state import OPENING, State, Step
from routing.domain.dialogue.times import CALL_TIMES
from routing.domain.dialogue.turn import (
    AddToCase,
    AskCall,
    CaseCard,
    Kept,
    Result,
    SetLanguage,
    Supplied,
    TakeOut,
    Turn,
    Withdraw,
)
from routing.domain.inbound import InboundKind
from routing.domain.messages import Button, Card, Carousel, Row, Text, heading, postback

_MOST_ASKED, _MOST_ASKED_IN_A_ROW = 1500, 200
"""Characters of what a firm was asked for, on a card of its own and on one of several."""


def _mine(turn: Turn) -> CaseCard | None:
    """The case a button names, if it is this firm's; nobody can reach another's by typing its number."""
    return turn.own_case


def _card(turn: Turn, case: CaseCard, *, steps: bool) -> Card:
    rows: list[Row] = []
    if not case.closed:
        rows.append(Row(turn.say("case.now"), case.now))
        rows += _awaited(turn, case, whole=steps)
        rows.append(Row(turn.say("case.promised"), case.promised))
    rows += [
        Row(turn.say("case.number"), case.number),
        Row(turn.say("case.category"), case.category),
        Row(turn.say("case.unit"), case.unit),
        Row(turn.say("case.officer"), case.officer or turn.say("case.nobody_yet")),
    ]
    if not case.own:
        rows.append(Row(turn.say("case.of_colleague"), "✓"))
    if steps:
        rows += [Row(when, what) for when, what in case.steps[-6:]]
    return Card(
        title=heading(case.subject) or case.number, label=case.status, rows=tuple(rows),
        buttons=_buttons(turn, case, whole=steps),
        footer=turn.say("case.binding"), tone="wait" if case.waits_on_firm else "done" if case.closed else "info",
        alt="｜".join(part for part in (heading(case.subject), case.status, case.now, case.promised) if part),
        quick=menu.usual(turn),
    )  # fmt: skip


def _awaited(turn: Turn, case: CaseCard, *, whole: bool) -> list[Row]:
    """During a wait on the firm: what it was asked for, and how much of it has come."""
    most = _MOST_ASKED if whole else _MOST_ASKED_IN_A_ROW
    asked = case.missing if len(case.missing) <= most else case.missing[: most - 1].rstrip() + "…"
    rows = (("case.missing", asked), ("case.pieces", case.pieces))
    return [Row(turn.say(key), value) for key, value in rows if value]


def _buttons(turn: Turn, case: CaseCard, *, whole: bool) -> tuple[Button, ...]:
    number = case.number
    buttons = [] if whole else [menu.button(turn, "button.case", "case", number=number)]
    if not case.own:
        add = menu.button(turn, "button.add_to_case", "add_to_case", number=number, primary=True)
        return tuple(buttons) if case.closed else (add, *buttons)
    buttons += _sharing(turn, case) if whole else []
    if case.into:
        add = menu.button(turn, "button.add_to_case", "add_to_case", number=turn.meant(case).number, primary=True)
        return (add, *buttons)
    if case.closed:
        return (*buttons, menu.button(turn, "button.reopen", "reopen", number=number))
    if case.waits_on_firm and case.answered:
        buttons.insert(0, menu.button(turn, "button.supplied", "supplied", number=number, primary=True))
    last = (menu.button(turn, "button.withdraw", "withdraw", number=number),) if whole else ()
    return (
        menu.button(turn, "button.add_to_case", "add_to_case", number=number, primary=not case.answered),
        *buttons,
        menu.button(turn, "button.call_me", "call_me", number=number),
        *last,
    )


def _sharing(turn: Turn, case: CaseCard) -> list[Button]:
    """Whether colleagues see it is up to who opened it, and only where there can be colleagues."""
    if not turn.known.bound:
        return []
    if case.shared:
        return [menu.button(turn, "button.unshare", "share", number=case.number, off="yes")]
    return [menu.button(turn, "button.share", "share", number=case.number)]


def my_cases(turn: Turn) -> Result:
    """All of the firm's cases, open ones first."""
    state = menu.idle(turn.state)
    if not turn.cases:
        return Result(state=state, messages=(_no_case(turn),))
    cards = tuple(_card(turn, case, steps=False) for case in turn.cases[:10])
    title = turn.say("my_cases.title", n=len(turn.cases))
    return Result(state=state, messages=(Carousel(cards=cards, alt=title, quick=menu.usual(turn)),))


def _no_case(turn: Turn) -> Text | Card:
    """There is none yet, and the way to one."""
    if turn.state.step in OPENING:
        return Text(turn.say("my_cases.none_opening"), quick=menu.usual(turn))
    title = turn.say("my_cases.none")
    up = (menu.button(turn, "button.take_up", "take_up", primary=True),) if turn.state.dropped else ()
    buttons = (*up, menu.open_case(turn, primary=not up))
    return Card(title=title, body=turn.say("my_cases.none_body"), buttons=buttons, alt=title, quick=menu.usual(turn))


def person(turn: Turn) -> Result:
    """Somebody is wanted while cases are open: about one of them, or about another matter."""
    result = my_cases(turn)
    return replace(result, messages=(Text(turn.say("person.which")), *result.messages))


def case(turn: Turn) -> Result:
    """One case: where it stands and what happened."""
    found = turn.seen_case
    if found is None:
        return menu.expired(turn)
    return Result(state=menu.idle(turn.state), messages=(_card(turn, found, steps=True),))


def add_to_case(turn: Turn) -> Result:
    """What comes next belongs to this case; with ``message`` it is what was just said."""
    found, kept = turn.seen_case, turn.kept
    if found is None or (found.closed and not found.into):
        return menu.expired(turn)
    found = turn.meant(found)
    if kept is not None and kept.number != found.number:
        return _file_kept(turn, kept, found)
    state = State(step=Step.ADDING, number=found.number, last_enquiry=turn.state.last_enquiry)
    return again(replace(turn, state=state))


def _file_kept(turn: Turn, kept: Kept, case: CaseCard) -> Result:
    """One tap files what was kept."""
    kind = InboundKind.TEXT if kept.text else InboundKind.MEDIA
    state = replace(menu.idle(turn.state), pending=tuple(one for one in turn.state.pending if one not in kept.ids))
    inbound = replace(turn.inbound, kind=kind, text=kept.text)
    files = 0 if kept.text else len(kept.ids)
    filing = replace(turn, inbound=inbound, message_ids=kept.ids, state=state, files_now=files)
    return placed.filed(filing, case, Reason.TAPPED)


def move(turn: Turn) -> Result:
    """``move``: a message belongs to another case (``number``), or is a matter of its own; it is answered as such."""
    kept, wanted = turn.kept, turn.inbound.data.get("number")
    if kept is None:
        return menu.expired(turn)
    if wanted:
        found = _mine(turn)
        return menu.expired(turn) if found is None or kept.number == found.number else _file_kept(turn, kept, found)
    state = State(last_enquiry=turn.state.last_enquiry)
    kind = InboundKind.TEXT if kept.text else InboundKind.MEDIA
    inbound = replace(turn.inbound, kind=kind, text=kept.text)
    anew = replace(turn, inbound=inbound, state=state, message_ids=kept.ids, words=kept.text, before="")
    result = faq.asked(anew) if kept.text else faq.media(anew)
    text = Text(turn.say("new_matter"))
    out = (TakeOut(message_ids=kept.ids),) if kept.number is not None else ()
    return replace(result, messages=(text, *result.messages), effects=(*out, *result.effects))


def again(turn: Turn) -> Result:
    """Ask for what there is to add."""
    case = next((one for one in turn.cases if one.number == turn.state.number), None)
    done = menu.button(turn, "button.done", "cancel")
    text = Text(turn.say("adding.ask", subject=short(case.subject) if case else "—"), quick=(done,))
    return Result(state=turn.state, messages=(text,))


def adding(turn: Turn) -> Result:
    """Something to add came; more may follow until the firm says it is done."""
    number = turn.state.number
    case = next((one for one in turn.cases if one.number == number and (one.into or not one.closed)), None)
    if case is None or not turn.message_ids:
        # Closed meanwhile: what comes is a matter of its own, and must not be lost.
        turn = replace(turn, state=menu.idle(turn.state))
        return faq.asked(turn) if turn.inbound.kind is InboundKind.TEXT else faq.media(turn)
    if case.waits_on_firm:
        return placed.filed(turn, case, Reason.TAPPED)
    thanks = turn.understanding is not None and turn.understanding.category.value == "smalltalk"
    done = menu.button(turn, "button.done", "cancel", primary=True)
    buttons = (done, menu.button(turn, "button.case", "case", number=case.number))
    body = turn.say("adding.more", subject=short(case.subject))
    card = Card(title=turn.say("placed.title"), body=body, buttons=buttons, alt=turn.say("placed.title"))
    add = AddToCase(number=case.number, message_ids=turn.message_ids, reason=Reason.TAPPED, piece=not thanks)
    return Result(state=turn.state, messages=(card,), effects=(add,))


def supplied(turn: Turn) -> Result:
    """``supplied``: all that was asked for is there; the notice that work goes on is the answer."""
    found = _mine(turn)
    if found is None or not found.waits_on_firm:
        return menu.expired(turn)
    state = menu.idle(turn.state)
    if not found.answered:
        text = Text(turn.say("placed.nothing_yet", subject=short(found.subject)), quick=menu.usual(turn))
        return Result(state=state, messages=(text,))
    return Result(state=state, effects=(Supplied(number=found.number),))


def withdraw(turn: Turn) -> Result:
    """``withdraw``: the firm takes its case back; it is asked once."""
    found = _mine(turn)
    if found is None or found.closed:
        return menu.expired(turn)
    state = menu.idle(turn.state)
    if turn.inbound.data.get("sure") == "yes":
        return Result(state=state, effects=(Withdraw(number=found.number),))
    title = turn.say("withdraw.title")
    label = turn.say("withdraw.yes")
    sure = Button(label=label, data=postback("withdraw", number=found.number, sure="yes"), shown=label)
    keep = menu.button(turn, "withdraw.no", "case", number=found.number, primary=True)
    card = Card(
        title=title, body=turn.say("withdraw.body", subject=short(found.subject)), buttons=(keep, sure),
        alt=title, tone="wait", quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=replace(state, asked=("withdraw", found.number)), messages=(card,))


def call_me(turn: Turn) -> Result:
    """The officer is asked to call, at a time that suits the firm; a closed case is offered to be reopened."""
    found, when = _mine(turn), turn.inbound.data.get("when", "")
    if found is None:
        return menu.expired(turn)
    subject = short(found.subject)
    if found.closed and not found.into:
        return _closed_offer(turn, found)
    if when not in CALL_TIMES:
        buttons = tuple(
            menu.button(turn, f"call.{one}", "call_me", number=found.number, when=one) for one in CALL_TIMES
        )
        title = turn.say("call.title")
        card = Card(
            title=title, body=turn.say("call.body", subject=subject),
            # In a row the number is read; in the words it would become a button that dials one's own telephone.
            rows=(Row(turn.say("data.row.phone"), turn.known.phone or "—"),), buttons=buttons, alt=title,
            quick=menu.usual(turn),
        )  # fmt: skip
        return Result(state=replace(turn.state, asked=("call_me", found.number)), messages=(card,))
    said = turn.say("call_asked", subject=subject, phone=turn.known.phone or "—", when=turn.say(f"call.{when}"))
    text = Text("\n".join(part for part in (said, menu.hours(turn)) if part), quick=menu.usual(turn))
    # The hour may be changed in the next words.
    state = replace(turn.state, asked=("call_me", found.number))
    return Result(state=state, messages=(text,), effects=(AskCall(number=found.number, when=when),))


def _closed_offer(turn: Turn, case: CaseCard) -> Result:
    title = turn.say("placed.closed.title")
    card = Card(
        title=title, body=turn.say("call.closed", subject=short(case.subject)),
        buttons=(menu.button(turn, "button.reopen", "reopen", number=case.number, primary=True), menu.open_case(turn)),
        alt=title, quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=turn.state, messages=(card,))


def language(turn: Turn) -> Result:
    """The firm chose its language; the sentence comes in the new one."""
    chosen = turn.inbound.data.get("lang", "")
    if chosen not in READING_LANGUAGES:
        return menu.expired(turn)
    return Result(state=turn.state, messages=(), effects=(SetLanguage(language=chosen),))


def unsupported(turn: Turn) -> Result:
    """A kind of message we do not know: it is kept, and a person can look (trap L5)."""
    state = remember(turn)
    return Result(state=state, messages=(Text(turn.say("strange"), quick=menu.usual(turn)),))
