"""How the work is going, in a few cheap figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.service.messaging import quota
from routing.service.messaging.quota import Quota
from routing.store.maintenance import figures
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.session import instant

MEANING = {
    "inbox_waiting": "events not yet handled",
    "inbox_lag_seconds": "age of the oldest event not yet handled",
    "outbox_lag_seconds": "how long the longest-waiting due message has waited",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Counts and lags (seconds)."""

    inbox_waiting: int
    inbox_lag: float
    outbox_lag: float
    outbox: dict[str, int]

    def gauges(self) -> dict[str, float]:
        """The figures by the names of ``MEANING``."""
        return {
            "inbox_waiting": self.inbox_waiting,
            "inbox_lag_seconds": self.inbox_lag,
            "outbox_lag_seconds": self.outbox_lag,
        }


def look(session: Session) -> State:
    """The figures now, by the database's time."""
    now = instant(session)
    waiting, lag = inbox_store.backlog(session, now=now)
    return State(
        inbox_waiting=waiting, inbox_lag=lag, outbox_lag=outbox_store.oldest_due(session, now=now),
        outbox=outbox_store.counts(session),
    )  # fmt: skip


WINDOW = timedelta(minutes=15)
"""Of what happened lately, this is looked at."""
SIGN_INS = ("sign_in", "sign_in.refused", "sign_in.locked", "token.refused")
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What an operator looks at beside the backlog.

    ``answers``: by 0.5, 0.95 and 1, within how many seconds that share of the replies of the last quarter of an hour
    was with the channel; empty if there were none. ``sign_ins``: how often in that time, by action of the audit trail.
    ``bytes``: what the database takes, where it says so.
    """

    set_aside: int
    answers: dict[str, float]
    quotas: list[Quota]
    sign_ins: dict[str, int]
    bytes: int | None


def details(session: Session, channels: Iterable[str], *, now: datetime) -> Details:
    """The figures now; ``now`` by the product's clock, which quotas and the audit trail go by."""
    waits = figures.waits_of_answers(session, since=now - WINDOW, most=_MOST)
    last = len(waits) - 1
    shares = {share: waits[min(int(float(share) * len(waits)), last)] for share in ("0.5", "0.95", "1") if waits}
    said = (quota.said(session, channel, now) for channel in channels)
    return Details(
        set_aside=figures.set_aside(session), answers=shares, quotas=[one for one in said if one is not None],
        sign_ins=figures.noted(session, SIGN_INS, since=now - WINDOW), bytes=figures.size(session),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """An event that could not be handled: when it came, how often it was tried, and the kind of error."""

    id: int
    at: datetime
    attempts: int
    error: str


def set_aside(session: Session) -> list[Aside]:
    """The newest events that wait for a person; never what they say."""
    rows = inbox_store.quarantined(session, limit=50)
    return [Aside(id=row.id, at=row.received_at, attempts=row.attempts, error=row.error or "") for row in rows]
