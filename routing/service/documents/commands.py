"""Official letters (公文) of a case: drafted, exported, and their numbers when they come back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain import letters
from routing.domain.errors import Invalid, NotFound, StepNotAllowed
from routing.domain.letters import Agency, Letter
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.cases import commands as case_commands
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifying import push
from routing.service.cases.queries import CaseWhole
from routing.store.documents import queries as store
from routing.store.documents.schema import CaseDocument

_POINT = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A letter as it is shown. ``how`` its number came back: ``hand`` or ``file``."""

    id: int
    letter: Letter
    made_by: str
    made_at: datetime
    doc_no: str | None
    sent_on: date | None
    numbered_by: str | None
    numbered_at: datetime | None
    how: str | None


def suggested(whole: CaseWhole, agency: Agency) -> Letter:
    """A letter to begin with: who writes to whom, about what, and what was answered last. Nothing in it is sent."""
    row, firm = whole.row, whole.firm.name if whole.firm else ""
    answers = [one.text for one in whole.messages if one.direction == "out" and one.by and one.erased_at is None]
    asked = letters.day_written(local(row.received_at).date()).removeprefix("中華民國")
    points = [f"復貴公司{asked}來詢（服務案號 {row.number}）。"]
    points += [line[:_POINT] for line in letters.lines_of(answers[-1]) if line] if answers else []
    officer = whole.names.get(row.assignee or "")
    return Letter(
        agency=agency.name, agency_code=agency.code, address=agency.address, signature=agency.signature,
        contacts=(f"承辦單位：{row.unit}", *([f"承辦人：{officer}"] if officer else [])),
        recipient=firm, subject=f"有關貴公司所詢「{row.subject}」一案，復如說明，請查照。", points=tuple(points),
        to=(firm,) if firm else (),
    )  # fmt: skip


def make(locked: LockedCase, letter: Letter) -> Document:
    """Keep a letter that is whole; whoever calls has held it against the DTD.

    Raises:
        Forbidden: a partner. Invalid: something is missing (``document_incomplete``).
    """
    require_team(locked.actor)
    letters.require_whole(letter)
    row = CaseDocument(
        case_id=locked.row.id, letter=replace(letter, doc_no="", sent_on="").plain(),
        made_by=locked.actor.email or locked.actor.name, made_at=locked.now,
    )  # fmt: skip
    locked.session.add(row)
    locked.session.flush()
    locked_case.audit(locked, "case.document", document=row.id)
    return _shown(row)


def number(locked: LockedCase, document_id: int, doc_no: str, *, sent_on: date | None, how: str) -> Document:
    """The number under which a letter went out stands on the case. ``how``: ``hand`` or ``file``.

    Raises:
        Forbidden: a partner. NotFound: no such letter. StepNotAllowed: it has a number. Invalid: none that can be used.
    """
    require_team(locked.actor)
    row = store.one(locked.session, locked.row.id, document_id, hold=True)
    if row is None:
        raise NotFound("找不到這份公文。")
    if row.doc_no is not None:
        raise StepNotAllowed(f"這份公文已登錄文號 {row.doc_no}。")
    doc_no = letters.number_checked(doc_no)
    if sent_on is not None and sent_on > local(locked.now).date():
        raise Invalid("發文日期不能晚於今天。", field="sent_on")
    row.doc_no, row.sent_on, row.numbered_how = doc_no, sent_on, how
    row.numbered_by, row.numbered_at = locked.actor.email or locked.actor.name, locked.now
    day = f"，{letters.day_written(sent_on)}" if sent_on is not None else ""
    case_commands.note(locked, f"公文已發文：{doc_no}{day}。", notify=push)
    if doc_no not in locked.row.refs:
        locked.row.refs = [*locked.row.refs, doc_no]
    locked.session.flush()
    locked_case.audit(locked, "case.document_number", document=row.id, how=how)
    return _shown(row)


def standing(locked: LockedCase, document_id: int) -> Document:
    """One letter of a case that is being changed. Raises Forbidden: a partner. NotFound: no such letter."""
    require_team(locked.actor)
    row = store.one(locked.session, locked.row.id, document_id)
    if row is None:
        raise NotFound("找不到這份公文。")
    return _shown(row)


def page(session: Session, actor: Actor, case_number: str, *, limit: int, cursor: str | None) -> Page[Document]:
    """The letters of a case, the newest first. Raises NotFound: no such case, or hidden, or the person is a partner."""
    row = _row(session, actor, case_number)
    found = store.of_case(session, row, before=before_of(limit, cursor), limit=limit + 1)
    return page_of(found, limit, lambda one: one.id).of([_shown(one) for one in found[:limit]])


def opened(session: Session, actor: Actor, case_number: str, document_id: int) -> Document:
    """One letter to be saved as a file. Raises NotFound: no such case or letter, hidden, or the person is a partner."""
    row = store.one(session, _row(session, actor, case_number), document_id)
    if row is None:
        raise NotFound("找不到這份公文。")
    return _shown(row)


def _row(session: Session, actor: Actor, case_number: str) -> int:
    if not actor.may(Permission.DESK):
        raise NotFound(f"查無案件 {case_number}。")
    return locked_case.find(session, case_number, actor)[0].id


def _shown(row: CaseDocument) -> Document:
    letter = letters.letter_from(row.letter)
    letter = letter.numbered(row.doc_no, row.sent_on) if row.doc_no else letter
    return Document(
        id=row.id, letter=letter, made_by=row.made_by, made_at=row.made_at, doc_no=row.doc_no, sent_on=row.sent_on,
        numbered_by=row.numbered_by, numbered_at=row.numbered_at, how=row.numbered_how,
    )  # fmt: skip
