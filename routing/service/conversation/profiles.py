"""What a channel can tell of a contact: a name and a language, once, and never in the way of anything (L17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from knowledge.wording import reading_language
from routing.domain.inbound import Inbound, InboundKind, storable
from routing.store.conversation import queries as conversation_store
from routing.store.session import Database


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person's profile on a channel says."""

    display_name: str
    language: str | None = None


Ask = Callable[[str, str], Profile | None]
"""A channel and an address there to the profile, if there is one to be had."""


def learn_names(database: Database, ask: Ask, *, limit: int = 5) -> int:
    """Ask for the display names of contacts that have none; whoever has no profile keeps none. Says how many asked."""
    with database.reading() as session:
        unnamed = conversation_store.contacts_without_name(session, limit=limit)
    for one in unnamed:
        profile = ask(one.channel, one.address)
        with database.writing() as session:
            conversation_store.name_contact(session, one.contact_id, storable(profile.display_name) if profile else "")
            if profile and profile.language:
                language = reading_language(profile.language).value
                conversation_store.suggest_language(session, one.contact_id, language)
    return len(unnamed)


def with_language(inbound: Inbound, ask: Ask) -> Inbound:
    """The event with the language of its person's profile, where that decides something: at the first greeting."""
    if inbound.kind is not InboundKind.FOLLOW or inbound.user_id is None or inbound.shared or inbound.silent:
        return inbound
    profile = ask(inbound.channel, inbound.user_id)
    return replace(inbound, reads=profile.language if profile else None)
