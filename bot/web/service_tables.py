"""Consultations, supplements and answers of firms, for people: the same words on page, API's files, and command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.web.report_tables import unfinished
from bot.web.tables import Cell, Format, Table, write_some
from bot.web.words import word
from knowledge.calendar.republic import roc_instant, roc_written
from routing.domain import survey
from routing.domain.consultations import party_said
from routing.domain.reporting.annual import LEAST_COMPARED
from routing.service.reporting.service_figures import PARTNER, Satisfaction, ServiceFigures

FEW = f"有效答案不足 {LEAST_COMPARED} 份者只列次數，不足 {survey.LEAST_TOLD} 份者不列分布。"
PARTNERS = {
    "asked": "詢問", "answered": "已答復", "dated": "其中定有日期", "kept": "如期答復",
    "median": "答復日數中位數（工作日）", "ended": "未登錄答復而結束", "waiting": "期末未答復",
}  # fmt: skip
"""What is counted of whom questions were put to, in its order."""
SUPPLEMENTS = {
    "received": "受理", "told": "曾補正", "rate": "補正率", "mean": "補正者平均次數", "often": "補正逾一次",
    "once": "至多一次通知之比率",
}  # fmt: skip
ANSWER_SHARES = {"response": "回收率", "good": "滿意度（4、5 分）", "margin": "抽樣誤差（95% 信心水準）"}
"""What is no count of the answers."""
WAITED = {
    "closed_cases": "辦結案件", "waiting_days.firm": "待廠商補件", "waiting_days.agency": "會辦等待",
    "desk": "本分局辦理", "days_used": "使用日數合計",
}  # fmt: skip
"""Whom closed cases waited for, in its order; each opens the list of the report's figure (``desk``: days used)."""
TITLES = {"waited": "等待對象", "partners": "單一窗口會辦", "supplements": "一次告知與補正", "satisfaction": "滿意度"}
"""The tables by their keys, in their order."""
OF, KIND = "受詢機關或單位", "性質"
DEFINITIONS = (
    "等待對象：辦結案件之工作日合計。使用日數合計＝會辦等待＋本分局辦理；待廠商補件不計入使用日數，另列。",
    "會辦：期間內提出之詢問，每問計一次；如期答復為定有日期而於該日前答復者；收回、未登錄答復即續辦或辦結者另列。",
    "補正：以期間內受理之案件計；補正為請廠商補件之通知，計至期末。至多一次通知之比率，即一次告知。",
    f"滿意度：4、5 分占有效答案之比率。每次辦結計一次；{FEW}",
)
"""What the figures mean."""


def partner(of: str) -> str:
    """An agency or unit by its name."""
    return party_said(of, word)


def answers(found: Satisfaction) -> list[tuple[str, str, Cell]]:
    """What is said of the answers: the figure by which its cases are listed, its name and value."""
    counts = found.answered
    return [
        ("surveyed", "發送", counts.asked), ("rated", "有效答案", counts.n),
        ("response", ANSWER_SHARES["response"], found.response_rate),
        *((f"score{score}", f"{score} 分", counts.score(score)) for score in survey.SCORES),
        ("good", ANSWER_SHARES["good"], found.good_rate), ("margin", ANSWER_SHARES["margin"], found.margin),
    ]  # fmt: skip


def tables(found: ServiceFigures, made_at: datetime) -> dict[str, Table]:
    """Each as a table in full precision, by its key."""
    rows: dict[str, list[Sequence[Cell]]] = {
        "waited": [(word(one.kind.value, "kind"), *one.days.values()) for one in found.waited],
        "partners": [
            (partner(one.of), *(one.median_days if name == "median" else one.count(name) for name in PARTNERS))
            for one in found.partners
        ],
        "supplements": [
            (word(one.kind.value, "kind"), one.received, len(one.told), one.rate, one.mean_times, len(one.often),
             one.once_rate)
            for one in found.supplements
        ],
        "satisfaction": [(name, value) for _, name, value in answers(found.satisfaction)],
    }  # fmt: skip
    columns = {
        "waited": (KIND, *WAITED.values()), "partners": (OF, *PARTNERS.values()),
        "supplements": (KIND, *SUPPLEMENTS.values()), "satisfaction": ("項目", "數值"),
    }  # fmt: skip
    shown = {
        "waited": {4: "0.0", 5: "0.0"}, "partners": {5: "0.0"},
        "supplements": {3: "0.00%", 4: "0.0", 6: "0.00%"},
    }  # fmt: skip
    return {
        key: Table(
            title=title, columns=columns[key], rows=rows[key], notes=(DEFINITIONS[place],), made_at=made_at,
            shown=shown.get(key, {}),
        )
        for place, (key, title) in enumerate(TITLES.items())
    }  # fmt: skip


def written(found: ServiceFigures, form: Format, made_at: datetime, *, table: str | None = None) -> bytes:
    """All as a workbook, or one of them, by its key. Raises Invalid: no such table, or CSV without one."""
    start, end = found.period.start, found.period.end
    notes = (
        f"統計期間：{roc_written(start)}至{roc_written(end)}（含）", *unfinished(found.period, made_at),
        f"製表時間：{roc_instant(made_at)}。",
    )  # fmt: skip
    title = f"會辦、補正與滿意度 {start:%Y%m%d}-{end:%Y%m%d}"
    return write_some(tables(found, made_at), form, table=table, title=title, notes=notes)


def file_name(found: ServiceFigures, form: Format, table: str | None) -> str:
    """The name under which the file is kept."""
    part = f"-{table}" if table is not None else ""
    return f"service-{found.period.start:%Y%m%d}-{found.period.end:%Y%m%d}{part}.{form}"


def as_json(found: ServiceFigures) -> dict[str, Any]:
    """As programs read it, in full precision."""
    said, counts = found.satisfaction, found.satisfaction.answered
    return {
        "from": found.period.start.isoformat(), "to": found.period.end.isoformat(),
        "waited": [
            {"kind": one.kind.value, **{name.removeprefix("waiting_days."): days for name, days in one.days.items()}}
            for one in found.waited
        ],
        "partners": [
            {"of": one.of, **{name: one.count(name) for name in PARTNER}, "median_days": one.median_days}
            for one in found.partners
        ],
        "supplements": [
            {"kind": one.kind.value, "received": one.received, "told": len(one.told), "rate": one.rate,
             "mean_times": one.mean_times, "often": len(one.often), "once_rate": one.once_rate}
            for one in found.supplements
        ],
        "satisfaction": {
            "asked": counts.asked, "n": counts.n, "response_rate": said.response_rate,
            "scores": counts.by_score(),
            "good_rate": said.good_rate, "margin": said.margin,
        },
    }  # fmt: skip
