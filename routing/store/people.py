"""Queries on staff, their absences, sessions and tokens, and on firms and their contacts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from routing.domain.tax_number import same_firm
from routing.store.schema import Case, Contact, Firm, Unsent
from routing.store.schema_desk import Absence, ApiToken, Audit, SignInFailure, Staff, WebSession
from routing.store.session import changed, insert_ignoring


def staff_by_email(session: Session, email: str) -> Staff | None:
    """A member of staff by e-mail, whatever its case."""
    return session.scalars(select(Staff).where(Staff.email == email.strip().lower())).one_or_none()


def all_staff(session: Session, *, active: bool = False) -> list[Staff]:
    """Everybody, by unit and name."""
    query = select(Staff).order_by(Staff.unit, Staff.name, Staff.id)
    return list(session.scalars(query.where(Staff.disabled_at.is_(None)) if active else query))


def officers_of(session: Session, unit: str) -> list[Staff]:
    """The active officers of a unit."""
    query = select(Staff).where(Staff.unit == unit, Staff.role == "officer", Staff.disabled_at.is_(None))
    return list(session.scalars(query.order_by(Staff.id)))


def names(session: Session, emails: Iterable[str | None]) -> dict[str, str]:
    """The names behind some e-mails; unknown ones are left out."""
    wanted = {email for email in emails if email}
    if not wanted:
        return {}
    rows = session.execute(select(Staff.email, Staff.name).where(Staff.email.in_(wanted)))
    return {str(email): str(name) for email, name in rows}


def absences_on(session: Session, day: date) -> dict[int, Absence]:
    """Who is absent on a day, by staff id."""
    query = select(Absence).where(Absence.first_day <= day, Absence.last_day >= day)
    return {absence.staff_id: absence for absence in session.scalars(query)}


def audit(session: Session, *, at: datetime, actor: str, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write down who did what to what."""
    session.add(Audit(at=at, actor=actor, action=action, subject=subject, detail=detail))


def audit_page(
    session: Session, *, subject: str | None = None, before_id: int | None = None, limit: int = 50
) -> list[Audit]:
    """The audit trail, newest first."""
    query = select(Audit)
    if subject is not None:
        query = query.where(Audit.subject == subject)
    if before_id is not None:
        query = query.where(Audit.id < before_id)
    return list(session.scalars(query.order_by(Audit.id.desc()).limit(limit)))


def last_audit(session: Session, action: str) -> Audit | None:
    """The newest entry of an action."""
    return session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id.desc()).limit(1)).one_or_none()


def session_by_hash(session: Session, token_sha256: str) -> tuple[WebSession, Staff] | None:
    """A browser session and its person."""
    query = select(WebSession, Staff).join(Staff, Staff.id == WebSession.staff_id)
    row = session.execute(query.where(WebSession.token_sha256 == token_sha256)).one_or_none()
    return (row[0], row[1]) if row else None


def end_session(session: Session, token_sha256: str) -> None:
    """Sign a browser out."""
    changed(session, delete(WebSession).where(WebSession.token_sha256 == token_sha256))


def end_sessions_of(session: Session, staff_id: int) -> None:
    """Sign a person out everywhere."""
    changed(session, delete(WebSession).where(WebSession.staff_id == staff_id))


def revoke_tokens_of(session: Session, staff_id: int, *, now: datetime) -> int:
    """End the tokens of a person's programs; says how many. Their rows stay, so that it can be seen when."""
    live = update(ApiToken).where(ApiToken.staff_id == staff_id, ApiToken.revoked_at.is_(None))
    return changed(session, live.values(revoked_at=now))


def touch_session(session: Session, token_sha256: str, *, now: datetime) -> None:
    """Note that a browser session is in use."""
    changed(session, update(WebSession).where(WebSession.token_sha256 == token_sha256).values(last_seen_at=now))


def staff_by_token(session: Session, token_sha256: str) -> Staff | None:
    """Whose API token this is."""
    query = select(Staff).join(ApiToken, ApiToken.staff_id == Staff.id)
    return session.scalars(
        query.where(ApiToken.token_sha256 == token_sha256, ApiToken.revoked_at.is_(None))
    ).one_or_none()


def hold_account(session: Session, email_sha256: str) -> None:
    """Let attempts at one account pass one by one until the transaction ends, whether there is such an account or not.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(email_sha256[:15], 16))))


def forget_failures(session: Session, email_sha256: str, *, before: datetime | None = None) -> None:
    """Clear an account's failures, or those before an instant."""
    condition = SignInFailure.email_sha256 == email_sha256
    changed(session, delete(SignInFailure).where(condition if before is None else SignInFailure.at < before))


