"""Giving a case to another unit, or another category: what the window had understood is corrected with it.

The correction is as any other (``corrections.propose``): the firm's words, masked, with the right category, tried by
the worker before it is live. Nothing is made of a confidential case, of words that were taken back, or of a case that
staff entered, where the window had understood nothing.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from knowledge.language.masking import bare, mask
from knowledge.language.text import normalise
from knowledge.overlay import Kind
from knowledge.vocabulary import CASE_CATEGORIES
from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.service.cases import commands, locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.knowledge_admin.corrections import LEAST, MOST, names_in
from routing.store.accounts import queries as account_store
from routing.store.conversation.schema import Enquiry, Message
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import Correction


def change_category(locked: LockedCase, category: str, *, topic: str | None, reason: str, notify: Notifier) -> None:
    """As ``commands.change_category``; if the window had understood another category, that is corrected."""
    commands.change_category(locked, category, topic=topic, reason=reason, notify=notify)
    _learn(locked)


def assign(
    locked: LockedCase, email: str | None, *, reason: str | None, category: str | None, topic: str | None,
    notify: Notifier,
) -> None:  # fmt: skip
    """As ``commands.assign``; ``category``: the right one, where a case goes to another unit because it was wrong.

    Raises:
        Invalid: as ``commands.assign``, or the category is none.
    """
    if category is not None and category not in CASE_CATEGORIES:
        raise Invalid(f"category 必須是 {'、'.join(CASE_CATEGORIES)} 之一。", field="category")
    commands.assign(locked, email, reason=reason, notify=notify)
    if category is None or (category, topic) == (locked.case.category, locked.case.topic):
        return
    new = locked.row.unseen
    locked.record(EventKind.CATEGORY, category=category, topic=topic, reason=(reason or "").strip() or None)
    # Whoever corrects the category of what they give away has not opened it for the other.
    locked.row.unseen = new
    locked_case.audit(locked, "case.category", category=category, topic=topic)
    _learn(locked)


def _learn(locked: LockedCase) -> None:
    """Keep the category as a correction of what was understood, in place of the one that an earlier transfer made."""
    if locked.case.confidential or locked.actor.email is None:
        return
    said = _misread(locked.session, locked.row.id)
    if said is None:
        return
    enquiry, message = said
    for row in store.corrections_of_case(locked.session, locked.row.number):
        ours = row.kind == Kind.CATEGORY.value and row.message_id == message.id and row.state in {"trial", "live"}
        if ours and row.category != locked.case.category:
            row.state, row.decided_at = "withdrawn", locked.now
            _audit(locked, "correction.withdrawn", row)
    words = bare(mask(message.text, names_in(locked.session, locked.row)))
    if enquiry.category == locked.case.category or not len(normalise(words)) >= LEAST or len(words) > MOST:
        return
    kind, category = Kind.CATEGORY.value, locked.case.category
    if store.same_correction(locked.session, text=words, kind=kind, entry_id=None, category=category):
        return
    row = Correction(
        text=words, kind=kind, category=category, case_number=locked.row.number, message_id=message.id,
        author=locked.actor.email, at=locked.now, state="trial", report={},
    )  # fmt: skip
    locked.session.add(row)
    locked.session.flush()
    _audit(locked, "correction.category", row)


def _misread(session: Session, case_id: int) -> tuple[Enquiry, Message] | None:
    """The first words of the case of which the window made a category."""
    found = store.enquiries_of_case(session, case_id)
    usable = [(one, message) for one, message in found if message.direction == "in" and message.erased_at is None]
    return usable[0] if usable else None


def _audit(locked: LockedCase, action: str, row: Correction) -> None:
    account_store.audit(
        locked.session, at=locked.now, actor=locked.actor.email or locked.actor.name, action=action,
        subject=locked.row.number, detail={"correction": row.id},
    )  # fmt: skip
