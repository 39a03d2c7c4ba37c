"""Danger, and words of distress: whom to call first, what the firm itself must report, and a case without questions."""

from __future__ import annotations

from datetime import datetime, timedelta

from knowledge.language.said import ways
from knowledge.language.text import fold
from routing.domain.dialogue import menu
from routing.domain.dialogue.facts_told import Told
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import NoteEnquiry, Result, Turn
from routing.domain.messages import Button, Card, Row, Text

DISTRESS = "self_harm"
"""The kind of alert of words of distress, as data and cases name it."""
LATELY = timedelta(hours=12)
"""So long after an alarm words that something is over are about it."""
_MOST_CALLS = 4
_OVER, _HELPED = ways("over", "over"), ways("over", "helped")
_HARM = ways("repairs", "harm")
_REPORT, _RESTORED, _WHOM = ways("over", "report"), ways("over", "restored"), ways("over", "whom")
_MORE = 8
"""Characters beside what says that help was called; more may tell of another danger."""


def met(turn: Turn, alert: str, state: State) -> Result:
    """An emergency: the right numbers, that this message is not the report that the law requires, and what is.

    ``state`` keeps the words as the beginning of a case.
    """
    words, numbers = turn.emergency(alert) or (f"{turn.say('alert.body')}\n{turn.say('alert.not_a_report')}", ())
    duties = turn.duties(alert)
    calls = tuple(Button(label=label, url=f"tel:{number}") for label, number in numbers[:_MOST_CALLS])
    sources = tuple(Button(label=turn.say("button.source"), url=one.url) for one in duties[:1])
    title = turn.say("alert.title")
    card = Card(
        title=title, body="\n".join(part for part in (words, _night(turn, alert)) if part),
        rows=tuple(Row(turn.say("alert.duty"), turn.say("alert.duty_of", text=d.text, law=d.source)) for d in duties),
        buttons=(*calls, menu.open_case(turn), *sources), tone="alert", quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=state, messages=(card,), effects=(NoteEnquiry(),))


def is_over(text: str) -> bool:
    """Whether words say that what was told of is over: 消防說沒事了, false alarm, 復電了."""
    return bool(_OVER.search(fold(text))) or is_restored(text)


def is_restored(text: str) -> bool:
    """Whether words say no more than that power or water is back."""
    return bool(_RESTORED.search(fold(text.strip())))


def asks_to_report(text: str) -> bool:
    """Whether words after an alarm ask what its card says: if it must be reported, whom to ask when it is back."""
    return bool(_REPORT.search(fold(text)))


def asks_whom(text: str) -> bool:
    """Whether words after an alarm only ask of those whom its card names: 那119那邊呢."""
    return bool(_WHOM.search(fold(text.strip())))


def is_helped(text: str) -> bool:
    """Whether words say that help was called or is there, and nothing more: 已經打119了, everyone is out."""
    rest = _HELPED.sub(" ", fold(text))
    more = sum(character.isalnum() for character in rest)
    return rest != fold(text) and more <= _MORE and not _HARM.search(rest)


def helped(turn: Turn) -> Result:
    """After an emergency was told help is on its way: that is heard, kept, and asks for no second alarm."""
    quick = (menu.open_case(turn), *menu.usual(turn)[1:])
    return Result(state=turn.state, messages=(Text(turn.say("alert.helped"), quick=quick),))


def noted(turn: Turn, told: Told | None = None) -> Result:
    """After an emergency was told: who they are and more of what happened belong to it, and it is still urgent."""
    facts = f"：{told.shown(turn.language)}" if told else ""
    quick = (menu.open_case(turn), *menu.usual(turn)[1:])
    return Result(state=turn.state, messages=(Text(turn.say("alert.noted", facts=facts), quick=quick),))


def lately(state: State, at: datetime) -> bool:
    """Whether an emergency was told not long before ``at``, whatever was said since."""
    return state.alarmed_at is not None and at - datetime.fromisoformat(state.alarmed_at) <= LATELY


def over(turn: Turn) -> Result:
    """After an emergency was told it is over: that is heard, and a case may still be opened of it."""
    if turn.state.alert is None:
        # Something else was spoken of since: the words of the alarm are kept no more.
        return Result(state=turn.state, messages=(Text(turn.say("alert.over_later"), quick=menu.usual(turn)),))
    quick = (menu.open_case(turn), *menu.usual(turn)[1:])
    return Result(state=turn.state, messages=(Text(turn.say("alert.over"), quick=quick),))


def distress(turn: Turn, state: State) -> Result:
    """Somebody tells of wanting to die: listened to, told whom to call at any hour, and offered a person.

    Nothing is asked before a person has it, and no form is shown. The words are noted in no list of enquiries.
    """
    words, numbers = turn.emergency(DISTRESS) or (turn.say("alert.body"), ())
    calls = tuple(Button(label=label, url=f"tel:{number}") for label, number in numbers)
    title = turn.say("distress.title")
    card = Card(title=title, body=words, buttons=(*calls, menu.open_case(turn)), quick=menu.usual(turn)[:1])
    return Result(state=state, messages=(card,))


def after_confirming(turn: Turn, alert: str) -> str:
    """What is said with the receipt of an emergency while the office is closed: who can be reached now."""
    return _night(turn, alert)


def _night(turn: Turn, alert: str) -> str:
    found = turn.emergency(alert)
    if turn.closed_until is None or found is None:
        return ""
    return turn.say("hours.closed_alert", opening=turn.closed_until, numbers="\n".join(label for label, _ in found[1]))
