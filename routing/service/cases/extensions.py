"""Extensions (展期): seen before they are asked for, asked, decided by a second person, told to who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from routing.domain import clock, extending
from routing.domain.case import Case, EventKind
from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.extensions import RefusedExtension
from routing.domain.permissions import Actor, may_read
from routing.service.cases import locked_case, notifications, translations
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an extension of so many days would come to. ``at_once``: the caller's own call puts it in force."""

    days: int
    most: int
    before: date
    due_on: date
    promised_on: date
    provisional: bool
    at_once: bool


def preview(office: OfficeContext, case: Case, actor: Actor, days: int, *, now: datetime) -> Preview:
    """The dates that days more would bring, by the counting that then holds. Raises Invalid for days that are none."""
    extending.check_days(case, days)
    handling = office.office_of(case.unit)
    reading = extending.extended(case, days, office.calendar, handling, now)
    return Preview(
        days=days, most=extending.most_days(case),
        before=clock.read(case, office.calendar, handling, now).due_on, due_on=reading.due_on,
        promised_on=reading.promised_on, provisional=reading.provisional, at_once=extending.alone(case, actor),
    )  # fmt: skip


def preview_of(
    session: Session, office: OfficeContext, actor: Actor, number: str, days: int, *, now: datetime
) -> Preview:
    """The same for a case by its number.

    Raises:
        NotFound, Forbidden, StepNotAllowed, Invalid: as asking for these days would.
    """
    locked = locked_case.change(session, office, number, actor, now=now)
    locked.require("extension")
    return preview(office, locked.case, actor, days, now=now)


def ask(
    locked: LockedCase, days: int, *, reason: str, notify: Notifier, translation: str | None = None,
    due_on: date | None = None,
) -> None:  # fmt: skip
    """Who works on the case asks; a leader's own call on somebody else's case puts it in force at once.

    Only before the due date ends. ``due_on``: the date that the caller had in sight.

    Raises:
        StepNotAllowed: the due date is over, a request is pending already, or an application was extended before.
        Invalid: the days are none, or more than the original period of an application.
    """
    locked.require("extension")
    extending.check_days(locked.case, days)
    reason = translations.beside(locked, text(reason, "reason", limit=300), translation)
    in_sight = _in_sight(locked, days, due_on)
    if extending.alone(locked.case, locked.actor):
        _extend(locked, days, reason, notify)
        return
    locked.record(EventKind.EXTENSION_ASKED, days=days, reason=reason, due_on=in_sight.isoformat())
    locked_case.audit(locked, "case.extension_asked", days=days, due_on=in_sight.isoformat())


def _in_sight(locked: LockedCase, days: int, seen: date | None) -> date:
    """The date that the days come to. Raises StepNotAllowed: another one was in sight."""
    found = preview(locked.office, locked.case, locked.actor, days, now=locked.now).due_on
    if seen is not None and seen != found:
        raise StepNotAllowed("展期後的限辦日期已有變動，請看過新的日期再送出。", code="extension_date_moved")
    return found


def decide(
    locked: LockedCase, *, approve: bool, note: str | None, notify: Notifier, due_on: date | None = None
) -> None:
    """Another person than who asked approves or refuses; whoever asked is told of a refusal at the desk, with its note.

    ``note`` None: a program that gives none (contract §5). Who asked may take the request back by refusing it.
    ``due_on``: the date that the caller had in sight.
    """
    locked.require("approval")
    pending = locked.case.pending_extension
    if note is not None and len(note) > 300:
        raise Invalid("意見請在 300 字以內。", field="note")
    if pending is None or not approve:
        own = pending is not None and pending.asked_by == locked.actor.email
        if note is not None and not note.strip() and not own:
            raise Invalid("不同意展期須填寫理由，申請人會看到。", field="note")
        locked.record(EventKind.EXTENSION_REFUSED, note=(note or "").strip() or None)
        locked_case.audit(locked, "case.extension_refused")
        return
    if (why := extending.barred(locked.case, locked.actor, late=locked.late)) is not None:
        raise why
    _in_sight(locked, pending.days, due_on)
    _extend(locked, pending.days, pending.reason, notify, asked_by=pending.asked_by)


def _extend(locked: LockedCase, days: int, reason: str, notify: Notifier, *, asked_by: str | None = None) -> None:
    locked.record(EventKind.EXTENDED, days=days, reason=reason, approved_by=locked.actor.email)
    notify(locked, "extended", notifications.extended(locked, reason))
    due_on = locked.row.due_on.isoformat() if locked.row.due_on else None
    locked_case.audit(locked, "case.extended", days=days, asked_by=asked_by, due_on=due_on)


def take_note(locked: LockedCase) -> None:
    """Whoever asked for days has read that they were refused."""
    locked.require("extension_seen")
    locked.record(EventKind.EXTENSION_SEEN)
    locked_case.audit(locked, "case.extension_seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal as whoever asked reads it: of which case, who refused and why."""

    number: str
    subject: str
    refused: RefusedExtension
    by: str


def refused_to(session: Session, actor: Actor) -> list[Refused]:
    """Refusals of which this person has not yet taken note, the newest first."""
    if actor.email is None:
        return []
    found = []
    for row in store.refused_to(session, actor.email, limit=20):
        case = store.state_of(session, row)
        if case.refused_extension is not None and may_read(actor, case):
            found.append((row, case.refused_extension))
    names = account_store.names(session, [refused.refused_by for _, refused in found])
    return [
        Refused(number=row.number, subject=row.subject, refused=refused,
                by=names.get(refused.refused_by or "", refused.refused_by or "系統"))
        for row, refused in sorted(found, key=lambda pair: pair[1].at, reverse=True)
    ]  # fmt: skip
