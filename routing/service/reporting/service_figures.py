"""Who was asked and how soon they answered, how often something was missing, how firms found it: of one period.

The yearly papers and the page of a period read the same figures here, each with the cases behind it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain import survey
from routing.domain.case import Kind
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, require_team
from routing.domain.reporting.annual import LEAST_COMPARED, margin
from routing.domain.reporting.figures import FigureSet, places_of
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, Wanted
from routing.domain.survey import Answered
from routing.service.cases import satisfaction
from routing.service.office_context import OfficeContext
from routing.service.reporting import turnaround
from routing.service.reporting.turnaround import Behind
from routing.store.reporting import annual as store
from routing.store.reporting import spells as spell_store

PARTNER = ("asked", "answered", "dated", "kept", "ended", "waiting")
"""Questions to an agency or unit; of them answered, those with a date among these, answered by it; those that ended
without an answer that was entered; and those open at the period's end. Answered, ended and open are all of them."""
SUPPLEMENT = ("told", "often")
"""Cases received in the period whose firms were told by its end that something is missing; and more than once."""
_OF_SUPPLEMENTS = (*SUPPLEMENT, "rate", "once")
_OF_SCORES = frozenset({"good", "margin", "score"})
"""Figures that are answered by all answers, the worst first: the share satisfied, its margin, the mean."""
LISTED = frozenset({*PARTNER, "median", *_OF_SUPPLEMENTS, "mean", *survey.LISTED, "response", *_OF_SCORES})
"""Figures that open a list: counts, shares and medians; beside them answers by channel (``via.phone``)."""
OUTSIDE = "outside"
"""Cases received while the office was closed, of the yearly papers."""
GOOD = (4, 5)
"""Scores that say satisfied."""


@dataclass(frozen=True, slots=True)
class Partner:
    """What one agency or unit was asked; the case of each question, by figure.

    ``took``: of each answered question its case and the working days, the longest first; ``median_days`` is theirs.
    """

    of: str
    cases: Mapping[str, Sequence[int]]
    took: Sequence[tuple[int, int]]
    median_days: float | None

    def count(self, figure: str) -> int:
        """One of ``PARTNER``."""
        return len(self.cases.get(figure, ()))


@dataclass(frozen=True, slots=True)
class Waited:
    """Whom the closed cases of a kind waited for: working days by figure of the report, and ``desk``, which is ours.

    None of it is counted twice: days used are those of the agencies and ours, those of the firm lie beside them.
    """

    kind: Kind
    days: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Supplements:
    """How often something was missing in cases of a kind; ``times``: requests for supplement by case."""

    kind: Kind
    received: int
    told: Sequence[int]
    often: Sequence[int]
    times: Mapping[int, int]

    @property
    def rate(self) -> float | None:
        """Of the cases received, those in which something was missing."""
        return len(self.told) / self.received if self.received else None

    @property
    def mean_times(self) -> float | None:
        """Requests for each case that had one."""
        return sum(self.times.values()) / len(self.told) if self.told else None

    @property
    def once_rate(self) -> float | None:
        """Of the cases received, those whose firm was told once at most (一次告知)."""
        return (self.received - len(self.often)) / self.received if self.received else None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How firms found it. ``good_rate`` and its margin are None under thirty answers (processing time, 10)."""

    answered: Answered
    response_rate: float | None
    good_rate: float | None
    margin: float | None


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """All of them."""

    period: Period
    waited: Sequence[Waited]
    partners: Sequence[Partner]
    supplements: Sequence[Supplements]
    satisfaction: Satisfaction


def made(session: Session, office: OfficeContext, actor: Actor, period: Period, *, now: datetime) -> ServiceFigures:
    """Count; only reads. Raises Forbidden: the person is a partner."""
    require_team(actor)
    issued = turnaround.make_all(session, office, [Wanted(period=period, kind=ALL)], now=now)[0].report
    received = {kind: part.figures.count("received") for kind, part in issued.by_kind.items()}
    return ServiceFigures(
        period, [waited(kind, part.figures) for kind, part in issued.by_kind.items()],
        partners(session, office, period), supplements(session, period, received), satisfied(session, actor, period),
    )  # fmt: skip


def waited(kind: Kind, figures: FigureSet) -> Waited:
    """Whom the closed cases of a kind waited for."""
    spread, agency = figures.distribution("days_used"), figures.waiting_days("agency")
    # Days used are whole or halves, so that their sum is what the mean says exactly.
    used = round(2 * spread.mean * spread.n) / 2 if spread.mean is not None else None
    return Waited(kind, {
        "closed_cases": figures.count("closed_cases"), "waiting_days.firm": figures.waiting_days("firm"),
        "waiting_days.agency": agency, "desk": used - (agency or 0) if used is not None else None, "days_used": used,
    })  # fmt: skip


def partners(session: Session, office: OfficeContext, period: Period) -> list[Partner]:
    """Whom questions of a period were put to, agencies before units, in the order of their lists; each counts once."""
    cases: defaultdict[str, dict[str, list[int]]] = defaultdict(lambda: {name: [] for name in PARTNER})
    took: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in store.consultations(session, period):
        here = cases[one.of]
        here["asked"].append(one.case_id)
        if one.ended_at is None or one.ended_at >= period.ends_at:
            here["waiting"].append(one.case_id)
        elif one.answered:
            here["answered"].append(one.case_id)
            end = local(one.ended_at).date()
            took[one.of].append((one.case_id, office.calendar.working_days_between(local(one.asked_at).date(), end)))
            if one.expected_on is not None:
                here["dated"].append(one.case_id)
                if end <= one.expected_on:
                    here["kept"].append(one.case_id)
        else:
            here["ended"].append(one.case_id)
    found = []
    for of in sorted(cases, key=_in_order(office)):
        longest = sorted(took[of], key=lambda one: -one[1])
        found.append(Partner(of, cases[of], longest, float(median(days for _, days in longest)) if longest else None))
    return found


def _in_order(office: OfficeContext) -> Callable[[str], tuple[int, str]]:
    listed = [*(one.code for one in office.offices.agencies), *(one.name for one in office.offices.units)]
    places = {of: place for place, of in enumerate(listed)}
    return lambda of: (places.get(of, len(places)), of)


def supplements(session: Session, period: Period, received: Mapping[Kind, int]) -> list[Supplements]:
    """By kind at the period's end. ``received``: how many cases of each came in the period."""
    told: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for case_id, kind, times in store.supplements(session, period):
        told[kind].append((case_id, times))
    return [
        Supplements(
            kind, received.get(kind, 0), [case_id for case_id, _ in told[kind.value]],
            [case_id for case_id, times in told[kind.value] if times > 1], dict(told[kind.value]),
        )
        for kind in Kind
    ]  # fmt: skip


