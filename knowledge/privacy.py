"""The privacy notice as data: what 個人資料保護法 §8(1) asks for, in three languages, with its version."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import yaml

from knowledge.vocabulary import READING_LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its words, by language."""

    heading: dict[str, str]
    body: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyNotice:
    """The current notice. ``version`` changes with recipients, purposes or periods; everybody then sees it again."""

    version: str
    sections: tuple[Section, ...]


def load_privacy() -> PrivacyNotice:
    """Read data/privacy.yaml. Raises KeyError if a language is missing."""
    path = resources.files("knowledge") / "data" / "privacy.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    sections = tuple(
        Section(
            heading={language: row["heading"][language] for language in READING_LANGUAGES},
            body={language: row["body"][language].strip() for language in READING_LANGUAGES},
        )
        for row in raw["sections"]
    )
    return PrivacyNotice(version=str(raw["version"]), sections=sections)
