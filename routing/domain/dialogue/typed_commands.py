"""Words that are typed instead of tapping a button: what stands on it does what the button does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace

from knowledge.language.said import ways
from knowledge.language.text import fold
from knowledge.vocabulary import CASE_CATEGORIES, OWN_PARK_KINDS
from routing.domain.dialogue import everyday
from routing.domain.dialogue.ordinals import picked
from routing.domain.dialogue.state import OPENING, State, Step
from routing.domain.dialogue.taking_back import kept, surely
from routing.domain.dialogue.times import suits
from routing.domain.dialogue.turn import CaseCard, Turn
from routing.domain.inbound import Inbound, InboundKind

_ELSEWHERE = ways("pointing", "elsewhere")
_CASE_NUMBER = re.compile(r"[A-Z]{2,4}-\d{7}-\d{4}")
_TAIL = re.compile(r"\d{4}")
_TAIL_NAMED = re.compile(
    fold(r"(?:我的|服務)?(?:案號|案件|號碼)?(?:是|的)?(?:末|後|尾)(?:四|4)?(?:碼|號|位)?(?:是|為|[:：])?\s*\d{4}")
)
_SHORT = 40
"""Characters in which little more is said than a number."""


def _folded(words: Collection[str]) -> frozenset[str]:
    """What is typed, in the one form that stands for Traditional, Simplified and Japanese characters."""
    return frozenset(map(fold, words))


_SCORES = ("5", "4", "3", "2", "1")
_POINTS = re.compile(r"(?:給)?([1-5])\s*(?:分|顆?星|點|点|points?|stars?)?")
_SATISFIED = {
    score: _folded(words)
    for score, words in {
        "5": {"非常滿意", "很滿意", "超滿意", "very satisfied", "very good", "とても満足"},
        "4": {"滿意", "還不錯", "satisfied", "good", "満足"}, "3": {"普通", "還好", "ok la", "average", "普通です"},
        "2": {"不滿意", "不太滿意", "unsatisfied", "not satisfied", "不満"},
        "1": {"很不滿意", "非常不滿意", "very unsatisfied", "very dissatisfied", "とても不満"},
    }.items()
}  # fmt: skip
"""What people type instead of one of the five buttons."""

_PERSON = _folded({"請專人協助", "專人協助", "開案", "我要開案", "立案", "ask a person", "open a case", "担当者に相談"})
"""What stands on the button that opens a case."""
_TOPICS = _folded(
    {
        "公告設定",
        "訂閱設定",
        "通知設定",
        "訂閱",
        "取消訂閱",
        "announcement settings",
        "unsubscribe",
        "お知らせ設定",
    }
)
_SEND = _folded({
    "確認送出", "確認", "送出", "是", "是的", "對", "對的", "好", "好的", "可以", "沒錯", "沒問題", "正確", "ok",
    "okay", "yes", "y", "sure", "確定", "確定撤回", "是的確定", "對確定", "嗯", "要", "confirm", "send", "correct",
    "はい", "送信", "送信する", "お願いします",
})  # fmt: skip
_NOT = _folded({"不是", "否", "不對", "不是這家", "no", "n", "wrong", "いいえ", "違います"})
_KEEP = _folded({"不要", "先不要", "不撤回", "不用撤回", "不取消", "不要撤回", "keep it", "やめます", "取り下げません"})
_PLEASE = _SEND | _folded({
    "好啊", "好喔", "好呀", "那好", "麻煩了", "麻煩你", "麻煩您", "麻煩你了", "麻煩您了", "拜託", "拜託了",
    "yes please", "please do", "please", "yep", "yeah", "yes please do", "go ahead", "sure thing", "嗯嗯", "對對",
    "そうしてください", "ぜひ", "そうです", "はいお願いします",
})  # fmt: skip
"""What is said to the offer of a person."""
_COURTEOUS = _folded({"謝謝", "謝謝你", "謝謝您", "感謝", "thanks", "thank", "you", "ありがとうございます"})
_DELETE = _folded({
    "刪除", "刪掉", "全部刪除", "全部刪掉", "都刪掉", "都刪除", "請刪除", "幫我刪除", "幫我刪掉", "確定刪除",
    "delete", "delete it", "delete all", "delete everything", "delete them", "erase it", "削除", "全部削除", "削除して",
    "削除してください", "消して", "消してください", "すべて削除", "削除する",
})  # fmt: skip
_COPY = _folded({
    "給我一份", "給一份", "一份", "要一份", "我要一份", "傳給我", "寄給我", "下載", "匯出", "a copy", "a copy please",
    "send me a copy", "download", "export", "give me a copy", "コピーをください", "コピー", "一部ください",
})  # fmt: skip
_SHOW = _folded({"看", "看看", "給我看", "查看", "show", "show me", "let me see", "見せて", "見せてください"})
"""What is said once one's own data have been spoken of."""
_CHANGE = _folded({"修改聯絡資料", "修改", "資料錯了", "change", "change my details", "連絡先を修正", "修正"})
_DONE = _folded({
    "補充完了", "好了", "完成", "完了", "沒有了", "沒了", "就這樣", "以上", "傳完了", "done", "that is all",
    "that's all", "finished", "以上です", "終わりました",
})  # fmt: skip
_NO_PARK = _folded({
    "不在園區內", "不在園區", "其他", "都不是", "沒有", "無", "none", "no", "other", "not in a park", "園区外",
    "その他",
})  # fmt: skip


