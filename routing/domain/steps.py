"""Which step a case allows in which state, and which permission it wants: used by pages, API, LINE and import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.domain.case import COUNTED_OUTCOMES, Case, EventKind, Outcome, Status
from routing.domain.errors import Forbidden, StepNotAllowed
from routing.domain.permissions import Actor, Permission, may_write, require_team
from routing.domain.survey import rated_since_close

_OPEN = frozenset(Status) - {Status.CLOSED}
_NOT_WAITING = frozenset({Status.RECEIVED, Status.ASSIGNED, Status.IN_PROGRESS})
_WAITING = frozenset({Status.WAITING_FIRM, Status.WAITING_AGENCY})
_ANY = frozenset(Status)
_CLOSED = frozenset({Status.CLOSED})

ALLOWED: dict[EventKind, frozenset[Status]] = {
    EventKind.ASSIGNED: _OPEN,
    EventKind.MESSAGE: _ANY,
    EventKind.REPLIED: _OPEN,
    EventKind.NOTE: _ANY,
    EventKind.WAITING: _NOT_WAITING,
    EventKind.RESUMED: _WAITING,
    EventKind.EXTENDED: _OPEN,
    EventKind.EXTENSION_ASKED: _OPEN,
    EventKind.EXTENSION_REFUSED: _OPEN,
    EventKind.CATEGORY: _OPEN,
    EventKind.KIND: _OPEN,
    EventKind.TRANSFERRED: _OPEN,
    EventKind.CLOSED: _OPEN,
    EventKind.REOPENED: _CLOSED,
    EventKind.CONFIDENTIAL: _ANY,
    EventKind.SURVEYED: _CLOSED,
    EventKind.RATED: _CLOSED,
    EventKind.CALL_ASKED: _ANY,
    EventKind.MOVED: _ANY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does to a case: the event it leaves (of which the states follow) and who may, any of these."""

    event: EventKind
    permissions: frozenset[Permission] = frozenset({Permission.DESK})


STEPS: Mapping[str, Step] = {
    "reply": Step(event=EventKind.REPLIED),
    "note": Step(event=EventKind.NOTE, permissions=frozenset({Permission.DESK, Permission.ANSWER_QUESTIONS})),
    "wait_firm": Step(event=EventKind.WAITING),
    "wait_agency": Step(event=EventKind.WAITING),
    "resume": Step(event=EventKind.RESUMED),
    "extension": Step(event=EventKind.EXTENSION_ASKED),
    "approval": Step(event=EventKind.EXTENDED, permissions=frozenset({Permission.DECIDE_EXTENSIONS})),
    "assignment": Step(event=EventKind.ASSIGNED),
    "category": Step(event=EventKind.CATEGORY),
    "kind": Step(event=EventKind.KIND),
    "close": Step(event=EventKind.CLOSED),
    "reopen": Step(event=EventKind.REOPENED),
    "confidential": Step(event=EventKind.CONFIDENTIAL),
    "rating": Step(event=EventKind.RATED),
}
"""The steps of pages and API by name."""
_NOT_YOURS = {"approval": "展期須由主管核定。"}


def permit(actor: Actor, name: str) -> None:
    """Let a step pass as far as the person's role goes. Raises Forbidden."""
    if any(actor.may(permission) for permission in STEPS[name].permissions):
        return
    require_team(actor)
    raise Forbidden(_NOT_YOURS.get(name, "您的角色無法使用這項功能。"))


def allowed(case: Case, actor: Actor) -> frozenset[str]:
    """What this person may do with the case now; each step itself checks again."""
    if not may_write(actor, case):
        return frozenset()
    pending = case.pending_extension is not None
    return frozenset(
        name
        for name, step in STEPS.items()
        if case.status in ALLOWED[step.event]
        and any(actor.may(permission) for permission in step.permissions)
        and {"extension": not pending, "approval": pending, "rating": _may_be_rated(case)}.get(name, True)
    )


def _may_be_rated(case: Case) -> bool:
    """One answer for each close that is asked about; a firm's own is not replaced by what staff enter."""
    closed = case.closed
    return closed is not None and closed.outcome in COUNTED_OUTCOMES and not rated_since_close(case)


_IS_CLOSED = "案件已辦結；如需繼續辦理，請先重新開啟。"
_WHY = {
    EventKind.WAITING: "案件已在等待中；請先恢復辦理，再設定新的等待。",
    EventKind.RESUMED: "案件不在等待中，無須恢復辦理。",
    EventKind.REOPENED: "案件尚未辦結，無須重新開啟。",
    EventKind.RATED: "案件辦結後才能評分。",
}


def check(case: Case, step: EventKind, *, outcome: Outcome | None = None) -> None:
    """Let a step pass, or say why not.

    Raises:
        StepNotAllowed: the state forbids it, or the case would be closed as answered without any answer given.
    """
    if case.status not in ALLOWED[step]:
        closed_first = step is EventKind.WAITING and case.status is Status.CLOSED
        raise StepNotAllowed(_IS_CLOSED if closed_first else _WHY.get(step, _IS_CLOSED))
    if step is EventKind.CLOSED and outcome is Outcome.ANSWERED and case.first_reply_at is None:
        raise StepNotAllowed(
            "尚未回復廠商，不能以「已答復」辦結；請先回復，或登錄電話等其他方式的回復。", code="no_answer_given"
        )
