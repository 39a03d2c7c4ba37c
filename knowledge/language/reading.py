"""Which part of a message asks: sentences of long letters, clauses with topics of their own, short follow-ups."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
import re
from dataclasses import dataclass

from knowledge.language.forms import TextForms
from knowledge.language.text import asking_sentences, fold

_LONG = 60
"""Characters of a normalised text from which single sentences are looked at."""
_MOST_SENTENCES = 4
_WHOLE_LIMIT = 400

_ALSO = re.compile(
    "[。？?！!；;\\n]|還有|还有|另外|以及|順便|顺便|並且|而且|再來|同時想|跟著想問|也想問|也想问|\\balso\\b|\\band (?:how|what|where|who|do|can)\\b|"
    "\\bplus\\b|それと|それから|また、|あと"
)
_FOLLOWS = re.compile(
    fold(
        "^(?:那|那麼|所以|然後|還有|如果|可是|但是|要是|不然|這樣|那個|這個|它|他們)|呢$|^(?:多久|多少錢|幾天|費用|要帶什麼|去哪|在哪|找誰|"
        "要多久|怎麼算|為什麼|什麼時候|線上|可以線上|要錢嗎|哪裡辦)|^(?:and|what about|how about|how long|how much|where|why|when|"
        "then|so|what if)\\b|^(?:では|それ|じゃあ|いつ|いくら|どこ|なぜ|もし)"
    )
)
_FOLLOW_LENGTH = 14
_FOLLOW_WORDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """A message, normalised: as a whole, the wordings worth comparing, and clauses that may be topics of their own."""

    whole: str
    wordings: tuple[str, ...]
    clauses: tuple[str, ...]


def read_focus(forms: TextForms) -> Focus:
    """Find what a message asks. Always at least one wording, so that empty text goes the same way."""
    whole = forms.normal()
    wordings: tuple[str, ...] = (whole,)
    if len(whole) > _LONG:
        asking = tuple(n for s in asking_sentences(forms.text) if 4 <= len(n := forms.normal(s)) <= _WHOLE_LIMIT)
        wordings = asking[-_MOST_SENTENCES:] or (whole[:_WHOLE_LIMIT],)
    return Focus(whole=whole[:_WHOLE_LIMIT], wordings=wordings, clauses=_clauses(forms))


def _clauses(forms: TextForms) -> tuple[str, ...]:
    pieces = _ALSO.split(forms.text[:1000])
    if len(pieces) == 1:
        return ()
    parts = [n for p in pieces if len(n := forms.normal(p)) >= 4]
    return tuple(parts[:6]) if len(parts) > 1 else ()


def leans_on_last_turn(folded: str, sharp: bool) -> bool:
    """True for a short text that makes little sense without the turn before it."""
    if sharp or not folded:
        return False
    short = len(folded) <= _FOLLOW_LENGTH or (folded.isascii() and len(folded.split()) <= _FOLLOW_WORDS)
    return short and bool(_FOLLOWS.search(folded))
