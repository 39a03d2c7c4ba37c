"""How a notice about a case leaves; one that waited states the case as it is when it is handed over (trap O6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.messages import Card, Carousel, Outgoing, Row, from_plain, to_plain
from routing.domain.notices import INFORMS
from routing.domain.permissions import SYSTEM
from routing.service.announcements import standing
from routing.service.cases import notifications
from routing.service.cases.locked_case import LockedCase
from routing.service.land import offering
from routing.service.messaging import parking
from routing.service.office_context import OfficeContext
from routing.store.cases import queries as case_store
from routing.store.messaging import parked as parked_store
from routing.store.messaging.schema import Outbox


def push(locked: LockedCase, reason: str, messages: list[Outgoing]) -> None:
    """Queue a notice to the firm by its kind's policy; nothing happens if it has no address or the case was imported.

    What merely informs is not sent to whoever asked for silence; the case shows what it says.
    """
    address = locked.address()
    if address is None or locked.row.imported:
        return
    if reason in INFORMS and locked.contact is not None and locked.contact.quiet:
        return
    parking.tell(
        locked.session, locked.office, channel=address.channel, contact_id=address.contact_id, case_id=locked.row.id,
        payload=to_plain(messages), reason=reason, now=locked.now, renew=renew, hold=locked.hold,
    )  # fmt: skip


def renew(session: Session, office: OfficeContext, notice: Outbox, now: datetime) -> bool:
    """Bring a notice that waited in step with its case as it is now; False: it says nothing any more, and is ended."""
    row = case_store.by_id(session, notice.case_id) if notice.case_id is not None else None
    if row is None and not standing.holds(session, notice, now):
        parked_store.end(notice)
        return False
    if row is None:
        return True
    locked = LockedCase(
        session=session, office=office, row=row, case=case_store.state_of(session, row), actor=SYSTEM, now=now
    )
    said = from_plain(notice.payload)
    others = parked_store.places_carried(session, notice.id) if len(said) > 1 else frozenset()
    own = [message for place, message in enumerate(said) if place not in others]
    words = _as_it_is(locked, notice, own)
    if words is None or len(words) != len(own):
        parked_store.end(notice)
        return False
    left = iter(words)
    messages = [_restated(locked, message) if place in others else next(left) for place, message in enumerate(said)]
    if messages != said:
        notice.payload = to_plain(messages)
    return True


def _as_it_is(locked: LockedCase, notice: Outbox, said: list[Outgoing]) -> list[Outgoing] | None:
    anew = _ANEW.get(notice.reason)
    if anew is not None:
        return anew(locked, notice)
    holds = _IN_WORDS.get(notice.reason)
    if holds is None:
        return [_restated(locked, message) for message in said]
    return _with_facts(locked, said) if holds(locked, notice) else None


Anew = Callable[[LockedCase, Outbox], list[Outgoing] | None]


def _resumed(locked: LockedCase, notice: Outbox) -> list[Outgoing] | None:
    """That work goes on, unless it waits again; a date that moved since does not follow from the wait."""
    case = locked.case
    if case.waiting is not None or not case.waits or case.closed is not None:
        return None
    if case.waits[-1].on == "agency" and not notifications.asked_outside(locked, case.waits[-1]):
        return None
    stated = notifications.promised(locked) in str(notice.payload)
    return notifications.resumed(locked, stands=not stated)


def _agency(locked: LockedCase, _notice: Outbox) -> list[Outgoing] | None:
    outside = any(one.unit is None for one in locked.case.consulting)
    return notifications.waiting_on_agencies(locked) if outside else None


def _extended(locked: LockedCase, notice: Outbox) -> list[Outgoing] | None:
    """The newest extension of those that were not told yet."""
    extensions = locked.case.extensions
    if not extensions or locked.case.closed is not None or extensions[-1].at > notice.created_at:
        return None
    return notifications.extended(locked, extensions[-1].reason)


_ANEW: Mapping[str, Anew] = {
    "assigned": lambda locked, _: notifications.assigned(locked) if locked.case.assignee and _open(locked) else None,
    "moved": lambda locked, _: notifications.moved(locked) if _open(locked) else None,
    "kind": lambda locked, _: notifications.kind_changed(locked) if _open(locked) else None,
    "redated": lambda locked, _: notifications.redated(locked) if _runs(locked) else None,
    "reopened": lambda locked, _: notifications.reopened(locked) if _open(locked) else None,
    "survey": lambda locked, _: notifications.survey(locked) if not _open(locked) else None,
    "waiting_agency": _agency,
    "agency_answered": _resumed,
    "resumed": _resumed,
    "extended": _extended,
}
"""Notices whose words are ours alone: said again from the case; None: there is nothing to say any more."""


def _open(locked: LockedCase) -> bool:
    return locked.case.closed is None


def _runs(locked: LockedCase) -> bool:
    """Whether a day is promised that stands: while the case waits on its firm it moves on with every day."""
    wait = locked.case.waiting
    return _open(locked) and (wait is None or wait.on != "firm")


def tells_redated(locked: LockedCase) -> bool:
    """Whether the firm is told that the calendar moved its day: it can be reached, and did not ask for silence."""
    address = locked.address()
    if address is None or not address.reachable or locked.row.imported or not _runs(locked):
        return False
    return locked.contact is None or not locked.contact.quiet


def _asked_still(locked: LockedCase, notice: Outbox) -> bool:
    wait = locked.case.waiting
    return wait is not None and wait.on == "firm" and wait.start <= notice.created_at


_IN_WORDS: Mapping[str, Callable[[LockedCase, Outbox], bool]] = {
    "replied": lambda _locked, _notice: True,
    "file_sent": lambda _locked, _notice: True,
    "plots": lambda locked, notice: offering.still_holds(locked, notice.created_at),
    "waiting_firm": _asked_still,
    "closed": lambda locked, _: not _open(locked),
}
"""Notices with a person's words, which stay, and whether they hold still; only the facts follow the case."""


def _with_facts(locked: LockedCase, said: list[Outgoing]) -> list[Outgoing]:
    return [
        replace(
            message, title=notifications.short_subject(locked), rows=notifications.case_rows(locked),
            buttons=(*(one for one in message.buttons if one.url), *notifications.case_buttons(locked)),
        )
        if isinstance(message, Card) and _is_of(locked, message)
        else message
        for message in said
    ]  # fmt: skip


def _is_of(locked: LockedCase, card: Card) -> bool:
    return any(row.value == locked.row.number for row in card.rows)


def _restated(locked: LockedCase, message: Outgoing) -> Outgoing:
    """Another message, with what its cards state of this case as it is now."""
    if isinstance(message, Carousel):
        return replace(message, cards=tuple(_restated_card(locked, card) for card in message.cards))
    return _restated_card(locked, message) if isinstance(message, Card) else message


def _restated_card(locked: LockedCase, card: Card) -> Card:
    if not _is_of(locked, card):
        return card
    now = {row.label: row.value for row in notifications.case_rows(locked)}
    over = () if _open(locked) else ("case.now", "case.promised")
    gone = {notifications.say(locked, key) for key in over}
    rows = tuple(Row(row.label, now.get(row.label, row.value)) for row in card.rows if row.label not in gone)
    return replace(card, rows=rows)
