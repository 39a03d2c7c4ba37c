"""Words in a language that this window does not read: said so in every language it does, with the way to a person."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from knowledge.language.said import ways
from knowledge.language.text import english_words
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.decision import Action
from routing.domain.dialogue import menu, pending
from routing.domain.dialogue.turn import NoteEnquiry, Result, Turn
from routing.domain.messages import Button, Text, postback

_SCRIPTS = re.compile(
    r"[\uac00-\ud7a3\u1100-\u11ff]{2,}|[\u0e00-\u0e7f]{3,}|[\u1000-\u109f]{3,}|[\u0400-\u04ff]{3,}|[\u1780-\u17ff]{3,}|"
    r"[\u0600-\u06ff]{3,}|[\u0900-\u097f]{3,}|[ăâđêôơưĂĐƠƯ]|[\u1ea0-\u1ef9]"
)
"""Korean, Thai, Burmese, Cyrillic, Khmer, Arabic, Devanagari, and the letters of Vietnamese alone."""
_HAN = re.compile(r"[\u4e00-\u9fff\u3040-\u30ff]")


_LATIN = ways("languages", "words")
_WORD = re.compile(r"[a-z]+")
_FEW = 3
"""Words among which one of another language tells it."""


def is_unread(text: str) -> bool:
    """Whether words are written in a language that is not read here, and in no other beside it."""
    return not _HAN.search(text) and (bool(_SCRIPTS.search(text)) or in_other_latin(text))


def in_other_latin(text: str) -> bool:
    """Whether words in Latin letters are of another language than English: Indonesian, Tagalog, French.

    Two of its own words, or one among few, and more of them than small words of English.
    """
    decomposed = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    found = len(set(_LATIN.findall(bare)))
    few = len(_WORD.findall(bare)) <= _FEW
    return (found > 1 or (found == 1 and few)) and found > english_words(bare)


def told(turn: Turn) -> Result | None:
    """That Chinese, English and Japanese are read here; the words are kept for a person. None for what is read."""
    decision = turn.decision
    # A word of the trade may be the same in both (permit), so an answer is no sign that it was read.
    surely = decision is not None and decision.action is Action.ANSWER and not in_other_latin(turn.inbound.text)
    if surely or not is_unread(turn.inbound.text):
        return None
    languages = tuple(
        Button(label=language.own_name, data=postback("language", lang=language), shown=language.own_name)
        for language in READING_LANGUAGES
    )
    state = replace(pending.remember(turn), category="other", topic=None, asked=("open_case", ""))
    text = Text(turn.say("language.unread"), quick=(menu.open_case(turn), *languages))
    return Result(state=state, messages=(text,), effects=(NoteEnquiry(),))
