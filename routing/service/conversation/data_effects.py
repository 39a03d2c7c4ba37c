"""Carrying out what a person asked for about its own data, and the notice at first contact."""

from __future__ import annotations

from routing.domain.dialogue import menu
from routing.domain.dialogue import turn as effects
from routing.domain.dialogue.state import State
from routing.domain.firm_dates import firm_instant
from routing.domain.messages import Button, Card, Outgoing, Row, Text, postback
from routing.service.conversation import turn_context
from routing.service.conversation.session import Conversation
from routing.service.privacy import personal_data


def carry_out(conversation: Conversation, state: State, effect: effects.MyData) -> State:
    """Show, hand over or delete."""
    made = {"show": _show, "export": _export, "delete": _delete}[effect.what](conversation)
    turn = turn_context.build(conversation, state, None, None)
    last = made[-1]
    if isinstance(last, Text):
        made[-1] = Text(last.body, quick=menu.usual(turn))
    conversation.told.extend(made)
    return state


def _say(conversation: Conversation, key: str, **values: object) -> str:
    return conversation.office.sentences.say(key, conversation.language, **values)


def _show(conversation: Conversation) -> list[Outgoing]:
    kept = personal_data.summary(conversation.session, conversation.contact)
    noticed = f"{kept['notice'] or '—'}"
    if kept["notice_at"] is not None:
        noticed += "\n" + firm_instant(kept["notice_at"], conversation.language)
    park = conversation.office.offices.park(kept["park"]) if kept["park"] else None
    values = (
        ("data.row.name", kept["name"]), ("data.row.firm", kept["firm"]), ("data.row.phone", kept["phone"]),
        ("data.row.park", park.label(conversation.language) if park else kept["park"]),
        ("data.row.messages", kept["messages"]), ("data.row.cases", kept["cases"]),
        ("data.row.notice", noticed),
    )  # fmt: skip
    title = _say(conversation, "data.shown")
    buttons = tuple(
        Button(label=(label := _say(conversation, f"data.{what}")), data=postback("my_data", what=what), shown=label)
        for what in ("export", "delete")
    )
    rows = tuple(Row(_say(conversation, key), str(value or "—")) for key, value in values)
    return [Card(title=title, body=_say(conversation, "data.shown_body"), rows=rows, buttons=buttons, alt=title)]


def _export(conversation: Conversation) -> list[Outgoing]:
    address = personal_data.link(conversation.session, conversation.office, conversation.contact, now=conversation.now)
    title = _say(conversation, "data.export_ready")
    button = Button(label=_say(conversation, "data.open"), url=address, primary=True)
    return [Card(title=title, body=_say(conversation, "data.export_body"), buttons=(button,), alt=title)]


def _delete(conversation: Conversation) -> list[Outgoing]:
    request, cases = personal_data.ask_erasure(
        conversation.session, conversation.office, conversation.contact, channel=conversation.inbound.channel,
        now=conversation.now,
    )  # fmt: skip
    if not cases:
        conversation.forgotten = True
        return [Text(_say(conversation, "data.deleted"))]
    due = f"{request.due_on.year}/{request.due_on.month}/{request.due_on.day}"
    return [Text(_say(conversation, "data.deleting", n=cases, due=due))]


def notice(conversation: Conversation) -> None:
    """Before anything else that is said to somebody who has not seen the current notice; after numbers to call."""
    contact = conversation.contact
    if not conversation.told or conversation.forgotten:
        return
    if contact.notice_version == conversation.office.notice.version:
        return
    alert = conversation.understood is not None and conversation.understood[0].alert is not None
    url = f"{conversation.office.base_url}/privacy"
    conversation.told.insert(1 if alert else 0, Text(_say(conversation, "privacy.line", url=url)))
    contact.notice_version, contact.notice_at = conversation.office.notice.version, conversation.now
