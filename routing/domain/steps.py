"""Which step a case allows in which state, and which permission it wants: used by pages, API, chat and import."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from routing.domain import drafts, extending
from routing.domain.case import COUNTED_OUTCOMES, Case, EventKind, Outcome, Status
from routing.domain.errors import Forbidden, StepNotAllowed
from routing.domain.permissions import Actor, Permission, may_add, may_write, require_team
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
    EventKind.EXTENSION_SEEN: _OPEN,
    EventKind.CATEGORY: _OPEN,
    EventKind.KIND: _OPEN,
    EventKind.TRANSFERRED: _OPEN,
    EventKind.CLOSED: _OPEN,
    EventKind.REOPENED: _CLOSED,
    EventKind.CONFIDENTIAL: _ANY,
    EventKind.SURVEYED: _CLOSED,
    EventKind.RATED: _CLOSED,
    EventKind.CALL_ASKED: _ANY,
    EventKind.CALLED: _ANY,
    EventKind.CALL_TRIED: _ANY,
    EventKind.CONSULTED: _NOT_WAITING | {Status.WAITING_AGENCY},
    EventKind.CONSULTATION_WITHDRAWN: frozenset({Status.WAITING_AGENCY}),
    EventKind.GATHERED: _OPEN,
    EventKind.PARTED: _ANY,
    EventKind.MOVED: _ANY,
    EventKind.TAKEN_BACK: _OPEN,
    EventKind.CORRECTED: _ANY,
    EventKind.DRAFTED: _OPEN,
    EventKind.DRAFT_RETURNED: _OPEN,
    EventKind.WATCHED: _ANY,
    EventKind.LINKED: _ANY,
    EventKind.MERGED: _ANY,
    EventKind.SNOOZED: _OPEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does to a case: the event it leaves (of which the states follow) and who may, any of these."""

    event: EventKind
    permissions: frozenset[Permission] = frozenset({Permission.DESK})


STEPS: Mapping[str, Step] = {
    "reply": Step(event=EventKind.REPLIED),
    "note": Step(event=EventKind.NOTE, permissions=frozenset({Permission.DESK, Permission.ANSWER_QUESTIONS})),
    "plots": Step(event=EventKind.REPLIED),
    "wait_firm": Step(event=EventKind.WAITING),
    "wait_agency": Step(event=EventKind.WAITING),
    "consult": Step(event=EventKind.CONSULTED),
    "resume": Step(event=EventKind.RESUMED),
    "extension": Step(event=EventKind.EXTENSION_ASKED),
    "approval": Step(event=EventKind.EXTENDED, permissions=frozenset({Permission.DECIDE_EXTENSIONS})),
    "extension_seen": Step(event=EventKind.EXTENSION_SEEN),
    "assignment": Step(event=EventKind.ASSIGNED),
    "category": Step(event=EventKind.CATEGORY),
    "kind": Step(event=EventKind.KIND),
    "correct": Step(event=EventKind.CORRECTED),
    "close": Step(event=EventKind.CLOSED),
    "reopen": Step(event=EventKind.REOPENED),
    "confidential": Step(event=EventKind.CONFIDENTIAL),
    "rating": Step(event=EventKind.RATED),
    "called": Step(event=EventKind.CALLED),
    "draft": Step(event=EventKind.DRAFTED),
    "merge": Step(event=EventKind.CLOSED),
    "link": Step(event=EventKind.LINKED),
    "watch": Step(event=EventKind.WATCHED),
    "snooze": Step(event=EventKind.SNOOZED),
}
"""The steps of pages and API by name."""
ADDING = ("note",)
"""Steps that also whoever entered the case takes, in whatever unit it is now."""
_NOT_YOURS = {"approval": "展期須由主管核定。"}


def permit(actor: Actor, name: str) -> None:
    """Let a step pass as far as the person's role goes. Raises Forbidden."""
    if any(actor.may(permission) for permission in STEPS[name].permissions):
        return
    require_team(actor)
    raise Forbidden(_NOT_YOURS.get(name, "您的角色無法使用這項功能。"))


def require(
    case: Case, actor: Actor, name: str, *, late: bool = False, approved_first: Collection[str] = ()
) -> None:  # fmt: skip
    """Let a step pass, or say why not; who may write the case at all is ``permissions.may_write``.

    ``late``: the due date is over, which only the steps of ``DATED`` ask for. ``approved_first``: what the branch has
    approved before it is sent, see ``drafts.needed``.

    Raises:
        Forbidden: the role has not this step.
        StepNotAllowed: the state of the case does not allow it.
    """
    permit(actor, name)
    check(case, STEPS[name].event)
    pending = case.pending_extension is not None
    if name == "extension" and late:
        raise StepNotAllowed("已逾限辦日期，不能再展期。", code="extension_too_late")
    if name == "extension" and (used := extending.used_up(case)) is not None:
        raise used
    if name == "extension" and pending and not extending.alone(case, actor):
        raise StepNotAllowed("已有展期申請待核定。", code="extension_pending")
    if name == "approval" and not pending:
        raise StepNotAllowed("沒有待核定的展期申請。", code="no_extension_pending")
    if name == "extension_seen" and (case.refused_extension is None or case.refused_extension.asked_by != actor.email):
        raise StepNotAllowed("沒有待您知悉的展期結果。", code="nothing_refused")
    if name == "rating":
        _require_rating(case)
    if name in _ANSWERS:
        check_approved(case, None, approved_first)
    if name == "draft" and case.draft is not None:
        raise StepNotAllowed("已有陳核中的文稿；請先等候核定，或由撰稿人撤回。", code="draft_pending")


