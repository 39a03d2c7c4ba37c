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


def withdraw(session: Session, heading: str, number: str, *, now: datetime) -> None:
    """The source calls a stop off, or moved it: the draft of it, known by title and number, is sent by nobody."""
    for drafted in store.proposed_by(session, SYSTEM.name):
        if drafted.title.get("zh-TW") == heading and number in drafted.body.get("zh-TW", ""):
            drafted.state, drafted.ended_at = "stopped", now
            _audit(session, drafted, "notice.stop", now)


def title(office: OfficeContext, row: OutageNotice, language: str = "zh-TW") -> str:
    """When, what, and in which parks; of many the last are cut, never the time."""
    say = saying(office, language)
    one = announced(row)
    parks = [park.label(language) for park in office.offices.parks if park.id in row.parks and park.own]
    kind = say(f"outage.kind.{one.kind.value}")
    return say("outage.ahead", park="、".join(parks), kind=kind, when=told_when(say, one))[:TITLE]


def _body(office: OfficeContext, row: OutageNotice, language: str) -> str:
    say, one = saying(office, language), announced(row)
    at = local(one.fetched_at)
    read = roc_instant(at) if language == "zh-TW" else f"{at.year}/{at.month}/{at.day} {at:%H:%M}"
    lines = (
        told_when(say, one), f"{say('outage.area')}：{'；'.join(one.areas)}",
        f"{say('outage.what')}：{one.what or say('outage.not_said')}",
        say("outage.ahead.number", number=one.number), say("outage.ahead.compare"),
        say("outage.read", source=say(f"outage.source.{one.source}"), at=read), say("outage.footer"),
    )  # fmt: skip
    return "\n".join(lines)[:BODY]


def _parks(office: OfficeContext, row: OutageNotice) -> list[str]:
    return sorted(park.name for park in office.offices.parks if park.id in row.parks and park.own)


def _audit(session: Session, row: Announcement, action: str, now: datetime, **detail: object) -> None:
    account_store.audit(
        session, at=now, actor=SYSTEM.name, action=action, subject=f"notice {row.id}", detail=detail
    )  # fmt: skip
