"""LINE's limits on outgoing messages, and counting and cutting as LINE counts.

Text is counted in UTF-16 code units; what is tapped (labels, shown words) in grapheme clusters, which are what a
reader calls a character (LINE Developers, "Character counting in a text"; Messaging API reference, message objects).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from routing.ports import Limits

MESSAGES = 5
TEXT = 5000
ALT_TEXT = 1500
QUICK_ITEMS = 13
QUICK_LABEL = 20
SPEAKER = 20
FLEX_LABEL = 40
DISPLAY_TEXT = 300
POSTBACK_DATA = 300
URI = 1000
PICTURE_TYPES = frozenset({"image/jpeg", "image/png"})
PICTURE_BYTES = 10_000_000
PICTURE_URL = 2000
BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
CAROUSEL_BUBBLES = 12

LIMITS = Limits(
    messages=MESSAGES,
    token_life=timedelta(seconds=55),
    key_life=timedelta(hours=23),
    free_replies=True,
)
"""LINE Messaging API reference: "Send reply message", "Send push message", "Retry failed API requests".

A reply token is good for a minute from LINE's request; it is given up early enough that a try which LINE lets hang
still comes within it (trap L9). LINE keeps a retry key for 24 hours; after that the same key would be a new message
(trap L12).
"""

_ZWJ = "\u200d"
_JOINING = {"Mn", "Me", "Mc"}
_LOOK_BACK = 64
"""How far back a cluster is looked for that a cut would divide."""
_UNITS_A_GRAPHEME = 4
"""A cluster may be a whole family of emoji or a letter under a heap of accents; on average it is not."""


def utf16(text: str) -> int:
    """The length of a text in UTF-16 code units; what lies outside the BMP counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """The text without what no JSON reader takes (NUL, half a surrogate pair) and without blank edges."""
    return (
        text.encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
        .replace("\x00", "")
        .replace("\r\n", "\n")
        .strip()
    )


def _joins(previous: str, character: str, flags: int) -> bool:
    """Whether a character belongs to the cluster before it (UAX #29, as far as chat needs it)."""
    code = ord(character)
    if character == _ZWJ or unicodedata.category(character) in _JOINING:
        return True
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
        return True
    if 0x1F1E6 <= code <= 0x1F1FF:
        return flags % 2 == 1
    if previous == _ZWJ:
        return unicodedata.category(character) == "So"
    return _hangul(previous, code)


def _hangul(previous: str, code: int) -> bool:
    """Vowels and finals of Korean join the syllable that was begun."""
    if not 0x1160 <= code <= 0x11FF:
        return False
    before = ord(previous)
    return 0x1100 <= before <= 0x11FF or 0xAC00 <= before <= 0xD7A3


_PLAIN = re.compile("[\\n -\u02ff\u2010-\u2027\u3000-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uff01-\uff9d]*")
"""What never joins anything: nearly all that is written here, and quick to tell."""


def graphemes(text: str) -> Iterator[str]:
    """The clusters of a text, in order; together they are the text."""
    if _PLAIN.fullmatch(text):
        yield from text
        return
    cluster, flags = "", 0
    for character in text:
        if cluster and not _joins(cluster[-1], character, flags):
            yield cluster
            cluster = ""
        cluster += character
        flags = flags + 1 if "\U0001f1e6" <= character <= "\U0001f1ff" else 0
    if cluster:
        yield cluster


def grapheme_length(text: str) -> int:
    """How many characters a reader sees."""
    return sum(1 for _ in graphemes(text))


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` graphemes, with … in place of what was cut."""
    clusters = list(islice(graphemes(text), limit + 1))
    if len(clusters) <= limit and utf16(text) <= limit * _UNITS_A_GRAPHEME:
        return text
    kept = fit("".join(clusters[: limit - 1]), limit * _UNITS_A_GRAPHEME - 1)
    return kept.rstrip() + "…"


def fit(text: str, units: int) -> str:
    """The longest beginning of at most ``units`` UTF-16 units that cuts no cluster (unless one alone is too long)."""
    raw = text.encode("utf-16-le", "surrogatepass")
    if len(raw) <= 2 * units:
        return text
    head = raw[: 2 * units].decode("utf-16-le", "ignore")
    around = text[max(0, len(head) - _LOOK_BACK) : len(head) + 1]
    *_, last = graphemes(around)
    return head[: len(head) + 1 - len(last)] or head


def shorten_units(text: str, units: int, mark: str = "…") -> str:
    """At most ``units`` UTF-16 units, with ``mark`` in place of what was cut."""
    return text if utf16(text) <= units else fit(text, units - utf16(mark)).rstrip() + mark


_BORDERS = tuple(re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"[。！？!?；;]|\.(?=\s)", r"[，、,：:]|\s"))
_LEAST = 0.5
"""A part is at least half full, or a border so early is not worth it."""


def _border(text: str, most: int) -> int:
    """Where to cut a text after at most ``most`` characters: after a paragraph, a line, a sentence, a word."""
    for pattern in _BORDERS:
        # White space just behind may be cut at too, since it is dropped.
        found = pattern.finditer(text, 0, most + 1)
        ends = [min(match.end(), most) for match in found if match.end() <= most or match.group().isspace()]
        if ends and ends[-1] >= most * _LEAST:
            return ends[-1]
    return most


def split_text(text: str, limit: int = TEXT) -> list[str]:
    """A text in parts of at most ``limit`` UTF-16 units, cut where reading allows (trap L15).

    Nothing but white space at the borders is lost.
    """
    parts = []
    rest = text.strip()
    while utf16(rest) > limit:
        head = fit(rest, limit)
        cut = _border(rest, len(head))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if part]
