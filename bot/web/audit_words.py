"""The details of an audit entry as people read them: names of fields and values in the words of the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date

from bot.web.audit_names import CLEARED, FIELDS
from bot.web.words import word
from knowledge.calendar.republic import roc_date
from routing.domain.errors import SignInError

_FAMILIES = {
    "category": "category", "kind": "kind", "channel": "channel", "via": "channel", "outcome": "outcome",
    "agency": "agency", "role": "role", "topic": "topic", "result": "consultation_result", "relation": "relation",
    "refused": "refusal",
    "right": "right", "part": "part", "when": "push_when",
    "how": "signed_in_by", "deed": "bulk", "consent": "consent",
}  # fmt: skip
"""Of which family a field's codes are."""


def in_words(detail: Mapping[str, object], action: str = "") -> Iterator[tuple[str, str]]:
    """Each field with its value. What no word is known for stays as it was written: nothing is left out."""
    names = FIELDS | CLEARED if action == "retention.run" else FIELDS
    for key, value in detail.items():
        yield names.get(key, key), _value(key, value)


def _value(key: str, value: object) -> str:
    if value in (None, "", []):
        return "無"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_value(key, one) for one in value)
    if isinstance(value, dict):
        return "，".join(
            f"{name}{told}" if told in {"是", "否", "無"} else f"{name} {told}" for name, told in in_words(value)
        )
    if key == "on":
        return {"firm": "廠商", "agency": "機關"}.get(str(value), str(value))
    family = _FAMILIES.get(key)
    return word(str(value), family) if family is not None else _sentence(key, str(value))


def subject_in_words(subject: str) -> str:
    """What an entry is about: a number, an account, or how many cases were worked on together."""
    return "資料庫" if subject == "database" else re.sub(r"^(\d+) cases$", r"\1 件案件", subject)


def _sentence(key: str, value: str) -> str:
    """Why somebody was not signed in, as it was said; a day as agencies write it; else the value itself."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        with suppress(ValueError):
            return roc_date(date.fromisoformat(value))
    said = SignInError.SENTENCES.get(value, value) if key == "why" else value
    return said.partition("；")[0].rstrip("。") if said != value else value
