"""Queries on drafts by a language model and on the decisions that allow them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, null, select, update
from sqlalchemy.orm import Session

from routing.store.assist.schema import AssistDecision, AssistOutput
from routing.store.cases.schema import Case
from routing.store.session import changed

NO_WORDS = {"prompt": "", "answer": null(), "result": null()}
"""What is left of the texts of an output whose words go."""


def decisions(session: Session, *, limit: int) -> list[AssistDecision]:
    """The last decisions, the newest first."""
    return list(session.scalars(select(AssistDecision).order_by(AssistDecision.id.desc()).limit(limit)))


def output(session: Session, output_id: int, *, lock: bool = False) -> AssistOutput | None:
    """One by its row."""
    query = select(AssistOutput).where(AssistOutput.id == output_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def of_case(session: Session, case_id: int) -> list[AssistOutput]:
    """All of a case, the newest first."""
    query = select(AssistOutput).where(AssistOutput.case_id == case_id).order_by(AssistOutput.id.desc())
    return list(session.scalars(query.limit(200)))


def forget_of_cases(session: Session, case_ids: Sequence[int], *, now: datetime) -> int:
    """Take the words out of everything that was drafted in these cases; that it was drafted stays."""
    return _forget(session, AssistOutput.case_id.in_(case_ids), now=now)


def forget_of_contact(session: Session, contact_id: int, *, now: datetime) -> int:
    """The same for all cases of a person."""
    mine = select(Case.id).where(Case.contact_id == contact_id)
    return _forget(session, AssistOutput.case_id.in_(mine), now=now)


def _forget(session: Session, condition: ColumnElement[bool], *, now: datetime) -> int:
    kept = condition, AssistOutput.erased_at.is_(None)
    return changed(session, update(AssistOutput).where(*kept).values(**NO_WORDS, erased_at=now))


@dataclass(frozen=True, slots=True)
class Count:
    """How many questions of a use came to a state, with how many sentences, and how many without a proven source."""

    use: str
    state: str
    number: int
    sentences: int
    unproven: int
    changed: int


def counts(session: Session) -> list[Count]:
    """Everything that was ever asked, by use and state."""
    sums = (
        func.count(),
        func.coalesce(func.sum(AssistOutput.sentences), 0),
        func.coalesce(func.sum(AssistOutput.unproven), 0),
        func.coalesce(func.sum(case((AssistOutput.changed.is_(True), 1), else_=0)), 0),
    )
    query = select(AssistOutput.use, AssistOutput.state, *sums).group_by(AssistOutput.use, AssistOutput.state)
    return [Count(use, state, *(int(one) for one in rest)) for use, state, *rest in session.execute(query)]


def last_good(session: Session) -> datetime | None:
    """When the model last gave an answer that could be read."""
    return session.scalars(select(func.max(AssistOutput.answered_at)).where(AssistOutput.problem.is_(None))).one()
