"""The things the branch's office data describe: office cards, units, parks, agencies and topic rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.calendar.official_days import Office, same_place
from knowledge.vocabulary import Language
from knowledge.wording import reading_language

_JAPANESE_WORDS = str.maketrans("產區學", "産区学")
"""科技產業園區, 產業園區 and 科學園區 as the glossary writes them in Japanese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCard:
    """What is known of an office. Empty ``phone`` and ``address`` were not verified; ``note`` says so."""

    office: Office
    own: bool
    names: Mapping[str, str]
    phone: str
    address: str
    source: str
    note: str

    def name(self, language: str | None = None) -> str:
        """The office's name in the language of the reader."""
        return self.names[reading_language(language)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of the branch and the office it sits in.

    ``categories``: what comes to it unless a topic says otherwise. ``park_kinds``: empty, or the only kinds of park
    whose matters it takes; then it comes before a unit for all parks. ``phone``: empty until the branch fills it in.
    """

    name: str
    names: Mapping[str, str]
    phone: str
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    park_kinds: tuple[str, ...]
    office: Office
    source: str

    @property
    def county(self) -> str:
        """The county whose closures reach the unit."""
        return self.office.county

    @property
    def district(self) -> str | None:
        """The district whose closures reach the unit."""
        return self.office.district


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """A park: ``name`` is the short one of lists and histories, ``own`` whether this branch runs it.

    ``roads``: the roads of its district that lie in it as a whole; empty until they are verified.
    """

    id: str
    name: str
    full_name: str
    en: str
    kind: str
    county: str
    district: str
    office: OfficeCard
    aliases: tuple[str, ...]
    alone: tuple[str, ...]
    source: str
    note: str
    roads: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Whether this branch handles the park; if not, a firm gets the other office's card."""
        return self.office.own

    def label(self, language: str | None = None) -> str:
        """The full name as a firm reads it; in Japanese the words for park and industry, the place as it is written."""
        reads = reading_language(language)
        if reads is Language.JA:
            return self.full_name.translate(_JAPANESE_WORDS)
        return self.en if reads is Language.EN else self.full_name

    @property
    def names(self) -> frozenset[str]:
        """Every way to write this park and no other."""
        return frozenset({self.id, self.name, self.full_name, self.en, *self.aliases, *self.alone})


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyOffice:
    """A local office of an agency; no ``districts`` means the whole county. ``phone``: empty until it is filled in."""

    name: str
    county: str
    districts: tuple[str, ...]
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A body outside the branch that can be asked about a case."""

    code: str
    names: Mapping[str, str]
    short: str
    offices: tuple[AgencyOffice, ...]
    source: str
    note: str

    def name(self, language: str | None = None) -> str:
        """The agency's name in the language of the reader."""
        return self.names[reading_language(language)]

    def office_for(self, park: Park | None) -> str | None:
        """The name of the agency's local office for a park, or None where no source tells."""
        found = self.local_office(park)
        return found.name if found is not None else None

    def phone_of(self, office: str | None) -> str:
        """The telephone of a local office by its name; empty where it is not known."""
        return next((one.phone for one in self.offices if one.name == office and one.phone), "")

    def local_office(self, park: Park | None) -> AgencyOffice | None:
        """The agency's local office for a park, the named district first."""
        if park is None:
            return None
        here = [office for office in self.offices if same_place(office.county, park.county)]
        named = [office for office in here if any(same_place(d, park.district) for d in office.districts)]
        whole = [office for office in here if not office.districts]
        return next(iter(named or whole), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """A topic's unit, in the named categories or in all of them."""

    topic: str
    unit: str
    categories: tuple[str, ...]