def _plain(text: str) -> str:
    """A text as labels are compared: folded, half-width, lower case, without space and closing marks."""
    return fold(unicodedata.normalize("NFKC", text).strip().rstrip("。.!~、,").strip().lower())


def _is(turn: Turn, said: str, key: str) -> bool:
    return said == _plain(turn.say(key))


def tapped(turn: Turn) -> dict[str, str] | None:
    """The postback that the words stand for, as its ``action`` and values; None if they are words of their own."""
    said = _plain(turn.inbound.text)
    if not said or len(said) > 60:
        return None
    return (
        _of_need(turn, said)
        or _in_step(turn, said)
        or _surely(turn, said)
        or _kind(turn, said)
        or _offered(turn)
        or _anywhere(turn, said)
        or (_about_cases(turn, said) if _idle(turn) else None)
        or everyday.meant(turn)
    )


def moved(inbound: Inbound, state: State) -> Inbound:
    """這是另一件事, typed after words were filed with a case, as the tap of that button; else what came."""
    action, _, ref = (*state.asked, "", "", "")[:3]
    typed = inbound.kind is InboundKind.TEXT and inbound.quoted_id is None
    if not typed or action != "move" or not ref or state.step is not Step.IDLE:
        return inbound
    if not _ELSEWHERE.fullmatch(_plain(inbound.text)):
        return inbound
    return replace(inbound, kind=InboundKind.POSTBACK, data={"action": action, "message": ref})


def _idle(turn: Turn) -> bool:
    return turn.state.step not in OPENING and turn.state.step not in {Step.ADDING, Step.NEED, Step.QUESTIONS}


_STOPPED = {Step.NEED: "need", Step.QUESTIONS: "question"}


def _of_need(turn: Turn, said: str) -> dict[str, str] | None:
    """That enough was told of the land that is looked for, or of what a question set asks."""
    step = turn.state.step
    if step not in _STOPPED or not (said in _DONE or _is(turn, said, f"button.{_STOPPED[step]}_stop")):
        return None
    return {"action": _STOPPED[step], "number": turn.state.number or "", "what": "stop"}


def _in_step(turn: Turn, said: str) -> dict[str, str] | None:
    """Answers to what we asked last."""
    step = turn.state.step
    if step is Step.SUMMARY and (action := _at_summary(turn, said)):
        return {"action": action}
    if step in {Step.ADDING, Step.REASON} and said in _DONE:
        return {"action": "cancel"}
    if step is Step.FIRM and turn.state.firm_found and (said in _SEND or said in _NOT):
        return {"action": "firm", "ours": "yes" if said in _SEND else "no"}
    if step is Step.PARK and (said in _NO_PARK or _is(turn, said, "button.no_park")):
        return {"action": "park", "id": "none"}
    if step is Step.SUMMARY or _idle(turn):
        name = next((name for name in CASE_CATEGORIES if _is(turn, said, f"category.{name}")), None)
        return {"action": "category", "category": name} if name else None
    return None


def _at_summary(turn: Turn, said: str) -> str | None:
    """What stands under the summary of the case about to be opened."""
    if said in _SEND or said in _CHANGE:
        return "confirm_case" if said in _SEND else "change_details"
    return "pieces" if _is(turn, said, "button.pieces") else None


def _surely(turn: Turn, said: str) -> dict[str, str] | None:
    """Whether a case is surely taken back, when a call suits, or whether a person is wished for, as was asked last."""
    action, number, *more = turn.asked or ("", "")
    if action == "reopen" and _idle(turn):
        return {"action": action, "number": number, "message": more[0]} if _agrees(said) else None
    if not _idle(turn):
        return None
    if action == "open_case":
        return {"action": "open_case"} if _agrees(said) and not turn.officer_expects else None
    if action == "call_me":
        when = suits(turn.inbound.text)
        return {"action": action, "number": number, "when": when} if when is not None else None
    if action == "my_data":
        return _of_data(said, number)
    return _of_withdrawal(turn.inbound.text, said, number) if action == "withdraw" else None


def _agrees(said: str) -> bool:
    """Whether an offer is taken: 好 麻煩您了, yes please, はい、お願いします."""
    parts = [part for part in re.split(r"[\s,，、。.!！~]+", said) if part]
    agreed = any(part in _PLEASE for part in parts) and all(part in _PLEASE | _COURTEOUS for part in parts)
    return said in _PLEASE or (agreed and len(parts) <= 3)


