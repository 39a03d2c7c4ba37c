"""What is kept of a person: the notice, and seeing, taking away or deleting it (contract §9, ``my_data``)."""

from __future__ import annotations

from dataclasses import replace

from routing.domain.dialogue import menu
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import MyData, Result, Turn
from routing.domain.messages import Button, Card


def privacy(turn: Turn) -> Result:
    """The notice with its version, and the three rights as buttons."""
    title = turn.say("data.title")
    buttons = (
        Button(label=turn.say("data.notice"), url=turn.privacy_url),
        menu.button(turn, "data.show", "my_data", what="show"),
        menu.button(turn, "data.export", "my_data", what="export"),
        menu.button(turn, "data.delete", "my_data", what="delete"),
        menu.button(turn, "bind.colleagues" if turn.known.bound else "button.bind", "colleagues"),
    )
    card = Card(
        title=title, body=turn.say("data.body", version=turn.privacy_version), buttons=buttons, alt=title,
        quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=replace(turn.state, asked=("my_data", "")), messages=(card,))


def my_data(turn: Turn) -> Result:
    """``show``, ``export`` or ``delete``; the last is asked about once before anything goes."""
    what = turn.inbound.data.get("what", "")
    if what in {"show", "export"}:
        return Result(state=replace(turn.state, asked=("my_data", "")), effects=(MyData(what=what),))
    if what != "delete":
        return menu.expired(turn)
    if turn.inbound.data.get("sure") == "yes":
        return Result(state=State(), effects=(MyData(what="delete"),))
    title = turn.say("data.sure")
    yes = replace(menu.button(turn, "data.delete_now", "my_data", what="delete", sure="yes"), primary=True)
    card = Card(
        title=title, body=turn.say("data.sure_body" if turn.cases else "data.sure_body_none", n=len(turn.cases)),
        buttons=(yes, menu.cancel(turn)), alt=title,
        tone="wait",
    )  # fmt: skip
    return Result(state=replace(turn.state, asked=("my_data", "delete")), messages=(card,))
