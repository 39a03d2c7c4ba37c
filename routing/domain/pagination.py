"""Pages of a list: what a cursor stands for, and where the next page begins. One row more than shown is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from routing.domain.errors import Invalid

MOST = 200
"""Rows of a page, at the most."""
LARGEST_ID = 2**63 - 1
"""The largest row id that every database holds."""

_T = TypeVar("_T")
_U = TypeVar("_U")


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """Some rows, and the cursor of the next page; None on the last."""

    items: list[_T]
    next_cursor: str | None

    def of(self, items: list[_U]) -> Page[_U]:
        """The same page with other things in it: the rows as they are shown."""
        return Page(items, self.next_cursor)


def page_of(found: Sequence[_T], limit: int, key: Callable[[_T], int | str]) -> Page[_T]:
    """A page of at most ``limit`` from what was found, which is one more where there is a next page.

    Args:
        found: in the order of the list.
        limit: rows shown.
        key: what the cursor says of the last row shown: its id.
    """
    items = list(found[:limit])
    return Page(items, str(key(items[-1])) if items and len(found) > limit else None)


def before_of(limit: int, cursor: str | None) -> int | None:
    """The row before which a page begins. Raises Invalid: a limit outside 1–200, or a cursor that no page gave."""
    if not 1 <= limit <= MOST:
        raise Invalid(f"limit 必須在 1 到 {MOST} 之間。", field="limit")
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 19 and 0 < int(cursor) <= LARGEST_ID):
        raise Invalid("cursor 不正確；請使用上一頁的 next_cursor。", field="cursor")
    return int(cursor)
