"""Consultations: kept in step with the events of their cases, and listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from routing.domain.consultations import Asked
from routing.domain.consultations import Consultation as Told
from routing.store.cases.queries import seen_by
from routing.store.cases.schema import Case as CaseRow
from routing.store.consultations.schema import Consultation
from routing.store.conversation.schema import Message

_CHUNK = 500
"""Values in one IN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; every field is optional. ``expected_before``: still open and expected earlier."""

    open: bool | None = None
    agency: str | None = None
    unit: str | None = None
    of_unit: str | None = None
    """Of cases of this unit."""
    asked_by: tuple[str, ...] | None = None
    """Asked by one of these people, or in a case that one of them has."""
    number: str | None = None
    expected_before: date | None = None
    case_ids: tuple[int, ...] | None = None
    once: bool = False
    """Of a question about many cases one stands for all."""
    visible_to: tuple[str, tuple[str, ...]] | None = None
    """A unit and e-mails: of confidential cases only theirs, and what that unit is asked; None shows all."""


def keep(session: Session, case_id: int, told: Asked) -> None:
    """Bring the rows of a case in step with what its events say."""
    keep_all(session, {case_id: told})


def keep_all(session: Session, told: Mapping[int, Asked]) -> None:
    """The same for many cases."""
    ids = [case_id for case_id, asked in told.items() if asked]
    rows = {(row.case_id, row.no): row for row in _of(session, ids)}
    for case_id in ids:
        for one in told[case_id]:
            row = rows.get((case_id, one.no))
            if row is None:
                row = Consultation(case_id=case_id, no=one.no)
                session.add(row)
            _fill(row, one)
    session.flush()


def _of(session: Session, ids: list[int]) -> Iterable[Consultation]:
    for begin in range(0, len(ids), _CHUNK):
        yield from session.scalars(select(Consultation).where(Consultation.case_id.in_(ids[begin : begin + _CHUNK])))


def _fill(row: Consultation, one: Told) -> None:
    for name in ("agency", "unit", "office", "asked_by", "message_id", "lead", "expected_on", "answer_id",
                 "answered_by", "phone", "entered_by"):  # fmt: skip
        setattr(row, name, getattr(one, name))
    row.asked_at, row.ended_at, row.joint_id = one.start, one.end, one.joint
    row.how = one.how.value if one.how else None
    row.result = one.result.value if one.result else None


def by_id(session: Session, consultation_id: int) -> tuple[Consultation, str] | None:
    """A consultation with the number of its case."""
    query = select(Consultation, CaseRow.number).join(CaseRow, CaseRow.id == Consultation.case_id)
    found = session.execute(query.where(Consultation.id == consultation_id)).one_or_none()
    return (found[0], found[1]) if found is not None else None


def with_case(session: Session, consultation_id: int) -> tuple[Consultation, CaseRow] | None:
    """A consultation with its case."""
    query = select(Consultation, CaseRow).join(CaseRow, CaseRow.id == Consultation.case_id)
    found = session.execute(query.where(Consultation.id == consultation_id)).one_or_none()
    return (found[0], found[1]) if found is not None else None


def id_of(session: Session, case_id: int, no: int) -> int:
    """The row of a consultation that a case's events tell of."""
    query = select(Consultation.id).where(Consultation.case_id == case_id, Consultation.no == no)
    return session.scalars(query).one()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    plain = {
        Consultation.agency: wanted.agency, Consultation.unit: wanted.unit, CaseRow.unit: wanted.of_unit,
        CaseRow.number: wanted.number,
    }  # fmt: skip
    found: list[ColumnElement[bool]] = [column == value for column, value in plain.items() if value is not None]
    if wanted.open is not None:
        found.append(Consultation.ended_at.is_(None) if wanted.open else Consultation.ended_at.is_not(None))
    if wanted.asked_by is not None:
        found.append(or_(Consultation.asked_by.in_(wanted.asked_by), CaseRow.assignee.in_(wanted.asked_by)))
    if wanted.expected_before is not None:
        found += [Consultation.ended_at.is_(None), Consultation.expected_on < wanted.expected_before]
    if wanted.case_ids is not None:
        found.append(Consultation.case_id.in_(wanted.case_ids))
    if wanted.once:
        found.append(_stands_for_all())
    if wanted.visible_to is not None:
        found.append(or_(seen_by(*wanted.visible_to), Consultation.unit == wanted.visible_to[0]))
    return found


