"""A reply that is taken back before it goes out: what it had changed in its case is as before.

The event of the reply stays in the log, and another one says that it was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from routing.domain.evolving import evolve

if TYPE_CHECKING:
    from routing.domain.case import Case, Event

HOLD = timedelta(seconds=10)
"""How long a reply waits, if its writer wants that: until then it can be taken back."""
_CHANGED = (
    "draft", "returned_draft", "first_reply_at", "last_reply_at", "progressed", "spoken", "call", "partner_answered_at",
)  # fmt: skip
"""What a reply changes in a case."""
_ENDS = frozenset({
    "waiting", "resumed", "closed", "reopened", "called", "call_tried", "drafted", "draft_returned", "moved",
    "consulted", "taken_back",
})  # fmt: skip
"""What is built on the reply before it: after these it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReply:
    """The reply that nothing is built on yet, and how the case stood before it."""

    message_id: int
    before: Mapping[str, Any]


def last_reply(before: Case, event: Event) -> LastReply | None:
    """The reply that can be taken back after an event; ``before``: the case before it."""
    if event.kind.value in _ENDS:
        return None
    if event.kind.value != "replied":
        return before.reply
    message_id = event.data.get("message_id")
    if message_id is None or event.data.get("draft_id") is not None:
        # Of a history nothing was sent from here; what another person approved is not one's own to take back.
        return None
    return LastReply(message_id=message_id, before={name: getattr(before, name) for name in _CHANGED})


def taken_back(case: Case, event: Event) -> Case:
    """The case as if the reply had not been; what the firm has said since stays said."""
    reply = case.reply
    if reply is None or reply.message_id != event.data["message_id"]:
        return case
    restored = {
        **reply.before, "spoken": (*reply.before["spoken"], *case.spoken), "call": case.call or reply.before["call"],
    }  # fmt: skip
    return evolve(case, **restored)


def without_taken_back(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events as histories tell them: a reply that was taken back was none."""
    log = tuple(events)
    gone = {event.data["message_id"] for event in log if event.kind.value == "taken_back"}
    if not gone:
        return log
    return tuple(
        event for event in log
        if event.kind.value not in {"replied", "taken_back"} or event.data.get("message_id") not in gone
    )  # fmt: skip
