"""Figures of the bot and of messages, for people: the same words on page, API's files, and command."""

from __future__ import annotations

from datetime import datetime

from bot.web.tables import Cell, Table
from bot.web.words import word
from knowledge.calendar.republic import roc_month, roc_written
from routing.domain.reporting.bot_figures import BACK_WITHIN, BotFigures
from routing.service.reporting.bot_report import BotReport, Sent

BOT = {
    "asked": "受詢（次）",
    "answered": "直接回答",
    "offered": "列出選項",
    "handed_over": "轉由承辦人",
    "helpful": "表示有幫助",
    "not_helpful": "表示未解決",
    "came_back": "再次詢問",
    "wrong": "經更正",
    "settled": "自助解決",
}
"""What the figures are called, in their order."""
SETTLED_RATE = "自助解決率"
SENT = {
    "reply": "回復（不計費）",
    "push": "推播（計費）",
    "free": "其他不計費",
    "used": "本月已用則數",
    "limit": "本月則數上限",
}
"""What messages are called by their cost; the month's use and limit as the channel said them last."""
BOT_DEFINITIONS = (
    "受詢：廠商於 LINE 之提問，不含寒暄；與案件、聯絡人數各自計列，不相加。",
    f"再次詢問：直接回答後 {BACK_WITHIN} 個工作日內，同一聯絡人再問同一題；期末之回答於屆滿前，數字仍會變動。",
    "經更正：承辦人指出應為他題或不應如此回答之直接回答。",
    "自助解決：直接回答中，未再次詢問、未經更正、未表示未解決，且未轉為案件者；自助解決率為其占直接回答之比率。",
    "對話逾保存期限即刪除，已刪除者不計；廠商評價與更正依最新者計。",
    "已用則數與上限為管道最近一次回報，僅列本月。",
)
"""What the figures mean."""


def bot_table(report: BotReport, made_at: datetime) -> Table:
    """The report as a table in full precision: all, each language, and the messages of each month."""
    rows = [("全部", *_counts(report.total), *[None] * len(SENT))]
    rows += [(word(str(one.language), "language"), *_counts(one), *[None] * len(SENT)) for one in report.languages]
    rows += [(roc_month(one.month), *[None] * (len(BOT) + 1), *sent_cells(one)) for one in report.sent]
    places = range(1, len(BOT) + len(SENT) + 2)
    return Table(
        title=f"機器人與訊息 {report.period.start:%Y%m%d}-{report.period.end:%Y%m%d}",
        columns=("語言或月份", *BOT.values(), SETTLED_RATE, *SENT.values()),
        rows=rows,
        notes=(
            f"統計期間：{roc_written(report.period.start)}至{roc_written(report.period.end)}（含）",
            *BOT_DEFINITIONS,
        ),
        made_at=made_at,
        shown={place: "0.00%" if place == len(BOT) + 1 else "#,##0" for place in places},
    )


def _counts(figures: BotFigures) -> tuple[Cell, ...]:
    return *(figures.counts[name] for name in BOT), figures.settled_rate


def sent_cells(sent: Sent) -> tuple[int | None, ...]:
    """A month's messages in the order of ``SENT``."""
    return sent.reply, sent.push, sent.free, sent.used, sent.limit