_ANSWERS = frozenset({"reply", "plots"})
"""Steps that send an answer to the firm."""


def check_approved(case: Case, outcome: Outcome | None, approved_first: Collection[str]) -> None:
    """Raises StepNotAllowed: the branch has this answer approved by another person first (陳核)."""
    if drafts.needed(case.kind.value, outcome.value if outcome is not None else None, approved_first):
        raise StepNotAllowed("這類答復須先陳核，經核定後送出；請改用「陳核」。", code="approval_needed")


def _require_rating(case: Case) -> None:
    """One answer for each close that is asked about; a firm's own is not replaced by what staff enter."""
    if case.closed is None or case.closed.outcome not in COUNTED_OUTCOMES:
        raise StepNotAllowed("撤回、不受理或併案之案件不調查滿意度。", code="not_surveyed")
    if rated_since_close(case):
        raise StepNotAllowed("本次辦結已有滿意度，每次辦結計一次。", code="already_rated")


DATED = frozenset({"extension", "approval"})
"""Steps that the end of the due date narrows."""

Choices = Mapping[str, tuple[str | bool, ...]]
"""Of fields whose values the state of the case narrows, those that remain."""


def offered(
    case: Case, actor: Actor, *, late: bool, approved_first: Collection[str] = ()
) -> dict[str, Choices]:  # fmt: skip
    """The steps that this person may take now, each with what remains of its fields' values; none of them is refused.

    The values behind a step are empty unless the state narrows them.
    """
    if not may_add(actor, case):
        return {}
    names = STEPS if may_write(actor, case) else ADDING
    return {
        name: _choices(case, actor, name, late=late, approved_first=approved_first)
        for name in names
        if _passes(case, actor, name, late=late, approved_first=approved_first)
    }


def _passes(case: Case, actor: Actor, name: str, *, late: bool, approved_first: Collection[str]) -> bool:
    try:
        require(case, actor, name, late=late, approved_first=approved_first)
    except (Forbidden, StepNotAllowed):
        return False
    return True


def _choices(case: Case, actor: Actor, name: str, *, late: bool, approved_first: Collection[str]) -> Choices:
    if name == "approval":
        return {"approve": (False,)} if extending.barred(case, actor, late=late) is not None else {}
    return closing_choices(case, approved_first) if name == "close" else {}


WITHDRAWN, ANSWERED_OTHERWISE = "withdrawn", "answered"
CONSULTATION_ENDS = (ANSWERED_OTHERWISE, WITHDRAWN)
"""What becomes of a consultation when its case is closed: it was answered another way, or it is needed no more."""
EXTENSION_ENDS = (WITHDRAWN,)
"""What becomes of a request for more days when its case is closed."""


def closing_choices(case: Case, approved_first: Collection[str] = ()) -> Choices:
    """Of the fields of a close, those that the state narrows, and those that it asks for."""
    found: dict[str, tuple[str | bool, ...]] = {}
    barred = {Outcome.ANSWERED} if case.first_reply_at is None else set()
    barred |= {one for one in Outcome if drafts.needed(case.kind.value, one.value, approved_first)}
    if barred:
        found["outcome"] = tuple(outcome.value for outcome in Outcome if outcome not in barred)
    if case.status is Status.WAITING_AGENCY:
        found["consultation"] = CONSULTATION_ENDS
    if case.pending_extension is not None:
        found["extension"] = EXTENSION_ENDS
    return found


_IS_CLOSED = "案件已辦結；如需繼續辦理，請先重新開啟。"
_WHY = {
    EventKind.WAITING: "案件已在等待中；請先恢復辦理，再設定新的等待。",
    EventKind.CONSULTED: "案件待廠商補件中；請先恢復辦理，再送會辦。",
    EventKind.CONSULTATION_WITHDRAWN: "案件沒有進行中的會辦。",
    EventKind.RESUMED: "案件不在等待中，無須恢復辦理。",
    EventKind.REOPENED: "案件尚未辦結，無須重新開啟。",
    EventKind.RATED: "案件辦結後才能評分。",
}


_OPENS_A_WAIT = frozenset({EventKind.WAITING, EventKind.CONSULTED})


def check(case: Case, step: EventKind, *, outcome: Outcome | None = None) -> None:
    """Let a step pass, or say why not.

    Raises:
        StepNotAllowed: the state forbids it, or the case would be closed as answered without any answer given.
    """
    if case.status not in ALLOWED[step]:
        closed_first = step in _OPENS_A_WAIT and case.status is Status.CLOSED
        raise StepNotAllowed(_IS_CLOSED if closed_first else _WHY.get(step, _IS_CLOSED))
    if step is EventKind.CLOSED and outcome is Outcome.ANSWERED and case.first_reply_at is None:
        raise StepNotAllowed(
            "尚未回復廠商，不能以「已答復」辦結；請先回復，或登錄電話等其他方式的回復。", code="no_answer_given"
        )
