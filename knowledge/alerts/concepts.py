"""Reads out of a sentence what is perceived, what it does to people or plant, whether it is now, and what is asked.

The concepts stand in data/alert_concepts.yaml. A concept is there or not; what they say together is weighed in
knowledge/alerts/alert_model.py. Nothing here decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from knowledge.language.text import fold
from knowledge.loading import DATA

FILE = DATA / "alert_concepts.yaml"

_THINGS = frozenset({"agent", "container", "fuel_gas"})
_WHO = frozenset({"person", "body"})
"""Concepts that name what or whom it happens to, and do not say that anything happens."""
_HAZARDS = frozenset({"agent", "fuel_gas"})
_PRESSING = frozenset({"present", "cry"})
"""A dangerous thing and something going on: enough to be weighed, seldom to be believed."""
_TOPICS = frozenset({"equipment", "training", "maintenance"})
"""Intents that name a subject: without a question they may stand in a report as well (維修人員被電到)."""
_QUESTION = re.compile(r"[?吗]|ですか|ますか")
_SHORT = 8
_GROUPS = ("signs", "effects", "told", "now", "intents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concepts:
    """The patterns of each concept by group, and the pairs that say more than their parts."""

    groups: Mapping[str, Mapping[str, re.Pattern[str]]]
    pairs: tuple[tuple[str, str], ...]

    def happening(self, folded: str) -> frozenset[str]:
        """Signs, effects and events named in a folded sentence; the names of events only beside something else."""
        seen = self._found(folded, ("signs", "effects"))
        return seen | self._found(folded, ("told",)) if seen else seen

    def around(self, folded: str) -> frozenset[str]:
        """When it is and what the sentence wants."""
        return self._found(folded, ("now", "intents"))

    def _found(self, folded: str, groups: tuple[str, ...]) -> frozenset[str]:
        return frozenset(n for g in groups for n, pattern in self.groups[g].items() if pattern.search(folded))

    def reports(self, found: frozenset[str]) -> bool:
        """True where something happens, beyond things and people that are named."""
        return any(
            name in found for g in ("signs", "effects", "told") for name in self.groups[g].keys() - _THINGS - _WHO
        )


def read_raw() -> dict[str, Any]:
    """The file as it stands."""
    raw: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return raw


@cache
def concepts() -> Concepts:
    """The concepts that ship with the product."""
    raw = read_raw()
    groups = {g: {name: re.compile("|".join(map(fold, parts))) for name, parts in raw[g].items()} for g in _GROUPS}
    pairs = tuple((first, second) for first, second in (name.split(" + ") for name in raw["together"]))
    return Concepts(groups=groups, pairs=pairs)


def features(folded: str, context: frozenset[str] = frozenset()) -> frozenset[str]:
    """Everything that is weighed about a folded sentence; empty where nothing happens in it.

    `context`: concepts of the sentences around it that hold for this one too (it is over, it is a drill).
    """
    known = concepts()
    happening = known.happening(folded)
    around: frozenset[str] = frozenset()
    if not known.reports(happening):
        around = known.around(folded)
        if not (happening & _HAZARDS and around & _PRESSING):
            return frozenset()
    found = happening | (around or known.around(folded)) | context
    pairs = {f"{first} + {second}" for first, second in known.pairs if first in found and second in found}
    return found | pairs | _counted(found, known) | _form(folded)


def _counted(found: frozenset[str], known: Concepts) -> set[str]:
    signs = len(found & known.groups["signs"].keys() - _THINGS)
    effects = len(found & known.groups["effects"].keys() - _WHO)
    wanted = found & known.groups["intents"].keys()
    intents = len(wanted)
    now = bool(found & {"present", "cry", "now_said"})
    seen = {
        "anything": True, "anything_now": now, "anything_done": "done" in found, "nothing_asked": not intents,
        "topics_only": 0 < intents == len(wanted & _TOPICS),
        "now_though_asked": now and intents > 0, "two_signs": signs >= 2, "three_signs": signs >= 3,
        "two_effects": effects >= 2, "sign_and_effect": signs > 0 and effects > 0,
        "two_intents": intents >= 2, "three_intents": intents >= 3,
    }  # fmt: skip
    return {name for name, there in seen.items() if there}


def _form(folded: str) -> set[str]:
    return {
        name for name, there in (("question", bool(_QUESTION.search(folded))), ("short", len(folded) < _SHORT)) if there
    }