def contact_by_line_id(session: Session, line_user_id: str, *, now: datetime) -> tuple[Contact, bool]:
    """The contact behind a LINE user, made if new (one row however many messages come at once, trap L16).

    The row is locked until the transaction ends. Says whether it was new.
    """
    row = {
        "line_user_id": line_user_id, "created_at": now, "reachable": True, "dialogue": {},
    }  # fmt: skip
    new = insert_ignoring(session, Contact, row, key=("line_user_id",))
    query = select(Contact).where(Contact.line_user_id == line_user_id).with_for_update(key_share=True)
    return session.scalars(query).one(), new


def hold_contact(session: Session, contact_id: int | None) -> Contact | None:
    """A contact, locked until the transaction ends, as a message of its own would lock it."""
    query = select(Contact).where(Contact.id == contact_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def firm_for(session: Session, *, name: str | None, ubn: str | None, now: datetime) -> Firm | None:
    """The firm with this 統一編號, else with this very name; made if there is none. None if nothing is known.

    A number that stands with another name already belongs to whom staff say; until then the second firm is one of its
    own that claims it, so that neither is ever shown the other's name as its own.
    """
    named = name if name != ubn else None
    if ubn:
        firm = session.scalars(select(Firm).where(Firm.ubn == ubn)).one_or_none()
        if firm is not None and named and not same_firm(named, firm.name):
            if firm.name != firm.ubn:
                return _claimant(session, named, ubn, now)
            firm.name = named
        if firm is not None:
            return firm
    elif name:
        firm = session.scalars(
            select(Firm).where(Firm.name == name).order_by(Firm.verified.desc(), Firm.id).limit(1)
        ).one_or_none()
        if firm is not None:
            return firm
    if not name and not ubn:
        return None
    return _new_firm(session, (name or ubn or ""), now, ubn=ubn)


def _claimant(session: Session, name: str, ubn: str, now: datetime) -> Firm:
    rows = session.scalars(select(Firm).where(Firm.claimed_ubn == ubn).order_by(Firm.id))
    known = next((firm for firm in rows if same_firm(name, firm.name)), None)
    return known or _new_firm(session, name, now, claimed_ubn=ubn)


def _new_firm(
    session: Session, name: str, now: datetime, *, ubn: str | None = None, claimed_ubn: str | None = None
) -> Firm:
    firm = Firm(name=name[:120], ubn=ubn, claimed_ubn=claimed_ubn, verified=False, created_at=now)
    session.add(firm)
    session.flush()
    return firm


def rivals(session: Session, firm: Firm | None) -> list[Firm]:
    """Other firms that gave the same 統一編號 as this one."""
    number = (firm.ubn or firm.claimed_ubn) if firm is not None else None
    if firm is None or number is None:
        return []
    query = select(Firm).where(or_(Firm.ubn == number, Firm.claimed_ubn == number), Firm.id != firm.id)
    return list(session.scalars(query.order_by(Firm.id)))


def firms_in_the_open(session: Session, firm_ids: list[int]) -> set[int]:
    """Which of these firms have a case that is not confidential."""
    query = select(Case.firm_id).where(Case.firm_id.in_(firm_ids), Case.confidential.is_(False)).distinct()
    return {firm_id for firm_id in session.scalars(query) if firm_id is not None}


def remember_unsent(session: Session, line_message_id: str, *, now: datetime) -> None:
    """Keep a tombstone for a message taken back, in case it has not come yet (trap L3)."""
    insert_ignoring(session, Unsent, {"line_message_id": line_message_id, "at": now}, key=("line_message_id",))


def was_unsent(session: Session, line_message_id: str) -> bool:
    """Whether a message was taken back before we got to it."""
    return session.get(Unsent, line_message_id) is not None


def purge_sessions(session: Session, *, seen_before: datetime, created_before: datetime) -> int:
    """Delete browser sessions that are over; says how many."""
    over = or_(WebSession.last_seen_at < seen_before, WebSession.created_at < created_before)
    return changed(session, delete(WebSession).where(over))


SIGN_IN_WINDOW = timedelta(minutes=15)
"""How long failures count, and how long a locked account stays locked (資通系統防護基準, 身分驗證管理)."""


def contacts_without_name(session: Session, *, limit: int) -> list[tuple[int, str]]:
    """Contacts whose LINE profile was never asked for."""
    query = select(Contact.id, Contact.line_user_id).where(
        Contact.display_name.is_(None), Contact.line_user_id.is_not(None)
    )
    return [(row[0], str(row[1])) for row in session.execute(query.order_by(Contact.id.desc()).limit(limit))]


def name_contact(session: Session, contact_id: int, display_name: str) -> None:
    """Keep a display name; an empty one says that there is none to be had."""
    changed(session, update(Contact).where(Contact.id == contact_id).values(display_name=display_name[:200]))
