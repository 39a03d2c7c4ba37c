"""Who asks what by which channel: the beginning of an invented case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.fixtures import Fixtures, Matter
from bot.demo.schedule import Schedule
from bot.demo.story import Story
from knowledge.offices.directory import Offices, Park
from knowledge.vocabulary import CASE_CATEGORIES

_CATEGORY_WEIGHTS = {"land": 17, "construction": 15, "utilities": 22, "environment": 14, "tax": 15, "other": 17}
_DOORS = {"line": 60, "phone": 16, "email": 9, "counter": 6, "web": 4, "letter": 2, "visit": 2, "hotline": 1}
_PETITION_DOORS = {"letter": 35, "line": 20, "email": 20, "web": 15, "hotline": 10}
_APPLICATION_DOORS = {"counter": 55, "letter": 30, "web": 15}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Draws firms, parks, matters and channels."""

    fixtures: Fixtures
    offices: Offices
    schedule: Schedule

    def story(self, received_at: datetime, *, kind: str, channel: str, matter: Matter | None = None) -> Story:
        """A case that has just come in; a petition on LINE begins as an enquiry (contract §3)."""
        random = self.schedule.random
        drawn = self.fixtures.filled(matter or self._matter(kind), random)
        park = self._park()
        wrong = self._wrong(drawn) if kind == "ENQ" and matter is None and random.random() < 0.03 else None
        guess = wrong or drawn
        unit = self.offices.unit_for(guess.category, guess.topic, park).name
        before = (
            timedelta(minutes=random.randrange(2, 9), seconds=random.randrange(60))
            if channel == "line"
            else timedelta()
        )
        return Story(
            matter=drawn, kind="ENQ" if kind == "PET" and channel == "line" else kind, channel=channel, park=park.name,
            unit=unit, firm=self.firm(), officer=self.fixtures.officer_for(unit, guess, random),
            received_at=received_at, first_contact_at=received_at - before, taken_for=wrong,
        )  # fmt: skip

    def firm(self) -> str:
        """A firm; some write far more often than others."""
        firms = self.fixtures.firms
        return firms[min(int(self.schedule.random.expovariate(1 / 70)), len(firms) - 1)]

    def channel(self, kind: str) -> str:
        """The channel a case of this kind comes by."""
        return self._draw({"PET": _PETITION_DOORS, "APP": _APPLICATION_DOORS}.get(kind, _DOORS))

    def _matter(self, kind: str) -> Matter:
        random = self.schedule.random
        if kind != "ENQ":
            return random.choice(self.fixtures.petitions if kind == "PET" else self.fixtures.applications)
        if random.random() < 0.05:
            return random.choice(self.fixtures.foreign)
        return random.choice(self.fixtures.matters[self._draw(_CATEGORY_WEIGHTS)])

    def _wrong(self, right: Matter) -> Matter:
        others = [category for category in CASE_CATEGORIES if category != right.category]
        return self.schedule.random.choice(self.fixtures.matters[self.schedule.random.choice(others)])

    def _park(self) -> Park:
        parks = self.offices.own_parks
        return self.schedule.random.choices(parks, weights=[3 if park.kind == "technology" else 2 for park in parks])[0]

    def _draw(self, weights: dict[str, int]) -> str:
        return self.schedule.random.choices(list(weights), weights=list(weights.values()))[0]
