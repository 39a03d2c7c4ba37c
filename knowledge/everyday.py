"""What people type instead of tapping a button (data/everyday.yaml): a person, the progress, a call, another language.

A text is such a word only as a whole, folded and without courtesies: what says more is somebody's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from knowledge.files import yaml_text
from knowledge.language.text import normalise

LONGEST = 40
"""Characters, beyond which nobody types a mere word."""
_ROUNDS = 6
"""Courtesies taken off at most: 你好，麻煩請幫我轉真人，謝謝."""


@dataclass(frozen=True, slots=True)
class Everyday:
    """The ways of typing, by their folded form, and the courtesies, the longest first."""

    intents: Mapping[str, str]
    before: tuple[str, ...]
    after: tuple[str, ...]

    def intent(self, text: str) -> str | None:
        """Which everyday word the whole text is, as the data name it; None if it is words of its own.

        The same said twice (你們幾點上班 中午有休息嗎, 算了不用了) is one such word.
        """
        parts = text.split() if len(text) <= LONGEST else []
        found = self._whole(text) or (self._same(parts) if len(parts) > 1 else None)
        return found or (self._twice(_key(text)) if parts else None)

    def _twice(self, key: str) -> str | None:
        """Two ways of saying the same, one after the other without a space."""
        halves = ((self.intents.get(key[:at]), self.intents.get(key[at:])) for at in range(1, len(key)))
        return next((first for first, second in halves if first is not None and first == second), None)

    def _same(self, parts: list[str]) -> str | None:
        said = {self._whole(part) for part in parts}
        return said.pop() if len(said) == 1 else None

    def _whole(self, text: str) -> str | None:
        key = _key(text) if len(text) <= LONGEST else ""
        forms = {key}
        for _ in range(_ROUNDS):
            found = [form for form in forms if form in self.intents]
            if found:
                return self.intents[max(found, key=len)]
            forms = {shorter for form in forms for shorter in self._without_courtesy(form)}
        return None

    def _without_courtesy(self, key: str) -> set[str]:
        front = {key[len(word) :] for word in self.before if key.startswith(word)}
        return front | {key[: -len(word)] for word in self.after if key.endswith(word)}


def _key(text: str) -> str:
    return normalise(text).replace(" ", "")


@cache
def load_everyday() -> Everyday:
    """Read the file.

    Raises:
        ValueError: one way of typing stands under two intents.
    """
    source = resources.files("knowledge") / "data" / "everyday.yaml"
    raw = yaml_text.read(source.read_text(encoding="utf-8"))
    intents: dict[str, str] = {}
    for name, languages in raw["intents"].items():
        for typed in (str(one) for ways in languages.values() for one in ways):
            key = _key(typed)
            if intents.setdefault(key, name) != name:
                raise ValueError(f"everyday.yaml: {typed} stands under {intents[key]} and {name}")
    courtesies = {
        side: sorted({_key(str(one)) for one in words}, key=len, reverse=True)
        for side, words in raw["courtesies"].items()
    }
    return Everyday(intents, tuple(courtesies["before"]), tuple(courtesies["after"]))
