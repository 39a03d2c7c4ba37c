"""Calls to firms: ticking off the one that was asked for, or entering one that was made."""

from __future__ import annotations

from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase

_LONGEST = 300


def called(locked: LockedCase, *, reached: bool, note: str = "") -> None:
    """Somebody telephoned the firm. Reached, the wish is done with; not reached, it stands, with one more try.

    A call alone is no reply: what was said is recorded as one (``commands.reply`` by telephone), which ends the wish
    too. A call that reached the firm also settles messages that had not arrived.

    Raises:
        Invalid: the note is too long.
    """
    locked.require("called")
    note = note.strip()
    if len(note) > _LONGEST:
        raise Invalid(f"說明請在 {_LONGEST} 字以內。", field="note")
    locked.record(EventKind.CALLED if reached else EventKind.CALL_TRIED, note=note or None)
    locked_case.audit(locked, "case.called" if reached else "case.call_tried")
