"""A question that is over: who answers it too late is told so, and keeps the words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.republic import roc_instant
from routing.domain.case import Case
from routing.domain.consultations import Consultation, End
from routing.domain.errors import StepNotAllowed
from routing.domain.permissions import Actor, Permission
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
    asked = _known(store.state_of(session, row), actor.agency, shown)
    if asked is not None:
        raise StepNotAllowed(words(row, actor, asked), code="question_over")


def _known(case: Case, agency: str, shown: Collection[int | None]) -> Consultation | None:
    mine = [one for one in case.consultations if one.unit is None and one.agency == agency and one.end is not None]
    return next((one for one in reversed(mine) if question_version(one.start) in shown), None)


def words(row: CaseRow, actor: Actor, asked: Consultation) -> str:
    """What became of a question that this person would have answered."""
    when = roc_instant(asked.end) if asked.end is not None else ""
    asking = f"會辦單位（{row.unit}）"
    if asked.how is not End.ANSWERED:
        what = f"會辦單位已於 {when} 結束這件會辦"
    elif asked.entered_by == actor.email:
        what = f"您已於 {when} 回復這件會辦"
    elif actor.may(Permission.ANSWER_QUESTIONS) and (asked.answered_by or asked.phone):
        what = f"會辦單位已於 {when} 登錄貴機關的回復"
    elif actor.may(Permission.ANSWER_QUESTIONS):
        what = f"貴機關同仁已於 {when} 先回復這件會辦"
    else:
        what, asking = f"這件會辦已於 {when} 有回復", f"承辦單位（{row.unit}）"
    return f"{what}，這次的內容沒有送出。如須補充，請將內容轉知{asking}。"
