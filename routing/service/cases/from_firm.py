"""What a firm itself does to its case: adds to it, says that all is there, asks for a call, rates it, takes it back.

What is added during a wait on the firm are pieces; the wait ends when the firm says so, after a while of quiet at its
last piece, or when an officer ends it (contract §9 "Wait on the firm").
"""

from __future__ import annotations

from datetime import datetime

from routing.domain.case import EventKind, Outcome, Status
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.times import CALL_TIMES
from routing.domain.errors import Invalid, NotFound
from routing.domain.permissions import SYSTEM, may_read, require_team
from routing.domain.waits import QUIET
from routing.service.cases import commands, locked_case, notifications, notifying
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.office_context import UnitOfWorkFactory
from routing.store.cases import queries as store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Message

"""When a firm may wish to be called."""
_PART = 10
"""Waits that one transaction of a sweep ends."""


def firm_message(
    locked: LockedCase, message: Message, *, piece: bool, placed_by: Reason, quiet: bool = False,
    source: str | None = None,
) -> None:  # fmt: skip
    """The firm wrote or sent something for this case. ``quiet``: thanks or an OK, which leave no mark but the words.

    ``piece``: it is something of what was asked for, if the case waits on the firm; what was sent before the wait began
    and only came late is none. ``source``: the merged case for which it was said, and in whose place this one goes on.
    """
    message.case_id, message.placed_by = locked.row.id, placed_by.value
    if quiet:
        return
    own = message.contact_id == locked.row.contact_id
    locked.record(
        EventKind.MESSAGE, automatic=True, message_id=message.id, source=source,
        piece=_is_piece(locked, message, piece=piece and own) or None,
    )  # fmt: skip


def goes_on(locked: LockedCase) -> LockedCase:
    """The case in which this one goes on, if it was merged (併案), held too; else itself."""
    row = store.goes_on_in(locked.session, locked.row)
    if row is None:
        return locked
    return locked_case.change(locked.session, locked.office, row.number, locked.actor, now=locked.now)


def _is_piece(locked: LockedCase, message: Message, *, piece: bool) -> bool:
    waiting = locked.case.waiting
    return piece and waiting is not None and waiting.on == "firm" and message.at >= waiting.start


def supplied(locked: LockedCase, *, notify: Notifier) -> bool:
    """The firm says that all is there: the wait ends at its last piece. False if no piece has come at all."""
    return _end_at_last_piece(locked, notify)


def _end_at_last_piece(locked: LockedCase, notify: Notifier) -> bool:
    last = locked.case.last_piece
    if last is None:
        return False
    message_id, at = last
    locked.record(EventKind.RESUMED, at=at, automatic=True, message_id=message_id)
    notify(locked, "resumed", notifications.resumed(locked))
    return True


def end_quiet_waits(units_of_work: UnitOfWorkFactory, *, now: datetime, limit: int = 200) -> list[str]:
    """End waits whose last piece came a while ago, each at that piece; says which numbers.

    A part in each transaction; none is begun while there is nothing to end.
    """
    ended: list[str] = []
    with units_of_work.database.reading() as session:
        numbers = store.quiet_waits(session, before=now - QUIET, limit=limit)
    for begin in range(0, len(numbers), _PART):
        if begin:
            units_of_work.database.give_way()
        with units_of_work.writing() as (session, office):
            for number in numbers[begin : begin + _PART]:
                locked = locked_case.change(session, office, number, SYSTEM, now=now)
                last = locked.case.last_piece
                if last is not None and now - last[1] >= QUIET and _end_at_last_piece(locked, notifying.push):
                    ended.append(number)
    return ended


def move(locked: LockedCase, message_id: int, *, to: str | None, placed_by: Reason) -> LockedCase | None:
    """A message of the firm belongs to another of its cases, or (``to`` None) to none yet; gives that case, held.

    Both keep a trace, and a wait that the message had ended is reckoned anew.

    Raises:
        NotFound: no such message of the firm in this case, or no such case of the same contact that one may see.
        Invalid: it stands there already.
    """
    require_team(locked.actor)
    if to is not None and not to.strip():
        raise Invalid("請選擇要移至的案件。", field="to")
    message = conversation_store.message(locked.session, message_id)
    if message is None or message.case_id != locked.row.id or message.direction != "in" or message.erased_at:
        raise NotFound("查無這則廠商訊息。")
    target = None if to is None else _target(locked, to, message.contact_id)
    piece = _piece_of(locked, message_id)
    locked.record(EventKind.MOVED, message_id=message_id, to=to)
    message.case_id = target.row.id if target is not None else None
    message.placed_by = placed_by.value if target is not None else None
    if target is not None:
        wait = target.case.waiting
        counts = (piece or message.kind != "text") and wait is not None and wait.on == "firm"
        target.record(EventKind.MOVED, message_id=message_id, source=locked.row.number, piece=counts or None)
        locked_case.audit(target, "case.message_received", message=message_id, source=locked.row.number)
    locked_case.audit(locked, "case.message_moved", message=message_id, to=to)
    if locked.case.status is Status.WAITING_FIRM:
        notifications.withdraw_resumed(locked)
    return target


def _piece_of(locked: LockedCase, message_id: int) -> bool:
    return any(message_id == piece for wait in locked.case.waits for piece, _ in wait.pieces)


def _target(locked: LockedCase, number: str, contact_id: int | None) -> LockedCase:
    if number == locked.row.number:
        raise Invalid("訊息已在這件案件中。", field="to")
    found = store.by_number(locked.session, number)
    # Words that came by a merged case are of that one's contact.
    own = {locked.row.contact_id, contact_id} - {None}
    known = found is not None and found.contact_id in own
    if found is None or not known or not may_read(locked.actor, store.state_of(locked.session, found)):
        raise NotFound(f"查無同一聯絡人的案件 {number}。")
    if locked.actor.role is None:
        found = store.goes_on_in(locked.session, found) or found
    return locked_case.beside(locked, found.number)


def withdraw(locked: LockedCase, *, notify: Notifier) -> None:
    """The firm takes its case back; it is closed as withdrawn."""
    summary = locked.office.sentences.say("withdrawn.summary", None)
    commands.close(locked, Outcome.WITHDRAWN, summary=summary, notify=notify)


def ask_call(locked: LockedCase, when: str | None = None) -> None:
    """The firm wants to be called; ``when`` suits it, one of CALL_TIMES."""
    if when is not None and when not in CALL_TIMES:
        raise Invalid(f"when 必須是 {'、'.join(CALL_TIMES)} 之一。", field="when")
    locked.record(EventKind.CALL_ASKED, automatic=True, when=when)
