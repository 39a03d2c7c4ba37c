"""How an invented case goes from its first words to its close. Plans are in working days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.demo.fixtures import Fixtures
from bot.demo.schedule import Schedule
from bot.demo.story import Story
from knowledge.calendar.office_calendar import local
from knowledge.offices.directory import Offices

SUPERVISOR = "supervisor@demo.example"
FIRST_WORDS = (
    "您好，已收到您的問題，正在了解中，會於預定回復日前回復。",
    "您好，我是本案承辦人，需要向相關單位確認，確認後立即回復。",
    "已收到，先確認現場情形後回復您。",
    "您好，資料已收到，審視後若有需要補充會一次告知。",
)
_BROUGHT = (
    "補件資料如附，再麻煩您。",
    "文件補齊了，請查收。",
    "缺的資料今天補上，謝謝。",
    "已補件，若還有缺再請一次告知。",
)
_NOTES = (
    "已電話確認承辦窗口。",
    "同類案件上季處理過，參照前例說明。",
    "現場照片已存於公用資料夾。",
    "與鄰近廠商情形相同，一併處理。",
)
_AGAIN = (
    "不好意思，照說明做了還是不行，可以再幫忙看一下嗎？",
    "同樣的情形又發生了，麻煩再處理。",
    "想再補問一件事，跟上次同一案。",
)
_ASIDE = {
    "withdrawn": ("我們自己處理好了，這件不用辦了，謝謝。", "廠商表示已自行處理，同意辦結。"),
    "duplicate": (None, "與先前案件內容相同，併案辦理。"),
    "declined": (None, "所詢事項非本局受理範圍，已說明理由。"),
}
_REFERRED = "本案屬其他機關權責，已移請權責機關並告知聯絡窗口。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What shall happen. ``used``: working days that count, 0 for the day of receipt; ``outcome`` of contract §5."""

    used: int
    outcome: str = "answered"
    first_words: bool = True
    firm_wait: int = 0
    """Working days for which the firm is waited for; 0 for no wait."""
    asks_agency: bool = False
    extended: int = 0
    reopened: bool = False
    note: bool = False
    doc_no: str | None = None
    petition: bool = False
    """It begins as an enquiry and is found to be a petition (contract §3)."""


def play(story: Story, plan: Plan, schedule: Schedule, fixtures: Fixtures, offices: Offices) -> None:
    """Write the whole course of a case, into the future if need be: the caller cuts at now."""
    received = local(story.received_at).date()
    if plan.used == 0 and not _has_time(story, schedule, received):
        plan = replace(plan, used=1)
    story.asked()
    story.given()
    if story.taken_for is not None:
        _recategorise(story, schedule, fixtures, offices)
    if plan.petition:
        at = schedule.after(story.last, schedule.on(received, 1))
        story.add(at, "kind", kind="PET", by=story.officer.email, reason="內容為對行政措施之陳情")
    if plan.outcome in _ASIDE:
        _put_aside(story, plan, schedule)
        return
    left_on, left = _before_answer(story, plan, schedule, received)
    close_on = schedule.on(left_on, left)
    answered = story.says(schedule.after(story.last, close_on), story.matter.reply, doc_no=plan.doc_no)
    if plan.outcome == "referred" and story.matter.agency is not None:
        story.add(answered, "transferred", agency=story.matter.agency, by=story.officer.email, reason="移請權責機關")
        _close(story, answered, "referred", _REFERRED, agency=story.matter.agency)
    else:
        _close(story, answered, "answered", story.matter.reply)
    if plan.reopened:
        _again(story, schedule)


def _close(story: Story, answered: datetime, outcome: str, summary: str, **more: str) -> None:
    at, by = answered + timedelta(minutes=4), story.officer.email
    story.add(at, "closed", outcome=outcome, by=by, summary=summary, **more)


