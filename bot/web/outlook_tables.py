"""The week ahead for people and programs: the same words and order on the page, in API's files, and the command's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.web.tables import Cell, Format, Table, write_some
from bot.web.words import word
from knowledge.calendar.republic import roc_instant, roc_written
from routing.domain.consultations import party_said
from routing.domain.reporting.outlook import MUCH, Topic
from routing.service.reminders.weekly import topic_said
from routing.service.reporting.outlook import MOST_NAMED, Outlook, WeekAhead

FULL, AWAY, NOBODY, UNASSIGNED = "在辦已滿", "請假", "無人代理", "待分案"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: its title, its columns, and what is said where it is empty."""

    title: str
    columns: tuple[str, ...]
    empty: str


PARTS = {
    "due": Part(
        "本週到期，未辦結即逾限", ("案件", "預定回復日", "類別", "單位", "承辦人"), "本週沒有到期的案件。"
    ),
    "people": Part(
        "在辦已滿或請假", ("承辦人", "情形", "單位", "在辦", "上限", "起日", "迄日", "代理人"), "無。"
    ),
    "rising": Part(
        "詢問增加的主題", ("主題", "近七日", "之前四週每週平均", "例如"), "沒有明顯增加的主題。"
    ),
    "answers": Part(
        "補知識可減少的案件", ("主題", "近四週成案"), "近四週沒有因無現成答案而成案者。"
    ),
    "gaps": Part("本週未得到回答的提問", ("提問", "則數", "家數"), "本週的提問都得到回答。"),
    "holding": Part(
        "會辦等待中", ("受詢機關或單位", "未答復", "合計工作日", "最久"), "沒有等待中的會辦。"
    ),
}  # fmt: skip
"""The parts by their keys, in their order."""
LOADS = f"等待中的案件以半件計；未設在辦上限者，以滿 {MUCH:.0f} 件且逾同單位中位數兩倍為準。"
STANDS = "本週展望為現況推算，隨案件進度變動；補件等待中的案件不計入到期。"


def holder(of: str) -> str:
    """An agency or unit that holds questions, by its name."""
    return party_said(of, word)


def topic(one: Topic) -> str:
    """A topic with its category."""
    return topic_said(one, word)


def tables(week: WeekAhead, made_at: datetime) -> dict[str, Table]:
    """Each part as a table, by its key."""
    ahead = week.ahead
    cut = ahead.due_count - len(ahead.due)
    notes = {
        "due": [f"共 {ahead.due_count} 件；僅列最早到期的 {MOST_NAMED} 件。"]
        if cut
        else [f"共 {ahead.due_count} 件。"],
        "people": [LOADS],
    }
    rows: dict[str, list[Sequence[Cell]]] = {
        "due": [
            (one.number, one.promised_on, word(one.category, "category"), one.unit, _named(ahead)(one.assignee))
            for one in ahead.due
        ],
        "people": _people(ahead),
        "rising": [
            (topic(one.topic), one.asked, one.before, "".join(f"「{text}」" for text in week.examples[one.topic]))
            for one in ahead.rising
        ],
        "answers": [(topic(one), number) for one, number in ahead.unanswered],
        "gaps": [(gap.examples[0], gap.asked, gap.firms) for gap in week.gaps],
        "holding": [(holder(one.of), one.questions, one.days, one.longest) for one in ahead.holding],
    }
    return {
        key: Table(title=part.title, columns=part.columns, rows=rows[key], notes=notes.get(key, []), made_at=made_at)
        for key, part in PARTS.items()
    }


def _named(ahead: Outlook) -> Callable[[str | None], str]:
    return lambda email: ahead.names.get(email, email) if email is not None else UNASSIGNED


def _people(ahead: Outlook) -> list[Sequence[Cell]]:
    named = _named(ahead)
    found: list[Sequence[Cell]] = [
        (named(one.email), FULL, one.unit, one.load, one.capacity, None, None, None) for one in ahead.overloaded
    ]
    found += [
        (named(one.email), AWAY, None, one.cases, None, one.first, one.last,
         named(one.deputy) if one.deputy is not None else NOBODY)
        for one in ahead.away
    ]  # fmt: skip
    return found


def title(week: WeekAhead) -> str:
    """Of the whole."""
    return f"本週展望 {week.ahead.week.start:%Y%m%d}-{week.ahead.week.end:%Y%m%d}"


def written(week: WeekAhead, form: Format, made_at: datetime, *, table: str | None = None) -> bytes:
    """All parts as a workbook, or one of them, by its key.

    Raises:
        Invalid: no such part, or CSV without one.
    """
    span = week.ahead.week
    notes = (
        f"期間：{roc_written(span.start)}至{roc_written(span.end)}（含）；{week.unit or '全分局'}",
        STANDS,
        f"製表時間：{roc_instant(made_at)}。",
    )
    return write_some(tables(week, made_at), form, table=table, title=title(week), notes=notes)


def file_name(week: WeekAhead, form: Format, table: str | None) -> str:
    """The name under which the file is kept."""
    part = f"-{table}" if table is not None else ""
    return f"week-{week.ahead.week.start:%Y%m%d}{part}.{form}"


def as_json(week: WeekAhead) -> dict[str, Any]:
    """As programs read it: codes and e-mail addresses where the page has words and names."""
    ahead = week.ahead
    return {
        "from": ahead.week.start.isoformat(), "to": ahead.week.end.isoformat(), "week": ahead.week.name,
        "unit": week.unit, "due_count": ahead.due_count,
        "due": [
            {"number": one.number, "promised_on": one.promised_on.isoformat(), "category": one.category,
             "unit": one.unit, "assignee": one.assignee}
            for one in ahead.due
        ],
        "overloaded": [
            {"email": one.email, "unit": one.unit, "load": one.load, "capacity": one.capacity}
            for one in ahead.overloaded
        ],
        "away": [
            {"email": one.email, "from": one.first.isoformat(), "to": one.last.isoformat(), "cases": one.cases,
             "deputy": one.deputy}
            for one in ahead.away
        ],
        "rising": [
            {**_topic(one.topic), "asked": one.asked, "before": one.before, "examples": list(week.examples[one.topic])}
            for one in ahead.rising
        ],
        "answers": [{**_topic(one), "cases": number} for one, number in ahead.unanswered],
        "gaps": [{"example": gap.examples[0], "asked": gap.asked, "firms": gap.firms} for gap in week.gaps],
        "holding": [
            {"of": one.of, "questions": one.questions, "days": one.days, "longest": one.longest}
            for one in ahead.holding
        ],
    }  # fmt: skip


def _topic(one: Topic) -> dict[str, str | None]:
    category, within = one
    return {"category": category, "topic": within}
