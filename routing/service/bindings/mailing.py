"""Binding codes by e-mail: to the address that the firm's record holds, and to no other.

Who asks is told the same whether the firm is known, has an address, or has asked too often: nobody learns from the
chat which firms there are, nor where they are written to. The worker sends; a code waits for no mail server.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from routing.domain.errors import DeliveryError, Invalid
from routing.domain.messages import Text, to_plain
from routing.domain.permissions import require_team
from routing.ports import Mailer
from routing.service.bindings import commands
from routing.service.cases import locked_case, notifying
from routing.service.cases.locked_case import LockedCase
from routing.service.messaging import parking
from routing.service.office_context import OfficeContext, UnitOfWorkFactory
from routing.store.accounts import queries as account_store
from routing.store.bindings import queries as store
from routing.store.bindings.schema import CodeMail
from routing.store.cases.schema import Firm
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Contact
from routing.store.session import Database

LIFE = timedelta(days=1)
"""For so long a mailed code is good."""
MOST_A_DAY = 3
"""Mails to one firm, and at the wish of one person, within 24 hours."""
_HELD = timedelta(minutes=1)
"""For so long a mail in hand is nobody else's; a process that dies sends it once more after that."""
_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""After which a mail is tried again."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_LONGEST = 200

log = structlog.get_logger("mail")


def set_address(locked: LockedCase, address: str) -> None:
    """Keep the e-mail address of a case's firm, or take it away (empty); audited without the address.

    Raises:
        Invalid: it is none (``email_invalid``), or the firm has no 統一編號 of its own. Forbidden: a partner agency.
    """
    require_team(locked.actor)
    firm = locked.session.get(Firm, locked.row.firm_id) if locked.row.firm_id is not None else None
    if firm is None or firm.ubn is None:
        raise Invalid("本案廠商沒有查明的統一編號，無法登記電子郵件。", code="firm_without_ubn", field="firm")
    told = checked_address(address)
    if told == (firm.email or ""):
        return
    firm.email = told or None
    locked_case.audit(locked, "firm.email", firm=firm.id, there=bool(told))


def checked_address(address: str) -> str:
    """The address without blanks around it; empty stays empty. Raises Invalid (``email_invalid``): it is none."""
    told = address.strip()
    if told and (len(told) > _LONGEST or not _ADDRESS.fullmatch(told)):
        raise Invalid("請填寫電子郵件地址，例如 name@example.com。", code="email_invalid", field="email")
    return told


def ask_code(
    session: Session, office: OfficeContext, contact: Contact, ubn: str, *, now: datetime, words: str = "bind"
) -> bool:
    """A code for the firm with this 統一編號, to the address of its record; whether one goes out is told to nobody.

    ``words``: under what the mail's sentences stand, which say where it was asked for. Gives whether one goes for the
    trail and tests alone.
    """
    firm = store.firm_by_ubn(session, ubn)
    if not office.mail or firm is None or not firm.email:
        return False
    firm = store.hold_firm(session, firm.id)
    since = now - timedelta(days=1)
    asked = store.mails_since(session, since, firm_id=firm.id), store.mails_since(session, since, contact_id=contact.id)
    if max(asked) >= MOST_A_DAY or not firm.email:
        return False
    code = commands.new_code(session, firm, by="電子郵件", now=now, until=now + LIFE)
    language = contact.language
    session.add(
        CodeMail(
            firm_id=firm.id, contact_id=contact.id, to_address=firm.email, at=now, due_at=now, attempts=0,
            state="pending",
            subject=office.sentences.say(f"{words}.mail_subject", language),
            body=office.sentences.say(f"{words}.mail_body", language, firm=firm.name, ubn=ubn, code=code),
        )
    )  # fmt: skip
    account_store.audit(session, at=now, actor="廠商", action="firm.code_mailed", subject=f"firm {firm.id}", detail={})
    session.flush()
    return True


def undelivered(session: Session, firm_id: int) -> CodeMail | None:
    """The newest mail with a code to a firm, if it could not be delivered: staff see when, and look at the address."""
    last = store.last_mail(session, firm_id)
    return last if last is not None and last.state == "failed" else None


def send_due(units_of_work: UnitOfWorkFactory, mailer: Mailer, now: Callable[[], datetime]) -> int:
    """Send what is due, one by one, each claimed first and outside any transaction while it goes; how many went.

    Whoever asked for one that is given up is told.
    """
    database, sent = units_of_work.database, 0
    while (mail := _claimed(database, now())) is not None:
        mail_id, to, subject, body, attempts = mail
        try:
            mailer.send(to, subject, body)
        except DeliveryError as error:
            _failed(units_of_work, mail_id, attempts, error, now())
            continue
        with database.writing() as session:
            store.mail_sent(session, mail_id, now=now())
        sent += 1
    return sent


def _claimed(database: Database, now: datetime) -> tuple[int, str, str, str, int] | None:
    with database.reading() as session:
        if not store.any_mail_due(session, now=now):
            return None
    with database.writing() as session:
        return store.claim_mail(session, now=now, until=now + _HELD)


def _failed(units_of_work: UnitOfWorkFactory, mail_id: int, attempts: int, error: DeliveryError, now: datetime) -> None:
    over = error.permanent or attempts > len(_AGAIN)
    log.warning("mail_failed", mail=mail_id, code=error.code, attempts=attempts, over=over)
    with units_of_work.writing() as (session, office):
        mail = store.mail_failed(session, mail_id, again=None if over else now + _AGAIN[attempts - 1])
        if over:
            _tell(session, office, mail, now)


def _tell(session: Session, office: OfficeContext, mail: CodeMail, now: datetime) -> None:
    account_store.audit(
        session, at=now, actor="系統", action="firm.code_mail_failed", subject=f"firm {mail.firm_id}", detail={}
    )
    address = next(
        (one for one in conversation_store.addresses(session, [mail.contact_id]) if one.channel in office.channels),
        None,
    )
    contact = session.get(Contact, mail.contact_id)
    if address is None or contact is None:
        return
    said = Text(office.sentences.say("bind.mail_failed", contact.language))
    parking.tell(
        session, office, channel=address.channel, contact_id=contact.id, case_id=None, reason="code_mail_failed",
        payload=to_plain([said]), now=now, renew=notifying.renew,
    )  # fmt: skip
