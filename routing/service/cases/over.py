"""A question to an agency that is over: who answers it too late is told so, and keeps the words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.republic import roc_instant
from routing.domain.case import Case, EventKind
from routing.domain.errors import StepNotAllowed
from routing.domain.permissions import Actor, Permission
from routing.domain.waits import Wait
from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow


def question_version(asked_at: datetime) -> int:
    """The version of a question: the second in which it was asked, in nine digits, as forms take numbers."""
    return int(asked_at.timestamp()) % 10**9


def refuse(session: Session, number: str, actor: Actor, *, shown: Collection[int | None]) -> None:
    """Say that the question is over, to whom it was asked and who had it before them, as the version shows.

    They learn that it is over and nothing else. To everybody else there is no such case, and nothing is raised.

    Raises:
        StepNotAllowed: ``question_over``.
    """
    if not actor.may(Permission.ANSWER_QUESTIONS) or actor.agency is None:
        return
    row = store.by_number(session, number)
    if row is None:
        return
    wait = _known(store.state_of(session, row), actor.agency, shown)
    if wait is not None and wait.end is not None:
        raise StepNotAllowed(_words(session, row, actor, wait, wait.end), code="question_over")


def _known(case: Case, agency: str, shown: Collection[int | None]) -> Wait | None:
    mine = [wait for wait in case.waits if wait.on == "agency" and wait.agency == agency and wait.end is not None]
    return next((wait for wait in reversed(mine) if question_version(wait.start) in shown), None)


def _words(session: Session, row: CaseRow, actor: Actor, wait: Wait, end: datetime) -> str:
    answers = [
        event
        for event in store.events_of(session, row.id)
        if event.kind is EventKind.NOTE and event.data.get("answers") == actor.agency and wait.start <= event.at <= end
    ]
    if not answers:
        what = f"會辦單位已於 {roc_instant(end)} 結束這件會辦"
    elif answers[0].by == actor.email:
        what = f"您已於 {roc_instant(end)} 回復這件會辦"
    else:
        what = f"貴機關同仁已於 {roc_instant(end)} 先回復這件會辦"
    return f"{what}，這次的內容沒有送出。如須補充，請將內容轉知會辦單位（{row.unit}）。"
