"""When each kind of notice is pushed: what ships, what an administrator has set instead, and setting it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.domain.notices import KINDS, MOST_HOURS, NoticeKind, Policy, When
from routing.domain.permissions import Actor, Permission, require_team
from routing.store.accounts import queries as account_store
from routing.store.messaging import parked as store
from routing.store.messaging.schema import NoticePolicy

_WHY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A kind of notice, the policy that stands, and who set it when and why, if it is not the one that ships."""

    reason: str
    kind: NoticeKind
    policy: Policy
    why: str = ""
    by: str | None = None
    at: datetime | None = None

    @property
    def shipped(self) -> bool:
        """Whether nobody has set another."""
        return self.at is None


def _read(row: NoticePolicy | None, kind: NoticeKind) -> Policy:
    return kind.policy if row is None or kind.fixed else Policy(When(row.push), row.hours, row.holds)


def of(session: Session, reason: str) -> Policy:
    """The policy of a kind; whatever is no kind of notice is pushed at once."""
    kind = KINDS.get(reason)
    if kind is None:
        return Policy(When.AT_ONCE)
    return kind.policy if kind.fixed else _read(store.policy(session, reason), kind)


def listing(session: Session, actor: Actor) -> list[Standing]:
    """Every kind with the policy that stands.

    Raises:
        Forbidden: the person is a partner.
    """
    require_team(actor)
    rows = store.policies(session)
    return [_standing(reason, kind, rows.get(reason)) for reason, kind in KINDS.items()]


def _standing(reason: str, kind: NoticeKind, row: NoticePolicy | None) -> Standing:
    if row is None or kind.fixed:
        return Standing(reason=reason, kind=kind, policy=kind.policy)
    return Standing(reason=reason, kind=kind, policy=_read(row, kind), why=row.why, by=row.set_by, at=row.set_at)


def change(
    session: Session, actor: Actor, reason: str, *, when: str, hours: int | None, holds: bool, why: str, now: datetime
) -> Standing:
    """Set the policy of a kind; what is parked already keeps the instant that it was given.

    Raises:
        Forbidden: the person is no administrator. NotFound: there is no such kind.
        Invalid: the kind is always pushed at once, hours are missing or too many, or no reason was given.
    """
    if not actor.may(Permission.ADMINISTER):
        raise Forbidden("通知推播規則由系統管理人員設定。")
    kind = KINDS.get(reason)
    if kind is None:
        raise NotFound("查無這種通知。")
    if kind.fixed:
        raise Invalid("這種通知關係期限或法定告知，一律立即推播，不能變更。", field="reason", code="notice_fixed")
    if when not in set(When):
        raise Invalid(f"推播時機必須是 {'、'.join(When)} 之一。", field="when")
    if when == When.HOURS and (hours is None or not 1 <= hours <= MOST_HOURS):
        raise Invalid(f"請填寫 1 到 {MOST_HOURS} 小時。", field="hours")
    why = why.strip()
    if not why:
        raise Invalid("請填寫變更原因。", field="why")
    if len(why) > _WHY:
        raise Invalid(f"變更原因請在 {_WHY} 字以內。", field="why")
    before = of(session, reason)
    row = store.policy(session, reason)
    if row is None:
        row = NoticePolicy(reason=reason)
        session.add(row)
    row.push, row.hours, row.holds = when, hours if when == When.HOURS else None, holds
    row.why, row.set_by, row.set_at = why, actor.email or actor.name, now
    session.flush()
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="notice.policy", subject=reason,
        detail={"before": _plain(before), "after": _plain(_read(row, kind)), "reason": why},
    )  # fmt: skip
    return _standing(reason, kind, row)


def _plain(policy: Policy) -> dict[str, object]:
    return {"when": policy.when.value, "hours": policy.hours, "holds": policy.holds}
