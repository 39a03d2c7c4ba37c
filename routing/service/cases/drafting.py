"""陳核: an answer is written, somebody else approves of it and it is sent as approved, or it goes back with a note."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.vocabulary import Channel
from routing.domain import drafts
from routing.domain.case import EventKind, Outcome
from routing.domain.drafts import Part
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.service.cases import commands, locked_case, translations
from routing.service.cases.commands import Approved
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text as text_of
from routing.store.cases import drafts as store
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import CaseDraft

_NOTE, _DOC_NO = 300, 60


def write(
    locked: LockedCase, text: str, *, outcome: str | None = None, via: str | None = None, doc_no: str | None = None,
    translation: str | None = None,
) -> CaseDraft:  # fmt: skip
    """Write an answer that somebody else approves; nothing goes out.

    ``outcome``: one of ``drafts.OUTCOMES``, the case is closed with it; else it is a reply by ``via``.

    Raises:
        StepNotAllowed: another one waits already. Invalid: what cannot be sent as it stands.
    """
    locked.require("draft")
    text = text_of(text, "text", limit=2000 if outcome else 4000)
    translations.beside(locked, text, translation)
    if outcome is not None and outcome not in drafts.OUTCOMES:
        raise Invalid(f"outcome 必須是 {'、'.join(drafts.OUTCOMES)} 之一，或不填。", field="outcome")
    if via is not None and via not in set(Channel):
        raise Invalid(f"via 必須是 {'、'.join(Channel)} 之一。", field="via")
    if via in locked.office.channels:
        locked_case.check_reach(locked, "via", channel=via)
    if len(doc_no or "") > _DOC_NO:
        raise Invalid(f"文號請在 {_DOC_NO} 字以內。", field="doc_no")
    row = CaseDraft(
        case_id=locked.row.id, text=text, translation=translation, outcome=outcome, via=via, doc_no=doc_no,
        by=locked.actor.email or locked.actor.name, at=locked.now, state="asked",
    )  # fmt: skip
    locked.session.add(row)
    locked.session.flush()
    locked.record(EventKind.DRAFTED, draft_id=row.id, outcome=outcome)
    locked_case.audit(locked, "case.draft", draft=row.id)
    return row


def decide(
    locked: LockedCase, draft_id: int, *, approve: bool, note: str | None, notify: Notifier, text: str | None = None
) -> CaseDraft:
    """Another person than its writer approves, and it is sent; or it goes back. The writer may take it back.

    ``note`` None: a program that gives none. ``text``: as the approver has changed it; that is sent then.

    Raises:
        NotFound: no such draft in this case. StepNotAllowed: it was decided before.
        Forbidden: the writer approves, or somebody who is neither a leader nor stands in for one.
    """
    row = store.by_id(locked.session, draft_id)
    if row is None or row.case_id != locked.row.id:
        raise NotFound("查無這份文稿。")
    own = row.by == locked.actor.email
    if not drafts.may_approve(locked.actor) and not (own and not approve):
        raise Forbidden("陳核須由主管或其代理人核定。", code="approver_needed")
    if own and approve:
        raise Forbidden("陳核須由撰稿人以外的人核定。", code="second_person_needed")
    if row.state != "asked":
        raise StepNotAllowed("這份文稿已經核定、退回或撤回。", code="draft_decided")
    if len(note or "") > _NOTE:
        raise Invalid(f"意見請在 {_NOTE} 字以內。", field="note")
    if not approve:
        _return(locked, row, note, own=own)
    else:
        row.sent = text_of(text, "text", limit=2000 if row.outcome else 4000) if text is not None else None
        row.sent = None if row.sent == row.text else row.sent
        row.state = "approved"
        _send(locked, row, notify)
    row.decided_by, row.decided_at, row.note = locked.actor.email, locked.now, (note or "").strip() or None
    locked.session.flush()
    return row


def _return(locked: LockedCase, row: CaseDraft, note: str | None, *, own: bool) -> None:
    if note is not None and not note.strip() and not own:
        raise Invalid("退回須填寫意見，撰稿人會看到。", field="note")
    row.state = "withdrawn" if own else "returned"
    locked.record(EventKind.DRAFT_RETURNED, draft_id=row.id, note=(note or "").strip() or None)
    locked_case.audit(locked, "case.draft_returned", draft=row.id)


def _send(locked: LockedCase, row: CaseDraft, notify: Notifier) -> None:
    approved, text = Approved(draft_id=row.id, written_by=row.by), row.sent or row.text
    # A translation of other words than are sent would say something else.
    translation = row.translation if row.sent is None else None
    if row.outcome is not None:
        commands.close(
            locked, Outcome(row.outcome), summary=text, notify=notify, translation=translation, approved=approved
        )
    else:
        commands.reply(
            locked, text, notify=notify, via=row.via or commands.told_by(locked), doc_no=row.doc_no,
            translation=translation, approved=approved,
        )  # fmt: skip
    locked_case.audit(locked, "case.draft_approved", draft=row.id, written_by=row.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as people read it. ``changes``: from the one that was returned before it, or to what was sent."""

    row: CaseDraft
    changes: tuple[Part, ...]


def of_case(session: Session, row: CaseRow) -> list[Draft]:
    """All drafts of a case, the oldest first, each with what was changed in it."""
    found, before = [], None
    for one in store.of_case(session, row.id):
        compared = (one.text, one.sent) if one.sent is not None else (before, one.text) if before is not None else None
        found.append(Draft(row=one, changes=drafts.changes(*compared) if compared else ()))
        before = one.text if one.state == "returned" else None
    return found
