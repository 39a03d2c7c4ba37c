"""One text in the forms it is compared in, made once for all who read it."""

from collections.abc import Callable

from knowledge.language.text import fold, normalise


class TextForms:
    """A message and its parts, folded and normalised (knowledge/language/text.py). Each form of a part is made once."""

    __slots__ = ("_folded", "_mend", "_normal", "text")

    def __init__(self, text: str, mend: Callable[[str], str] | None = None) -> None:
        """`text`: as it was written; `mend` takes slips of typing out of a normalised form."""
        self.text = text
        self._mend = mend
        self._folded: dict[str, str] = {}
        self._normal: dict[str, str] = {}

    def of(self, text: str) -> "TextForms":
        """Another text, or a part of this one, that shares what was made."""
        other = TextForms(text, self._mend)
        other._folded, other._normal = self._folded, self._normal
        return other

    def folded(self, part: str | None = None) -> str:
        """The text, or a part of it, folded: one character for one, punctuation kept."""
        part = self.text if part is None else part
        known = self._folded.get(part)
        if known is None:
            known = self._folded[part] = fold(part)
        return known

    def normal(self, part: str | None = None) -> str:
        """The text, or a part of it, normalised."""
        part = self.text if part is None else part
        known = self._normal.get(part)
        if known is None:
            plain = normalise(part)
            known = self._normal[part] = self._mend(plain) if self._mend else plain
        return known
