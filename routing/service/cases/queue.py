"""The queue: what an officer has to do, in the order in which it wants doing, with the count of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.case import Status
from routing.domain.drafts import may_approve
from routing.domain.permissions import Actor, Permission
from routing.service.cases.queries import MINE, UNIT, CaseLine, lines, scope, wanted
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as store
from routing.store.cases import tally
from routing.store.cases.tally import Tally

GROUPS = (
    "alert", "call", "overdue", "due_today", "undelivered", "answered", "partner", "new", "unassigned", "working",
    "waiting",
)  # fmt: skip
"""The groups of a queue in the order in which they want doing.

``call``: the firm asked to be called. ``answered``, ``partner``: it, or the agency asked, spoke last. ``new``: newly
given, not yet opened or answered.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """An officer's work in the order it wants doing: each case in the first group of ``GROUPS`` that fits it."""

    alert: list[CaseLine]
    call: list[CaseLine]
    overdue: list[CaseLine]
    due_today: list[CaseLine]
    undelivered: list[CaseLine]
    answered: list[CaseLine]
    partner: list[CaseLine]
    new: list[CaseLine]
    unassigned: list[CaseLine]
    working: list[CaseLine]
    waiting: list[CaseLine]
    more: bool
    """There are more open cases than it lists."""
    tally: Tally | None = None
    """How many open cases stand in each group; None where all of them are listed, or nobody has counted."""

    @property
    def total(self) -> int:
        """How many cases fit, those that are not listed too if they were counted."""
        if self.tally is None:
            return self.listed
        closed = sum(is_closed(line) for name in GROUPS for line in self.group(name))
        return sum(self.tally.groups.values()) + closed

    @property
    def listed(self) -> int:
        """How many cases it lists."""
        return sum(len(self.group(name)) for name in GROUPS)

    def group(self, name: str) -> list[CaseLine]:
        """The cases of a group by its name."""
        found: list[CaseLine] = getattr(self, name)
        return found


def is_closed(line: CaseLine) -> bool:
    """It stands closed: of those only the ones whose firm still waits are in a queue, all of them listed."""
    return line.row.status == Status.CLOSED


def queue(
    session: Session, office: OfficeContext, actor: Actor, wanted: store.CaseFilter, *, now: datetime, limit: int = 500
) -> Queue:
    """The open cases that fit, grouped, and of the closed ones those whose firm still waits."""
    narrow = scope(actor, wanted)
    rows = store.queue(session, narrow, limit=limit + 1)
    closed = [] if wanted.status else store.closed_unfinished(session, narrow, limit=limit)
    today = local(now).date()
    groups: dict[str, list[CaseLine]] = {name: [] for name in GROUPS}
    for line in lines(session, office, actor, [*rows[:limit], *closed], now=now):
        groups[_group(line, today)].append(line)
    return Queue(more=len(rows) > limit, tally=None, **groups)


def _group(line: CaseLine, today: date) -> str:
    row, marks = line.row, line.marks
    is_open = not is_closed(line)
    rules = (
        ("alert", is_open and row.alert is not None and row.first_reply_at is None),
        ("call", "call" in marks),
        ("overdue", is_open and line.overdue),
        ("due_today", is_open and row.promised_on == today and row.status != Status.WAITING_FIRM),
        ("undelivered", "undelivered" in marks),
        ("unassigned", line.unattended),
        ("answered", "firm_spoke" in marks),
        ("partner", "partner_spoke" in marks),
        ("new", row.unseen or row.status == Status.ASSIGNED),
        ("waiting", row.waiting_on is not None),
    )
    return next((name for name, fits in rules if fits), "working")


def own_queue(
    session: Session,
    office: OfficeContext,
    actor: Actor,
    *,
    now: datetime,
    view: str,
    category: str | None,
    status: str | None,
    q: str | None,
    mark: str | None = None,
    limit: int = 500,
) -> Queue:
    """A person's queue. Seen as ``mine`` it also holds what nobody in the unit has in hand, or it would lie unseen.

    That are cases of nobody, of somebody who is away without anybody standing in, and of closed accounts. What is put
    off (暫緩) is left out, unless it is looked for: by words, or by what is said of it.
    """
    today, awake = local(now).date(), not q and mark is None
    narrow = wanted(actor, today=today, view=view, category=category, status=status, q=q, mark=mark, awake=awake)
    shown = queue(session, office, actor, narrow, now=now, limit=limit)
    away = account_store.unattending(session, today)
    if view != MINE or not actor.unit:
        return _counted(session, actor, shown, (narrow,), away)
    theirs = replace(
        wanted(actor, today=today, view=UNIT, category=category, status=status, q=q, mark=mark, awake=awake),
        unattended=tuple(one for one in away if one not in actor.hands),
    )
    nobody = queue(session, office, actor, theirs, now=now, limit=limit)
    for name in GROUPS:
        shown.group(name if name in {"alert", "call"} else "unassigned").extend(nobody.group(name))
    return _counted(session, actor, replace(shown, more=shown.more or nobody.more), (narrow, theirs), away)


def _counted(
    session: Session, actor: Actor, found: Queue, parts: Sequence[store.CaseFilter], away: Sequence[str]
) -> Queue:
    """The queue with the count of each group, where it does not list all of its cases."""
    if not found.more:
        return found
    decides = actor.may(Permission.DECIDE_EXTENSIONS)
    approves = (actor.email or "") if may_approve(actor) else None
    whole = tally.Tally()
    for part in parts:
        one = tally.counted(session, scope(actor, part), away, decides=decides, approves=approves)
        for name, number in one.groups.items():
            keeps = part.unattended is None or name in {"alert", "call", "draft", "approval"}
            whole.groups[name if keeps else "unassigned"] += number
        whole.marks.update(one.marks)
    return replace(found, tally=whole)


def kept(session: Session, actor: Actor, *, today: date, view: str) -> tuple[int, int]:
    """How many open cases of a view are under watch (列管), and how many are put off (暫緩)."""
    return store.kept(session, scope(actor, wanted(actor, today=today, view=view)))
