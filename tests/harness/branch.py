"""A branch to test with: a database, the people of its units, a clock turned by hand, cases, and firms on LINE.

Everything is real: rows, services, knowledge. Only the channel is missing; what would go out is read in the outbox.
"""

from __future__ import annotations

import atexit
import functools
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.line.channel import LineChannel
from bot.line.limits import LIMITS
from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from knowledge.loading import load_knowledge
from knowledge.offices.directory import load_offices
from knowledge.understand import Understander
from knowledge.wording import load_sentences
from routing.domain.case import Case, Event, EventKind, Kind, Opening, apply, begin
from routing.domain.decision import Thresholds
from routing.domain.messages import Outgoing
from routing.domain.permissions import SYSTEM, Actor, Role
from routing.ports import Profile
from routing.service.accounts import authentication
from routing.service.cases import commands as case_commands
from routing.service.cases import histories, locked_case, notifying
from routing.service.cases.closing import Ending
from routing.service.cases.locked_case import LockedCase
from routing.service.conversation.reader import Reader
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Absence, Staff
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseEvent
from routing.store.conversation.schema import Contact, ContactAddress, Message
from routing.store.messaging.schema import Outbox
from routing.store.session import Database
from tests.harness import databases
from tests.harness.cast import LAND, OPERATIONS, SAFETY, SERVICE

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=TAIPEI)
"""A Monday without a holiday for weeks."""


def at(hours: float = 0, *, days: float = 0) -> datetime:
    """So long after Monday morning."""
    return MONDAY + timedelta(days=days, hours=hours)


def opening(**changes: Any) -> Opening:
    """How a plain land case begins on Monday morning."""
    values: dict[str, Any] = {
        "number": "KP-1150302-0001", "kind": Kind.ENQ, "category": "land", "topic": None, "channel": "line",
        "park": "楠梓", "unit": LAND, "language": "zh-TW", "subject": "續租", "first_contact_at": MONDAY,
        "received_at": MONDAY,
    }  # fmt: skip
    return Opening(**{**values, **changes})


def event(kind: EventKind, hours: float = 1, /, *, by: str | None = None, **data: Any) -> Event:
    """An event so many hours after Monday morning."""
    return Event(at=at(hours), kind=kind, by=by, data=data)


def case_after(*events: Event, **changes: Any) -> Case:
    """The case that these events make."""
    case = begin(opening(**changes))
    for one in events:
        case = apply(case, one)
    return case


@functools.cache
def office() -> OfficeContext:
    """The office as it ships, without closures."""
    return OfficeContext(
        agency_code="KP", base_url="https://window.example", calendar=load_calendar(), offices=load_offices(),
        sentences=load_sentences(), channels={"line": LIMITS},
    )  # fmt: skip


class Played:
    """LINE's limits and reading of events, answering what it is asked with what a test says, by name."""

    name = LineChannel.name
    limits = LIMITS
    read = LineChannel.read
    of_a_group = LineChannel.of_a_group

    def __init__(self, **answers: Any) -> None:
        vars(self).update(answers)

    def preparing(self, _address: str) -> None:
        """Nothing is shown."""

    def profile(self, _address: str) -> Profile | None:
        """Nobody says who they are."""
        return None


LINE = Played()
"""LINE where nothing is sent to it."""


@functools.cache
def reader() -> Reader:
    """The reader of enquiries with the knowledge that ships; the fit is kept for the next process."""
    fits = Path(tempfile.gettempdir()) / f"onestop-test-fits-{os.getuid()}"
    return Reader(lambda: Understander(load_knowledge(), cache=fits), Thresholds.shipped())


def add_contact(session: Session, user_id: str | None = "U1", *, now: datetime, reachable: bool = True,
                **values: Any) -> int:  # fmt: skip
    """Somebody who writes for a firm, on LINE unless ``user_id`` is None; gives the id."""
    row = Contact(created_at=now, **{"dialogue": {}, **values})
    session.add(row)
    session.flush()
    if user_id is not None:
        session.add(
            ContactAddress(contact_id=row.id, channel="line", address=user_id, reachable=reachable, created_at=now)
        )
        session.flush()
    return row.id


@contextmanager
def branch_on(kind: str) -> Iterator[Branch]:
    """A branch on an empty database; one database a process serves all tests, and is emptied before each."""
    database = _kept_database(kind)
    databases.clear(database)
    yield Branch(database)
    databases.let_go(database)


@functools.cache
def _kept_database(kind: str) -> Database:
    kept = ExitStack()
    atexit.register(kept.close)
    folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="onestop_test_", ignore_cleanup_errors=True)))
    return Database(kept.enter_context(databases.migrated(kind, folder)))


