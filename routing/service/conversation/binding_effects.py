"""Carrying out what a person does about the firm it speaks for."""

from __future__ import annotations

from routing.domain.dialogue import menu
from routing.domain.dialogue import turn as effects
from routing.domain.dialogue.state import State
from routing.domain.messages import Button, Card, Text, postback
from routing.domain.permissions import FIRM
from routing.service.bindings import commands as bindings
from routing.service.bindings import mailing
from routing.service.cases import locked_case
from routing.service.conversation import turn_context
from routing.service.conversation.session import Conversation
from routing.store.bindings import queries as binding_store


def _tell(conversation: Conversation, state: State, key: str, **values: object) -> None:
    turn = turn_context.build(conversation, state, None, None)
    conversation.told.append(Text(turn.say(key, **values), quick=menu.usual(turn)))


def bind(conversation: Conversation, state: State, effect: effects.Bind) -> State:
    """Bound, or told that number and code do not fit; why is said to nobody."""
    firm = bindings.bind(
        conversation.session, conversation.contact, ubn=effect.ubn, code=effect.code, now=conversation.now
    )
    if firm is None:
        _tell(conversation, state, "bind.refused")
    else:
        _tell(conversation, state, "bind.done", firm=firm.name)
    return state


def mail_code(conversation: Conversation, state: State, effect: effects.MailCode) -> State:
    """Mailed, or not: the person is told the same."""
    mailing.ask_code(conversation.session, conversation.office, conversation.contact, effect.ubn, now=conversation.now)
    return state


def share(conversation: Conversation, state: State, effect: effects.ShareCase) -> State:
    """Noted with the case."""
    locked = locked_case.change(conversation.session, conversation.office, effect.number, FIRM, now=conversation.now)
    bindings.share(locked, shared=effect.shared)
    return state


def colleagues(conversation: Conversation, state: State, _effect: effects.ShowColleagues) -> State:
    """Who speaks for the firm, one button each."""
    own = binding_store.bound(conversation.session, conversation.contact.id)
    if own is None:
        return state
    say = conversation.office.sentences.say
    people = bindings.colleagues(conversation.session, own.firm_id)
    buttons = tuple(
        Button(label=(label := say("bind.end", conversation.language, name=one.name)),
               data=postback("unbind", id=one.id), shown=label)
        for one in people[:10]
    )  # fmt: skip
    title = say("bind.colleagues", conversation.language)
    body = say("bind.colleagues_body", conversation.language)
    conversation.told.append(Card(title=title, body=body, buttons=buttons, alt=title))
    return state


def unbind(conversation: Conversation, state: State, effect: effects.Unbind) -> State:
    """Cut off at once."""
    ended = bindings.end_by_colleague(conversation.session, conversation.contact, effect.id, now=conversation.now)
    _tell(conversation, state, "bind.ended" if ended else "expired")
    return state
