"""`onestop understand`: how messages are read, as JSON lines for machines or as an explanation for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any, TextIO

import typer

from bot.web.words import WORDS
from knowledge.relevance.match import Match
from knowledge.understand import Understander, Understanding
from knowledge.wording import reading_language
from routing.domain.decision import Action, Decision, Thresholds, decide, told_in

_ACTIONS = {Action.ANSWER: "直接回答", Action.CHOOSE: "請對方選", Action.HAND_OVER: "轉承辦人", Action.CHAT: "寒暄"}
_OFF = {"aspect": "　沒有寫到所問的面向，不直接回答", "step": "　說的是另一個步驟，不直接回答"}

Source = Callable[[], tuple[Understander, Thresholds, date]]


def understand_command(source: Source) -> Callable[..., None]:
    """The command function; `source` gives the understander, the thresholds and today's date in Taipei."""

    def understand(
        *,
        jsonl: Annotated[bool, typer.Option("--jsonl", help='每行一個 {"id","text"}，輸出 JSON Lines')] = False,
        reasons: Annotated[bool, typer.Option("--why", help="JSON Lines 另加所問面向、未寫到的、地點與理由")] = False,
    ) -> None:
        """逐行讀入訊息，說明語言、類別、常見問題與決定。"""  # noqa: D415 - a Chinese sentence, shown as the help
        understander, thresholds, today = source()
        for number, line in enumerate(_lines(sys.stdin), 1):
            if not line.strip():
                continue
            name, text = _parse(line, number) if jsonl else (None, line)
            read = understander.understand(text)
            decision = told_in(decide(read, thresholds, today), reading_language(str(read.language)))
            if jsonl:
                row = as_data(name, read, decision) | (why(read, decision) if reasons else {})
                typer.echo(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode())
            else:
                typer.echo(account(read, decision) + "\n")

    return understand


def _lines(stream: TextIO) -> Iterator[str]:
    return (line.rstrip("\r\n") for line in stream)


def _parse(line: str, number: int) -> tuple[Any, str]:
    try:
        raw = json.loads(line.removeprefix("\ufeff") if number == 1 else line)
        if isinstance(raw, dict) and isinstance(raw.get("text"), str):
            return raw.get("id"), raw["text"].encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        pass
    typer.echo(f'錯誤：第 {number} 行應為 {{"id": …, "text": "…"}}', err=True)
    raise typer.Exit(2)


def as_data(name: Any, read: Understanding, decision: Decision) -> dict[str, Any]:
    """One line of the contract's output (contract §1, `understand --jsonl`)."""
    return {
        "id": name,
        "language": str(read.language),
        "category": str(read.category),
        "topic": read.topic,
        "confidence": round(read.confidence, 4),
        "decision": str(decision.action),
        "alert": str(read.alert) if read.alert else None,
        "faq": _faq(_ordered(read, decision)),
    }


def why(read: Understanding, decision: Decision) -> dict[str, Any]:
    """What `--why` adds to a line: what is asked, what the entry does not say, where it holds, and the rule."""
    return {
        "reason": decision.reason,
        "asked": [str(ask.aspect) for ask in read.asks],
        "missing": [str(aspect) for aspect in decision.missing],
        "place": read.place.name if read.place else None,
    }


def _ordered(read: Understanding, decision: Decision) -> tuple[Match, ...]:
    """Best first: what the decision uses, of several matters the first of each; then the rest. None for small talk."""
    if decision.action is Action.CHAT:
        return ()
    first = (decision.match,) if decision.match else decision.choices
    if decision.parts:
        first = tuple(part.decision.leads for part in decision.parts if part.decision.leads is not None)
    ids = {m.entry_id for m in first}
    return (*first, *(m for m in read.faq if m.entry_id not in ids))


def _faq(matches: tuple[Match, ...]) -> list[dict[str, Any]]:
    """The matches with the score that orders them, 0 to 1 and never rising (opposites stand below their likeness)."""
    found: list[dict[str, Any]] = []
    ceiling = 1.0
    for match in matches:
        ceiling = max(0.0, min(ceiling, match.score))
        entry = match.entry
        found.append({
            "id": entry.id, "score": round(ceiling, 4), "answer": entry.answer, "facts": list(entry.facts),
        })  # fmt: skip
    return found


def account(read: Understanding, decision: Decision) -> str:
    """The same for a person, in Traditional Chinese."""
    ranked = "、".join(f"{WORDS['category'][c.category]} {c.probability:.0%}" for c in read.categories[:3])
    evidence = "、".join(read.categories[0].evidence[:6]) or "（無特定詞）"
    lines = [
        f"訊息：{read.text[:80]}",
        f"語言：{read.language}　類別：{ranked}　依據詞：{evidence}",
        f"決定：{_ACTIONS[decision.action]}（{decision.reason}）",
    ]
    asked = "、".join(WORDS["aspect"][str(ask.aspect)] for ask in read.asks) or "（未指明）"
    lines.append(f"問的是：{asked}　地點：{read.place.name if read.place else '（未指明）'}")
    if decision.missing:
        lines.append(f"沒有寫到：{'、'.join(WORDS['aspect'][str(aspect)] for aspect in decision.missing)}")
    for number, part in enumerate(decision.parts, 1):
        lead = part.decision.leads
        named = f"　{lead.entry_id}" if lead else ""
        asked = part.understanding.text.strip()[:40]
        lines.append(f"第 {number} 件「{asked}」：{_ACTIONS[part.decision.action]}（{part.decision.reason}）{named}")
    if read.alert:
        lines.insert(1, f"緊急：{read.alert}")
    for match in _ordered(read, decision)[:3]:
        note = "　與所問相反，不直接回答" if match.opposite else _OFF.get(match.off, "")
        figures = f"把握 {match.probability:.0%}　分數 {match.score:.2f}"
        lines.append(f"  {match.entry_id}　{figures}　最近問法「{match.phrase}」{note}")
    return "\n".join(lines)
