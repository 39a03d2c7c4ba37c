"""Confidential cases (行政程序法 §170): hiding one, and taking its words from where people who may not read it would.

What was taught or drafted from a case is read by every unit. It goes when the case is hidden, and does not come back
by itself when it is shown again. An entry that was approved meanwhile stays: somebody else has made it everybody's.
"""

from __future__ import annotations

from routing.domain.case import EventKind
from routing.domain.permissions import require_team
from routing.service import journal
from routing.service.journal import Open
from routing.store import knowledge as store

_UNNAMED = "保密案件"


def set_confidential(opened: Open, *, confidential: bool) -> None:
    """Hide the case from other units, with everything that was made of its words, or show it again."""
    require_team(opened.actor)
    if opened.case.confidential == confidential:
        return
    opened.record(EventKind.CONFIDENTIAL, confidential=confidential)
    journal.audit(opened, "case.confidential", confidential=confidential)
    if confidential:
        _withdraw_corrections(opened)
        _withdraw_drafts(opened)


def _withdraw_corrections(opened: Open) -> None:
    for row in store.corrections_of_case(opened.session, opened.row.number):
        if row.state in {"trial", "live"}:
            row.state, row.decided_at = "withdrawn", opened.now
        row.text, row.case_number = "", None


def _withdraw_drafts(opened: Open) -> None:
    number = opened.row.number
    for row in store.edits_from_case(opened.session, number):
        if row.state == "approved":
            row.note = row.note.replace(number, _UNNAMED)
        else:
            opened.session.delete(row)