def _before_answer(story: Story, plan: Plan, schedule: Schedule, received: date) -> tuple[date, int]:
    """First words, waits and an extension; says from which day on how many working days still count."""
    early = schedule.on(received, min(plan.used, 1))
    if plan.first_words and plan.used > 0:
        begins = received if _has_time(story, schedule, received) else early
        story.says(schedule.after(story.last, begins), schedule.random.choice(FIRST_WORDS))
    if plan.note:
        story.add(
            story.last + timedelta(minutes=3), "note", by=story.officer.email, text=schedule.random.choice(_NOTES)
        )
    if plan.asks_agency and story.matter.agency and plan.used > 0:
        at = asks_agency(story, schedule.after(story.last, early))
        back = schedule.on(early, plan.used - 1)
        story.add(schedule.after(at, back), "resumed", by=story.officer.email)
        return back, 0
    if plan.firm_wait and plan.used > 0:
        return _wait_on_firm(story, plan, schedule, early)
    if plan.extended:
        extends(story, schedule.after(story.last, schedule.on(received, 2)), plan.extended)
    return received, plan.used


def _has_time(story: Story, schedule: Schedule, day: date) -> bool:
    return schedule.works(day) and story.last < schedule.at(day, 420)


def asks_agency(story: Story, at: datetime) -> datetime:
    """The officer asks the agency that the matter needs; says when."""
    message = f"請協助：{story.matter.subject}。廠商說明：{story.matter.text}"
    agency, officer = story.matter.agency, story.officer.email
    return story.add(at, "waiting", on="agency", agency=agency, by=officer, message=message)


def asks_firm(story: Story, at: datetime) -> datetime:
    """The officer asks the firm for everything that is missing; says when."""
    message = f"尚缺：{story.matter.lacks or '現場照片與聯絡人電話'}。請一次補齊，補齊後接續辦理。"
    return story.add(at, "waiting", on="firm", by=story.officer.email, reason="補正", message=message)


def extends(story: Story, at: datetime, days: int) -> datetime:
    """A supervisor extends the limit; says when."""
    reason, officer = "須現場會勘並會辦他機關", story.officer.email
    return story.add(at, "extended", days=days, by=officer, reason=reason, approved_by=SUPERVISOR)


def _wait_on_firm(story: Story, plan: Plan, schedule: Schedule, day: date) -> tuple[date, int]:
    at = asks_firm(story, schedule.after(story.last, day))
    back = schedule.on(day, plan.firm_wait)
    brought = schedule.after(at, back)
    story.add(brought, "message", via=story.channel, text=schedule.random.choice(_BROUGHT))
    story.add(brought, "resumed")
    if plan.extended:
        extends(story, schedule.after(story.last, schedule.on(back, 1)), plan.extended)
    return back, plan.used - 1


def _recategorise(story: Story, schedule: Schedule, fixtures: Fixtures, offices: Offices) -> None:
    """The first guess was wrong: the officer who got it passes it on."""
    matter, before = story.matter, story.officer.email
    received = local(story.received_at).date()
    day = received if _has_time(story, schedule, received) else schedule.on(received, 1)
    at = schedule.after(story.last, day)
    unit = offices.unit_for(matter.category, matter.topic).name
    story.officer = fixtures.officer_for(unit, matter, schedule.random)
    story.add(at, "category", category=matter.category, topic=matter.topic, unit=unit, by=before, reason="分類更正")
    story.add(at, "assigned", to=story.officer.email, by=before)


def _put_aside(story: Story, plan: Plan, schedule: Schedule) -> None:
    words, summary = _ASIDE[plan.outcome]
    day = schedule.on(local(story.received_at).date(), max(plan.used, 1))
    at = schedule.after(story.last, day)
    if words is not None:
        at = story.add(at, "message", via=story.channel, text=words)
    if plan.outcome == "declined":
        at = story.says(at, summary)
    _close(story, at, plan.outcome, summary)


def _again(story: Story, schedule: Schedule) -> None:
    """The firm comes back some days later, and is answered on the next working day."""
    day = schedule.on(local(story.last).date(), schedule.random.randrange(2, 12))
    at = story.add(schedule.after(story.last, day), "message", via=story.channel, text=schedule.random.choice(_AGAIN))
    story.add(at, "reopened", reason="廠商表示尚未解決")
    answered = story.says(
        schedule.after(story.last, schedule.on(day, 1)), "已再次確認並處理完成，若仍有狀況請直接回復本案。"
    )
    _close(story, answered, "answered", "再次處理後完成。")
