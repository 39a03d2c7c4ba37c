"""停班停課 of the 國家災害防救科技中心: closures that reach an office of the branch are proposed, and never more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.official_days import Closure, Office, formal
from routing.domain.errors import FeedError
from routing.domain.feeds import tables
from routing.domain.feeds.closures import Entry, Settled, announcements, index, settled
from routing.ports import FeedClient
from routing.service.feeds.source import Fetched, Marks, Parsed
from routing.service.office_context import OfficeContext
from routing.store.feeds import proposals
from routing.store.feeds.schema import ClosureProposal
from routing.store.office_calendar import queries as calendar_store

_MOST_MESSAGES = 100
"""Messages of an index that are read, the newest; a typhoon brings some dozens for a county."""


def offices_of(office: OfficeContext) -> tuple[Office, ...]:
    """The offices whose closures move dates: those of the units, and the branch itself."""
    every = (office.offices.own_office, *(unit.office for unit in office.offices.units))
    return tuple({one.id: one for one in every}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureFeed:
    """The source."""

    name: str
    url: str
    every: timedelta

    def wanted(self, session: Session, office: OfficeContext, *, now: datetime) -> tuple[str, ...]:  # noqa: ARG002
        """The counties of the branch's offices: other entries of the index need not be read."""
        return tuple(sorted({one.county for one in offices_of(office)}))

    def fetch(self, client: FeedClient, marks: Marks, wanted: Sequence[str]) -> Fetched:
        """The index and the messages it leads to, or the messages themselves."""
        answer = client.get(self.url, etag=marks.etag, modified=marks.modified)
        if answer is None:
            return Fetched(marks=marks, unchanged=True)
        new = Marks(etag=answer.etag, modified=answer.modified)
        entries = index(answer.body)
        if entries is None:
            return Fetched(parts=(("", answer.body),), marks=new)
        ours = [one for one in entries if _concerns(one, wanted)][:_MOST_MESSAGES]
        return Fetched(parts=tuple((one.href, self._message(client, one.href)) for one in ours), marks=new)

    def _message(self, client: FeedClient, href: str) -> bytes:
        """A message, from the host of the index only; empty where it leads elsewhere or nowhere."""
        url = urljoin(self.url, href)
        if not href or urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            return b""
        answer = client.get(url)
        return answer.body if answer is not None else b""

    def parse(self, fetched: Fetched) -> Parsed:
        """Its messages. Raises FeedError."""
        found, skipped = [], 0
        for _href, body in fetched.parts:
            try:
                read = list(announcements(body)) if body else [None]
            except FeedError:
                read = [None]
            found += [one for one in read if one is not None]
            skipped += sum(one is None for one in read)
        tables.usable(len(found), skipped)
        return Parsed(items=tuple(found), skipped=skipped)

    def match(self, items: Sequence[object], office: OfficeContext) -> Sequence[Settled]:
        """What stands for places that reach an office of the branch."""
        return [one for one in settled(items) if _reaches(one, offices_of(office))]  # type: ignore[arg-type]

    def confirm(self, session: Session, *, now: datetime) -> None:
        """Nothing is new: what was proposed waits as it did."""

    def propose(self, session: Session, office: OfficeContext, matched: Sequence[Settled], *, now: datetime) -> int:  # noqa: ARG002
        """Propose what is announced for today or later; a later word to the contrary is noted, and changes nothing."""
        today = local(now).date()
        return sum(_proposed(session, one, now=now) for one in matched if one.day >= today)

    def applied(self, session: Session) -> int:
        """Closures that somebody applied."""
        return proposals.applied(session)


def _concerns(entry: Entry, counties: Sequence[str]) -> bool:
    words = formal(entry.text)
    return not words or any(county in words for county in counties)


def _reaches(one: Settled, offices: Sequence[Office]) -> bool:
    closure = Closure(date=one.day, county=one.county, district=one.district)
    return any(closure.covers(office) for office in offices)


def _proposed(session: Session, one: Settled, *, now: datetime) -> int:
    rows = proposals.of_place(session, day=one.day, county=one.county, district=one.district)
    for row in rows:
        if row.part in one.parts:
            row.fetched_at, row.contrary_at, row.contrary_text = now, None, None
            if row.state == "superseded":
                row.state = "proposed"
        elif row.state == "proposed":
            row.state = "superseded"
        elif row.state == "applied" and row.announced_at < _said_at(one):
            last = one.contrary or max(one.parts.values(), key=lambda said: said.sent)
            row.contrary_at, row.contrary_text = last.sent, last.text
    standing = calendar_store.find_closures(session, day=one.day, county=one.county)
    known = {row.part for row in rows} | {row.part for row in standing if row.district in {None, one.district}}
    new = [(part, said) for part, said in one.parts.items() if part not in known]
    for part, said in new:
        proposals.put(
            session,
            ClosureProposal(
                key=said.key, day=one.day, county=one.county, district=one.district, part=part, text=said.text,
                announced_at=said.sent, fetched_at=now, state="proposed",
            ),
        )  # fmt: skip
    return len(new)


def _said_at(one: Settled) -> datetime:
    said = [*one.parts.values(), *([one.contrary] if one.contrary else [])]
    return max(announcement.sent for announcement in said)
