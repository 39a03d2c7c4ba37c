"""Messages without a channel to LINE's message objects, within every limit LINE sets.

Words are never lost silently: what does not fit one object goes into the next, neighbours are joined when there are
more than five, and only what no five objects can hold is cut, with a line that says where the whole can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.line import flex, limits
from bot.line.flex import Bubble
from knowledge.wording import reading_language
from routing.domain.messages import Button, Card, Carousel, Outgoing, Picture, Text

Json = dict[str, Any]
_CUT = {"zh-TW": "…（全文請見案件）", "en": "… (the whole text is in the case)", "ja": "…（全文は案件をご覧ください）"}

_ALT = 400
"""UTF-16 units of a notification; LINE takes 1,500, a telephone shows two or three lines."""
_ALSO = {"zh-TW": "、", "en": ", ", "ja": "、"}
_NO_NAME = re.compile("line", re.IGNORECASE)
"""LINE refuses its own name in that of a speaker."""

log = structlog.get_logger("line.render")


@dataclass(frozen=True, slots=True)
class _Words:
    """A run of plain words, of any length."""

    text: str


@dataclass(frozen=True, slots=True)
class _Bubbles:
    """Drawn cards that stand side by side, any number of them; ``alt`` is what a notification shows."""

    drawn: tuple[Bubble, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture that LINE takes."""

    picture: Picture


_Piece = _Words | _Bubbles | _Seen


def render(messages: Sequence[Outgoing], language: str) -> list[Json]:
    """One to five LINE message objects, the quick reply on the last one (trap L15); none if there is nothing to say.

    ``language``: the reader's, for the few words of our own. Texts and labels come ready made. Each card is drawn and
    measured once; what has to be joined is put together from what was drawn.
    """
    reads = reading_language(language)
    cut, also = _CUT[reads], _ALSO[reads]
    pieces = [piece for message in messages for piece in _pieces(message, cut, also)]
    objects = _with_fewer_pictures(_objects(pieces))
    for fewer in (_joined, _folded):
        if len(objects) > limits.MESSAGES:
            objects = _with_fewer_pictures(_objects(fewer(pieces)))
    if len(objects) > limits.MESSAGES:
        log.warning("messages_cut", objects=len(objects))
        note = {"type": "text", "text": cut.strip("…（） ()")}
        objects = [*objects[: limits.MESSAGES - 1], note]
    _name_speaker(objects, messages)
    quick = _quick(messages)
    if quick and objects:
        objects[-1]["quickReply"] = {"items": quick}
    return objects


def _pieces(message: Outgoing, cut: str, also: str) -> list[_Piece]:
    """A message as words and drawn cards; the words of a single card too long for a bubble come before it."""
    if isinstance(message, Text):
        text = limits.clean(message.body)
        return [_Words(text)] if text else []
    if isinstance(message, Picture):
        return [_Seen(message)] if _line_takes(message) else []
    if isinstance(message, Carousel):
        drawn = tuple(made for card in message.cards for made in _drawn(card, cut))
        return [_Bubbles(drawn, _alt(message, also))] if drawn else []
    first, *more = _with_few_buttons(message)
    made = flex.whole(first)
    pieces: list[_Piece] = []
    if made is not None and not made.fits and message.body:
        pieces.append(_Words("\n".join(part for part in map(limits.clean, (message.title, message.body)) if part)))
        made = flex.whole(replace(first, body=""))
    if made is not None and not made.fits:
        made = flex.shortened(replace(first, body="") if pieces else first, cut)
    drawn = (*([made] if made else []), *(made for card in more for made in _drawn(card, cut)))
    return [*pieces, _Bubbles(drawn, _alt(message, also))] if drawn else pieces


def _line_takes(picture: Picture) -> bool:
    """Whether LINE shows it: JPEG or PNG over https, 10 MB at most (Messaging API reference, "Image message").

    What it does not show is on the card before it, as a link.
    """
    addresses = picture.url, picture.preview
    shown = all(one.startswith("https://") and len(one) <= limits.PICTURE_URL for one in addresses)
    return shown and picture.content_type in limits.PICTURE_TYPES and picture.size <= limits.PICTURE_BYTES


def _with_fewer_pictures(objects: list[Json]) -> list[Json]:
    """As many of the first pictures as there is room for: the card links to all of them."""
    room = max(0, limits.MESSAGES - sum(made["type"] != "image" for made in objects))
    kept: list[Json] = []
    for made in objects:
        if made["type"] == "image":
            room -= 1
            if room < 0:
                continue
        kept.append(made)
    return kept


