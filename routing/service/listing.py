"""What the desk's pages ask for beyond the case itself: filters, allowed steps, files, colleagues."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar import local
from routing.domain.case import Event, EventKind, Status
from routing.domain.errors import Forbidden, NotFound
from routing.domain.permissions import Actor, Role, may_write, require_team
from routing.domain.steps import ALLOWED
from routing.service.context import Desk
from routing.service.journal import seen
from routing.service.views import CaseWhole, Queue, queue
from routing.store import desk_reads, people
from routing.store.cases import CaseFilter
from routing.store.schema import Media
from routing.store.schema_desk import Staff

MINE, UNIT, ALL = "mine", "unit", "all"
"""Whose cases a list shows."""

_STEPS = {
    "reply": EventKind.REPLIED, "note": EventKind.NOTE, "wait_firm": EventKind.WAITING,
    "wait_agency": EventKind.WAITING, "resume": EventKind.RESUMED, "extension": EventKind.EXTENSION_ASKED,
    "assignment": EventKind.ASSIGNED, "category": EventKind.CATEGORY, "kind": EventKind.KIND,
    "close": EventKind.CLOSED, "reopen": EventKind.REOPENED, "confidential": EventKind.CONFIDENTIAL,
}  # fmt: skip
_OPEN = tuple(status.value for status in Status if status is not Status.CLOSED)


def usual_view(actor: Actor) -> str:
    """Whose cases a person sees first: officers their own, everybody else all."""
    return MINE if actor.role is Role.OFFICER else ALL


def wanted(
    actor: Actor,
    *,
    today: date,
    view: str = ALL,
    status: str | None = None,
    kind: str | None = None,
    category: str | None = None,
    unit: str | None = None,
    assignee: str | None = None,
    park: str | None = None,
    waiting_on: str | None = None,
    overdue: bool | None = None,
    unassigned: bool = False,
    q: str | None = None,
    numbers: tuple[str, ...] | None = None,
) -> CaseFilter:
    """What a list is narrowed to. ``view``: ``mine``, ``unit`` (the person's own) or ``all``; ``today`` in Taipei.

    Who asks for what is late without naming a status means what is still to be done.
    """
    statuses = (status,) if status else _OPEN if overdue else ()
    return CaseFilter(
        today=today, status=statuses, kind=kind, category=category,
        unit=actor.unit if view == UNIT and actor.unit else unit, waiting_on=waiting_on, park=park, overdue=overdue,
        assignee=actor.email if view == MINE else assignee, unassigned=unassigned, q=q, numbers=numbers,
    )  # fmt: skip


def own_queue(
    session: Session, desk: Desk, actor: Actor, *, now: datetime, view: str, category: str | None, status: str | None,
    q: str | None,
) -> Queue:  # fmt: skip
    """A person's queue. Seen as ``mine`` it also holds what nobody in the unit has yet, or it would lie unseen."""
    today = local(now).date()
    narrow = wanted(actor, today=today, view=view, category=category, status=status, q=q)
    shown = queue(session, desk, actor, narrow, now=now)
    if view != MINE or not actor.unit:
        return shown
    narrow = wanted(actor, today=today, view=UNIT, unassigned=True, category=category, status=status, q=q)
    nobody = queue(session, desk, actor, narrow, now=now)
    free = [line for group in (nobody.overdue, nobody.due_today, nobody.unassigned) for line in group]
    shown.alert.extend(nobody.alert)
    shown.unassigned.extend(free)
    return shown


def allowed_steps(whole: CaseWhole, actor: Actor) -> frozenset[str]:
    """The steps that this case's state and this person's role let pass; the step itself checks again."""
    if not may_write(actor, whole.case):
        return frozenset()
    status = whole.case.status
    found = {name for name, step in _STEPS.items() if status in ALLOWED[step]}
    if whole.case.pending_extension is not None:
        found.discard("extension")
        if actor.leads:
            found.add("approval")
    return frozenset(found)


def changes_since(session: Session, whole: CaseWhole, version: int) -> tuple[Event, ...]:
    """What was written to a case after the version that a person had before them."""
    return desk_reads.events_after(session, whole.row.id, version)


def colleagues(session: Session) -> list[Staff]:
    """Everybody to whom a case can be given, by unit and name."""
    return [person for person in people.all_staff(session, active=True) if person.role != Role.PARTNER]


def everybody(session: Session) -> list[Staff]:
    """Everybody who has or had an account, for their names."""
    return people.all_staff(session)


def file_of(session: Session, actor: Actor, media_id: int, *, number: str | None = None) -> tuple[Media, bytes]:
    """A file that a firm sent, with its content; with ``number``, one of that case.

    Raises:
        NotFound: there is none, it is not here yet, it was taken back, or its case is hidden from this person; all
            sound alike, or an id that is tried would tell which case it belongs to. Partners read no files.
    """
    found = desk_reads.file_of_case(session, media_id)
    if found is not None and number in {None, found[2]} and actor.role is not Role.PARTNER:
        media, message, of_case = found
        if media.content is not None and message.erased_at is None and seen(session, of_case, actor) is not None:
            return media, media.content
    raise NotFound("查無這個檔案；可能尚未下載完成、廠商已收回，或已依保存期限刪除。")


def check_split(actor: Actor, by: str | None) -> None:
    """Who may see figures: the team; split by person only those who lead it.

    Raises:
        Forbidden: the person is a partner, or an officer who asks for figures of colleagues.
    """
    require_team(actor)
    if by == "officer" and not actor.leads:
        raise Forbidden("承辦人別的統計僅供主管查看。")
