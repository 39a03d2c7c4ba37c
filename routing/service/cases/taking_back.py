"""Taking a reply back before it is sent (復原): it was no answer then, and its words are the writer's again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from routing.domain import steps
from routing.domain.case import Case, EventKind
from routing.domain.errors import Forbidden, StepNotAllowed
from routing.domain.permissions import Actor, require_team
from routing.domain.taking_back import HOLD
from routing.service.cases import kept_replies, locked_case, translations
from routing.service.cases.locked_case import LockedCase
from routing.service.files import links
from routing.store.accounts import queries as account_store
from routing.store.conversation.schema import Message
from routing.store.files import queries as file_store
from routing.store.messaging import outbox as outbox_store
from routing.store.session import instant


def hold(locked: LockedCase, *, wanted: bool) -> None:
    """Let the reply that is written next wait, if its writer wants that; never in an emergency."""
    if wanted and locked.row.alert is None:
        locked.hold = HOLD


def prefer(session: Session, actor: Actor, *, wanted: bool) -> None:
    """Remember for the next time whether this person's replies wait."""
    row = account_store.staff_by_email(session, actor.email or "")
    if row is not None and row.undo_send != wanted:
        row.undo_send = wanted


def prefers(session: Session, actor: Actor) -> bool:
    """Whether this person's replies wait, unless they say otherwise."""
    row = account_store.staff_by_email(session, actor.email or "")
    return row is not None and row.undo_send


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A reply that waits to be sent, and for how many seconds still."""

    message_id: int
    seconds: int


def waiting(session: Session, actor: Actor, case_id: int, case: Case) -> Waiting | None:
    """The reply of this person that can still be taken back, if there is one."""
    message = session.get(Message, case.reply.message_id) if case.reply is not None else None
    if message is None or message.by is None or message.by != actor.email:
        return None
    until = outbox_store.held_until(session, case_id, message.at)
    left = until - instant(session) if until is not None else timedelta(0)
    seconds = int(left.total_seconds())
    return Waiting(message_id=message.id, seconds=seconds) if seconds > 0 else None


def take_back(locked: LockedCase, message_id: int) -> None:
    """Take a reply of one's own back; its words are kept for its writer, and stay in the case as a note.

    Raises:
        StepNotAllowed: it was sent, or something was done since that follows from it. Forbidden: another wrote it.
    """
    require_team(locked.actor)
    steps.check(locked.case, EventKind.TAKEN_BACK)
    reply, message = locked.case.reply, locked.session.get(Message, message_id)
    if reply is None or message is None or reply.message_id != message_id:
        raise StepNotAllowed("這則回復已不能收回：之後已有其他辦理，或已經送出。", code="reply_stands")
    if message.by is None or message.by != locked.actor.email:
        raise Forbidden("只有撰寫的人可以收回回復。")
    if not outbox_store.take_back(locked.session, locked.row.id, message.at):
        raise StepNotAllowed("這則回復已經送出，不能收回；請另外回復更正。", code="reply_sent")
    locked.record(EventKind.TAKEN_BACK, message_id=message_id)
    # Among staff it stays what it is: words that the firm has not read.
    message.direction = "note"
    for media in file_store.of_messages(locked.session, [message_id]).get(message_id, []):
        links.take_back(media)
    if locked.actor.staff_id is not None:
        words = translations.apart(locked, message.text)
        kept_replies.keep(locked.session, locked.actor, locked.row.number, *words, now=locked.now)
    locked_case.audit(locked, "case.reply_taken_back", message=message_id)
