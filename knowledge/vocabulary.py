"""Words as types, once: categories, kinds of entries and parks, languages."""

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


class EntryKind(StrEnum):
    """Whether an entry is answered by the window itself or always by a person."""

    ANSWER = "answer"
    HAND_OVER = "hand_over"


class ParkKind(StrEnum):
    """Which law a park stands under: 科技產業園區設置管理條例, 產業創新條例, or no difference."""

    TECHNOLOGY = "technology"
    INDUSTRIAL = "industrial"
    ANY = "any"


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
