"""An officer's words for a firm that reads English or Japanese, with the officer's own translation beside them."""

from __future__ import annotations

from routing.domain.errors import Invalid
from routing.service.cases import notifications
from routing.service.cases.locked_case import LockedCase

LONGEST = 2000
"""Characters of a translation."""


def beside(locked: LockedCase, text: str, translation: str | None) -> str:
    """What is kept and sent: the translation first, then the original, marked; the text alone without one.

    Raises:
        Invalid: it is too long, or the firm reads Chinese, so that nobody would look at it.
    """
    translated = (translation or "").strip()
    if not translated:
        return text
    if not notifications.reads_foreign(locked):
        raise Invalid("廠商閱讀中文，不必附譯文。", field="translation")
    if len(translated) > LONGEST:
        raise Invalid(f"譯文請在 {LONGEST} 字以內。", field="translation")
    return f"{translated}\n\n{notifications.original(locked, text)}"


def apart(locked: LockedCase, words: str) -> tuple[str, str]:
    """Text and translation, of words as ``beside`` put them together."""
    mark = notifications.original(locked, "中文").partition("\n")[0]
    translation, marked, text = words.partition(f"\n\n{mark}\n")
    return (text, translation) if marked else (words, "")
