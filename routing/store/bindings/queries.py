"""Queries on bindings: who is bound, who has left, and which cases a person may therefore see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.bindings.schema import Binding, BindingCode, CaseShare, CodeMail
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


def cases_seen(
    session: Session, contact_id: int, *, limit: int, after: int = 0, number: str | None = None
) -> list[Case]:
    """The cases that a person may see: the own ones, but none of a firm that was left, and those colleagues share.

    Open ones first, then the newest. A confidential case is its opener's alone. ``after``: without so many of the
    first; ``number``: this one, if it is one of them.
    """
    own = and_(Case.contact_id == contact_id, or_(Case.firm_id.is_(None), Case.firm_id.not_in(_left(contact_id))))
    shared = and_(
        Case.firm_id.in_(_bound_to(contact_id)), Case.confidential.is_(False),
        exists().where(CaseShare.case_id == Case.id),
    )  # fmt: skip
    query = select(Case).where(or_(own, shared)).order_by(Case.status == "closed", Case.id.desc())
    if number is not None:
        query = query.where(Case.number == number)
    return list(session.scalars(query.offset(after).limit(limit)))


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


def hold_firm(session: Session, firm_id: int) -> Firm:
    """A firm's row, held for writing."""
    return session.scalars(select(Firm).where(Firm.id == firm_id).with_for_update()).one()


def mails_since(session: Session, since: datetime, *, firm_id: int | None = None, contact_id: int | None = None) -> int:
    """How many codes were mailed since then to a firm, or at the wish of a person."""
    query = select(func.count()).select_from(CodeMail).where(CodeMail.at > since)
    if firm_id is not None:
        query = query.where(CodeMail.firm_id == firm_id)
    if contact_id is not None:
        query = query.where(CodeMail.contact_id == contact_id)
    return session.scalar(query) or 0


def any_mail_due(session: Session, *, now: datetime) -> bool:
    """Whether a mail waits to be sent now."""
    due = CodeMail.state == "pending", CodeMail.due_at <= now
    return session.scalar(select(CodeMail.id).where(*due).limit(1)) is not None


def claim_mail(session: Session, *, now: datetime, until: datetime) -> tuple[int, str, str, str, int] | None:
    """The next mail that is due, held until then: id, address, subject, body, and the how-manieth try this is."""
    due = CodeMail.state == "pending", CodeMail.due_at <= now
    columns = CodeMail.id, CodeMail.to_address, CodeMail.subject, CodeMail.body, CodeMail.attempts
    for mail_id, to, subject, body, tries in session.execute(
        select(*columns).where(*due).order_by(CodeMail.due_at).limit(5)
    ).all():
        claim = update(CodeMail).where(CodeMail.id == mail_id, *due)
        if changed(session, claim.values(due_at=until, attempts=tries + 1)):
            return mail_id, to, subject, body, tries + 1
    return None


def mail_sent(session: Session, mail_id: int, *, now: datetime) -> None:
    """It has gone; the code in it is kept no longer."""
    changed(session, update(CodeMail).where(CodeMail.id == mail_id).values(state="sent", sent_at=now, body=""))


def mail_failed(session: Session, mail_id: int, *, again: datetime | None) -> CodeMail:
    """It has not gone: try again then, or never."""
    mail = session.scalars(select(CodeMail).where(CodeMail.id == mail_id).with_for_update()).one()
    if again is not None:
        mail.due_at = again
    else:
        mail.state, mail.body = "failed", ""
    return mail


def last_mail(session: Session, firm_id: int) -> CodeMail | None:
    """The newest mail with a code to a firm."""
    query = select(CodeMail).where(CodeMail.firm_id == firm_id).order_by(CodeMail.id.desc()).limit(1)
    return session.scalars(query).one_or_none()
