"""Words that name no matter of their own: they point at a photo just sent, or ask whom to turn to after an answer."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.language.said import ways
from knowledge.language.text import fold
from routing.domain.decision import Action
from routing.domain.dialogue import facts, menu, pending, placed
from routing.domain.dialogue.state import State, Step
from routing.domain.dialogue.turn import NoteEnquiry, Result, Turn
from routing.domain.messages import Button, Card, Row

_AT_A_FILE, _POINTS = ways("pointing", "at_a_file"), ways("pointing", "points")
_TO_BE_MENDED = ways("pointing", "to_be_mended")
_WHOM = ways("pointing", "whom")
_LONGEST = 40
_FACILITIES = ("other", "facilities")
"""What is broken and not yet named is most often of the park's facilities."""


def only_points(text: str) -> bool:
    """Whether words say only that something is to be looked at or mended, and not what: 這個可以修嗎."""
    said = fold(text)
    return len(text) <= _LONGEST and bool(_POINTS.search(said)) and not re.search(r"\w", _AT_A_FILE.sub(" ", said))


def at_a_file(turn: Turn) -> bool:
    """Whether words point at a photo or file that came with them or just before, and name nothing."""
    return after_a_file(turn) and only_points(turn.inbound.text)


def after_a_file(turn: Turn) -> bool:
    """Whether a photo or file is the last that is kept, or came with these words."""
    state = turn.state
    if turn.files_now:
        return True
    kept = state.pending and not pending.long_since(state, turn.inbound.at)
    return bool(kept) and not turn.pending_texts.get(state.pending[-1])


def to_be_told(turn: Turn) -> Result:
    """Only the photo says what it is about: both are kept, what and where is asked, and a person is one tap away."""
    state = turn.state
    category, topic = (
        _FACILITIES if _TO_BE_MENDED.search(fold(turn.inbound.text)) else (state.category or "other", None)
    )
    state = replace(pending.remember(turn), category=category, topic=topic, asked=("open_case", ""), offered=())
    card = Card(
        title=turn.say("pointing.title"), body=turn.say("pointing.body"),
        buttons=(menu.open_case(turn, primary=True), *placed.add_buttons(turn), menu.cancel(turn)),
        quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=state, messages=(card,), effects=(NoteEnquiry(),))


def tells_of_file(turn: Turn) -> bool:
    """Whether words tell what a photo shows, and ask nothing: they begin a matter together."""
    decision = turn.decision
    if decision is None or decision.parts or turn.asks or not _with_files(turn):
        return False
    return decision.action is Action.CHOOSE or decision.reason == "unknown"


def shows_what_was_told(turn: Turn) -> bool:
    """Whether a photo came that goes with words of just before, of which nothing was answered."""
    state = turn.state
    told = any(turn.pending_texts.get(one) for one in state.pending)
    return told and state.last_entry is None and pending.has_begun(state, turn.inbound.at)


def _with_files(turn: Turn) -> bool:
    """Whether a photo or file is kept with what was said lately, and nothing of it was answered."""
    state = turn.state
    if state.last_entry is not None or not (turn.files_now or state.pending):
        return False
    if pending.long_since(state, turn.inbound.at):
        return False
    return bool(turn.files_now) or any(not turn.pending_texts.get(one) for one in state.pending)


def told(turn: Turn, state: State) -> Result:
    """``state`` keeps photo and words: which unit it is for is said, a person is one tap away, what is likely too."""
    unit = turn.unit_of(state.category or "other", state.topic)
    likely = turn.decision.choices[:1] if turn.decision is not None else ()
    card = Card(
        title=turn.say("more.title"), body=turn.say("more.body", unit=unit),
        buttons=(
            menu.open_case(turn, primary=True), *(facts.question(turn, match.entry) for match in likely),
            *placed.add_buttons(turn), menu.cancel(turn),
        ),
        quick=menu.usual(turn),
    )  # fmt: skip
    effects = (NoteEnquiry(offered=tuple(match.entry.id for match in likely)),)
    return Result(state=replace(state, asked=("open_case", "")), messages=(card,), effects=effects)


def whom(turn: Turn) -> Result | None:
    """所以要找誰, 電話幾號 after an answer: told from that answer, or the unit for what was asked; else None."""
    state = turn.state
    if state.step is not Step.IDLE or turn.officer_expects or turn.quoted is not None:
        return None
    if not _WHOM.fullmatch(fold(turn.inbound.text.strip().rstrip("。.!！~～ ？").lower())):
        return None
    entry = turn.entry(state.last_entry) if state.last_entry else None
    begun = pending.has_begun(state, turn.inbound.at)
    if entry is None and not begun:
        return None
    category, topic = (entry.category.value, entry.topic) if entry else (state.category or "other", state.topic)
    unit = turn.unit_of(category, topic)
    rows = (Row(turn.say("case.unit"), unit), *((facts.next_step(turn, entry),) if entry else ()))
    known = facts.phone_button(turn, category, topic)
    first = next(iter(turn.before.splitlines()), "")
    about = entry.wording(turn.language).question if entry else pending.short(first)
    body = [turn.say("whom.body", about=about)]
    if not known:
        body.append(turn.say("whom.no_phone", unit=unit))
    body.append(menu.hours(turn))
    card = Card(
        title=turn.say("whom.title"), body="\n".join(line for line in body if line), rows=rows,
        buttons=(*known, menu.open_case(turn, primary=not known), *_answers(turn, category), *placed.add_buttons(turn)),
        footer=turn.say("case.binding"), quick=menu.usual(turn),
    )  # fmt: skip
    kept = replace(pending.remember(turn, leads=False), asked=("open_case", ""))
    return Result(state=kept, messages=(card,), effects=(NoteEnquiry(faq=entry.id if entry else None),))


def _answers(turn: Turn, category: str) -> tuple[Button, ...]:
    """What was offered for the matter, and what the base has of whom to turn to in it, to read."""
    offered = [entry for name in turn.state.offered if (entry := turn.entry(name)) is not None]
    found = [match.entry for match in (turn.decision.choices if turn.decision is not None else ())]
    likely = [entry for entry in found if entry.category.value == category and entry not in offered]
    mine = [entry for entry in (*likely[:1], *offered) if entry.id != turn.state.last_entry]
    return tuple(facts.question(turn, entry) for entry in mine[:3])
