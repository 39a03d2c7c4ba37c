"""Telling the firm that a file it sent is not here: it would otherwise wait for an answer to what nobody saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.wording import reading_language
from routing.domain.files import Problem
from routing.domain.messages import Text, from_plain, to_plain
from routing.service.cases import notifying
from routing.service.messaging import parking
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Media, Message
from routing.store.messaging import outbox as outbox_store

REASON = "file_problem"
_TOGETHER = timedelta(minutes=2)
_SENTENCE: Mapping[Problem, str] = {
    Problem.GONE: "gone", Problem.ELSEWHERE: "elsewhere", Problem.TOO_LARGE: "too_large", Problem.EMPTY: "broken",
    Problem.BROKEN: "broken", Problem.PIXELS: "too_large", Problem.LOCKED: "locked", Problem.MACRO: "dangerous",
    Problem.VIRUS: "dangerous",
}  # fmt: skip


def words(office: OfficeContext, message: Message, language: str, problem: Problem, *, name: str | None = None) -> Text:
    """Why a file is not here and what to do, in the firm's language."""
    shown = name or office.sentences.say(f"file.kind.{message.kind}", language)
    said = office.sentences.say(f"file.{_SENTENCE.get(problem, 'type')}", language, name=shown)
    return Text(said if name and said.startswith(name) else said[:1].upper() + said[1:])


def tell_firm(session: Session, office: OfficeContext, media: Media, problem: Problem, *, now: datetime) -> None:
    """Queue a sentence to whoever sent a file, unless they took it back or have just been told the same.

    Photos that are sent together fail together, and each sentence may cost a push.
    """
    message = conversation_store.message(session, media.message_id)
    if message is None or message.erased_at is not None or message.direction != "in" or message.contact_id is None:
        return
    contact = account_store.hold_contact(session, message.contact_id)
    if contact is None or media.channel is None:
        return
    said = words(office, message, reading_language(contact.language), problem, name=media.file_name)
    if media.channel not in office.channels:
        return
    lately = outbox_store.written_since(session, contact.id, REASON, now - _TOGETHER)
    if any(said in from_plain(payload) for payload in lately):
        return
    parking.tell(
        session, office, channel=media.channel, contact_id=contact.id, case_id=message.case_id,
        payload=to_plain([said]), reason=REASON, now=now, renew=notifying.renew,
    )  # fmt: skip
