"""Queries on breaches: those entered, and whose data lay within their reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact, ContactAddress, Message
from routing.store.privacy.schema import Breach

_AT_ONCE = 1_000


def breaches(session: Session) -> list[Breach]:
    """Those entered, the latest first."""
    return list(session.scalars(select(Breach).order_by(Breach.known_at.desc(), Breach.id.desc()).limit(200)))


def breach(session: Session, breach_id: int, *, lock: bool = False) -> Breach | None:
    """One of them."""
    query = select(Breach).where(Breach.id == breach_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def known_numbers(session: Session, numbers: Sequence[str]) -> set[str]:
    """Those of the numbers that are cases'."""
    return set(session.scalars(select(Case.number).where(Case.number.in_(numbers))))


def cases_within(
    session: Session, first: datetime | None, end: datetime | None, numbers: Sequence[str]
) -> Iterator[tuple[Case, Firm | None]]:
    """Cases that were there between two instants (None: ever), or the cases of these numbers, oldest first."""
    wanted: list[ColumnElement[bool]] = []
    if numbers:
        wanted.append(Case.number.in_(numbers))
    else:
        if end is not None:
            wanted.append(Case.first_contact_at < end)
        if first is not None:
            wanted.append(or_(Case.closed_at.is_(None), Case.closed_at >= first))
    query = select(Case, Firm).outerjoin(Firm, Firm.id == Case.firm_id).where(*wanted).order_by(Case.id)
    for row in session.execute(query):
        yield row[0], row[1]


def contacts_within(session: Session, first: datetime | None, end: datetime | None) -> list[Contact]:
    """People of whom something was said between two instants, or who had made themselves known before the second."""
    said = [Message.contact_id == Contact.id, Message.erased_at.is_(None)]
    said += [Message.at >= first] if first is not None else []
    said += [Message.at < end] if end is not None else []
    known = [or_(Contact.name.is_not(None), Contact.phone.is_not(None), Contact.firm_said.is_not(None))]
    known += [Contact.created_at < end] if end is not None else []
    wrote = select(Message.id).where(*said).exists()
    known_then = known[0] if len(known) == 1 else known[0] & known[1]
    return list(session.scalars(select(Contact).where(or_(wrote, known_then)).order_by(Contact.id)))


def contacts(session: Session, ids: Sequence[int]) -> dict[int, Contact]:
    """People by their ids."""
    return {
        one.id: one for some in _pieces(ids) for one in session.scalars(select(Contact).where(Contact.id.in_(some)))
    }


def reach(session: Session, ids: Sequence[int]) -> dict[int, bool]:
    """Who of these has a chat with us, and whether a message arrives there."""
    query = select(ContactAddress.contact_id, ContactAddress.reachable)
    found: dict[int, bool] = {}
    for some in _pieces(ids):
        for contact_id, reachable in session.execute(query.where(ContactAddress.contact_id.in_(some))):
            found[contact_id] = found.get(contact_id, False) or reachable
    return found


def firms(session: Session, ids: Sequence[int]) -> dict[int, Firm]:
    """Firms by their ids."""
    return {one.id: one for some in _pieces(ids) for one in session.scalars(select(Firm).where(Firm.id.in_(some)))}


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """So many ids as both databases take in one statement; each once."""
    every = list(dict.fromkeys(ids))
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
