"""Where a question holds: the park, the kind of park or the other authority that a text names.

What a text names beats what is known of the firm: a plant in 大發 may be asked about by a firm of 楠梓.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from knowledge.entries import FaqEntry
from knowledge.language.forms import TextForms
from knowledge.language.text import fold
from knowledge.offices.directory import Offices, Park
from knowledge.relevance.cues import compiled, read_cues
from knowledge.vocabulary import ParkKind, own_park_kind

_LOOKED_AT = 500
"""Characters of a message in which a place is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place named in a text. `kind`: which law it stands under; None for another authority's and for no park.

    `own`: this branch is in charge. `park`: the park, where one was named.
    """

    kind: ParkKind | None
    own: bool
    park: Park | None = None

    @property
    def name(self) -> str:
        """The park's short name, or the kind, or 'outside'."""
        if self.park is not None:
            return self.park.name
        return str(self.kind) if self.kind else "outside"


class PlaceReader:
    """Reads places out of texts; made once from the offices and the cues."""

    def __init__(self, offices: Offices) -> None:
        """`offices`: the parks by name."""
        raw = read_cues("relevance.yaml")
        self._offices = offices
        self._outside = compiled(raw["outside"])
        names = sorted(
            (re.escape(fold(name)) for park in offices.own_parks for name in park.alone), key=len, reverse=True
        )
        self._plant = re.compile(f"({'|'.join(names)})" + compiled(raw["plant"]).pattern)
        self._kinds = tuple((ParkKind(name), compiled(pattern)) for name, pattern in raw["kinds"].items())

    def read(self, forms: TextForms) -> Place | None:
        """The place that a text names; None where it names none, or several that are equally meant."""
        begun = forms.text[:_LOOKED_AT]
        folded = forms.folded(begun)
        park = self._offices.find_named(forms.normal(begun)) or self._begun_with(folded, forms)
        if park is not None:
            return Place(kind=own_park_kind(park.kind), own=park.own, park=park)
        if self._outside.search(folded):
            return Place(kind=None, own=False)
        named = self._named_last(folded)
        return Place(kind=named, own=True) if named else None

    def _begun_with(self, folded: str, forms: TextForms) -> Park | None:
        """A park whose name is the first word, or stands with a word for a plant: 鳳山 沒按期完工, 內埔廠."""
        first = folded.split(maxsplit=1)[0] if folded.strip() else ""
        at_plant = self._plant.search(folded)
        return self._offices.named(forms.normal(first)) or (self._offices.park(at_plant[1]) if at_plant else None)

    def _named_last(self, folded: str) -> ParkKind | None:
        """The kind named; of several the last, since what is not meant is said first (不是加工區，是工業區)."""
        found = [(match.start(), kind) for kind, cue in self._kinds for match in cue.finditer(folded)]
        return max(found, key=lambda pair: pair[0])[1] if found else None


def holds(entry: FaqEntry, place: Place | None, known: ParkKind | None) -> bool:
    """True where an entry is true at the place named, or else where the firm is known to be; unknown counts as true."""
    if place is not None and not place.own:
        return _names(entry, place.park)
    kind = place.kind if place is not None else known
    return kind is None or entry.parks in (ParkKind.ANY, kind)


def _names(entry: FaqEntry, park: Park | None) -> bool:
    """True where an entry is about a park of another authority by name."""
    if park is None:
        return False
    text = "\n".join((entry.question, entry.answer, *entry.phrasings.get("zh", ())))
    return any(re.search(re.escape(name), text) for name in (park.name, park.full_name, *park.aliases))


def are_apart(one: FaqEntry, other: FaqEntry) -> bool:
    """True where two entries hold in different kinds of park: the place decides between them, and not the words."""
    return ParkKind.ANY not in (one.parks, other.parks) and one.parks is not other.parks


def kind_matters(entry: FaqEntry, near: Iterable[FaqEntry], text: str) -> bool:
    """True where an entry holds in one kind of park only, the other has a rule of its own, and no word says which.

    `near`: the other entries that the text resembles; one of the other kind among them is such a rule. Where the other
    rule has no entry yet, the data name the entry (`ask_kind`).
    """
    if entry.parks is ParkKind.ANY or _own_words().search(fold(text)):
        return False
    return entry.id in _listed() or any(are_apart(entry, other) for other in near)


@cache
def _listed() -> frozenset[str]:
    return frozenset(read_cues("relevance.yaml")["ask_kind"])


@cache
def _own_words() -> re.Pattern[str]:
    return compiled(read_cues("relevance.yaml")["technology_words"])
