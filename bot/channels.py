"""The channels that carry messages, by name. A new one is a folder beside `bot/line` and a row here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.line import channel as line
from bot.runtime import Plug
from bot.settings import Settings

PLUGS: tuple[Callable[[Settings], Plug], ...] = (line.plug,)
"""The first is the usual one."""


def plugged(settings: Settings, plugs: Sequence[Callable[[Settings], Plug]] = PLUGS) -> dict[str, Plug]:
    """The channels of a process."""
    return {one.channel.name: one for one in (plug(settings) for plug in plugs)}
