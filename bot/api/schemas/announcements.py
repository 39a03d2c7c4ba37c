"""Announcements to firms (公告通知), as the API takes and answers them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictBool

from bot.api.schemas.answers import Representation
from bot.api.schemas.requests import Limit, Query
from bot.web.fields import Body, Instant, Text, WrittenInstant
from routing.service.announcements.commands import Outlook
from routing.service.announcements.queries import Delivered, Whole, Written

_Words = dict[str, Annotated[Text, Field(max_length=2000)]]


class NoticesQuery(Query):
    """Pages, the newest first."""

    limit: Limit = 50
    cursor: str | None = None


class NoticeBody(Body):
    """``topic``: outage, closure, park, law, subsidy or event. ``parks``: names, none for all.

    ``title`` and ``body`` by language: ``zh-TW``, ``en`` and ``ja``. ``until``: after it nothing of it is sent.
    """

    topic: Annotated[Text, Field(max_length=20)]
    parks: Annotated[list[Annotated[Text, Field(max_length=60)]], Field(max_length=100)] = Field(default_factory=list)
    title: _Words
    body: _Words
    until: Instant | None = None


class NoticeApprovalBody(Body):
    """The decision of another person than who wrote it; a refusal says why."""

    approve: StrictBool
    note: Annotated[Text, Field(max_length=300)] | None = None


class NoticeStopBody(Body):
    """Why it ends."""

    reason: Annotated[Text, Field(min_length=1, max_length=300)]


class Quota(Representation):
    """The month's messages: ``kept`` stays for cases, ``available`` is for announcements. null: no limit known."""

    limit: int | None
    used: int
    left: int | None
    kept: int
    available: int | None


class NoticeOutlook(Representation):
    """What sending it now would reach and cost in counted pushes."""

    reach: int
    cost: int
    quota: Quota

    @classmethod
    def of(cls, found: Outlook) -> NoticeOutlook:
        """Before it goes."""
        budget = found.budget
        quota = Quota(
            limit=budget.limit, used=budget.used, left=budget.left, kept=budget.kept, available=budget.available
        )
        return cls(reach=found.reach, cost=found.cost, quota=quota)


class NoticeDelivery(Representation):
    """What came of it, in people. ``waiting``: until their next contact. ``cases``: opened within three days after."""

    queued: int
    pushed: int
    free: int
    under_way: int
    waiting: int
    failed: int
    ended: int
    tapped: int
    stopped: int
    cases: int

    @classmethod
    def of(cls, found: Delivered) -> NoticeDelivery:
        """The counts."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


class NoticeSummary(Representation):
    """An announcement. ``state``: proposed, refused, sending, sent or stopped."""

    id: int
    topic: str
    parks: list[str]
    title: dict[str, str]
    body: dict[str, str]
    until: WrittenInstant | None
    state: str
    written_by: str
    written_at: WrittenInstant
    decided_by: str | None
    decided_at: WrittenInstant | None
    note: str | None

    @classmethod
    def of_row(cls, row: Written) -> NoticeSummary:
        """One of a list."""
        return cls(**_fields(row))


class Notice(NoticeSummary):
    """The same with what it would reach and cost, while nobody has decided, and what came of it."""

    outlook: NoticeOutlook | None
    delivery: NoticeDelivery

    @classmethod
    def of(cls, whole: Whole) -> Notice:
        """One of them."""
        outlook = NoticeOutlook.of(whole.outlook) if whole.outlook is not None else None
        return cls(**_fields(whole.row), outlook=outlook, delivery=NoticeDelivery.of(whole.delivered))


def _fields(row: Written) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NoticeSummary.model_fields}


class NoticePage(Representation):
    """Some announcements."""

    items: list[NoticeSummary]
    next_cursor: str | None
