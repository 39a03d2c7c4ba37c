"""The tables of the yearly papers, each out of one reading of what is kept (``domain/processing-time``'s twelve)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import roc_date, roc_month, roc_year
from knowledge.vocabulary import Channel, Language
from routing.domain import survey
from routing.domain.case import Kind
from routing.domain.consultations import party_said
from routing.domain.permissions import Actor
from routing.domain.reporting.annual import (
    LEAST_COMPARED,
    AnnualTable,
    Cell,
    Figure,
    Section,
    quarters,
    saving,
)
from routing.domain.reporting.periods import Period
from routing.domain.reporting.statistics import ALL, GroupBy, Report, Wanted
from routing.service.office_context import OfficeContext
from routing.service.reporting import bot_report, period_end, question_figures, service_figures, turnaround
from routing.service.reporting.period_end import AtEnd
from routing.service.reporting.turnaround import Issued
from routing.store.reporting import annual as store
from routing.store.reporting.schema import AnnualEntry

MOST_LATE = 1000
"""Late cases that are listed; the table says how many there are."""
_SPLITS = (GroupBy.MONTH, GroupBy.CHANNEL, GroupBy.PARK)
_VOLUME = ("received", "closed", "open_at_end")
_TIMES = ("closed_cases", "on_time", "extended", "late", "set_aside", "open_late")
_BOT = {
    "asked": "機器人受詢（次）", "answered": "直接回答", "offered": "列出選項", "handed_over": "轉由承辦人",
    "helpful": "廠商表示有幫助", "not_helpful": "廠商表示未解決", "came_back": "五個工作日內再次詢問",
    "wrong": "經承辦人更正", "settled": "自助解決",
}  # fmt: skip
_SERVICE, _ASKED = "service/cases", "bot/asked"
"""Pages of lists beside that of the report."""
_COUNTED_HERE = "系統"
"""Who answers for a figure among those that are entered by hand."""
_NOT_ADDED = "機器人回答、案件與聯絡人數各自計列，不相加。"


@dataclass(slots=True)
class Making:
    """One making of a year's tables: what they read, and by which words."""

    session: Session
    office: OfficeContext
    actor: Actor
    period: Period
    base_year: int | None
    entered: Sequence[AnnualEntry]
    word: Callable[[str, str], str]
    now: datetime
    _issued: dict[tuple[Period, str, GroupBy | None], Issued] = field(default_factory=dict)

    def tables(self) -> list[AnnualTable]:
        """All of them, in their order."""
        self._count()
        return [
            *(self._volume(by) for by in _SPLITS), self._time(), self._late(), self._consultations(), self._base(),
            self._satisfaction(), self._supplements(),
            question_figures.table(self.session, self.office, self.period, partial(self._opens, _SERVICE)),
            self._languages(), self._bot(),
            *self._by_hand(),
        ]  # fmt: skip

    def _count(self) -> None:
        """Every report that the tables need, counted from one state."""
        wanted: list[tuple[Period, str, GroupBy | None]] = [
            *((self.period, kind.value, by) for kind in Kind for by in (None, *_SPLITS)),
            *((self.period, ALL, by) for by in (GroupBy.LANGUAGE, GroupBy.CHANNEL)),
        ]
        today = local(self.now).date()
        for year in filter(None, (self.base_year, self.period.start.year)):
            wanted += [(quarter, kind.value, None) for quarter in quarters(year, today) for kind in Kind]
        asked = [Wanted(period=period, kind=kind, by=by) for period, kind, by in wanted]
        made = turnaround.make_all(self.session, self.office, asked, now=self.now)
        self._issued = dict(zip(wanted, made, strict=True))

    def _report(self, kind: Kind, by: GroupBy | None = None, period: Period | None = None) -> Report:
        return self._issued[period or self.period, kind.value, by].report

    def _behind(self, kind: Kind | str, figure: str, value: float | None, **more: str | None) -> Figure:
        period = self.period
        fields = {
            "from": period.start.isoformat(), "to": period.end.isoformat(), "kind": str(kind), "figure": figure, **more,
        }  # fmt: skip
        return Figure(value, f"/desk/turnaround/cases?{_query(fields)}")

    def _opens(self, page: str, figure: str, value: float | None, key: str | None = None) -> Figure:
        """A figure whose list stands on another page of the statistics than the report's."""
        span = {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        return Figure(value, f"/desk/turnaround/{page}?{_query({**span, 'figure': figure, 'key': key})}")

    def _volume(self, by: GroupBy) -> AnnualTable:
        names = {"received": "受理", "closed": "辦結（次）", "open_at_end": "期末未結"}
        titles = {GroupBy.MONTH: "月別", GroupBy.CHANNEL: "管道別", GroupBy.PARK: "園區別"}
        found: dict[str | None, dict[Kind, Report | object]] = defaultdict(dict)
        for kind in Kind:
            for group in self._report(kind, by).groups:
                found[group.key][kind] = group.figures
        rows: list[list[Cell]] = []
        for key in sorted(found, key=_in_order(by)):
            row: list[Cell] = [self._group(by, key)]
            for kind in Kind:
                figures = self._report(kind, by).figures_of(key)
                for name in _VOLUME:
                    value = figures.count(name) if figures is not None else 0
                    row.append(self._behind(kind, name, value, by=by.value, group=key or ""))
            rows.append(row)
        total: list[Cell] = ["合計"]
        for kind in Kind:
            total += [self._behind(kind, name, self._report(kind).figures.count(name)) for name in _VOLUME]
        rows.append(total)
        kinds = [f"{self.word(kind.value, 'kind')}－{names[name]}" for kind in Kind for name in _VOLUME]
        notes = ("各月之期末未結為該月底之數，合計列為全期末之數。",) if by is GroupBy.MONTH else ()
        return AnnualTable(f"volume_{by.value}", f"一、案件量（{titles[by]}）", (titles[by], *kinds), rows, notes)

    def _group(self, by: GroupBy, key: str | None) -> str:
        if key is None:
            return "（無）"
        if by is GroupBy.MONTH:
            return roc_month(key)
        return self.word(key, "channel") if by is GroupBy.CHANNEL else key

    def _time(self) -> AnnualTable:
        rows: list[list[Cell]] = []
        for kind in Kind:
            figures = self._report(kind).figures
            days, reply = (
                figures.distribution("days_used").as_json(),
                figures.distribution("first_reply_minutes").as_json(),
            )
            rows.append([
                self.word(kind.value, "kind"), *(self._behind(kind, name, figures.count(name)) for name in _TIMES),
                self._behind(kind, "on_time_rate", figures.on_time_rate),
                *(self._behind(kind, "days_used", days[part]) for part in ("mean", "median", "p90")),
                self._behind(kind, "first_reply_minutes", reply["median"]),
            ])  # fmt: skip
        columns = (
            "性質", "辦結案件", "依限辦結", "其中展期", "逾限辦結", "不計入時效", "逾限未結", "依限辦結率",
            "平均使用日數", "使用日數中位數", "使用日數第 90 百分位", "首次回復中位數（上班分鐘）",
        )  # fmt: skip
        notes = ("不同性質期限不同，不合計平均。空白表示沒有案件可計算，不是 0。",)
        return AnnualTable("time", "二、辦理時效", columns, rows, notes)

    def _late(self) -> AnnualTable:
        numbers: list[str] = []
        times = 0
        for kind in Kind:
            issued = self._issued[self.period, kind.value, None]
            behind = turnaround.cases_behind(self.session, issued, "late", limit=MOST_LATE)
            numbers += behind.numbers
            times += behind.times
        told = {row.label: row for row in self.entered if row.section == Section.LATE}
        listed = sorted(numbers)[:MOST_LATE]
        today = local(self.now).date()
        states = dict(period_end.states(self.session, self.office, listed, self.period, today=today))
        found = [self._late_row(number, states[number], told.get(number)) for number in listed if number in states]
        columns = (
            "案號", "性質", "類別", "承辦單位", "受理日", "限辦日期", "辦結日", "逾限（工作日）", "原因", "改善措施",
        )  # fmt: skip
        notes = (f"逾限辦結共 {times} 件，列 {len(found)} 件；限辦日期與日數以期末之狀態計。",)
        return AnnualTable("late", "三、逾限案件明細", columns, found, notes)

    def _late_row(self, number: str, state: AtEnd, told: AnnualEntry | None) -> list[Cell]:
        case = state.case
        closed = local(case.closed.start).date() if case.closed is not None else None
        return [
            number, self.word(case.kind.value, "kind"), self.word(case.category, "category"), case.unit,
            roc_date(local(case.opening.received_at).date()), roc_date(state.reading.due_on), roc_date(closed),
            state.late_by, told.figure if told is not None else None, told.evidence if told is not None else None,
        ]  # fmt: skip

    def _consultations(self) -> AnnualTable:
        rows: list[list[Cell]] = [
            [party_said(one.of, self.word),
             *(self._opens(_SERVICE, name, one.count(name), one.of) for name in ("asked", "answered", "dated", "kept")),
             self._opens(_SERVICE, "median", one.median_days, one.of),
             *(self._opens(_SERVICE, name, one.count(name), one.of) for name in ("ended", "waiting"))]
            for one in service_figures.partners(self.session, self.office, self.period)
        ]  # fmt: skip
        columns = (
            "受詢機關或單位",
            "詢問",
            "已答復",
            "其中定有日期",
            "如期答復",
            "答復日數中位數（工作日）",
            "未登錄答復而結束",
            "期末未答復",
        )
        return AnnualTable(
            "consultations",
            "四、單一窗口會辦",
            columns,
            rows,
            ("以期間內提出之詢問計，每一詢問計一次；未登錄答復而結束為收回，或未登錄答復即續辦、辦結者。",),
        )

    def _base(self) -> AnnualTable:
        columns = ("性質", "季", "基準年中位數", "基準年件數", "本年中位數", "本年件數", "縮短幅度")
        title = "五、縮短案件處理時間（使用日數中位數，同性質同季比較）"
        if self.base_year is None:
            return AnnualTable("base_year", title, columns, (), ("基準年建立中。",))
        today, rows = local(self.now).date(), list[list[Cell]]()
        before = {quarter.start.month: quarter for quarter in quarters(self.base_year, today)}
        for kind in Kind:
            for quarter in quarters(self.period.start.year, today):
                old, new = (
                    self._report(kind, None, one).figures.distribution("days_used").as_json()
                    for one in (before[quarter.start.month], quarter)
                )
                cut = saving(old["median"], new["median"], (int(old["n"] or 0), int(new["n"] or 0)))
                name = f"第 {quarter.start.month // 3 + 1} 季"
                rows.append([
                    self.word(kind.value, "kind"), name, *self._compared(kind, before[quarter.start.month], old),
                    *self._compared(kind, quarter, new), self._beside(kind, quarter, cut),
                ])  # fmt: skip
        notes = (
            f"基準年為 {roc_year(self.base_year)} 年；縮短幅度＝（基準年－本年）÷基準年。",
            f"任一方不足 {LEAST_COMPARED} 件者不列幅度。",
        )
        return AnnualTable("base_year", title, columns, rows, notes)

    def _beside(self, kind: Kind, quarter: Period, cut: float | None) -> Cell:
        """By how much it became shorter, with the page that has the two periods side by side."""
        if cut is None or self.base_year is None:
            return None
        asked = {"from": quarter.start.isoformat(), "to": quarter.end.isoformat(), "kind": kind.value,
                 "base": str(roc_year(self.base_year))}  # fmt: skip
        return Figure(cut, f"/desk/turnaround?{_query(asked)}#beside")

    def _compared(self, kind: Kind, period: Period, values: Mapping[str, Any]) -> list[Cell]:
        span = {"from": period.start.isoformat(), "to": period.end.isoformat()}
        return [self._behind(kind, "days_used", values[part], **span) for part in ("median", "n")]

    def _satisfaction(self) -> AnnualTable:
        made = service_figures.satisfied(self.session, self.actor, self.period)
        found = made.answered
        rows: list[list[Cell]] = [
            *_pairs((name, self._opens(_SERVICE, figure, value)) for name, figure, value in (
                ("發送", "surveyed", found.asked), ("有效答案", "rated", found.n),
                ("回收率", "response", made.response_rate),
                *((f"{score} 分", f"score{score}", found.score(score)) for score in survey.SCORES),
                ("滿意度（4、5 分）", "good", made.good_rate), ("抽樣誤差（95% 信心水準）", "margin", made.margin),
            )),
            *self._said(Section.THEMES, "意見主題："),
        ]  # fmt: skip
        notes = (
            f"有效答案不足 {LEAST_COMPARED} 份者只列次數，不足 {survey.LEAST_TOLD} 份者不列分布。每次辦結計一次。",
        )
        return AnnualTable("satisfaction", "六、滿意度", ("項目", "數值"), rows, notes)

    def _supplements(self) -> AnnualTable:
        received = {kind: self._report(kind).figures.count("received") for kind in Kind}
        rows: list[list[Cell]] = [
            [self.word(one.kind.value, "kind"), self._behind(one.kind, "received", one.received),
             *(self._opens(_SERVICE, name, value, one.kind.value) for name, value in (
                 ("told", len(one.told)), ("rate", one.rate), ("mean", one.mean_times), ("often", len(one.often)))),
             # Without a case that stands against it the rate is of all that came.
             self._opens(_SERVICE, "once", one.once_rate, one.kind.value) if one.often
             else self._behind(one.kind, "received", one.once_rate)]
            for one in service_figures.supplements(self.session, self.period, received)
        ]  # fmt: skip
        columns = ("性質", "受理", "曾補正", "補正率", "補正者平均次數", "補正逾一次", "至多一次通知之比率")
        notes = ("以期間內受理之案件計；補正為請廠商補件之通知，計至期末。",)
        return AnnualTable("supplements", "七、一次告知與補正", columns, rows, notes)

    def _received(self, by: GroupBy, key: str) -> Figure:
        """Cases of all kinds that came in one language or by one channel."""
        figures = self._issued[self.period, ALL, by].report.figures_of(key)
        value = figures.count("received") if figures is not None else 0
        return self._behind(ALL, "received", value, by=by.value, group=key)

    def _languages(self) -> AnnualTable:
        report = self._issued[self.period, ALL, GroupBy.LANGUAGE].report
        received = report.figures.count("received")
        keys = (group.key for group in report.groups if group.figures.count("received"))
        languages = sorted((key for key in keys if key is not None), key=_in_order(GroupBy.LANGUAGE))
        spans = self.office.calendar.opening_spans(self.period.start, self.period.end, self.office.offices.own_office)
        outside = received - store.received_within(self.session, spans)
        rows: list[list[Cell]] = [
            ["受理案件", self._behind(ALL, "received", received)],
            *_pairs(
                (f"語言：{self.word(one, 'language')}", self._received(GroupBy.LANGUAGE, one)) for one in languages
            ),
            ["上班時間外受理", self._opens(_SERVICE, service_figures.OUTSIDE, outside)],
            ["以電話受理", self._received(GroupBy.CHANNEL, "phone")],
            ["臨櫃受理", self._received(GroupBy.CHANNEL, "counter")],
            *self._said(Section.INCLUSION),
        ]  # fmt: skip
        return AnnualTable("inclusion", "八、多元包容", ("項目", "數值"), rows, (_NOT_ADDED,))

    def _bot(self) -> AnnualTable:
        total, _ = bot_report.figures(self.session, self.office, self.period)
        rows: list[list[Cell]] = [
            *_pairs((label, self._opens(_ASKED, name, total.counts[name])) for name, label in _BOT.items()),
            ["自助解決率", self._opens(_ASKED, "settled", total.settled_rate)],
            ["詢問之聯絡人", self._opens(_ASKED, "asked", store.persons_asking(self.session, self.period))],
            ["核定之知識條目（次）", store.knowledge_approved(self.session, self.period)],
        ]  # fmt: skip
        notes = (_NOT_ADDED, "核定之知識條目含新增與修訂；對話逾保存期限即刪除，已刪除者不計。")
        return AnnualTable("bot", "九、資訊透明：機器人回答", ("項目", "數值"), rows, notes)

    def _by_hand(self) -> Iterator[AnnualTable]:
        columns = ("事項", "數據或說明", "佐證", "負責單位或人員")
        proactive = [*self._proactive(), *map(_hand, self._of(Section.PROACTIVE))]
        yield AnnualTable(
            "proactive", "十、主動及客製化服務", columns, proactive,
            (f"負責欄為「{_COUNTED_HERE}」者為系統計數，其餘由人員登錄。",),
        )  # fmt: skip
        yield AnnualTable(
            "surroundings", "洽公環境", columns, [_hand(row) for row in self._of(Section.SURROUNDINGS)],
            ("由人員登錄。",),
        )  # fmt: skip
        strategies = [[row.label, row.dimension, *_hand(row)[1:]] for row in self._of(Section.STRATEGY)]
        yield AnnualTable(
            "strategies",
            "十一、執行策略與評獎構面對照",
            ("執行策略", "構面", *columns[1:]),
            strategies,
            ("由人員登錄。",),
        )
        follow_up = [_hand(row) for row in self._of(Section.FOLLOW_UP)]
        yield AnnualTable("follow_up", "十二、前次考核意見辦理情形", columns, follow_up, ("由人員登錄。",))

    def _proactive(self) -> list[list[Cell]]:
        """What the branch did unasked, as far as it is counted here."""
        notices, persons = store.announced(self.session, self.period)
        page = "/desk/notices"
        return [
            ["訪視受理（件）", self._received(GroupBy.CHANNEL, "visit"), "案件", _COUNTED_HERE],
            ["公告（則）", Figure(notices, page), "公告", _COUNTED_HERE],
            ["公告送達（人次）", Figure(persons, page), "公告", _COUNTED_HERE],
        ]

    def _said(self, section: Section, before: str = "") -> list[list[Cell]]:
        """What was entered by hand, as rows of a table of items and values."""
        rows = self._of(section)
        return _pairs((before + row.label, f"{row.figure}（佐證：{row.evidence}；{row.owner}）") for row in rows)

    def _of(self, section: Section) -> list[AnnualEntry]:
        return [row for row in self.entered if row.section == section]


def _in_order(by: GroupBy) -> Callable[[str | None], tuple[int, str]]:
    """The order of groups: as lists have them, what has no list by name; none of them at the end."""
    listed = [one.value for one in {GroupBy.CHANNEL: Channel, GroupBy.LANGUAGE: Language}.get(by, ())]
    places = {key: place for place, key in enumerate(listed)}
    return lambda key: (len(places) + 1, "") if key is None else (places.get(key, len(places)), key)


def _query(fields: Mapping[str, str | None]) -> str:
    return urlencode({name: one for name, one in fields.items() if one is not None})


def _pairs(found: Iterable[tuple[str, Cell]]) -> list[list[Cell]]:
    return [[name, value] for name, value in found]


def _hand(row: AnnualEntry) -> list[Cell]:
    return [row.label, row.figure, row.evidence, row.owner]
