"""Which step a case allows in which state: one table, used by pages, API, LINE and import."""

from __future__ import annotations

from routing.domain.case import Case, EventKind, Outcome, Status
from routing.domain.errors import StepNotAllowed

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
    EventKind.RATED: _CLOSED,
    EventKind.CALL_ASKED: _ANY,
}

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
