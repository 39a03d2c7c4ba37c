"""What the steps of one turn share: who writes, what came, what was understood of it, what is said in answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.understand import Understanding
from knowledge.wording import reading_language
from routing.domain.decision import Decision
from routing.domain.inbound import Inbound
from routing.domain.messages import Outgoing
from routing.service.conversation.reader import Reader
from routing.service.office_context import OfficeContext
from routing.store.conversation.schema import Contact, Message


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A contact's turn while it is worked on. ``told`` gathers what is said to this very contact."""

    session: Session
    office: OfficeContext
    reader: Reader
    inbound: Inbound
    contact: Contact
    now: datetime
    fresh: bool = False
    """The contact was made a moment ago, and nothing was done yet: there is nothing of it to be read."""
    messages: list[Message] = field(default_factory=list)
    """What came now: one message, or several that are understood together."""
    told: list[Outgoing] = field(default_factory=list)
    about: set[int] = field(default_factory=set)
    """The cases that this turn touched."""
    understood: tuple[Understanding, Decision] | None = None
    forgotten: bool = False
    """The person had everything deleted in this turn: nothing more is noted of it."""
    for_now: str | None = None
    """The language of this answer alone: of a report of danger, whatever was chosen before, and of a mere hello."""

    @property
    def language(self) -> str:
        """The language this contact reads."""
        return reading_language(self.for_now or self.contact.language)
