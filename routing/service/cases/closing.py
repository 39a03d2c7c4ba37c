"""What a close has to say beside its outcome: the case merged into, the agency referred to, what else ends with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from routing.domain import steps
from routing.domain.case import EventKind, Outcome
from routing.domain.errors import Invalid
from routing.domain.permissions import may_read
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.store.cases import queries as store

_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """``into``: the number of the case that goes on (併案); ``agency``: a code or a name (移請).

    ``consultation`` and ``extension``: what becomes of what is under way, words of ``steps.CONSULTATION_ENDS`` and
    ``EXTENSION_ENDS``. The desk asks for what the close needs, and an empty field is refused. A program may leave all
    out (contract §5): then no case and no agency is named, and what is under way is withdrawn with the case.
    """

    into: str | None = None
    agency: str | None = None
    consultation: str | None = None
    extension: str | None = None


def checked(locked: LockedCase, outcome: Outcome, ending: Ending) -> dict[str, Any]:
    """What the event of the close keeps beside its outcome.

    Raises:
        Invalid: something that has to be said is not, or cannot be so.
    """
    said: dict[str, Any] = {}
    if outcome is Outcome.DUPLICATE and ending.into is not None:
        said["into"] = target(locked, ending.into.strip()).row.number
    if outcome is Outcome.REFERRED and ending.agency is not None:
        said["agency"] = _agency(locked, ending.agency.strip())
    narrowed = steps.closing_choices(locked.case)
    for field, value, words in (
        ("consultation", ending.consultation, "會辦尚未回復，請選擇會辦如何處理（已另獲答復，或撤回會辦）。"),
        ("extension", ending.extension, "尚有展期申請待核定，請確認辦結後撤回該申請。"),
    ):
        if field not in narrowed:
            continue
        if value is not None and value not in narrowed[field]:
            raise Invalid(words, code=f"{field}_open", field=field)
        said[field] = value or steps.WITHDRAWN
    return said


def merged(locked: LockedCase) -> None:
    """The case into which this one was merged just now says so too."""
    into = locked.case.closed.into if locked.case.closed is not None else None
    if into is not None:
        other = locked_case.beside(locked, into)
        other.record(EventKind.MERGED, source=locked.row.number)
        locked_case.audit(other, "case.merged", source=locked.row.number)


def target(locked: LockedCase, number: str) -> LockedCase:
    """The case into which this one is merged, held too; it must be another that does not end up here again."""
    if not number:
        raise Invalid("併案須填寫併入的案號。", code="into_missing", field="into")
    number = number.upper()
    if number == locked.row.number:
        raise Invalid("不能併入本案自己，請填另一件案號。", code="into_unusable", field="into")
    row = store.by_number(locked.session, number)
    case = store.state_of(locked.session, row) if row is not None else None
    if row is None or case is None or not may_read(locked.actor, case):
        raise Invalid(f"查無案件 {number}，請確認併入的案號。", code="into_unusable", field="into")
    if locked.case.confidential and not case.confidential:
        # What its firm says from now on is read with the other case.
        raise Invalid(f"本案為保密案件，案件 {number} 不是；請先將該案設為保密。", code="into_unusable", field="into")
    if case.closed is not None and case.closed.outcome is Outcome.DUPLICATE:
        further = case.closed.into
        hint = f"請改填 {further}。" if further and further != locked.row.number else "請填仍在辦理或已答復的案號。"
        raise Invalid(f"案件 {number} 本身已併入他案，{hint}", code="into_unusable", field="into")
    return locked_case.beside(locked, row.number)


def _agency(locked: LockedCase, written: str) -> str:
    """The agency to which the case is referred: its code if it is one of ours, else its name as written."""
    if not written:
        raise Invalid("移請權責機關須填寫機關名稱。", code="agency_missing", field="agency")
    if len(written) > _LONGEST:
        raise Invalid(f"機關名稱請在 {_LONGEST} 字以內。", field="agency")
    for one in locked.office.offices.agencies:
        if written in {one.code, one.short, *one.names.values()}:
            return one.code
    return written
