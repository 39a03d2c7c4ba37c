"""Binding a member of staff's own LINE account by a code for once; it carries reminders to them and nothing else.

Whoever types the code into the branch's chat is bound. That account is no firm's by this: no firm, no case and no
conversation is made of it, and announcements leave it out. What the person writes otherwise is answered as anybody's.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import choice

from sqlalchemy.orm import Session

from routing.domain.permissions import Actor
from routing.service.bindings.commands import ALPHABET
from routing.service.reminders.bell import staff_id
from routing.store.accounts import queries as account_store
from routing.store.conversation.schema import Contact
from routing.store.reminders import queries as store

LIFE = timedelta(minutes=15)
_LENGTH = 8
_TYPED = re.compile(rf"同仁綁定\s*([{ALPHABET}]{{4}})\s*-?\s*([{ALPHABET}]{{4}})")
BOUND = "已綁定。單一窗口的提醒會傳送到這裡，內容只有案號與案件類別；可隨時在服務台「提醒設定」停止。"
REFUSED = "這組同仁綁定碼不正確或已逾時，請在服務台「提醒設定」重新取得。"


def new_code(session: Session, actor: Actor, *, now: datetime) -> str:
    """A code, as it is typed; only its hash is kept, and the one before it is good no more.

    Raises:
        Forbidden: a partner.
    """
    code = "".join(choice(ALPHABET) for _ in range(_LENGTH))
    store.put_code(session, staff_id(actor), _hash(code), until=now + LIFE)
    _audit(session, actor.email or actor.name, "reminders.chat_code", now)
    return f"同仁綁定 {code[:4]}-{code[4:]}"


def _hash(code: str) -> str:
    return sha256(f"staff {code}".encode()).hexdigest()


def code_in(text: str) -> str | None:
    """The code that somebody typed, if what they wrote is nothing else; in full width and small letters too."""
    found = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    return found[1] + found[2] if found else None


def bind(session: Session, contact: Contact, channel: str, code: str, *, now: datetime) -> bool:
    """The account that typed a good code is that person's from now on, and reminders go there; whether it was good."""
    person = store.spend_code(session, _hash(code), now=now)
    if person is None:
        return False
    store.bind_chat(session, person.id, contact.id, channel, now=now)
    row = store.wish(session, person.id)
    row.chat = True
    session.add(row)
    session.flush()
    _audit(session, person.email, "reminders.chat_bound", now)
    return True


def end(session: Session, actor: Actor, *, now: datetime) -> None:
    """Nothing goes there any more. Raises Forbidden: a partner."""
    if store.end_chat(session, staff_id=staff_id(actor)):
        _audit(session, actor.email or actor.name, "reminders.chat_ended", now)


def _audit(session: Session, email: str, action: str, now: datetime) -> None:
    account_store.audit(session, at=now, actor=email, action=action, subject=email, detail={})