def _drawn(card: Card, cut: str) -> Iterator[Bubble]:
    for part in _with_few_buttons(card):
        made = flex.whole(part)
        if made is not None and not made.fits:
            made = flex.shortened(part, cut)
        if made is not None:
            yield made


def _joined(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Texts that follow each other as one, cards that follow each other side by side."""
    joined: list[_Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, _Words) and isinstance(last, _Words):
            joined[-1] = _Words(f"{last.text}\n\n{piece.text}")
        elif isinstance(piece, _Bubbles) and isinstance(last, _Bubbles):
            joined[-1] = _Bubbles((*last.drawn, *piece.drawn), last.alt)
        else:
            joined.append(piece)
    return joined


def _folded(pieces: Sequence[_Piece]) -> list[_Piece]:
    """All words in one run, then all cards: too many to keep their order."""
    words = [piece for piece in pieces if isinstance(piece, _Words)]
    return _joined([*words, *(piece for piece in pieces if isinstance(piece, _Bubbles))])


def _objects(pieces: Sequence[_Piece]) -> list[Json]:
    objects: list[Json] = []
    for piece in pieces:
        if isinstance(piece, _Words):
            objects += [{"type": "text", "text": part} for part in limits.split_text(piece.text)]
        elif isinstance(piece, _Seen):
            addresses = {"originalContentUrl": piece.picture.url, "previewImageUrl": piece.picture.preview}
            objects.append({"type": "image", **addresses})
        else:
            objects += [_flex(group, piece.alt) for group in _groups(piece.drawn)]
    return objects


def _flex(group: Sequence[Bubble], alt: str) -> Json:
    contents = [made.content for made in group]
    alone = contents[0] if len(contents) == 1 else {"type": "carousel", "contents": contents}
    return {"type": "flex", "altText": alt, "contents": alone}


def _with_few_buttons(card: Card) -> list[Card]:
    """A card with more choices than one bubble shows, as several."""
    most = flex.MOST_BUTTONS
    if len(card.buttons) <= most:
        return [card]
    chunks = [card.buttons[at : at + most] for at in range(0, len(card.buttons), most)]
    return [replace(card, buttons=chunks[0]), *(Card(title=card.title, tone=card.tone, buttons=c) for c in chunks[1:])]


def _groups(bubbles: Sequence[Bubble]) -> list[list[Bubble]]:
    """Bubbles in runs that a carousel may hold: twelve, and 50 KB with some room for the frame."""
    groups: list[list[Bubble]] = []
    used = 0
    for made in bubbles:
        length = made.size + 2
        if not groups or len(groups[-1]) == limits.CAROUSEL_BUBBLES or used + length > limits.CAROUSEL_BYTES - 100:
            groups.append([])
            used = 0
        groups[-1].append(made)
        used += length
    return groups


def _alt(piece: Card | Carousel, also: str) -> str:
    """What a notification and the list of chats show: what is said, not of what kind it is; never empty."""
    if isinstance(piece, Card):
        words = limits.clean(piece.alt) or _content(piece, also)
    else:
        words = _line(piece.alt, also.join(limits.clean(card.title) for card in piece.cards if card.title))
        words = words or next(filter(None, (_content(card, also) for card in piece.cards)), "")
    return limits.shorten_units(words or "…", _ALT)


def _content(card: Card, also: str) -> str:
    said = card.body or also.join(button.label for button in card.buttons)
    said = said or also.join(row.value for row in card.rows)
    return _line(card.title, card.label, said)


def _line(*parts: str) -> str:
    return "｜".join(" ".join(part.split()) for part in map(limits.clean, parts) if part)


def _name_speaker(objects: Iterable[Json], messages: Sequence[Outgoing]) -> None:
    """Who says it, where the account's name does not tell (Messaging API reference, "Change icon and display name")."""
    speaker = next((message.speaker for message in messages if message.speaker), "")
    name = limits.shorten(_NO_NAME.sub("", speaker).strip(), limits.SPEAKER)
    for made in objects:
        if name:
            made["sender"] = {"name": name}


def _quick(messages: Iterable[Outgoing]) -> list[Json]:
    """The last choices of the batch, thirteen at most: LINE shows those of the last message only."""
    buttons: tuple[Button, ...] = next((one.quick for one in reversed(list(messages)) if one.quick), ())
    actions = [made for button in buttons if (made := flex.action(button, limits.QUICK_LABEL))]
    return [{"type": "action", "action": made} for made in actions[: limits.QUICK_ITEMS]]
