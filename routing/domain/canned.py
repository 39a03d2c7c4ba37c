"""Canned replies (常用回復): words of a unit or of all, in up to three languages, with places for a case's facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.vocabulary import READING_LANGUAGES, Language
from routing.domain.errors import Invalid

PLACES: Mapping[str, str] = {
    "案號": "服務案號", "廠商": "廠商名稱", "聯絡人": "聯絡人", "主旨": "案件主旨", "承辦人": "承辦人姓名",
    "單位": "承辦單位", "單位電話": "承辦單位電話", "預定回復日": "預定回復日",
}  # fmt: skip
"""What may stand in braces, and what it becomes."""
TITLE, TEXT = 40, 2000
_BRACES = re.compile(r"\{([^{}\n]{0,20})\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A canned reply as it is written. ``unit`` None: for every unit. ``texts``: by language; Chinese always."""

    title: str
    unit: str | None
    texts: Mapping[str, str]


def checked(words: Words) -> Words:
    """The same without blanks around, and without languages that say nothing.

    Raises:
        Invalid: no title or no Chinese text, too long, a placeholder that there is none of (``unknown_place``), braces
            that do not close, or languages with different placeholders (``places_differ``).
    """
    title = " ".join(words.title.split())
    if not title or len(title) > TITLE:
        raise Invalid(f"請填寫標題，{TITLE} 字以內。", field="title")
    texts = {name: text.strip() for name, text in words.texts.items() if text.strip()}
    if not texts.keys() <= {one.value for one in READING_LANGUAGES}:
        raise Invalid("不支援的語言。", field="texts")
    chinese = texts.get(Language.ZH_TW)
    if chinese is None:
        raise Invalid("請填寫中文內容。", field=Language.ZH_TW.value)
    wanted = places_of(chinese, Language.ZH_TW)
    for language, text in texts.items():
        if len(text) > TEXT:
            raise Invalid(f"內容請在 {TEXT} 字以內。", field=language)
        if places_of(text, language) != wanted:
            raise Invalid("各語言的代入欄位要相同。", field=language, code="places_differ")
    return Words(title=title, unit=words.unit or None, texts=texts)


def places_of(text: str, field: str) -> frozenset[str]:
    """The placeholders of a text. Raises Invalid, as ``checked`` says, naming ``field``."""
    found = frozenset(_BRACES.findall(text))
    unknown = sorted(found - PLACES.keys())
    if unknown:
        known = "、".join(f"{{{name}}}" for name in PLACES)
        raise Invalid(f"沒有「{{{unknown[0]}}}」這個代入欄位；可用 {known}。", field=field, code="unknown_place")
    if set("{}") & set(_BRACES.sub("", text)):
        raise Invalid("大括號須成對，例如 {案號}。", field=field, code="unknown_place")
    return found


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The words with a case's facts; of what is not known ○○ stands, for the officer to fill in."""
    return _BRACES.sub(lambda found: facts.get(found[1]) or "○○", text)
