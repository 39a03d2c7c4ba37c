"""Periods of keeping that an administrator sets at the desk: tried out first, audited, and over those of the settings.

How long files of no case are kept stays with the settings: the privacy notice says it, and has another version then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.permissions import Actor
from routing.service.accounts.commands import record_audit
from routing.service.accounts.queries import require_admin
from routing.service.maintenance import retention
from routing.service.maintenance.retention import Periods
from routing.store.maintenance import meta as meta_store

TOLD = "files"
"""The kind whose days the privacy notice tells."""
MOST_DAYS = 36_500
_WHY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kind of record, for how long it is kept, and what the settings say.

    ``why``, ``by`` and ``at`` are of whoever set it at the desk, None where the settings hold.
    """

    name: str
    days: int | None
    setting: int | None
    why: str | None = None
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a period would erase tonight, by kind of row, without having erased anything."""

    name: str
    days: int | None
    before: int | None
    found: dict[str, int]

    @property
    def total(self) -> int:
        """All rows together."""
        return sum(self.found.values())


def _key(name: str) -> str:
    return f"keep.{name}"


def in_force(session: Session, settings: Periods) -> Periods:
    """The periods that hold: what was set at the desk, else what the settings say."""
    return replace(settings, **{one.name: one.days for one in _listed(session, settings) if one.by is not None})


def listing(session: Session, actor: Actor, settings: Periods) -> list[Kept]:
    """Every kind as it stands. Raises Forbidden: the person is no administrator."""
    require_admin(actor)
    return list(_listed(session, settings))


def _listed(session: Session, settings: Periods) -> Iterator[Kept]:
    for name, given in settings.plain().items():
        kept = meta_store.read(session, _key(name)) if name != TOLD else None
        if not kept:
            yield Kept(name=name, days=given, setting=given)
            continue
        said = json.loads(kept)
        at = datetime.fromisoformat(said["at"])
        yield Kept(name=name, days=said["days"], setting=given, why=said["why"], by=said["by"], at=at)


def preview(
    session: Session, actor: Actor, settings: Periods, name: str, *, days: int | None, now: datetime
) -> Preview:
    """What that period would come to; nothing is written. Raises as ``set_period``."""
    new = _checked(session, actor, settings, name, days)
    bare = Periods()
    always = retention.run(session, bare, now=now, dry_run=True)
    found = retention.run(session, replace(bare, **{name: new.plain()[name]}), now=now, dry_run=True)
    return Preview(
        name=name, days=new.plain()[name], before=in_force(session, settings).plain()[name],
        found={kind: number for kind, number in found.items() if kind not in always},
    )  # fmt: skip


def set_period(
    session: Session, actor: Actor, settings: Periods, name: str, *, days: int | None, seen: int | None, why: str,
    now: datetime,
) -> None:  # fmt: skip
    """Set for how long a kind is kept, from the next daily run on; ``days`` None: as the settings say again.

    ``seen``: how many rows the preview showed; the period is set only by whoever has seen what it erases.

    Raises:
        Forbidden: the person is no administrator.
        Invalid: no such kind, too few days, no reason, or the preview was not looked at or shows more by now.
        StepNotAllowed: nothing would change.
    """
    found = preview(session, actor, settings, name, days=days, now=now)
    if not 0 < len(why.strip()) <= _WHY:
        raise Invalid(f"請填寫訂定的依據或理由，{_WHY} 字以內。", field="why")
    if seen is None or found.total > seen:
        raise Invalid("請先試算，看過會刪除多少筆再訂定。", code="preview_first", field="days")
    if found.days == found.before:
        raise StepNotAllowed("保存期限與現行相同。", code="period_unchanged")
    by = actor.email or actor.name
    said = {"days": days, "why": why.strip(), "by": by, "at": now.isoformat()}
    meta_store.put(session, _key(name), json.dumps(said, ensure_ascii=False) if days is not None else "")
    record_audit(session, actor, "retention.period", name, now, before=found.before, after=found.days)


def _checked(session: Session, actor: Actor, settings: Periods, name: str, days: int | None) -> Periods:
    """The periods with the new one among them."""
    require_admin(actor)
    if name == TOLD or name not in settings.plain():
        raise Invalid("請選擇資料種類。", field="kept")
    if days is None:
        return replace(in_force(session, settings), **{name: settings.plain()[name]})
    if days > MOST_DAYS:
        raise Invalid(f"保存期限不得超過 {MOST_DAYS} 日。", field="days")
    try:
        return replace(in_force(session, settings), **{name: days})
    except Invalid as error:
        raise Invalid(error.message, code=error.code, field="days") from None
