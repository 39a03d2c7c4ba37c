"""Outgoing messages without a channel: words, a card, a list of choices, a picture. The channel's edge renders them.

They are stored in the outbox as JSON, so each has a plain form and comes back equal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap. ``data``: a postback query string; ``url``: a page or tel: link; exactly one of them.

    ``shown``: what appears as the firm's own words when it taps.
    """

    label: str
    data: str | None = None
    url: str | None = None
    shown: str | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words. ``quick``: choices shown under the last message (a quick reply).

    ``speaker``: who says it, where the account's own name does not tell; on every kind of message.
    """

    body: str
    quick: tuple[Button, ...] = ()
    speaker: str = ""
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its value on a card."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card: what it is about, its facts, words, and what can be done. ``tone``: info, done, wait or alert.

    ``label``: what is said of the title, smaller below it: of a case's subject, that it was received. ``alt``: what a
    notification shows, if not title, label and words.
    """

    title: str
    label: str = ""
    body: str = ""
    rows: tuple[Row, ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    tone: Literal["info", "done", "wait", "alert"] = "info"
    alt: str = ""
    quick: tuple[Button, ...] = ()
    speaker: str = ""
    type: Literal["card"] = "card"


@dataclass(frozen=True, slots=True)
class Carousel:
    """Several cards side by side, ten at most."""

    cards: tuple[Card, ...]
    alt: str = ""
    quick: tuple[Button, ...] = ()
    speaker: str = ""
    type: Literal["carousel"] = "carousel"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside the card that links to it; a channel that cannot show it leaves it out, and nothing is lost.

    ``url``, ``preview``: where it lies, whole and small; ``content_type``; ``size``: of the whole one, in bytes.
    """

    url: str
    preview: str
    content_type: str
    size: int
    quick: tuple[Button, ...] = ()
    speaker: str = ""
    type: Literal["picture"] = "picture"


Outgoing = Text | Card | Carousel | Picture


@dataclass(frozen=True, slots=True)
class Sent:
    """What the channel says of messages that it took: the id of the call, and those of the messages if it tells."""

    request_id: str | None
    ids: tuple[str, ...] = ()


HEADING = 80
"""Half-width characters of a title: forty of Chinese, eighty of English."""


SUBJECT = 80
"""Characters of a case's subject."""


def drawn_width(words: str) -> int:
    """How wide words are drawn, in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in words)


def heading(words: str) -> str:
    """Words on one line, short enough to head a card; … stands for what was left out. A full stop at its end goes."""
    words = " ".join(words.split())
    bare = words.rstrip("。．. ") if not words.endswith("..") else words
    used = 0
    for at, character in enumerate(bare):
        used += drawn_width(character)
        if used > HEADING:
            return _whole_words(bare, at - 1)
    return bare


def subject_of(words: str) -> str:
    """What a case is called until somebody gives it another subject: its first words."""
    words = " ".join(words.split())
    return words if len(words) <= SUBJECT else _whole_words(words, SUBJECT - 1)


def _whole_words(words: str, most: int) -> str:
    """The beginning, with … for the rest; a word of letters is left out rather than cut in two."""
    kept = words[:most]
    if kept[-1:].isascii() and kept[-1:].isalnum() and words[most].isascii() and words[most].isalnum():
        before = kept.rpartition(" ")[0]
        kept = before if len(before) > most // 2 else kept
    return kept.rstrip(" ,;:，、；：") + "…"


def postback(action: str, **values: str | int) -> str:
    """Postback data as the contract has it: a query string that begins with ``action`` (contract §4)."""
    return urlencode({"action": action, **values})


_JOINED = 2000
"""Characters of texts that become one: any channel carries so many in one object."""


def packed(messages: Sequence[Outgoing], *, most: int) -> tuple[list[Outgoing], list[Outgoing]]:
    """Messages for one call of at most so many, and those that have to follow later; nothing is dropped (trap L15).

    Plain texts that follow each other become one first, as long as it stays readable. What is asked last stays last:
    only there choices are shown.
    """
    kept = list(messages)
    while len(kept) > most:
        place = next((at for at in range(len(kept) - 1) if _joins(kept[at], kept[at + 1])), None)
        if place is None:
            break
        kept[place : place + 2] = [_one(kept[place], kept[place + 1])]
    if len(kept) <= most:
        return kept, []
    return [*kept[: most - 1], kept[-1]], kept[most - 1 : -1]


def _joins(one: Outgoing, other: Outgoing) -> bool:
    if not isinstance(one, Text) or not isinstance(other, Text) or one.speaker != other.speaker:
        return False
    return len(one.body) + len(other.body) <= _JOINED


def _one(one: Outgoing, other: Outgoing) -> Text:
    if not isinstance(one, Text) or not isinstance(other, Text):
        raise TypeError("only plain texts are joined")
    return replace(one, body=f"{one.body}\n\n{other.body}", quick=other.quick or one.quick)


def to_plain(messages: Iterable[Outgoing]) -> list[dict[str, Any]]:
    """Messages as JSON values."""
    return [asdict(message) for message in messages]


def _buttons(values: Iterable[dict[str, Any]]) -> tuple[Button, ...]:
    return tuple(Button(**value) for value in values)


def _card(value: dict[str, Any]) -> Card:
    rows = tuple(Row(**row) for row in value["rows"])
    return Card(
        **{**value, "rows": rows, "buttons": _buttons(value["buttons"]), "quick": _buttons(value["quick"])},
    )


_CHOICES = 6
"""So many choices are named to a reader."""


def in_words(message: Outgoing) -> list[str]:
    """What a person reads in a message, line by line; what could be tapped stands last."""
    if isinstance(message, Picture):
        return ["（圖片）"]
    if isinstance(message, Carousel):
        return [line for card in message.cards for line in in_words(card)]
    tapped, lines = message.quick, [message.body]
    if isinstance(message, Card):
        rows = [f"{row.label}：{row.value}" for row in message.rows]
        lines = [message.title, message.label, message.body, *rows, message.footer]
        tapped = (*message.buttons, *message.quick)
    choices = "／".join(button.label for button in tapped[:_CHOICES])
    more = f"…等 {len(tapped)} 項" if len(tapped) > _CHOICES else ""
    return [line for line in (*lines, f"〔選項：{choices}{more}〕" if choices else "") if line]


def from_plain(values: Iterable[dict[str, Any]]) -> list[Outgoing]:
    """Messages from JSON values. Raises KeyError or TypeError for what ``to_plain`` did not write."""
    messages: list[Outgoing] = []
    for value in values:
        if value["type"] == "text":
            messages.append(Text(**{**value, "quick": _buttons(value["quick"])}))
        elif value["type"] == "card":
            messages.append(_card(value))
        elif value["type"] == "picture":
            messages.append(Picture(**{**value, "quick": _buttons(value["quick"])}))
        else:
            cards = tuple(_card(card) for card in value["cards"])
            messages.append(Carousel(**{**value, "cards": cards, "quick": _buttons(value["quick"])}))
    return messages
