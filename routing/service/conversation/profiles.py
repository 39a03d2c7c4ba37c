"""What LINE can tell of a contact: a display name, once, and never in the way of anything (trap L17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from routing.domain.inbound import storable
from routing.store.conversation import queries as conversation_store
from routing.store.session import Database


@dataclass(frozen=True, slots=True)
class Profile:
    """What a LINE profile says."""

    display_name: str
    language: str | None = None


Ask = Callable[[str], Profile | None]


def learn_names(database: Database, ask: Ask, *, limit: int = 5) -> int:
    """Ask for the display names of contacts that have none; whoever has no profile keeps none. Says how many asked."""
    with database.reading() as session:
        unnamed = conversation_store.contacts_without_name(session, limit=limit)
    for contact_id, line_user_id in unnamed:
        profile = ask(line_user_id)
        with database.writing() as session:
            conversation_store.name_contact(session, contact_id, storable(profile.display_name) if profile else "")
    return len(unnamed)
