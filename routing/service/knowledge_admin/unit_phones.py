"""The units' own telephone numbers, filled in at the desk: answers end with them at once."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.offices.directory import Offices
from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.domain.permissions import Actor, Permission, require_team
from routing.store.accounts import queries as account_store
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import UnitPhone

_PHONE = re.compile(r"[+\d][\d\s()\-]{5,22}(?:\s*(?:轉|分機|ext\.?|#)\s*\d{1,6})?", re.IGNORECASE)
_DIGITS = range(7, 16)
"""How many a number has before its extension: from a local one to the longest of E.164."""
_EXTENSION = re.compile(r"(?:轉|分機|ext|#)", re.IGNORECASE)


def may_set(actor: Actor, unit: str) -> bool:
    """Whether this person fills in a unit's number: of the own unit, or whoever decides on all knowledge."""
    own = actor.may(Permission.UNIT_WORK) and actor.unit == unit
    return own or actor.may(Permission.ALL_KNOWLEDGE)


def set_phone(session: Session, offices: Offices, actor: Actor, *, unit: str, phone: str, now: datetime) -> str:
    """Keep a unit's number, or take it away (empty); live at once, audited with what stood before. Gives it as kept.

    Raises:
        NotFound: no such unit. Forbidden: it is another unit's. Invalid: it is no telephone number (``phone_invalid``).
    """
    require_team(actor)
    found = offices.find_unit(unit)
    if found is None:
        raise NotFound("查無這個單位。")
    if not may_set(actor, unit):
        raise Forbidden("只能填寫本單位的電話。")
    told = checked_phone(phone)
    if told == found.phone:
        return told
    row = store.unit_phone(session, unit)
    if row is None:
        session.add(UnitPhone(unit=unit, phone=told, at=now, by=actor.email or actor.name))
    else:
        row.phone, row.at, row.by = told, now, actor.email or actor.name
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="unit.phone", subject=unit,
        detail={"was": found.phone, "phone": told},
    )  # fmt: skip
    return told


def checked_phone(phone: str) -> str:
    """A telephone number as it is kept; empty stays empty. Raises Invalid: it is none (``phone_invalid``)."""
    told = " ".join(unicodedata.normalize("NFKC", phone).split())
    digits = sum(map(str.isdigit, _EXTENSION.split(told)[0]))
    if told and (not _PHONE.fullmatch(told) or digits not in _DIGITS):
        raise Invalid("請填寫電話號碼，可加分機，例如 07-361-1212 分機 123。", code="phone_invalid", field="phone")
    return told
