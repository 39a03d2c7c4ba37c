"""What the services know besides the rows: calendar with closures, offices, sentences, the agency's own name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import Office, OfficeCalendar
from knowledge.offices.directory import Offices, offices_with
from knowledge.privacy import USUAL_DAYS, PrivacyNotice, load_privacy
from knowledge.wording import Sentences
from routing.ports import Limits
from routing.store.directory import queries as directory_store
from routing.store.office_calendar import queries as store
from routing.store.office_marks import Rows, office_marks
from routing.store.session import Database


@cache
def _notice() -> PrivacyNotice:
    return load_privacy().as_deployed({}, keep_files_days=USUAL_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeContext:
    """The office as it is in this transaction."""

    agency_code: str
    base_url: str
    calendar: OfficeCalendar
    offices: Offices
    sentences: Sentences
    channels: Mapping[str, Limits] = field(default_factory=dict)
    """The channels that carry messages to firms, and what they can carry; the first is the usual one."""
    demo: bool = False
    secret: str = field(default="", repr=False)
    """What links are signed with; empty: the database keeps a secret."""
    mail: bool = False
    """Whether mail can be sent: binding codes go to a firm's own address."""
    keep_files_days: int = 1
    """After which a file of no case is deleted; firms are told."""
    notice: PrivacyNotice = field(default_factory=_notice)
    """The privacy notice with the recipients of this deployment; who saw another version sees it again."""
    approved_first: frozenset[str] = frozenset()
    """Answers that another person approves before they are sent: kinds of cases, and ``declined`` for refusals."""
    quota_warning: int = 80
    """Per cent of the month's messages from which staff are warned, and notices that can wait are kept back."""

    def office_of(self, unit: str) -> Office:
        """The handling office of a unit: its closures move the unit's due dates, and no others'."""
        return self.offices.office_of(unit)


@dataclass(slots=True)
class OfficeContextProvider:
    """Makes an office context for a transaction; calendar and offices are built anew only when their rows changed.

    Safe to share between threads: what is known is one value, replaced whole. A calendar that this transaction changed
    is used in it and not kept: it may be rolled back.
    """

    base: OfficeContext
    _known: tuple[Rows, OfficeCalendar] | None = field(default=None)
    _listed: tuple[Rows, Offices] | None = field(default=None)

    def office(self, session: Session) -> OfficeContext:
        """The office with every imported year, the closures and limits that stand, and what the branch has changed.

        Of its own it changes parks, units, agencies with their offices, and the telephones that were filled in.
        """
        found = office_marks(session)
        calendar, offices = self._calendar(session, found.calendar), self._offices(session, found.directory)
        return replace(self.base, calendar=calendar, offices=offices)

    def _offices(self, session: Session, marks: Rows) -> Offices:
        known = self._listed
        if known is not None and known[0] == marks:
            return known[1]
        changed = directory_store.rows_by_kind(session) if directory_store.any_rows(marks) else {}
        offices = offices_with(changed) if changed else self.base.offices
        offices = offices.with_phones(directory_store.phones(marks))
        if not directory_store.changed_here(session):
            # Kept by what was read: what another transaction commits has other marks.
            self._listed = marks, offices
        return offices

    def _calendar(self, session: Session, marks: Rows) -> OfficeCalendar:
        known = self._known
        if known is not None and known[0] == marks:
            return known[1]
        calendar = self.base.calendar
        for year in store.imported_years(session):
            calendar = calendar.with_days(year.csv)
        calendar = calendar.with_closures([*calendar.closures, *store.standing_closures(session)])
        calendar = calendar.with_limits(store.set_limits(session))
        # Another row may have been committed since the marks were read.
        if not store.changed_here(session) and office_marks(session).calendar == marks:
            self._known = marks, calendar
        return calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWorkFactory:
    """Where a process or a command begins its transactions: each comes with the office as it is in it."""

    database: Database
    office_provider: OfficeContextProvider

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, OfficeContext]]:
        """One writing transaction, committed at its end."""
        with self.database.writing() as session:
            yield session, self.office_provider.office(session)

    @contextmanager
    def reading(self) -> Iterator[tuple[Session, OfficeContext]]:
        """One reading session."""
        with self.database.reading() as session:
            yield session, self.office_provider.office(session)
