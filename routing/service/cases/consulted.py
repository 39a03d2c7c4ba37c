"""What people read of consultations: their own questions to the partner, everything to the team (contract §9).

A partner sees what its agency is asked, until it is answered, and nothing of the case behind it. A unit that is asked
about another unit's confidential case sees the question alone, without who the firm is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.language.masking import without_names
from routing.domain.case import Case
from routing.domain.consultations import BREAK
from routing.domain.errors import NotFound
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import (
    Actor,
    Permission,
    confidential_scope,
    may_answer,
    may_read,
    may_see_consultation,
    may_write,
)
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.over import question_version
from routing.service.knowledge_admin.corrections import names_in
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases.schema import Case as CaseRow
from routing.store.consultations import queries as store
from routing.store.consultations.queries import Together, Wanted
from routing.store.consultations.schema import Consultation as Row
from routing.store.reporting import queries as report_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """A consultation as a person reads it.

    ``subject``, ``asked_by`` and ``entered_by`` are None to whoever does not see the case. ``waited`` are working days
    from the question to its answer or to today. ``late``: expected earlier and still open. ``how`` None: it waits.
    ``version`` is that of the question to partners, else that of the case.
    """

    id: int
    number: str
    subject: str | None
    park: str | None
    from_unit: str
    agency: str | None
    unit: str | None
    office: str | None
    question: str
    details: str | None
    consent: str | None
    """Whether the firm agrees that its data goes to the agency, see ``routing.domain.consultations.CONSENTS``."""
    asked_at: datetime
    asked_by: str | None
    expected_on: date | None
    waited: int
    late: bool
    ended_at: datetime | None
    how: str | None
    result: str | None
    answer: str | None
    answered_by: str | None
    phone: str | None
    entered_by: str | None
    version: int
    answers: bool
    """Whether this person may answer it now."""
    withdraws: bool
    """Whether this person may take it back now."""
    row_id: int
    together: int = 0
    """How many cases one answer reaches, of a question about many; 0: it is about this one."""
    parks: tuple[str, ...] = ()
    """Their parks."""


OURS, ASKED, ALL = "ours", "asked", "all"
"""Whose a list shows: asked in the person's cases or by them; asked of the own unit; everything."""


def wanted(
    actor: Actor,
    *,
    view: str = ALL,
    is_open: bool | None = None,
    agency: str | None = None,
    unit: str | None = None,
    number: str | None = None,
    overdue_on: date | None = None,
) -> Wanted:
    """What a list is narrowed to, as far as this person may see; ``overdue_on``: what was expected before a day."""
    if actor.may(Permission.ANSWER_QUESTIONS):
        # What a partner asks for beside its own is nobody's.
        other = unit is not None or agency not in {None, actor.agency} or is_open is False or actor.agency is None
        return Wanted(
            open=True, agency=actor.agency or "-", number=number, expected_before=overdue_on, once=number is None,
            case_ids=() if other else None,
        )  # fmt: skip
    return Wanted(
        open=is_open, agency=agency, unit=actor.unit or "-" if view == ASKED else unit, number=number,
        asked_by=actor.hands if view == OURS else None, expected_before=overdue_on, once=number is None,
        visible_to=confidential_scope(actor),
    )  # fmt: skip


def page(
    session: Session, office: OfficeContext, actor: Actor, narrow: Wanted, *, limit: int, cursor: str | None,
    now: datetime,
) -> Page[Consulted]:  # fmt: skip
    """One page, the newest first. Raises Invalid: the cursor is none of ours, or the limit is not within 1–200."""
    before = before_of(limit, cursor)
    rows = store.listing(session, narrow, limit=limit + 1, before_id=before)
    found = page_of(rows, limit, lambda pair: pair[0].id)
    return found.of(_views(session, office, actor, found.items, now=now))


def waiting_for(session: Session, actor: Actor) -> int:
    """How many questions wait for an answer of this person's unit."""
    if actor.unit is None or not actor.may(Permission.UNIT_WORK):
        return 0
    return store.count(session, Wanted(open=True, unit=actor.unit, once=True))


def of_case(
    session: Session, office: OfficeContext, actor: Actor, row: CaseRow, case: Case, *, now: datetime
) -> list[Consulted]:
    """Those of one case, in the order in which they were asked."""
    if not case.consultations:
        return []
    rows = store.listing(session, Wanted(case_ids=(row.id,)), limit=len(case.consultations))
    return _views(session, office, actor, rows[::-1], now=now, states={row.id: case})


def one(session: Session, office: OfficeContext, actor: Actor, consultation_id: int, *, now: datetime) -> Consulted:
    """One consultation. Raises NotFound: there is none, or it is hidden from this person."""
    found = store.with_case(session, consultation_id)
    if found is not None:
        states = report_store.states(session, [found[1]])
        case = states[found[1].id]
        if may_see_consultation(actor, case, case.consultations[found[0].no - 1]):
            return _views(session, office, actor, [found], now=now, states=states)[0]
    raise NotFound("查無這件會辦。")


