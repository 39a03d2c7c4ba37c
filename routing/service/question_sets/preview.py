"""A set as its firm will see it: the very messages that the dialogue makes, without anybody's data."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from knowledge.calendar.office_calendar import local
from knowledge.question_sets import QuestionSet
from routing.domain.asked_sets import Asked
from routing.domain.dialogue import question_set
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import CaseCard, Known, Turn
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Outgoing
from routing.service.office_context import OfficeContext

_NUMBER = "KP-0000000-0000"


def messages(office: OfficeContext, found: QuestionSet, language: str, *, now: datetime) -> tuple[Outgoing, ...]:
    """What a firm that reads ``language`` is asked, question by question, and the card at the end."""

    def say(key: str, **values: object) -> str:
        return office.sentences.say(key, language, **values)

    case = CaseCard(
        number=_NUMBER, subject="", status="", category=found.category, unit=found.unit, officer=None, promised="",
        closed=False, waits_on_firm=False,
    )  # fmt: skip
    asked = Asked(set=found, version=0)
    turn = Turn(
        inbound=Inbound(channel=next(iter(office.channels), ""), kind=InboundKind.POSTBACK, at=now, text=""),
        state=State(), known=Known(), language=language, say=say, today=local(now).date(), cases=(case,), parks=(),
        find_park=lambda _text: None, entry=lambda _id: None, common=lambda _name: (),
        small_reply=lambda _intent: None, emergency=lambda _alert: None, unit_of=lambda _category, _topic: found.unit,
        closed_until=None, privacy_url="", privacy_version="", now=now, questions=asked,
    )  # fmt: skip
    state, told = question_set.begins(turn, _NUMBER, asked)
    shown = list(told)
    for one in found.questions:
        asked = asked.skip(one.id)
        tapped = replace(turn.inbound, data={"number": _NUMBER, "what": one.id, "value": "skip"})
        result = question_set.question(replace(turn, inbound=tapped, state=state, questions=asked))
        shown += result.messages
        state = result.state
    return tuple(shown)
