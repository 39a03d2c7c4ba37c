"""What a list of cases says beside the status: messages that did not arrive, and cases that nobody has opened yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select, union_all, update
from sqlalchemy.orm import Session

from routing.domain.case import EventKind, Status
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseEvent
from routing.store.messaging.schema import Outbox
from routing.store.session import changed

BLOCKED = "blocked"
"""Beside the states of the outbox: it was not sent, since the firm has blocked the account."""
RESULT = "closed"
"""The notice that says how a case ended: whom it did not reach does not know the answer."""
_OPEN = tuple(one.value for one in Status if one is not Status.CLOSED)
_SLIGHT = ("survey", "flood", "group")
"""Of these nothing is missing if they do not arrive."""
_TOLD = (EventKind.REPLIED.value, EventKind.CALLED.value)
"""Whoever was told another way since has what the message said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Messages to the firm of a case that did not arrive: how many, and of the newest, its kind and what became of it.

    ``state``: ``dead``, ``unknown`` or ``blocked``.
    """

    count: int
    reason: str
    state: str


@cache
def _failed(reasons: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """Of the outbox: messages of cases that did not arrive, or may not have, and that nobody has made good since."""
    since = CaseEvent.case_id == Outbox.case_id, CaseEvent.recorded_at > Outbox.created_at
    told = _count_of(since, _TOLD) > _count_of(since, (EventKind.TAKEN_BACK.value,))
    blocked = and_(Outbox.state == "cancelled", Outbox.error == BLOCKED)
    which = Outbox.reason.in_(reasons) if reasons else Outbox.reason.not_in(_SLIGHT)
    return and_(Outbox.case_id.is_not(None), which, or_(Outbox.state.in_(("dead", "unknown")), blocked), ~told)


def _count_of(since: tuple[ColumnElement[bool], ...], kinds: Sequence[str]) -> ScalarSelect[int]:
    return select(func.count()).where(*since, CaseEvent.event.in_(kinds)).correlate(Outbox).scalar_subquery()


def undelivered(session: Session, case_ids: Iterable[int]) -> dict[int, Undelivered]:
    """Of some cases, the messages that did not arrive; in one query."""
    ids = list(case_ids)
    if not ids:
        return {}
    query = select(Outbox.case_id, Outbox.reason, Outbox.state).where(Outbox.case_id.in_(ids), _failed())
    found: dict[int, Undelivered] = {}
    for of_case, reason, state in session.execute(query.order_by(Outbox.id)):
        case_id = int(of_case or 0)
        before = found[case_id].count if case_id in found else 0
        found[case_id] = Undelivered(
            count=before + 1, reason=reason, state=BLOCKED if state == "cancelled" else str(state)
        )
    return found


@cache
def with_undelivered() -> ColumnElement[bool]:
    """Of cases: a message to the firm did not arrive."""
    return CaseRow.id.in_(select(Outbox.case_id).where(_failed()))


def is_open() -> ColumnElement[bool]:
    """Of cases: something is still to be done. Said by what it is and not by what it is not, which no index finds."""
    return CaseRow.status.in_(_OPEN)


def still_awaited(session: Session) -> list[int]:
    """Cases whose firm waits for a call that it asked for, or has not got how its case ended, closed or not."""
    calls = select(CaseRow.id).where(CaseRow.call_asked_at.is_not(None))
    results = select(Outbox.case_id).where(_failed((RESULT,)))
    return [int(one) for one in session.scalars(union_all(calls, results)) if one is not None]


def wanting(session: Session) -> dict[str, int]:
    """Of each person how many open cases want them: new, somebody spoke, a call is asked for, an answer went back."""
    wants = or_(
        CaseRow.unseen, CaseRow.firm_spoke_at.is_not(None), CaseRow.piece_at.is_not(None),
        CaseRow.call_asked_at.is_not(None), CaseRow.partner_answered_at.is_not(None),
        CaseRow.draft_returned_to.is_not(None), CaseRow.extension_refused_to.is_not(None),
    )  # fmt: skip
    query = select(CaseRow.assignee, func.count()).where(is_open(), wants)
    rows = session.execute(query.where(CaseRow.assignee.is_not(None)).group_by(CaseRow.assignee))
    return {str(email): number for email, number in rows}


def seen(session: Session, number: str, emails: Sequence[str]) -> bool:
    """Somebody has opened a case that was new to one of these people; says whether it was."""
    new = CaseRow.number == number, CaseRow.unseen, CaseRow.assignee.in_(emails)
    return changed(session, update(CaseRow).where(*new).values(unseen=False)) > 0
