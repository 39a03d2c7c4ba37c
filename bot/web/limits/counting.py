"""Turnaround reports in a web process: counted one at a time, so that LINE's webhook and pages get their turn.

A report over years of cases works the processor for seconds. Several at once would leave nothing of it to the webhook,
which has two seconds for an answer. Few may wait; the rest are told to come again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.web.unit_of_work import UnitOfWork
from routing.domain.errors import Busy
from routing.domain.reporting.outlook import Topic
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import Wanted
from routing.service.reporting import bot_report as bot_figures
from routing.service.reporting import held, measuring
from routing.service.reporting import service_figures as service_counts
from routing.service.reporting import turnaround as turnaround_report
from routing.service.reporting.bot_report import BotReport, Enquiries
from routing.service.reporting.held import HeldReport
from routing.service.reporting.service_figures import ServiceFigures
from routing.service.reporting.turnaround import Issued

WAITING = 10
"""Reports under way in one process, the one that is being counted included."""

FOLDED = 20_000
"""Cases yet to be measured up to which a report folds the histories meanwhile; of more that would take minutes."""

log = structlog.get_logger("web")
_ONE = BoundedSemaphore(1)
_ROOM = BoundedSemaphore(WAITING)


@contextmanager
def turn() -> Iterator[None]:
    """The turn to count. Raises Busy, at once, while ten reports are under way."""
    if not _ROOM.acquire(blocking=False):
        raise Busy("目前統計的人數過多，請稍候再試。", code="reports_busy")
    try:
        with _ONE:
            yield
    finally:
        _ROOM.release()


def _measured(work: UnitOfWork, *, whole: bool = False) -> None:
    """See that nobody waits for minutes. ``whole``: for what older measures do not say (who held a case).

    Raises:
        Busy: cases are yet to be measured, after a new program or calendar, and they are too many to be folded here.
    """
    ready = measuring.is_ready if whole else measuring.figures_hold
    if ready(work.session, work.office):
        return
    left = measuring.cases_left(work.session)
    if left > FOLDED:
        raise Busy(
            f"辦公日曆或程式更新後，時效基礎資料正在重算，尚餘約 {left:,} 件；完成後即可查詢，請稍候再試。",
            code="reports_measuring",
        )


def report(work: UnitOfWork, wanted: Wanted, *more: Wanted) -> tuple[Issued, ...]:
    """The report, and ``more`` counted with it for a chart beside it.

    The first is given out: a later change of a finished period is a revision (contract §8).

    Raises:
        Invalid: too many groups. Busy: too many are asked for at once, or cases are being measured.
    """
    _measured(work)
    with turn():
        made = turnaround_report.make_all(work.session, work.office, (wanted, *more), now=work.now)
    issued = made[0]
    if not issued.recorded:
        try:
            with work.runtime.database.writing() as session:
                turnaround_report.record(session, issued, now=work.now)
        except SQLAlchemyError as error:
            # It is noted the next time; what cannot be written can still be read.
            log.warning("report_not_kept", error=type(error).__name__)
    return made


def held_report(work: UnitOfWork, period: Period, kind: str, by: str | None) -> HeldReport:
    """The days held of a report's cases, as this person may read them.

    Raises:
        Invalid: another split than unit or person, all kinds at once. Forbidden: by person, and they may not. Busy: too
            many are asked for at once.
    """
    split = held.split_of(by)
    turnaround_report.check_split(work.actor, split.value)
    _measured(work, whole=True)
    with turn():
        made = held.made(work.session, work.office, period, kind, by=split, now=work.now)
    return held.for_person(work.session, work.actor, made)


def bot_report(work: UnitOfWork, period: Period) -> BotReport:
    """What the bot was asked in a period, and messages by month.

    Raises:
        Forbidden: the person is a partner. Busy: too many are asked for at once.
    """
    with turn():
        return bot_figures.made(work.session, work.office, work.actor, period, now=work.now)


def bot_enquiries(
    work: UnitOfWork, period: Period, *, figure: str, language: str | None = None, topic: Topic | None = None,
    skip: int, limit: int,
) -> Enquiries:  # fmt: skip
    """The enquiries behind one of the bot's figures.

    Raises:
        Forbidden: the person is a partner. Invalid: there is no such figure. Busy: too many are asked for at once.
    """
    with turn():
        return bot_figures.behind(
            work.session, work.office, work.actor, period, figure=figure, language=language, topic=topic, skip=skip,
            limit=limit,
        )  # fmt: skip


def service_figures(work: UnitOfWork, period: Period) -> ServiceFigures:
    """Consultations, supplements and answers of firms in a period.

    Raises:
        Forbidden: the person is a partner. Busy: too many are asked for at once.
    """
    _measured(work)
    with turn():
        return service_counts.made(work.session, work.office, work.actor, period, now=work.now)
