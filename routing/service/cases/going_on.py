"""A wait ends: work goes on, and the firm is told."""

from __future__ import annotations

from routing.domain.case import EventKind
from routing.service.cases import locked_case, notifications
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier


def go_on(locked: LockedCase, notify: Notifier) -> None:
    """End the wait now. Of a unit that was asked the firm hears nothing: it is one window."""
    locked.record(EventKind.RESUMED)
    wait = locked.case.waits[-1]
    if wait.on == "firm":
        notify(locked, "resumed", notifications.resumed(locked))
    elif notifications.asked_outside(locked, wait):
        notify(locked, "agency_answered", notifications.resumed(locked))
    locked_case.audit(locked, "case.resume")
