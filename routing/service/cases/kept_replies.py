"""What an officer has typed as a reply and not sent: kept with case and officer, shown to nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Forbidden, Invalid
from routing.domain.permissions import Actor, may_write, require_team
from routing.service.cases import locked_case
from routing.store.cases import kept_replies as store
from routing.store.cases.schema import KeptReply

_LONGEST = 4000
"""Characters, as of a reply."""


def keep(session: Session, actor: Actor, number: str, text: str, translation: str = "", *, now: datetime) -> None:
    """Keep the words, or none of them if there are none.

    Raises:
        NotFound, Forbidden: the case is hidden from this person, or not theirs to answer. Invalid: too long.
    """
    require_team(actor)
    row, case = locked_case.find(session, number, actor)
    if not may_write(actor, case):
        raise Forbidden("本案由其他單位辦理；請洽該單位承辦人，或請主管改分。")
    if max(len(text), len(translation)) > _LONGEST:
        raise Invalid(f"內容請在 {_LONGEST} 字以內。", field="text")
    if actor.staff_id is None:
        return
    if text.strip() or translation.strip():
        store.put(session, row.id, actor.staff_id, text, translation, now=now)
    else:
        store.drop(session, row.id, actor.staff_id)


def of(session: Session, actor: Actor, case_id: int) -> KeptReply | None:
    """What this person has typed in a case."""
    return store.of(session, case_id, actor.staff_id) if actor.staff_id is not None else None


def sent(session: Session, actor: Actor, case_id: int) -> None:
    """The person has answered: what they had typed is kept no longer."""
    if actor.staff_id is not None:
        store.drop(session, case_id, actor.staff_id)
