"""Versions of entries: drafted by the team, approved by the owner unit, never by their author alone."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.republic import day_of, roc_date
from knowledge.entries import FaqEntry, KnowledgeBase
from knowledge.files.fields import Problem
from knowledge.language.text import normalise
from knowledge.loading import read_sent
from knowledge.vocabulary import FOREIGN_LANGUAGES, Category
from routing.domain.errors import Forbidden, Invalid, NotFound, StaleVersion, StepNotAllowed
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.knowledge_admin.active import ActiveKnowledge, body_of, read_body
from routing.service.knowledge_admin.corrections import teachable
from routing.store.accounts import queries as account_store
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import KnowledgeEdit

FIELDS = {
    "category": "類別", "topic": "主題", "kind": "種類", "parks": "適用園區", "question": "問題", "answer": "回答",
    "details": "補充說明", "en": "英文", "ja": "日文", "basis": "依據", "facts": "事實編號", "verified": "查證日期",
    "review": "複查日期", "unit": "權責單位", "prepare": "應備文件", "where": "受理單位", "duration": "辦理時間",
    "related": "相關條目", "aspects": "回答的面向", "fill": "請分局填寫", "tariff": "收費表",
    "phrasings": "問法",
}  # fmt: skip
"""What each field of an entry is called on the pages, in their order."""

_PARTS = {
    "question": "問題", "answer": "回答", "zh": "中文", "en": "英文", "ja": "日文", "law": "法規", "article": "條次",
    "url": "網址", "version": "版本", "paragraph": "項款", "read": "讀的日期", "clause": "條文雜湊", "unit": "單位",
    "item": "項目", "item_en": "項目（英文）", "item_ja": "項目（日文）", "units": "計量單位", "price": "單價",
    "first": "首份金額", "included": "首份含", "minimum": "最低金額", "words": "關鍵詞", "named_only": "問到才用",
}  # fmt: skip
"""What the parts of a field are called in a difference."""
_WHOLE = frozenset({"category", "topic", "kind", "parks", "verified", "review"})
"""Fields whose values are words of a list, or days: they change as a whole."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST_IMPORTED = 500
DRAFTS = 20
"""Drafts of a page, unless said."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a difference: ``same``, ``added`` or ``removed`` text."""

    side: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in one field, as pieces of text or as whole lines; ``field``: its name in the entry."""

    field: str
    name: str
    pieces: tuple[Piece, ...]
    lines: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version with what it changed; ``stale``: another one was approved after this draft was written.

    ``gained``, ``lost``: languages in which firms get an answer by it that they did not get, or no more.
    """

    row: KnowledgeEdit
    changes: tuple[Change, ...]
    stale: bool
    new: bool
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def may_approve(actor: Actor, unit: str, author: str) -> bool:
    """Leaders approve anything; officers what belongs to their unit and somebody else wrote."""
    if actor.may(Permission.ALL_KNOWLEDGE):
        return True
    return actor.may(Permission.UNIT_WORK) and actor.unit == unit and (actor.email or actor.name) != author


def owner_unit(known: ActiveKnowledge, row: KnowledgeEdit) -> str:
    """Who decides on a draft: the unit that owns the entry now, or the one it names if it is new."""
    entry = known.base.entry(row.entry_id)
    return entry.unit if entry is not None else str(row.body.get("unit", ""))


