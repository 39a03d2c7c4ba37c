"""Versions of question sets: drafted by the team, approved by the owner unit, never by their author alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.entries import KnowledgeBase
from knowledge.files.fields import Problem
from knowledge.question_sets import QuestionSet, read_bodies, read_text
from routing.domain.errors import Forbidden, Invalid, NotFound, StaleVersion, StepNotAllowed
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, require_team
from routing.service.knowledge_admin.versions import may_approve
from routing.service.office_context import OfficeContext
from routing.service.question_sets import active
from routing.store.accounts import queries as account_store
from routing.store.question_sets import queries as store
from routing.store.question_sets.schema import QuestionSetEdit

PAGE = 20
"""Versions of a page, unless said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version as it is shown. ``unit``: who decides; ``may_decide``: this person; ``stale``: overtaken since."""

    row: QuestionSetEdit
    unit: str
    may_decide: bool
    stale: bool
    title: str
    questions: int


def check(office: OfficeContext, body: dict[str, Any], base: KnowledgeBase) -> tuple[QuestionSet, list[Problem]]:
    """The set that these values make, with every problem. Raises Invalid: they make none."""
    sets, problems = read_bodies([body], "草稿", base, units=_units(office))
    if not sets:
        raise Invalid("沒有可用的題組。", code="question_set_invalid")
    return sets[0], list(problems)


def _units(office: OfficeContext) -> list[str]:
    return [unit.name for unit in office.offices.units]


def draft(
    session: Session, office: OfficeContext, actor: Actor, base: KnowledgeBase, body: dict[str, Any], *, note: str,
    now: datetime,
) -> QuestionSetEdit:  # fmt: skip
    """Keep a draft.

    Raises:
        Invalid: a field cannot be used, or nothing changed. Forbidden: the person is a partner.
    """
    require_team(actor)
    found, problems = check(office, body, base)
    if problems:
        raise Invalid(str(problems[0]), code="question_set_invalid", field=problems[0].field)
    stands = active.one(session, office, found.id)
    if stands is not None and stands.set == found:
        raise Invalid("內容與現行版本相同，沒有需要儲存的變更。", code="nothing_changed")
    row = _new(actor, found, note=note, now=now)
    session.add(row)
    session.flush()
    _audit(session, actor, "questions.draft", row, now)
    return row


def import_text(
    session: Session, office: OfficeContext, actor: Actor, base: KnowledgeBase, text: str, *, name: str, now: datetime
) -> list[int]:
    """Sets of a file as drafts, without those that stand unchanged; gives the drafts' ids.

    Raises:
        Invalid: any set has a slip; then nothing is taken over. Forbidden: the person is a partner.
    """
    require_team(actor)
    sets, problems = read_text(text, name, base, units=_units(office))
    if problems:
        slips = "；".join(str(problem) for problem in problems[:8])
        raise Invalid(f"有 {len(problems)} 項錯誤，未匯入任何題組：{slips}", code="question_set_invalid", field="file")
    if not sets:
        raise Invalid("檔案裡沒有題組。", code="question_set_invalid", field="file")
    standing = {one.set.id: one.set for one in active.standing(session, office)}
    rows = [_new(actor, one, note=f"匯入 {name}", now=now) for one in sets if standing.get(one.id) != one]
    session.add_all(rows)
    session.flush()
    for row in rows:
        _audit(session, actor, "questions.draft", row, now)
    return [row.id for row in rows]


def _new(actor: Actor, found: QuestionSet, *, note: str, now: datetime) -> QuestionSetEdit:
    return QuestionSetEdit(
        set_id=found.id, body=found.as_data(), state="draft", author=actor.email or actor.name,
        note=note.strip()[:300], at=now,
    )  # fmt: skip


def decide(
    session: Session, office: OfficeContext, actor: Actor, edit_id: int, *, approve: bool, note: str, now: datetime
) -> QuestionSetEdit:
    """Put a draft in force, or send it back with a reason; its author may withdraw it so.

    Raises:
        NotFound, StepNotAllowed: there is no such draft, or it was decided already. StaleVersion: another version was
            approved since it was written. Forbidden: the person is neither of the owner unit nor a leader, or wrote it.
        Invalid: sent back without a reason.
    """
    require_team(actor)
    if not approve and not note.strip():
        raise Invalid("請說明退回的理由。", field="note")
    row = store.edit(session, edit_id, hold=True)
    if row is None:
        raise NotFound("找不到這份草稿。")
    if row.state != "draft":
        raise StepNotAllowed("這份草稿已經處理過了。")
    own = not approve and row.author == (actor.email or actor.name)
    if not own and not may_approve(actor, _owner(session, office, row), row.author):
        raise Forbidden("草稿由權責單位的其他同仁或主管核定；作者不能核定自己的草稿。")
    approvals = store.last_approvals(session, [row.set_id])
    if approve and approvals.get(row.set_id, row.at) > row.at:
        raise StaleVersion("這份草稿之後，本題組已有新的核定版本；請依現行版本重新修改。")
    row.state, row.approver, row.decided_at = "approved" if approve else "rejected", actor.email or actor.name, now
    if note.strip():
        row.note = (f"{row.note}｜{note.strip()}" if row.note else note.strip())[:300]
    session.flush()
    _audit(session, actor, f"questions.{row.state}", row, now)
    return row


def _owner(session: Session, office: OfficeContext, row: QuestionSetEdit) -> str:
    """Who decides: the unit that owns the set now, or the one it names if it is new."""
    stands = active.one(session, office, row.set_id)
    return stands.set.unit if stands is not None else str(row.body.get("unit", ""))


def versions(
    session: Session, office: OfficeContext, actor: Actor, set_id: str, *, limit: int = PAGE, cursor: str | None = None
) -> Page[Version]:
    """Versions of a set, the newest first. Raises Forbidden: the person is a partner."""
    require_team(actor)
    rows = store.edits(session, set_id, before_id=before_of(limit, cursor), limit=limit + 1)
    return _page(session, office, actor, rows, limit)


def drafts(
    session: Session, office: OfficeContext, actor: Actor, *, limit: int = PAGE, cursor: str | None = None
) -> Page[Version]:
    """Drafts that wait for a decision, the newest first. Raises Forbidden: the person is a partner."""
    require_team(actor)
    rows = store.drafts(session, before_id=before_of(limit, cursor), limit=limit + 1)
    return _page(session, office, actor, rows, limit)


def _page(
    session: Session, office: OfficeContext, actor: Actor, rows: list[QuestionSetEdit], limit: int
) -> Page[Version]:
    found = page_of(rows, limit, lambda row: row.id)
    return found.of(_shown(session, office, actor, found.items))


def version(session: Session, set_id: str, edit_id: int) -> QuestionSetEdit | None:
    """One version of a set; None if there is no such one of this set."""
    row = store.edit(session, edit_id)
    return row if row is not None and row.set_id == set_id else None


def shown(session: Session, office: OfficeContext, actor: Actor, row: QuestionSetEdit) -> Version:
    """A version with what this person may do with it."""
    return _shown(session, office, actor, [row])[0]


def _shown(session: Session, office: OfficeContext, actor: Actor, rows: list[QuestionSetEdit]) -> list[Version]:
    """Versions as they are shown; as many queries for many as for one."""
    if not rows:
        return []
    owners = {one.set.id: one.set.unit for one in active.standing(session, office)}
    approvals = store.last_approvals(session, [row.set_id for row in rows])
    return [
        _one(actor, row, owners.get(row.set_id, str(row.body.get("unit", ""))), approvals.get(row.set_id, row.at))
        for row in rows
    ]


def _one(actor: Actor, row: QuestionSetEdit, unit: str, approved: datetime) -> Version:
    title, draft = row.body.get("title") or {}, row.state == "draft"
    return Version(
        row=row, unit=unit, may_decide=draft and may_approve(actor, unit, row.author),
        stale=draft and approved > row.at, title=str(title.get("zh-TW", row.set_id)),
        questions=len(row.body.get("questions") or ()),
    )  # fmt: skip


def _audit(session: Session, actor: Actor, action: str, row: QuestionSetEdit, now: datetime) -> None:
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action=action, subject=row.set_id,
        detail={"version": row.id},
    )  # fmt: skip
