"""Messages that were moved between cases, for histories: they have no word for it (contract §6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from routing.domain.case import Event, EventKind
from routing.domain.taking_back import without_taken_back


def effective(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events as if messages had been filed where they stand in the end, and no reply been taken back before it went.

    Histories have no word for either.

    A wait that a message ended which belongs elsewhere ends at the piece before it, or goes on to what came next.
    """
    log = without_taken_back(events)
    here = {event.data["message_id"]: event.data.get("source") is not None for event in log if _moves(event)}
    if not here:
        return log
    kept: list[Event] = []
    for event in log:
        message_id = event.data.get("message_id")
        gone = here.get(message_id) is False
        if _moves(event):
            first = not any(one.kind is EventKind.MESSAGE and one.data.get("message_id") == message_id for one in kept)
            if here[message_id] and first and event.data.get("source") is not None:
                kept.append(replace(event, kind=EventKind.MESSAGE, by=None))
        elif event.kind is EventKind.RESUMED and gone:
            _resume_before(kept, event)
        elif event.kind is not EventKind.MESSAGE or not gone:
            if event.kind in {EventKind.WAITING, EventKind.CLOSED}:
                _end_open_wait(kept, event)
            kept.append(event)
    return tuple(kept)


def _moves(event: Event) -> bool:
    return event.kind is EventKind.MOVED


def _resume_before(kept: list[Event], resumed: Event) -> None:
    """The wait ended at the last piece that is left; without one nothing ended it."""
    for event in reversed(kept):
        if event.kind is EventKind.WAITING:
            return
        if event.kind is EventKind.MESSAGE and event.data.get("piece"):
            kept.append(replace(resumed, at=event.at))
            return


def _end_open_wait(kept: list[Event], following: Event) -> None:
    """A wait that lost its end ends where the next begins; a close ends one by itself."""
    last = next((e for e in reversed(kept) if e.kind in {EventKind.WAITING, EventKind.RESUMED, EventKind.CLOSED}), None)
    if following.kind is EventKind.WAITING and last is not None and last.kind is EventKind.WAITING:
        kept.append(Event(at=following.at, kind=EventKind.RESUMED))
