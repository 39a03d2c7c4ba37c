"""What cases are asked: begun when a case opens in the chat, answered by its firm, or by an officer on its behalf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.question_sets import AnswerKind, set_for
from routing.domain.asked_sets import LONGEST, Asked, asked_from, heard
from routing.domain.errors import Invalid, NotFound, StepNotAllowed
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.cases import live, locked_case
from routing.service.cases.locked_case import LockedCase, find
from routing.service.office_context import OfficeContext
from routing.service.question_sets import active
from routing.store.question_sets import queries as store
from routing.store.question_sets.schema import CaseQuestions


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAsked:
    """What a case was asked and answered. ``by``: who entered it last; None: the firm. ``begun``: kept, not offered."""

    asked: Asked
    asked_at: datetime | None
    updated_at: datetime | None
    by: str | None
    begun: bool


def begin(locked: LockedCase, text: str) -> Asked | None:
    """Keep the set of the case's matter with the case; None if no set is for it."""
    found = _of_matter(locked.session, locked.office, locked.row.category, locked.row.topic, text)
    if found is None:
        return None
    row = CaseQuestions(
        case_id=locked.row.id, set_id=found.set.id, version=found.version, body=found.set.as_data(), answers={},
        questions=len(found.set.questions), answered=0, asked_at=locked.now, updated_at=locked.now,
    )  # fmt: skip
    locked.session.add(row)
    keep(locked, found)
    return found


def _of_matter(session: Session, office: OfficeContext, category: str, topic: str | None, text: str) -> Asked | None:
    standing = {one.set.id: one for one in active.standing(session, office)}
    found = set_for([one.set for one in standing.values()], category, topic, text)
    return Asked(set=found, version=standing[found.id].version) if found is not None else None


def keep(locked: LockedCase, asked: Asked) -> None:
    """Keep what was answered. Raises NotFound: the case was asked nothing."""
    row = store.of_case(locked.session, locked.row.id)
    if row is None:
        raise NotFound("這件案件沒有題組。")
    row.answers, row.answered = asked.plain(), len(asked.answers)
    row.updated_at, row.by = locked.now, locked.actor.email
    locked.session.flush()
    live.changed(locked.session, locked.row)


def of_row(session: Session, case_id: int) -> Asked | None:
    """What a case was asked, with the answers."""
    row = store.of_case(session, case_id)
    return asked_from(row.body, row.version, row.answers) if row is not None else None


def of_case(session: Session, office: OfficeContext, actor: Actor, number: str) -> CaseAsked | None:
    """What a case was asked; else the set that an officer may fill in for it; None if there is none for its matter.

    Raises:
        NotFound: there is no such case, it is hidden from this person, or the person is a partner.
    """
    if not actor.may(Permission.DESK):
        raise NotFound(f"查無案件 {number}。")
    row, _case = find(session, number, actor)
    held = store.of_case(session, row.id)
    if held is None:
        offered = _of_matter(session, office, row.category, row.topic, row.subject)
        return CaseAsked(asked=offered, asked_at=None, updated_at=None, by=None, begun=False) if offered else None
    asked = asked_from(held.body, held.version, held.answers)
    if asked is None:
        return None
    return CaseAsked(asked=asked, asked_at=held.asked_at, updated_at=held.updated_at, by=held.by, begun=True)


def enter(locked: LockedCase, given: Mapping[str, str]) -> Asked:
    """An officer enters answers, by question; an empty one is taken out. Choices by their id or their words.

    Raises:
        Forbidden: a partner. StepNotAllowed: no set is for the matter.
        Invalid: a question that is none, or an answer that does not answer it.
    """
    require_team(locked.actor)
    asked = of_row(locked.session, locked.row.id)
    if asked is None:
        asked = begin(locked, locked.row.subject)
    if asked is None:
        raise StepNotAllowed("這件案件的主題沒有題組。")
    changed = []
    for name, value in given.items():
        words = " ".join(value.split())
        stood = asked.answers.get(name)
        if words == (stood.value if stood is not None else "") and asked.set.question(name) is not None:
            continue
        changed.append(name)
        read = _read(asked, name, words)
        asked = asked.answer(name, read) if read else asked.skip(name)
    if changed:
        keep(locked, asked)
        locked_case.audit(locked, "case.answers", fields=changed)
    return asked


def _read(asked: Asked, name: str, words: str) -> str:
    """An answer as it is kept; empty for none. Raises Invalid: no such question, or no answer to it."""
    question = asked.set.question(name)
    if question is None:
        raise Invalid(f"題組沒有「{name[:40]}」這一題。", field=name[:40])
    if len(words) > LONGEST:
        raise Invalid(f"請在 {LONGEST} 字以內。", field=name)
    if not words or question.kind is AnswerKind.FILE or question.choice(words) is not None:
        return words
    found = heard(question, words)
    if found is None:
        raise Invalid(_WANTED[question.kind], field=name)
    return found


_WANTED = {
    AnswerKind.TEXT: "請填寫文字。", AnswerKind.NUMBER: "請填寫數字。", AnswerKind.CHOICE: "請選擇其中一個選項。",
    AnswerKind.FILE: "請填寫文字。",
}  # fmt: skip


def forget_message(session: Session, case_id: int, message_id: int) -> None:
    """A message was taken back: what it answered is answered no more."""
    row = store.of_case(session, case_id)
    asked = asked_from(row.body, row.version, row.answers) if row is not None else None
    if row is None or asked is None:
        return
    left = asked.without_message(message_id)
    row.answers, row.answered = left.plain(), len(left.answers)
