"""What a channel can tell of a contact: a name and a language, once, and never in the way of anything (L17)."""

from __future__ import annotations

from dataclasses import replace

from knowledge.wording import reading_language
from routing.domain.inbound import Inbound, InboundKind, storable
from routing.ports import Channel, Channels
from routing.store.conversation import queries as conversation_store
from routing.store.session import Database


def learn_names(database: Database, channels: Channels, *, limit: int = 5) -> int:
    """Ask for the display names of contacts that have none; whoever has no profile keeps none. Says how many asked."""
    with database.reading() as session:
        unnamed = conversation_store.contacts_without_name(session, channels, limit=limit)
    for one in unnamed:
        profile = channels[one.channel].profile(one.address)
        with database.writing() as session:
            conversation_store.name_contact(session, one.contact_id, storable(profile.display_name) if profile else "")
            if profile and profile.language:
                language = reading_language(profile.language).value
                conversation_store.suggest_language(session, one.contact_id, language)
    return len(unnamed)


def with_language(inbound: Inbound, channel: Channel) -> Inbound:
    """The event with the language of its person's profile, where that decides something: at the first greeting."""
    if inbound.kind is not InboundKind.FOLLOW or inbound.user_id is None or inbound.shared or inbound.silent:
        return inbound
    profile = channel.profile(inbound.user_id)
    return replace(inbound, reads=profile.language if profile else None)
