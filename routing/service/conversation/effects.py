"""Carrying out what a turn of the dialogue decided, in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from routing.domain.case import Kind
from routing.domain.decision import Action, Decision
from routing.domain.dialogue import land_need, question_set, router
from routing.domain.dialogue import turn as effects
from routing.domain.dialogue.naming import subject_among
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.state import FACTS, State
from routing.domain.dialogue.times import CALL_TIMES, suits
from routing.domain.dialogue.turn import Result
from routing.domain.errors import OnestopError
from routing.domain.messages import Outgoing, Text, subject_of
from routing.domain.permissions import FIRM
from routing.service.cases import commands as case_commands
from routing.service.cases import details, from_firm, notifications, notifying, satisfaction
from routing.service.cases.locked_case import LockedCase, change
from routing.service.conversation import binding_effects, data_effects, turn_context
from routing.service.conversation.session import Conversation
from routing.service.land import needs
from routing.service.question_sets import asking
from routing.store.announcements import queries as announcement_store
from routing.store.cases import queries as case_store
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Enquiry

log = structlog.get_logger("enquiries")


_NEVER_REFUSED = (effects.NoteEnquiry, effects.LearnKind, effects.NoticeSeen, effects.SetQuiet)
"""What nothing in the domain refuses: no savepoint is needed to take it back."""


def carry_out(conversation: Conversation, result: Result) -> None:
    """Say what is to be said, do what is to be done, keep the state."""
    asked = len(conversation.told)
    conversation.fresh = False
    conversation.told.extend(result.messages)
    state = result.state
    for effect in result.effects:
        try:
            with nullcontext() if isinstance(effect, _NEVER_REFUSED) else conversation.session.begin_nested():
                state = _DO[type(effect)](conversation, state, effect) or state
        except OnestopError as error:
            log.warning("step_refused", code=error.code, effect=type(effect).__name__)
            conversation.told.append(Text(conversation.office.sentences.say("trouble", conversation.language)))
    conversation.contact.dialogue = state.plain()
    if result.messages:
        _keep_choices(conversation, asked, asked + len(result.messages))


def _keep_choices(conversation: Conversation, begin: int, end: int) -> None:
    """What the firm is asked comes after every notice, with its choices: only the last message shows any."""
    told = conversation.told
    asked, notices = told[begin:end], told[end:]
    if notices and asked[-1].quick:
        told[begin:] = [*notices, *asked]


def _notifier(conversation: Conversation) -> notifications.Notifier:
    """Notices about this contact's case join the answer; others are pushed."""

    def notify(locked: LockedCase, reason: str, messages: list[Outgoing]) -> None:
        if locked.row.contact_id == conversation.contact.id:
            conversation.told.extend(messages)
        else:
            notifying.push(locked, reason, messages)

    return notify


def _hold(conversation: Conversation, number: str) -> LockedCase:
    locked = change(conversation.session, conversation.office, number, FIRM, now=conversation.now)
    conversation.about.add(locked.row.id)
    return locked


