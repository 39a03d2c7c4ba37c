"""A card as a LINE Flex bubble: a coloured band with what it is about, words, facts, and things to tap.

Sizes and rules: Messaging API reference, Flex Message. Every ground and every colour is set, so that nothing depends on
whether the reader's LINE is light or dark, and all text grows with the reader's setting (docs/decisions/0018).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from bot.line import limits
from bot.line.phones import numbers, unbroken
from routing.domain.messages import Button, Card, Row

Json = dict[str, Any]

INK, QUIET, LINE, PALE, GROUND = "#1A2530", "#56606B", "#D9DFE5", "#EEF3F8", "#FFFFFF"


@dataclass(frozen=True, slots=True)
class _Tone:
    band: str
    on_band: str
    accent: str


_TONES = {
    "info": _Tone("#1F5FA8", "#FFFFFF", "#1F5FA8"),
    "done": _Tone("#1B7245", "#FFFFFF", "#1B7245"),
    "wait": _Tone("#F5C04A", "#332600", "#1F5FA8"),
    "alert": _Tone("#B3261E", "#FFFFFF", "#B3261E"),
}
_ONE_LINE = 26
"""The same for the whole card; longer choices are read from the left."""
_HALF = 13
"""How wide a label fits half a card in one line, in half-width characters."""
_GRID_FROM, _GRID_WIDTH = 6, 40
"""From so many equal choices on, and if none is wider than three lines of half a card, they stand in two columns."""
_SCALE_FROM = 4
MOST_BUTTONS = 24
_TITLE, _LABEL, _FOOTER, _ROW_LABEL, _ROW_VALUE = 300, 100, 500, 60, 1500
_ROWS = 20
_OF_WORDS = 3
"""So many addresses, and so many numbers, are taken out of a card's words."""
_URL = re.compile(r"https?://[^\s<>「」（）()，。、；]+")


