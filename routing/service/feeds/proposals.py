"""Closures that were announced: shown with the cases they would move, applied by one press of an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.official_days import Closure
from routing.domain.errors import NotFound, StepNotAllowed
from routing.domain.permissions import Actor
from routing.service.accounts.commands import record_audit
from routing.service.accounts.queries import require_admin
from routing.service.office_calendar import commands as office_calendar_commands
from routing.service.office_calendar import preview
from routing.service.office_calendar.preview import Movement
from routing.service.office_context import OfficeContext
from routing.store.feeds import proposals as store
from routing.store.feeds.schema import ClosureProposal
from routing.store.office_calendar import queries as calendar_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A closure that waits for a decision, and what it would move."""

    row: ClosureProposal
    movement: Movement


def waiting(session: Session, office: OfficeContext, *, now: datetime) -> list[Proposal]:
    """What nobody has decided on, with the cases that it would move."""
    rows = store.waiting(session, today=local(now).date())
    return [_proposal(session, office, row, now=now) for row in rows]


def waits(session: Session, *, now: datetime) -> int:
    """How many wait for a decision."""
    return len(store.waiting(session, today=local(now).date()))


def decided(session: Session, *, limit: int = 20) -> list[ClosureProposal]:
    """What was decided on, the newest first."""
    return store.decided(session, limit=limit)


def _proposal(session: Session, office: OfficeContext, row: ClosureProposal, *, now: datetime) -> Proposal:
    closure = Closure(date=row.day, county=row.county, district=row.district, part=row.part)
    after = office.calendar.with_closures([*office.calendar.closures, closure])
    return Proposal(row=row, movement=preview.moved_by(session, office, after, since=row.day, now=now))


def apply(session: Session, office: OfficeContext, actor: Actor, proposal_id: int, *, now: datetime) -> str:
    """Enter the closure as announced; gives its place. Whoever calls goes on with ``due_date_refresh``.

    Raises:
        Forbidden: the person is no administrator. NotFound: there is none. StepNotAllowed: it was decided on already.
        Invalid: the same closure stands.
    """
    row = _open(session, actor, proposal_id)
    place = office_calendar_commands.close_office(
        session, office, actor, day=row.day, county=row.county, district=row.district, part=row.part,
        source=f"{row.text[:300]}（民生示警 {row.key[:150]}）", now=now,
    )  # fmt: skip
    made = calendar_store.find_closures(session, day=row.day, county=row.county)
    row.closure_id = next(one.id for one in made if one.district == row.district and one.part == row.part)
    _decide(session, actor, row, "applied", now=now)
    return place


def dismiss(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> None:
    """Put it aside: the office was not closed. Raises as ``apply``."""
    _decide(session, actor, _open(session, actor, proposal_id), "dismissed", now=now)


def _open(session: Session, actor: Actor, proposal_id: int) -> ClosureProposal:
    require_admin(actor)
    row = store.held(session, proposal_id)
    if row is None:
        raise NotFound("查無這則停班公告。")
    if row.state != "proposed":
        raise StepNotAllowed("這則停班公告已處理，或已有後續公告。", code="proposal_decided")
    return row


def _decide(session: Session, actor: Actor, row: ClosureProposal, state: str, *, now: datetime) -> None:
    row.state, row.decided_at, row.decided_by = state, now, actor.email or actor.name
    record_audit(session, actor, f"closure.{state}", row.day.isoformat(), now, county=row.county, part=row.part)
