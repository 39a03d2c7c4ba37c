"""That a case has changed, said to whoever looks at it, in this process and the others on the same database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from routing.domain.case import Case
from routing.domain.permissions import Actor, Permission, may_read, question_to
from routing.service.cases.over import question_version
from routing.store.cases import attention
from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow
from routing.store.consultations import queries as consultation_store
from routing.store.consultations.queries import Wanted
from routing.store.reminders import queries as reminder_store
from routing.store.session import announce

TOPIC = "case"
_MOST = 500


def changed(session: Session, row: CaseRow) -> None:
    """There is more in a case once the transaction is committed."""
    announce(session, f"{TOPIC} {row.number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A case as it is now, of which each person is told what they may know."""

    number: str
    version: int
    case: Case

    def version_for(self, actor: Actor) -> int | None:
        """The version that this person is shown; None if they may not see the case."""
        if not may_read(actor, self.case):
            return None
        asked = question_to(actor, self.case) if actor.may(Permission.ANSWER_QUESTIONS) else None
        return question_version(asked.start) if asked is not None else self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Some cases as they are now, and how many cases want each person: new, or somebody spoke, or an answer is back."""

    states: tuple[State, ...]
    wanting: Mapping[str, int]
    reminded: Mapping[int, int]
    """Unread reminders, by the id of the account."""

    def unread(self, actor: Actor) -> int:
        """How many cases want this person, or somebody for whom they stand in."""
        return sum(self.wanting.get(email, 0) for email in actor.hands)

    def reminders(self, actor: Actor) -> int:
        """How many reminders this person has not read."""
        return self.reminded.get(actor.staff_id, 0) if actor.staff_id is not None else 0


def news(session: Session, numbers: Iterable[str]) -> News:
    """Cases by their numbers, those that there are."""
    rows = store.by_numbers(session, numbers)
    states = (State(number=row.number, version=row.version, case=store.state_of(session, row)) for row in rows)
    return News(states=tuple(states), wanting=attention.wanting(session), reminded=reminder_store.unread(session))


def asked_of(session: Session, actor: Actor) -> list[str]:
    """The cases in which something is asked of a partner's agency now."""
    if not actor.may(Permission.ANSWER_QUESTIONS) or actor.agency is None:
        return []
    asked = consultation_store.listing(session, Wanted(open=True, agency=actor.agency), limit=_MOST)
    return [row.number for _, row in asked]
