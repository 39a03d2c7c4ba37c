"""Stops that Taipower and Taiwan Water announce: those that touch parks of the branch, kept for answers and notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from routing.domain.errors import FeedError
from routing.domain.feeds.outages import Outage, Read, read_taipower, read_water
from routing.domain.feeds.places import parks_in
from routing.ports import FeedClient
from routing.service.feeds import foretold
from routing.service.feeds.source import Fetched, Marks, Parsed
from routing.service.office_context import OfficeContext
from routing.store.feeds import queries as store
from routing.store.feeds.schema import OutageNotice

_KEPT = timedelta(days=90)
"""How long a stop is kept after it is over, if it stands in no case."""

READERS: dict[str, Callable[[bytes], Read]] = {"taipower": read_taipower, "water": read_water}
"""How each of the two is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touching:
    """A stop, and the ids of the parks that it touches."""

    outage: Outage
    parks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageFeed:
    """One of the two sources."""

    name: str
    url: str
    every: timedelta

    def wanted(self, session: Session, office: OfficeContext, *, now: datetime) -> tuple[str, ...]:  # noqa: ARG002
        """Everything is in one file."""
        return ()

    def fetch(self, client: FeedClient, marks: Marks, wanted: Sequence[str]) -> Fetched:  # noqa: ARG002
        """The file, unless it is the one that was read last."""
        answer = client.get(self.url, etag=marks.etag, modified=marks.modified)
        if answer is None:
            return Fetched(marks=marks, unchanged=True)
        if not answer.body.strip():
            raise FeedError("來源沒有傳回內容。", code="feed_unreadable")
        return Fetched(parts=(("", answer.body),), marks=Marks(etag=answer.etag, modified=answer.modified))

    def parse(self, fetched: Fetched) -> Parsed:
        """Its stops."""
        read = READERS[self.name](fetched.parts[0][1])
        return Parsed(items=read.outages, skipped=read.skipped)

    def match(self, items: Sequence[Outage], office: OfficeContext) -> Sequence[Touching]:
        """Those that touch a park of the branch."""
        own = office.offices.own_parks
        others = tuple(park for park in office.offices.parks if not park.own)
        found = []
        for outage in items:
            touched = {
                park.id
                for place in outage.places
                for district in place.districts or ("",)
                for park in parks_in(place.area, own, county=place.county, district=district, others=others)
            }
            if touched:
                found.append(Touching(outage=outage, parks=tuple(sorted(touched))))
        return found

    def confirm(self, session: Session, *, now: datetime) -> None:
        """What was announced is announced still."""
        store.confirm(session, self.name, now=now)

    def propose(self, session: Session, office: OfficeContext, matched: Sequence[Touching], *, now: datetime) -> int:
        """Keep what is announced now, mark what is announced no more, and draft the announcement of what comes."""
        standing = store.standing_notices(session, self.name)
        live = [one for one in matched if one.outage.ends is None or one.outage.ends > now]
        renamed = _renamed(standing, live)
        new = 0
        for one in live:
            row = (
                standing.pop(one.outage.key, None)
                or store.notice_by_key(session, self.name, one.outage.key)
                or standing.pop(renamed.get(_what(one.outage), ""), None)
            )
            known = (
                None if row is None or row.gone_at is not None else (foretold.title(office, row), foretold.told(row))
            )
            if row is None:
                new += 1
                row = OutageNotice(feed=self.name, found_at=now)
                session.add(row)
            row.key = one.outage.key
            for column, value in _columns(one).items():
                setattr(row, column, value)
            row.fetched_at, row.gone_at = now, None
            if known is None or known[1] != foretold.told(row):
                if known is not None:
                    foretold.withdraw(session, known[0], row.number, now=now)
                foretold.write(session, office, row, now=now)
        for row in standing.values():
            row.gone_at = now
            foretold.withdraw(session, foretold.title(office, row), row.number, now=now)
        session.flush()
        store.forget_notices(session, before=now - _KEPT)
        return new

    def applied(self, session: Session) -> int:
        """Cases that were given one."""
        return store.cases_given(session, self.name)


def _what(stop: Outage | OutageNotice) -> tuple[str, str, datetime]:
    """What makes two the same stop, however they are known."""
    return str(stop.kind), stop.number, stop.starts if isinstance(stop, Outage) else stop.starts_at


def _renamed(standing: Mapping[str, OutageNotice], live: Iterable[Touching]) -> dict[tuple[str, str, datetime], str]:
    """The keys of stops that are announced under them no more: a release of before, or the source, wrote them so."""
    keys = {one.outage.key for one in live}
    return {_what(row): key for key, row in standing.items() if key not in keys}


def _columns(one: Touching) -> dict[str, Any]:
    outage = one.outage
    return {
        "kind": outage.kind.value, "number": outage.number, "parks": list(one.parks), "starts_at": outage.starts,
        "ends_at": outage.ends, "areas": list(outage.areas), "what": outage.what, "planned": outage.planned,
        "phone": outage.phone,
    }  # fmt: skip
