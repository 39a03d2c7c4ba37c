"""The inventory of personal data (個人資料保護法 §17): which files there are, of whom, why, from where, until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

ARCHIVE, RULE = "archive", "rule"
"""Periods that are none of the agency's to set here: 檔案法 §12, and what ``kept`` says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """One 個人資料檔案. ``fields``: what columns of which tables hold; ``period``: of keeping, or one of ours."""

    id: str
    name: str
    whose: str
    purpose: str
    source: str
    period: str
    kept: str
    fields: Mapping[str, Mapping[str, str]]

    @property
    def categories(self) -> tuple[str, ...]:
        """What it holds, each kind once."""
        return tuple(dict.fromkeys(said for table in self.fields.values() for said in table.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All of them, and the tables that hold nothing of a person."""

    files: tuple[DataFile, ...]
    without: tuple[str, ...]


@cache
def load_inventory() -> Inventory:
    """Read data/inventory.yaml. Raises TypeError if a field of an entry is missing or unknown."""
    raw = yaml.safe_load((resources.files("knowledge") / "data" / "inventory.yaml").read_text(encoding="utf-8"))
    return Inventory(files=tuple(DataFile(**row) for row in raw["files"]), without=tuple(raw["without"]))
