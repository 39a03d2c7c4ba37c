"""商工登記 by 統一編號: name and state of a firm, kept for thirty days, shown to be confirmed and never believed alone.

The worker looks up firms of open cases; a number that is typed in the chat, or that an officer asks about, at once. A
register that does not answer keeps nobody waiting: the number stands as it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from routing.domain.errors import FeedError
from routing.domain.feeds.registry import Registered, addresses, read_registry
from routing.domain.tax_number import same_firm, valid_ubn
from routing.ports import FeedClient
from routing.service.feeds.source import Feed, Fetched, Marks, Parsed
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.feeds import registry as store

KEPT = timedelta(days=30)
"""How long what the register said is shown without asking again."""
MISSING_KEPT = timedelta(days=1)
"""The same of a number under which it had nothing: a new firm is entered in some days."""
_AT_A_TIME = 20

log = structlog.get_logger("feeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFeed:
    """The source; ``url`` may be several addresses with blanks between them (companies, businesses)."""

    name: str
    url: str
    every: timedelta

    def wanted(self, session: Session, office: OfficeContext, *, now: datetime) -> tuple[str, ...]:  # noqa: ARG002
        """Numbers of firms with open cases that are not known, or were asked about long ago."""
        found = store.to_ask(session, now=now - KEPT, missing=now - MISSING_KEPT, limit=_AT_A_TIME)
        return tuple(ubn for ubn in found if valid_ubn(ubn))

    def fetch(self, client: FeedClient, marks: Marks, wanted: Sequence[str]) -> Fetched:  # noqa: ARG002
        """Ask about each number. Raises FeedError."""
        parts = [(ubn, _body(client, address)) for ubn in wanted for address in addresses(self.url, ubn)]
        return Fetched(parts=tuple(parts), unchanged=not parts)

    def parse(self, fetched: Fetched) -> Parsed:
        """What came of each. Raises FeedError."""
        numbers = dict.fromkeys(ubn for ubn, _body in fetched.parts)
        bodies = {ubn: [body for asked, body in fetched.parts if asked == ubn] for ubn in numbers}
        return Parsed(items=tuple(read_registry(ubn, bodies[ubn]) for ubn in numbers))

    def match(self, items: Sequence[Registered], office: OfficeContext) -> Sequence[Registered]:  # noqa: ARG002
        """Each was asked for."""
        return items

    def confirm(self, session: Session, *, now: datetime) -> None:
        """Nothing was to be asked."""

    def propose(self, session: Session, office: OfficeContext, matched: Sequence[Registered], *, now: datetime) -> int:  # noqa: ARG002
        """Keep it."""
        for one in matched:
            store.put(session, one, now=now)
        return sum(one.found for one in matched)

    def applied(self, session: Session) -> int:
        """Firms of cases that the register knows."""
        return store.known(session)


def _body(client: FeedClient, address: str) -> bytes:
    answer = client.get(address)
    return answer.body if answer is not None else b""


def ensure(
    units_of_work: UnitOfWorkFactory, feed: Feed, client: FeedClient, ubn: str, *, now: datetime, anew: bool = False
) -> Registered | None:
    """What the register says of a number, asked outside of any transaction unless it is known; None if it did not say.

    ``anew``: also if it is known.
    """
    if not valid_ubn(ubn):
        return None
    with units_of_work.database.reading() as session:
        held = None if anew else of(session, ubn, now=now)
    if held is not None:
        return held
    try:
        found: Registered = feed.parse(feed.fetch(client, Marks(), (ubn,))).items[0]
    except FeedError as error:
        log.info("registry_not_asked", problem=error.code, ubn=masked(ubn))
        return None
    with units_of_work.database.writing() as session:
        store.put(session, found, now=now)
    log.info("registry_asked", found=found.found, ubn=masked(ubn))
    return found


def of(session: Session, ubn: str | None, *, now: datetime) -> Registered | None:
    """What the register said of a number not too long ago."""
    row = store.get(session, ubn) if ubn else None
    if row is None or row.fetched_at < now - (KEPT if row.found else MISSING_KEPT):
        return None
    return store.registered(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an officer is shown. ``differs``: the firm goes by another name here."""

    entry: Registered
    fetched_at: datetime
    differs: bool


def shown(session: Session, ubn: str | None, name: str, *, now: datetime) -> Shown | None:
    """What the register said of a firm's number not too long ago."""
    entry, row = of(session, ubn, now=now), store.get(session, ubn) if ubn else None
    if entry is None or row is None:
        return None
    differs = entry.found and name != entry.ubn and not same_firm(entry.name, name)
    return Shown(entry=entry, fetched_at=row.fetched_at, differs=differs)


def masked(ubn: str) -> str:
    """A number as logs have it."""
    return f"{ubn[:2]}****{ubn[-2:]}"
