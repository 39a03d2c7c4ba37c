"""The question sets in force: shipped ones, and those that the branch approved in their place or beside them."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from knowledge.question_sets import QuestionSet, read_bodies, shipped
from routing.service.office_context import OfficeContext
from routing.store.question_sets import queries as store

log = structlog.get_logger("question_sets")


@dataclass(frozen=True, slots=True)
class Standing:
    """A set with its version; 0: as shipped."""

    set: QuestionSet
    version: int


def standing(session: Session, office: OfficeContext) -> tuple[Standing, ...]:
    """All of them by their id, stopped ones too. One that this program cannot read is left out, and logged."""
    found = {one.id: Standing(one, 0) for one in shipped()}
    for row in store.approved(session):
        sets, problems = read_bodies([row.body], "approved", units=[unit.name for unit in office.offices.units])
        # A unit that was renamed since does not stop its questions; whoever edits the set next gives the new name.
        if any(problem.field != "unit" for problem in problems) or not sets:
            log.warning("question_set_unreadable", set=row.set_id, version=row.id)
            found.pop(row.set_id, None)
            continue
        found[row.set_id] = Standing(sets[0], row.id)
    return tuple(found[name] for name in sorted(found))


def one(session: Session, office: OfficeContext, set_id: str) -> Standing | None:
    """A set in force by its id."""
    return next((each for each in standing(session, office) if each.set.id == set_id), None)