def width(text: str) -> int:
    """How wide a text is drawn, in half-width characters; beyond a hundred it does not matter."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text[:100])


@dataclass(frozen=True, slots=True)
class Bubble:
    """A drawn card and how many bytes it has as it is sent: as JSON with everything beyond ASCII escaped."""

    content: Json
    size: int

    @property
    def fits(self) -> bool:
        """Whether LINE takes it."""
        return self.size <= limits.BUBBLE_BYTES


def action(button: Button, label_limit: int) -> Json | None:
    """What a tap does; None if LINE would not take it (nothing to do, data or address beyond its limits)."""
    label = limits.shorten(limits.clean(button.label), label_limit)
    if not label:
        return None
    if button.url is not None:
        uri = _uri(button.url)
        return {"type": "uri", "label": label, "uri": uri} if uri else None
    data = button.data or ""
    if not re.fullmatch(r"[!-~]+", data) or len(data) > limits.POSTBACK_DATA:
        return None
    shown = limits.shorten(limits.clean(button.shown or ""), limits.DISPLAY_TEXT)
    extra = {"displayText": shown} if shown else {}
    return {"type": "postback", "label": label, "data": data, **extra, **_room(data)}


_NEEDS_ROOM = frozenset({"open_case", "change_details", "category", "topics", "my_data"})
"""What is followed by a question or a list, for which the rich menu gets out of the way."""


def _room(data: str) -> Json:
    """What a tap does to the menu and the keyboard (Messaging API reference, "inputOption")."""
    said = parse_qs(data)
    action = said.get("action", [""])[0]
    if action == "add_to_case" and "message" not in said:
        return {"inputOption": "openKeyboard"}
    return {"inputOption": "closeRichMenu"} if action in _NEEDS_ROOM else {}


def _uri(url: str) -> str | None:
    """An address as LINE takes it: http, https, line or tel, ASCII, at most 1,000 characters."""
    address = limits.clean(url)
    if address.lower().startswith("tel:"):
        number = re.split(r"[#,;]|ext|轉|分機", address[4:])[0]
        digits = re.sub(r"[^\d+*]", "", number)
        return f"tel:{digits}" if digits else None
    if len(address) > limits.URI:
        return None
    address = quote(address, safe="%/:?#[]@!$&'()*+,;=~")
    try:
        parts = urlsplit(address)
        known = (parts.scheme in {"http", "https"} and parts.hostname) or parts.scheme == "line"
    except ValueError:
        return None
    return address if known and len(address) <= limits.URI else None


def _words(text: str, **looks: Any) -> Json:
    return {"type": "text", "text": unbroken(text), "wrap": True, "scaling": True, **looks}


def _header(title: str, label: str, tone: _Tone) -> Json:
    words = [_words(title, weight="bold", size="lg" if label else "md", color=tone.on_band)]
    if label:
        words.append(_words(label, size="sm", color=tone.on_band))
    return {
        "type": "box", "layout": "vertical", "spacing": "xs", "backgroundColor": tone.band, "paddingAll": "lg",
        "contents": words,
    }  # fmt: skip


def _row(row: Row) -> Json | None:
    label = limits.shorten_units(limits.clean(row.label), _ROW_LABEL)
    value = limits.shorten_units(limits.clean(row.value), _ROW_VALUE)
    if not label and not value:
        return None
    return {
        "type": "box", "layout": "baseline", "spacing": "md",
        "contents": [
            _words(label or "—", flex=2, size="sm", color=QUIET),
            _words(value or "—", flex=4, size="sm", color=INK),
        ],
    }  # fmt: skip


def _body(card: Card, body: str) -> Json | None:
    contents: list[Json] = []
    if body:
        contents.append(_words(body, size="md", color=INK, lineSpacing="5px"))
    rows = [made for row in card.rows[:_ROWS] if (made := _row(row))]
    if rows:
        if contents:
            contents.append({"type": "separator", "color": LINE})
        contents.append({"type": "box", "layout": "vertical", "spacing": "sm", "contents": rows})
    footer = limits.shorten_units(limits.clean(card.footer), _FOOTER)
    if footer:
        if rows:
            contents.append({"type": "separator", "color": LINE})
        contents.append(_words(footer, size="xs", color=QUIET))
    if not contents:
        return None
    return {"type": "box", "layout": "vertical", "spacing": "lg", "paddingAll": "lg", "contents": contents}


@dataclass(frozen=True, slots=True)
class _Tap:
    """A button ready to be drawn: the words in full, what it does, how much it stands out."""

    words: str
    action: Json
    primary: bool

    @property
    def width(self) -> int:
        return width(self.words)


def _taps(card: Card, body: str) -> list[_Tap]:
    # Addresses and numbers in a card cannot be tapped, unlike those in a plain message: each gets a button.
    addresses = dict.fromkeys(address.rstrip(".,!?:;'\"") for address in _URL.findall(body))
    known = {button.url for button in card.buttons}
    links = [Button(label=_short_address(url), url=url) for url in addresses if url not in known][:_OF_WORDS]
    dialled = {_uri(url) for url in known if url}
    calls = [Button(label=f"☎ {number}", url=f"tel:{number}") for number in numbers(body)]
    calls = [call for call in calls if _uri(call.url or "") not in dialled][:_OF_WORDS]
    taps = []
    for button in (*card.buttons, *links, *calls):
        made = action(button, limits.FLEX_LABEL)
        if made is not None:
            call = card.tone == "alert" and made.get("uri", "").startswith("tel:")
            words = limits.shorten_units(limits.clean(button.label), 300)
            taps.append(_Tap(words, made, button.primary or call))
    return taps


def _short_address(url: str) -> str:
    parts = urlsplit(url)
    return limits.shorten(f"↗ {parts.hostname or ''}{parts.path.rstrip('/')}", 26)


def _button(tap: _Tap, tone: _Tone, *, half: bool = False, left: bool = False) -> Json:
    """Something to tap, whose words wrap: nothing of a long question is cut off, nor of a short one drawn large."""
    words = _words(tap.words, size="sm", color=GROUND if tap.primary else tone.accent, weight="bold")
    return {
        "type": "box", "layout": "vertical", "cornerRadius": "md", "justifyContent": "center",
        "paddingTop": "lg", "paddingBottom": "lg", "paddingStart": "md", "paddingEnd": "md",
        "backgroundColor": tone.accent if tap.primary else PALE,
        "contents": [words if left else {**words, "align": "center"}],
        "action": tap.action, **({"flex": 1} if half else {}),
    }  # fmt: skip


def _pair(left: Json, right: Json) -> Json:
    return {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": [left, right]}


def _in_columns(taps: Sequence[_Tap], tone: _Tone) -> list[Json]:
    cells = [_button(tap, tone, half=True) for tap in taps]
    pairs = [_pair(*cells[at : at + 2]) for at in range(0, len(cells) - 1, 2)]
    return [*pairs, *([cells[-1]] if len(cells) % 2 else [])]


def _share_a_row(both: Sequence[_Tap]) -> bool:
    """Whether two that follow each other are short enough; beside the main one only something short itself."""
    most = _HALF - 3 if both[0].primary else _HALF
    return len(both) == 2 and not both[1].primary and all(tap.width <= most for tap in both)


def _in_rows(taps: Sequence[_Tap], tone: _Tone) -> list[Json]:
    """One below the other; two short ones share a row, unless all are the steps of one scale."""
    scale = len(taps) >= _SCALE_FROM and not any(tap.primary for tap in taps)
    drawn: list[Json] = []
    at = 0
    while at < len(taps):
        both = taps[at : at + 2]
        if _share_a_row(both) and not scale:
            drawn.append(_pair(*(_button(tap, tone, half=True) for tap in both)))
            at += 2
        else:
            drawn.append(_button(taps[at], tone))
            at += 1
    return drawn


def _footer(taps: Sequence[_Tap], tone: _Tone) -> Json | None:
    if not taps:
        return None
    plain = [tap for tap in taps if not tap.primary]
    if len(plain) >= _GRID_FROM and max(tap.width for tap in plain) <= _GRID_WIDTH:
        first = [tap for tap in taps if tap.primary and tap is taps[0]]
        last = [tap for tap in taps if tap.primary and tap is not taps[0]]
        contents = [*_in_rows(first, tone), *_in_columns(plain, tone), *_in_rows(last, tone)]
    elif any(tap.width > _ONE_LINE for tap in taps):
        left = len(plain) > 1 and any(tap.width > _ONE_LINE for tap in plain)
        contents = [_button(tap, tone, left=left and not tap.primary) for tap in taps]
    else:
        contents = _in_rows(taps, tone)
    return {
        "type": "box", "layout": "vertical", "spacing": "sm", "contents": contents,
        "paddingStart": "lg", "paddingEnd": "lg", "paddingTop": "none", "paddingBottom": "lg",
    }  # fmt: skip


def _drawn(card: Card, body: str, taps: Sequence[_Tap]) -> Bubble | None:
    tone = _TONES[card.tone]
    title = limits.shorten_units(limits.clean(card.title), _TITLE)
    footer = _footer(taps, tone)
    words = _body(card, body)
    if footer and not words:
        footer["paddingTop"] = "lg"
    label = limits.shorten_units(limits.clean(card.label), _LABEL) if title else ""
    blocks = {"header": _header(title, label, tone) if title else None, "body": words, "footer": footer}
    present = {name: block for name, block in blocks.items() if block}
    if not present:
        return None
    styles = {name: {"backgroundColor": GROUND} for name in present if name != "header"}
    content = {"type": "bubble", "size": "mega", **present, **({"styles": styles} if styles else {})}
    return Bubble(content, len(json.dumps(content)))


def whole(card: Card) -> Bubble | None:
    """The card with all its words, which may be more than LINE takes; None if there is nothing on it."""
    body = limits.clean(card.body)
    return _drawn(card, body, _taps(card, body)[:MOST_BUTTONS])


def shortened(card: Card, cut: str) -> Bubble | None:
    """A card that is too large, cut to what LINE takes; ``cut`` stands where words had to be left out."""
    body = limits.clean(card.body)
    taps = _taps(card, body)[:MOST_BUTTONS]
    for units in (3500, 2500, 1500, 700):
        made = _drawn(card, limits.shorten_units(body, units, cut), taps)
        if made is not None and made.fits:
            return made
    return _smallest(card, body, taps, cut)


def _smallest(card: Card, body: str, taps: Sequence[_Tap], cut: str) -> Bubble | None:
    """The last resort for absurdly full cards: short facts, and as many buttons as there is room for."""
    rows = tuple(Row(row.label, limits.shorten_units(row.value, 100)) for row in card.rows[:10])
    lean = Card(
        title=limits.fit(limits.clean(card.title), 100),
        label=limits.fit(limits.clean(card.label), 50),
        rows=rows,
        footer=limits.fit(limits.clean(card.footer), 100),
        tone=card.tone,
    )
    words = limits.shorten_units(body, 700, cut)
    for count in (len(taps), 18, 12, 8, 4, 0):
        made = _drawn(lean, words, taps[:count])
        if made is not None and made.fits:
            return made
    return None
