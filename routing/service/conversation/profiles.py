"""What a channel can tell of a contact: a name and a language, once, and never in the way of anything (L17)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic

from knowledge.wording import reading_language
from routing.domain.errors import DeliveryError
from routing.domain.inbound import Inbound, InboundKind, storable
from routing.ports import Channel, Channels, Profile
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import ContactAddress
from routing.store.session import Database

_AGAIN = 600.0
"""Seconds until a channel that could not tell of a contact is asked once more; others are asked meanwhile."""


@dataclass(slots=True)
class Names:
    """Asks the channels for what is not known of contacts yet; for one thread of a process."""

    database: Database
    channels: Channels
    _later: dict[int, float] = field(default_factory=dict)
    """When a contact is asked about again, by its id."""

    def learn(self, *, limit: int = 5) -> int:
        """Ask for the display names of some contacts that have none; says how many were asked about.

        Whoever has no profile keeps none. A channel that is down or asks for less says nothing of its people.
        """
        now = monotonic()
        self._later = {contact: due for contact, due in self._later.items() if due > now}
        with self.database.reading() as session:
            unnamed = conversation_store.contacts_without_name(session, self.channels, but=self._later, limit=limit)
        told = [(one.contact_id, profile) for one in unnamed for profile in self._asked(one, now)]
        if told:
            with self.database.writing() as session:
                for contact_id, profile in told:
                    name = storable(profile.display_name) if profile else ""
                    conversation_store.name_contact(session, contact_id, name)
                    if profile and profile.language:
                        language = reading_language(profile.language).value
                        conversation_store.suggest_language(session, contact_id, language)
        return len(unnamed)

    def _asked(self, one: ContactAddress, now: float) -> list[Profile | None]:
        """What the channel tells; nothing where it may tell it another time."""
        try:
            return [self.channels[one.channel].profile(one.address)]
        except DeliveryError:
            self._later[one.contact_id] = now + _AGAIN
            return []


def with_language(inbound: Inbound, channel: Channel) -> Inbound:
    """The event with the language of its person's profile, where that decides something: at the first greeting."""
    if inbound.kind is not InboundKind.FOLLOW or inbound.user_id is None or inbound.shared or inbound.silent:
        return inbound
    profile = None
    with suppress(DeliveryError):
        profile = channel.profile(inbound.user_id)
    return replace(inbound, reads=profile.language if profile else None)
