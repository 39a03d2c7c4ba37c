"""A message is taken back by its sender: its words go from everywhere, as far as the law lets them (trap L27).

In no case: erased for good, and so is every copy that we made of it (LINE Developers, "unsend event"). In a case it is
part of an archive (檔案法 §12): it leaves every page, search and export, and is kept sealed for an administrator with a
reason (routing.service.cases.commands.sealed_messages).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.dialogue.state import OPENING, State, Step, state_from
from routing.domain.inbound import Inbound
from routing.domain.unsend import without
from routing.service.knowledge_admin.corrections import forget_taken_back
from routing.service.question_sets import asking
from routing.store.accounts import queries as account_store
from routing.store.assist import queries as assist_store
from routing.store.cases import queries as case_store
from routing.store.conversation import erasure
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Message
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging.inbox import PartitionKey

_FACTS = ("firm_name", "ubn", "contact_name", "phone")


def take_back(session: Session, inbound: Inbound, *, now: datetime) -> None:
    """Carry out an unsend, whether the message was handled, waits to be, or has not come yet."""
    if inbound.message_id is None:
        return
    conversation_store.remember_unsent(session, inbound.channel, inbound.message_id, now=now)
    if (key := inbound.place or inbound.user_id) is not None:
        inbox_store.forget(session, PartitionKey(inbound.channel, key), inbound.message_id)
    message = conversation_store.message_by_external_id(session, inbound.channel, inbound.message_id)
    if message is None or message.erased_at is not None:
        return
    contact = account_store.hold_contact(session, message.contact_id)
    if contact is not None:
        for one in conversation_store.addresses(session, [contact.id]):
            inbox_store.forget(session, PartitionKey(one.channel, one.address), inbound.message_id)
    words = message.text.strip()
    row = case_store.by_id(session, message.case_id, lock=True) if message.case_id is not None else None
    if row is not None:
        conversation_store.seal(session, message, case_id=row.id, subject=row.subject, now=now)
        row.subject = without(row.subject, words)
        asking.forget_message(session, row.id, message.id)
        assist_store.forget_of_cases(session, [row.id], now=now)
    conversation_store.erase(session, message, now=now)
    if contact is not None:
        contact.dialogue = _forget(state_from(contact.dialogue), message, words).plain()
        erasure.forget_sent(session, contact.id, words, since=message.at)
    erasure.forget_first_answers(session, words, since=message.at)
    erasure.forget_drafts(session, words)
    forget_taken_back(session, now=now)


def _forget(state: State, message: Message, words: str) -> State:
    """The conversation without the message, and without the facts that it told us; they are asked for again."""
    if message.id in state.pending:
        return replace(state, pending=tuple(one for one in state.pending if one != message.id))
    told = {name for name in _FACTS if (value := getattr(state, name)) and value in words}
    if not told:
        return state
    plain = {name: value for name, value in state.plain().items() if name not in told}
    return replace(state_from(plain), step=Step.DESCRIBE if state.step in OPENING else state.step)
