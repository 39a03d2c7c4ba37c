"""Messages without a channel to LINE's message objects, within every limit LINE sets.

Words are never lost silently: what does not fit one object goes into the next, neighbours are joined when there are
more than five, and only what no five objects can hold is cut, with a line that says where the whole can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from bot.line import flex, limits
from knowledge.wording import reading_language
from routing.domain.messages import Button, Card, Carousel, Outgoing, Text

Json = dict[str, Any]
_CUT = {"zh-TW": "…（全文請見案件）", "en": "… (the whole text is in the case)", "ja": "…（全文は案件をご覧ください）"}

log = structlog.get_logger("line.render")


def render(messages: Sequence[Outgoing], language: str) -> list[Json]:
    """One to five LINE message objects, the quick reply on the last one (trap L15); none if there is nothing to say.

    ``language``: the reader's, for the few words of our own. Texts and labels come ready made.
    """
    cut = _CUT[reading_language(language)]
    objects = _objects(_prepared(messages), cut)
    if len(objects) > limits.MESSAGES:
        objects = _objects(_joined(_prepared(messages)), cut)
    if len(objects) > limits.MESSAGES:
        objects = _objects(_folded(_prepared(messages)), cut)
    if len(objects) > limits.MESSAGES:
        log.warning("messages_cut", objects=len(objects))
        note = {"type": "text", "text": cut.strip("…（） ()")}
        objects = [*objects[: limits.MESSAGES - 1], note]
    quick = _quick(messages)
    if quick and objects:
        objects[-1]["quickReply"] = {"items": quick}
    return objects


def _prepared(messages: Iterable[Outgoing]) -> list[Outgoing]:
    """Each message as pieces that fit: the words of a card too long for a bubble come as a text before it."""
    pieces: list[Outgoing] = []
    for message in messages:
        if isinstance(message, Text):
            if limits.clean(message.body):
                pieces.append(Text(limits.clean(message.body)))
        elif isinstance(message, Card):
            pieces += _card_pieces(message)
        else:
            pieces += [Carousel(cards=message.cards, alt=message.alt)] if message.cards else []
    return pieces


def _card_pieces(card: Card) -> list[Outgoing]:
    if flex.fits(card) or not card.body:
        return [card]
    words = "\n".join(part for part in map(limits.clean, (card.title, card.body)) if part)
    return [Text(words), replace(card, body="")]


def _joined(pieces: Sequence[Outgoing]) -> list[Outgoing]:
    """Texts that follow each other as one, cards that follow each other side by side."""
    joined: list[Outgoing] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, Text) and isinstance(last, Text):
            joined[-1] = Text(f"{last.body}\n\n{piece.body}")
        elif not isinstance(piece, Text) and isinstance(last, Card | Carousel):
            joined[-1] = Carousel(cards=(*_cards(last), *_cards(piece)), alt=last.alt or _alt(last))
        else:
            joined.append(piece)
    return joined


def _folded(pieces: Sequence[Outgoing]) -> list[Outgoing]:
    """All words in one run, then all cards: too many to keep their order."""
    words = [piece for piece in pieces if isinstance(piece, Text)]
    return _joined([*words, *(piece for piece in pieces if not isinstance(piece, Text))])


def _cards(piece: Card | Carousel) -> tuple[Card, ...]:
    return (piece,) if isinstance(piece, Card) else piece.cards


def _objects(pieces: Sequence[Outgoing], cut: str) -> list[Json]:
    objects: list[Json] = []
    for piece in pieces:
        if isinstance(piece, Text):
            objects += [{"type": "text", "text": part} for part in limits.split_text(piece.body)]
        else:
            objects += _flex(piece, cut)
    return objects


def _flex(piece: Card | Carousel, cut: str) -> list[Json]:
    bubbles = [made for card in _cards(piece) for part in _with_few_buttons(card) if (made := flex.bubble(part, cut))]
    objects = []
    for group in _groups(bubbles):
        contents = group[0] if len(group) == 1 else {"type": "carousel", "contents": group}
        objects.append({"type": "flex", "altText": _alt(piece), "contents": contents})
    return objects


def _with_few_buttons(card: Card) -> list[Card]:
    """A card with more choices than one bubble shows, as several."""
    most = flex.MOST_BUTTONS
    if len(card.buttons) <= most:
        return [card]
    chunks = [card.buttons[at : at + most] for at in range(0, len(card.buttons), most)]
    return [replace(card, buttons=chunks[0]), *(Card(title=card.title, tone=card.tone, buttons=c) for c in chunks[1:])]


def _groups(bubbles: Sequence[Json]) -> list[list[Json]]:
    """Bubbles in runs that a carousel may hold: twelve, and 50 KB with some room for the frame."""
    groups: list[list[Json]] = []
    used = 0
    for made in bubbles:
        length = flex.size(made) + 2
        if not groups or len(groups[-1]) == limits.CAROUSEL_BUBBLES or used + length > limits.CAROUSEL_BYTES - 100:
            groups.append([])
            used = 0
        groups[-1].append(made)
        used += length
    return groups


def _alt(piece: Card | Carousel) -> str:
    """What a notification and the list of chats show; never empty."""
    cards = _cards(piece)
    said = (piece.alt, *(words for card in cards for words in (card.alt, card.title, card.body)))
    labels = (words for card in cards for words in (*(b.label for b in card.buttons), *(r.value for r in card.rows)))
    found = next((words for words in map(limits.clean, (*said, *labels)) if words), "…")
    return limits.shorten_units(found, limits.ALT_TEXT)


def _quick(messages: Iterable[Outgoing]) -> list[Json]:
    """The last choices of the batch, thirteen at most: LINE shows those of the last message only."""
    buttons: tuple[Button, ...] = next((one.quick for one in reversed(list(messages)) if one.quick), ())
    actions = [made for button in buttons if (made := flex.action(button, limits.QUICK_LABEL))]
    return [{"type": "action", "action": made} for made in actions[: limits.QUICK_ITEMS]]
