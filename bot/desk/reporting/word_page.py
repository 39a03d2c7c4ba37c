"""The words of the statistics, each with what it means and a worked example that the engine itself counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.held_tables import HELD, HELD_DEFINITIONS
from bot.web.report_tables import BAND_WORDS, JOINS, LABELS, days, minutes, rate
from bot.web.service_tables import DEFINITIONS
from bot.web.templating import show
from bot.web.unit_of_work import Reading
from bot.web.words import word
from knowledge.calendar.office_calendar import load_calendar, local
from knowledge.offices.directory import load_offices
from routing.domain.case import Event, EventKind, Kind
from routing.domain.permissions import require_team
from routing.domain.reporting import holding
from routing.domain.reporting.annual import LEAST_COMPARED, margin, saving
from routing.domain.reporting.bot_figures import BotFigures
from routing.domain.reporting.example import CASES, MARCH
from routing.domain.reporting.figures import COUNTS, DISTRIBUTIONS, FigureSet
from routing.domain.reporting.history import CaseHistory
from routing.domain.reporting.statistics import Report, report
from routing.service.reporting import service_figures
from routing.service.reporting.turnaround import RULES_VERSION

router = APIRouter(include_in_schema=False)

MEANINGS = {
    "open_at_start": "統計期間開始時尚未辦結之案件。",
    "received": "期間內受理之案件。",
    "reopened": "期間內重新開啟之次數。",
    "closed": "期間內辦結之次數；重新開啟後再辦結者，再計一次。",
    "open_at_end": "期間結束時尚未辦結之案件，等於期初未結＋受理＋重新開啟－辦結（次）。",
    "closed_cases": "期末仍為辦結、最後一次辦結在期間內，且結果為答復或移請權責機關之案件；每件一次。",
    "on_time": "辦結案件中，於辦結當時之限辦日期（含當日）以前辦結者。",
    "extended": "依限辦結中，因展期始為依限者；已含於依限辦結。",
    "late": "辦結案件中，於限辦日期後辦結者。",
    "on_time_rate": "依限辦結÷辦結案件。",
    "set_aside": "以撤回、併案或不予處理辦結者，不計入時效，仍列件數。",
    "open_late": "期末未結而限辦日期已屆者。",
    "days_used": "收文次日起算至辦結日之工作日，扣除待廠商補件及辦結至重新開啟之期間；當日辦結為 0.5 日。",
    "gross_days": "收文次日起算至辦結日之日曆天，僅扣除辦結至重新開啟之期間。",
    "first_reply_minutes": "自受理至承辦人首次回復之上班分鐘數，不含自動訊息。",
    "waiting_days.firm": "辦結案件等待廠商補件之工作日合計；不計入使用日數。",
    "waiting_days.agency": "辦結案件等待會辦對象之工作日合計；仍計入使用日數，另列供參。",
    "reclassified.in": f"期間開始時未結，期間內由其他性質改列為本性質之案件。{JOINS}",
    "reclassified.out": f"期間開始時未結，期間內由本性質改列為其他性質之案件。{JOINS}",
}
"""What each figure means, in the order of the report."""
_BANDED = (
    ("days_used", "使用日數分布", "辦結案件依使用日數分列件數；當日為 0.5 日。"),
    (
        "open_age",
        "未結案件案齡",
        "期末未結案件依自受理日至期末（期間未結束者至今日）之日曆天分列件數，不扣除任何期間。",
    ),
)
_STEPS = {
    EventKind.REPLIED: "首次回復", EventKind.RESUMED: "恢復辦理", EventKind.REOPENED: "重新開啟",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word, what it means, and the example."""

    label: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Story:
    """A case of the example in words."""

    name: str
    received: str
    steps: str


@router.get("/desk/turnaround/words")
def words_page(request: Request, work: Reading) -> Response:
    """The words explained; the same for everybody of the team."""
    require_team(work.actor)
    values = {
        "actor": work.actor, "now": work.now, "stories": stories(), "explained": explained(), "held": held_example(),
        "beyond": beyond(),
        "words_of_held": HELD_DEFINITIONS,
    }  # fmt: skip
    return show(request, "turnaround_words.html", values)


