"""What a firm wants to hear of: chosen by a tap, stopped by one tap on the announcement itself."""

from __future__ import annotations

from routing.domain.announcements import TOPICS
from routing.domain.dialogue import menu
from routing.domain.dialogue.turn import Effect, Result, SetTopic, TapNotice, Turn
from routing.domain.messages import Button, Card, Row, Text, postback


def topics(turn: Turn) -> Result:
    """``topics``: what is wanted; ``topic`` with ``wanted`` (yes, no) switches one. ``notice``: which led here."""
    data = turn.inbound.data
    topic, wanted = data.get("topic", ""), data.get("wanted", "")
    if not topic:
        return Result(state=turn.state, messages=(_card(turn, dict(turn.topics)),))
    if topic not in TOPICS or wanted not in {"yes", "no"}:
        return menu.expired(turn)
    on = wanted == "yes"
    back = Button(
        label=_label(turn, topic, on=not on), shown=_label(turn, topic, on=not on),
        data=postback("topics", topic=topic, wanted="no" if on else "yes"),
    )  # fmt: skip
    more = menu.button(turn, "button.topics", "topics")
    key = "topics.again" if on else "topics.stopped"
    text = Text(turn.say(key, topic=turn.say(f"topic.{topic}")), quick=(back, more, *menu.usual(turn)[1:]))
    return Result(
        state=turn.state, messages=(text,), effects=(SetTopic(topic=topic, wanted=on, notice=_id(data.get("notice"))),)
    )


def _card(turn: Turn, said: dict[str, bool]) -> Card:
    rows, buttons = [], []
    for topic in TOPICS:
        on = said.get(topic, True)
        rows.append(Row(turn.say(f"topic.{topic}"), turn.say("topics.on" if on else "topics.off")))
        label = _label(turn, topic, on=not on)
        data = postback("topics", topic=topic, wanted="no" if on else "yes")
        buttons.append(Button(label=label, shown=label, data=data))
    return Card(
        title=turn.say("topics.title"), body=turn.say("topics.body"), rows=tuple(rows), buttons=tuple(buttons),
        quick=menu.usual(turn),
    )  # fmt: skip


def _label(turn: Turn, topic: str, *, on: bool) -> str:
    return turn.say("button.topic_on" if on else "button.topic_off", topic=turn.say(f"topic.{topic}"))


def notice(turn: Turn) -> Result:
    """``notice`` (``id``): the firm asks about an announcement that it was sent."""
    found = _id(turn.inbound.data.get("id"))
    if found is None or turn.notice_title is None:
        return menu.expired(turn)
    text = Text(turn.say("notice.asked", title=turn.notice_title), quick=menu.usual(turn))
    effects: tuple[Effect, ...] = (TapNotice(id=found),)
    return Result(state=turn.state, messages=(text,), effects=effects)


def _id(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 19 else None
