"""What signed-in people and their tokens were refused: pages and calls that are not theirs, or that hide what is not.

The first refusal of a person at a route is an entry of the audit trail; those of the minute after it are counted, and
become one more. An entry names the route as it is described, the ids that stood in the address, and the code; nothing
else of what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from routing.store.accounts import queries as account_store

REFUSED = "access.refused"
MINUTE = timedelta(minutes=1)
MOST_ROUTES = 20
"""Of one person in a minute; what is refused at others is counted together."""
ELSEWHERE = "*"
_MOST_IDS = 10
_ID = re.compile(r"[A-Za-z0-9._:-]{1,40}")
"""What stands for a thing in an address; anything else somebody may have written."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking; ``token``: by which, as lists show it, or None for a browser."""

    email: str
    token: str | None = None


@dataclass(slots=True)
class Refused:
    """Refusals of one caller at one route, from the first on. ``times``: not written down yet."""

    caller: Caller
    route: str
    since: datetime
    last: datetime
    times: int = 0
    ids: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def add(self, ids: str, code: str, now: datetime) -> None:
        """One more."""
        self.times, self.last = self.times + 1, now
        if ids not in self.ids and len(self.ids) < _MOST_IDS:
            self.ids.append(ids)
        if code not in self.codes:
            self.codes.append(code)

    def taken(self) -> Refused:
        """What is to be written down; nothing is left here to be."""
        part = Refused(self.caller, self.route, self.since, self.last, self.times, self.ids, self.codes)
        self.times, self.ids, self.codes = 0, [], []
        return part


def ids_of(given: Iterator[object]) -> str:
    """The ids that stand in an address, in order; something that is none is not told."""
    return " ".join(str(one) if _ID.fullmatch(str(one)) else "…" for one in given) or "-"


class Counted:
    """Refusals of a process, bounded in number. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[tuple[Caller, str], Refused] = {}
        self._due: datetime | None = None

    def add(self, caller: Caller, route: str, ids: str, code: str, *, now: datetime) -> Refused | None:
        """Count a refusal; gives it back if it is the first, to be written down at once."""
        with self._lock:
            if (caller, route) not in self._open and sum(one[0] == caller for one in self._open) >= MOST_ROUTES:
                route = ELSEWHERE
            found = self._open.get((caller, route))
            if found is not None:
                found.add(ids, code, now)
                return None
            found = self._open[caller, route] = Refused(caller, route, now, now)
            found.add(ids, code, now)
            self._due = min(self._due or now + MINUTE, now + MINUTE)
            return found.taken()

    def over(self, now: datetime, *, all_of_them: bool = False) -> list[Refused]:
        """Those whose minute is over, as far as there is more to be written down."""
        if self._due is None or (now < self._due and not all_of_them):
            return []
        with self._lock:
            ended = [key for key, one in self._open.items() if all_of_them or now - one.since >= MINUTE]
            found = [self._open.pop(key) for key in ended]
            self._due = min((one.since + MINUTE for one in self._open.values()), default=None)
        return [one for one in found if one.times]


def note(session: Session, refused: Refused) -> None:
    """Write down what was refused."""
    detail: dict[str, object] = {"route": refused.route, "refused": refused.codes, "times": refused.times}
    if refused.caller.token is not None:
        detail["token"] = refused.caller.token
    subject = " ".join(refused.ids)
    account_store.audit(
        session, at=refused.last, actor=refused.caller.email, action=REFUSED,
        subject=subject if len(subject) <= 200 else f"{subject[:199]}…", detail=detail,
    )  # fmt: skip
