"""Asked whether, why or how long power or water is off: what is announced for the firm's park, with its source.

The one place where the conversation meets external sources. What is not surely the firm's park is not told, and then
the question is answered as every other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from knowledge.calendar.office_calendar import local
from knowledge.feeds import asks_of_outage
from knowledge.offices.directory import Park
from routing.domain.decision import Action
from routing.domain.dialogue import facts, menu
from routing.domain.dialogue.turn import NoteEnquiry, Result, Say, Turn
from routing.domain.feeds.outages import Announced
from routing.domain.messages import Card, Row

AHEAD = timedelta(days=14)
"""How far ahead announced stops are told."""
_MOST = 3


def beside(turn: Turn, result: Result) -> Result:
    """The answer with what is announced: behind the numbers to call in an emergency, else in its place."""
    found = announced(turn)
    if found is None:
        return result
    card = _card(turn, *found)
    if turn.understanding is not None and turn.understanding.alert is not None:
        return replace(result, messages=(*result.messages, card))
    return Result(state=replace(result.state, last_entry=None), messages=(card,), effects=(NoteEnquiry(),))


def announced(turn: Turn) -> tuple[Park, tuple[Announced, ...]] | None:
    """What was asked of is announced for the park that the words name, or else the firm's."""
    text = turn.inbound.text
    of = asks_of_outage(text)
    if not of:
        return None
    park = turn.find_park(text) or (turn.find_park(turn.known.park) if turn.known.park else None)
    if park is None or not park.own:
        return None
    found = turn.outages(park, of)
    return (park, found) if found else None


def _card(turn: Turn, park: Park, announced: tuple[Announced, ...]) -> Card:
    shown = announced[:_MOST]
    now = any(one.starts <= turn.now for one in shown)
    body = [turn.say("outage.now" if now else "outage.coming", park=park.label(turn.language))]
    if len(announced) > _MOST:
        body.append(turn.say("outage.more", n=len(announced) - _MOST))
    rows = [row for one in shown for row in _rows(turn, one)]
    read = {one.source: one.fetched_at for one in shown}
    for source, fetched_at in read.items():
        at = local(fetched_at)
        words = turn.say(
            "outage.read", source=turn.say(f"outage.source.{source}"), at=f"{at.year}/{at.month}/{at.day} {at:%H:%M}"
        )
        rows.append(Row(turn.say("outage.source"), words))
    decision = turn.decision
    likely = decision.match if decision is not None and decision.action is Action.ANSWER else None
    also = (facts.question(turn, likely.entry),) if likely is not None else ()
    return Card(
        title=turn.say("outage.title"), body="\n".join(body), rows=tuple(rows), buttons=(*also, menu.open_case(turn)),
        footer=turn.say("outage.footer"), quick=menu.usual(turn),
    )  # fmt: skip


def _rows(turn: Turn, one: Announced) -> list[Row]:
    kind = turn.say(f"outage.kind.{one.kind.value}")
    rows = [Row(kind, told_when(turn.say, one)), Row(turn.say("outage.area"), "；".join(one.areas)[:300])]
    if one.what:
        rows.append(Row(turn.say("outage.what"), one.what))
    return rows


def told_when(say: Say, one: Announced) -> str:
    """From when until when, in Taipei time; whether it was planned, if the source says so."""
    start = local(one.starts)
    begins = f"{start.month}/{start.day} {start:%H:%M}"
    if one.ends is None:
        span = say("outage.open_end", start=begins)
    else:
        end = local(one.ends)
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end.month}/{end.day} {end:%H:%M}"
        span = f"{begins}–{until}"
    if one.planned is None:
        return span
    return say("outage.planned" if one.planned else "outage.unplanned", span=span)
