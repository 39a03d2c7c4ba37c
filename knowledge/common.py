"""Which questions a category offers first: picked by the branch, in data/common.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from knowledge.entries import FaqEntry
from knowledge.files import yaml_text


def load_common() -> dict[str, tuple[str, ...]]:
    """Entry ids by category, in the order in which they are offered."""
    path = resources.files("knowledge") / "data" / "common.yaml"
    return {category: tuple(ids) for category, ids in yaml_text.read(path.read_text(encoding="utf-8")).items()}


def common_first(entries: Iterable[FaqEntry], ids: Iterable[str]) -> tuple[FaqEntry, ...]:
    """The entries with those named first, in that order; all others keep theirs."""
    order = {name: place for place, name in enumerate(ids)}
    return tuple(sorted(entries, key=lambda entry: order.get(entry.id, len(order))))
