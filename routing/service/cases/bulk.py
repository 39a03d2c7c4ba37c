"""One step in many cases: each by itself and by the same rules; what is refused in one stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.case import Outcome
from routing.domain.errors import Invalid, OnestopError
from routing.domain.permissions import Actor, require_team
from routing.service.cases import commands, following, locked_case
from routing.service.cases.assignment import BY_RULE
from routing.service.cases.closing import Ending
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text as text_of
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store

MOST = 50
"""Cases at a time: a page of the list."""
_REASON = 300

Do = Callable[[LockedCase], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of the step in one case; ``why`` not, in a sentence. ``subject``: if the person may see the case.

    ``version``: of a case that was refused, as it stands now, so that it can be tried again.
    """

    number: str
    subject: str
    done: bool
    code: str = ""
    why: str = ""
    version: int | None = None


def assigning(email: str | None, reason: str, notify: Notifier) -> Do:
    """Give the case to a person, to whom the rules choose (``BY_RULE``), or back to the queue."""
    why = text_of(reason, "reason", limit=_REASON)
    if email == BY_RULE:
        return lambda locked: commands.assign_by_rule(locked, reason=why, notify=notify)
    return lambda locked: commands.assign(locked, email, notify=notify, reason=why)


def watching(reason: str, *, watched: bool) -> Do:
    """Keep the case under watch, or no more."""
    why = text_of(reason, "reason", limit=_REASON)
    return lambda locked: following.watch(locked, watched=watched, reason=why)


def closing(outcome: Outcome, summary: str, notify: Notifier) -> Do:
    """Close the case; what is under way in one, or has to be named for it, is said on its own page."""
    words = text_of(summary, "reason", limit=2000)
    if outcome in {Outcome.DUPLICATE, Outcome.REFERRED}:
        raise Invalid("併案與移請須逐案指明對象，請於各案頁面辦理。", field="outcome")
    ending = Ending(into="", agency="", consultation="", extension="")
    return lambda locked: commands.close(locked, outcome, summary=words, notify=notify, ending=ending)


def each(
    session: Session, office: OfficeContext, actor: Actor, versions: Mapping[str, int | None], do: Do, *, action: str,
    now: datetime, most: int = MOST,
) -> list[Came]:  # fmt: skip
    """Take the step in each case, by number with the version that the person had before them, if any.

    Raises:
        Invalid: no case, or too many. Forbidden: a partner.
    """
    require_team(actor)
    if not versions:
        raise Invalid("請勾選案件。", field="numbers")
    if len(versions) > most:
        raise Invalid(f"一次最多 {most} 件。", field="numbers")
    # Always in one order, so that two people never wait for each other's cases.
    came = [
        _one(session, office, actor, do, number=number, version=versions[number], now=now)
        for number in sorted(versions)
    ]
    done = sum(one.done for one in came)
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="case.bulk", subject=f"{len(came)} cases",
        detail={"deed": action, "done": done, "failed": len(came) - done},
    )  # fmt: skip
    return came


def _one(
    session: Session, office: OfficeContext, actor: Actor, do: Do, *, number: str, version: int | None, now: datetime
) -> Came:  # fmt: skip
    try:
        with session.begin_nested():
            locked = locked_case.change(session, office, number, actor, now=now, version=version)
            do(locked)
    except OnestopError as error:
        seen = locked_case.seen(session, number, actor)
        subject, now_at = (seen[0].subject, seen[0].version) if seen is not None else ("", None)
        return Came(number=number, subject=subject, done=False, code=error.code, why=error.message, version=now_at)
    return Came(number=number, subject=locked.row.subject, done=True)