@cache
def beyond() -> tuple[Word, ...]:
    """What stands beside the report: whom cases waited for, supplements, answers, the saving, the bot."""
    made = _made()
    waits = service_figures.waited(Kind.ENQ, made.figures).days
    told = [one.number for one in CASES if any(event.data.get("on") == "firm" for event in one.events)]
    received = made.figures.count("received")
    asked, given, good = 120, 50, 45
    share = good / given
    before, now, ns = 3.0, 2.4, (40, 45)
    answers = BotFigures(None, {"answered": 10, "settled": 8})
    return (
        Word(
            "等待對象", DEFINITIONS[0].partition("：")[2],
            f"使用日數合計 {days(waits['days_used'])} 日＝會辦等待 {waits['waiting_days.agency']} 日"
            f"＋本分局辦理 {days(waits['desk'])} 日；待廠商補件 {waits['waiting_days.firm']} 日另列。",
        ),
        Word(
            "補正率", "期間內受理之案件中，曾請廠商補件者之比率。",
            f"{'、'.join(told)}，{len(told)}÷{received}＝{rate(len(told) / received)}。",
        ),
        Word(
            "至多一次通知之比率", "期間內受理之案件中，請廠商補件不逾一次者之比率，即一次告知。",
            f"無逾一次者，{received}÷{received}＝{rate(1.0)}。",
        ),
        Word(
            "滿意度與抽樣誤差", "4、5 分占有效答案之比率；抽樣誤差依 95% 信心水準及發送數計算。",
            f"發送 {asked}、有效答案 {given}、其中 4、5 分 {good}：回收率 {rate(given / asked)}、"
            f"滿意度 {rate(share)}、抽樣誤差 ±{rate(margin(share, given, asked))}。",
        ),
        Word(
            "縮短幅度", f"同性質同季之使用日數中位數，（基準年－本年）÷基準年；任一方不足 {LEAST_COMPARED} 件者不列。",
            f"基準年 {days(before)} 日（{ns[0]} 件）、本年 {days(now)} 日（{ns[1]} 件）："
            f"{rate(saving(before, now, ns))}。",
        ),
        Word(
            "自助解決率", "直接回答中，未再次詢問、未經更正、未表示未解決，且未轉為案件者之比率。",
            f"直接回答 {answers.counts['answered']} 次，自助解決 {answers.counts['settled']} 次："
            f"{rate(answers.settled_rate)}。",
        ),
    )  # fmt: skip


@cache
def stories() -> tuple[Story, ...]:
    """What happened in the cases of the example."""
    return tuple(Story(case.number, _said(case.opening.received_at), _steps(case)) for case in CASES)


def _steps(case: CaseHistory) -> str:
    return "；".join(f"{_said(one.at)} {_step(one)}" for one in case.events) or "尚未辦結"


def _step(event: Event) -> str:
    if event.kind is EventKind.WAITING:
        return "請廠商補件" if event.data["on"] == "firm" else "會辦機關"
    if event.kind is EventKind.EXTENDED:
        return f"展期 {event.data['days']} 日"
    if event.kind is EventKind.TRANSFERRED:
        return f"移{event.data['unit']}"
    if event.kind is EventKind.CLOSED:
        return f"辦結（{word(event.data['outcome'], 'outcome')}）"
    return _STEPS[event.kind]


def _said(at: datetime) -> str:
    moment = local(at)
    return f"{moment.month} 月 {moment.day} 日 {moment:%H:%M}"


@cache
def explained() -> tuple[Word, ...]:
    """Every figure of the report, as the engine counts it from the example."""
    made = _made()
    plain = tuple(Word(LABELS[name], MEANINGS[name], _example(name, made.figures)) for name in MEANINGS)
    return plain + tuple(Word(label, meaning, _spread(name, made.figures)) for name, label, meaning in _BANDED)


@cache
def _made() -> Report:
    return report(
        CASES, start=MARCH.start, end=MARCH.end, calendar=load_calendar(), offices=load_offices(),
        rules_version=RULES_VERSION,
    )  # fmt: skip


def _spread(name: str, figures: FigureSet) -> str:
    found = {words: figures.behind(f"{name}.{band}")[0] for band, words in BAND_WORDS.items()}
    told = (f"{words} {'、'.join(sorted(map(str, cases), key=_place))}" for words, cases in found.items() if cases)
    return "；".join(told) + "。"


def _example(name: str, figures: FigureSet) -> str:
    behind, values = figures.behind(name)
    names = [str(one) for one in behind]
    if name in COUNTS or name.startswith("reclassified."):
        count = figures.count(name) if name in COUNTS else len(names)
        return f"{'、'.join(sorted(names, key=_place))}，共 {count}。" if count else "無，為 0。"
    if name == "on_time_rate":
        return f"{figures.count('on_time')}÷{figures.count('closed_cases')}＝{rate(figures.on_time_rate)}。"
    say, unit = (minutes, "分鐘") if name == "first_reply_minutes" else (days, "日")
    each = "、".join(f"{one} {say(value)} {unit}" for one, value in _pairs(names, values or ()))
    if name not in DISTRIBUTIONS:
        return f"{each}，合計 {figures.waiting_days(name.removeprefix('waiting_days.'))} 日。"
    spread = figures.distribution(name)
    return (
        f"{each}；平均 {say(spread.mean)}、中位數 {say(spread.median)}、"
        f"第 90 百分位 {say(spread.p90)} {unit}。"
    )  # fmt: skip


def _pairs(names: Sequence[str], values: Sequence[float]) -> Iterator[tuple[str, float]]:
    yield from sorted(zip(names, values, strict=True), key=lambda pair: _place(pair[0]))


def _place(name: str) -> int:
    return [case.number for case in CASES].index(name)


@cache
def held_example() -> Word:
    """Days held, of the case that was handed over."""
    history = next(one for one in CASES if any(event.kind is EventKind.TRANSFERRED for event in one.events))
    case, turns = holding.turns(history.opening, history.events)
    shares = holding.days_held(case, turns, load_calendar(), load_offices().office_of(case.unit))
    each = "、".join(f"{unit} {days(share)} 日" for (unit, _), share in shares)
    return Word(HELD["days"], HELD_DEFINITIONS[0], f"{history.number}：{each}。")
