"""What the demo's database holds at its first start: team, closures, an absence, and a year of histories.

Everything goes in by the services that the product itself uses, in one transaction, so that a start that was cut
short leaves nothing behind and the next one fills anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.demo.fixtures import Fixtures, Person, load_fixtures
from bot.demo.histories import make_histories
from bot.runtime import Runtime
from bot.settings import SettingsError
from knowledge.calendar.office_calendar import known_closures, local
from routing.domain.permissions import Actor, Role
from routing.service.accounts import authentication
from routing.service.accounts import commands as account_commands
from routing.service.accounts.passwords import hash_shown
from routing.service.cases import histories
from routing.service.maintenance import databases
from routing.service.office_calendar import commands as office_calendar_commands
from routing.store import migration
from routing.store.maintenance.schema import Meta

PASSWORD = "demo-onestop-115"  # noqa: S105 - printed at every start; `serve` refuses the database it opens
_FILLED = "demo_filled_at"
_BY = Actor(name="示範", email="admin@demo.example", role=Role.ADMIN)


def filled_at(runtime: Runtime) -> datetime | None:
    """When the demo's year was made; None if it is still to be."""
    value = noted(runtime, _FILLED)
    return datetime.fromisoformat(value) if value else None


def noted(runtime: Runtime, key: str) -> str | None:
    """A fact about this demo that was kept with ``note``."""
    with runtime.database.reading() as session:
        row = session.get(Meta, key)
        return row.value if row is not None else None


def note(runtime: Runtime, key: str, value: str) -> None:
    """Keep a fact about this demo."""
    with runtime.database.writing() as session:
        session.merge(Meta(key=key, value=value))


def prepare(runtime: Runtime) -> bool:
    """Migrate, mark as the demo's, and fill once; says whether it was filled now.

    Raises:
        SettingsError: a history was refused.
    """
    migration.upgrade(runtime.database)
    databases.mark_demo(runtime.database)
    if filled_at(runtime) is not None:
        return False
    now = runtime.now()
    with runtime.database.writing() as session:
        fixtures = load_fixtures()
        _people(session, fixtures, now)
        _closures(session, runtime, now)
        _histories(session, runtime, now)
        session.merge(Meta(key=_FILLED, value=now.isoformat()))
    return True


def _people(session: Session, fixtures: Fixtures, now: datetime) -> None:
    for person in (*fixtures.officers, *fixtures.others):
        _add(session, person, now)
    away, today = fixtures.absence, local(now).date()
    account_commands.add_absence(
        session,
        _BY,
        email=away.person,
        deputy=away.deputy,
        first=today,
        last=today + timedelta(days=away.days),
        now=now,
    )


def _add(session: Session, person: Person, now: datetime) -> None:
    authentication.add_staff(
        session, email=person.email, name=person.name, role=Role(person.role), unit=person.unit,
        categories=person.categories, agency=person.agency, password=hash_shown(PASSWORD), now=now, by="demo",
    )  # fmt: skip


def _closures(session: Session, runtime: Runtime, now: datetime) -> None:
    """The closures that are known, so that due dates of the year jump over them."""
    office = runtime.office_provider.office(session)
    for closure in known_closures():
        office_calendar_commands.close_office(
            session, office, _BY, day=closure.date, county=closure.county, district=closure.district,
            part=closure.part, source=closure.source, now=now,
        )  # fmt: skip
    session.flush()


def _histories(session: Session, runtime: Runtime, now: datetime) -> None:
    office = runtime.office_provider.office(session)
    lines = make_histories(now, office.offices, office.calendar, agency_code=office.agency_code)
    result = histories.import_histories(session, office, lines, skip_bad=False, now=now)
    if result.refusals:
        raise SettingsError(f"示範資料有誤：{result.refusals[0]}")