def _open_case(conversation: Conversation, state: State, effect: effects.OpenCase) -> State:
    gathered = effect.state
    pending = conversation_store.by_ids(conversation.session, gathered.pending, contact_id=conversation.contact.id)
    words = [message.text.strip() for message in pending if message.kind == "text" and message.text.strip()]
    led = next((message.text.strip() for message in pending if message.id == gathered.last_message), "")
    # The hour for a call says nothing of the matter.
    said_of_it = [text for text in words if suits(text) is None] or words
    led = subject_among(led if led in said_of_it else next(iter(said_of_it), led), said_of_it)
    if gathered.stuck_at:
        # Staff read the subject: in their language, before the firm's own words.
        led = "：".join(
            part
            for part in (conversation.office.sentences.say("service.stuck", None, item=gathered.stuck_at), led)
            if part
        )
    led_at = datetime.fromisoformat(gathered.led_at) if gathered.led_at else conversation.inbound.at
    received = min(conversation.inbound.at, conversation.now)
    new = case_commands.NewCase(
        channel=conversation.inbound.channel, category=gathered.category or "other", topic=gathered.topic,
        kind=Kind.ENQ, subject=subject_of(led or (words[0] if words else "")), text="\n".join(words) or led,
        language=conversation.language,
        park=gathered.park if gathered.park != "none" else None, firm_name=gathered.firm_name, firm_ubn=gathered.ubn,
        contact_name=gathered.contact_name, contact_phone=gathered.phone, alert=gathered.alert, received_at=received,
        first_contact_at=min(led_at, received),
    )  # fmt: skip
    locked = case_commands.open_case(
        conversation.session,
        conversation.office,
        new,
        actor=FIRM,
        now=conversation.now,
        contact=conversation.contact,
        text_stored=True,
    )
    conversation.about.add(locked.row.id)
    for message in pending:
        message.case_id, message.placed_by = locked.row.id, Reason.OPENED.value
    for enquiry in conversation_store.enquiries_of_messages(
        conversation.session, gathered.pending, conversation.contact.id
    ):
        enquiry.case_id = locked.row.id
    contact = conversation.contact
    contact.name, contact.phone, contact.park = gathered.contact_name, gathered.phone, gathered.park
    contact.firm_id, contact.firm_said = locked.row.firm_id, gathered.firm_name
    conversation.told.extend(notifications.receipt(locked))
    if gathered.call in CALL_TIMES:
        from_firm.ask_call(locked, gathered.call)
        said = conversation.office.sentences.say(
            "call_asked", conversation.language, subject=locked.row.subject, phone=gathered.phone,
            when=conversation.office.sentences.say(f"call.{gathered.call}", conversation.language),
        )  # fmt: skip
        conversation.told.append(Text(said))
    if gathered.alert is None and land_need.wanted(locked.case.category, new.text):
        return _asks_the_need(conversation, locked, new.text)
    if gathered.alert is None and (asked := _asks_the_set(conversation, locked, new.text)):
        return asked
    return _asks_the_rest(conversation, replace(state, last_enquiry=None), locked.row.number)


def _asks_the_rest(conversation: Conversation, state: State, number: str) -> State:
    """Behind the receipt of an emergency stands the first question about the firm, where something is not known."""
    if state.step not in FACTS:
        return state
    state = replace(state, filling=number)
    turn = turn_context.build(conversation, state, None, None)
    conversation.told.append(Text(turn.say("filling.gently" if state.gently else "filling.intro")))
    conversation.told.extend(router.again(turn).messages)
    return state


def _asks_the_need(conversation: Conversation, locked: LockedCase, text: str) -> State:
    """Behind the receipt of a case that looks for land stands the first question on what it looks for."""
    turn = turn_context.build(conversation, State(), None, None)
    state, need, asked = land_need.begins(turn, locked.row.number, text)
    needs.keep(locked, need)
    conversation.told.extend(asked)
    return state


def _asks_the_set(conversation: Conversation, locked: LockedCase, text: str) -> State | None:
    """Behind the receipt of a case whose matter has a question set stands its first question."""
    asked = asking.begin(locked, text)
    if asked is None:
        return None
    turn = replace(turn_context.build(conversation, State(), None, None), questions=asked)
    state, messages = question_set.begins(turn, locked.row.number, asked)
    conversation.told.extend(messages)
    return state


def _keep_answers(conversation: Conversation, state: State, effect: effects.KeepAnswers) -> State:
    asking.keep(_hold(conversation, effect.number), effect.asked)
    return state


def _keep_need(conversation: Conversation, state: State, effect: effects.KeepNeed) -> State:
    needs.keep(_hold(conversation, effect.number), effect.need)
    return state


def _set_topic(conversation: Conversation, state: State, effect: effects.SetTopic) -> State:
    contact_id, now = conversation.contact.id, conversation.now
    announcement_store.set_topic(
        conversation.session, contact_id, effect.topic, wanted=effect.wanted, now=now
    )  # fmt: skip
    if effect.notice is not None and not effect.wanted:
        announcement_store.mark(conversation.session, effect.notice, contact_id, now=now, stopped=True)
    return state


