"""What of a case may go to a language model: who may ask, which words, and everything that identifies somebody marked.

Nothing of a confidential case goes out (行政院及所屬機關（構）使用生成式 AI 參考指引), nor what was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.calendar.republic import roc_instant
from knowledge.entries import FaqEntry
from knowledge.language.placeholders import CASE, FIRM, MAIL, NAME, PHONE, UBN, Placeholders
from knowledge.language.sensitive import hidden
from routing.domain.assist.outputs import Source, Use
from routing.domain.errors import Forbidden, StepNotAllowed
from routing.domain.permissions import Actor, may_write, require_team
from routing.service.cases import locked_case
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Message

_WHO = {"in": "廠商", "out": "本機關", "note": "內部註記"}
_MOST_MESSAGES, _MOST_OF_ONE, _MOST_SIGNS = 60, 2000, 16_000
_MOST_ENTRIES = 5
OFFICER = "points"
"""The id of the source that the officer's own points are."""


def case_of(session: Session, actor: Actor, number: str, *, lock: bool = False) -> CaseRow:
    """A case of which this person may ask a model.

    Raises:
        NotFound, Forbidden: as for any step of it. StepNotAllowed: it is confidential.
    """
    require_team(actor)
    row, case = locked_case.find(session, number, actor, lock=lock)
    if not may_write(actor, case):
        raise Forbidden("本案由其他單位辦理；請洽該單位承辦人，或請主管改分。")
    if case.confidential:
        raise StepNotAllowed("保密案件不得提供予 AI。", code="assist_confidential")
    return row


def question(session: Session, actor: Actor, number: str) -> str:
    """The words by which entries are looked for: what the firm last wrote, and what the case is called."""
    row = case_of(session, actor, number)
    said = [one.text for one in _said(session, row, Use.REPLY) if one.direction == "in"]
    return "\n".join([*said[-2:], row.subject])[:2000]


@dataclass(frozen=True, slots=True)
class Material:
    """What a question is made of: the sources with marks, and how many older messages were left out."""

    subject: str
    sources: tuple[Source, ...]
    left_out: int


def marks_for(session: Session, row: CaseRow) -> Placeholders:
    """The marks of a question, knowing whom the case itself names."""
    firm, contact = case_store.firm_of(session, row), case_store.contact_of(session, row)
    known: list[tuple[str, str | None]] = [
        (CASE, row.number), (NAME, row.contact_name), (PHONE, row.contact_phone), *((CASE, one) for one in row.refs),
    ]  # fmt: skip
    if firm is not None:
        known += [(FIRM, firm.name), (UBN, firm.ubn), (UBN, firm.claimed_ubn), (MAIL, firm.email)]
    if contact is not None:
        known += [
            (NAME, contact.name), (NAME, contact.display_name), (PHONE, contact.phone), (FIRM, contact.firm_said),
        ]  # fmt: skip
    people = {row.assignee, *(message.by for message in case_store.messages(session, row.id))}
    emails = sorted(one for one in people if one)
    known += [(MAIL, one) for one in emails]
    known += [(NAME, name) for name in account_store.names(session, emails).values()]
    return Placeholders(known)


def gathered(
    session: Session, row: CaseRow, use: Use, marks: Placeholders, *, entries: Sequence[FaqEntry] = (), points: str = ""
) -> Material:
    """The sources of a reply or a summary. ``entries``: active ones that may fit; ``points``: the officer's own."""
    said = _said(session, row, use)
    chosen, room = list[Message](), _MOST_SIGNS
    for message in reversed(said[-_MOST_MESSAGES:]):
        room -= min(len(message.text), _MOST_OF_ONE)
        if room < 0:
            break
        chosen.append(message)
    first = [said[0]] if said and said[0] not in chosen else []
    kept = [*first, *reversed(chosen)]
    sources = [
        Source(
            f"m{one.id}", f"{roc_instant(one.at)} {_WHO[one.direction]}",
            marks.hide(without_sensitive(one.text[:_MOST_OF_ONE])),
        )
        for one in kept
    ]  # fmt: skip
    if points.strip():
        sources.insert(0, Source(OFFICER, "承辦人要點", marks.hide(without_sensitive(points.strip()))))
    sources += [Source(entry.id, "已查證之知識庫條目", of_entry(entry)) for entry in entries[:_MOST_ENTRIES]]
    return Material(marks.hide(without_sensitive(row.subject)), tuple(sources), len(said) - len(kept))


def without_sensitive(text: str) -> str:
    """Without what may not be collected at all; what officers typed was not looked through before."""
    return hidden(text)[0]


def of_entry(entry: FaqEntry) -> str:
    """All that an entry says in Chinese, with its sources; public, so nothing of it is masked."""
    parts: Iterable[str] = (
        entry.question, entry.answer, entry.details, f"應備文件：{'、'.join(entry.prepare)}" if entry.prepare else "",
        entry.where, entry.duration, f"依據：{'；'.join(one.label for one in entry.basis)}" if entry.basis else "",
    )  # fmt: skip
    return "\n".join(part for part in parts if part)


def _said(session: Session, row: CaseRow, use: Use) -> list[Message]:
    """The words of a case; what is among staff goes into a summary alone, which no firm reads."""
    directions = {"in", "out", "note"} if use is Use.SUMMARY else {"in", "out"}
    return [
        message
        for message in case_store.messages(session, row.id)
        if message.direction in directions and message.erased_at is None and message.text.strip()
    ]
