"""A stop that is announced for later becomes a draft announcement to the firms of its parks; a leader sends it.

It is written in three languages from the source's own words, withdrawn where the source calls it off or moves it, and
never sent by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_instant
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.announcements import BODY, TITLE
from routing.domain.dialogue.outages import told_when
from routing.domain.permissions import SYSTEM
from routing.service.feeds.outages import announced, saying
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.announcements import queries as store
from routing.store.announcements.schema import Announcement
from routing.store.feeds.schema import OutageNotice

_TOPIC = "outage"
_OPEN_END = timedelta(days=1)
"""How long after its beginning a stop without an announced end is still told of."""


def write(session: Session, office: OfficeContext, row: OutageNotice, *, now: datetime) -> Announcement | None:
    """Write a draft of a stop that begins later; None where it has begun, or touches no park of ours."""
    parks = _parks(office, row)
    if row.starts_at <= now or not parks:
        return None
    drafted = Announcement(
        topic=_TOPIC, parks=parks, until=row.ends_at or row.starts_at + _OPEN_END, state="proposed", cursor=0,
        title={language: title(office, row, language) for language in READING_LANGUAGES},
        body={language: _body(office, row, language) for language in READING_LANGUAGES},
        written_by=SYSTEM.name, written_at=now,
    )  # fmt: skip
    store.put(session, drafted)
    _audit(session, drafted, "notice.write", now, topic=_TOPIC, parks=parks)
    return drafted


def told(row: OutageNotice) -> tuple[object, ...]:
    """What a draft of a stop tells of it: where one of these changes, the draft is another."""
    ends = row.ends_at if row.ends_at is None else row.ends_at.timestamp()
    return row.kind, row.starts_at.timestamp(), ends, tuple(row.areas), row.what, row.planned, tuple(row.parks)


def withdraw(session: Session, heading: str, number: str, *, now: datetime) -> None:
    """The source calls a stop off, or moved it: the draft of it, known by title and number, is sent by nobody."""
    for drafted in store.proposed_by(session, SYSTEM.name):
        if drafted.title.get("zh-TW") == heading and number in drafted.body.get("zh-TW", ""):
            drafted.state, drafted.ended_at = "stopped", now
            _audit(session, drafted, "notice.stop", now)


def title(office: OfficeContext, row: OutageNotice, language: str = "zh-TW") -> str:
    """When, what, and in which parks: as many as there is room for and how many in all, else that of the reader."""
    say, one = saying(office, language), announced(row)
    kind, when = say(f"outage.kind.{one.kind.value}"), told_when(say, one)
    parks = _labels(office, row, language)
    for shown in range(len(parks), 0, -1):
        named = say("list.and").join(parks[:shown])
        whole = named if shown == len(parks) else say("outage.ahead.among", parks=named, n=len(parks))
        said = say("outage.ahead", park=whole, kind=kind, when=when)
        if len(said) <= TITLE:
            return said
    return say("outage.ahead", park=say("outage.ahead.yours"), kind=kind, when=when)[:TITLE]


def _body(office: OfficeContext, row: OutageNotice, language: str) -> str:
    """All of it, whatever its length: of a long place, and of many parks, the end is left out, of nothing else."""
    say, one = saying(office, language), announced(row)
    at = local(one.fetched_at)
    read = roc_instant(at) if language == "zh-TW" else f"{at.year}/{at.month}/{at.day} {at:%H:%M}"
    lines = (
        say("outage.ahead.line", name=say("outage.what"), words=one.what or say("outage.not_said")),
        say("outage.ahead.number", number=one.number), say("outage.ahead.compare"),
        say("outage.read", source=say(f"outage.source.{one.source}"), at=read), say("outage.footer"),
    )  # fmt: skip
    places, parks = "；".join(one.areas), say("list.and").join(_labels(office, row, language))
    named = {"outage.area": places, "outage.ahead.parks": parks}
    left = BODY - len("\n".join((told_when(say, one), *lines))) - sum(len(say(key)) + 4 for key in named)
    first = [
        say("outage.ahead.line", name=say(key), words=_short(words, left // 2 if key == "outage.area" else left // 3))
        for key, words in named.items()
    ]
    return "\n".join((told_when(say, one), *first, *lines))


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _labels(office: OfficeContext, row: OutageNotice, language: str) -> list[str]:
    return [park.label(language) for park in office.offices.parks if park.id in row.parks and park.own]


def _parks(office: OfficeContext, row: OutageNotice) -> list[str]:
    return sorted(park.name for park in office.offices.parks if park.id in row.parks and park.own)


def _audit(session: Session, row: Announcement, action: str, now: datetime, **detail: object) -> None:
    account_store.audit(
        session, at=now, actor=SYSTEM.name, action=action, subject=f"notice {row.id}", detail=detail
    )  # fmt: skip
