"""Queries on staff, their absences, sessions and tokens, failed sign-ins; writing to the audit trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from routing.domain.absence import AbsentDays, Leave
from routing.domain.absence import leaves_on as leaves_on_day
from routing.domain.permissions import Permission, roles_with
from routing.domain.tax_number import same_firm
from routing.store.accounts.schema import Absence, ApiToken, Audit, SignInFailure, Staff, WebSession
from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact
from routing.store.session import changed, dialect_of


def absences_until_now_or_later(session: Session, today: date) -> list[tuple[Absence, Staff]]:
    """Absences that are not over, with who is away, the earliest first."""
    query = (
        select(Absence, Staff)
        .join(Staff, Staff.id == Absence.staff_id)
        .where(Absence.last_day >= today)
        .order_by(Absence.first_day, Absence.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def leaves_on(session: Session, today: date) -> dict[str, Leave]:
    """Everybody who is away on a day, by e-mail; looked up once in a transaction that reads."""
    if not session.get_bind().get_execution_options().get("reading"):
        return _leaves_on(session, today)
    kept: dict[date, dict[str, Leave]] = session.info.setdefault("leaves by day", {})
    if today not in kept:
        kept[today] = _leaves_on(session, today)
    return dict(kept[today])


@cache
def _deputy() -> type[Staff]:
    """To make an alias costs more than to ask by it."""
    return aliased(Staff)


def _leaves_on(session: Session, today: date) -> dict[str, Leave]:
    deputy = _deputy()
    query = (
        select(Staff.email, Absence.first_day, Absence.last_day, deputy.email, deputy.disabled_at)
        .join(Staff, Staff.id == Absence.staff_id)
        .outerjoin(deputy, deputy.id == Absence.deputy_id)
        .where(Absence.last_day >= today)
    )
    rows = session.execute(query).all()
    days = [AbsentDays(person=row[0], first=row[1], last=row[2], deputy=row[3]) for row in rows]
    return leaves_on_day(today, days, at_work={row[3] for row in rows if row[3] is not None and row[4] is None})


def unattending(session: Session, today: date) -> list[str]:
    """Whose cases nobody works on: away with nobody standing in, or of a closed account."""
    closed = set(session.scalars(select(Staff.email).where(Staff.disabled_at.is_not(None))))
    return sorted(closed | {email for email, leave in leaves_on(session, today).items() if leave.stand_in is None})


def absence(session: Session, absence_id: int) -> Absence | None:
    """One absence."""
    return session.get(Absence, absence_id)


def overlapping_absence(session: Session, staff_id: int, first: date, last: date) -> Absence | None:
    """An absence of this person that shares a day with the given ones."""
    query = select(Absence).where(Absence.staff_id == staff_id, Absence.first_day <= last, Absence.last_day >= first)
    return session.scalars(query.limit(1)).one_or_none()


def staff_by_email(session: Session, email: str) -> Staff | None:
    """A member of staff by e-mail, whatever its case."""
    return session.scalars(select(Staff).where(Staff.email == email.strip().lower())).one_or_none()


def all_staff(session: Session, *, active: bool = False) -> list[Staff]:
    """All accounts, by unit and name."""
    query = select(Staff).order_by(Staff.unit, Staff.name, Staff.id)
    return list(session.scalars(query.where(Staff.disabled_at.is_(None)) if active else query))


def count_use_from(session: Session, now: datetime) -> None:
    """Accounts of which no use is noted yet count as used now."""
    changed(session, update(Staff).where(Staff.used_at.is_(None)).values(used_at=now))


def officers_of(session: Session, unit: str) -> list[Staff]:
    """The active people of a unit who are given its cases."""
    query = select(Staff).where(
        Staff.unit == unit, Staff.role.in_(roles_with(Permission.UNIT_WORK)), Staff.disabled_at.is_(None)
    )
    return list(session.scalars(query.order_by(Staff.id)))


def disabled(session: Session, emails: Iterable[str | None]) -> set[str]:
    """Those of these people whose accounts are closed."""
    wanted = {email for email in emails if email}
    if not wanted:
        return set()
    query = select(Staff.email).where(Staff.email.in_(wanted), Staff.disabled_at.is_not(None))
    return set(session.scalars(query))


def names(session: Session, emails: Iterable[str | None]) -> dict[str, str]:
    """The names behind some e-mails; unknown ones are left out."""
    wanted = {email for email in emails if email}
    if not wanted:
        return {}
    rows = session.execute(select(Staff.email, Staff.name).where(Staff.email.in_(wanted)))
    return {str(email): str(name) for email, name in rows}


def audit(session: Session, *, at: datetime, actor: str, action: str, subject: str, detail: dict[str, object]) -> None:
    """Write down who did what to what."""
    session.add(Audit(at=at, actor=actor, action=action, subject=subject, detail=detail))


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


def hold_account(session: Session, email_sha256: str) -> None:
    """Let attempts at one account pass one by one until the transaction ends, whether there is such an account or not.

    SQLite has one writer at a time anyway.
    """
    if dialect_of(session) == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(email_sha256[:15], 16))))


def forget_failures(session: Session, email_sha256: str, *, before: datetime | None = None) -> None:
    """Clear an account's failures, or those before an instant."""
    condition = SignInFailure.email_sha256 == email_sha256
    changed(session, delete(SignInFailure).where(condition if before is None else SignInFailure.at < before))


def hold_contact(session: Session, contact_id: int | None) -> Contact | None:
    """A contact, locked until the transaction ends, as a message of its own would lock it."""
    query = select(Contact).where(Contact.id == contact_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


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


def roles_of(session: Session, emails: Iterable[str]) -> set[str]:
    """The roles of some people."""
    wanted = list(emails)
    return set(session.scalars(select(Staff.role).where(Staff.email.in_(wanted)))) if wanted else set()


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


def purge_sessions(session: Session, *, seen_before: datetime, created_before: datetime) -> int:
    """Delete browser sessions that are over; says how many."""
    over = or_(WebSession.last_seen_at < seen_before, WebSession.created_at < created_before)
    return changed(session, delete(WebSession).where(over))


SIGN_IN_WINDOW = timedelta(minutes=15)
"""How long failures count, and how long a locked account stays locked (資通系統防護基準, 身分驗證管理)."""
