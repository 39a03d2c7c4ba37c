"""The active entries as a list."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.entries import FaqEntry
from knowledge.language.text import normalise
from routing.domain.pagination import Page, page_of


def entries_page(
    entries: Iterable[FaqEntry], *, q: str | None, category: str | None, limit: int, cursor: str | None
) -> Page[FaqEntry]:
    """A page of entries by id; ``q`` is found in question, answer and id, in any spelling."""
    wanted = normalise(q) if q else ""
    found = [
        entry
        for entry in sorted(entries, key=lambda entry: entry.id)
        if (category is None or entry.category == category) and (cursor is None or entry.id > cursor)
        if not wanted or any(wanted in normalise(text) for text in (entry.id, entry.question, entry.answer))
    ]
    return page_of(found, limit, lambda entry: entry.id)
