"""What placing words needs from the database: quoted messages, messages that buttons speak of, who holds the chat."""

from __future__ import annotations

from datetime import datetime

from routing.domain.dialogue.holding import held_until
from routing.domain.dialogue.turn import Kept, ids_in
from routing.domain.inbound import InboundKind
from routing.service.conversation.session import Conversation
from routing.store.cases import queries as store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Message

NO_FILES = frozenset({"text", "location", "sticker", "strange"})
_NAMED = frozenset({"image", "video", "audio", "file", "location"})


def shown(conversation: Conversation, message: Message) -> str:
    """A message as its writer is shown it in a list."""
    if message.kind not in NO_FILES or not message.text:
        kind = message.kind if message.kind in _NAMED else "file"
        return conversation.office.sentences.say(f"kind.{kind}", conversation.language)
    return message.text


def quoted_case(conversation: Conversation) -> str | None:
    """The case of the message that is quoted, whether the firm wrote it or we did."""
    inbound = conversation.inbound
    if inbound.quoted_id is None:
        return None
    return conversation_store.case_of_quoted(
        conversation.session, inbound.channel, inbound.quoted_id, contact_id=conversation.contact.id
    )


def messages_of_button(conversation: Conversation) -> list[Message]:
    """The messages of this contact that a button speaks of."""
    inbound = conversation.inbound
    if inbound.kind is not InboundKind.POSTBACK:
        return []
    ids = ids_in(inbound.data.get("message", ""))
    found = conversation_store.by_ids(conversation.session, ids, contact_id=conversation.contact.id)
    return [message for message in found if message.direction == "in" and message.erased_at is None]


def kept(conversation: Conversation) -> Kept | None:
    """The same as the dialogue sees it."""
    found = messages_of_button(conversation)
    if not found:
        return None
    case = store.by_id(conversation.session, found[0].case_id) if found[0].case_id is not None else None
    words = "\n".join(message.text for message in found if message.kind == "text" and message.text)
    return Kept(ids=tuple(message.id for message in found), text=words, number=case.number if case else None)


Wrote = dict[int, tuple[datetime, datetime | None]]
"""For cases by their rows: when an officer last wrote to the firm, and when in a chat."""


def holder(conversation: Conversation, wrote: Wrote) -> int | None:
    """The case whose officer wrote last in the chat and holds the conversation for the rest of that working day."""
    in_chat = [(at, case_id) for case_id, (_, at) in wrote.items() if at is not None]
    if not in_chat:
        return None
    at, case_id = max(in_chat)
    until = held_until(at, conversation.office.calendar, conversation.office.offices.own_office)
    return case_id if conversation.now < until else None
