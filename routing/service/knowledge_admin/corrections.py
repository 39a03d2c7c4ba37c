"""What an officer teaches from a case: the right FAQ, a wrong one, the right category. Tried first, then live."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.language.masking import bare, mask
from knowledge.language.text import normalise
from knowledge.overlay import Kind
from knowledge.vocabulary import CASE_CATEGORIES
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.permissions import Actor, Permission, may_write, require_team
from routing.service.cases.locked_case import find
from routing.service.knowledge_admin.active import ActiveKnowledge
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Enquiry, Message
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import Correction

MOST = 300
"""Characters of a phrasing; a longer message is shortened by the officer to the question in it."""
LEAST = 3


def teachable(
    session: Session, actor: Actor, number: str, *, public: bool = False, hold: bool = False
) -> tuple[CaseRow, list[tuple[Message, str]]]:
    """The case and what its firm wrote, masked, without what it took back; the oldest first.

    ``public``: they are to become knowledge, which every unit reads; ``hold`` locks the case, so that nobody makes it
    confidential meanwhile.

    Raises:
        NotFound: the case is missing or hidden. Forbidden: the person is a partner or may not write the case.
        StepNotAllowed: it is to become knowledge and is confidential.
    """
    require_team(actor)
    row, case = find(session, number, actor, lock=hold)
    if not may_write(actor, case):
        raise Forbidden("這件案件由其他單位辦理，您不能由此修正系統的判讀。")
    if public and case.confidential:
        raise StepNotAllowed("保密案件的內容不能納入知識庫（各單位都看得到）。", code="case_confidential")
    said = [
        (message, mask(message.text, names_in(session, row)))
        for message in case_store.messages(session, row.id)
        if message.direction == "in" and message.erased_at is None and message.text.strip()
    ]
    return row, said


def names_in(session: Session, row: CaseRow) -> tuple[str | None, ...]:
    """Names that must not become part of a phrasing: the firm's, the contact's, that of the profile on a channel."""
    firm, contact = case_store.firm_of(session, row), case_store.contact_of(session, row)
    known = (contact.name, contact.display_name) if contact is not None else ()
    return (firm.name if firm else None, firm.ubn if firm else None, row.contact_name, row.contact_phone, *known)


def propose(
    session: Session, actor: Actor, known: ActiveKnowledge, number: str, *, message_id: int, text: str, kind: Kind,
    entry_id: str | None = None, category: str | None = None, now: datetime,
) -> Correction:  # fmt: skip
    """Keep a correction in trial. ``text`` is what the officer made of the firm's words; it is masked again here.

    Raises:
        Invalid: no words of the firm, too short or long, an unknown entry or category, or taught already.
        NotFound, Forbidden: as ``teachable``.
    """
    row, said = teachable(session, actor, number, public=True, hold=True)
    if message_id not in {message.id for message, _ in said}:
        raise Invalid("這則訊息已收回，或不是廠商的文字，不能作為問法。", field="message", code="not_teachable")
    words = bare(mask(text, names_in(session, row)))
    if len(normalise(words)) < LEAST:
        raise Invalid("遮蔽個人資料後，剩下的文字太短，無法作為問法。", field="text", code="too_short")
    if len(words) > MOST:
        raise Invalid(f"問法請精簡到 {MOST} 字以內，只留下問題本身。", field="text", code="too_long")
    entry_id, category = _target(known, kind, entry_id, category)
    if store.same_correction(session, text=words, kind=kind.value, entry_id=entry_id, category=category):
        raise Invalid("同樣的修正已經在試驗或生效中。", code="taught_already")
    found = Correction(
        text=words, kind=kind.value, entry_id=entry_id, category=category, case_number=row.number,
        message_id=message_id, author=actor.email or actor.name, at=now, state="trial", report={},
    )  # fmt: skip
    session.add(found)
    session.flush()
    _audit(session, actor.email or actor.name, f"correction.{kind.value}", row.number, now, correction=found.id)
    return found


def _target(
    known: ActiveKnowledge, kind: Kind, entry_id: str | None, category: str | None
) -> tuple[str | None, str | None]:
    if kind is Kind.CATEGORY:
        if category not in CASE_CATEGORIES:
            raise Invalid("請選擇正確的類別。", field="category")
        return None, category
    if not entry_id or known.base.entry(entry_id) is None:
        raise Invalid("請選擇一則現行的常見問題。", field="entry")
    return entry_id, None


def withdraw(session: Session, actor: Actor, known: ActiveKnowledge, correction_id: int, *, now: datetime) -> None:
    """Take a correction back, in trial or live.

    Raises:
        NotFound, StepNotAllowed: there is none, or it is not active. Forbidden: neither its author nor its unit's.
    """
    require_team(actor)
    row = store.correction(session, correction_id)
    if row is None:
        raise NotFound("找不到這筆修正。")
    if row.state not in {"trial", "live"}:
        raise StepNotAllowed("這筆修正已不在試驗或生效中。")
    entry = known.base.entry(row.entry_id) if row.entry_id else None
    of_unit = actor.may(Permission.UNIT_WORK) and entry is not None and entry.unit == actor.unit
    if not (actor.may(Permission.ALL_KNOWLEDGE) or of_unit or row.author == (actor.email or actor.name)):
        raise Forbidden("只有提出修正的同仁、權責單位與主管可以撤回。")
    row.state, row.decided_at = "withdrawn", now
    _audit(session, actor.email or actor.name, "correction.withdrawn", str(row.id), now)


def forget_taken_back(session: Session, *, now: datetime) -> int:
    """Erase corrections whose message the firm took back since (trap L27); says how many."""
    rows = store.taken_back(session)
    for row in rows:
        row.text, row.state, row.decided_at = "", "erased", now
        _audit(session, "系統", "correction.erased", str(row.id), now)
    return len(rows)


def _audit(session: Session, actor: str, action: str, subject: str, now: datetime, **detail: object) -> None:
    account_store.audit(session, at=now, actor=actor, action=action, subject=subject, detail=detail)


def bare_words(said: list[tuple[Message, str]]) -> str:
    """The first words of the firm, masked: what an entry is looked for with."""
    return bare(said[0][1])[:200] if said else ""


def read_before(session: Session, case_id: int) -> list[Enquiry]:
    """What the window made of the words of a case when they came."""
    return [enquiry for enquiry, _ in store.enquiries_of_case(session, case_id)]


def taught_about(session: Session, entry_id: str) -> list[Correction]:
    """Corrections that concern an entry, newest first."""
    return store.corrections(session, entry_id=entry_id)[::-1]


def all_taught(session: Session, actor: Actor, *, limit: int = 200) -> list[Correction]:
    """The newest corrections, newest first. Raises Forbidden for partners."""
    require_team(actor)
    return store.corrections(session)[::-1][:limit]
