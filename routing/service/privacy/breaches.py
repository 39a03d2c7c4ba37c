"""Personal data that got out: entered with what the law wants told, its clocks, and who is affected, in one step.

個人資料保護法 §12: find out, tell the persons the facts and what was done, keep facts, effects and measures on record.
資通安全事件通報及應變辦法 §4, §6 (2021): reported within an hour of knowing, contained within 72 hours (levels 3 and 4:
36), the report of the investigation within a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.errors import Invalid, NotFound, StepNotAllowed
from routing.domain.permissions import Actor
from routing.service.accounts.commands import record_audit
from routing.service.privacy import requests
from routing.store.cases.schema import Firm
from routing.store.privacy import breaches as store
from routing.store.privacy.schema import Breach

LEVELS = (1, 2, 3, 4)
_LONGEST = 4000
_MOST_NUMBERS = 1000
_KINDS = ("姓名", "電話", "LINE 識別碼與對話", "案件往來內容")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Until when what has to be done after an incident became known. ``told_by``: the persons, by the setting."""

    reported: datetime
    contained: datetime
    told: datetime
    investigated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A breach as its list shows it."""

    row: Breach
    clocks: Clocks


@dataclass(slots=True, kw_only=True)
class Affected:
    """A person whose data lay within reach, how to tell it, and what of it was there."""

    name: str
    firm: str
    ubn: str
    phone: str
    email: str
    line: bool | None
    cases: list[str] = field(default_factory=list)
    kinds: tuple[str, ...] = ()


def clocks(row: Breach, *, notice_hours: int) -> Clocks:
    """The clocks of a breach, from when it was known."""
    known = row.known_at
    return Clocks(
        reported=known + timedelta(hours=1), contained=known + timedelta(hours=36 if row.level >= 3 else 72),
        told=known + timedelta(hours=notice_hours), investigated=known + timedelta(days=30),
    )  # fmt: skip


def listing(session: Session, actor: Actor, *, notice_hours: int) -> list[Line]:
    """Breaches, the latest first. Raises Forbidden for whoever does not decide on personal data."""
    requests.require(actor)
    return [Line(row=row, clocks=clocks(row, notice_hours=notice_hours)) for row in store.breaches(session)]


def enter(
    session: Session, actor: Actor, *, known_at: datetime, level: int, facts: str, effects: str, measures: str,
    support: str, since: date | None, until: date | None, numbers: Sequence[str], now: datetime,
) -> Breach:  # fmt: skip
    """Enter a breach.

    Raises:
        Forbidden: the person does not decide on personal data.
        Invalid: a field is missing or too long, a time lies ahead, days are the wrong way round, or a case is none.
    """
    requests.require(actor)
    if level not in LEVELS:
        raise Invalid("請選擇事件等級。", field="level")
    if known_at > now:
        raise Invalid("知悉時間不能晚於現在。", field="known_at")
    told = {"facts": facts, "effects": effects, "measures": measures, "support": support}
    told = {name: words.strip() for name, words in told.items()}
    for name, words in told.items():
        if (not words and name != "support") or len(words) > _LONGEST:
            raise Invalid(f"請填寫事實、影響與因應措施，各 {_LONGEST} 字以內。", field=name)
    if since is not None and until is not None and since > until:
        raise Invalid("起日不能晚於迄日。", field="since")
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) > _MOST_NUMBERS:
        raise Invalid(f"案號最多 {_MOST_NUMBERS} 件；更多請改填期間。", field="numbers")
    unknown = sorted(set(wanted) - store.known_numbers(session, wanted))
    if unknown:
        raise Invalid(f"查無案件：{'、'.join(unknown[:5])}。", field="numbers")
    row = Breach(
        known_at=known_at, level=level, since=since, until=until, numbers=wanted, entered_at=now,
        entered_by=actor.email or actor.name, **told,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record_audit(session, actor, "breach.entered", f"breach {row.id}", now, level=level)
    return row


def told(session: Session, actor: Actor, breach_id: int, *, now: datetime) -> None:
    """The persons have been told. Raises NotFound, or StepNotAllowed if that is noted already."""
    requests.require(actor)
    row = store.breach(session, breach_id, lock=True)
    if row is None:
        raise NotFound("查無這件個資事故。")
    if row.told_at is not None:
        raise StepNotAllowed("已登錄通知當事人。", code="breach_told")
    row.told_at, row.told_by = now, actor.email or actor.name
    record_audit(session, actor, "breach.told", f"breach {row.id}", now)


def affected(session: Session, actor: Actor, breach_id: int) -> tuple[Breach, list[Affected]]:
    """A breach and everybody whose data lay within its reach. Raises NotFound or Forbidden."""
    requests.require(actor)
    row = store.breach(session, breach_id)
    if row is None:
        raise NotFound("查無這件個資事故。")
    first = datetime.combine(row.since, time.min, TAIPEI) if row.since else None
    end = datetime.combine(row.until + timedelta(days=1), time.min, TAIPEI) if row.until else None
    return row, _people(session, first, end, row.numbers)


def note_taken(session: Session, actor: Actor, breach_id: int, persons: int, *, now: datetime) -> None:
    """That the list of persons was taken away, by whom."""
    record_audit(session, actor, "breach.list", f"breach {breach_id}", now, persons=persons)


def _people(session: Session, first: datetime | None, end: datetime | None, numbers: Sequence[str]) -> list[Affected]:
    """By contact where there is one; a case's own contact, by name and telephone, where that is somebody else."""
    cases = list(store.cases_within(session, first, end, numbers))
    ids = list(dict.fromkeys(case.contact_id for case, _ in cases if case.contact_id is not None))
    people = store.contacts(session, ids) if numbers else {
        one.id: one for one in store.contacts_within(session, first, end)
    }  # fmt: skip
    people |= store.contacts(session, [one for one in ids if one not in people])
    reach = store.reach(session, list(people))
    of = store.firms(session, [one.firm_id for one in people.values() if one.firm_id is not None])
    found: dict[tuple[object, ...], Affected] = {}
    for one in people.values():
        firm = of.get(one.firm_id) if one.firm_id is not None else None
        found[one.id,] = _person(
            one.name or one.display_name or "", one.phone or "", firm, one.firm_said, line=reach.get(one.id)
        )
    for case, firm in cases:
        name, phone = case.contact_name or "", case.contact_phone or ""
        own = found.get((case.contact_id,)) if case.contact_id is not None else None
        if own is None or (name and name != own.name):
            key = (name, phone, case.firm_id)
            own = found.setdefault(key, _person(name, phone, firm, None, line=None))
        own.cases.append(case.number)
    for person in found.values():
        there = (person.name, person.phone, person.line is not None, person.cases)
        person.kinds = tuple(kind for kind, held in zip(_KINDS, there, strict=True) if held)
    return list(found.values())


def _person(name: str, phone: str, firm: Firm | None, said: str | None, *, line: bool | None) -> Affected:
    return Affected(
        name=name, phone=phone, firm=said or (firm.name if firm else ""), line=line,
        ubn=(firm.ubn or firm.claimed_ubn or "") if firm else "", email=(firm.email or "") if firm else "",
    )  # fmt: skip
