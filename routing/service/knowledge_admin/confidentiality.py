"""Confidential cases (行政程序法 §170): hiding one, and taking its words from where people who may not read it would.

What was taught or drafted from a case is read by every unit, and what a language model drafted was made before it was
confidential. It goes when the case is hidden, and does not come back
by itself when it is shown again. An entry that was approved meanwhile stays: somebody else has made it everybody's.
"""

from __future__ import annotations

from routing.domain.case import EventKind
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.store.assist import queries as assist_store
from routing.store.knowledge_admin import queries as store

_UNNAMED = "保密案件"


def set_confidential(locked: LockedCase, *, confidential: bool) -> None:
    """Hide the case from other units, with everything that was made of its words, or show it again."""
    locked.require("confidential")
    if locked.case.confidential == confidential:
        return
    locked.record(EventKind.CONFIDENTIAL, confidential=confidential)
    locked_case.audit(locked, "case.confidential", confidential=confidential)
    if confidential:
        _withdraw_corrections(locked)
        _withdraw_drafts(locked)
        assist_store.forget_of_cases(locked.session, [locked.row.id], now=locked.now)


def _withdraw_corrections(locked: LockedCase) -> None:
    for row in store.corrections_of_case(locked.session, locked.row.number):
        if row.state in {"trial", "live"}:
            row.state, row.decided_at = "withdrawn", locked.now
        row.text, row.case_number = "", None


def _withdraw_drafts(locked: LockedCase) -> None:
    number = locked.row.number
    for row in store.edits_from_case(locked.session, number):
        if row.state == "approved":
            row.note = row.note.replace(number, _UNNAMED)
        else:
            locked.session.delete(row)
