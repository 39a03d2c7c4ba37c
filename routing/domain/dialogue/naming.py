"""Whether words name one of a firm's own cases: its number, the last four digits, or words of its subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge.language.said import ways
from knowledge.language.text import fold, normalise


class Named(Protocol):
    """A case as far as naming it goes."""

    @property
    def number(self) -> str:
        """服務案號."""

    @property
    def subject(self) -> str:
        """What it is about, in the firm's own words."""


_NUMBER = re.compile(r"[A-Z]{2,4}-\d{7}-\d{4}")
_DIGITS = re.compile(
    r"(?<![\d\-.－])(\d{4})(?![\d\-.－]|\s*(?:地號|年|元|坪|㎡|平方|公尺|公噸|噸|人|台|度|kw|kva))", re.IGNORECASE
)
_DIGITS_MEANT = re.compile(
    r"(?:案|件|尾號|尾碼|末四碼|後四碼|末4碼|後4碼|結尾|號碼|case|number|no\.?|ending|#|番号|件名)\D{0,4}\d{4}|"
    r"\d{4}\D{0,3}(?:那|這|的)?(?:案|件|番|號)",
    re.IGNORECASE,
)
_THAT_ONE = re.compile(
    fold(
        r"(.{0,12}?)(?:那件|那個案|那案|那一件|這件|這案|那個問題|那個事|那題|那[一]?[棵盞根支台扇面]|的部[分份]|的案子|的案件|案子|一案|的事情|的事|的進度|那邊的事)|"
        r"\b(?:the|my) (.{2,40}?) (?:case|matter|issue|enquiry|one)\b|(.{1,16}?)の(?:件|案件|こと)"
    )
)
_AN_EARLIER = ways("naming", "an_earlier")
_SAYS_NOTHING = ways("naming", "says_nothing")
_STILL = ways("naming", "still")
_COMPLAINS = ways("naming", "complains")
"""What any complaint says, and so names no matter."""
_PLACES = frozenset(
    re.findall(
        r"\w+",
        fold(
            "門口 廠區 園區 附近 旁邊 前面 後面 外面 裡面 大樓 一樓 二樓 三樓 廠房 工廠 廠內 廠外 公司 路口 路上 "
            "這邊 那邊 "
            "building factory plant park gate"
        ),
    )
)
"""Where things happen, folded: two matters at one place are not one."""
_TELLS = 3
"""Pairs and words from which a text says what it is about."""
_LATIN = re.compile(r"[a-z0-9]{3,}")
_HAN = re.compile(r"[^\x00-\x7f]+")
_MARKED = re.compile(fold("[a-z0-9]{1,3}[棟廠館區梯線門]"))
"""A building or a line by its letter or number: B棟, 2廠."""
_GRAMMAR = re.compile(r"[ぁ-ゖー]{2}")
"""Pairs of hiragana: endings and small words of Japanese, which any enquiry has."""
_PLAIN = frozenset(
    re.findall(
        r"\w+",
        "the and for our with you are how what when where can could please would have has this that need want about "
        "from not does any case matter company firm still again yet",
    )
)


@dataclass(frozen=True, slots=True)
class Naming:
    """``numbers``: the cases that are named, the likeliest alone or several alike; ``how`` is number or subject.

    ``plain``: the words point at the case (電梯那件, 尾號 0003), they do not only share words with its subject.
    ``same``: they are its subject nearly word for word, which is rather said once more than added.
    """

    numbers: tuple[str, ...] = ()
    how: str = ""
    plain: bool = False
    same: bool = False


def points_back(text: str) -> bool:
    """Whether words speak of something said before: 補充…, 剛才那件, my case."""
    return bool(_AN_EARLIER.search(fold(text.strip())))


def subject_among(led: str, texts: Sequence[str]) -> str:
    """Which of a case's first words say what it is about: those that led to it, unless others say much more.

    How long does it take, 那個 and 急 are no subject where a sentence beside them is one.
    """
    said = {text: len(pieces(text)) for text in texts if text}
    most = max(said, key=lambda text: said[text], default=led)
    return most if led in said and said[led] < _TELLS and said[most] > said[led] else led


def named_in(text: str, cases: Sequence[Named]) -> Naming:
    """Which of these cases a text names, by number before digits before words."""
    numbers = tuple(found for found in _NUMBER.findall(text.upper()) if any(case.number == found for case in cases))
    if numbers:
        return Naming(tuple(dict.fromkeys(numbers)), "number", plain=True)
    tails = _by_tail(text, cases)
    return Naming(tails, "number", plain=True) if tails else _by_subject(text, cases)


def shared(text: str, matters: Mapping[str, str]) -> str | None:
    """The one of some cases with whose matter a text shares most words, places aside; None where none or several do.

    ``matters``: the number of each case, and all that it is about. Softer than naming: for words that are meant for
    one.
    """
    said = pieces(_COMPLAINS.sub(" ", fold(text))) - _PLACES
    scores = {number: len(said & pieces(_COMPLAINS.sub(" ", fold(about)))) for number, about in matters.items()}
    best = max(scores.values(), default=0)
    found = [number for number, score in scores.items() if score == best]
    return found[0] if best and len(found) == 1 else None


