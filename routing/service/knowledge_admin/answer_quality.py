"""What firms and officers said of direct answers, once a day: how right they are, and the threshold that follows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.entries import FaqEntry
from knowledge.overlay import Kind
from routing.domain.decision import Action, Thresholds
from routing.domain.verdicts import AnswerVerdict, Derived, Realised, Why, condemned, counted, derive, realised
from routing.store.accounts import queries as account_store
from routing.store.conversation.schema import Enquiry
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import Correction
from routing.store.maintenance import meta as meta_store

DAYS = 180
"""Days whose verdicts count."""
KEY = "threshold"
ENTRY_KEY = "threshold.entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the last day's run found. ``answered``: direct answers with a verdict; ``on``: Taipei date."""

    on: date
    shipped: float
    derived: Derived
    answered: Realised


ByEntry = dict[str, list[tuple[str, bool]]]


def measured(session: Session, shipped: Thresholds, *, now: datetime) -> tuple[Standing, ByEntry]:
    """The threshold that follows from the verdicts of the last 180 days, and those verdicts by entry; only reads."""
    since = now - timedelta(days=DAYS)
    answered, offered = collected(session, since=since)
    found = Standing(
        on=local(now).date(), shipped=shipped.answer, derived=derive([*answered, *offered], shipped.answer),
        answered=realised(answered),
    )  # fmt: skip
    return found, by_entry(session, since=since)


def keep(session: Session, shipped: Thresholds, measures: tuple[Standing, ByEntry], *, now: datetime) -> Standing:
    """Activate what was measured; audited where the threshold changes."""
    found, entries = measures
    before = active_thresholds(session, shipped).answer
    plain = asdict(found) | {"on": found.on.isoformat()}
    meta_store.put(session, KEY, json.dumps(plain))
    meta_store.put(session, ENTRY_KEY, json.dumps(entries))
    if found.derived.threshold != before:
        detail: dict[str, object] = {"before": before, **asdict(found.derived)}
        account_store.audit(session, at=now, actor="系統", action="knowledge.threshold", subject=KEY, detail=detail)
    return found


def by_entry(session: Session, *, since: datetime) -> ByEntry:
    """For each entry that was answered with: the day and whether it was right, as far as anybody said."""
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    rows = store.weighed(session, since=since)
    corrections = _corrections(session, rows, since)
    for row in rows:
        if row.decision != Action.ANSWER.value or row.faq is None:
            continue
        right = _answer_right(row, corrections[row.id])
        if right is not None:
            found[row.faq].append((local(row.at).date().isoformat(), right))
    return dict(found)


def of_entries(session: Session) -> dict[str, list[tuple[str, bool]]]:
    """What the last run found for each entry."""
    raw = json.loads(meta_store.read(session, ENTRY_KEY) or "{}")
    return {name: [(str(day), bool(right)) for day, right in rows] for name, rows in raw.items()}


def realised_of(entry: FaqEntry, found: Mapping[str, Sequence[tuple[str, bool]]]) -> Realised:
    """How right an entry's answers were since it was last verified: what was mended since speaks for itself."""
    return counted([right for day, right in found.get(entry.id, ()) if day > entry.verified.isoformat()])


def stop(entries: Iterable[FaqEntry], found: Mapping[str, Sequence[tuple[str, bool]]]) -> tuple[FaqEntry, ...]:
    """The entries, those marked as stopped that are wrong more often than agreed."""
    kept = []
    for entry in entries:
        standing_ = realised_of(entry, found)
        why = f"判定 {standing_.n} 件，不對 {standing_.n - standing_.right} 件" if condemned(standing_) else ""
        kept.append(replace(entry, stopped=why) if why and not entry.stopped else entry)
    return tuple(kept)


def standing(session: Session) -> Standing | None:
    """What the last run found; None before the first."""
    text = meta_store.read(session, KEY)
    if text is None:
        return None
    raw = json.loads(text)
    derived = Derived(**(raw["derived"] | {"why": Why(raw["derived"]["why"])}))
    on, shipped = date.fromisoformat(raw["on"]), float(raw["shipped"])
    return Standing(on=on, shipped=shipped, derived=derived, answered=Realised(**raw["answered"]))


