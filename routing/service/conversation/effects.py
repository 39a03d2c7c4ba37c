"""Carrying out what a turn of the dialogue decided, in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from routing.domain.case import Kind
from routing.domain.decision import Action, Decision
from routing.domain.dialogue import handling
from routing.domain.dialogue import turn as effects
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import Result
from routing.domain.errors import OnestopError
from routing.domain.messages import Outgoing, Text
from routing.domain.permissions import FIRM
from routing.service import cases, notices
from routing.service.conversation import turns
from routing.service.conversation.talk import Conversation
from routing.service.journal import Open, change
from routing.store.channel import conversations
from routing.store.schema import Enquiry

log = structlog.get_logger("enquiries")


def carry_out(talk: Conversation, result: Result) -> None:
    """Say what is to be said, do what is to be done, keep the state."""
    talk.told.extend(result.messages)
    state = result.state
    for effect in result.effects:
        try:
            with talk.session.begin_nested():
                state = _DO[type(effect)](talk, state, effect) or state
        except OnestopError as error:
            log.warning("step_refused", code=error.code, effect=type(effect).__name__)
            talk.told.append(Text(talk.desk.sentences.say("trouble", talk.language)))
    talk.contact.dialogue = state.plain()


def _tell(talk: Conversation) -> notices.Tell:
    """Notices about this contact's case join the answer; others are pushed."""

    def tell(opened: Open, reason: str, messages: list[Outgoing]) -> None:
        if opened.row.contact_id == talk.contact.id:
            talk.told.extend(messages)
        else:
            notices.push(opened, reason, messages)

    return tell


def _hold(talk: Conversation, number: str) -> Open:
    return change(talk.session, talk.desk, number, FIRM, now=talk.now)


def _open_case(talk: Conversation, state: State, effect: effects.OpenCase) -> State:
    gathered = effect.state
    pending = conversations.by_ids(talk.session, gathered.pending, contact_id=talk.contact.id)
    words = [message.text.strip() for message in pending if message.kind == "text" and message.text.strip()]
    led = next((message.text.strip() for message in pending if message.id == gathered.last_message), "")
    if gathered.stuck_at:
        # Staff read the subject: in their language, before the firm's own words.
        led = "：".join(
            part for part in (talk.desk.sentences.say("service.stuck", None, item=gathered.stuck_at), led) if part
        )
    led_at = datetime.fromisoformat(gathered.led_at) if gathered.led_at else talk.inbound.at
    received = min(talk.inbound.at, talk.now)
    new = cases.NewCase(
        channel="line", category=gathered.category or "other", topic=gathered.topic, kind=Kind.ENQ,
        subject=(led or (words[0] if words else ""))[:80], text="\n".join(words) or led, language=talk.language,
        park=gathered.park if gathered.park != "none" else None, firm_name=gathered.firm_name, firm_ubn=gathered.ubn,
        contact_name=gathered.contact_name, contact_phone=gathered.phone, alert=gathered.alert, received_at=received,
        first_contact_at=min(led_at, received),
    )  # fmt: skip
    opened = cases.open_case(
        talk.session, talk.desk, new, actor=FIRM, now=talk.now, contact=talk.contact, text_stored=True
    )
    for message in pending:
        message.case_id = opened.row.id
    for enquiry in conversations.enquiries_of_messages(talk.session, gathered.pending, talk.contact.id):
        enquiry.case_id = opened.row.id
    contact = talk.contact
    contact.name, contact.phone, contact.park = gathered.contact_name, gathered.phone, gathered.park
    contact.firm_id, contact.firm_said = opened.row.firm_id, gathered.firm_name
    talk.told.extend(notices.receipt(opened))
    return replace(state, last_enquiry=None)


def _add(talk: Conversation, state: State, effect: effects.AddToCase) -> State:
    opened = _hold(talk, effect.number)
    for message in conversations.by_ids(talk.session, effect.message_ids, contact_id=talk.contact.id):
        cases.firm_message(opened, message, ends_wait=effect.ends_wait, tell=_tell(talk))
    return state


def _reopen(talk: Conversation, state: State, effect: effects.Reopen) -> State:
    cases.reopen(_hold(talk, effect.number), reason="廠商表示尚未解決", tell=_tell(talk))
    return state


def _rate(talk: Conversation, state: State, effect: effects.Rate) -> State:
    cases.rate(_hold(talk, effect.number), effect.score)
    return state


def _call(talk: Conversation, state: State, effect: effects.AskCall) -> State:
    cases.ask_call(_hold(talk, effect.number))
    return state


def _language(talk: Conversation, state: State, effect: effects.SetLanguage) -> State:
    talk.contact.language = effect.language
    talk.told.append(Text(talk.desk.sentences.say("language.set", effect.language)))
    turn = turns.build(talk, state, None, None)
    talk.told.extend(handling.again(replace(turn, words=turn.before)).messages)
    return state


def _note(talk: Conversation, state: State, effect: effects.NoteEnquiry) -> State:
    turn = talk.understood
    if turn is None:
        return state
    understanding, decision = turn
    row = Enquiry(
        contact_id=talk.contact.id, message_id=talk.message.id if talk.message else None, at=talk.now,
        language=str(understanding.language), category=understanding.category.value, topic=understanding.topic,
        decision=decision.action.value, confidence=float(understanding.confidence),
        probability=_probability(decision, effect.faq or next(iter(effect.offered), None)),
        alert=understanding.alert.value if understanding.alert else None, faq=effect.faq,
        offered=list(effect.offered),
    )  # fmt: skip
    talk.session.add(row)
    talk.session.flush()
    return replace(state, last_enquiry=row.id)


def _probability(decision: Decision, shown_first: str | None) -> float | None:
    """Of the entry that was answered, or that only this kept from it, where the firm was shown it first."""
    best = decision.match or decision.nearest
    return float(best.probability) if best is not None and best.entry_id == shown_first else None


def _verdict(talk: Conversation, state: State, effect: effects.Verdict) -> State:
    row = conversations.enquiry(talk.session, state.last_enquiry)
    if row is None:
        return state
    answered = row.decision == Action.ANSWER.value and row.faq is not None
    if answered and effect.faq not in {None, row.faq}:
        # It is about an entry the firm went on to; that it helped does not make the direct answer right.
        return state
    row.verdict = effect.verdict
    if effect.verdict == "chosen":
        row.faq = effect.faq
    return state


def _kind(talk: Conversation, state: State, effect: effects.LearnKind) -> State:
    talk.contact.park_kind = effect.kind
    return state


def _noticed(talk: Conversation, state: State, _effect: effects.NoticeSeen) -> State:
    talk.contact.notice_version = turns.PRIVACY_VERSION
    talk.contact.notice_at = talk.now
    return state


_DO: dict[type, Callable[[Any, State, Any], State]] = {
    effects.OpenCase: _open_case,
    effects.AddToCase: _add,
    effects.Reopen: _reopen,
    effects.Rate: _rate,
    effects.AskCall: _call,
    effects.SetLanguage: _language,
    effects.NoteEnquiry: _note,
    effects.Verdict: _verdict,
    effects.LearnKind: _kind,
    effects.NoticeSeen: _noticed,
}
