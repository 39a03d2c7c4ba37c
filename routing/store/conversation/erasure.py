"""Where copies of a firm's words may lie beside the message itself, and taking them out of there."""

from __future__ import annotations

import re
from datetime import datetime
from json import JSONDecodeError, dumps, loads
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.domain.unsend import without
from routing.store.knowledge_admin.schema import KnowledgeEdit
from routing.store.maintenance.schema import Idempotency
from routing.store.messaging.schema import Outbox

_TELLING = 12
"""Characters of the words by which rows are looked for; each is then read whole."""


def forget_sent(session: Session, contact_id: int, words: str, *, since: datetime) -> None:
    """Take words out of messages to their writer, sent or not: what still waits goes out without them."""
    query = select(Outbox).where(Outbox.contact_id == contact_id, Outbox.created_at >= since)
    for row in session.scalars(query):
        left = without(row.payload, words)
        if left != row.payload:
            row.payload = left


def forget_first_answers(session: Session, words: str, *, since: datetime) -> None:
    """Take words out of answers that programs were given and would be given again (contract §5)."""
    found = re.match(r'[^"\\\s]+', words[:_TELLING])
    if found is None:
        return
    told = Idempotency.body.contains(found.group(), autoescape=True)
    for row in session.scalars(select(Idempotency).where(Idempotency.created_at >= since, told)):
        row.body = dumps(_within(loads(row.body), words), ensure_ascii=False)


def _within(answer: dict[str, Any], words: str) -> dict[str, Any]:
    try:
        body = dumps(without(loads(answer["body"]), words), ensure_ascii=False)
    except (JSONDecodeError, KeyError, TypeError):
        return answer
    return {**answer, "body": body}


def forget_drafts(session: Session, words: str) -> None:
    """Take words out of entries that are still drafts; what was approved is the office's own publication."""
    for row in session.scalars(select(KnowledgeEdit).where(KnowledgeEdit.state == "draft")):
        left = without(row.body, words)
        if left != row.body:
            row.body = left
