"""Binding a person on a channel to a firm by a code that an officer gave out; ended at once when somebody leaves.

Whoever is bound sees cases that colleagues share. Whoever has left sees nothing of the firm's cases any more, the own
ones included, and is told nothing of them (``routing.store.bindings.queries.cases_seen`` and ``has_left``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import choice

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid, NotFound
from routing.domain.permissions import require_team
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.store.accounts import queries as account_store
from routing.store.bindings import queries as store
from routing.store.bindings.schema import Binding, BindingCode, CaseShare
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Contact

CODE_LIFE = timedelta(days=7)
MOST_WRONG = 5
"""Wrong tries with a firm's number after which its codes are dead."""
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
"""Signs that are not taken for one another."""
_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Somebody who speaks for a firm."""

    id: int
    name: str
    since: datetime


def issue_code(locked: LockedCase) -> tuple[str, datetime]:
    """A code for the firm of a case, shown once, and until when it is good.

    Raises:
        Invalid: no firm, or none with a 統一編號 of its own (``firm_without_ubn``). Forbidden: a partner agency.
    """
    require_team(locked.actor)
    firm = locked.session.get(Firm, locked.row.firm_id) if locked.row.firm_id is not None else None
    if firm is None or firm.ubn is None:
        raise Invalid("本案廠商沒有查明的統一編號，無法發給綁定碼。", code="firm_without_ubn", field="firm")
    until = locked.now + CODE_LIFE
    code = new_code(locked.session, firm, by=locked.actor.email or "", now=locked.now, until=until)
    locked_case.audit(locked, "firm.binding_code")
    return code, until


def new_code(session: Session, firm: Firm, *, by: str, now: datetime, until: datetime) -> str:
    """A code of a firm, of which only the hash is kept, as it is typed: ABCD-EFGH."""
    code = "".join(choice(ALPHABET) for _ in range(_LENGTH))
    session.add(
        BindingCode(firm_id=firm.id, code_sha256=_hash(code), created_at=now, created_by=by, expires_at=until, wrong=0)
    )
    return f"{code[:4]}-{code[4:]}"


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def bind(session: Session, contact: Contact, *, ubn: str, code: str, now: datetime) -> Firm | None:
    """Bind a person by 統一編號 and code; None if they do not fit, whatever the reason. A code is good once."""
    firm = take_code(session, ubn=ubn, code=code, now=now)
    if firm is not None:
        begin(session, contact, firm, now=now)
    return firm


def take_code(session: Session, *, ubn: str, code: str, now: datetime, guesses: bool = True) -> Firm | None:
    """The firm that a code is of, which is used up; None if they do not fit.

    ``guesses``: a wrong one counts against the firm's codes; not where anybody could so kill them.
    """
    firm = store.firm_by_ubn(session, ubn)
    codes = store.active_codes(session, firm.id, now=now, most_wrong=MOST_WRONG) if firm is not None else []
    found = next((one for one in codes if compare_digest(one.code_sha256, _hash(code))), None)
    if firm is None or found is None:
        for one in codes if guesses else ():
            one.wrong += 1
        return None
    found.used_at = now
    return firm


def begin(session: Session, contact: Contact, firm: Firm, *, now: datetime) -> Binding:
    """That a contact speaks for a firm from now on, and for no other."""
    before = store.bound(session, contact.id)
    if before is not None:
        _end(session, before, contact, by="廠商", now=now)
    firm.verified = True
    binding = Binding(contact_id=contact.id, firm_id=firm.id, bound_at=now)
    session.add(binding)
    session.flush()
    contact.firm_id, contact.firm_said = firm.id, firm.name
    account_store.audit(
        session, at=now, actor="廠商", action="firm.bound", subject=f"binding {binding.id}", detail={"firm": firm.id}
    )
    return binding


def colleagues(session: Session, firm_id: int) -> list[Bound]:
    """Who speaks for a firm now."""
    return [
        Bound(id=binding.id, name=contact.name or contact.display_name or "（未具名）", since=binding.bound_at)
        for binding, contact in store.of_firm(session, firm_id)
    ]


def end_by_staff(locked: LockedCase, binding_id: int) -> None:
    """Somebody of the case's firm has left: cut off at once. Raises NotFound for a binding of another firm."""
    require_team(locked.actor)
    by = locked.actor.email or locked.actor.name
    _end_of_firm(locked.session, locked.row.firm_id, binding_id, by=by, now=locked.now)


def end_by_colleague(session: Session, contact: Contact, binding_id: int, *, now: datetime) -> bool:
    """Somebody bound to the same firm ends a binding, the own one included; whether there was one."""
    own = store.bound(session, contact.id)
    if own is None:
        return False
    try:
        _end_of_firm(session, own.firm_id, binding_id, by="廠商", now=now)
    except NotFound:
        return False
    return True


def _end_of_firm(session: Session, firm_id: int | None, binding_id: int, *, by: str, now: datetime) -> None:
    binding = session.get(Binding, binding_id)
    if binding is None or binding.firm_id != firm_id:
        raise NotFound("查無這筆綁定。")
    contact = account_store.hold_contact(session, binding.contact_id)
    if contact is not None and binding.ended_at is None:
        _end(session, binding, contact, by=by, now=now)


def _end(session: Session, binding: Binding, contact: Contact, *, by: str, now: datetime) -> None:
    binding.ended_at, binding.ended_by = now, by
    contact.firm_id, contact.firm_said, contact.dialogue = None, None, {}
    store.drop_pushes(session, contact.id, binding.firm_id)
    account_store.audit(
        session, at=now, actor=by, action="firm.unbound", subject=f"binding {binding.id}",
        detail={"firm": binding.firm_id},
    )  # fmt: skip
    session.flush()


def share(locked: LockedCase, *, shared: bool) -> None:
    """Whoever opened a case lets colleagues of the firm see it, or no more."""
    row = locked.session.get(CaseShare, locked.row.id)
    if shared and row is None:
        locked.session.add(CaseShare(case_id=locked.row.id, since=locked.now))
    elif not shared and row is not None:
        locked.session.delete(row)
    else:
        return
    locked.session.flush()
    locked_case.audit(locked, "case.share", shared=shared)
