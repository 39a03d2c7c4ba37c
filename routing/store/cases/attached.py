"""What stands with cases beside their events: what they were asked, and their letters; for a chunk of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.domain.asked_sets import asked_from
from routing.domain.letters import letter_from
from routing.domain.reporting.attached import NOTHING, AskedOnce, Attached, KeptLetter
from routing.store import bulk
from routing.store.bulk import Row, instant_text, json_text
from routing.store.documents.schema import CaseDocument
from routing.store.question_sets.schema import CaseQuestions

_QUESTIONS = ("set_id", "version", "body", "answers", "questions", "answered", "asked_at", "updated_at", "by")
_LETTER = ("letter", "made_by", "made_at", "doc_no", "sent_on", "numbered_by", "numbered_at", "numbered_how")
Rows = Sequence[Any]
"""Of one case, as plain values: of its questions (empty: none), then of its letters."""


def rows_of(attached: Attached) -> Rows:
    """The rows that stand for it."""
    if attached is NOTHING:
        return ()
    return _questions_row(attached.questions), [_letter_row(one) for one in attached.letters]


def _questions_row(one: AskedOnce | None) -> Row:
    if one is None:
        return ()
    asked = one.asked
    return (
        asked.set.id, asked.version, json_text(asked.set.as_data()), json_text(asked.plain()),
        len(asked.set.questions), len(asked.answers), instant_text(one.asked_at), instant_text(one.updated_at), one.by,
    )  # fmt: skip


def _letter_row(one: KeptLetter) -> Row:
    return (
        json_text(one.letter.plain()), one.by, instant_text(one.at), one.doc_no,
        one.sent_on.isoformat() if one.sent_on is not None else None, one.numbered_by, instant_text(one.numbered_at),
        one.how,
    )  # fmt: skip


def enter(session: Session, cases: Iterable[tuple[int, Rows]]) -> None:
    """Write these rows of new cases."""
    given = [(key, *rows) for key, rows in cases if rows]
    asked = [(key, *questions) for key, questions, _ in given if questions]
    letters = [(key, *row) for key, _, rows in given for row in rows]
    ids = bulk.claim(session, CaseDocument, len(letters)) if letters else ()
    bulk.write(session, CaseQuestions, ("case_id", *_QUESTIONS), asked)
    numbered = [(key, *row) for key, row in zip(ids, letters, strict=True)]
    bulk.write(session, CaseDocument, ("id", "case_id", *_LETTER), numbered)


def of_cases(session: Session, case_ids: Sequence[int]) -> dict[int, Attached]:
    """Of those of these cases that have anything."""
    letters: defaultdict[int, list[KeptLetter]] = defaultdict(list)
    made = select(CaseDocument).where(CaseDocument.case_id.in_(case_ids)).order_by(CaseDocument.id)
    for row in session.scalars(made):
        kept = KeptLetter(
            letter=letter_from(row.letter), by=row.made_by, at=row.made_at, doc_no=row.doc_no, sent_on=row.sent_on,
            numbered_by=row.numbered_by, numbered_at=row.numbered_at, how=row.numbered_how,
        )  # fmt: skip
        letters[row.case_id].append(kept)
    asked: dict[int, AskedOnce] = {}
    for one in session.scalars(select(CaseQuestions).where(CaseQuestions.case_id.in_(case_ids))):
        read = asked_from(one.body, one.version, one.answers)
        if read is not None:
            asked[one.case_id] = AskedOnce(asked=read, asked_at=one.asked_at, updated_at=one.updated_at, by=one.by)
    return {key: Attached(questions=asked.get(key), letters=tuple(letters[key])) for key in asked.keys() | set(letters)}
