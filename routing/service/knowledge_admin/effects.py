"""What a draft of an entry would change for firms, worked out on what they asked lately, before it is approved.

A worker reads each enquiry twice, as the knowledge is and as it would be. What is kept are ids of enquiries and of
entries: the words stay with their messages, and end with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.entries import FaqEntry
from knowledge.language.masking import mask
from knowledge.overlay import lay_over
from knowledge.understand import Understander
from knowledge.wording import reading_language
from routing.domain.decision import Action, Decision, Thresholds, decide, told_in
from routing.domain.errors import NotFound, StepNotAllowed
from routing.domain.permissions import Actor, require_team
from routing.service.knowledge_admin import answer_quality, versions
from routing.service.knowledge_admin.active import ActiveKnowledge, Knowledge
from routing.store.accounts import queries as account_store
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Contact
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import KnowledgeEdit

WITHIN = timedelta(days=90)
"""How far back enquiries are looked at."""
MOST = 300
"""Enquiries that are looked at, the newest first."""
KINDS = ("gained", "lost", "offered", "others")
"""Answered by the entry that were not; answered no more; offered or no more offered; answered otherwise by others."""
_WORDS = 200

Outcome = Mapping[str, Any]
"""What the window does with a text: ``action``, and the entries that it ``answers`` with or ``offers``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One enquiry (masked), with what became of it and what would; entries by id."""

    text: str
    at: datetime
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Of a trial that is done: how many enquiries by kind, of how many; ``stale``: the knowledge has changed since."""

    looked: int
    counts: Mapping[str, int]
    at: datetime
    stale: bool
    problem: bool = False


def ask_for(session: Session, actor: Actor, edit_id: int, *, now: datetime) -> KnowledgeEdit:
    """Ask that a draft is tried on what firms asked lately; again, if it was tried before.

    Raises:
        NotFound, StepNotAllowed: there is no such draft, or it was decided already. Forbidden: a partner.
    """
    require_team(actor)
    row = store.edit(session, edit_id, hold=True)
    if row is None:
        raise NotFound("找不到這份草稿。")
    if row.state != "draft":
        raise StepNotAllowed("這份草稿已經處理過了。")
    row.trial_asked_at, row.trial_at, row.trial = now, None, {}
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="knowledge.trial", subject=row.entry_id,
        detail={"version": row.id},
    )  # fmt: skip
    session.flush()
    return row


def effects_of(session: Session, row: KnowledgeEdit) -> Effects | None:
    """What its trial came to; None: it was not tried, or waits for it."""
    if row.trial_at is None:
        return None
    found = row.trial.get("found") or {}
    return Effects(
        looked=int(row.trial.get("looked", 0)), counts={kind: len(found.get(kind) or ()) for kind in KINDS},
        at=row.trial_at, stale=row.trial.get("base") != store.version(session),
        problem=bool(row.trial.get("problem")),
    )  # fmt: skip


def listed(session: Session, actor: Actor, row: KnowledgeEdit, kind: str, *, page: int, size: int) -> list[Effect]:
    """A page of the enquiries of a kind; those that may not be read any more are left out."""
    require_team(actor)
    some = ((row.trial.get("found") or {}).get(kind) or [])[(page - 1) * size : page * size]
    asked = store.asked_by_ids(session, [one[0] for one in some])
    return [
        Effect(
            text=_masked(asked[enquiry_id][1].text, *asked[enquiry_id][2:]), at=asked[enquiry_id][0].at,
            before=before, after=after,
        )
        for enquiry_id, before, after in some
        if enquiry_id in asked
    ]  # fmt: skip


def _masked(text: str, contact: Contact | None, firm: Firm | None) -> str:
    names = () if contact is None else (firm.name if firm else None, contact.name, contact.display_name)
    return mask(" ".join(text.split())[:600], names)[:_WORDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is needed to try a draft, read at once, so that no transaction is open while it is worked out."""

    edit_id: int
    base: str
    known: ActiveKnowledge
    entry: FaqEntry | None
    texts: Sequence[tuple[int, str, str]] = ()
    thresholds: Thresholds | None = None
    today: date


def next_trial(knowledge: Knowledge, session: Session, *, now: datetime) -> Trial | None:
    """That of the draft which was asked for first; None: none waits."""
    row = store.to_try(session)
    if row is None:
        return None
    known, today = knowledge.active(session), local(now).date()
    base = store.version(session)
    entry, problems = versions.check(row.body, known.base)
    if entry is None or any(not problem.warning for problem in problems):
        return Trial(edit_id=row.id, base=base, known=known, entry=None, today=today)
    asked = store.asked_lately(session, since=now - WITHIN, limit=MOST)
    return Trial(
        edit_id=row.id, base=base, known=known, entry=entry, today=today,
        texts=[(enquiry.id, message.text, enquiry.language) for enquiry, message, *_ in asked],
        thresholds=answer_quality.active_thresholds(session, Thresholds.shipped()),
    )  # fmt: skip


def report_of(knowledge: Knowledge, trial: Trial) -> dict[str, Any]:
    """What the draft would change, as it is kept."""
    if trial.entry is None or trial.thresholds is None:
        return {"problem": True, "base": trial.base}
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    # One understander at a time: each holds its matchers in memory.
    before = _outcomes(knowledge.fit(trial.known), trial.texts, trial.thresholds, trial.today)
    after = _outcomes(
        knowledge.fit(with_entry(trial.known, trial.entry)), trial.texts, trial.thresholds, trial.today
    )  # fmt: skip
    for (enquiry_id, *_), was, then in zip(trial.texts, before, after, strict=True):
        kind = _kind(trial.entry.id, was, then)
        if kind is not None:
            found[kind].append([enquiry_id, was, then])
    return {"base": trial.base, "looked": len(trial.texts), "found": found}


def with_entry(known: ActiveKnowledge, entry: FaqEntry) -> ActiveKnowledge:
    """The same knowledge with this entry in force."""
    edited = (*(one for one in known.edited if one.id != entry.id), entry)
    return replace(
        known, version=f"{known.version}+", edited=edited, base=lay_over(known.shipped, edited, known.taught)
    )


def _outcomes(
    understander: Understander, texts: Sequence[tuple[int, str, str]], thresholds: Thresholds, today: date
) -> list[dict[str, Any]]:
    return [
        _outcome(told_in(decide(understander.understand(text), thresholds, today), reading_language(language)))
        for _, text, language in texts
    ]


def _outcome(decision: Decision) -> dict[str, Any]:
    parts = [part.decision for part in decision.parts] or [decision]
    answers = sorted({one.match.entry_id for one in parts if one.action is Action.ANSWER and one.match is not None})
    offers = sorted({match.entry_id for one in parts for match in one.choices} - set(answers))
    return {"action": decision.action.value, "answers": answers, "offers": offers}


def _kind(entry_id: str, was: Outcome, then: Outcome) -> str | None:
    if (entry_id in then["answers"]) is not (entry_id in was["answers"]):
        return "gained" if entry_id in then["answers"] else "lost"
    if was["answers"] != then["answers"]:
        return "others"
    return "offered" if (entry_id in then["offers"]) is not (entry_id in was["offers"]) else None