def goes_on(text: str, closed: Sequence[Named]) -> tuple[str, ...]:
    """Closed cases whose matter words say is there still or again: 電梯還是沒修好, the lift is broken again.

    None where they say no such thing. What any complaint says (still, again, broken) is no name of a matter.
    """
    said = fold(text)
    if not closed or not _STILL.search(said):
        return ()
    bare = pieces(_COMPLAINS.sub(" ", said)) - _PLACES
    scores = {case.number: len(bare & pieces(_COMPLAINS.sub(" ", fold(case.subject)))) for case in closed}
    best = max(scores.values())
    if not best:
        # 還是不亮 names no matter at all: of the one that was closed, nothing else can be meant.
        return (closed[0].number,) if len(closed) == 1 and not bare else ()
    return tuple(number for number, score in scores.items() if score == best)


def only_goes_on(text: str) -> bool:
    """Whether words say no more than that something is there still or again: 還是沒解決, it is still broken."""
    said = fold(text)
    return bool(_STILL.search(said)) and not pieces(_COMPLAINS.sub(" ", said)) - _PLACES


def _by_tail(text: str, cases: Sequence[Named]) -> tuple[str, ...]:
    meant = bool(_DIGITS_MEANT.search(text))
    tails = {digits for digits in _DIGITS.findall(text) if meant or digits.startswith("0")}
    return tuple(case.number for case in cases if case.number[-4:] in tails)


def _by_subject(text: str, cases: Sequence[Named]) -> Naming:
    # What goes on is said in words that name no matter: 屋頂的還在漏 is about the roof.
    said = pieces(_COMPLAINS.sub(" ", fold(text)) if _STILL.search(fold(text)) else text)
    subjects = {case.number: pieces(case.subject) for case in cases}
    pointing = _pointed_at(text)
    scores: dict[str, tuple[int, int]] = {}
    for case in cases:
        own = subjects[case.number]
        elsewhere: frozenset[str] = frozenset()
        others = elsewhere.union(*(other for number, other in subjects.items() if number != case.number))
        shared = said & own
        pointed = max((_longest_end(words, case.subject) for words in pointing), default=0)
        scores[case.number] = (pointed, 2 * len(shared - others) + len(shared & others))
    if not scores:
        return Naming()
    by_one = _by_one_character(pointing, cases)
    if by_one is not None:
        return Naming((by_one,), "subject", plain=True)
    best = max(scores.values())
    ends, likeness = best
    if (ends == 0 and likeness == 0) or (ends <= 1 and likeness < 2):
        return Naming()
    numbers = tuple(number for number, score in scores.items() if score == best)
    if ends or (pointing and likeness):
        return Naming(numbers, "subject", plain=True)
    own = subjects[numbers[0]]
    both = len(said & own)
    marked = any(_MARKED.fullmatch(piece) for piece in said & own)
    if both < 2 and not marked and both * 3 < len(said):
        return Naming()
    return Naming(numbers, "subject", same=both >= 3 and both * 5 >= 4 * max(len(said), 1))


def _by_one_character(pointing: Sequence[str], cases: Sequence[Named]) -> str | None:
    """The one case in whose subject the single character stands by which it is pointed at: 樹那件, 燈的部分."""
    found = {
        tuple(case.number for case in cases if normalise(words) in normalise(case.subject))
        for words in pointing
        if len(words) == 1 and not words.isascii()
    }
    only = next(iter(found)) if len(found) == 1 else ()
    return only[0] if len(only) == 1 else None


def pieces(text: str) -> frozenset[str]:
    """What a text is about, as pairs of characters and longer Latin words, without what any enquiry says."""
    bare = _SAYS_NOTHING.sub(" ", fold(text))
    folded = normalise(bare)
    pairs = {
        run[at : at + 2] for run in _HAN.findall(folded) for at in range(len(run) - 1) if " " not in run[at : at + 2]
    }
    pairs = {pair for pair in pairs if not _GRAMMAR.fullmatch(pair)}
    pairs |= set(_MARKED.findall(folded.replace(" ", "")))
    return frozenset(pairs | {word for word in _LATIN.findall(folded) if word not in _PLAIN})


def _pointed_at(text: str) -> list[str]:
    found: Iterable[tuple[str, ...]] = _THAT_ONE.findall(fold(text))
    return [bare for groups in found for words in groups if words and (bare := _SAYS_NOTHING.sub("", words).strip())]


def _longest_end(words: str, subject: str) -> int:
    """How many of the last characters of ``words`` stand in the subject: 貨梯 in 電梯 is one, 電梯 is two."""
    words, subject = normalise(words), normalise(subject)
    if words.isascii():
        return max((len(word) for word in words.split() if len(word) > 2 and word in subject.split()), default=0)
    return next((length for length in range(min(len(words), 8), 0, -1) if words[-length:] in subject), 0)
