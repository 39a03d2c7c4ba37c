"""What is said and done with words once they are placed: into a case, or asked about (contract §9 "Placing words")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.relevance.aspects import means_to
from routing.domain.decision import SURE_CATEGORY, Action
from routing.domain.dialogue import menu
from routing.domain.dialogue.naming import goes_on, pieces
from routing.domain.dialogue.pending import has_begun, long_since, remember, short
from routing.domain.dialogue.placement import LONG_AGO, Kind, OwnCase, Placement, Reason, Words, place
from routing.domain.dialogue.supplements import is_piece, only_says_all, says_all
from routing.domain.dialogue.turn import AddToCase, CaseCard, Effect, Result, Supplied, Turn, ref_of
from routing.domain.inbound import InboundKind
from routing.domain.messages import Button, Card, postback

_SURE_CHAT = 0.9
"""Confidence from which words are small talk although an officer waits for some."""


def placed(turn: Turn, *, answers: bool) -> Placement:
    """Where the words of this turn go. ``answers``: they fit what the dialogue has just asked."""
    cases = tuple(
        OwnCase(
            number=case.number, subject=case.subject, category=case.matter or "", topic=case.topic,
            closed=case.closed and not _goes_on_elsewhere(turn, case),
            waits=case.waits_on_firm, asked=case.missing, person=case.person, officer_at=case.officer_at,
            talked_at=case.talked_at,
            received_at=case.received_at, closed_at=case.closed_at if case.own else None,
        )
        for case in turn.cases
    )  # fmt: skip
    return _followed(turn, place(_words(turn, answers=answers), cases, now=turn.now))


def _goes_on_elsewhere(turn: Turn, case: CaseCard) -> bool:
    """Whether it was merged into a case that is not among this firm's own: to the firm it is as open as before."""
    return bool(case.into) and turn.meant(case) is case


def _followed(turn: Turn, placement: Placement) -> Placement:
    """The same with the case that goes on in place of each that was merged into it."""
    into = {case.number: turn.meant(case).number for case in turn.cases if case.into}
    others = tuple(dict.fromkeys(into.get(number, number) for number in placement.alternatives))
    if placement.kind is Kind.ASK and len(others) == 1 and len(placement.alternatives) > 1:
        return Placement(kind=Kind.CASE, reason=placement.reason, number=others[0])
    number = into.get(placement.number, placement.number) if placement.number is not None else None
    return replace(placement, number=number, alternatives=others)


def _words(turn: Turn, *, answers: bool) -> Words:
    understanding = turn.understanding
    if understanding is None:
        name = (turn.inbound.file_name or "").rpartition(".")
        return Words(quoted=turn.quoted, file=True, file_name=name[0] or name[2], answers=answers)
    # 電梯還是沒修好 tells of the own case, whatever the base knows of lifts.
    still = not turn.asks and goes_on(turn.inbound.text, [case for case in turn.cases if not case.closed])
    again = not turn.asks and goes_on(turn.inbound.text, [case for case in turn.cases if case.closed])
    # 那工廠登記呢 leans on what the officer has just written, not on an earlier answer of ours.
    leans = understanding.follow_up and any(case.officer_at and not case.closed for case in turn.cases)
    return Words(
        text=turn.inbound.text, quoted=turn.quoted, category=_matter(turn), topic=_topic(turn),
        alert=understanding.alert is not None, sure=turn.sure and not (still or leans), question=turn.asks,
        chat=_chats(turn) and not again, answers=answers, wish=means_to(turn.inbound.text), leans=leans,
        begun=has_begun(turn.state, turn.inbound.at),
    )  # fmt: skip


def _matter(turn: Turn) -> str | None:
    """What the words are plainly about, as ``CaseCard.matter`` has it."""
    understanding = turn.understanding
    if understanding is None or understanding.confidence < SURE_CATEGORY:
        return None
    return matter_of(understanding.category.value, understanding.topic)


def _topic(turn: Turn) -> str | None:
    """What the answers that the base has for these words are about, where it is sure of the field."""
    decision, understanding = turn.decision, turn.understanding
    if decision is None or understanding is None or understanding.confidence < SURE_CATEGORY:
        return None
    return understanding.topic if decision.action in {Action.ANSWER, Action.CHOOSE} else None