class Branch:
    """A branch on an empty database. ``now`` stands still until ``later``."""

    def __init__(self, database: Database) -> None:
        # Failures are provoked here on purpose; drawing each of them in the log would only take long.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        self.database = database
        self.office = office()
        self.now = MONDAY
        database.clock = lambda: self.now

    def later(self, hours: float = 0, *, days: float = 0) -> None:
        """Turn the clock on."""
        self.now += timedelta(hours=hours, days=days)

    def staff(
        self, name: str, role: Role = Role.OFFICER, *, unit: str | None = LAND, categories: Sequence[str] = (),
        agency: str | None = None,
    ) -> str:  # fmt: skip
        """A member of staff; gives the e-mail."""
        email = f"{name}@kp.example"
        with self.database.writing() as session:
            session.add(
                Staff(
                    email=email, name=name, role=role.value, unit=unit if role is Role.OFFICER else None,
                    categories=list(categories), agency=agency, password_hash="-", created_at=self.now,
                )
            )  # fmt: skip
        return email

    def absent(
        self, email: str, *, first: date | None = None, last: date | None = None, deputy: str | None = None
    ) -> None:
        """Somebody is away, today unless said otherwise."""
        today = self.now.date()
        with self.database.writing() as session:
            person = account_store.staff_by_email(session, email)
            stand_in = account_store.staff_by_email(session, deputy) if deputy else None
            assert person is not None
            session.add(
                Absence(
                    staff_id=person.id, first_day=first or today, last_day=last or today,
                    deputy_id=stand_in.id if stand_in else None,
                )
            )  # fmt: skip

    def disable(self, email: str) -> None:
        """Close an account."""
        with self.database.writing() as session:
            authentication.disable_staff(session, email, now=self.now)

    def actor(self, email: str) -> Actor:
        """Somebody as the services see them."""
        with self.database.reading() as session:
            person = account_store.staff_by_email(session, email)
            assert person is not None
            return authentication.actor_of(session, person, now=self.now)

    def contact(self, user_id: str | None = "U1", *, reachable: bool = True, **values: Any) -> int:
        """Somebody who writes for a firm, on LINE unless ``user_id`` is None; gives the id."""
        with self.database.writing() as session:
            return add_contact(session, user_id, now=self.now, reachable=reachable, **values)

    def open(self, *, contact_id: int | None = None, by: str | None = None, **changes: Any) -> str:
        """A case, by telephone unless said otherwise; gives its number."""
        values: dict[str, Any] = {
            "channel": "line" if contact_id else "phone", "category": "land", "subject": "", "text": "想續租標準廠房",
            "received_at": self.now,
        }  # fmt: skip
        new = case_commands.NewCase(**{**values, **changes})
        with self.database.writing() as session:
            contact = session.get(Contact, contact_id) if contact_id else None
            actor = SYSTEM if by is None else self.actor(by)
            return case_commands.open_case(
                session, self.office, new, actor=actor, now=self.now, contact=contact
            ).row.number

    @contextmanager
    def hold(self, number: str, by: str | Actor = SYSTEM, *, version: int | None = None) -> Iterator[LockedCase]:
        """A case held for writing by somebody, in a transaction of its own."""
        actor = self.actor(by) if isinstance(by, str) else by
        with self.database.writing() as session:
            yield locked_case.change(session, self.office, number, actor, now=self.now, version=version)

    def case(self, number: str) -> Case:
        """The case as its events make it now."""
        with self.database.reading() as session:
            return locked_case.find(session, number, SYSTEM)[1]

    def row(self, number: str) -> CaseRow:
        """The case as lists see it."""
        with self.database.reading() as session:
            row = locked_case.find(session, number, SYSTEM)[0]
            session.expunge(row)
            return row

    def events(self, number: str) -> list[CaseEvent]:
        """The events of a case as they were written."""
        with self.database.reading() as session:
            query = select(CaseEvent).join(CaseRow, CaseRow.id == CaseEvent.case_id).where(CaseRow.number == number)
            return list(session.scalars(query.order_by(CaseEvent.seq)))

    def messages(self, number: str) -> list[Message]:
        """What was written in a case, oldest first."""
        with self.database.reading() as session:
            query = select(Message).join(CaseRow, CaseRow.id == Message.case_id).where(CaseRow.number == number)
            return list(session.scalars(query.order_by(Message.id)))

    def outbox(self) -> list[Outbox]:
        """Everything queued to go out, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(Outbox).order_by(Outbox.id)))

    def reasons(self) -> list[str]:
        """Why each message was queued."""
        return [row.reason for row in self.outbox()]


def cast(branch: Branch) -> None:
    """Alice has land and construction, Carol is of another unit, Sue supervises, Tai is of the power company."""
    branch.staff("alice")
    branch.staff("carol", unit=SERVICE)
    branch.staff("sue", Role.SUPERVISOR)
    branch.staff("tai", Role.PARTNER, agency="taipower")


def cast_in_every_unit(branch: Branch) -> None:
    """As ``cast``, with somebody in the units of safety and of operations too."""
    cast(branch)
    branch.staff("dora", unit=SAFETY)
    branch.staff("emil", unit=OPERATIONS)


def importable(branch: Branch, number: str) -> None:
    """The history that is exported keeps the rules of import: nothing in it contradicts itself (contract §6)."""
    with branch.database.reading() as session:
        lines = list(histories.export(session))
    renamed = [line.replace(number, number[:-4] + "9999") for line in lines if number in line]
    with branch.database.writing() as session:
        result = histories.import_histories(session, branch.office, renamed, skip_bad=False, now=branch.now)
    assert (result.imported, result.refusals) == (1, ())


ENDING = Ending(agency="taipower", consultation="withdrawn", extension="withdrawn")
"""What a close says beside its outcome, whatever is under way; a case merged into another also names that one."""

push = notifying.push
"""Notices go into the outbox, as from every desk."""


def unnotified(_opened: LockedCase, _reason: str, _messages: list[Outgoing]) -> None:
    """Nobody is told."""
