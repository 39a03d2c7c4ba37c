"""What only the branch can say: the questions with unit and how many asked, and its answers as drafts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.entries import Basis, FaqEntry, Wording
from knowledge.loading import ANSWER_LIMIT
from knowledge.vocabulary import EntryKind
from routing.domain.errors import Invalid, NotFound
from routing.domain.permissions import Actor, require_team
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import ActiveKnowledge, body_of
from routing.store.knowledge_admin import queries as store

DAYS = 365
"""How far back firms are counted."""
_REVIEW = timedelta(days=181)
SOURCE = "本分局提供"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One thing to fill in. ``firms``: firms that asked in the last year; ``draft``: an answer waits for approval."""

    entry: FaqEntry
    question: str
    unit: str
    firms: int
    draft: bool


def blanks(session: Session, actor: Actor, known: ActiveKnowledge, *, now: datetime) -> tuple[Blank, ...]:
    """Everything that waits for the branch's word, most asked first. Raises Forbidden for partners."""
    require_team(actor)
    asked = store.firms_by_entry(session, since=now - timedelta(days=DAYS))
    waiting = {row.entry_id for row in store.edits(session, state="draft")}
    found = [
        Blank(
            entry=entry, question=entry.fill.question, unit=entry.fill.unit, firms=asked.get(entry.id, 0),
            draft=entry.id in waiting,
        )
        for entry in known.base.entries
        if entry.fill is not None and entry.kind is EntryKind.HAND_OVER
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda blank: (-blank.firms, blank.entry.category.value, blank.entry.id)))


def fill(session: Session, actor: Actor, known: ActiveKnowledge, entry_id: str, text: str, *, now: datetime) -> int:
    """The branch's word on an entry as a draft that its unit approves; gives the draft's id.

    Raises:
        NotFound: nothing is to be filled in there. Invalid: the text is empty or too long.
    """
    entry = known.base.entry(entry_id)
    if entry is None or entry.fill is None:
        raise NotFound("這個條目沒有待填寫的內容。")
    words = text.strip()
    if not words or len(words) > ANSWER_LIMIT:
        raise Invalid(f"請填寫 1 到 {ANSWER_LIMIT} 字。", field="text")
    body = body_of(answered(entry, words, local(now).date()))
    return entry_versions.draft(session, actor, known, body, note=f"{SOURCE}：{entry.fill.question}", now=now)


def answered(entry: FaqEntry, words: str, today: date) -> FaqEntry:
    """The entry with the branch's words as its answer; foreign firms read them in Chinese, which is said."""
    basis = Basis(law=SOURCE, article="", url="", version=today.isoformat(), read=today)
    return replace(
        entry, kind=EntryKind.ANSWER, answer=words, fill=None, basis=(*entry.basis, basis), verified=today,
        review=today + _REVIEW,
        en=_said(entry.en, f"The Branch answers (in Chinese): {words}"),
        ja=_said(entry.ja, f"分局の回答（中国語）：{words}"),
    )  # fmt: skip


def _said(wording: Wording, answer: str) -> Wording:
    """The answer under its question; none where the question has no words in that language."""
    return Wording(question=wording.question, answer=answer) if wording.question else wording
