"""What pages of statistics ask beside the report looks at the rows of its period, however many others there are."""

from datetime import date

import pytest
from sqlalchemy import text

from routing.domain.reporting.periods import Period
from routing.store.cases import satisfaction
from routing.store.reporting import annual, queries
from tests.harness.service import Service

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
ASKED = {
    "answers of firms": lambda session: satisfaction.facts(session, start=MARCH.begins_at, end=MARCH.ends_at),
    "supplements": lambda session: annual.supplements(session, MARCH),
    "consultations": lambda session: list(annual.consultations(session, MARCH)),
    "confidential cases": lambda session: queries.hidden_cases(session, seen_by=("用地工程科", ("a@kp.example",))),
}


@pytest.mark.parametrize("name", ASKED)
def test_no_table_is_read_to_its_end(tmp_path, name):
    with Service(f"sqlite:///{tmp_path / 'plans.db'}") as service, service.runtime.reading() as (session, _office):
        sent: list[str] = []
        session.connection().connection.driver_connection.set_trace_callback(sent.append)
        ASKED[name](session)
        session.connection().connection.driver_connection.set_trace_callback(None)
        plans = [
            row[3]
            for one in sent
            if one.startswith("SELECT")
            for row in session.execute(text("EXPLAIN QUERY PLAN " + one.replace(":", "\\:")))
        ]
    assert plans
    assert not [one for one in plans if one.startswith("SCAN") and "USING" not in one]


def test_answers_and_confidential_cases_are_told_as_before(database_url):
    with Service(database_url) as service, service.runtime.reading() as (session, _office):
        for ask in ASKED.values():
            assert not ask(session)
