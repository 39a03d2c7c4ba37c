"""Ways in which firms say things, as data: each file of ``data/said`` holds lists of patterns by what they say.

A pattern is a regular expression that is looked for in the folded text, so one form stands for each Traditional,
Simplified and Japanese character. Languages stand on lines of their own; their order does not matter.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from knowledge.files import yaml_text
from knowledge.language.text import fold


@cache
def ways(subject: str, what: str) -> re.Pattern[str]:
    """The patterns of a list as one.

    Raises:
        KeyError: the file has no such list. FileNotFoundError: there is no such file.
    """
    return re.compile("|".join(f"(?:{fold(pattern)})" for pattern in _lists(subject)[what]))


@cache
def _lists(subject: str) -> dict[str, list[str]]:
    source = resources.files("knowledge") / "data" / "said" / f"{subject}.yaml"
    return dict(yaml_text.read(source.read_text(encoding="utf-8")))