def matter_of(category: str, topic: str | None) -> str | None:
    """A category that tells a matter; ``other`` does so only with its topic."""
    if category == "smalltalk":
        return None
    if category == "other":
        return f"other/{topic}" if topic and topic != "general" else None
    return category


def _chats(turn: Turn) -> bool:
    """Whether it is a hello, thanks or an OK; while somebody waits for words, only what is surely that."""
    decision, understanding = turn.decision, turn.understanding
    if decision is None or understanding is None or decision.action is not Action.CHAT:
        return False
    said = pieces(turn.inbound.text)
    if any(said & pieces(case.subject) for case in turn.cases):
        # 垃圾又有了 is no abuse where a case was about rubbish.
        return False
    if (turn.officer_expects or turn.quoted is not None) and any(map(str.isdigit, turn.inbound.text)):
        # 123-4 is the lot number that was asked for, whatever it looks like.
        return False
    if not turn.officer_expects:
        return True
    return understanding.confidence >= _SURE_CHAT and not says_all(turn.inbound.text)


def to_case(turn: Turn, placement: Placement) -> Result:
    """The words go to a case; the firm is told which one, and can say otherwise."""
    case = next(one for one in turn.cases if one.number == placement.number)
    if _chats(turn):
        add = AddToCase(
            number=case.number, message_ids=turn.message_ids, reason=placement.reason, piece=False, quiet=True
        )
        return Result(state=turn.state, effects=(add,))
    return filed(turn, case, placement.reason)


def filed(turn: Turn, case: CaseCard, reason: Reason) -> Result:
    """Words or files go to this case."""
    words = turn.inbound.text if turn.inbound.kind is InboundKind.TEXT else ""
    files = turn.files_now > 0
    piece = files or (bool(words) and is_piece(words, question=turn.asks))
    everything = case.waits_on_firm and bool(words) and says_all(words) and (piece or case.answered)
    add = AddToCase(number=case.number, message_ids=turn.message_ids, reason=reason, piece=piece)
    effects: tuple[Effect, ...] = (add, Supplied(number=case.number)) if everything else (add,)
    talking = case.person and not case.waits_on_firm and case.officer_at is None
    # That a file or all of them arrived is said also in the officer's own conversation.
    arrived = files or only_says_all(words)
    # 這是另一件事 may be typed next.
    state = replace(turn.state, asked=("move", case.number, turn.message_ref))
    if everything or (talking and reason is not Reason.TAPPED and not arrived):
        # What follows in the officer's own conversation needs no word of ours, and the end of a wait has its notice.
        return Result(state=state, effects=effects)
    return Result(state=state, messages=(_told(turn, case, piece=piece),), effects=effects)


def _told(turn: Turn, case: CaseCard, *, piece: bool) -> Card:
    subject = short(case.subject)
    buttons = [_elsewhere(turn), menu.button(turn, "button.case", "case", number=case.number), *_known_answer(turn)]
    if case.closed and not case.into:
        title, body = turn.say("placed.closed.title"), turn.say("placed.closed.body", subject=subject)
        buttons.insert(0, menu.button(turn, "button.reopen", "reopen", number=case.number, primary=True))
    elif case.waits_on_firm:
        title = turn.say("placed.title")
        body = turn.say(_waiting_key(turn, piece=piece), subject=subject)
        if piece or case.answered:
            supplied = menu.button(turn, "button.supplied", "supplied", number=case.number, primary=True)
            buttons.insert(0, supplied)
    else:
        title, body = turn.say("placed.title"), turn.say("added", subject=subject)
    return Card(
        title=title, body=body, buttons=tuple(buttons), tone="wait" if case.waits_on_firm else "info",
        alt=f"{title}：{subject}", quick=menu.usual(turn),
    )  # fmt: skip


def _waiting_key(turn: Turn, *, piece: bool) -> str:
    if piece:
        return "placed.piece"
    return "placed.nothing_yet" if only_says_all(turn.inbound.text) else "placed.no_piece"


def _elsewhere(turn: Turn, ref: str = "") -> Button:
    label = turn.say("button.new_matter")
    return Button(label=label, data=postback("move", message=ref or turn.message_ref), shown=label)


