"""The day's upkeep is done once a day, whoever comes first."""

from datetime import UTC, datetime, timedelta

from routing.service.upkeep import daily
from routing.store import migrating
from routing.store.session import Database
from tests.factories import desk

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_upkeep_runs_once_a_day_however_often_it_is_asked(database_url):
    database = Database(database_url)
    migrating.upgrade(database)
    done = []
    for moment in (NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=11), NOON + timedelta(hours=13)):
        with database.writing() as session:
            done.append(daily.run_if_due(session, desk(), now=moment))
    database.dispose()
    # Noon, 13:00 and 23:00 of Monday in Taipei, then 01:00 of Tuesday.
    assert done == [True, False, False, True]
