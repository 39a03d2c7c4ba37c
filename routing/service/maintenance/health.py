"""How the work is going, in a few cheap figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

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
