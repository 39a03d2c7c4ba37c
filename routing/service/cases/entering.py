"""What whoever enters a case is shown before it is opened: firms that it may be, and cases that it may be already."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from routing.domain.case import Status
from routing.domain.likeness import alike
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.cases.commands import NewCase
from routing.store.accounts import queries as account_store
from routing.store.cases import entering as store
from routing.store.cases import queries as case_store
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm

_MOST = 8
_MOST_CASES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFirm:
    """A firm that is known, with who spoke for it last and what is open."""

    id: int
    name: str
    ubn: str | None
    verified: bool
    contact: str | None
    phone: str | None
    park: str | None
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A case that may be the same matter. ``letter``: because the letter belongs to it already."""

    number: str
    subject: str
    unit: str
    letter: bool


def look_up(
    session: Session, actor: Actor, *, name: str | None = None, ubn: str | None = None, phone: str | None = None
) -> list[KnownFirm]:
    """Firms by name, 統一編號 or telephone; what only confidential cases know is shown to who sees them all."""
    require_team(actor)
    found = store.firms_like(session, name=name, ubn=ubn, phone=phone, limit=_MOST)
    ids = [firm.id for firm in found]
    cases = store.cases_of_firms(session, ids, limit=_MOST_CASES) if ids else []
    if not actor.may(Permission.ALL_CASES):
        hidden = {row.firm_id for row in cases} - account_store.firms_in_the_open(session, ids)
        found = [firm for firm in found if firm.id not in hidden]
        cases = [row for row in cases if not row.confidential]
    return [_known(firm, [row for row in cases if row.firm_id == firm.id]) for firm in found]


def _known(firm: Firm, cases: list[CaseRow]) -> KnownFirm:
    def last(field: str) -> str | None:
        return next((value for row in cases if (value := getattr(row, field))), None)

    return KnownFirm(
        id=firm.id, name=firm.name, ubn=firm.ubn or firm.claimed_ubn, verified=firm.verified,
        contact=last("contact_name"), phone=last("contact_phone"), park=last("park"),
        open=sum(row.status != Status.CLOSED for row in cases),
    )  # fmt: skip


def known_by_number(session: Session, actor: Actor, new: NewCase) -> list[KnownFirm]:
    """The firms with the 統一編號 that was given, if nobody has said yet whether it is one of them."""
    if new.firm_ubn is None or new.firm_id is not None:
        return []
    return look_up(session, actor, ubn=new.firm_ubn)


def twins(session: Session, actor: Actor, new: NewCase) -> list[Twin]:
    """Open cases of the same firm with a like subject, and cases to which the letter belongs already."""
    require_team(actor)
    firm_ids = [new.firm_id] if new.firm_id is not None else _firm_ids(session, new)
    rows = store.cases_of_firms(session, firm_ids, limit=_MOST_CASES) if firm_ids else []
    like = [row for row in rows if row.status != Status.CLOSED and _like(new, row)]
    lettered = store.with_doc_no(session, new.doc_no, limit=_MOST) if new.doc_no else []
    found = {row.number: Twin(number=row.number, subject=row.subject, unit=row.unit, letter=row in lettered)
             for row in [*lettered, *like] if _shown(actor, row)}  # fmt: skip
    return list(found.values())[:_MOST]


def _firm_ids(session: Session, new: NewCase) -> list[int]:
    found = store.firms_like(session, name=None, ubn=new.firm_ubn, phone=None, limit=_MOST) if new.firm_ubn else []
    if not found and new.firm_name:
        found = [one for one in store.firms_like(session, name=new.firm_name, ubn=None, phone=None, limit=_MOST)
                 if one.name == new.firm_name]  # fmt: skip
    return [firm.id for firm in found]


def _like(new: NewCase, row: CaseRow) -> bool:
    return alike(new.subject, row.subject) or alike(new.text[:200], row.subject)


def _shown(actor: Actor, row: CaseRow) -> bool:
    return not row.confidential or actor.may(Permission.ALL_CASES) or row.unit == actor.unit


def firm_named(session: Session, actor: Actor, firm_id: int) -> KnownFirm | None:
    """A firm that was chosen, if this person may see it."""
    require_team(actor)
    firm = case_store.firm_by_id(session, firm_id)
    if firm is None:
        return None
    return next((one for one in look_up(session, actor, name=firm.name) if one.id == firm_id), None)
