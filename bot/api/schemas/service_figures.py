"""Consultations, supplements and answers of firms as programs read them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from bot.api.schemas.answers import Representation


class ServiceWaited(Representation):
    """Whom the closed cases of a kind waited for, in working days; ``agency`` and ``desk`` add up to ``days_used``."""

    kind: str
    closed_cases: int
    firm: float | None
    agency: float | None
    desk: float | None
    days_used: float | None


class ServicePartner(Representation):
    """What an agency or unit was asked in a period; ``median_days``: working days until the answer, null without."""

    of: str
    asked: int
    answered: int
    dated: int
    kept: int
    ended: int
    waiting: int
    median_days: float | None


class ServiceSupplements(Representation):
    """Cases received in a period whose firm was told that something is missing; shares are null without cases."""

    kind: str
    received: int
    told: int
    rate: float | None
    mean_times: float | None
    often: int
    once_rate: float | None


class ServiceSatisfaction(Representation):
    """Answers of firms; ``good_rate`` (4 and 5) and its ``margin`` are null under thirty, ``scores`` under five."""

    asked: int
    n: int
    response_rate: float | None
    scores: dict[str, int] | None
    good_rate: float | None
    margin: float | None


class Service(Representation):
    """All of them, of one period."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    waited: list[ServiceWaited]
    partners: list[ServicePartner]
    supplements: list[ServiceSupplements]
    satisfaction: ServiceSatisfaction
