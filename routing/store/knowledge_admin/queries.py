"""Queries on knowledge made at the desk: versions of entries, corrections, online services, what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact, Enquiry, Message
from routing.store.knowledge_admin.schema import Correction, KnowledgeEdit, UnitPhone
from routing.store.maintenance import meta as meta_store
from routing.store.maintenance.schema import Meta
from routing.store.session import changed

SERVICES = "knowledge.services"
"""The key under which verified addresses of online services are kept."""


_IDS = 500
"""Of one statement; databases take some thousand values in it."""


def version(session: Session) -> str:
    """Changes whenever the active knowledge does."""
    edits = select(func.count(), func.max(KnowledgeEdit.id), func.max(KnowledgeEdit.decided_at)).where(
        KnowledgeEdit.state == "approved"
    )
    taught = select(func.count(), func.max(Correction.id), func.max(Correction.decided_at)).where(
        Correction.state == "live"
    )
    parts = [*session.execute(edits).one(), *session.execute(taught).one(), services(session)]
    return "|".join(str(part) for part in parts)


def approved(session: Session) -> list[KnowledgeEdit]:
    """The newest approved version of each entry, by the time of its approval."""
    query = select(KnowledgeEdit).where(KnowledgeEdit.state == "approved")
    newest: dict[str, KnowledgeEdit] = {}
    for row in session.scalars(query.order_by(KnowledgeEdit.decided_at, KnowledgeEdit.id)):
        newest[row.entry_id] = row
    return list(newest.values())


def edit(session: Session, edit_id: int, *, hold: bool = False) -> KnowledgeEdit | None:
    """One version; ``hold`` locks it until the transaction ends."""
    query = select(KnowledgeEdit).where(KnowledgeEdit.id == edit_id)
    return session.scalars(query.with_for_update() if hold else query).one_or_none()


def edits(
    session: Session, *, entry_id: str | None = None, state: str | None = None, before_id: int | None = None,
    limit: int | None = None,
) -> list[KnowledgeEdit]:  # fmt: skip
    """Versions, newest first; those before one, and at most so many, if said."""
    query = select(KnowledgeEdit).order_by(KnowledgeEdit.id.desc())
    if entry_id is not None:
        query = query.where(KnowledgeEdit.entry_id == entry_id)
    if state is not None:
        query = query.where(KnowledgeEdit.state == state)
    if before_id is not None:
        query = query.where(KnowledgeEdit.id < before_id)
    return list(session.scalars(query.limit(limit)))


def edits_of(session: Session, entry_ids: Iterable[str]) -> list[KnowledgeEdit]:
    """Every version of these entries, newest first."""
    query = select(KnowledgeEdit).where(KnowledgeEdit.entry_id.in_(set(entry_ids)))
    return list(session.scalars(query.order_by(KnowledgeEdit.id.desc())))


def drafted(session: Session) -> dict[str, int]:
    """How many drafts wait, by entry."""
    query = select(KnowledgeEdit.entry_id, func.count()).where(KnowledgeEdit.state == "draft")
    rows = session.execute(query.group_by(KnowledgeEdit.entry_id))
    return {str(entry_id): int(number) for entry_id, number in rows}


def approved_after(session: Session, entry_id: str, at: datetime) -> bool:
    """Whether a version of the entry was approved since an instant."""
    query = select(func.count()).select_from(KnowledgeEdit)
    found = session.scalars(
        query.where(
            KnowledgeEdit.entry_id == entry_id, KnowledgeEdit.state == "approved", KnowledgeEdit.decided_at > at
        )
    ).one()
    return found > 0


def corrections(session: Session, *, state: str | None = None, entry_id: str | None = None) -> list[Correction]:
    """Corrections in the order in which they were given."""
    query = select(Correction).order_by(Correction.id)
    if state is not None:
        query = query.where(Correction.state == state)
    if entry_id is not None:
        query = query.where(Correction.entry_id == entry_id)
    return list(session.scalars(query))


def corrections_of_case(session: Session, number: str) -> list[Correction]:
    """Corrections that were taught from a case, whatever became of them."""
    return list(session.scalars(select(Correction).where(Correction.case_number == number)))


def edits_from_case(session: Session, number: str) -> list[KnowledgeEdit]:
    """Versions whose note names a case as where they come from."""
    return list(session.scalars(select(KnowledgeEdit).where(KnowledgeEdit.note.contains(number, autoescape=True))))


def correction(session: Session, correction_id: int) -> Correction | None:
    """One correction."""
    return session.get(Correction, correction_id)


def decide_correction(
    session: Session, correction_id: int, *, state: str, report: dict[str, object], now: datetime
) -> bool:
    """Take a correction out of its trial; False if somebody else already did."""
    statement = (
        update(Correction)
        .where(Correction.id == correction_id, Correction.state == "trial")
        .values(state=state, report=report, decided_at=now)
    )
    return changed(session, statement) == 1


def taken_back(session: Session) -> list[Correction]:
    """Corrections whose message was taken back and whose words are still here."""
    query = select(Correction).join(Message, Message.id == Correction.message_id)
    return list(session.scalars(query.where(Message.erased_at.is_not(None), Correction.state != "erased")))


def same_correction(session: Session, *, text: str, kind: str, entry_id: str | None, category: str | None) -> bool:
    """Whether this very correction waits or is active."""
    query = select(func.count()).select_from(Correction)
    matches = query.where(
        Correction.text == text, Correction.kind == kind, Correction.entry_id.is_not_distinct_from(entry_id),
        Correction.category.is_not_distinct_from(category), Correction.state.in_(("trial", "live")),
    )  # fmt: skip
    return session.scalars(matches).one() > 0


def services(session: Session) -> str:
    """What was entered about online services, as JSON; empty if nothing was."""
    row = session.get(Meta, SERVICES)
    return row.value if row is not None else ""


def keep_services(session: Session, value: str) -> None:
    """Keep what was entered about online services."""
    meta_store.put(session, SERVICES, value)


Asked = tuple[Enquiry, Message, Contact | None, Firm | None]


def unanswered(session: Session, *, since: datetime, until: datetime) -> list[Asked]:
    """Enquiries of a period that ended without a helpful answer, with their words, who asked and for which firm.

    None that was taken back, and none of a confidential case or of whoever has one (what they ask beside it may be
    about it): the list is read by every unit.
    """
    open_choice = or_(Enquiry.verdict.is_(None), Enquiry.verdict == "not_helpful")
    without = (Enquiry.decision == "hand_over") | ((Enquiry.decision == "choose") & open_choice)
    query = _read_by_all().where(
        Enquiry.at >= since, Enquiry.at < until, or_(without, Enquiry.verdict == "not_helpful")
    )
    return _asked(session, query.order_by(Enquiry.at, Enquiry.id))


def _asked(session: Session, query: Select[Enquiry, Message, Contact, Firm]) -> list[Asked]:
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def asked_lately(session: Session, *, since: datetime, limit: int) -> list[Asked]:
    """The newest enquiries since an instant, however they were answered; whose are left out as in ``unanswered``."""
    query = _read_by_all().where(Enquiry.at >= since, Enquiry.alert.is_(None))
    return _asked(session, query.order_by(Enquiry.id.desc()).limit(limit))


def asked_about(
    session: Session, category: str, topic: str | None, *, since: datetime, until: datetime, limit: int
) -> list[Asked]:
    """Enquiries of a period about a topic, whatever became of them; whose are left out as in ``unanswered``."""
    same_topic = Enquiry.topic.is_(None) if topic is None else Enquiry.topic == topic
    query = _read_by_all().where(Enquiry.category == category, same_topic, Enquiry.decision != "chat")
    query = query.where(Enquiry.at >= since, Enquiry.at < until)
    return _asked(session, query.order_by(Enquiry.at, Enquiry.id).limit(limit))


def asked_by_ids(session: Session, ids: Iterable[int]) -> dict[int, Asked]:
    """Enquiries by id, however many, those that every unit may still read."""
    given, query = sorted(set(ids)), _read_by_all()
    return {
        one[0].id: one
        for begin in range(0, len(given), _IDS)
        for one in _asked(session, query.where(Enquiry.id.in_(given[begin : begin + _IDS])))
    }


def _read_by_all() -> Select[Enquiry, Message, Contact, Firm]:
    secret = select(Case.id).where(Case.confidential.is_(True))
    theirs = select(Case.contact_id).where(Case.confidential.is_(True), Case.contact_id.is_not(None))
    return (
        select(Enquiry, Message, Contact, Firm)
        .join(Message, Message.id == Enquiry.message_id)
        .outerjoin(Contact, Contact.id == Enquiry.contact_id)
        .outerjoin(Firm, Firm.id == Contact.firm_id)
        .where(Message.erased_at.is_(None), Message.text != "")
        .where(or_(Message.case_id.is_(None), Message.case_id.not_in(secret)))
        .where(or_(Enquiry.case_id.is_(None), Enquiry.case_id.not_in(secret)))
        .where(or_(Message.contact_id.is_(None), Message.contact_id.not_in(theirs)))
    )


def to_try(session: Session) -> KnowledgeEdit | None:
    """The draft whose trial was asked for first and is not done."""
    asked = KnowledgeEdit.trial_asked_at.is_not(None), KnowledgeEdit.trial_at.is_(None), KnowledgeEdit.state == "draft"
    query = select(KnowledgeEdit).where(*asked).order_by(KnowledgeEdit.trial_asked_at, KnowledgeEdit.id)
    return session.scalars(query.limit(1)).first()


def tried(session: Session, edit_id: int, report: dict[str, object], *, now: datetime) -> bool:
    """Keep what a draft would change; False if somebody else already did, or it was decided."""
    waits = KnowledgeEdit.id == edit_id, KnowledgeEdit.trial_at.is_(None), KnowledgeEdit.state == "draft"
    return changed(session, update(KnowledgeEdit).where(*waits).values(trial=report, trial_at=now)) == 1


def firms_by_entry(session: Session, *, since: datetime) -> dict[str, int]:
    """How many different people asked what an entry is about, answered or handed over."""
    query = select(Enquiry.faq, func.count(func.distinct(Enquiry.contact_id))).where(
        Enquiry.at >= since, Enquiry.faq.is_not(None)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Enquiry.faq)) if row[0]}


def weighed(session: Session, *, since: datetime) -> list[Enquiry]:
    """Enquiries since an instant on which a probability decided, oldest first."""
    query = select(Enquiry).where(Enquiry.at >= since, Enquiry.probability.is_not(None))
    return list(session.scalars(query.order_by(Enquiry.at, Enquiry.id)))


def corrections_of_enquiries(session: Session, *, since: datetime) -> list[Correction]:
    """Corrections of what was asked since an instant, tried or not; none that was withdrawn or taken back."""
    asked = select(Enquiry.message_id).where(Enquiry.at >= since, Enquiry.probability.is_not(None))
    query = select(Correction).where(
        Correction.message_id.in_(asked), Correction.state.in_(("trial", "live", "refused"))
    )
    return list(session.scalars(query))


def enquiries_of_case(session: Session, case_id: int) -> list[tuple[Enquiry, Message]]:
    """What the bot made of the words of a case, with the words; the oldest first."""
    query = (
        select(Enquiry, Message)
        .join(Message, Message.id == Enquiry.message_id)
        .where(Message.case_id == case_id)
        .order_by(Enquiry.at, Enquiry.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def unit_phone(session: Session, unit: str) -> UnitPhone | None:
    """The row of a unit's telephone, held for writing."""
    return session.scalars(select(UnitPhone).where(UnitPhone.unit == unit).with_for_update()).one_or_none()
