"""Canned replies: written, changed and withdrawn by the unit whose they are; offered on cases with their facts in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.vocabulary import Language
from knowledge.wording import reading_language
from routing.domain.canned import Words, checked, filled
from routing.domain.errors import Forbidden, Invalid, NotFound, StaleVersion
from routing.domain.firm_dates import firm_date
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.canned import queries as store
from routing.store.canned.schema import CannedReply

Kept = CannedReply
"""A canned reply as it is kept."""
_OFFERED = 60
"""On the page of a case."""


def may_keep(actor: Actor, unit: str | None) -> bool:
    """Whether this person keeps a unit's: of the own unit, or (None: everybody's) whoever leads."""
    own = unit is not None and actor.may(Permission.UNIT_WORK) and actor.unit == unit
    return own or actor.may(Permission.ALL_KNOWLEDGE)


def page(
    session: Session, actor: Actor, *, unit: str | None, limit: int, cursor: str | None
) -> Page[CannedReply]:  # fmt: skip
    """Those that stand, the newest first. Raises Forbidden: a partner."""
    require_team(actor)
    rows = store.page(session, unit=unit, before_id=before_of(limit, cursor), limit=limit + 1)
    return page_of(rows, limit, lambda row: row.id)


def one(session: Session, actor: Actor, reply_id: int) -> CannedReply:
    """One that stands. Raises Forbidden: a partner. NotFound: there is none."""
    require_team(actor)
    row = store.get(session, reply_id)
    if row is None:
        raise NotFound("查無這則常用回復。")
    return row


def add(session: Session, office: OfficeContext, actor: Actor, words: Words, *, now: datetime) -> CannedReply:
    """Keep a new one.

    Raises:
        Forbidden: a partner, or it is another unit's. Invalid: see ``domain.canned.checked``; no such unit.
    """
    told = _checked(office, actor, words)
    row = CannedReply(
        unit=told.unit, title=told.title, texts=dict(told.texts), version=1, changed_by=actor.email or actor.name,
        changed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _audit(session, actor, row, "canned.add", now)
    return row


def change(
    session: Session, office: OfficeContext, actor: Actor, reply_id: int, words: Words, *, version: int, now: datetime
) -> CannedReply:
    """Other words, or another unit.

    Raises:
        NotFound, Forbidden, Invalid: as above. StaleVersion: somebody has changed it since.
    """
    row = _held(session, actor, reply_id)
    told = _checked(office, actor, words)
    if row.version != version:
        raise StaleVersion("這則常用回復剛由其他同仁變更，請重新開啟後再修改。")
    row.unit, row.title, row.texts = told.unit, told.title, dict(told.texts)
    row.version, row.changed_by, row.changed_at = version + 1, actor.email or actor.name, now
    session.flush()
    _audit(session, actor, row, "canned.change", now)
    return row


def withdraw(session: Session, actor: Actor, reply_id: int, *, now: datetime) -> None:
    """It is offered no more; the row stays. Raises NotFound, Forbidden."""
    row = _held(session, actor, reply_id)
    row.withdrawn_at, row.changed_by, row.changed_at = now, actor.email or actor.name, now
    session.flush()
    _audit(session, actor, row, "canned.withdraw", now)


def _held(session: Session, actor: Actor, reply_id: int) -> CannedReply:
    require_team(actor)
    row = store.get(session, reply_id, lock=True)
    if row is None:
        raise NotFound("查無這則常用回復。")
    if not may_keep(actor, row.unit):
        raise Forbidden("只能修改本單位的常用回復。")
    return row


def _checked(office: OfficeContext, actor: Actor, words: Words) -> Words:
    require_team(actor)
    told = checked(words)
    if told.unit is not None and office.offices.find_unit(told.unit) is None:
        raise Invalid("查無這個單位。", field="unit")
    if not may_keep(actor, told.unit):
        raise Forbidden("常用回復由各單位自行維護；各單位通用者由主管維護。")
    return told


def _audit(session: Session, actor: Actor, row: CannedReply, action: str, now: datetime) -> None:
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action=action, subject=f"canned_reply {row.id}",
        detail={"unit": row.unit, "version": row.version, "languages": sorted(row.texts)},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One that may be used in a case, with its facts in. ``translation``: in the firm's language, if it has it."""

    id: int
    title: str
    own: bool
    text: str
    translation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What of a case is put in. ``officer``: the name of whoever has it."""

    number: str
    unit: str
    subject: str
    language: str
    firm: str | None
    contact: str | None
    officer: str | None
    promised_on: date | None


def offered(session: Session, office: OfficeContext, actor: Actor, facts: Facts) -> list[Offered]:
    """What can be used in a case: its unit's, the reader's own unit's, everybody's."""
    units = {facts.unit, *([actor.unit] if actor.unit else [])}
    reads = reading_language(facts.language).value
    chinese = _facts(office, facts, Language.ZH_TW)
    theirs = _facts(office, facts, reads)
    return [
        Offered(
            id=row.id, title=row.title, own=row.unit is not None, text=filled(row.texts[Language.ZH_TW], chinese),
            translation=filled(row.texts[reads], theirs) if reads != Language.ZH_TW and reads in row.texts else "",
        )
        for row in store.usable(session, units, limit=_OFFERED)
    ]  # fmt: skip


def _facts(office: OfficeContext, facts: Facts, language: str) -> Mapping[str, str]:
    unit = office.offices.find_unit(facts.unit)
    return {
        "案號": facts.number, "廠商": facts.firm or "", "聯絡人": facts.contact or "", "主旨": facts.subject,
        "承辦人": facts.officer or "", "單位": unit.names[language] if unit is not None else facts.unit,
        "單位電話": unit.phone if unit is not None else "",
        "預定回復日": firm_date(facts.promised_on, language) if facts.promised_on is not None else "",
    }  # fmt: skip
