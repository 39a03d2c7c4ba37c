"""What firms read, as data: one sentence by key in Traditional Chinese, English and Japanese.

The files in data/wording are edited by people who know the office; a test sees that every key has all three
languages and the same placeholders in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from knowledge.files import yaml_text
from knowledge.vocabulary import FOREIGN_LANGUAGES, Language


def reading_language(language: str | None) -> Language:
    """The language to answer in: English or Japanese if that is what the firm uses, else Traditional Chinese."""
    short = (language or "").lower()
    return next((one for one in FOREIGN_LANGUAGES if short.startswith(one)), Language.ZH_TW)


@dataclass(frozen=True, slots=True)
class Sentences:
    """All sentences, by key and language."""

    sentences: dict[str, dict[str, str]]

    def say(self, key: str, language: str | None, **values: Any) -> str:
        """The sentence for ``key`` in the firm's language, with its placeholders filled.

        Raises:
            KeyError: there is no such key or a placeholder has no value; both are mistakes in the program.
        """
        return self.sentences[key][reading_language(language)].format(**values)


@cache
def load_sentences() -> Sentences:
    """Read every file in data/wording; a key stands in one file only.

    Raises:
        ValueError: a key stands in two files, or a sentence is no text (an unquoted ``Yes`` is a truth value to YAML).
    """
    sentences: dict[str, dict[str, str]] = {}
    folder = resources.files("knowledge") / "data" / "wording"
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".yaml"):
            continue
        for key, languages in yaml_text.read(path.read_text(encoding="utf-8")).items():
            if key in sentences:
                raise ValueError(f"{path.name}: {key} stands in two files")
            if any(not isinstance(text, str) for text in languages.values()):
                raise ValueError(f"{path.name}: {key} is no text; put Yes, No or a number in quotation marks")
            sentences[key] = {language: text.strip("\n") for language, text in languages.items()}
    return Sentences(sentences)
