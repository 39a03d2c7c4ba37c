"""An entry as its reader will see it in the chat: the very messages that the dialogue makes, without anybody's data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from knowledge.calendar.office_calendar import local
from knowledge.entries import FaqEntry
from knowledge.services import OnlineService, service_for
from routing.domain.dialogue import faq
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import Known, Turn
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Outgoing
from routing.service.office_context import OfficeContext


def messages(
    office: OfficeContext, entry: FaqEntry, language: str, *, services: Sequence[OnlineService] = (), now: datetime
) -> tuple[Outgoing, ...]:
    """What a firm that reads ``language`` gets when this entry is the answer."""

    def say(key: str, **values: object) -> str:
        return office.sentences.say(key, language, **values)

    turn = Turn(
        inbound=Inbound(channel=next(iter(office.channels), ""), kind=InboundKind.TEXT, at=now, text=entry.question),
        state=State(),
        known=Known(), language=language, say=say, today=local(now).date(), cases=(), parks=(),
        find_park=lambda _text: None, entry=lambda _id: None, common=lambda _name: (),
        small_reply=lambda _intent: None, emergency=lambda _alert: None,
        unit_of=lambda category, topic: office.offices.unit_for(category, topic, None).names[language],
        closed_until=None, privacy_url="", privacy_version="", now=now,
        service=partial(service_for, services, park_kind=None),
    )  # fmt: skip
    return faq.answer(turn, entry, state=State()).messages
