"""Every field of a refused history that cannot be used: who mends a table wants all of them at once, not one a try."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from routing.domain.case import Kind
from routing.domain.errors import Invalid
from routing.domain.reporting import history
from routing.domain.reporting.fields import choice, instant, optional_text, required
from routing.domain.reporting.history import CaseHistory, KnownWords, Refusal


def every_refusal(line: str, lineno: int, known: KnownWords, now: datetime) -> tuple[Refusal, ...]:
    """Why a line is refused, field by field; what only shows once its fields are right, such as a step, comes alone.

    Empty where the line is a history. ``line``: one JSON object, as for ``history.parse_line``.
    """
    first = history.parse_line(line, lineno, known, now)
    if isinstance(first, CaseHistory):
        return ()
    try:
        record = history.read_object(line)
    except Invalid:
        return (first,)
    reasons = [said for check in _checks(record, known, now) if (said := _refused(check))]
    if first.reason not in reasons:
        reasons.append(first.reason)
    return tuple(Refusal(line=lineno, reason=said, number=first.number) for said in dict.fromkeys(reasons))


def _checks(record: Mapping[str, Any], known: KnownWords, now: datetime) -> list[Callable[[], object]]:
    def received() -> datetime:
        return instant(required(record, "received_at"), "received_at", history.EARLIEST, now)

    def first_contact() -> None:
        if record.get("first_contact_at") is not None:
            instant(record["first_contact_at"], "first_contact_at", history.EARLIEST, now)

    def number() -> None:
        if _refused(received) is None:
            history.read_number(record, received())

    lists: dict[str, Collection[str]] = {
        "kind": frozenset(Kind), "category": known.categories, "channel": known.channels, "unit": known.units,
    }  # fmt: skip
    if record.get("language") is not None:
        lists["language"] = known.languages
    return [
        received, first_contact, number, lambda: history.read_park(record, known), lambda: history.read_firm(record),
        *(partial(choice, record, name, words) for name, words in lists.items()),
        *(partial(optional_text, record, name) for name in ("topic", "subject", "alert")),
    ]  # fmt: skip


def _refused(check: Callable[[], object]) -> str | None:
    try:
        check()
    except Invalid as error:
        return error.message
    return None
