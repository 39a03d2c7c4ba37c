"""Queries on versions of question sets, and on what cases were asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from routing.domain.case import EventKind
from routing.domain.reporting.periods import Period
from routing.store.cases.schema import Case, CaseEvent
from routing.store.question_sets.schema import CaseQuestions, QuestionSetEdit

_CHUNK = 2000


def approved(session: Session) -> list[QuestionSetEdit]:
    """The newest approved version of each set, by the time of its approval."""
    query = select(QuestionSetEdit).where(QuestionSetEdit.state == "approved")
    newest: dict[str, QuestionSetEdit] = {}
    for row in session.scalars(query.order_by(QuestionSetEdit.decided_at, QuestionSetEdit.id)):
        newest[row.set_id] = row
    return list(newest.values())


def edit(session: Session, edit_id: int, *, hold: bool = False) -> QuestionSetEdit | None:
    """One version; ``hold`` locks it until the transaction ends."""
    query = select(QuestionSetEdit).where(QuestionSetEdit.id == edit_id)
    return session.scalars(query.with_for_update() if hold else query).one_or_none()


def edits(session: Session, set_id: str, *, before_id: int | None, limit: int) -> list[QuestionSetEdit]:
    """Versions of a set, the newest first, at most ``limit``."""
    query = select(QuestionSetEdit).where(QuestionSetEdit.set_id == set_id)
    return _newest(session, query, before_id, limit)


def drafts(session: Session, *, before_id: int | None, limit: int) -> list[QuestionSetEdit]:
    """Drafts that wait for a decision, the newest first, at most ``limit``."""
    query = select(QuestionSetEdit).where(QuestionSetEdit.state == "draft")
    return _newest(session, query, before_id, limit)


def _newest(
    session: Session, query: Select[QuestionSetEdit], before_id: int | None, limit: int
) -> list[QuestionSetEdit]:
    if before_id is not None:
        query = query.where(QuestionSetEdit.id < before_id)
    return list(session.scalars(query.order_by(QuestionSetEdit.id.desc()).limit(limit)))


def last_approvals(session: Session, set_ids: Iterable[str]) -> dict[str, datetime]:
    """When each set had a version approved last."""
    query = select(QuestionSetEdit.set_id, func.max(QuestionSetEdit.decided_at)).where(
        QuestionSetEdit.set_id.in_(set(set_ids)), QuestionSetEdit.state == "approved"
    )  # fmt: skip
    rows = session.execute(query.group_by(QuestionSetEdit.set_id))
    return {set_id: at for set_id, at in rows if at is not None}


def of_case(session: Session, case_id: int) -> CaseQuestions | None:
    """What a case was asked."""
    return session.get(CaseQuestions, case_id)


@dataclass(frozen=True, slots=True)
class Received:
    """Cases of one matter and set, as far as the figures of question sets need them.

    ``told``: those asked for what was missing, ``times``: how often that was.
    """

    category: str
    topic: str | None
    set_id: str | None
    number: int = 0
    questions: int = 0
    answered: int = 0
    told: int = 0
    times: int = 0


def received(session: Session, period: Period) -> list[Received]:
    """The cases received in a period by matter and set, and their supplements by its end."""
    within = Case.received_at >= period.begins_at, Case.received_at < period.ends_at
    group = Case.category, Case.topic, CaseQuestions.set_id
    of_case = CaseQuestions.case_id == Case.id
    query = select(
        *group, func.count(), func.coalesce(func.sum(CaseQuestions.questions), 0),
        func.coalesce(func.sum(CaseQuestions.answered), 0),
    ).outerjoin(CaseQuestions, of_case).where(*within).group_by(*group)  # fmt: skip
    waits = (
        select(Case.id, *group, CaseEvent.data)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .outerjoin(CaseQuestions, of_case)
        .where(*within, CaseEvent.event == EventKind.WAITING.value, CaseEvent.at < period.ends_at)
    )
    times: defaultdict[tuple[str, str | None, str | None], Counter[int]] = defaultdict(Counter)
    for case_id, category, topic, set_id, data in session.execute(waits.execution_options(yield_per=_CHUNK)):
        if data.get("on") == "firm":
            times[category, topic, set_id][case_id] += 1
    return [
        # PostgreSQL sums to numbers of any length.
        Received(category, topic, set_id, number, int(questions), int(answered), len(said), said.total())
        for category, topic, set_id, number, questions, answered in session.execute(query)
        for said in (times[category, topic, set_id],)
    ]


@dataclass(frozen=True, slots=True)
class ReceivedCase:
    """One of them: what it is about, what it was asked, and ``times``: how often something was missing."""

    case_id: int
    category: str
    topic: str | None
    questions: int
    answered: int
    times: int


def received_cases(
    session: Session, period: Period, *, asked: bool, set_id: str | None = None, categories: Collection[str] = ()
) -> list[ReceivedCase]:
    """Cases received in a period that were asked a set (any, unless it is said); or those of categories that were not.

    In the order of their receipt.
    """
    of_case = CaseQuestions.case_id == Case.id
    within = [Case.received_at >= period.begins_at, Case.received_at < period.ends_at]
    if asked:
        within.append(CaseQuestions.set_id == set_id if set_id is not None else CaseQuestions.set_id.is_not(None))
    else:
        within += [CaseQuestions.set_id.is_(None), Case.category.in_(categories)]
    waits = select(Case.id, CaseEvent.data).join(CaseEvent, CaseEvent.case_id == Case.id)
    waits = waits.outerjoin(CaseQuestions, of_case).where(
        *within, CaseEvent.event == EventKind.WAITING.value, CaseEvent.at < period.ends_at
    )
    times = Counter[int]()
    for case_id, data in session.execute(waits.execution_options(yield_per=_CHUNK)):
        times[case_id] += data.get("on") == "firm"
    columns = Case.id, Case.category, Case.topic, CaseQuestions.questions, CaseQuestions.answered
    query = select(*columns).outerjoin(CaseQuestions, of_case).where(*within).order_by(Case.received_at, Case.id)
    return [
        ReceivedCase(case_id, category, topic, questions or 0, answered or 0, times[case_id])
        for case_id, category, topic, questions, answered in session.execute(query)
    ]