def with_id(body: dict[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """The same values with an id, made from the category and from who asks what when, where none was given."""
    if str(body.get("id") or "").strip():
        return body
    category = str(body.get("category") or "")
    asked = f"{actor.email or actor.name}|{now.isoformat()}|{body.get('question', '')}"
    mark = hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()[:8]
    return {**body, "id": f"{category if category in set(Category) else Category.OTHER}-{mark}"}


def check(body: dict[str, Any], base: KnowledgeBase) -> tuple[FaqEntry | None, tuple[Problem, ...]]:
    """The entry that these values make, with every problem; warnings do not stop it.

    What it has to do with other entries is looked up in ``base``: related ones, and phrasings that stand there too.
    """
    entry, problems = read_body(body)
    if entry is None:
        return None, problems
    own = [problem for problem in problems if problem.field != "related"]
    gone = [name for name in entry.related if base.entry(name) is None]
    if gone:
        own.append(_remark(entry, "related", f"沒有這些條目：{'、'.join(gone)}"))
    spoken = {
        normalise(text): other.question
        for other in base.entries
        if other.id != entry.id
        for group in other.phrasings.values()
        for text in group
    }
    for group, texts in entry.phrasings.items():
        also = [(text, owner) for text in texts if (owner := spoken.get(normalise(text)))]
        own += [_remark(entry, f"phrasings.{group}", f"「{text}」與條目「{owner}」的問法相同") for text, owner in also]
    return entry, tuple(own)


def _remark(entry: FaqEntry, field: str, message: str) -> Problem:
    return Problem(file="草稿", entry=entry.id, field=field, message=message, warning=True)


def draft(
    session: Session,
    actor: Actor,
    known: ActiveKnowledge,
    body: dict[str, Any],
    *,
    note: str,
    now: datetime,
    case: str = "",
    new: bool = False,
) -> int:
    """Keep a draft; gives its id. An empty id of the entry is made here.

    ``case``: the number of the case whose words it was made of; the note names it. ``new``: no entry may have its id.

    Raises:
        NotFound, StepNotAllowed: the case is hidden, or confidential.
        Invalid: a field cannot be used, nothing changed, or another entry has the id (``id_taken``).
        Forbidden: the person is a partner.
    """
    require_team(actor)
    entry, problems = read_body(with_id(body, actor, now))
    wrong = [problem for problem in problems if not problem.warning]
    if entry is None or wrong:
        raise Invalid(str(wrong[0]) if wrong else "沒有可用的條目。", code="knowledge_invalid")
    if case:
        teachable(session, actor, case, public=True, hold=True)
        note = note if case in note[:200] else f"由案件 {case} 的回復整理；{note}"
    standing = known.base.entry(entry.id)
    if new and (standing is not None or store.edits(session, entry_id=entry.id)):
        raise Invalid("這個代號已有條目使用；請改用別的，或留空由系統編號。", code="id_taken", field="id")
    shape = body_of(entry)
    if standing is not None and body_of(standing) == shape:
        raise Invalid("內容與現行版本相同，沒有需要儲存的變更。", code="nothing_changed")
    row = _new_draft(actor, entry.id, shape, note=note, now=now)
    session.add(row)
    session.flush()
    _audit(session, actor, "knowledge.draft", entry.id, now, version=row.id)
    return row.id


def approve(session: Session, actor: Actor, known: ActiveKnowledge, edit_id: int, *, now: datetime) -> str:
    """Approve and activate a draft; gives the entry's id.

    Raises:
        NotFound, StepNotAllowed: there is no such draft, or it was decided already.
        StaleVersion: another version of the entry was approved since it was written.
        Forbidden: the person is neither of the owner unit nor a leader, or wrote it.
    """
    row = _open_draft(session, actor, known, edit_id)
    if store.approved_after(session, row.entry_id, row.at):
        raise StaleVersion("這份草稿之後，本條目已有新的核定版本；請依現行版本重新修改。")
    _decide(session, actor, row, "approved", now=now)
    return row.entry_id


def reject(session: Session, actor: Actor, known: ActiveKnowledge, edit_id: int, *, note: str, now: datetime) -> str:
    """Send a draft back with a reason; its author may withdraw it so. Raises as ``approve``, Invalid without a note."""
    if not note.strip():
        raise Invalid("請說明退回的理由。", field="note")
    row = _open_draft(session, actor, known, edit_id, own=True)
    _decide(session, actor, row, "rejected", note=note, now=now)
    return row.entry_id


def _open_draft(
    session: Session, actor: Actor, known: ActiveKnowledge, edit_id: int, *, own: bool = False
) -> KnowledgeEdit:
    require_team(actor)
    row = store.edit(session, edit_id, hold=True)
    if row is None:
        raise NotFound("找不到這份草稿。")
    if row.state != "draft":
        raise StepNotAllowed("這份草稿已經處理過了。")
    mine = own and row.author == (actor.email or actor.name)
    if not mine and not may_approve(actor, owner_unit(known, row), row.author):
        raise Forbidden("草稿由權責單位的其他同仁或主管核定；作者不能核定自己的草稿。")
    return row


def _decide(session: Session, actor: Actor, row: KnowledgeEdit, state: str, *, now: datetime, note: str = "") -> None:
    row.state, row.approver, row.decided_at = state, actor.email or actor.name, now
    if note.strip():
        row.note = f"{row.note}｜{note.strip()}"[:300] if row.note else note.strip()[:300]
    session.flush()
    _audit(session, actor, f"knowledge.{state}", row.entry_id, now, version=row.id)


def import_text(
    session: Session, actor: Actor, known: ActiveKnowledge, text: str, *, name: str, now: datetime
) -> list[int]:
    """Entries of a knowledge file as drafts, without those that are active unchanged. Returns the drafts' ids.

    Raises:
        Invalid: any entry has a slip; then nothing is taken over.
    """
    require_team(actor)
    entries, problems = read_sent(text, name)
    wrong = [problem for problem in problems if not problem.warning]
    if wrong:
        shown = "；".join(str(problem) for problem in wrong[:8])
        raise Invalid(f"有 {len(wrong)} 項錯誤，未匯入任何條目：{shown}", code="knowledge_invalid", field="file")
    if not entries:
        raise Invalid("檔案裡沒有條目。", code="knowledge_invalid", field="file")
    if len(entries) > _MOST_IMPORTED:
        raise Invalid(f"一次最多匯入 {_MOST_IMPORTED} 條。", code="too_long", field="file")
    changed = [e for e in entries if (old := known.base.entry(e.id)) is None or body_of(old) != body_of(e)]
    rows = [_new_draft(actor, entry.id, body_of(entry), note=f"匯入 {name}", now=now) for entry in changed]
    session.add_all(rows)
    session.flush()
    for row in rows:
        _audit(session, actor, "knowledge.draft", row.entry_id, now, version=row.id)
    session.flush()
    return [row.id for row in rows]


def _new_draft(actor: Actor, entry_id: str, body: dict[str, Any], *, note: str, now: datetime) -> KnowledgeEdit:
    return KnowledgeEdit(
        entry_id=entry_id, body=body, state="draft", author=actor.email or actor.name, note=note.strip()[:300], at=now
    )


def versions(session: Session, known: ActiveKnowledge, entry_id: str) -> list[Version]:
    """Every version of an entry, newest first, each with its difference to the one active before it."""
    return _compared(known, entry_id, store.edits(session, entry_id=entry_id))


def _compared(known: ActiveKnowledge, entry_id: str, rows: Iterable[KnowledgeEdit]) -> list[Version]:
    """As ``versions``, of all rows of one entry."""
    shipped = known.shipped.entry(entry_id)
    before: dict[str, Any] = body_of(shipped) if shipped is not None else {}
    found: list[Version] = []
    in_order = sorted(rows, key=lambda row: (row.decided_at or row.at, row.id))
    approved = [row.decided_at for row in in_order if row.state == "approved" and row.decided_at is not None]
    for row in in_order:
        stale = row.state == "draft" and any(at > row.at for at in approved)
        was, then = _languages(before), _languages(row.body)
        found.append(Version(
            row=row, changes=difference(before, row.body), stale=stale, new=not before, gained=_without(then, was),
            lost=_without(was, then),
        ))  # fmt: skip
        if row.state == "approved":
            before = row.body
    return found[::-1]


def _languages(body: dict[str, Any]) -> tuple[str, ...]:
    """Those in which an entry has an answer."""
    said = {"zh-TW": body, **{language.value: body.get(language) or {} for language in FOREIGN_LANGUAGES}}
    return tuple(language for language, words in said.items() if words.get("answer"))


def _without(languages: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(language for language in languages if language not in others)


def by_id(session: Session, edit_id: int) -> KnowledgeEdit | None:
    """A version of any entry."""
    return store.edit(session, edit_id)


def version(session: Session, entry_id: str, edit_id: int) -> KnowledgeEdit | None:
    """One version of an entry; None if there is no such one of this entry."""
    row = store.edit(session, edit_id)
    return row if row is not None and row.entry_id == entry_id else None


def drafts(
    session: Session, known: ActiveKnowledge, *, limit: int = DRAFTS, cursor: str | None = None
) -> Page[Version]:  # fmt: skip
    """Drafts that wait for a decision, newest first, each with its difference; two queries, however many there are."""
    rows = store.edits(session, state="draft", before_id=before_of(limit, cursor), limit=limit + 1)
    found = page_of(rows, limit, lambda row: row.id)
    of_entry: dict[str, list[KnowledgeEdit]] = defaultdict(list)
    for row in store.edits_of(session, [row.entry_id for row in found.items]):
        of_entry[row.entry_id].append(row)
    compared = {
        version.row.id: version for entry_id, rows in of_entry.items() for version in _compared(known, entry_id, rows)
    }
    return found.of([compared[row.id] for row in found.items])


def waiting(session: Session) -> list[KnowledgeEdit]:
    """Drafts that wait for a decision, newest first."""
    return store.edits(session, state="draft")


def drafted(session: Session) -> dict[str, int]:
    """How many drafts wait for a decision, by entry."""
    return store.drafted(session)


def difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """What changed, field by field, so that a person can read it."""
    changes = [change for name in FIELDS if (change := _change(name, before.get(name), after.get(name)))]
    return tuple(changes)


def _change(name: str, old: Any, new: Any) -> Change | None:
    label = FIELDS[name]
    if (old or None) == (new or None):
        return None
    if name not in _WHOLE and isinstance(old, str | None) and isinstance(new, str | None):
        return Change(name, label, tuple(_pieces(old or "", new or "")), lines=False)
    was, now = _lines(old), _lines(new)
    kept = set(was) & set(now)
    pieces = [Piece("removed", line) for line in was if line not in kept]
    pieces += [Piece("added", line) for line in now if line not in kept]
    return Change(name, label, tuple(pieces), lines=True) if pieces else None


def _lines(value: Any) -> list[str]:
    """A list or mapping as lines that can be compared."""
    if isinstance(value, dict):
        return [f"{_PARTS.get(key, key)}：{line}" for key, part in value.items() for line in _lines(part)]
    if isinstance(value, list | tuple):
        return [
            line for part in value for line in (["・".join(_lines(part))] if isinstance(part, dict) else _lines(part))
        ]
    return [_shown(str(value))] if value else []


def _shown(value: str) -> str:
    """A value as the pages write it: a day by the Republic's calendar."""
    day = day_of(value) if _DAY.fullmatch(value) else None
    return roc_date(day) if day else value


def _pieces(old: str, new: str) -> Iterable[Piece]:
    for step, start, end, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            yield Piece("same", old[start:end])
            continue
        if end > start:
            yield Piece("removed", old[start:end])
        if last > first:
            yield Piece("added", new[first:last])


def _audit(session: Session, actor: Actor, action: str, subject: str, now: datetime, **detail: object) -> None:
    account_store.audit(session, at=now, actor=actor.email or actor.name, action=action, subject=subject, detail=detail)
