"""`onestop deadline`: the deadline calculator on the command line, as JSON or as a readable account."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import typer

from knowledge.calendar.office_calendar import CalendarError, OfficeCalendar, local
from knowledge.calendar.weekdays import CHINESE
from knowledge.offices.directory import Offices
from routing.domain.deadline import FIRST_YEAR, LAST_YEAR, MOST_EXTENSION, Deadline, Question, calculate, office_named
from routing.domain.errors import Invalid
from routing.domain.limits import limit_written

_STATUS = {"counted": "計", "off": "不計", "paused": "暫停", "rolled": "順延"}

Source = Callable[[], tuple[OfficeCalendar, Offices]]


def deadline_command(source: Source) -> Callable[..., None]:
    """The command function; ``source`` gives the calendar with its imports and closures, and the offices."""

    def deadline(
        *,
        received: Annotated[str, typer.Option(help="收件時間，須含時區，如 2026-02-11T10:00+08:00")],
        limit: Annotated[str, typer.Option(help="期限：6d、30d-legal、2m-legal、4h，或案件性質 ENQ、PET、APP")],
        pause: Annotated[list[str] | None, typer.Option(help="待廠商補件期間 T1..T2，可重複")] = None,
        extend: Annotated[list[int] | None, typer.Option(help="展期日數，可重複")] = None,
        finished: Annotated[str | None, typer.Option(help="辦結時間")] = None,
        office: Annotated[str | None, typer.Option(help="辦理機關代碼或縣市（區），決定適用的停班")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="輸出 JSON")] = False,
    ) -> None:
        """計算限辦日期與使用日數，並逐日說明。"""  # noqa: D415 - a Chinese sentence, shown as the help
        try:
            calendar, offices = source()
            at = _instant(received, "--received")
            question = Question(
                received=at,
                limit=limit_written(limit, local(at).date(), calendar),
                pauses=tuple(_pause(text) for text in pause or ()),
                extension=sum(_extension(days) for days in extend or ()),
                finished=_instant(finished, "--finished") if finished is not None else None,
            )
            where = offices.own_office if office is None else office_named(office, offices, field="--office")
            answer = calculate(question, calendar, where)
        except (Invalid, CalendarError) as error:
            typer.echo(f"錯誤：{error.message}", err=True)
            raise typer.Exit(2) from error
        typer.echo(json.dumps(as_data(answer), ensure_ascii=False, indent=2) if as_json else account(question, answer))

    return deadline


def _instant(text: str, option: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(f"{option}「{text}」不是有效時間；請寫如 2026-02-11T10:00+08:00。", field=option) from error
    if instant.utcoffset() is None:
        raise Invalid(f"{option}「{text}」缺少時區；請寫如 2026-02-11T10:00+08:00。", code="time_without_offset")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Invalid(f"{option}「{text}」的年份超出可計算的範圍。", code="out_of_range", field=option)
    return instant


def _pause(text: str) -> tuple[datetime, datetime]:
    start, dots, end = text.partition("..")
    if not dots:
        raise Invalid(f"--pause「{text}」無法判讀；請寫「開始..結束」兩個時間。", code="bad_pause", field="pause")
    return _instant(start, "--pause"), _instant(end, "--pause")


def _extension(days: int) -> int:
    if not 1 <= days <= MOST_EXTENSION:
        raise Invalid(f"--extend 應為 1 至 {MOST_EXTENSION} 的整數。", code="bad_extension", field="extend")
    return days


def as_data(answer: Deadline) -> dict[str, Any]:
    """The answer as the JSON of contract §1: instants with +08:00, figures that do not apply are null."""
    return {
        "due_on": answer.due_on.isoformat(),
        "due_at": answer.due_at.isoformat() if answer.due_at else None,
        "days_used": _plain(answer.days_used),
        "gross_days": _plain(answer.gross_days),
        "business_minutes": _plain(answer.business_minutes),
        "provisional": answer.provisional,
        "rules": [{"code": rule.code, "text": rule.text, "source": rule.source} for rule in answer.rules],
        "days": [
            {
                "date": line.date.isoformat(),
                "weekday": line.weekday,
                "status": line.status.value,
                "number": line.number,
                "why": line.why,
            }
            for line in answer.days
        ],
    }


def account(question: Question, answer: Deadline) -> str:
    """The answer as a page of text."""
    extension = f"，展期 {question.extension}" if question.extension else ""
    due = f"{answer.due_at:%Y-%m-%d %H:%M}" if answer.due_at else answer.due_on.isoformat()
    provisional = "（暫定）" if answer.provisional else ""
    lines = [
        f"收件　　　{local(question.received):%Y-%m-%d %H:%M}（星期{_weekday(local(question.received).date())}）",
        f"期限　　　{question.limit.words}{extension}",
        f"限辦日期　{due}（星期{_weekday(answer.due_on)}）{provisional}",
    ]
    if question.finished is not None:
        verdict = "依限辦結" if answer.on_time else "逾限辦結"
        lines += [
            f"辦結　　　{local(question.finished):%Y-%m-%d %H:%M}　{verdict}",
            f"使用日數　{answer.days_used:g} 日（工作天）；總日數 {answer.gross_days:g} 日（日曆天）",
            f"辦公時間　{answer.business_minutes:.0f} 分鐘",
        ]
    lines += ["", "逐日計算"]
    for line in answer.days:
        number = "" if line.number is None else str(line.number)
        lines.append(f"  {line.date} 星期{line.weekday}　{_STATUS[line.status.value]}{number:>4}　{line.why}")
    lines += ["", "適用規則"]
    lines += [f"  {rule.text}\n    依據：{rule.source}" for rule in answer.rules]
    return "\n".join(lines)


def _weekday(day: date) -> str:
    return CHINESE[day.weekday()]


def _plain(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number
