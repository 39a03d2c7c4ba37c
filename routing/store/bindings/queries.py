"""Queries on bindings: who is bound, who has left, and which cases a person may therefore see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from routing.store.bindings.schema import Binding, BindingCode, CaseShare
from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact
from routing.store.messaging.schema import Outbox
from routing.store.session import changed


def firm_by_ubn(session: Session, ubn: str) -> Firm | None:
    """The firm to which a 統一編號 belongs; one that only claims it is none."""
    return session.scalars(select(Firm).where(Firm.ubn == ubn)).one_or_none()


def active_codes(session: Session, firm_id: int, *, now: datetime, most_wrong: int) -> list[BindingCode]:
    """Codes of a firm that can still be used, held for writing."""
    query = select(BindingCode).where(
        BindingCode.firm_id == firm_id, BindingCode.used_at.is_(None), BindingCode.expires_at > now,
        BindingCode.wrong < most_wrong,
    )  # fmt: skip
    return list(session.scalars(query.order_by(BindingCode.id).with_for_update()))


def bound(session: Session, contact_id: int) -> Binding | None:
    """A person's binding that stands."""
    query = select(Binding).where(Binding.contact_id == contact_id, Binding.ended_at.is_(None))
    return session.scalars(query.order_by(Binding.id.desc()).limit(1)).one_or_none()


def of_firm(session: Session, firm_id: int) -> list[tuple[Binding, Contact]]:
    """Who is bound to a firm now."""
    query = (
        select(Binding, Contact)
        .join(Contact, Contact.id == Binding.contact_id)
        .where(Binding.firm_id == firm_id, Binding.ended_at.is_(None))
        .order_by(Binding.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _bound_to(contact_id: int) -> Select[int]:
    return select(Binding.firm_id).where(Binding.contact_id == contact_id, Binding.ended_at.is_(None))


def _left(contact_id: int) -> Select[int]:
    ended = Binding.contact_id == contact_id, Binding.ended_at.is_not(None)
    return select(Binding.firm_id).where(*ended, Binding.firm_id.not_in(_bound_to(contact_id)))


def has_left(session: Session, contact_id: int, firm_id: int | None) -> bool:
    """Whether a person spoke for a firm and does no more."""
    return (
        firm_id is not None and session.scalars(_left(contact_id).where(Binding.firm_id == firm_id)).first() is not None
    )


def cases_seen(session: Session, contact_id: int, *, limit: int) -> list[Case]:
    """The cases that a person may see: the own ones, but none of a firm that was left, and those colleagues share.

    Open ones first, then the newest. A confidential case is its opener's alone.
    """
    own = and_(Case.contact_id == contact_id, or_(Case.firm_id.is_(None), Case.firm_id.not_in(_left(contact_id))))
    shared = and_(
        Case.firm_id.in_(_bound_to(contact_id)), Case.confidential.is_(False),
        exists().where(CaseShare.case_id == Case.id),
    )  # fmt: skip
    query = select(Case).where(or_(own, shared)).order_by(Case.status == "closed", Case.id.desc()).limit(limit)
    return list(session.scalars(query))


def shared_of(session: Session, case_ids: Iterable[int]) -> set[int]:
    """Which of these cases colleagues may see."""
    return set(session.scalars(select(CaseShare.case_id).where(CaseShare.case_id.in_(list(case_ids)))))


def drop_pushes(session: Session, contact_id: int, firm_id: int) -> None:
    """What has not gone out yet to a person about cases of a firm does not go out."""
    cases = select(Case.id).where(Case.firm_id == firm_id)
    waiting = (
        Outbox.contact_id == contact_id,
        Outbox.state.in_(("pending", "parked", "carried")),
        Outbox.case_id.in_(cases),
    )
    changed(session, update(Outbox).where(*waiting).values(state="cancelled", error="left"))