def _tap_notice(conversation: Conversation, state: State, effect: effects.TapNotice) -> State:
    announcement_store.mark(
        conversation.session, effect.id, conversation.contact.id, now=conversation.now, stopped=False
    )  # fmt: skip
    return state


def _fill(conversation: Conversation, state: State, effect: effects.FillDetails) -> State:
    told, contact = effect.state, conversation.contact
    locked = _hold(conversation, effect.number)
    park = told.park if told.park != "none" else None
    details.fill(
        locked, firm_name=told.firm_name, firm_ubn=told.ubn, contact_name=told.contact_name, contact_phone=told.phone,
        park=park,
    )  # fmt: skip
    contact.name, contact.phone, contact.park = told.contact_name, told.phone, told.park
    contact.firm_id, contact.firm_said = locked.row.firm_id, told.firm_name
    return state


def _add(conversation: Conversation, state: State, effect: effects.AddToCase) -> State:
    session = conversation.session
    named = _hold(conversation, effect.number)
    locked = from_firm.goes_on(named)
    source = None if locked is named else named.row.number
    for message in conversation_store.by_ids(session, effect.message_ids, contact_id=conversation.contact.id):
        if message.erased_at is not None or message.case_id == locked.row.id:
            continue
        if message.case_id is not None:
            stood = _hold_by_id(conversation, message.case_id)
            from_firm.move(stood, message.id, to=effect.number, placed_by=effect.reason)
            locked = from_firm.goes_on(_hold(conversation, effect.number))
        else:
            from_firm.firm_message(
                locked, message, piece=effect.piece, placed_by=effect.reason, quiet=effect.quiet, source=source
            )
    return state


def _hold_by_id(conversation: Conversation, case_id: int) -> LockedCase:
    number = case_store.number_of(conversation.session, case_id)
    return _hold(conversation, number)


def _take_out(conversation: Conversation, state: State, effect: effects.TakeOut) -> State:
    session = conversation.session
    for message in conversation_store.by_ids(session, effect.message_ids, contact_id=conversation.contact.id):
        if message.case_id is not None:
            source = _hold_by_id(conversation, message.case_id)
            from_firm.move(source, message.id, to=None, placed_by=Reason.TAPPED)
    conversation.about.clear()
    return state


def _supplied(conversation: Conversation, state: State, effect: effects.Supplied) -> State:
    from_firm.supplied(_hold(conversation, effect.number), notify=_notifier(conversation))
    return state


def _withdraw(conversation: Conversation, state: State, effect: effects.Withdraw) -> State:
    from_firm.withdraw(_hold(conversation, effect.number), notify=_notifier(conversation))
    return state


def _reopen(conversation: Conversation, state: State, effect: effects.Reopen) -> State:
    locked, notify = _hold(conversation, effect.number), _notifier(conversation)
    case_commands.reopen(locked, reason="廠商表示尚未解決", notify=notify)
    for message in conversation_store.by_ids(
        conversation.session, effect.message_ids, contact_id=conversation.contact.id
    ):
        from_firm.firm_message(locked, message, piece=False, placed_by=Reason.TAPPED)
    return replace(state, pending=tuple(one for one in state.pending if one not in effect.message_ids))


def _rate(conversation: Conversation, state: State, effect: effects.Rate) -> State:
    satisfaction.rate(_hold(conversation, effect.number), effect.score, via=conversation.inbound.channel)
    return state


def _rate_reason(conversation: Conversation, state: State, effect: effects.RateReason) -> State:
    for message in conversation_store.by_ids(
        conversation.session, (effect.message_id,), contact_id=conversation.contact.id
    ):
        satisfaction.rate_reason(_hold(conversation, effect.number), message)
    return state


def _call(conversation: Conversation, state: State, effect: effects.AskCall) -> State:
    from_firm.ask_call(_hold(conversation, effect.number), effect.when)
    return state


def _language(conversation: Conversation, state: State, effect: effects.SetLanguage) -> State:
    conversation.contact.language, conversation.contact.language_chosen = effect.language, True
    conversation.told.append(Text(conversation.office.sentences.say("language.set", effect.language)))
    turn = turn_context.build(conversation, state, None, None)
    conversation.told.extend(router.again(replace(turn, words=turn.before)).messages)
    return state


