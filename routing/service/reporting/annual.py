"""The yearly papers: counted live until somebody signs them, and kept as they were signed (contract §9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.calendar.republic import western_year
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.permissions import Actor, Permission
from routing.domain.reporting.annual import Annual, Entry, Section, digest, period_of, same_figures, year_asked
from routing.service.office_context import OfficeContext
from routing.service.reporting import annual_tables
from routing.service.reporting.turnaround import RULES_VERSION
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.reporting import annual as store
from routing.store.reporting.schema import AnnualEntry, AnnualSeal

Sealed = AnnualSeal
"""A seal, as pages and programs read it."""
Entered = AnnualEntry
"""A figure entered by hand."""
Word = Callable[[str, str], str]
"""The word that people read for a code of a kind of thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """A year as it is shown: the content, by which hash it is known, and under which seal, if any.

    ``changed``: what is counted now is no longer what was sealed.
    """

    year: int
    content: dict[str, Any]
    sha256: str
    seal: AnnualSeal | None
    seals: Sequence[AnnualSeal]
    entries: Sequence[AnnualEntry]
    changed: bool


def require_lead(actor: Actor) -> None:
    """Raises Forbidden: the papers name every late case, and are for those who lead the team."""
    if not actor.may(Permission.OFFICER_FIGURES):
        raise Forbidden("年度報表僅供主管查看與封存。")


def counted(
    session: Session, office: OfficeContext, actor: Actor, year: int, *, word: Word, now: datetime
) -> dict[str, Any]:
    """The content of a year as it is counted now."""
    require_lead(actor)
    today = local(now).date()
    period = period_of(year, today)
    entered = store.entries(session, year)
    base = _base_year(entered)
    tables = annual_tables.Making(session, office, actor, period, base, entered, word, now).tables()
    annual = Annual(
        year=year, through=period.end, finished=date(year, 12, 31) < today, rules=RULES_VERSION,
        calendar=office.calendar.version, base_year=base, tables=tables,
    )  # fmt: skip
    content: dict[str, Any] = json.loads(json.dumps(annual.content()))
    return content


def papers(
    session: Session, office: OfficeContext, actor: Actor, written: int, *, word: Word, now: datetime,
    live: bool = False, revision: int | None = None,
) -> Papers:  # fmt: skip
    """A year: as it was sealed last (or in that revision), or, never sealed or ``live``, as it is counted now.

    Raises:
        Forbidden: not for this person. Invalid: an impossible year. NotFound: there is no such revision.
    """
    require_lead(actor)
    year = year_asked(written, local(now).date())
    seals = store.seals(session, year)
    now_counted = counted(session, office, actor, year, word=word, now=now)
    here = digest(now_counted)
    seal = next((one for one in seals if revision in (None, one.revision)), None)
    if seal is None and revision is not None:
        raise NotFound("沒有這一版的封存。")
    changed = bool(seals) and not same_figures(json.loads(seals[0].content), now_counted)
    shown = None if live else seal
    content = now_counted if shown is None else json.loads(shown.content)
    return Papers(
        year=year, content=content, sha256=here if shown is None else shown.sha256, seal=shown, seals=seals,
        entries=store.entries(session, year), changed=changed,
    )  # fmt: skip


def seal(
    session: Session, office: OfficeContext, actor: Actor, written: int, *, word: Word, reason: str | None,
    now: datetime,
) -> AnnualSeal:  # fmt: skip
    """Freeze a year as it is counted now, signed by this person; what was sealed before stays and becomes a revision.

    Raises:
        Invalid: a revision without a reason. StepNotAllowed: nothing is other than what is sealed (``annual_sealed``).
    """
    require_lead(actor)
    year = year_asked(written, local(now).date())
    before = store.seals(session, year)
    told = (reason or "").strip()
    if len(told) > 300:
        raise Invalid("理由請在 300 字以內。", field="reason")
    content = counted(session, office, actor, year, word=word, now=now)
    sha256 = digest(content)
    if before and before[0].sha256 == sha256:
        raise StepNotAllowed("內容與已封存者相同，無須再封存。", code="annual_sealed")
    if before and not told:
        raise Invalid("本年度已封存；另行封存為修正版，請填寫理由。", field="reason")
    made = AnnualSeal(
        year=year, revision=before[0].revision + 1 if before else 0, sealed_at=now, sealed_by=actor.email or "",
        name=actor.name, reason=told or None, sha256=sha256, content=json.dumps(content, ensure_ascii=False),
    )  # fmt: skip
    session.add(made)
    session.flush()
    _audit(session, actor, "annual.seal", year, now=now, revision=made.revision, sha256=sha256)
    return made


def add(session: Session, actor: Actor, written: int, entry: Entry, *, now: datetime) -> AnnualEntry:
    """Enter a figure by hand; a base year and the reason of a late case replace what stood there."""
    require_lead(actor)
    year = year_asked(written, local(now).date())
    if entry.section is Section.BASE_YEAR and western_year(int(entry.figure)) >= year:
        raise Invalid("基準年須早於本年度。", field="figure")
    if entry.section is Section.LATE and case_store.by_number(session, entry.label.strip()) is None:
        raise Invalid("查無這個案號；逾限案件請在事項填案號。", field="label")
    for row in store.entries(session, year):
        once = entry.section is Section.BASE_YEAR or (entry.section is Section.LATE and row.label == entry.label)
        if once and row.section == entry.section:
            row.withdrawn_by, row.withdrawn_at = actor.email, now
    made = AnnualEntry(
        year=year, section=entry.section.value, label=entry.label.strip(), dimension=entry.dimension,
        figure=entry.figure.strip(), evidence=entry.evidence.strip(), owner=entry.owner.strip(),
        entered_by=actor.email or "", entered_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _audit(session, actor, "annual.entry", year, now=now, entry=made.id, section=made.section)
    return made


def withdraw(session: Session, actor: Actor, written: int, entry_id: int, *, now: datetime) -> AnnualEntry:
    """Take back a figure that was entered by hand; its row stays. Raises NotFound: there is none."""
    require_lead(actor)
    year = year_asked(written, local(now).date())
    row = store.entry(session, year, entry_id)
    if row is None:
        raise NotFound("查無這筆登錄。")
    if row.withdrawn_at is not None:
        return row
    row.withdrawn_by, row.withdrawn_at = actor.email, now
    _audit(session, actor, "annual.entry_withdrawn", year, now=now, entry=row.id)
    return row


def _base_year(entered: Sequence[AnnualEntry]) -> int | None:
    return next((western_year(int(row.figure)) for row in entered if row.section == Section.BASE_YEAR), None)


def _audit(session: Session, actor: Actor, action: str, year: int, *, now: datetime, **detail: object) -> None:
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action=action, subject=f"annual {year}", detail=detail
    )
