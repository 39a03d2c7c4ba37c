"""The words that everything else is written in, once each: categories, channels, languages, kinds.

Units, parks and agencies are the branch's data (knowledge/data/offices); `knowledge.offices.directory` reads them.
"""

from enum import StrEnum


class Category(StrEnum):
    """Where an enquiry belongs (the five categories of the window, the rest, and what is no enquiry at all)."""

    LAND = "land"
    CONSTRUCTION = "construction"
    UTILITIES = "utilities"
    ENVIRONMENT = "environment"
    TAX = "tax"
    OTHER = "other"
    SMALLTALK = "smalltalk"


CATEGORIES: tuple[Category, ...] = tuple(Category)
CASE_CATEGORIES: tuple[Category, ...] = tuple(c for c in Category if c is not Category.SMALLTALK)
"""Those of which a case can be."""


class Channel(StrEnum):
    """How a firm's words reach the window, and an answer the firm (contract §3)."""

    LINE = "line"
    PHONE = "phone"
    COUNTER = "counter"
    LETTER = "letter"
    EMAIL = "email"
    WEB = "web"
    VISIT = "visit"
    HOTLINE = "hotline"


UNNAMED_CHANNEL = Channel.LINE
"""The channel of stored events that name none: they are from before there was another."""


class EntryKind(StrEnum):
    """Whether an entry is answered by the window itself or always by a person."""

    ANSWER = "answer"
    HAND_OVER = "hand_over"


class ParkKind(StrEnum):
    """Which law a park stands under; ``ANY`` is for what holds in all of them."""

    TECHNOLOGY = "technology"
    """科技產業園區設置管理條例"""
    INDUSTRIAL = "industrial"
    """產業創新條例 (the former 工業區)"""
    SCIENCE = "science"
    """科學園區設置管理條例: another authority's"""
    MUNICIPAL = "municipal"
    """A city's or county's own park: another authority's"""
    ANY = "any"


PARK_KINDS: tuple[ParkKind, ...] = tuple(kind for kind in ParkKind if kind is not ParkKind.ANY)
"""What a park can be."""
OWN_PARK_KINDS: tuple[ParkKind, ...] = (ParkKind.TECHNOLOGY, ParkKind.INDUSTRIAL)
"""The kinds that the branch answers for; a firm is asked which of them it is in."""
ENTRY_PARK_KINDS: tuple[ParkKind, ...] = (ParkKind.ANY, *OWN_PARK_KINDS)
"""What an entry or an online service can be for."""


def own_park_kind(kind: str | None) -> ParkKind | None:
    """The kind of park if it is one that the branch answers for, else None."""
    return ParkKind(kind) if kind in OWN_PARK_KINDS else None


class Language(StrEnum):
    """The languages the window tells apart."""

    ZH_TW = "zh-TW"
    ZH_CN = "zh-CN"
    EN = "en"
    JA = "ja"

    @property
    def group(self) -> str:
        """Which phrasings this language is compared with: both Chinese scripts share one set."""
        return "zh" if self in (Language.ZH_TW, Language.ZH_CN) else self.value

    @property
    def own_name(self) -> str:
        """What its readers call it."""
        return {"zh": "中文", "en": "English", "ja": "日本語"}[self.group]


LANGUAGES: tuple[Language, ...] = tuple(Language)
READING_LANGUAGES: tuple[Language, ...] = tuple(one for one in Language if one is not Language.ZH_CN)
"""What firms can read. Simplified Chinese is understood and answered in Traditional."""
FOREIGN_LANGUAGES: tuple[Language, ...] = READING_LANGUAGES[1:]
"""Those of them that an entry holds beside its Chinese."""
PHRASING_GROUPS: tuple[str, ...] = tuple(one.group for one in READING_LANGUAGES)
"""The sets of phrasings: zh, en, ja."""
