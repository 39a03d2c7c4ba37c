"""The knowledge as a whole: try a question, review dates, unanswered questions, conflicts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.forms import read_day
from bot.desk.knowledge.shared import known, state_of, usual
from bot.web.templating import show
from bot.web.unit_of_work import Reading, UnitOfWork
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.entries import FaqEntry
from knowledge.understand import Understanding
from knowledge.wording import reading_language
from routing.domain.decision import Decision, told_in
from routing.domain.verdicts import AIM
from routing.service.knowledge_admin import answer_quality, conflicts, unanswered

router = APIRouter(prefix="/desk/knowledge")

DECISIONS = {"answer": "直接回答", "choose": "請廠商選擇", "hand_over": "轉專人", "chat": "寒暄回應"}
REASONS = {
    "sure": "最像的條目可能性夠高，且明顯高於其次。", "unsure": "有相近的條目，但把握不足，列出供廠商選擇。",
    "opposite": "最像的條目語意相反，或承辦人已標示不是這一題，不直接回答。",
    "several_topics": "一則訊息問了不只一件事。", "several_matters": "一則訊息問了幾件事，逐件回答。",
    "both": "同一件事問了兩點，各有一條，都回答。",
    "too_short": "字太少，無法判斷。", "unreadable": "沒有可判讀的文字。",
    "category_unsure": "沒有相近的條目，類別也沒有把握，請廠商選類別。", "smalltalk": "是寒暄，不是諮詢。",
    "aspect": "最像的條目沒有寫到所問的面向，只列出供廠商參考。", "step": "最像的條目說的是另一個步驟或另一件事。",
    "which_kind": "兩種園區規定不同，先問廠商在哪一種園區。", "other_kind": "最像的條目只適用另一種園區，轉專人。",
    "other_language": "最像的條目還沒有這種語言的回答，轉專人。",
    "elsewhere": "所說的地點不歸本分局，出示該機關或請洽縣市政府。", "person_judgement": "要看個別案情，轉專人。",
    "person_remedy": "涉及救濟或法律爭議，轉專人。", "person_medical": "涉及健康，請先就醫，轉專人。",
    "person_others": "涉及其他公司或他人，轉專人。", "person_action": "要派員處理，轉專人。",
    "person_complaint": "檢舉或反映他人，轉專人。", "person_reckoning": "要依數量核算金額，轉專人。",
    "entry_hands_over": "對應的條目註明由專人回復。", "unknown": "類別明確，但沒有相近的條目，轉請專人。",
}  # fmt: skip
WHYS = {
    "kept": "出廠門檻達到目標", "lowered": "較低的門檻也達到目標，已調低", "raised": "出廠門檻未達目標，已調高",
    "short": "尚無門檻達到目標，採其中正確率最高者", "ceiling": "明顯未達目標，採最高門檻，其餘改請廠商選擇",
}  # fmt: skip
_MONTHS = 13


@router.get("/try")
def try_page(request: Request, work: Reading, q: str = "") -> Response:
    """What the window would do with a question, and why."""
    values: dict[str, Any] = {**usual(work, "try"), "q": q, "read": None}
    known(work)
    if q.strip():
        understanding, decision = work.runtime.reader.read(q[:2000], None, today=local(work.now).date())
        decision = told_in(decision, reading_language(str(understanding.language)))
        values |= _explained(work, understanding, decision)
    return show(request, "knowledge_try.html", values)


def _explained(work: UnitOfWork, read: Understanding, decision: Decision) -> dict[str, Any]:
    today = local(work.now).date()
    best = read.faq[0] if read.faq else None
    vetoes = [
        words
        for holds, words in (
            (read.short, "只有一、兩個字"), (read.opposite, "語意相反或已標示為反例"),
            (bool(read.other_topics), "問了不只一件事"),
            (read.tells, "只是敘述，沒有問句"), (read.person is not None, "須由專人判斷"),
            (best is not None and best.off == "aspect", "最像的條目沒有寫到所問的面向"),
            (best is not None and best.off == "step", "最像的條目說的是另一個步驟"),
            (best is not None and bool(best.entry.stopped), "最像的條目因條文修正或判定不對而暫停，待權責單位確認"),
            (best is not None and today > best.entry.review, "最像的條目已過複查日，不回答"),
        )
        if holds
    ]  # fmt: skip
    thresholds = work.runtime.reader.thresholds
    return {
        "asked": [WORDS["aspect"][ask.aspect.value] for ask in read.asks],
        "lacking": [WORDS["aspect"][aspect.value] for aspect in decision.missing],
        "least": thresholds.least(read),
        "read": read, "decision": decision, "decision_word": DECISIONS[decision.action.value], "vetoes": vetoes,
        "reason": REASONS.get(decision.reason, decision.reason), "matches": read.faq[:3], "thresholds": thresholds,
        "margin": best.probability - read.faq[1].probability if best and len(read.faq) > 1 else None,
        "unit": work.office.offices.unit_for(_category(read), read.topic, None).name,
        "expired": {match.entry_id for match in read.faq if match.entry.expired(today)},
    }  # fmt: skip


def _category(read: Understanding) -> str:
    return "other" if read.category.value == "smalltalk" else read.category.value


@router.get("/expiry")
def expiry_page(request: Request, work: Reading, unit: str = "") -> Response:
    """Which entries want reviewing in which month."""
    found, today = known(work), local(work.now).date()
    months: dict[tuple[int, int], list[FaqEntry]] = defaultdict(list)
    overdue: list[FaqEntry] = []
    for entry in sorted(found.base.entries, key=lambda one: (one.review, one.id)):
        if unit and entry.unit != unit:
            continue
        (overdue if entry.expired(today) else months[entry.review.year, entry.review.month]).append(entry)
    first = date(today.year, today.month, 1)
    shown = []
    for _ in range(_MONTHS):
        shown.append((first, months.pop((first.year, first.month), [])))
        first = (first + timedelta(days=32)).replace(day=1)
    values = {
        "overdue": overdue, "months": shown, "later": sum(len(entries) for entries in months.values()), "unit": unit,
        "units": [one.name for one in work.office.offices.units],
        "soon": {e.id for e in found.base.entries if state_of(e, today) == "soon"},
    }  # fmt: skip
    return show(request, "knowledge_expiry.html", {**usual(work, "expiry"), **values})


@router.get("/unanswered")
def unanswered_page(request: Request, work: Reading, week: str = "") -> Response:
    """What was asked in a week and not answered."""
    found, today = known(work), local(work.now).date()
    day = read_day(week, "week") or today
    monday = unanswered.monday_of(min(day, today))
    listed = unanswered.week(work.session, work.actor, monday)
    values = {
        "week": listed,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "current": monday == unanswered.monday_of(today),
        "given": {gap.answered_with: found.base.entry(gap.answered_with) for gap in listed.gaps if gap.answered_with},
        "languages": WORDS["language"],
        "standing": answer_quality.standing(work.session),
        "whys": WHYS,
        "threshold": answer_quality.active_thresholds(work.session, work.runtime.reader.shipped).answer,
        "days": answer_quality.DAYS,
        "reader_shipped": work.runtime.reader.shipped.answer,
        "aim": AIM,
    }
    return show(request, "knowledge_unanswered.html", {**usual(work, "unanswered"), **values})


@router.get("/doubles", include_in_schema=False)
def formerly_doubles() -> Response:
    """Where the page was before."""
    return RedirectResponse("/desk/knowledge/conflicts", status_code=301)


@router.get("/conflicts")
def conflicts_page(request: Request, work: Reading) -> Response:
    """Entries that say the same, or name different numbers by the same article."""
    found = known(work)
    near, numbers = conflicts.of(found.version, found.base)
    return show(request, "knowledge_conflicts.html", {**usual(work, "conflicts"), "near": near, "numbers": numbers})
