"""What a firm has said or sent and is in no case yet: the possible beginning of one, as far as it belongs together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from knowledge.relevance.aspects import means_to
from routing.domain.decision import SURE_CATEGORY
from routing.domain.dialogue import menu
from routing.domain.dialogue.answers import asks
from routing.domain.dialogue.naming import pieces
from routing.domain.dialogue.state import MAX_PENDING, OPENING, State
from routing.domain.dialogue.turn import Result, Turn, ids_in
from routing.domain.messages import Button, Card, postback

TOGETHER = timedelta(minutes=10)
"""What comes later than this after the last words is no part of the same matter, unless its case is being opened."""
_MOST_SHOWN = 10
_SHORT = 30
_OF_US = ("other", "window")
"""Who asks for a person, or whether anybody will come, names no matter."""
_LIKELY = 0.4
"""Probability of an entry from which words that nobody is sure of are likely about it."""
_SHARED = 2
"""Pieces that two messages share from which they tell of one thing: 排水溝 is two."""


def remember(turn: Turn, *, leads: bool = True) -> State:
    """The state with what came now kept as the possible beginning of a case.

    ``leads``: it is what the firm came with, so the case's first contact is its time; else it only adds to that.
    """
    state, at = turn.state, turn.inbound.at
    new = tuple(message for message in turn.message_ids if message not in state.pending)
    if not new:
        return state
    if state.step not in OPENING and long_since(state, at):
        state = replace(state, pending=(), led_at=None)
    pending = (*state.pending, *new)[-MAX_PENDING:]
    state = replace(state, pending=pending, heard_at=at.isoformat())
    if not leads and state.led_at is not None:
        return state
    return replace(state, led_at=at.isoformat(), last_message=new[0])


def goes_on(turn: Turn) -> bool:
    """Whether something whose matter is known was said just before, and these words are not surely another one."""
    state, understanding = turn.state, turn.understanding
    recent = has_begun(state, turn.inbound.at)
    if not recent or understanding is None:
        return False
    if (understanding.category, understanding.topic) == _OF_US:
        return True
    if state.category == "other" or own_matter(turn) is not None:
        return False
    return understanding.confidence < SURE_CATEGORY


def own_matter(turn: Turn) -> tuple[str, str | None] | None:
    """Category and topic of the entry that these words are likely about, where what was said before has others."""
    understanding = turn.understanding
    # Which documents, how long and how much name no matter: a word of the trade does.
    leans = understanding is not None and understanding.follow_up and turn.asks
    if understanding is None or leans or not understanding.terms:
        return None
    lead = next(iter(understanding.faq), None)
    if lead is None or lead.probability < _LIKELY:
        return None
    before, matter = (turn.state.category, turn.state.topic), (lead.entry.category.value, lead.entry.topic)
    if len(pieces(turn.inbound.text) & pieces(turn.before)) >= _SHARED:
        return None
    return None if _may_be_one(before, matter) else matter


def _may_be_one(before: tuple[str | None, str | None], now: tuple[str, str | None]) -> bool:
    """Whether two matters may be the same: one field, and in ``other`` one topic where both are known."""
    if before[0] is None or before[0] != now[0]:
        return before[0] is None
    topics = {before[1], now[1]} - {None, "general"}
    return now[0] != "other" or len(topics) < 2


def long_since(state: State, at: datetime) -> bool:
    """Whether the last words of the firm are too old for what came at ``at`` to belong to them."""
    return state.heard_at is not None and at - datetime.fromisoformat(state.heard_at) > TOGETHER


def has_begun(state: State, at: datetime) -> bool:
    """Whether a matter was begun, and lately enough for what came at ``at`` to belong to it."""
    return bool(state.pending) and state.category is not None and not long_since(state, at)


def other_matter(turn: Turn, category: str, topic: str | None) -> Turn:
    """The turn with what was kept before let go, if these words are plainly about something else."""
    state = turn.state
    if state.step in OPENING or not state.pending or _may_be_one((state.category, state.topic), (category, topic)):
        return turn
    return replace(turn, state=replace(state, pending=(), led_at=None, heard_at=None))


def of_alarm(turn: Turn) -> Turn:
    """The turn with only what belongs to the emergency of which these words tell: danger told before, the same thing.

    Questions and wishes before it, and what was answered, are of other matters.
    """
    state = turn.state
    if (
        state.step in OPENING
        or not state.pending
        or (state.alert is not None and not long_since(state, turn.inbound.at))
    ):
        return turn
    now, answered = pieces(turn.inbound.text), state.last_entry is not None or bool(state.offered)
    texts = {message: text for message in state.pending if (text := turn.pending_texts.get(message))}
    kept = {
        message
        for message, text in texts.items()
        if now & pieces(text) or not (answered or asks(text) or means_to(text))
    }
    if not texts or kept:
        # A photo goes with words that do; alone it may show what is wrong.
        kept |= {message for message in state.pending if message not in texts}
    left = tuple(message for message in state.pending if message in kept)
    return turn if left == state.pending else replace(turn, state=replace(state, pending=left, led_at=None))


def show(turn: Turn) -> Result:
    """``pieces``: everything that would be sent, each with a way to leave it out."""
    pieces = turn.pieces[-_MOST_SHOWN:]
    if not turn.state.pending:
        return menu.expired(turn)
    lines = "\n".join(f"{number}. {short(words)}" for number, (_, words) in enumerate(pieces, start=1))
    buttons = tuple(
        Button(
            label=turn.say("button.cut", n=number, words=short(words)), data=postback("cut", message=message),
            shown=turn.say("button.cut", n=number, words=short(words)),
        )
        for number, (message, words) in enumerate(pieces, start=1)
    )  # fmt: skip
    title = turn.say("pieces.title")
    card = Card(title=title, body=lines, buttons=buttons, quick=(menu.cancel(turn),))
    return Result(state=turn.state, messages=(card,))


def without(turn: Turn) -> State | None:
    """The state without the messages that a button names; None if it names none that is kept."""
    gone = set(ids_in(turn.inbound.data.get("message", "")))
    left = tuple(message for message in turn.state.pending if message not in gone)
    return None if len(left) == len(turn.state.pending) else replace(turn.state, pending=left)


def short(words: str) -> str:
    """The first words, as a sentence or a button quotes them."""
    first, *more = words.strip().splitlines() or ["—"]
    if len(first) <= _SHORT and not more:
        return first
    cut = first[: _SHORT - 1]
    if first.isascii() and not first[len(cut) :].startswith(" ") and len(first) > len(cut) and " " in cut:
        # Latin words are not cut in two.
        cut = cut.rpartition(" ")[0]
    return cut.rstrip() + "…"
