"""A list of firms as the branch keeps it: numbers, names, and where each firm is written to.

A firm is its 統一編號. Nothing that somebody has entered is written over: a list that says another name or address than
what stands here is told so, and a person settles it. That somebody speaks for a firm (``verified``) no list can say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.domain.tax_number import check_ubn, same_firm
from routing.service.bindings.mailing import checked_address
from routing.store.accounts import queries as account_store
from routing.store.cases import bulk
from routing.store.cases.schema import Firm

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmLine:
    """A row of a list; ``row`` as the spreadsheet numbers it."""

    row: int
    ubn: str
    name: str
    email: str = ""


@dataclass(slots=True)
class Taken:
    """What became of a list, each count of firms; ``refused`` are rows with the field and why."""

    new: int = 0
    completed: int = 0
    same: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def take(session: Session, lines: Iterable[FirmLine], *, now: datetime, actor: str, write: bool) -> Taken:
    """Enter the firms of a list in the caller's transaction; with ``write`` false only say what would become of it."""
    taken, seen, good = Taken(), dict[str, FirmLine](), list[FirmLine]()
    for line in lines:
        try:
            good.append(_checked(line, seen))
        except Invalid as error:
            taken.refused.append((line.row, error.field or "ubn", error.message))
    there = bulk.firms_by_ubn(session, [line.ubn for line in good])
    for line in good:
        firm = there.get(line.ubn)
        if firm is None:
            taken.new += 1
            if write:
                session.add(Firm(name=line.name, ubn=line.ubn, email=line.email or None, created_at=now))
            continue
        try:
            more = _completing(firm, line)
        except Invalid as error:
            taken.refused.append((line.row, error.field or "ubn", error.message))
            continue
        taken.completed += bool(more)
        taken.same += not more
        if write:
            for name, value in more.items():
                setattr(firm, name, value)
    if write and (taken.new or taken.completed):
        detail: dict[str, object] = {"new": taken.new, "completed": taken.completed}
        account_store.audit(session, at=now, actor=actor, action="firms.import", subject="database", detail=detail)
    return taken


def _checked(line: FirmLine, seen: dict[str, FirmLine]) -> FirmLine:
    number, name = check_ubn(line.ubn, field="ubn"), line.name.strip()
    if not name or len(name) > _LONGEST_NAME:
        raise Invalid(f"名稱為必填，最多 {_LONGEST_NAME} 字。", field="name")
    checked = FirmLine(row=line.row, ubn=number, name=name, email=checked_address(line.email))
    if (before := seen.setdefault(number, checked)) is not checked:
        raise Invalid(f"統一編號 {number} 在第 {before.row} 列已出現。", field="ubn")
    return checked


def _completing(firm: Firm, line: FirmLine) -> dict[str, str]:
    """What the list adds to a firm. Raises Invalid where it contradicts what stands there."""
    more: dict[str, str] = {}
    if firm.name == firm.ubn:
        more["name"] = line.name
    elif not same_firm(firm.name, line.name):
        raise Invalid(f"統一編號 {line.ubn} 已登記為「{firm.name}」，名稱不同；請先查明。", field="name")
    if line.email and not firm.email:
        more["email"] = line.email
    elif line.email and line.email != firm.email:
        raise Invalid(f"統一編號 {line.ubn} 已登記其他電子郵件；請在案件頁更改。", field="email")
    return more
