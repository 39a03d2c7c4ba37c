"""The page of days held: who had the closed cases of a period, for how long, and what became late with whom."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.desk.reporting.report_query import Asked, Question
from bot.web.held_tables import HELD, HELD_DEFINITIONS, held_table, shown
from bot.web.limits import counting
from bot.web.report_tables import LEAST_CASES, days, label_of
from bot.web.tables import MEDIA_TYPES, Format, write
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import WORDS
from knowledge.calendar.republic import roc_date, roc_written
from routing.domain.errors import NotFound
from routing.domain.permissions import Permission
from routing.service.reporting import held
from routing.service.reporting.held import HeldReport

router = APIRouter(include_in_schema=False)


def _made(work: UnitOfWork, asked: Asked) -> HeldReport:
    return counting.held_report(work, asked.period, asked.kind, asked.by)


@router.get("/desk/turnaround/held")
def held_page(request: Request, work: Reading, asked: Question) -> Response:
    """Days held by unit, or by person for those who may see figures of persons; small numbers of people hidden."""
    report = _made(work, asked)
    rows, hidden = shown(report, label_of(work.session, report.by))
    splits = {by.value: WORDS["by"][by.value] for by in held.SPLITS}
    if not work.actor.may(Permission.OFFICER_FIGURES):
        splits.pop("officer")
    return show(
        request, "turnaround_held.html",
        {
            "actor": work.actor, "now": work.now, "asked": asked, "report": report, "rows": rows, "hidden": hidden,
            "kinds": WORDS["kind"], "splits": splits, "labels": HELD, "definitions": HELD_DEFINITIONS, "days": days,
            "least": LEAST_CASES, "start": roc_written(asked.period.start), "end": roc_written(asked.period.end),
            "said": {"from": roc_date(asked.period.start), "to": roc_date(asked.period.end), "kind": asked.kind,
                     "by": report.by.value},
        },
    )  # fmt: skip


@router.get("/desk/turnaround/held/file.{ending}")
def held_file(work: Reading, asked: Question, ending: str) -> Response:
    """The same as a file, in full precision."""
    if ending not in set(Format):
        raise NotFound("沒有這種檔案格式。")
    report, form = _made(work, asked), Format(ending)
    content = write(held_table(report, work.now, label_of(work.session, report.by)), form)
    name = f"held-{asked.period.start:%Y%m%d}-{asked.period.end:%Y%m%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)
