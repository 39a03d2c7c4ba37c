"""The channels that carry messages, by name. A new one is a folder beside `bot/line` and a row here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from bot.line.limits import LIMITS as LINE_LIMITS
from bot.settings import Settings
from routing.ports import Limits

if TYPE_CHECKING:
    from bot.runtime import Plug


@dataclass(frozen=True, slots=True)
class Carrier:
    """One channel; called with the settings it is plugged in.

    ``made_by``: module and function, imported only then: a client takes long to import, and most commands send nothing.
    """

    limits: Limits
    made_by: str

    def __call__(self, settings: Settings) -> Plug:
        """The channel with its client and its webhook."""
        module, _, function = self.made_by.partition(":")
        make = cast("Callable[[Settings], Plug]", getattr(import_module(module), function))
        return make(settings)


CARRIERS = {"line": Carrier(LINE_LIMITS, "bot.line.channel:plug")}
PLUGS: tuple[Callable[[Settings], Plug], ...] = tuple(CARRIERS.values())
"""The first is the usual one."""


def plugged(settings: Settings, plugs: Sequence[Callable[[Settings], Plug]] = PLUGS) -> dict[str, Plug]:
    """The channels of a process."""
    return {one.channel.name: one for one in (plug(settings) for plug in plugs)}


def limits_by_name() -> dict[str, Limits]:
    """What each channel can carry, for those who only write messages."""
    return {name: carrier.limits for name, carrier in CARRIERS.items()}