def _quiet(conversation: Conversation, state: State, effect: effects.SetQuiet) -> State:
    conversation.contact.quiet = effect.quiet
    return state


def _note(conversation: Conversation, state: State, effect: effects.NoteEnquiry) -> State:
    turn = conversation.understood
    if turn is None:
        return state
    understanding, decision = turn
    if effect.part is not None and effect.part < len(decision.parts):
        part = decision.parts[effect.part]
        understanding, decision = part.understanding, part.decision
    row = conversation_store.note_enquiry(
        conversation.session,
        contact_id=conversation.contact.id,
        message_id=conversation.messages[0].id if conversation.messages else None,
        at=conversation.now,
        language=str(understanding.language),
        category=understanding.category.value,
        topic=understanding.topic,
        decision=decision.action.value,
        confidence=float(understanding.confidence),
        probability=_probability(decision, effect.faq or next(iter(effect.offered), None)),
        alert=understanding.alert.value if understanding.alert else None,
        faq=effect.faq,
        offered=list(effect.offered),
    )
    return replace(state, last_enquiry=row)


def _probability(decision: Decision, shown_first: str | None) -> float | None:
    """Of the entry that was answered, or that only this kept from it, where the firm was shown it first."""
    best = decision.match or decision.nearest
    return float(best.probability) if best is not None and best.entry_id == shown_first else None


def _verdict(conversation: Conversation, state: State, effect: effects.JudgeAnswer) -> State:
    row = conversation_store.enquiry(conversation.session, state.last_enquiry)
    if row is None:
        return state
    row = _of_same_message(conversation, row, effect.faq)
    answered = row.decision == Action.ANSWER.value and row.faq is not None
    if answered and effect.faq not in {None, row.faq}:
        # It is about an entry the firm went on to; that it helped does not make the direct answer right.
        return state
    row.verdict = effect.verdict
    if effect.verdict == "chosen":
        row.faq = effect.faq
    return state


def _of_same_message(conversation: Conversation, row: Enquiry, faq: str | None) -> Enquiry:
    """Of several matters of one message the one that this entry was shown for; else the last."""
    if faq is None or row.message_id is None or faq in {row.faq, *row.offered}:
        return row
    every = conversation_store.enquiries_of_messages(
        conversation.session, [row.message_id], conversation.contact.id
    )  # fmt: skip
    return next((one for one in every if faq in {one.faq, *one.offered}), row)


def _kind(conversation: Conversation, state: State, effect: effects.LearnKind) -> State:
    conversation.contact.park_kind = effect.kind
    return state


def _noticed(conversation: Conversation, state: State, _effect: effects.NoticeSeen) -> State:
    conversation.contact.notice_version = conversation.office.notice.version
    conversation.contact.notice_at = conversation.now
    return state


_DO: dict[type, Callable[[Any, State, Any], State]] = {
    effects.OpenCase: _open_case,
    effects.FillDetails: _fill,
    effects.AddToCase: _add,
    effects.TakeOut: _take_out,
    effects.Supplied: _supplied,
    effects.Withdraw: _withdraw,
    effects.Reopen: _reopen,
    effects.Rate: _rate,
    effects.RateReason: _rate_reason,
    effects.AskCall: _call,
    effects.KeepNeed: _keep_need,
    effects.KeepAnswers: _keep_answers,
    effects.SetTopic: _set_topic,
    effects.TapNotice: _tap_notice,
    effects.SetLanguage: _language,
    effects.SetQuiet: _quiet,
    effects.NoteEnquiry: _note,
    effects.JudgeAnswer: _verdict,
    effects.LearnKind: _kind,
    effects.MyData: data_effects.carry_out,
    effects.Bind: binding_effects.bind,
    effects.MailCode: binding_effects.mail_code,
    effects.Unbind: binding_effects.unbind,
    effects.ShowColleagues: binding_effects.colleagues,
    effects.ShareCase: binding_effects.share,
    effects.NoticeSeen: _noticed,
}