def active_thresholds(session: Session, shipped: Thresholds) -> Thresholds:
    """The shipped thresholds with the derived one. One derived from another release's is left until the next run."""
    found = standing(session)
    if found is None or found.shipped != shipped.answer:
        return shipped
    return replace(shipped, answer=found.derived.threshold)


def collected(session: Session, *, since: datetime) -> tuple[list[AnswerVerdict], list[AnswerVerdict]]:
    """Verdicts on direct answers, and on what would have been one had its probability sufficed.

    A direct answer counts once the firm said whether it helped or an officer corrected it. An offer counts as right
    only where the firm took the best entry: silence speaks against it, so that the threshold falls on proof alone.
    """
    answered, offered = [], []
    rows = store.weighed(session, since=since)
    corrections = _corrections(session, rows, since)
    for row in rows:
        if row.decision == Action.ANSWER.value:
            right = _answer_right(row, corrections[row.id])
            if right is not None:
                answered.append(AnswerVerdict(float(row.probability or 0.0), right))
        elif row.decision == Action.CHOOSE.value and row.offered:
            offered.append(AnswerVerdict(float(row.probability or 0.0), _offer_right(row, corrections[row.id])))
    return answered, offered


class Weighed(Protocol):
    """An enquiry as far as corrections of it are concerned."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def message_id(self) -> int | None: ...  # noqa: D102
    @property
    def decision(self) -> str: ...  # noqa: D102
    @property
    def faq(self) -> str | None: ...  # noqa: D102
    @property
    def offered(self) -> Sequence[str]: ...  # noqa: D102


def contradicted(session: Session, asked: Sequence[Weighed], *, since: datetime) -> set[int]:
    """Of what was asked since an instant, the direct answers that an officer corrected, by id."""
    corrections = _corrections(session, asked, since)
    return {
        row.id
        for row in asked
        if row.decision == Action.ANSWER.value and row.faq is not None and _contradicted(row.faq, corrections[row.id])
    }


def _corrections(session: Session, rows: Sequence[Weighed], since: datetime) -> dict[int, list[Correction]]:
    """By enquiry, the corrections of its message; not those that are about another matter of the same message."""
    taught = _taught(session, since)
    of_message: dict[int | None, set[str]] = defaultdict(set)
    for row in rows:
        of_message[row.message_id] |= {str(name) for name in (row.faq, *row.offered) if name}
    found = {}
    for row in rows:
        others = of_message[row.message_id] - {row.faq, *row.offered}
        every = taught[row.message_id] if row.message_id is not None else []
        found[row.id] = [one for one in every if one.entry_id not in others]
    return found


def _taught(session: Session, since: datetime) -> dict[int, list[Correction]]:
    taught: dict[int, list[Correction]] = defaultdict(list)
    for correction in store.corrections_of_enquiries(session, since=since):
        if correction.message_id is not None:
            taught[correction.message_id].append(correction)
    return taught


def _answer_right(row: Enquiry, corrections: Iterable[Correction]) -> bool | None:
    if row.faq is not None and _contradicted(row.faq, corrections):
        return False
    return {"helpful": True, "not_helpful": False}.get(row.verdict or "")


def _offer_right(row: Enquiry, corrections: Iterable[Correction]) -> bool:
    best = str(row.offered[0])
    return row.verdict in {"chosen", "helpful"} and row.faq == best and not _contradicted(best, corrections)


def _contradicted(entry_id: str, corrections: Iterable[Correction]) -> bool:
    """Whether an officer named another entry for these words, or this one as a wrong one."""
    return any(
        (one.kind == Kind.PHRASING.value and one.entry_id != entry_id)
        or (one.kind == Kind.COUNTER.value and one.entry_id == entry_id)
        for one in corrections
    )
