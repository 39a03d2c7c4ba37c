"""One invented case as it is written: its opening and its events, each later than the one before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.demo.fixtures import Matter, Person
from knowledge.calendar.office_calendar import local


@dataclass(slots=True, kw_only=True)
class Story:
    """A case in the making. Instants are aware; ``record`` gives the object of contract §6 without its number."""

    matter: Matter
    kind: str
    channel: str
    park: str
    unit: str
    firm: str
    officer: Person
    received_at: datetime
    first_contact_at: datetime
    alert: str | None = None
    taken_for: Matter | None = None
    """What the case was first taken for, if that was wrong."""
    events: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    @property
    def last(self) -> datetime:
        """When something happened last."""
        return self.events[-1][0] if self.events else self.received_at

    def add(self, at: datetime, event: str, **fields: Any) -> datetime:
        """Write an event, with the time of the last one if ``at`` is before it; says when it was."""
        at = max(at, self.last)
        self.events.append((at, {"event": event, **{key: value for key, value in fields.items() if value is not None}}))
        return at

    def asked(self) -> None:
        """The firm's own words, with which the case begins."""
        self.add(self.received_at, "message", via=self.channel, text=self.matter.text)

    def given(self, *, to: Person | None = None) -> None:
        """The case goes to its officer: at once on LINE, else when it has been entered."""
        wait = timedelta(seconds=2) if self.channel == "line" else timedelta(minutes=6, seconds=11)
        person = to or self.officer
        self.add(self.received_at + wait, "assigned", to=person.email)

    def says(self, at: datetime, text: str, *, doc_no: str | None = None, via: str | None = None) -> datetime:
        """The officer answers, by the way the firm came unless said otherwise."""
        chosen = via or ("letter" if doc_no else "phone" if self.channel in {"hotline", "counter"} else self.channel)
        return self.add(at, "replied", by=self.officer.email, via=chosen, text=text, doc_no=doc_no)

    def cut(self, now: datetime) -> None:
        """Leave out what has not happened yet."""
        self.events = [(at, event) for at, event in self.events if at <= now]

    def record(self, number: str) -> dict[str, Any]:
        """The case history (contract §6)."""
        matter, guess = self.matter, self.taken_for or self.matter
        record: dict[str, Any] = {
            "number": number,
            "kind": self.kind,
            "category": guess.category,
            "topic": guess.topic,
            "channel": self.channel,
            "park": self.park,
            "unit": self.unit,
            "language": matter.language,
            "firm": {"name": self.firm, "ubn": None},
            "subject": matter.text[:80] if self.channel == "line" else matter.subject,
            "first_contact_at": local(self.first_contact_at).isoformat(),
            "received_at": local(self.received_at).isoformat(),
        }
        if self.alert is not None:
            record["alert"] = self.alert
        record["events"] = [{"at": local(at).isoformat(), **event} for at, event in self.events]
        return record
