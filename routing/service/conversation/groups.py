"""In a group or room: silent unless the account is named, then what the FAQ surely answers, and never anybody's case.

Nothing of it is kept: no contact, no message, no enquiry. Personal details are asked for in the chat of two alone.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.distress import in_distress
from knowledge.emergency import calls_for
from knowledge.entries import FaqEntry
from knowledge.everyday import load_everyday
from knowledge.language.text import fold
from knowledge.understand import Understanding
from knowledge.vocabulary import READING_LANGUAGES, Language, ParkKind
from knowledge.wording import reading_language
from routing.domain.decision import Action, Decision, told_in
from routing.domain.dialogue.alarms import DISTRESS
from routing.domain.dialogue.naming import points_back
from routing.domain.dialogue.office_hours import asked_hours
from routing.domain.dialogue.placement import asks_how_far
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Button, Card, Outgoing, Row, Text, to_plain
from routing.service.conversation.reader import Reader
from routing.service.office_context import OfficeContext
from routing.store.messaging import outbox as outbox_store
from routing.store.session import instant

_LIKELY = frozenset({"unsure", "aspect"})
"""Why a decision only offers an entry that may be shown nevertheless, marked as a guess."""

_ONES_CASE = re.compile(fold(r"[那這]一?件|我(?:們)?的案|進度|\b(?:my|our|the) case\b|\bprogress\b|進捗"))
"""With a word of when or how far: somebody's own case."""
_OF_TWO = frozenset({"other-case-status", "other-human"})
"""Entries about the asker's own cases and about speaking with a person."""


def answer(
    session: Session,
    office: OfficeContext,
    reader: Reader,
    inbound: Inbound,
    *,
    now: datetime,
    token_until: datetime | None,
) -> None:
    """Answer by reply token what was said to the account, or say hello when it was invited; else nothing."""
    late = token_until is None or instant(session) > token_until
    if inbound.silent or inbound.place is None or inbound.reply_token is None or late:
        return
    if inbound.kind is InboundKind.JOIN:
        said = hello(office)
    elif inbound.kind is InboundKind.TEXT:
        said = _words(office, reader, inbound.text, now) if inbound.text.strip() else hello(office)
    else:
        return
    outbox_store.put(
        session, channel=inbound.channel, contact_id=None, payload=to_plain(said), now=now, reason=outbox_store.GROUP,
        reply_token=inbound.reply_token, token_until=token_until,
    )  # fmt: skip


def hello(office: OfficeContext) -> list[Outgoing]:
    """Who we are, and that names and cases belong into the chat of two; a group reads several languages."""
    return [Text("\n\n".join(office.sentences.say("group.hello", language) for language in READING_LANGUAGES))]


def _words(office: OfficeContext, reader: Reader, text: str, now: datetime) -> list[Outgoing]:
    day = local(now).date()
    understanding, decision = reader.read(text, None, today=day)
    language = reading_language(str(understanding.language))
    if in_distress(text):
        return [_calls(office, reader, DISTRESS, language, title="distress.title")]
    if understanding.alert is not None:
        return [_calls(office, reader, understanding.alert.value, language, title="alert.title")]
    if asked_hours(text) or load_everyday().intent(text) == "hours":
        return [_hours(office, language)]
    if decision.action is Action.CHAT:
        return _chatted(office, reader, understanding, language)
    if points_back(text) or (_ONES_CASE.search(fold(text)) and asks_how_far(text)):
        # 電梯那件進度如何 is asked of somebody's case.
        return [Text(office.sentences.say("group.private", language))]
    decision = told_in(decision, language)
    every = [part.decision for part in decision.parts] or [decision]
    names = bool(understanding.terms and understanding.asks)
    cards = [card for one in every if (card := _shown(office, one, language, day, guess=names)) is not None]
    return [*cards] or [Text(office.sentences.say("group.private", language))]


def _hours(office: OfficeContext, language: Language) -> Text:
    """When we are there on a working day: that is nobody's case."""
    say = partial(office.sentences.say, language=language)
    return Text(say("hours.week", hours=say("list.and").join(office.calendar.hours.shown)))


def _chatted(office: OfficeContext, reader: Reader, understanding: Understanding, language: Language) -> list[Outgoing]:
    """Thanks and an OK are answered in kind, anger leads to the chat of two, and all else gets the hello."""
    kind = understanding.smalltalk
    if kind == "insult":
        return [Text(office.sentences.say("group.private", language))]
    if kind is None or kind == "greeting":
        return hello(office)
    found = next((small for small in reader.understander().base.smalltalk if small.id == kind), None)
    reply = found.replies.get(language.group) or found.replies.get("zh") if found is not None else None
    return [Text(reply)] if reply else hello(office)


def _shown(office: OfficeContext, decision: Decision, language: Language, day: date, *, guess: bool) -> Card | None:
    """What the base surely or likely answers; None for anybody's own case and what only a person knows.

    ``guess``: the words ask something and name it, so what is only likely may be shown.
    """
    sure = decision.match if decision.action is Action.ANSWER else None
    likely = decision.choices[0] if guess and decision.reason in _LIKELY and decision.choices else None
    match = sure or likely
    if match is None or match.entry.id in _OF_TWO or match.entry.kind.value != "answer" or match.entry.expired(day):
        return None
    return _answered(office, match.entry, language, sure=sure is not None)


def _answered(office: OfficeContext, entry: FaqEntry, language: Language, *, sure: bool) -> Card:
    """An answer with its source and date, marked where it is only likely; no way to a case: all could tap it."""
    say = partial(office.sentences.say, language=language)
    wording = entry.wording(language)
    source = next((basis.url for basis in entry.basis if basis.url), None)
    rows = [Row(say("faq.verified"), f"{entry.verified:%Y/%m/%d}")]
    if entry.basis:
        rows.insert(0, Row(say("faq.basis"), "；".join(basis.label for basis in entry.basis)))
    unit = office.offices.unit_for(entry.category.value, entry.topic)
    if unit.phone:
        rows.append(Row(say("office.phone"), f"{unit.phone}（{unit.names[language]}）"))
    if entry.parks is not ParkKind.ANY:
        rows.insert(0, Row(say("faq.parks"), say(f"faq.parks.{entry.parks.value}")))
    asked = "" if sure else f"{say('group.likely')}\n"
    return Card(
        title=wording.question, body=f"{asked}{entry.told(language)}\n\n{say('group.more')}", rows=tuple(rows),
        buttons=(Button(label=say("button.source"), url=source),) if source else (), footer=say("faq.footer"),
    )  # fmt: skip


def _calls(office: OfficeContext, reader: Reader, alert: str, language: Language, *, title: str) -> Card:
    """Whom to call in danger or distress; a group is no place for more."""
    say = partial(office.sentences.say, language=language)
    emergency = reader.understander().base.emergency
    found = calls_for(alert, emergency=emergency, language=language)
    words, numbers = found or (f"{say('alert.body')}\n{say('alert.not_a_report')}", ())
    calls = tuple(Button(label=label, url=f"tel:{number}") for label, number in numbers[:4])
    if alert == DISTRESS:
        words = say("group.distress")
    return Card(title=say(title), body=words, buttons=calls, tone="info" if alert == DISTRESS else "alert")
