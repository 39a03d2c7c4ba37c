"""What is asked of this very service: when we are there, how far my case is, which of my cases, no more messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from routing.domain.dialogue import menu, my_cases
from routing.domain.dialogue.office_hours import day_in
from routing.domain.dialogue.state import OPENING
from routing.domain.dialogue.turn import Result, SetQuiet, Turn
from routing.domain.firm_dates import firm_date, firm_instant
from routing.domain.messages import Button, Card, Text, postback

_FOR = frozenset({"withdraw", "call_me"})
_OFFERED = 8
_LABEL = 40


def hours(turn: Turn) -> Result:
    """When the office is open: the hours of a working day, the day that is asked of, today, and when it opens next."""
    day, asked = turn.office_day(None), day_in(turn.inbound.text, turn.today)
    if day.closure:
        today = turn.say("hours.closure", part=turn.say(f"hours.part.{day.closure}") if day.named else day.closure)
    else:
        today = turn.say("hours.working_day" if day.working else "hours.day_off")
    lines = [
        _that_day(turn, asked),
        turn.say("hours.week", hours=day.hours),
        today,
        turn.say("hours.open_now") if day.open_now else "",
    ]
    if not day.open_now:
        lines.append(turn.say("hours.next", opening=day.opens))
    lines.append(turn.say("hours.anytime"))
    return Result(state=turn.state, messages=(Text("\n".join(line for line in lines if line), quick=menu.usual(turn)),))


def _that_day(turn: Turn, asked: date | None) -> str:
    """The day that was asked of, where it is not today."""
    if asked is None or asked == turn.today:
        return ""
    that = turn.office_day(asked)
    when = firm_date(asked, turn.language)
    if that.closure:
        part = turn.say(f"hours.part.{that.closure}") if that.named else that.closure
        return turn.say("hours.that_closure", day=when, part=part)
    return turn.say("hours.that_working" if that.working else "hours.that_off", day=when, hours=that.hours)


def progress(turn: Turn) -> Result:
    """How far it is, from the firm's own case: state, who has it, until when. Several open ones are all shown."""
    still_open = [case for case in turn.cases if not case.closed]
    if not turn.cases and turn.state.pending and turn.state.step not in OPENING:
        text = Text(turn.say("progress.unsent"), quick=menu.usual(turn))
        return Result(state=turn.state, messages=(text,))
    if len(still_open) != 1:
        return my_cases.my_cases(turn)
    case = still_open[0]
    who = " ".join(part for part in (case.unit, case.officer or turn.say("case.nobody_yet")) if part)
    text = Text(
        turn.say(
            "progress.one", subject=case.subject or case.number, status=case.status, who=who, now=case.now,
            promised=case.promised, received=firm_instant(case.received_at, turn.language) if case.received_at else "—",
        )
    )  # fmt: skip
    shown = my_cases.my_cases(replace(turn, cases=(case,)))
    return replace(shown, messages=(text, *shown.messages))


def upset(turn: Turn) -> Result:
    """Somebody is angry: that is heard, its officer sees it, and the cases and the way to a person are shown."""
    words = Text(turn.small_reply("insult") or turn.say("upset"), quick=menu.usual(turn))
    still_open = [case for case in turn.cases if not case.closed]
    if not still_open:
        return Result(state=turn.state, messages=(words,))
    shown = my_cases.my_cases(replace(turn, cases=tuple(still_open)))
    return replace(shown, messages=(Text(turn.say("upset.cases")), *shown.messages))


def which(turn: Turn) -> Result:
    """Several cases are open, and a word was for one of them: which? By subject; a tap does it."""
    action = turn.inbound.data.get("for", "")
    still_open = [case for case in turn.cases if not case.closed]
    if action not in _FOR or not still_open:
        return menu.expired(turn)
    buttons = tuple(
        Button(
            label=(case.subject or case.number)[:_LABEL], data=postback(action, number=case.number),
            shown=(case.subject or case.number)[:100],
        )
        for case in still_open[:_OFFERED]
    )  # fmt: skip
    title = turn.say(f"which.{action}")
    card = Card(title=title, buttons=buttons, alt=title, quick=menu.usual(turn))
    return Result(state=turn.state, messages=(card,))


def quiet(turn: Turn) -> Result:
    """No more messages that merely inform, or again; answers and what the firm must know come all the same."""
    wanted = turn.inbound.data.get("on", "yes") == "yes"
    key = "quiet.on" if wanted else "quiet.off"
    again = menu.button(turn, "button.aloud", "quiet", on="no")
    more = menu.button(turn, "button.topics", "topics")
    quick = (again, more, *menu.usual(turn)) if wanted else (more, *menu.usual(turn))
    return Result(state=turn.state, messages=(Text(turn.say(key), quick=quick),), effects=(SetQuiet(quiet=wanted),))
