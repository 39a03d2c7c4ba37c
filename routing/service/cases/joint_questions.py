"""One question to one agency or unit about many firms' cases: asked once, answered once, each case waits by itself.

Whether a firm's data may go along is asked of each firm (個人資料保護法 §16): words that name one of them go out only
where that firm agrees, and a confidential case is never put beside others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.consultations import BREAK, CONSENTS
from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.permissions import Actor, require_team
from routing.service.cases import bulk, consultations, locked_case
from routing.service.cases.bulk import Came
from routing.service.cases.consultations import Question
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.naming import names_firm
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text as text_of
from routing.service.office_context import OfficeContext
from routing.store.cases.schema import Case as CaseRow
from routing.store.consultations import queries as store
from routing.store.consultations.schema import JointQuestion

MOST = 200
"""Cases of one question."""
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of it in each case; ``consultation``: the one that stands for all, None where nothing was asked."""

    results: list[Came]
    consultation: int | None


def ask(
    session: Session, office: OfficeContext, actor: Actor, versions: Mapping[str, int | None], question: Question, *,
    notify: Notifier, now: datetime,
) -> Asked:  # fmt: skip
    """Ask once about each of these cases, by number with the version that the person had before them, if any.

    Raises:
        Invalid: no case or too many, or what is wrong with the question itself; ``consent_needed``: the words name a
            firm that did not agree. Forbidden: a partner.
    """
    require_team(actor)
    text_of(question.text, "question")
    consultations.check_whom(office, question)
    if question.until is not None and question.until < local(now).date().isoformat():
        raise Invalid("預定回復日不能早於今日。", field="expected_on")
    named = _named(session, actor, versions, question)
    joint = JointQuestion(
        agency=question.agency, unit=question.unit, asked_at=now, asked_by=actor.email or actor.name
    )  # fmt: skip
    session.add(joint)
    session.flush()

    def do(locked: LockedCase) -> None:
        if locked.case.confidential:
            raise StepNotAllowed("保密案件不與他案合併會辦，請於該案單獨會辦。", code="confidential_alone")
        consent = question.consent
        if consent is not None:
            consent = "given" if locked.row.number in named else "no_data"
        consultations.ask(locked, replace(question, joint=joint.id, consent=consent), notify=notify)

    results = bulk.each(session, office, actor, versions, do, action="consult", now=now, most=MOST)
    waiting = store.waiting_of(session, joint.id)
    if not waiting:
        session.delete(joint)
    return Asked(results=results, consultation=min(one for one, _, _ in waiting) if waiting else None)


def _named(session: Session, actor: Actor, numbers: Iterable[str], question: Question) -> frozenset[str]:
    """The cases whose firm the words name; its agreement is needed before they go out of the house."""
    if question.agency is None or question.consent is None:
        return frozenset()
    if question.consent not in CONSENTS:
        raise Invalid("會辦機關請選擇是否提供廠商資料，及廠商是否同意。", field="consent", code="consent_needed")
    words = f"{question.text}{BREAK}{question.details or ''}"
    found = {row.number for row in _rows(session, actor, numbers) if names_firm(session, row, words)}
    if found and question.consent == "no_data":
        raise Invalid(
            f"會辦內容含廠商名稱、統一編號、聯絡人或電話（{'、'.join(sorted(found)[:_SHOWN])}）；"
            "請先徵得這些廠商同意並選擇「廠商已同意」，或刪去這些資料。",
            field="consent", code="consent_needed",
        )  # fmt: skip
    return frozenset(found)


def _rows(session: Session, actor: Actor, numbers: Iterable[str]) -> Iterable[CaseRow]:
    for number in sorted(numbers):
        seen = locked_case.seen(session, number, actor)
        if seen is not None:
            yield seen[0]
