"""API tokens of people: what there is, and ending one. They also end with the account and with its password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.domain.errors import NotFound
from routing.store.accounts import queries as account_store
from routing.store.accounts import sign_ins

_ID = re.compile(f"[0-9a-f]{{{sign_ins.SHOWN}}}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token: the id by which it is revoked, whose it is, and since and until when it is good."""

    id: str
    email: str
    name: str
    created_at: datetime
    revoked_at: datetime | None


def listing(session: Session, *, email: str | None = None) -> list[Token]:
    """Every token, or a person's, those in use first."""
    return [
        Token(row.token_sha256[: sign_ins.SHOWN], staff.email, staff.name, row.created_at, row.revoked_at)
        for row, staff in sign_ins.tokens(session, email=email)
    ]


def revoke(session: Session, token_id: str, *, now: datetime, by: str) -> str:
    """End a token at once; says whose it was. Raises NotFound if none in use has this id."""
    found = sign_ins.revoke(session, token_id, now=now) if _ID.fullmatch(token_id) else []
    if not found:
        raise NotFound("查無使用中的 API 權杖；編號請見權杖清單。")
    email = found[0].email
    account_store.audit(session, at=now, actor=by, action="token.revoke", subject=email, detail={"token": token_id})
    return email
