"""The turnaround report for people: as a table to take away, rounded for pages, small groups of people hidden.

Rounding happens here and nowhere else, once, half up (contract §8). Files keep full precision and hide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy.orm import Session

from bot.web.tables import Cell, Table
from bot.web.words import WORDS, word
from knowledge.calendar.republic import roc_month, roc_written
from routing.domain.reporting.figures import BANDED, COUNTS, DISTRIBUTIONS, FigureSet
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, Group, GroupBy, Report
from routing.service.accounts import queries as account_queries
from routing.service.reporting.turnaround import Issued

UNFINISHED = "期間未結束，數字仍會變動。"
NO_CASES = "無案件"
"""What a page shows where a figure has no case behind it: never 0, never 100 %."""

LEAST_CASES = 5
"""Groups of people with fewer closed cases are not shown on pages: a mean of two cases says nothing of a person."""

LABELS = {
    "open_at_start": "期初未結",
    "received": "受理",
    "reopened": "重新開啟",
    "closed": "辦結（次）",
    "open_at_end": "期末未結",
    "closed_cases": "辦結案件",
    "on_time": "依限辦結",
    "extended": "展期辦結",
    "late": "逾限辦結",
    "on_time_rate": "依限辦結率",
    "set_aside": "不計入時效",
    "open_late": "逾限未結",
    "days_used": "使用日數",
    "gross_days": "歷時日數",
    "first_reply_minutes": "首次回復（上班分鐘）",
    "waiting_days.firm": "待廠商補件（工作日）",
    "waiting_days.agency": "會辦等待（工作日）",
    "reclassified.in": "改列入（性質變更）",
    "reclassified.out": "改列出（性質變更）",
}
BAND_WORDS = {"0": "當日", "1-3": "1–3 日", "4-6": "4–6 日", "7-29": "7–29 日", "30+": "30 日以上"}
BANDED_WORDS = {"days_used": "使用日數", "open_age": "案齡"}
LABELS |= {
    f"{name}.{band}": f"{words}－{said}" for name, words in BANDED_WORDS.items() for band, said in BAND_WORDS.items()
}
PARTS = {"n": "件數", "mean": "平均", "median": "中位數", "p90": "第 90 百分位", "min": "最少", "max": "最多"}

DEFINITIONS = (
    "期末未結＝期初未結＋受理＋重新開啟－辦結（次）；受理、重新開啟、辦結（次）為期間內之次數。",
    "辦結案件：期末仍為辦結、最後一次辦結在期間內，且結果為答復或移請權責機關；其他結果列為不計入時效。",
    "展期辦結：依限辦結中，因展期始為依限者。逾限未結：期末未結且限辦日期已至。",
    "使用日數：收文次日起算之工作日，扣除待廠商補件及辦結至重新開啟之期間，當日辦結為 0.5 日。",
    "歷時日數：收文次日起算之日曆天，僅扣除辦結至重新開啟之期間。",
    "首次回復：承辦人於期間內首次回復，自受理起之上班分鐘數，不含自動訊息。",
    "案齡：期末未結案件自受理日至期末（期間未結束者至今日）之日曆天，不扣除任何期間。",
    "「無案件」（下載檔案為空白）表示該項沒有案件可計算，不是 0。百分位數以線性內插計算。",
)

JOINS = "上期之期末未結＋改列入－改列出＝本期之期初未結。"
"""Why a month begins with another number than the last ended with; stands where cases changed their kind."""

MONTHS_AND_YEAR = (
    "重新開啟後再辦結之案件，在各該月（週）分別計入，故各月（週）之和可能大於合計；合計以整個期間末之狀態計，每件一次。"
)
"""Why months with reopened cases sum to more than their year; stands beside every table of them."""

_WORDED = {"category", "topic", "channel", "language", "agency"}
"""What groups have words for by code."""
_OF_TIME = frozenset({GroupBy.MONTH, GroupBy.WEEK})


def days(value: float | None) -> str:
    """Days with one decimal."""
    return NO_CASES if value is None else str(_half_up(value, 1))


def rate(value: float | None) -> str:
    """A share as per cent with two decimals."""
    return NO_CASES if value is None else f"{_half_up(value, 2, shift=2)}%"


def minutes(value: float | None) -> str:
    """Business minutes, whole."""
    return NO_CASES if value is None else f"{_half_up(value, 0):,}"


def _half_up(value: float, places: int, *, shift: int = 0) -> Decimal:
    """Rounds the number as it is written, so that 2.35 gives 2.4 although the float lies just below."""
    return Decimal(repr(value)).scaleb(shift).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Visible:
    """The groups that a page may show, and the keys of those it must not."""

    groups: tuple[Group, ...]
    hidden: tuple[str | None, ...]


def hide_small(groups: Sequence[Group], least: int = LEAST_CASES) -> Visible:
    """Leave out groups of people with fewer closed cases than ``least``.

    A single hidden group could be read off the total, so then the next smallest is hidden with it.
    """
    by_size = sorted(groups, key=lambda group: group.figures.count("closed_cases"))
    few = sum(group.figures.count("closed_cases") < least for group in by_size)
    hidden = {group.key for group in by_size[: 2 if few == 1 else few]}
    return Visible(
        groups=tuple(group for group in groups if group.key not in hidden),
        hidden=tuple(group.key for group in groups if group.key in hidden),
    )


def label_of(session: Session, by: str | None) -> Callable[[str], str]:
    """The words for the key of a group: a name for a person, a word for a code, 114 年 2 月 for a month."""
    if by == "officer":
        names = {person.email: person.name for person in account_queries.everybody(session)}
        return lambda key: names.get(key, key)
    if by == "month":
        return roc_month
    if by is not None and by in _WORDED:
        return lambda key: word(key, by)
    return str


def in_order(report: Report, label: Callable[[str], str]) -> tuple[Group, ...]:
    """The groups as people look for them: (無) at the end, all else in the order of its list or of its words."""
    if report.by in _OF_TIME:
        return report.groups
    places = {code: place for place, code in enumerate(WORDS.get(str(report.by), ()))}

    def place(group: Group) -> tuple[bool, int, str, str]:
        key = group.key or ""
        return group.key is None, places.get(key, len(places)), label(key), key

    return tuple(sorted(report.groups, key=place))


def unfinished(period: Period, made_at: datetime) -> tuple[str, ...]:
    """What files and pages say of a period that is not over when they are made; else nothing."""
    return (UNFINISHED,) if made_at < period.ends_at else ()


def file_name(issued: Issued, ending: str) -> str:
    """What a report is kept as; CSV has no room for what it says of itself, so the name says it."""
    period = issued.report.period
    mark = "" if issued.marks else "-unfinished"
    mark += f"-r{issued.revision}" if issued.revision else ""
    return f"turnaround-{period.start:%Y%m%d}-{period.end:%Y%m%d}{mark}.{ending}"


def edition(issued: Issued) -> tuple[str, ...]:
    """What a report says of itself: that its period is not over, or the how manieth revision it is."""
    if not issued.marks:
        return (UNFINISHED,)
    if issued.revision:
        return (f"修正版（第 {issued.revision} 次）：產出後有補登或更正。",)
    return ("版次：初版。",)


def table(
    report: Report, made_at: datetime, label: Callable[[str], str] = str, *, of: Sequence[str] = ()
) -> Table:  # fmt: skip
    """The report as one table: a row for each kind asked for and under it one for each group, in full precision.

    Args:
        report: as made.
        of: what it says of itself (``edition``).
        made_at: aware; when the file is made.
        label: the words for a group's key (用地工程科 stays, ``land`` becomes 土地); unchanged unless given.
    """
    head = ["案件種類", word(report.by, "by") if report.by is not None else "範圍"]
    return Table(
        title=f"辦理時效 {report.period.start:%Y%m%d}-{report.period.end:%Y%m%d}",
        columns=(*head, *_headings()),
        rows=tuple(_rows(report, label)),
        notes=(
            f"統計期間：{roc_written(report.period.start)}至{roc_written(report.period.end)}（含）",
            *of,
            f"計算規則版本：{report.rules}；辦公日曆版本：{report.calendar}",
            *DEFINITIONS,
            *((MONTHS_AND_YEAR,) if report.by in _OF_TIME else ()),
        ),
        made_at=made_at,
        shown=dict(enumerate(_formats(), start=len(head))),
    )


def _headings() -> Iterator[str]:
    for name, words in LABELS.items():
        if name in DISTRIBUTIONS:
            yield from (f"{words}－{part}" for part in PARTS.values())
        else:
            yield words


def _formats() -> Iterator[str]:
    """How a spreadsheet shows each column: as a page rounds it."""
    for name in LABELS:
        if name in DISTRIBUTIONS:
            of_values = "#,##0" if name == "first_reply_minutes" else "0.0"
            yield from ("#,##0" if part == "n" else of_values for part in PARTS)
        else:
            yield "0.00%" if name == "on_time_rate" else "#,##0"


def _rows(report: Report, label: Callable[[str], str]) -> Iterator[tuple[Cell, ...]]:
    mixed = report.kind == ALL
    kind = "全部" if mixed else word(report.kind, "kind")
    yield (kind, "合計", *_cells(report.figures, mixed=mixed))
    for group in in_order(report, label):
        yield (kind, "（無）" if group.key is None else label(group.key), *_cells(group.figures, mixed=mixed))
    for part in report.by_kind.values():
        yield from _rows(part, label)


def _cells(figures: FigureSet, *, mixed: bool) -> Iterator[Cell]:
    """The figures in the order of ``LABELS``; across kinds only the counts."""
    for name in LABELS:
        if name in COUNTS:
            yield figures.count(name)
        elif name in DISTRIBUTIONS:
            values = figures.distribution(name).as_json()
            yield from (None if mixed else values[part] for part in PARTS)
        elif mixed:
            yield None
        elif name == "on_time_rate":
            yield figures.on_time_rate
        elif name.startswith("reclassified."):
            yield figures.reclassified(name.removeprefix("reclassified."))
        elif name.partition(".")[0] in BANDED:
            banded, _, band = name.partition(".")
            yield figures.bands(banded)[list(BAND_WORDS).index(band)]
        else:
            yield figures.waiting_days(name.removeprefix("waiting_days."))
