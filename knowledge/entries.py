"""What the branch knows, as plain frozen values: FAQ entries, small talk, emergency cards, their categories.

The files they come from are described in docs/knowledge.md; reading and checking them is loading.py's work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from knowledge.vocabulary import FOREIGN_LANGUAGES, Category, EntryKind, ParkKind


class Aspect(StrEnum):
    """What of a matter is asked, and what an answer states (docs/knowledge.md describes each)."""

    DEFINITION = "definition"
    ALLOWED = "allowed"
    WHERE = "where"
    HOW = "how"
    PAPERS = "papers"
    HOW_LONG = "how_long"
    DEADLINE = "deadline"
    HOW_MUCH = "how_much"
    PENALTY = "penalty"
    EXCEPTION = "exception"
    CHANGE = "change"
    RENEW = "renew"
    CANCEL = "cancel"
    REPLACE = "replace"
    TRANSFER = "transfer"
    COMPLAINT = "complaint"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """One source of an answer: a law with its article, or a page or notice (then `article` is empty)."""

    law: str
    article: str
    url: str
    version: str
    paragraph: str = ""
    """The part of the article, as it is cited: 第2項第1款."""
    read: date | None = None
    """The day on which somebody read that text; None where only the entry's `verified` is known."""
    clause: tuple[str, ...] = ()
    """Hashes of the stored texts of the article (knowledge/data/clauses); the answer holds while they are in force."""

    @property
    def label(self) -> str:
        """The source as a firm reads it."""
        return f"{self.law}{self.article}{self.paragraph}" if self.article else self.law


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What only the branch can say: the question put to it, and the unit of the figure wanted ('' for words)."""

    question: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """One row of a tariff that the law states, in NT$: `first` for the first `included` units, then `price` a unit.

    `first` None: `price` from the first unit on. `law` and `article` name one of the entry's sources, with the text
    read and the day. `units`: how the unit is written after a number. `words` pick this row where a question holds one;
    `named_only`: it is never meant without.
    """

    item: str
    item_en: str
    item_ja: str
    units: tuple[str, ...]
    price: Decimal
    law: str
    article: str
    first: Decimal | None = None
    included: int = 1
    minimum: Decimal = Decimal(0)
    words: tuple[str, ...] = ()
    named_only: bool = False

    def item_in(self, language: str) -> str:
        """What is paid for, in the reader's language; Chinese for both scripts."""
        return {"en": self.item_en, "ja": self.item_ja}.get(language, self.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Question and answer in one foreign language; both empty while nobody has written them."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """One thing firms ask, with its answer, sources, dates and the ways they ask it."""

    id: str
    category: Category
    topic: str
    kind: EntryKind
    parks: ParkKind
    question: str
    answer: str
    details: str
    en: Wording
    ja: Wording
    basis: tuple[Basis, ...]
    facts: tuple[str, ...]
    verified: date
    review: date
    unit: str
    prepare: tuple[str, ...] = ()
    where: str = ""
    duration: str = ""
    related: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    """What the answer really states, confirmed by a person; empty while it is only derived from the text."""
    fill: Fill | None = None
    """For entries that hand over because only the branch knows: what it is asked to fill in."""
    tariff: tuple[Tariff, ...] = ()
    """What the law has paid a unit, where a quantity may be reckoned from it (knowledge/relevance/tariff.py)."""
    phrasings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stopped: str = ""
    """Which article it rests on reads otherwise in a newer text; not kept with the entry (knowledge/law/clauses.py)."""

    def expired(self, today: date) -> bool:
        """True from the day after the review date on, and while a changed article is not confirmed: not answered."""
        return today > self.review or bool(self.stopped)

    def wording(self, language: str) -> Wording:
        """Question and answer in the reader's language; Chinese for both scripts."""
        if language == "en":
            return self.en
        if language == "ja":
            return self.ja
        return Wording(question=self.question, answer=self.answer)

    def told(self, language: str) -> str:
        """All that a reader of this language is told: the answer, in Chinese with its details."""
        answer = self.wording(language).answer
        return f"{answer}\n{self.details}" if self.details and language not in FOREIGN_LANGUAGES else answer

    def speaks(self, language: str) -> bool:
        """Whether it has an answer in the reader's language; one written at the desk may have Chinese alone."""
        wording = self.wording(language)
        return bool(wording.question and wording.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smalltalk:
    """One thing people say that is no enquiry, with the reply in each language (`zh`, `en`, `ja`)."""

    id: str
    replies: Mapping[str, str]
    phrasings: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of the lexicon: it points to a category and, where it is sharp enough, to a finer topic."""

    text: str
    category: Category
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasing:
    """One sentence known to belong to a category, without an FAQ of its own."""

    text: str
    category: Category
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase:
    """All that the understanding works from. A value: editing means building another one."""

    entries: tuple[FaqEntry, ...]
    smalltalk: tuple[Smalltalk, ...] = ()
    emergency: Mapping[str, object] = field(default_factory=dict)
    lexicon: tuple[Term, ...] = ()
    phrasings: tuple[Phrasing, ...] = ()

    def entry(self, entry_id: str) -> FaqEntry | None:
        """The entry with this id, or None."""
        return next((e for e in self.entries if e.id == entry_id), None)
