"""How firms found it: asking after a close, taking the answer from the chat, by telephone or on paper, and the sums."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.vocabulary import Channel
from routing.domain import survey
from routing.domain.case import EventKind, Outcome
from routing.domain.errors import Invalid
from routing.domain.permissions import Actor, require_team
from routing.service.cases import locked_case, notifications
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.store.cases import satisfaction as store
from routing.store.conversation.schema import Message

_REASON = 1000
"""Characters of a reason that is entered."""


def ask(locked: LockedCase, outcome: Outcome, *, notify: Notifier) -> None:
    """Ask the firm how it was, if this close is asked about and a channel of ours can reach it."""
    address = locked.address()
    if address is None or not address.reachable or locked.row.imported:
        return
    last = store.last_asked(
        locked.session, firm_id=locked.row.firm_id, contact_id=address.contact_id, since=locked.now - survey.QUIET
    )
    if survey.asks(outcome, last, locked.now):
        locked.record(EventKind.SURVEYED, automatic=True)
        notify(locked, "survey", notifications.survey(locked))


def rate(locked: LockedCase, score: int, *, via: str) -> None:
    """The firm's own answer in a chat, 1 to 5 with 5 best. The dialogue takes one for each close."""
    if not 1 <= score <= 5:
        raise Invalid("score 必須在 1 到 5 之間。", field="score")
    case = locked.case
    if case.rating != score or case.rated_via != via or not survey.rated_since_close(case):
        locked.record(EventKind.RATED, automatic=True, score=score, via=via)


def rate_reason(locked: LockedCase, message: Message) -> None:
    """The firm's words on why it gave its score: kept with the case and the answer, nothing else follows from them."""
    case = locked.case
    if not survey.rated_since_close(case):
        return
    message.case_id = locked.row.id
    locked.record(EventKind.RATED, automatic=True, score=case.rating, via=case.rated_via, message_id=message.id)


def enter(locked: LockedCase, score: int, *, via: str, reason: str = "") -> None:
    """An answer that was given by telephone or on paper, entered by staff; each close has one answer.

    Raises:
        Invalid: a wrong score or way. StepNotAllowed: ``not_surveyed``, ``already_rated``, or the case is open.
    """
    locked.require("rating")
    if not 1 <= score <= 5:
        raise Invalid("滿意度必須在 1 到 5 之間。", field="score")
    if via not in set(Channel) or via in locked.office.channels:
        own = "、".join(locked.office.sentences.say(f"via.{one}", None) for one in locked.office.channels)
        raise Invalid(f"請選擇廠商回答的方式（{own} 由廠商自行點選）。", field="via")
    if len(reason) > _REASON:
        raise Invalid(f"原因請在 {_REASON} 字以內。", field="text")
    message_id = None
    if reason.strip():
        row = locked.row
        message = Message(
            case_id=row.id, contact_id=row.contact_id, direction="in", kind="text", text=reason.strip(), at=locked.now,
            by=None, via=via,
        )  # fmt: skip
        locked.session.add(message)
        locked.session.flush()
        message_id = message.id
    locked.record(EventKind.RATED, score=score, via=via, message_id=message_id)
    locked_case.audit(locked, "case.rating", via=via)


def answered(session: Session, actor: Actor, *, start: datetime, end: datetime) -> survey.Answered:
    """How many closes were asked about from ``start`` up to before ``end``, and how firms answered."""
    require_team(actor)
    return survey.tally(store.facts(session, start=start, end=end), start, end)
