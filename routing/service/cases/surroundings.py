"""What stands around a case on its page: what the system said to the firm by itself, and the firm's other cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from routing.domain.messages import from_plain, in_words
from routing.domain.permissions import Actor
from routing.service.cases.queries import CaseWhole, scope, wanted
from routing.store.cases import queries as store
from routing.store.messaging import outbox

_MOST_TOLD = 200
_MOST_CASES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the system said to the firm: when, why, and in which words."""

    at: datetime
    reason: str
    lines: tuple[str, ...]


def told_by_system(session: Session, whole: CaseWhole, *, but: frozenset[str]) -> list[Told]:
    """What arrived of it, oldest first; ``but``: reasons whose words stand in the conversation already.

    Also of the talk from the firm's first words to the case; what was taken back or has run out is in none of it.
    """
    row = whole.row
    rows = outbox.told_of(session, row.id, but=but, limit=_MOST_TOLD)
    if row.contact_id is not None and row.first_contact_at < row.received_at:
        rows = [*outbox.told_before(
            session, row.contact_id, since=row.first_contact_at, until=row.received_at, limit=_MOST_TOLD
        ), *rows]  # fmt: skip
    told = ((one, [line for said in from_plain(one.payload) for line in in_words(said)]) for one in rows)
    return [Told(at=one.created_at, reason=one.reason, lines=tuple(lines)) for one, lines in told if lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another case of the firm."""

    number: str
    subject: str
    status: str
    unit: str


def of_firm(session: Session, actor: Actor, whole: CaseWhole, *, today: date) -> tuple[list[Other], bool]:
    """The firm's other cases that this person may see, open ones first, and whether there are more."""
    narrow = scope(actor, wanted(actor, today=today))
    rows = store.of_firm(session, whole.row, narrow, limit=_MOST_CASES + 1)
    shown = [Other(number=one.number, subject=one.subject, status=one.status, unit=one.unit) for one in rows]
    return shown[:_MOST_CASES], len(shown) > _MOST_CASES
