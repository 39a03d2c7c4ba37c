"""What people type into a step, checked alike in all of them."""

from __future__ import annotations

from routing.domain.errors import Invalid


def text(value: str, field: str, *, limit: int = 4000) -> str:
    """The words without blanks around them. Raises Invalid: there are none, or too many."""
    words = value.strip()
    if not words:
        raise Invalid("請填寫內容。", field=field)
    if len(words) > limit:
        raise Invalid(f"內容請在 {limit} 字以內。", field=field)
    return words
