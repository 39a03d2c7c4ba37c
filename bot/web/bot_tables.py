"""Figures of the bot and of messages, for people: the same words on page, API's files, and command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.web.report_tables import unfinished
from bot.web.tables import Cell, Table
from bot.web.words import word
from knowledge.calendar.republic import roc_month, roc_written
from routing.domain.reporting.bot_figures import BACK_WITHIN, DECIDED, SAID, BotFigures
from routing.domain.reporting.periods import Period
from routing.service.reporting.bot_report import BotReport, Enquiries, Sent
from routing.store.reporting.enquiries import Line

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
WITHOUT_ANSWER = "無現成答案而成案"
"""Of a list that the week ahead opens."""
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
            *unfinished(report.period, made_at),
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


ASKED = ("時間", "提問（已遮蔽）", "語言", "類別", "結果", "採用條目", "廠商表示", "服務案號")
"""The columns of a list of enquiries."""
UNREAD = "（不顯示：已收回、已刪除或屬保密案件）"
MOST_ASKED = 10_000
"""Enquiries of one file."""


def asked_row(line: Line, texts: Mapping[int, str]) -> tuple[Cell, ...]:
    """An enquiry in the order of ``ASKED``."""
    about = word(line.category, "category") + (f"－{word(line.topic, 'topic')}" if line.topic else "")
    said = BOT[SAID[line.verdict]] if line.verdict in SAID else None
    return (
        line.at, texts.get(line.id, UNREAD), word(line.language, "language"), about, BOT[DECIDED[line.decision]],
        line.faq, said, line.number,
    )  # fmt: skip


def asked_table(found: Enquiries, title: str, period: Period, made_at: datetime) -> Table:
    """The enquiries behind a figure."""
    cut = f"；僅列最近 {MOST_ASKED:,} 則" if found.count > MOST_ASKED else ""
    unseen = f"另有 {found.unseen} 則屬保密案件，您無權查看。" if found.unseen else ""
    return Table(
        title=title,
        columns=ASKED,
        rows=[asked_row(line, found.texts) for line in found.lines],
        notes=(
            f"統計期間：{roc_written(period.start)}至{roc_written(period.end)}（含）",
            *unfinished(period, made_at),
            f"共 {found.count} 則{cut}。{unseen}",
        ),
        made_at=made_at,
    )
