"""Recognises messages that report danger now: an outage, fire, leak, injury or flood.

Rules, not statistics: a missed report costs more than a wrong card, and each rule can be read. A sentence raises an
alert when it names the event and nothing in it makes it a matter of rules, plans, fees or the past.
"""

import re
from enum import StrEnum

from knowledge.text import fold, sentences


class Alert(StrEnum):
    """Events met first with the emergency numbers (contract §4)."""

    FIRE = "fire"
    GAS_LEAK = "gas_leak"
    CHEMICAL_LEAK = "chemical_leak"
    INJURY = "injury"
    OUTAGE_POWER = "outage_power"
    OUTAGE_WATER = "outage_water"
    FLOOD = "flood"


def detect_alert(text: str) -> Alert | None:
    """The most urgent event that a text reports as happening, or None."""
    found = [kind for sentence in sentences(text) for kind in _in_sentence(fold(sentence))]
    return min(found, key=list(Alert).index, default=None)


def _in_sentence(sentence: str) -> list[Alert]:
    return [kind for kind, pattern in _EVENTS.items() if pattern.search(sentence)]


_EVENTS: dict[Alert, re.Pattern[str]] = {
    Alert.FIRE: re.compile(r"失火|着火|起火|火灾了"),
}
