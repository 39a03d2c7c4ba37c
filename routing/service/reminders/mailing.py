"""Mails to staff: the worker sends what is due, one by one, each held by nobody else while it goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from routing.domain.errors import DeliveryError
from routing.ports import Mailer
from routing.store.reminders import queries as store
from routing.store.session import Database

_HELD = timedelta(minutes=1)
"""For so long a mail in hand is nobody else's; a process that dies sends it once more after that."""
_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""After which a mail is tried again; the bell has what it says in any case."""

log = structlog.get_logger("mail")


def send_due(database: Database, mailer: Mailer, now: Callable[[], datetime]) -> int:
    """Send what is due; how many went."""
    sent = 0
    while (mail := _claimed(database, now())) is not None:
        mail_id, to, subject, body, attempts = mail
        try:
            mailer.send(to, subject, body)
        except DeliveryError as error:
            over = error.permanent or attempts > len(_AGAIN)
            log.warning("staff_mail_failed", mail=mail_id, code=error.code, attempts=attempts, over=over)
            with database.writing() as session:
                if over:
                    store.mail_done(session, mail_id, state="failed", now=now())
                else:
                    store.mail_again(session, mail_id, at=now() + _AGAIN[attempts - 1])
            continue
        with database.writing() as session:
            store.mail_done(session, mail_id, state="sent", now=now())
        sent += 1
    return sent


def _claimed(database: Database, now: datetime) -> tuple[int, str, str, str, int] | None:
    with database.reading() as session:
        if not store.any_mail_due(session, now=now):
            return None
    with database.writing() as session:
        return store.claim_mail(session, now=now, until=now + _HELD)