def _stands_for_all() -> ColumnElement[bool]:
    """Of those of one question that wait, or of those that are over, the first that is of no confidential case."""
    other, case = aliased(Consultation), aliased(CaseRow)
    better = select(other.id).join(case, case.id == other.case_id).where(
        other.joint_id == Consultation.joint_id, case.confidential.is_(False),
        or_(other.id < Consultation.id, CaseRow.confidential.is_(True)),
        other.ended_at.is_(None) == Consultation.ended_at.is_(None),
    )  # fmt: skip
    return or_(Consultation.joint_id.is_(None), ~better.correlate(Consultation, CaseRow).exists())


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The cases of a question about many: how many, in which parks, and the confidential ones."""

    cases: int = 0
    parks: tuple[str, ...] = ()
    confidential: tuple[CaseRow, ...] = ()


def together(session: Session, joint_ids: Iterable[int | None]) -> dict[int, Together]:
    """By question about many cases, what it is about; without those for which it was taken back."""
    ids = {one for one in joint_ids if one is not None}
    if not ids:
        return {}
    query = select(Consultation.joint_id, CaseRow).join(CaseRow, CaseRow.id == Consultation.case_id)
    kept = Consultation.joint_id.in_(ids), func.coalesce(Consultation.how, "") != "withdrawn"
    rows: dict[int, list[CaseRow]] = {one: [] for one in ids}
    for joint_id, row in session.execute(query.where(*kept).order_by(CaseRow.number)):
        rows[joint_id or 0].append(row)
    return {
        joint_id: Together(
            cases=len(cases), parks=tuple(sorted({row.park for row in cases if row.park})),
            confidential=tuple(row for row in cases if row.confidential),
        )
        for joint_id, cases in rows.items()
    }  # fmt: skip


def waiting_of(session: Session, joint_id: int) -> list[tuple[int, int, str]]:
    """What still waits of a question about many cases: consultation, its place in its case, the case's number."""
    query = select(Consultation.id, Consultation.no, CaseRow.number).join(CaseRow, CaseRow.id == Consultation.case_id)
    waits = query.where(Consultation.joint_id == joint_id, Consultation.ended_at.is_(None))
    return [(row[0], row[1], row[2]) for row in session.execute(waits.order_by(CaseRow.number))]


def listing(
    session: Session, wanted: Wanted, *, limit: int, before_id: int | None = None
) -> list[tuple[Consultation, CaseRow]]:
    """Consultations that fit with their cases, the last entered first; ``before_id`` continues a page."""
    query = select(Consultation, CaseRow).join(CaseRow, CaseRow.id == Consultation.case_id).where(*_conditions(wanted))
    if before_id is not None:
        query = query.where(Consultation.id < before_id)
    return [(one, row) for one, row in session.execute(query.order_by(Consultation.id.desc()).limit(limit))]


def count(session: Session, wanted: Wanted) -> int:
    """How many fit."""
    query = select(func.count()).select_from(Consultation).join(CaseRow, CaseRow.id == Consultation.case_id)
    return session.scalars(query.where(*_conditions(wanted))).one()


def asked_between(session: Session, start: datetime, end: datetime) -> list[tuple[Consultation, str]]:
    """What was asked of agencies in a stretch of time, each question once, and the unit of the case."""
    query = select(Consultation, CaseRow.unit).join(CaseRow, CaseRow.id == Consultation.case_id)
    within = (
        Consultation.agency.is_not(None), Consultation.asked_at >= start, Consultation.asked_at < end,
        _stands_for_all(),
    )  # fmt: skip
    return [(one, unit) for one, unit in session.execute(query.where(*within).order_by(Consultation.id))]


def words(session: Session, message_ids: Iterable[int | None]) -> dict[int, str]:
    """The texts of some messages, by message."""
    ids = [one for one in message_ids if one is not None]
    found: dict[int, str] = {}
    for begin in range(0, len(ids), _CHUNK):
        chunk = select(Message.id, Message.text).where(Message.id.in_(ids[begin : begin + _CHUNK]))
        found.update((key, text) for key, text in session.execute(chunk))
    return found