def _files_ref(turn: Turn) -> str:
    """Files that were asked about a moment ago go where the tap sends these: each is asked about, none is left."""
    before = () if long_since(turn.state, turn.inbound.at) else turn.state.pending
    return ref_of((*(one for one in before if not turn.pending_texts.get(one)), *turn.message_ids))


def _known_answer(turn: Turn) -> tuple[Button, ...]:
    """The words may also be a question that has an answer: it is one tap away."""
    match = turn.decision.match if turn.decision is not None and turn.sure else None
    if match is None:
        return ()
    question = match.entry.wording(turn.language).question
    return (Button(label=question[:40], data=postback("faq", id=match.entry.id), shown=question[:100]),)


def ask(turn: Turn, placement: Placement) -> Result:
    """Several are as likely: the words are kept, and one tap files them. Cases are offered by subject."""
    offered = [case for case in turn.cases if case.number in placement.alternatives][:4]
    ref = _files_ref(turn) if turn.files_now else turn.message_ref
    if any(case.closed and not case.into for case in offered):
        return _once_more(turn, offered)
    buttons = tuple(
        Button(
            label=short(case.subject),
            data=postback("add_to_case", number=case.number, message=ref),
            shown=turn.say("button.add_to", subject=short(case.subject)),
        )
        for case in offered
    )
    title = turn.say("which_case.title")
    waiting = all(case.waits_on_firm for case in offered)
    card = Card(
        title=title, body=turn.say("which_case.body" if waiting else "which_case.kept"),
        buttons=(*buttons, _elsewhere(turn, ref)), alt=title, quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=replace(remember(turn), last_category=turn.state.last_category), messages=(card,))


def _once_more(turn: Turn, offered: Sequence[CaseCard]) -> Result:
    """What was closed is there still or again: open it again, add to one that is open, or open another."""
    closed = [case for case in offered if case.closed and not case.into]
    again = tuple(replace(_reopen(turn, case), primary=len(closed) == 1) for case in closed)
    title = turn.say("once_more.title")
    new = menu.button(turn, "button.new_case", "open_case")
    card = Card(
        title=title, body=turn.say("once_more.body", subject=short(closed[0].subject)),
        buttons=(*again, *(_add_to(turn, case) for case in offered if case not in closed), new), alt=title,
        quick=menu.usual(turn),
    )  # fmt: skip
    category = turn.understanding.category.value if turn.understanding is not None else None
    asked = ("reopen", closed[0].number, turn.message_ref) if len(closed) == 1 == len(offered) else ()
    # They name a matter of their own: what was said before them is no part of it.
    state = remember(replace(turn, state=replace(turn.state, pending=(), led_at=None, heard_at=None)))
    if category is not None and category != "smalltalk":
        topic = turn.understanding.topic if turn.understanding is not None else None
        state = replace(state, category=category, topic=topic, last_category=category)
    return Result(state=replace(state, asked=asked), messages=(card,))


def quietly(turn: Turn, case: CaseCard, reason: Reason) -> AddToCase:
    """These words stand with a case, and nothing is said of it: no piece of what its officer asked for."""
    return AddToCase(number=case.number, message_ids=turn.message_ids, reason=reason, piece=False, quiet=True)


def add_buttons(turn: Turn) -> tuple[Button, ...]:
    """To add what was just said to a case that is open, by its subject; without one, to reopen one closed lately."""
    if not turn.message_ids:
        return ()
    still_open = tuple(_add_to(turn, case) for case in turn.cases if not case.closed)[:2]
    return still_open or tuple(_reopen(turn, case) for case in turn.cases if _closed_lately(turn, case))[:1]


def _closed_lately(turn: Turn, case: CaseCard) -> bool:
    """請問核准函什麼時候寄 is most likely about what was closed last week."""
    return case.own and not case.into and case.closed_at is not None and turn.now - case.closed_at <= LONG_AGO


def _reopen(turn: Turn, case: CaseCard) -> Button:
    label = turn.say("button.reopen_one", subject=short(case.subject))
    return Button(label=label, data=postback("reopen", number=case.number, message=turn.message_ref), shown=label)


def _add_to(turn: Turn, case: CaseCard) -> Button:
    label = turn.say("button.add_to", subject=short(case.subject))
    data = postback("add_to_case", number=case.number, message=turn.message_ref)
    return Button(label=label, data=data, shown=label)