def number_of(session: Session, consultation_id: int) -> str:
    """The number of the case of a consultation; empty if there is none."""
    found = store.by_id(session, consultation_id)
    return found[1] if found is not None else ""


def after(locked: LockedCase, no: int) -> Consulted:
    """One of a case just written to, as its writer reads it; of what is over a partner learns that it is, no more."""
    rows = store.listing(locked.session, Wanted(case_ids=(locked.row.id,)), limit=len(locked.case.consultations))
    pair = next(pair for pair in rows if pair[0].no == no)
    states = {locked.row.id: locked.case}
    view = _views(locked.session, locked.office, locked.actor, [pair], now=locked.now, states=states)[0]
    if view.how is None or not locked.actor.may(Permission.ANSWER_QUESTIONS):
        return view
    return replace(view, question="", details=None, answer=None, result=None, answered_by=None, phone=None)


def _views(
    session: Session, office: OfficeContext, actor: Actor, rows: Sequence[tuple[Row, CaseRow]], *, now: datetime,
    states: Mapping[int, Case] | None = None,
) -> list[Consulted]:  # fmt: skip
    cases = states or report_store.states(session, list({row.id: row for _, row in rows}.values()))
    words = store.words(session, [one_id for one, _ in rows for one_id in (one.message_id, one.answer_id)])
    joint = store.together(session, [one.joint_id for one, _ in rows])
    names = account_store.names(session, [email for one, _ in rows for email in (one.asked_by, one.entered_by)])
    views = []
    for one_row, row in rows:
        case = cases[row.id]
        asked = case.consultations[one_row.no - 1]
        view = replace(_view(row, one_row, words), consent=asked.consent, **_days(office, row, one_row, now))
        with_it = joint.get(one_row.joint_id or 0, Together())
        view = replace(view, together=with_it.cases, parks=with_it.parks)
        if not actor.may(Permission.ANSWER_QUESTIONS) and may_read(actor, case):
            view = replace(
                view, subject=row.subject, asked_by=names.get(one_row.asked_by or "", one_row.asked_by),
                entered_by=names.get(one_row.entered_by or "", one_row.entered_by),
            )  # fmt: skip
        else:
            view = _apart(session, (row, *with_it.confidential), view, version=_version(actor, view, row))
        is_open = asked.end is None
        views.append(replace(
            view, answers=is_open and may_answer(actor, case, asked),
            withdraws=is_open and not actor.may(Permission.ANSWER_QUESTIONS) and may_write(actor, case),
        ))  # fmt: skip
    return views


def _version(actor: Actor, view: Consulted, row: CaseRow) -> int:
    return question_version(view.asked_at) if actor.may(Permission.ANSWER_QUESTIONS) else row.version


def _days(office: OfficeContext, row: CaseRow, one: Row, now: datetime) -> dict[str, Any]:
    """Working days waited, and whether the answer is late."""
    until = local(one.ended_at or now).date()
    asked_on = local(one.asked_at).date()
    return {
        "waited": office.calendar.working_days_between(asked_on, until, office.office_of(row.unit)),
        "late": one.ended_at is None and one.expected_on is not None and one.expected_on < until,
    }


def _view(row: CaseRow, one: Row, words: Mapping[int, str]) -> Consulted:
    text = words.get(one.message_id or 0, "")
    question = text if one.lead is None else text[: one.lead]
    return Consulted(
        id=one.id, number=row.number, subject=None, park=row.park, from_unit=row.unit, agency=one.agency, unit=one.unit,
        office=one.office, question=question,
        details=None if one.lead is None else text[one.lead + len(BREAK) :] or None, consent=None,
        asked_at=one.asked_at, asked_by=None, expected_on=one.expected_on,
        waited=0, late=False, ended_at=one.ended_at, how=one.how, result=one.result,
        answer=words.get(one.answer_id, "") if one.answer_id is not None else None,
        answered_by=one.answered_by, phone=one.phone, entered_by=None, version=row.version, answers=False,
        withdraws=False, row_id=row.id,
    )  # fmt: skip


def _apart(session: Session, rows: Iterable[CaseRow], view: Consulted, *, version: int) -> Consulted:
    """The question as it is read apart from its cases: of confidential ones without who their firm is."""
    question, details = masked_of(session, rows, view.question), view.details
    return replace(
        view, version=version, question=question, details=masked_of(session, rows, details) if details else None
    )


def masked_of(session: Session, rows: Iterable[CaseRow], text: str) -> str:
    """Words without who the firms of those cases are that are confidential."""
    for row in {row.id: row for row in rows if row.confidential}.values():
        text = masked(session, row, text)
    return text


def masked(session: Session, row: CaseRow, text: str) -> str:
    """Words of a confidential case as others read them: without who its firm is, should they have named it.

    Numbers of meters and plots stay; they are needed for an answer (行政程序法 §170 protects the person).
    """
    names = names_in(session, row)
    text = without_names(text, names)
    digits = re.sub(r"\D", "", row.contact_phone or "")
    for number in {one for one in (*names, digits) if one and one.isdigit()}:
        text = re.sub(rf"(?<!\d){number}(?!\d)", "〔號碼〕", text)
    return text
