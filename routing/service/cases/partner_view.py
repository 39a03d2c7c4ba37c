"""What a partner agency sees: the question that waits for its answer, and nothing else of the case (contract §5).

Lists, search and filters read the questions that a person may see, never the case behind them: what the pages do not
show cannot be found out by asking for it either. Once the question is answered there is nothing left to see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from routing.domain.case import Status
from routing.domain.consultations import BREAK
from routing.domain.errors import NotFound
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor
from routing.domain.steps import Choices, offered
from routing.service.cases.consulted import masked_of
from routing.service.cases.locked_case import find
from routing.service.cases.over import question_version
from routing.store.cases.queries import CaseFilter
from routing.store.cases.schema import Case as CaseRow
from routing.store.consultations import queries as store
from routing.store.consultations.queries import Together, Wanted
from routing.store.consultations.schema import Consultation as Row

_MOST = 2000
"""Questions that one agency is shown."""
_UNSEEN = ("kind", "category", "assignee", "assignees", "overdue", "agency", "contact_id", "mark")
"""What a list may be narrowed to and a question does not show: nothing fits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an agency is asked: in which case, by which unit, about which park, in which words.

    ``version`` changes only with the question; ``until`` is a date (2026-11-22) or None.
    """

    row_id: int
    number: str
    agency: str
    text: str
    asked_at: datetime
    until: str | None
    unit: str
    park: str | None
    version: int
    consultation: int
    """Its row, by which it is answered."""
    expected_on: date | None = None
    office: str | None = None
    details: str | None = None
    together: int = 0
    """How many cases it is about, of a question about many; 0: one. ``parks``: theirs."""
    parks: tuple[str, ...] = ()
    offered: Mapping[str, Choices] = field(default_factory=dict)
    """The steps that this person may take now, where one question is read alone."""


def questions(session: Session, actor: Actor, wanted: CaseFilter) -> list[Question]:
    """Every question that waits for this partner's answer and fits, that of the newest case first."""
    return [one for one in _all(session, actor) if _fits(one, wanted)]


def page(session: Session, actor: Actor, wanted: CaseFilter, *, limit: int, cursor: str | None) -> Page[Question]:
    """One page of them. Raises Invalid: the cursor is none of ours, or the limit is not within 1–200."""
    before = before_of(limit, cursor)
    found = [one for one in questions(session, actor, wanted) if before is None or one.row_id < before]
    return page_of(found, limit, lambda question: question.row_id)


def one(session: Session, actor: Actor, number: str) -> Question:
    """The question in a case. Raises NotFound: there is no such case, or none in it waits for this person's agency."""
    _, case = find(session, number, actor)
    found = _all(session, actor, number=number)
    if not found:
        raise NotFound(f"查無案件 {number}。")
    return replace(found[0], offered=offered(case, actor, late=False))


def _all(session: Session, actor: Actor, *, number: str | None = None) -> list[Question]:
    if actor.agency is None:
        return []
    narrow = Wanted(open=True, agency=actor.agency, number=number, once=number is None)
    rows = store.listing(session, narrow, limit=_MOST)
    words = store.words(session, [one.message_id for one, _ in rows])
    joint = store.together(session, [one.joint_id for one, _ in rows])
    found = [
        _question(session, one, row, words.get(one.message_id or 0, ""), joint.get(one.joint_id or 0, Together()))
        for one, row in rows
    ]
    return sorted(found, key=lambda question: -question.row_id)


def _question(session: Session, one: Row, row: CaseRow, text: str, joint: Together) -> Question:
    lead, details = (text, None) if one.lead is None else (text[: one.lead], text[one.lead + len(BREAK) :])
    about = (row, *joint.confidential)
    lead, details = masked_of(session, about, lead), masked_of(session, about, details) if details else None
    return Question(
        row_id=row.id, number=row.number, agency=one.agency or "", together=joint.cases, parks=joint.parks,
        text=lead, details=details, office=one.office,
        asked_at=one.asked_at, expected_on=one.expected_on,
        until=one.expected_on.isoformat() if one.expected_on else None, unit=row.unit,
        park=row.park, version=question_version(one.asked_at), consultation=one.id,
    )  # fmt: skip


def _fits(one: Question, wanted: CaseFilter) -> bool:
    if any(getattr(wanted, name) is not None for name in _UNSEEN) or wanted.unassigned:
        return False
    words = (wanted.q or "").strip().casefold()
    return (
        (not wanted.status or Status.WAITING_AGENCY.value in wanted.status)
        and wanted.waiting_on in {None, "agency"}
        and wanted.unit in {None, one.unit}
        and wanted.park in {None, one.park}
        and (wanted.numbers is None or one.number in wanted.numbers)
        and any(words in text.casefold() for text in (one.number, one.text, one.details or ""))
    )