def _of_withdrawal(text: str, said: str, number: str) -> dict[str, str] | None:
    """Whether the case is surely taken back."""
    if said in _NOT | _KEEP or kept(text):
        return {"action": "case", "number": number}
    sure = said in _SEND or surely(text)
    return {"action": "withdraw", "number": number, "sure": "yes"} if sure else None


def _of_data(said: str, asked: str) -> dict[str, str] | None:
    """After one's data were spoken of: a copy, all of it deleted, and whether surely."""
    if asked == "delete":
        if said in _NOT | _KEEP:
            return {"action": "menu"}
        sure = said in _SEND or said in _DELETE
        return {"action": "my_data", "what": "delete", "sure": "yes"} if sure else None
    what = "delete" if said in _DELETE else "export" if said in _COPY else "show" if said in _SHOW else None
    return {"action": "my_data", "what": what} if what else None


def _kind(turn: Turn, said: str) -> dict[str, str] | None:
    """Which kind of park, where that was asked."""
    if not turn.state.kind_for or not _idle(turn):
        return None
    kind = next((kind for kind in OWN_PARK_KINDS if _is(turn, said, f"faq.parks.{kind}")), None)
    return {"action": "kind", "kind": kind, "faq": turn.state.kind_for} if kind else None


def _offered(turn: Turn) -> dict[str, str] | None:
    """One of the questions that stand on the last card, unless an officer waits for words: then it may be for him."""
    offered = turn.state.offered
    if not offered or turn.officer_expects or not _idle(turn):
        return None
    place = picked(turn.inbound.text, len(offered))
    return {"action": "faq", "id": offered[place]} if place is not None else None


def _anywhere(turn: Turn, said: str) -> dict[str, str] | None:
    """What is offered under every message."""
    if said in _TOPICS and _idle(turn):
        return {"action": "topics"}
    if said in _PERSON and turn.state.step not in OPENING:
        return {"action": "open_case"}
    what = next((what for what in ("show", "export", "delete") if _is(turn, said, f"data.{what}")), None)
    if what is not None:
        return {"action": "my_data", "what": what}
    return _numbered(turn, said)


def _numbered(turn: Turn, said: str) -> dict[str, str] | None:
    """A case by its number or the end of it, and nothing else."""
    number = said.upper()
    if not turn.cases and _TAIL_NAMED.fullmatch(said):
        return {"action": "my_cases"}
    if _TAIL.fullmatch(number) and not turn.officer_expects and _idle(turn):
        named = [case.number for case in turn.cases if case.number.endswith(number)]
        return {"action": "case", "number": named[0]} if len(named) == 1 else None
    if _CASE_NUMBER.fullmatch(number):
        mine = any(case.number == number for case in turn.cases)
        return {"action": "case", "number": number} if mine else {"action": "my_cases"}
    named = _CASE_NUMBER.findall(number)
    if named and len(said) <= _SHORT and not any(case.number in named for case in turn.cases):
        # A case of somebody else's, or a number mistyped: it is never shown, and no new matter either.
        return {"action": "my_cases"}
    return None


def _about_cases(turn: Turn, said: str) -> dict[str, str] | None:
    """What stands under an answer and on a case: with one case it can only be that one."""
    if turn.state.pending and not turn.officer_expects and _ELSEWHERE.fullmatch(said):
        return {"action": "open_case"}
    for verdict in ("helpful", "not_helpful"):
        if turn.state.last_entry and _is(turn, said, f"button.{verdict}"):
            return {"action": verdict, "faq": turn.state.last_entry}
    still_open = tuple(case for case in turn.cases if not case.closed)
    closed = tuple(case for case in turn.cases if case.closed)
    if _is(turn, said, "button.add_to_case"):
        return _of_one(still_open, "add_to_case", otherwise="my_cases" if still_open else "open_case")
    if closed and _is(turn, said, "button.reopen"):
        return _of_one(closed, "reopen", otherwise="my_cases")
    score = next((score for score in _SCORES if _is(turn, said, f"rate.{score}")), None) or _score(said)
    # The one that was asked about is meant, not one that was closed since; a late score is told so.
    kinds = ("open", "lapsed", "given") if _POINTS.fullmatch(said) else ("open",)
    rated = (case for kind in kinds for case in closed if case.survey == kind and case.surveyed)
    asked = next(rated, None)
    return {"action": "rate", "number": asked.number, "score": score} if asked and score else None


def _score(said: str) -> str | None:
    """A score that is typed: 5分, 4 stars, 很滿意."""
    found = _POINTS.fullmatch(said)
    return found[1] if found else next((score for score, words in _SATISFIED.items() if said in words), None)


def _of_one(cases: tuple[CaseCard, ...], action: str, *, otherwise: str) -> dict[str, str]:
    return {"action": action, "number": cases[0].number} if len(cases) == 1 else {"action": otherwise}
