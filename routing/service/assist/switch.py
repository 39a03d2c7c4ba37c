"""Turning drafts by a language model on and off, and the register of it that the agency's guidelines ask for.

Whoever turns it off has it stopped at once: it is looked at before a question goes out, while its answer is waited for,
before the answer is kept and before it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.assist.outputs import State, Use
from routing.domain.assist.switch import Decision, Endpoint, Switch
from routing.domain.errors import Invalid, StepNotAllowed
from routing.domain.permissions import Actor
from routing.service.accounts.queries import require_admin
from routing.store.accounts import queries as account_store
from routing.store.assist import queries as store
from routing.store.assist.schema import AssistDecision

_LONGEST_REASON = 300
_SHOWN = 20


def state(session: Session, endpoint: Endpoint | None) -> Switch:
    """How it stands. ``endpoint``: what the settings of this process name."""
    last = store.decisions(session, limit=1) if endpoint is not None else []
    return Switch(endpoint, _decision(last[0]) if last else None)


def require_on(session: Session, endpoint: Endpoint | None) -> Endpoint:
    """Raises StepNotAllowed: no model is named, or nobody has decided that it may be asked, or it was turned off."""
    if endpoint is None or not state(session, endpoint).on:
        raise StepNotAllowed("AI 輔助草擬未啟用或已停用；請洽系統管理者。", code="assist_off")
    return endpoint


def decide(
    session: Session, actor: Actor, endpoint: Endpoint | None, *, on: bool, reason: str, now: datetime
) -> Switch:
    """Turn it on or off, with a reason that the register shows.

    Raises:
        Forbidden: not an administrator. Invalid: no reason. StepNotAllowed: no model is named by the settings.
    """
    require_admin(actor)
    reason = reason.strip()
    if not 0 < len(reason) <= _LONGEST_REASON:
        raise Invalid(f"請填寫理由，{_LONGEST_REASON} 字以內。", field="reason")
    if endpoint is None:
        raise StepNotAllowed("尚未設定語言模型的位址（ONESTOP_LLM_URL）。", code="assist_off")
    session.add(
        AssistDecision(
            at=now, by=actor.email or actor.name, allowed=on, model=endpoint.model, host=endpoint.host, reason=reason
        )
    )
    session.flush()
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="assist.on" if on else "assist.off",
        subject=endpoint.model, detail={"host": endpoint.host, "reason": reason},
    )  # fmt: skip
    return state(session, endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCounts:
    """What was asked for one use: how often, what became of it, and how many sentences had no proven source."""

    use: str
    asked: int
    states: Mapping[str, int]
    sentences: int
    unproven: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Which model, where, for what, since when, who decided, and what became of it."""

    switch: Switch
    decisions: Sequence[Decision]
    uses: Sequence[UseCounts]
    last_good: datetime | None


def register(session: Session, actor: Actor, endpoint: Endpoint | None) -> Register:
    """The register. Raises Forbidden for all but administrators."""
    require_admin(actor)
    return Register(
        switch=state(session, endpoint), uses=counted(session), last_good=store.last_good(session),
        decisions=[_decision(row) for row in store.decisions(session, limit=_SHOWN)],
    )  # fmt: skip


def counted(session: Session) -> list[UseCounts]:
    """What was asked, for each use."""
    found = store.counts(session)
    return [_summed(use, [one for one in found if one.use == use]) for use in Use]


def _summed(use: Use, found: Sequence[store.Count]) -> UseCounts:
    return UseCounts(
        use=use.value, asked=sum(one.number for one in found),
        states={state.value: sum(one.number for one in found if one.state == state) for state in State},
        sentences=sum(one.sentences for one in found), unproven=sum(one.unproven for one in found),
        changed=sum(one.changed for one in found),
    )  # fmt: skip


def last_good(session: Session) -> datetime | None:
    """When the model last gave an answer that could be read."""
    return store.last_good(session)


def _decision(row: AssistDecision) -> Decision:
    return Decision(on=row.allowed, endpoint=Endpoint(row.host, row.model), reason=row.reason, by=row.by, at=row.at)
