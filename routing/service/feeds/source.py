"""The one protocol of external sources: fetch, parse, match, propose. Each source is one adapter behind it.

``fetch`` is the only step that reaches outside, ``parse`` and ``match`` are pure, ``propose`` writes in the caller's
transaction. Whatever is wrong with a source is a FeedError in one of the first two, so that nothing was changed yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from knowledge.feeds import load_feeds
from routing.ports import FeedClient
from routing.service.office_context import OfficeContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """By what a source says whether it has changed since it was last read."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came: bodies by what was asked for. ``unchanged``: the source has nothing new, and sent nothing."""

    parts: tuple[tuple[str, bytes], ...] = ()
    marks: Marks = field(default_factory=Marks)
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What was read, and how many entries could not be."""

    items: tuple[Any, ...]
    skipped: int = 0


class Feed(Protocol):
    """One source. ``url`` may hold a key: it is shown and logged nowhere."""

    @property
    def name(self) -> str:
        """Its word, as in the setting and the command."""

    @property
    def url(self) -> str:
        """Where it is."""

    @property
    def every(self) -> timedelta:
        """After what time it is asked again."""

    def wanted(self, session: Session, office: OfficeContext, *, now: datetime) -> tuple[str, ...]:
        """What to ask for, where a source is asked about single things; read before anything is fetched."""

    def fetch(self, client: FeedClient, marks: Marks, wanted: Sequence[str]) -> Fetched:
        """Ask the source. Raises FeedError."""

    def parse(self, fetched: Fetched) -> Parsed:
        """Read what came. Raises FeedError."""

    def match(self, items: Sequence[Any], office: OfficeContext) -> Sequence[Any]:
        """Of what was read, that which concerns the branch."""

    def confirm(self, session: Session, *, now: datetime) -> None:
        """The source has nothing new: what it said stands."""

    def propose(self, session: Session, office: OfficeContext, matched: Sequence[Any], *, now: datetime) -> int:
        """Keep what concerns the branch, for people to use; says how many are new."""

    def applied(self, session: Session) -> int:
        """How often what was proposed was used."""


Feeds = Mapping[str, Feed]
"""The sources that have an address, by name."""


def rules_of(feed: Feed, office: OfficeContext) -> str:
    """What an answer is read by: the words of data/feeds.yaml, parks and offices, and the address."""
    places = [(park.id, sorted(park.names), park.county, park.district, park.roads) for park in office.offices.parks]
    units = [(unit.name, unit.county, unit.district) for unit in office.offices.units]
    return hashlib.sha256(repr((feed.url, load_feeds(), places, units)).encode()).hexdigest()
