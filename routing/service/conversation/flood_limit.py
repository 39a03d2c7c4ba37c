"""One user's flood: what comes beyond the limit is kept and worked on, answered once, and costs nobody a push.

The limit counts the channel's timestamps, so that events that come late together, after a pause of ours, are no
flood. What is said to somebody in a flood goes by reply token or not at all (contract §9, "Too much").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from routing.domain.dialogue.turn import OpenCase, Reopen, Result
from routing.domain.inbound import Inbound
from routing.domain.messages import Button, Text, postback
from routing.ports import Limits
from routing.service.conversation.session import Conversation
from routing.store.conversation.schema import Contact
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.inbox import PartitionKey

LIMIT = 30
"""Messages of one user within a minute that are answered each."""
WINDOW = timedelta(seconds=60)

_TOLD_ANYWAY = (OpenCase, Reopen)
"""Steps whose outcome a firm must hear of, however fast it wrote."""


@dataclass(frozen=True, slots=True)
class Pace:
    """``beyond``: this event is past the limit. ``crowd``: so many came around it that no push is spent on it.

    Where pushes cost no more than replies, there is nothing to spare and no crowd.
    """

    beyond: bool
    crowd: bool


def pace(session: Session, inbound: Inbound, limits: Limits) -> Pace:
    """How fast this user writes around this event."""
    if inbound.user_id is None:
        return Pace(beyond=False, crowd=False)
    writer = PartitionKey(inbound.channel, inbound.user_id)
    before, after = inbox_store.numbers_around(session, writer, inbound.at, WINDOW)
    return Pace(beyond=before > LIMIT, crowd=limits.free_replies and before + after > LIMIT)


def quieten(conversation: Conversation, result: Result, *, alert_before: str | None) -> None:
    """Say nothing to what came beyond the limit, but once that it was too much, and what must be heard in any case."""
    contact, at = conversation.contact, conversation.inbound.at
    alert = conversation.understood[0].alert if conversation.understood is not None else None
    must = any(isinstance(effect, _TOLD_ANYWAY) for effect in result.effects)
    if not must and (alert is None or alert.value == alert_before):
        conversation.told.clear()
    if _begins(contact, conversation.inbound):
        if conversation.office.channels[conversation.inbound.channel].free_replies:
            outbox_store.spare(conversation.session, contact.id)
        label = conversation.office.sentences.say("button.open_case", conversation.language)
        person = Button(label=label, data=postback("open_case"), shown=label)
        conversation.told.append(
            Text(conversation.office.sentences.say("flood", conversation.language), quick=(person,))
        )
    contact.flooded_at = max(contact.flooded_at or at, at)


def _begins(contact: Contact, inbound: Inbound) -> bool:
    return contact.flooded_at is None or inbound.at - contact.flooded_at > WINDOW
