"""What the services know besides the rows: calendar with closures, offices, sentences, the agency's own name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import Office, OfficeCalendar
from knowledge.offices.directory import Offices
from knowledge.wording import Sentences
from routing.store.office_calendar import queries as store
from routing.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeContext:
    """The office as it is in this transaction."""

    agency_code: str
    base_url: str
    calendar: OfficeCalendar
    offices: Offices
    sentences: Sentences
    demo: bool = False

    def office_of(self, unit: str) -> Office | None:
        """The handling office of a unit: its closures move the unit's due dates, and no others'."""
        found = self.offices.find_unit(unit)
        return found.office if found else None


@dataclass(slots=True)
class OfficeContextProvider:
    """Makes a ``Desk`` for a transaction; the calendar is rebuilt only when its imports or closures changed."""

    base: OfficeContext
    _seen: tuple[object, ...] | None = field(default=None)
    _calendar: OfficeCalendar | None = field(default=None)

    def office(self, session: Session) -> OfficeContext:
        """The office with every imported year and every closure that stands."""
        years = store.imported_years(session)
        closures = store.standing_closures(session)
        seen = (tuple(year.sha256 for year in years), closures)
        if self._calendar is None or seen != self._seen:
            calendar = self.base.calendar
            for year in years:
                calendar = calendar.with_days(year.csv)
            self._calendar = calendar.with_closures([*calendar.closures, *closures])
            self._seen = seen
        return replace(self.base, calendar=self._calendar)


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
