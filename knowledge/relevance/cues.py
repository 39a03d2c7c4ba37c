"""Reads cues out of the data files: regular expressions that are folded like the texts they are held against."""

import re
from importlib.resources import files
from typing import Any

import yaml

from knowledge.language.text import fold


def read_cues(name: str) -> dict[str, Any]:
    """The content of a file of cues in knowledge/data."""
    raw: dict[str, Any] = yaml.safe_load((files("knowledge") / "data" / name).read_text(encoding="utf-8"))
    return raw


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a data file, folded; blanks after a bar come from its lines and are dropped."""
    return re.compile(fold(re.sub(r"\|\s+", "|", pattern.strip())))
