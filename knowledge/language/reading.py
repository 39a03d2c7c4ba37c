"""Which part of a message asks: sentences of long letters, matters of their own, short follow-ups."""

# ruff: noqa: E501 - word lists are read as lists, not as lines
import re
from dataclasses import dataclass

from knowledge.language.forms import TextForms
from knowledge.language.said import ways
from knowledge.language.text import asking_sentences

_LONG, _LONG_KANA, _LONG_LATIN = 60, 100, 200
"""Characters of a normalised text from which single sentences are looked at: as much is said in more of them with kana,
and in far more with letters."""
_KANA = re.compile("[ぁ-ヿ]")
_MOST_SENTENCES = 4
_WHOLE_LIMIT = 400

_ALSO = re.compile(
    "[。？?！!；;\\n]|還有|还有|另外|以及|順便|顺便|並且|而且|再來|同時想|跟著想問|也想問|也想问|\\balso\\b|\\band (?:how|what|where|who|do|can)\\b|"
    "\\bplus\\b|それと|それから|また、|あと"
)
_FOLLOWS, _LEAD_IN = ways("leaning", "follows"), ways("leaning", "lead_in")
_MATTER = re.compile(
    r"(?<=[。？?！!；;\n])|(?<![A-Za-z\d.§])(?=[（(]?[1-9][.、)）．](?!\d))|(?<=[\s。？?，,：:])(?=[一二三四五][、．])|(?=還有(?!效|沒|没|多|幾|位|空|剩|名額|名额|機會|机会|嗎|吗|[一二兩三四五六七八九十0-9])|还有(?!效|没|多|几|位|空|剩|名额|机会|吗|[一二两三四五六七八九十0-9])|另外(?!的)|順便|顺便|以及|再來|再来|第二[個件]?(?:問題|问题)?[是，,：:]|"
    r"\b(?:also|and (?:(?:by|from|for|in|to|at|with|on) )?(?:how|what|which|where|when|who|whom|do|does|can|is|are|must|should|may)|plus)\b|それと|それから|また、|あと[、,])",
    re.IGNORECASE,
)
"""Where another matter may begin: after a sentence, before a number of a list, before a word that adds one."""
_MATTER_SOFT = re.compile(r"(?<=[，,])|(?<=[一-鿿])[ \u3000]+(?=[一-鿿])")
"""Where one may begin as well, though most commas part nothing."""
_LEAD = re.compile(
    r"^(?:[，,。、；;：:\s]|[（(]?[1-9][.、)）．](?!\d)|[一二三四五][、．]|還有|还有|另外|順便|顺便|以及|再來|再来|第[一二三]個?|然後|然后|也|想(?:再)?(?:請|请)?(?:問|问)(?:一下)?|(?:請|请)(?:問|问)(?:一下)?|"
    r"(?:also|and|plus)\b[, ]*|それと、?|それから、?|また、|あと、?)+",
    re.IGNORECASE,
)
_MOST_PIECES = 8
_READ_FOR_MATTERS = 1000
_LEANS = ways("leaning", "leans")
"""Whole texts that name no matter: they lean on the turn before, whatever they are like."""
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
    if len(whole) > _long(whole):
        asking = tuple(n for s in asking_sentences(forms.text) if 4 <= len(n := forms.normal(s)) <= _WHOLE_LIMIT)
        wordings = asking[-_MOST_SENTENCES:] or (whole[:_WHOLE_LIMIT],)
    return Focus(whole=whole[:_WHOLE_LIMIT], wordings=wordings, clauses=_clauses(forms))


def _long(text: str) -> int:
    if text.isascii():
        return _LONG_LATIN
    return _LONG_KANA if _KANA.search(text) else _LONG


def _clauses(forms: TextForms) -> tuple[str, ...]:
    pieces = _ALSO.split(forms.text[:1000])
    if len(pieces) == 1:
        return ()
    parts = [n for p in pieces if len(n := forms.normal(p)) >= 4]
    return tuple(parts[:6]) if len(parts) > 1 else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a message that may be a matter of its own; `soft` where only a comma or a blank parted it."""

    text: str
    soft: bool


def pieces(forms: TextForms) -> tuple[Piece, ...]:
    """The stretches of a message that may be matters of their own, in order; one where nothing parts it.

    What begins no matter by itself (a hello, who we are) stands with what follows it; nothing but words of
    joining is left out.
    """
    found: list[Piece] = []
    for sentence in _MATTER.split(forms.text[:_READ_FOR_MATTERS]):
        soft, joining = False, ""
        for part in _MATTER_SOFT.split(sentence):
            if not _LEAD.sub("", part.strip()):
                joining += part
                continue
            if forms.normal(part):
                found.append(Piece(text=joining + part, soft=soft))
                joining = ""
            soft = True
    if not 1 < len(found) <= _MOST_PIECES:
        return (Piece(text=forms.text, soft=False),)
    return tuple(found)


def without_lead(text: str) -> str:
    """A stretch without the words that join it to the one before (另外, 還有請問); the whole where nothing is left."""
    return _LEAD.sub("", text.strip()).rstrip("，, ") or text.strip()


def names_nothing(folded: str) -> bool:
    """True for a text that asks how long, how much, which papers or what else, and not of what."""
    return bool(_LEANS.fullmatch(_LEAD_IN.sub("", folded)))


def leans_on_last_turn(folded: str, sharp: bool) -> bool:
    """True for a short text that makes little sense without the turn before it."""
    if not folded:
        return False
    if names_nothing(folded):
        return True
    if sharp:
        return False
    folded = _LEAD_IN.sub("", folded)
    short = len(folded) <= _FOLLOW_LENGTH or (folded.isascii() and len(folded.split()) <= _FOLLOW_WORDS)
    return short and bool(_FOLLOWS.search(folded))
