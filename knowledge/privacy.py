"""The privacy notice as data: what 個人資料保護法 §8(1) asks for, in three languages, with its version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

import yaml

from knowledge.vocabulary import READING_LANGUAGES

USUAL_DAYS = 1
"""Days for which files of no case are kept unless the agency says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its words, by language."""

    heading: dict[str, str]
    body: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyNotice:
    """The current notice. ``version`` changes with recipients, purposes or periods; everybody then sees it again.

    ``optional``: what is added for each recipient that a deployment may switch on, by name.
    """

    version: str
    sections: tuple[Section, ...]
    optional: Mapping[str, Section] = field(default_factory=dict)
    drafts: Mapping[bool, Mapping[str, str]] = field(default_factory=dict)
    """Whether a language model drafts for officers, in words for firms."""

    @property
    def fingerprint(self) -> str:
        """Of all its words, the version aside: other words are another version."""
        words: list[Any] = [(one.heading, one.body) for one in (*self.sections, *self.optional.values())]
        words += [sorted(self.drafts[on].items()) for on in sorted(self.drafts)]
        return hashlib.sha256(json.dumps(words, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]

    def as_deployed(
        self, recipients: Mapping[str, str], *, keep_files_days: int, drafts: bool = False
    ) -> PrivacyNotice:
        """The notice of a deployment: with the recipients that are switched on, and what keeps them (個資法 §8(1)4).

        ``recipients``: name in ``optional`` and host. ``drafts``: a language model drafts for officers, perhaps on this
        machine. A version of its own follows from all of them, so that whoever saw the notice before sees it again.
        Raises KeyError: no words name such a recipient.
        """
        told = self.drafts[drafts]
        added = tuple(
            replace(one, body={language: body.replace("{host}", host) for language, body in one.body.items()})
            for name, host in sorted(recipients.items())
            for one in (self.optional[name],)
        )
        sections = tuple(
            replace(
                one,
                body={
                    language: body.replace("{days}", str(keep_files_days)).replace("{drafts}", told[language])
                    for language, body in one.body.items()
                },
            )
            for one in (*self.sections, *added)
        )
        if not recipients and keep_files_days == USUAL_DAYS and not drafts:
            return replace(self, sections=sections)
        said = json.dumps([sorted(recipients.items()), keep_files_days, *([True] if drafts else [])]).encode()
        return replace(self, version=f"{self.version}+{hashlib.sha256(said).hexdigest()[:8]}", sections=sections)


def load_privacy() -> PrivacyNotice:
    """Read data/privacy.yaml. Raises KeyError if a language is missing."""
    path = resources.files("knowledge") / "data" / "privacy.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return PrivacyNotice(
        version=str(raw["version"]),
        sections=tuple(_section(row) for row in raw["sections"]),
        optional={name: _section(row) for name, row in raw["recipients"].items()},
        drafts={
            name == "on": {language: words[language].strip() for language in READING_LANGUAGES}
            for name, words in raw["drafts"].items()
        },
    )


def _section(row: Mapping[str, Mapping[str, str]]) -> Section:
    return Section(
        heading={language: row["heading"][language] for language in READING_LANGUAGES},
        body={language: row["body"][language].strip() for language in READING_LANGUAGES},
    )
