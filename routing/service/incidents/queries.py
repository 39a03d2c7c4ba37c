"""What people read of incidents: the list, one with its cases, whom an answer would reach, and what is likely one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.domain.incidents import OFFERED_FOR, WITHIN, Report, Standing, Suggestion, suggestions
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, confidential_scope, may_write, require_team
from routing.service.cases import queries as case_queries
from routing.service.cases.locked_case import address_of
from routing.service.cases.queries import CaseLine
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.cases.schema import Case as CaseRow
from routing.store.incidents import queries as store
from routing.store.incidents.schema import Incident, IncidentAnswer
from routing.store.reporting import queries as report_store

_MOST_REPORTS, _MOST_OPEN = 500, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """An incident in a list: how many cases are in it, how many of them open, and who opened it, by name."""

    row: Incident
    cases: int
    open_cases: int
    opened_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InIncident:
    """A case in an incident. ``way``: the channel by which its firm would be told, None: none of ours reaches it.

    ``blocked``: the firm has blocked us there. ``writable``: the person may write the case.
    """

    line: CaseLine
    language: str
    way: str | None
    blocked: bool
    writable: bool

    @property
    def reached(self) -> bool:
        """Whether an answer to all of them would reach this firm."""
        return self.writable and self.way is not None and not self.blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWhole:
    """An incident with the cases that this person may see; ``hidden``: how many others are in it."""

    line: IncidentLine
    cases: list[InIncident]
    hidden: int
    answers: list[IncidentAnswer]
    names: dict[str, str] = field(default_factory=dict)

    @property
    def open_cases(self) -> list[InIncident]:
        """Those that an answer goes to."""
        return [one for one in self.cases if one.line.row.status != "closed"]

    @property
    def reach(self) -> dict[str, int]:
        """Firms that an answer reaches, by channel, and others: ``blocked``, ``no_address``, ``not_ours``."""
        return dict(Counter(_how(one) for one in self.open_cases))


def _how(one: InIncident) -> str:
    if not one.writable:
        return "not_ours"
    if one.way is None:
        return "no_address"
    return "blocked" if one.blocked else one.way


def page(session: Session, actor: Actor, *, is_open: bool | None, limit: int, cursor: str | None) -> Page[IncidentLine]:
    """Incidents, the newest first. Raises Forbidden: the person is a partner. Invalid: the cursor is none of ours."""
    require_team(actor)
    before = before_of(limit, cursor)
    rows = store.listing(session, is_open=is_open, limit=limit + 1, before_id=before)
    found = page_of(rows, limit, lambda row: row.id)
    return found.of(_lines(session, found.items))


def _lines(session: Session, rows: list[Incident]) -> list[IncidentLine]:
    counts = store.counts(session, [row.id for row in rows])
    names = account_store.names(session, [row.opened_by for row in rows])
    return [
        IncidentLine(
            row=row, cases=counts.get(row.id, (0, 0))[0], open_cases=counts.get(row.id, (0, 0))[1],
            opened_by=names.get(row.opened_by, row.opened_by),
        )
        for row in rows
    ]  # fmt: skip


def whole(session: Session, office: OfficeContext, actor: Actor, incident_id: int, *, now: datetime) -> IncidentWhole:
    """One incident. Raises Forbidden: the person is a partner. NotFound: there is none."""
    require_team(actor)
    row = store.by_id(session, incident_id)
    if row is None:
        raise NotFound("查無這個集體事件。")
    rows = store.cases_of(session, row.id, visible_to=confidential_scope(actor))
    states = report_store.states(session, rows)
    lines = case_queries.lines(session, office, actor, rows, now=now)
    line, answers = _lines(session, [row])[0], store.answers_of(session, row.id)
    cases = []
    for one in lines:
        address, contact = address_of(session, office, one.row), case_store.contact_of(session, one.row)
        cases.append(InIncident(
            line=one, language=(contact.language if contact else None) or one.row.language,
            way=address.channel if address is not None else None,
            blocked=address is not None and not address.reachable, writable=may_write(actor, states[one.row.id]),
        ))  # fmt: skip
    names = account_store.names(session, [one.by for one in answers])
    return IncidentWhole(line=line, cases=cases, hidden=line.cases - len(cases), answers=answers, names=names)


def of_case(session: Session, incident_id: int | None) -> Incident | None:
    """The incident that a case is in."""
    return store.by_id(session, incident_id) if incident_id is not None else None


def offered(session: Session, actor: Actor, *, now: datetime) -> tuple[Suggestion, ...]:
    """Open reports that are likely one thing, of those that this person may see."""
    rows = store.lone_reports(
        session, since=now - OFFERED_FOR - WITHIN * 3, visible_to=confidential_scope(actor), limit=_MOST_REPORTS
    )
    if not rows:
        return ()
    reports = [
        Report(
            number=row.number, received_at=row.received_at, park=row.park, category=row.category, topic=row.topic,
            alert=row.alert, firm=_firm_of(row),
        )
        for row in rows
    ]  # fmt: skip
    going_on = [
        Standing(id=one.id, alert=one.alert, parks=tuple(one.parks), since=one.opened_at)
        for one in store.going_on(session, limit=_MOST_OPEN)
    ]
    return suggestions(reports, now, going_on=going_on)


def _firm_of(row: CaseRow) -> str:
    """Whose report it is: a firm's, a person's, or nobody's that we know."""
    if row.firm_id is not None:
        return f"firm {row.firm_id}"
    return f"contact {row.contact_id}" if row.contact_id is not None else row.number
