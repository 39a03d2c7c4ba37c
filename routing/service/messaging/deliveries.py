"""Messages on their way out as the team sees them: what became of them, and sending one again.

The same list for the desk and for programs: partners see none of it, officers nothing of cases hidden from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Forbidden, NotFound, StepNotAllowed
from routing.domain.permissions import Actor, confidential_scope, may_write, require_team
from routing.service.cases import notifying
from routing.service.cases.locked_case import seen
from routing.service.messaging import outbox
from routing.service.office_context import OfficeContext
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation import queries as conversation_store
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Inbox, Outbox
from routing.store.reporting import queries as report_store


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way out, the number of its case, and whether its reader has blocked the account."""

    row: Outbox
    number: str | None
    blocked: bool

    @property
    def presumed(self) -> bool:
        """Accepted, as a later try of the reply showed."""
        return self.row.error == outbox.PRESUMED


def deliveries(
    session: Session, actor: Actor, *, states: Iterable[str], number: str | None = None, before_id: int | None = None,
    limit: int = 50,
) -> list[Delivery]:  # fmt: skip
    """Messages in these states (all, if none is named), newest first, but those of cases hidden from this person.

    Raises:
        Forbidden: the person is a partner.
    """
    require_team(actor)
    found = outbox_store.deliveries(
        session,
        states=tuple(states),
        number=number,
        before_id=before_id,
        limit=limit,
        seen_by=confidential_scope(actor),
    )
    blocked = conversation_store.blocked_addresses(session, [row.contact_id for row, _ in found])
    return [Delivery(row, of_case, (row.contact_id, row.channel) in blocked) for row, of_case in found]


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many messages stand in each state, those of cases hidden from this person left out.

    Raises:
        Forbidden: the person is a partner.
    """
    require_team(actor)
    return report_store.delivery_counts(session, seen_by=confidential_scope(actor))


def set_aside_events(session: Session, actor: Actor) -> list[Inbox]:
    """Events that could not be handled, newest first. Pages show when and why, never what was in them.

    Raises:
        Forbidden: the person is a partner.
    """
    require_team(actor)
    return inbox_store.quarantined(session)


def resend(session: Session, office: OfficeContext, actor: Actor, delivery_id: int, *, now: datetime) -> Delivery:
    """Send a dead, unknown or parked message now, as its case is now; whoever may write its case may.

    Raises:
        NotFound: there is none, or its case is hidden. Forbidden: the case is another unit's.
        StepNotAllowed: it is on its way or was accepted, or what it tells of is over.
    """
    require_team(actor)
    row = outbox_store.get(session, delivery_id)
    case = session.get(CaseRow, row.case_id) if row is not None and row.case_id is not None else None
    found = seen(session, case.number, actor) if case is not None else None
    if row is None or (case is not None and found is None):
        # Both sound alike: an id that is tried must not tell which case it belongs to.
        raise NotFound("查無這則訊息。")
    if found is not None and not may_write(actor, found[1]):
        raise Forbidden("本案由其他單位辦理；請洽該單位承辦人重送。")
    waits = row.state in {outbox_store.PARKED, outbox_store.DEAD}
    if waits and row.carrier_id is None and not notifying.renew(session, office, row, now):
        raise StepNotAllowed("案件後來已有變動，這則通知不再適用；請依案件現況另行通知廠商。", code="notice_overtaken")
    sent = outbox.resend(session, delivery_id, actor, now=now)
    return Delivery(sent, case.number if case else None, blocked=False)
