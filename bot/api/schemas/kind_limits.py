"""The limits of kinds of cases, as the API takes and gives them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StrictInt

from bot.api.schemas.answers import Representation
from bot.web.fields import Body, Day, Text
from routing.domain.case import Kind
from routing.service.office_calendar.limits import Kept, KindOf


class KindLimitBody(Body):
    """``days``: working days of cases that are received on ``since``, a day to come, or after it."""

    kind: Kind
    since: Day
    days: Annotated[StrictInt, Field(ge=1, le=999)]
    reason: Annotated[Text, Field(min_length=1, max_length=300)]


class ComingLimit(Representation):
    """A limit that holds from a day to come; by ``id`` it is taken back until then."""

    id: int
    since: date
    days: int


class KindLimitOf(Representation):
    """What holds for cases of a kind received today. ``since``: null where it is as shipped; ``most``: null by law."""

    kind: Kind
    limit: str
    ships: str
    promise: str | None
    since: date | None
    coming: list[ComingLimit]
    most: int | None

    @classmethod
    def of(cls, one: KindOf) -> KindLimitOf:
        """One kind."""
        return cls(
            kind=one.kind, limit=str(one.limit), ships=str(one.ships),
            promise=str(one.promise) if one.promise else None, since=one.since, most=one.most,
            coming=[ComingLimit(id=kept.id, since=kept.since, days=kept.days) for kept in one.coming],
        )  # fmt: skip


class KindLimits(Representation):
    """Every kind."""

    items: list[KindLimitOf]


class KindLimitSet(Representation):
    """A limit that was set, or withdrawn before it held."""

    id: int
    kind: Kind
    since: date
    days: int
    withdrawn: bool

    @classmethod
    def of(cls, one: Kept) -> KindLimitSet:
        """One of them."""
        return cls(id=one.id, kind=one.kind, since=one.since, days=one.days, withdrawn=one.withdrawn)