def satisfied(session: Session, actor: Actor, period: Period) -> Satisfaction:
    """How firms found the closes of a period."""
    found = satisfaction.answered(session, actor, start=period.begins_at, end=period.ends_at)
    good = sum(found.score(score) or 0 for score in GOOD)
    share = good / found.n if found.n >= LEAST_COMPARED else None
    return Satisfaction(
        found, found.n / found.asked if found.asked else None, share,
        margin(share, found.n, found.asked) if share is not None else None,
    )  # fmt: skip


def behind(
    session: Session, figures: ServiceFigures, figure: str, key: str, *, skip: int = 0, limit: int | None = None
) -> Behind:
    """The cases behind a figure of a partner or kind, or of the answers; a case counts as often as it was asked.

    A share is answered by the cases that it counts, or (``once``) that stand against it; a median by all, the longest
    first, with the middle marked.

    Raises:
        Invalid: there is no such figure, or too few answers to say who gave which.
    """
    if not is_listed(figure):
        raise Invalid("查無這個統計項目。", field="figure")
    if _tells_answers(figure) and figures.satisfaction.answered.scores is None:
        raise Invalid(f"有效答案不足 {survey.LEAST_TOLD} 份，不列分布。", field="figure")
    return listed(session, _found(figures, figure, key), figure, skip=skip, limit=limit)


def outside(session: Session, office: OfficeContext, period: Period) -> list[tuple[int, float | None]]:
    """The cases of a period that were received while the office was closed."""
    spans = office.calendar.opening_spans(period.start, period.end, office.offices.own_office)
    opens, found = [begin for begin, _ in spans], list[tuple[int, float | None]]()
    for case_id, at in store.received_at(session, period):
        place = bisect_right(opens, at) - 1
        if place < 0 or at >= spans[place][1]:
            found.append((case_id, None))
    return found


def listed(
    session: Session, found: Sequence[tuple[int, float | None]], figure: str, *, skip: int = 0, limit: int | None = None
) -> Behind:
    """A page of the cases behind a figure, each once, with what it adds."""
    # Of several questions in a case the longest stands for it.
    values = {case_id: value for case_id, value in reversed(found) if value is not None}
    distinct = list(dict.fromkeys(case_id for case_id, _ in found))
    middle = [found[place] for place in places_of("median", len(found))] if figure == "median" else []
    marked = {case_id: ("median",) for case_id, value in middle if values[case_id] == value}
    page = distinct[skip : None if limit is None else skip + limit]
    names = spell_store.numbers_of(session, page)
    return Behind(
        len(found), len(distinct), tuple(names[one] for one in page),
        {names[one]: values[one] for one in page if one in values}, skip,
        {names[one]: marked[one] for one in page if one in marked},
    )  # fmt: skip


def is_listed(figure: str) -> bool:
    """Whether it opens a list."""
    return figure in LISTED or figure.startswith(survey.VIA)


def _tells_answers(figure: str) -> bool:
    """Whether it says what was answered, and not only how often."""
    return figure in survey.LISTED[2:] or figure in _OF_SCORES or figure.startswith(survey.VIA)


_Each = list[tuple[int, float | None]]
"""The case of each thing that a figure counts, and what it adds, where it adds something of its own."""


def _found(figures: ServiceFigures, figure: str, key: str) -> _Each:
    if figure in {*survey.LISTED, "response", *_OF_SCORES} or figure.startswith(survey.VIA):
        return _of_answers(figures.satisfaction.answered.cases, figure)
    for partner in figures.partners:
        if partner.of == key:
            return _of_partner(partner, figure)
    for one in figures.supplements:
        if one.kind.value == key:
            return _of_supplements(one, figure)
    return []


def _of_answers(cases: Mapping[str, Sequence[int]], figure: str) -> _Each:
    if figure in _OF_SCORES:
        scores = sorted(survey.SCORES)
        return [(case_id, float(score)) for score in scores for case_id in cases.get(f"score{score}", ())]
    return [(case_id, None) for case_id in cases.get("surveyed" if figure == "response" else figure, ())]


def _of_partner(partner: Partner, figure: str) -> _Each:
    if figure == "median":
        return [(case_id, float(days)) for case_id, days in partner.took]
    return [(case_id, None) for case_id in partner.cases.get(figure, ())]


def _of_supplements(one: Supplements, figure: str) -> _Each:
    if figure == "mean":
        most = sorted(one.times.items(), key=lambda pair: -pair[1])
        return [(case_id, float(times)) for case_id, times in most]
    return [(case_id, None) for case_id in (one.told if figure in {"told", "rate"} else one.often)]
