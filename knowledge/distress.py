"""Finds the words of somebody who thinks of ending it (data/distress.yaml), to be met with care and with a person."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from knowledge.files import yaml_text
from knowledge.language.text import fold, normalise


def in_distress(text: str) -> bool:
    """Whether somebody tells of wanting to die or to harm themselves; not a figure of speech or a question of rules."""
    told, figures = _patterns()
    return bool(told.search(figures.sub(" ", normalise(text))))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    source = resources.files("knowledge") / "data" / "distress.yaml"
    raw = yaml_text.read(source.read_text(encoding="utf-8"))
    return _any(raw["told"]), _any(raw["not"])


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold(pattern)})" for pattern in patterns))
