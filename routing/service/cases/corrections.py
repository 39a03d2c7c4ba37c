"""What was written down wrong at entry is put right: contact, telephone, park, subject; with a trace, and no notice.

The event names the fields and who did it, of a park also what stood there; other words that were wrong are not kept a
second time. What the firm was told stays as it was told.
"""

from __future__ import annotations

from typing import Any

from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.typed import text

_LONGEST = {"contact": 80, "phone": 40, "subject": 200}
_COLUMNS = {"contact": "contact_name", "phone": "contact_phone", "park": "park", "subject": "subject"}


def correct(
    locked: LockedCase, *, contact: str | None = None, phone: str | None = None, park: str | None = None,
    subject: str | None = None,
) -> None:  # fmt: skip
    """Write what is given in place of what stands there; None leaves a field, an empty word clears it.

    Raises:
        Invalid: nothing is changed by it, a park is unknown, or the subject is empty or too long.
    """
    locked.require("correct")
    given = {"contact": contact, "phone": phone, "park": park, "subject": subject}
    new = {name: _read(locked, name, value) for name, value in given.items() if value is not None}
    changed = {name: value for name, value in new.items() if value != getattr(locked.row, _COLUMNS[name])}
    if not changed:
        raise Invalid("內容與原登錄相同，沒有更正。", code="nothing_corrected")
    trace: dict[str, Any] = {}
    if "park" in changed:
        # Figures of months that are printed follow the events: where the case began is kept beside it.
        trace = {"park": changed["park"], "park_before": locked.row.park}
        locked.row.opened = {"park": locked.row.park, **locked.row.opened}
    for name, value in changed.items():
        setattr(locked.row, _COLUMNS[name], value)
    locked.record(EventKind.CORRECTED, fields=list(changed), **trace)
    locked_case.audit(locked, "case.correct", fields=list(changed), **trace)


def _read(locked: LockedCase, name: str, value: str) -> str | None:
    if name == "subject":
        return text(value, "subject", limit=_LONGEST["subject"])
    words = value.strip()
    if name == "park":
        found = locked.office.offices.park(words) if words else None
        if words and found is None:
            raise Invalid(f"查無園區「{words}」。", field="park")
        return found.name if found else None
    if len(words) > _LONGEST[name]:
        raise Invalid(f"內容請在 {_LONGEST[name]} 字以內。", field=name)
    return words or None
