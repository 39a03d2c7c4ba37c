"""Who speaks for which firm in a browser: by a binding code, or by an identity provider that tells the 統一編號.

A browser is a contact of its own (channel ``web``) that is bound to the firm like a person on LINE, so that it sees
what that one would, and is cut off with the binding. By code all browsers of a firm are one such contact; by the
provider each person is one. Who guesses is stopped by address alone: wrong codes from here kill nobody's code.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import SignInError, Unauthenticated
from routing.domain.tax_number import valid_ubn
from routing.ports import Member
from routing.service.accounts import authentication, lockout, round_trips
from routing.service.accounts.round_trips import Admitted
from routing.service.bindings import commands as bindings
from routing.service.bindings import mailing
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.accounts import sign_ins
from routing.store.accounts.schema import SignInFailure
from routing.store.bindings import queries as binding_store
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Contact
from routing.store.firm_pages import queries as store
from routing.store.firm_pages.schema import FirmSession

IDLE = timedelta(minutes=30)
LIFE = timedelta(hours=12)
"""As sessions of staff."""
_BY_CODE = "網頁登入"
"""How colleagues and officers see a browser that came by code: nobody has said who it is."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody in a browser of a firm. ``stale``: its last use should be noted."""

    contact: Contact
    firm: Firm
    token_sha256: str
    stale: bool


def who(session: Session, token: str | None, *, now: datetime) -> Visitor:
    """Whose browser it is. Raises Unauthenticated: nobody's, over, or the binding has ended."""
    found = store.by_hash(session, authentication.digest(token)) if token else None
    if found is None:
        raise Unauthenticated("請先登入。")
    row, contact, firm = found
    if now - row.last_seen_at > IDLE or now - row.created_at > LIFE:
        raise Unauthenticated("請先登入。")
    return Visitor(contact, firm, row.token_sha256, now - row.last_seen_at > timedelta(minutes=1))


def keep(session: Session, visitor: Visitor, *, now: datetime) -> None:
    """Note that a browser is in use."""
    store.touch(session, visitor.token_sha256, now=now)


def leave(session: Session, token: str, *, now: datetime) -> None:
    """Sign out; a token that is nobody's changes nothing."""
    found = store.by_hash(session, authentication.digest(token))
    if found is not None and store.end(session, found[0].token_sha256):
        _audit(session, "firm.sign_out", found[2], now=now)


def shut(session: Session, ubn: str, address: str | None, *, now: datetime) -> bool:
    """Whether whoever comes from an address has failed too often; of an unknown address, at this firm."""
    if address is not None:
        return lockout.shut(session, address, now=now)
    failed = sign_ins.failures(session, now - account_store.SIGN_IN_WINDOW, name=_name(ubn))
    return failed >= lockout.MAX_FAILURES_OF_ADDRESS


def by_code(session: Session, ubn: str, code: str, *, address: str | None, now: datetime) -> str | None:
    """A token for a browser of the firm with this 統一編號 and code; None: they do not fit, or too many did not.

    Why is told to nobody. A code is good once.
    """
    if address is not None:
        sign_ins.hold_address(session, address)
    if shut(session, ubn, address, now=now):
        return None
    firm = bindings.take_code(session, ubn=ubn, code=code, now=now, guesses=False)
    if firm is None:
        session.add(SignInFailure(email_sha256=_name(ubn), address=address, at=now))
        detail: dict[str, object] = {"how": "code"}
        account_store.audit(
            session, at=now, actor="-", action="firm.sign_in_refused", subject=_name(ubn)[:12], detail=detail
        )
        return None
    return _begin(session, firm, f"firm:{firm.id}", name=_BY_CODE, how="code", now=now)


def mail_code(session: Session, office: OfficeContext, ubn: str, language: str, *, now: datetime) -> None:
    """A code to the address of the firm's record, if it has one; nobody is told whether."""
    firm = binding_store.firm_by_ubn(session, ubn) if valid_ubn(ubn) else None
    if firm is None or not firm.email or not office.mail:
        return
    binding_store.hold_firm(session, firm.id)
    contact = _contact(session, f"firm:{firm.id}", name=_BY_CODE, now=now)
    contact.language = language
    mailing.ask_code(session, office, contact, ubn, now=now, words="firm_page")


def by_member(session: Session, admitted: Admitted, member: Member, *, now: datetime) -> str | SignInError:
    """A token for a browser of the firm that the provider says the person speaks for, or why there is none, audited."""
    firm = binding_store.firm_by_ubn(session, member.ubn) if valid_ubn(member.ubn) else None
    if firm is None:
        error = SignInError("firm_unknown")
        return round_trips.refused(session, admitted, error, now=now)
    round_trips.forgive(session, admitted)
    drawn = hashlib.sha256(f"{member.issuer} {member.subject}".encode()).hexdigest()
    return _begin(session, firm, f"oidc:{drawn}", name=member.name, how="oidc", now=now)


def _begin(session: Session, firm: Firm, address: str, *, name: str | None, how: str, now: datetime) -> str:
    binding_store.hold_firm(session, firm.id)
    contact = _contact(session, address, name=name, now=now)
    binding = binding_store.bound(session, contact.id)
    if binding is None or binding.firm_id != firm.id:
        binding = bindings.begin(session, contact, firm, now=now)
    token = secrets.token_urlsafe(32)
    session.add(
        FirmSession(
            token_sha256=authentication.digest(token), binding_id=binding.id, how=how, created_at=now, last_seen_at=now
        )
    )
    store.purge(session, seen_before=now - LIFE, created_before=now - LIFE)
    _audit(session, "firm.sign_in", firm, now=now, how=how)
    return token


def _contact(session: Session, address: str, *, name: str | None, now: datetime) -> Contact:
    return store.contact_at(session, address) or store.new_contact(session, address, name=name, now=now)


def _name(ubn: str) -> str:
    """What failures at a firm are counted by; of no account of staff."""
    return sign_ins.digest(f"firm {ubn}")


def _audit(session: Session, action: str, firm: Firm, *, now: datetime, **detail: object) -> None:
    account_store.audit(session, at=now, actor="廠商", action=action, subject=f"firm {firm.id}", detail=detail)
