"""How many open cases stand in each group of a queue, counted by the database where a page does not list them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, String, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from routing.store.cases import attention
from routing.store.cases.queries import MARKS, STILL, CaseFilter, conditions
from routing.store.cases.schema import Case as CaseRow

MARKED = ("call", "undelivered", "firm_spoke", "partner_spoke")
"""Marks that are counted wherever the case stands."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Cases by group, and by mark."""

    groups: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)


def _rules(
    wanted: CaseFilter, unattending: Sequence[str], *, decides: bool, approves: str | None
) -> list[tuple[ColumnElement[bool], str]]:
    """The groups in their order, as ``routing.service.cases.queries`` and the page of the queue have them."""
    today, status = wanted.today, CaseRow.status
    rules = [
        (and_(CaseRow.alert.is_not(None), CaseRow.first_reply_at.is_(None)), "alert"),
        (MARKS["call"](wanted), "call"),
    ]
    if approves is not None:
        rules.append((and_(CaseRow.draft_by.is_not(None), CaseRow.draft_by != approves), "draft"))
    if decides:
        rules.append((CaseRow.pending_extension.is_(True), "approval"))
    return [
        *rules,
        (or_(CaseRow.late.is_(True), and_(status.not_in(STILL), CaseRow.promised_on < today)), "overdue"),
        (and_(CaseRow.promised_on == today, status != "waiting_firm"), "due_today"),
        (MARKS["undelivered"](wanted), "undelivered"),
        (or_(CaseRow.assignee.is_(None), CaseRow.assignee.in_(unattending)), "unassigned"),
        (MARKS["firm_spoke"](wanted), "answered"),
        (MARKS["partner_spoke"](wanted), "partner"),
        (or_(CaseRow.unseen.is_(True), status == "assigned"), "new"),
        (CaseRow.waiting_on.is_not(None), "waiting"),
    ]


def counted(
    session: Session, wanted: CaseFilter, unattending: Sequence[str], *, decides: bool, approves: str | None
) -> Tally:
    """Count the open cases that fit.

    Args:
        session: to read in.
        wanted: what the queue is narrowed to.
        unattending: people whose cases nobody works on.
        decides: extensions that wait stand in a group of their own.
        approves: answers of others than this person that wait for approval stand in a group of their own.
    """
    rules = _rules(wanted, unattending, decides=decides, approves=approves)
    group = case(*((fits, literal(name, String)) for fits, name in rules), else_=literal("working", String))
    marks = (case((MARKS[name](wanted), 1), else_=0).label(name) for name in MARKED)
    rows = select(group.label("name"), *marks).where(attention.is_open(), *conditions(session, wanted)).subquery()
    query = select(rows.c.name, func.count(), *(func.sum(rows.c[name]) for name in MARKED)).group_by(rows.c.name)
    found = Tally()
    for name, number, *marked in session.execute(query):
        found.groups[name] = number
        for mark, many in zip(MARKED, marked, strict=True):
            found.marks[mark] += int(many or 0)
    return found
